/** The live channel's rule: apply in order, heal by the board, and never look fresh while behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFollower, LIVE, OFFLINE, STALE } from "../../server/web/static/live_core.js";

/** A screen that has joined and holds the board of seq 10. */
function aScreen() {
  const follower = createFollower();
  follower.connected(0);
  follower.board({ seq: 10 }, 0);
  return follower;
}

test("a new link asks for the board, and nothing is applied before it came", () => {
  const follower = createFollower();

  assert.equal(follower.connected(0), "rejoin");
  assert.equal(follower.event({ seq: 11, prev: 10 }, 100), "wait");
  assert.equal(follower.board({ seq: 11 }, 200), "take");
});

test("events that follow one another are applied", () => {
  const follower = aScreen();

  assert.equal(follower.event({ seq: 12, prev: 10 }, 1), "apply");
  assert.equal(follower.event({ seq: 15, prev: 12 }, 2), "apply");
  assert.equal(follower.seq, 15);
});

test("a gap asks for the board, once, until it comes", () => {
  const follower = aScreen();

  assert.equal(follower.event({ seq: 15, prev: 12 }, 1000), "rejoin");
  assert.equal(follower.event({ seq: 16, prev: 15 }, 1100), "wait");
  assert.equal(follower.board({ seq: 16 }, 1200), "take");
  assert.equal(follower.event({ seq: 17, prev: 16 }, 1300), "apply");
});

test("a board that does not come is asked for again", () => {
  const follower = aScreen();
  assert.equal(follower.event({ seq: 15, prev: 12 }, 1000), "rejoin");

  assert.equal(follower.heartbeat({ seq: 15 }, 3999), "wait");
  assert.equal(follower.heartbeat({ seq: 15 }, 4000), "rejoin");
});

test("a heartbeat ahead of the screen asks for the board", () => {
  const follower = aScreen();

  assert.equal(follower.heartbeat({ seq: 10 }, 5000), "ok");
  assert.equal(follower.heartbeat({ seq: 11 }, 10_000), "rejoin");
});

test("an event that the board already held is dropped", () => {
  const follower = aScreen();

  assert.equal(follower.event({ seq: 10, prev: 9 }, 1), "drop");
  assert.equal(follower.event({ seq: 9, prev: 8 }, 2), "drop");
});

test("a board counted further than this room's last event joins up without asking again", () => {
  const follower = aScreen(); // the branch is at 10, the room was last sent 7

  assert.equal(follower.event({ seq: 11, prev: 7 }, 1), "apply");
  assert.equal(follower.heartbeat({ seq: 11 }, 2), "ok");
});

test("a board that events have overtaken is dropped", () => {
  const follower = aScreen();
  follower.event({ seq: 11, prev: 10 }, 1);

  assert.equal(follower.board({ seq: 10 }, 2), "drop");
  assert.equal(follower.seq, 11);
});

test("after a new link the board is believed even when it counts less, as after a restored backup", () => {
  const follower = aScreen();
  follower.disconnected();
  follower.connected(5000);

  assert.equal(follower.board({ seq: 4 }, 5100), "take");
  assert.equal(follower.event({ seq: 5, prev: 4 }, 5200), "apply");
});

test("ten seconds without a heartbeat are stale, sixty are offline, one heartbeat makes it live", () => {
  const follower = aScreen();

  assert.equal(follower.freshness(9999), LIVE);
  assert.equal(follower.freshness(10_000), STALE);
  assert.equal(follower.freshness(59_999), STALE);
  assert.equal(follower.freshness(60_000), OFFLINE);
  follower.heartbeat({ seq: 10 }, 61_000);
  assert.equal(follower.freshness(61_001), LIVE);
});

test("heartbeats that show the screen behind do not make it fresh", () => {
  const follower = aScreen();

  for (let at = 5000; at <= 10_000; at += 5000) follower.heartbeat({ seq: 20 }, at);

  assert.equal(follower.freshness(10_000), STALE);
});

test("the age of the screen is told in seconds", () => {
  const follower = aScreen();

  assert.equal(follower.age(12_500), 12.5);
});
