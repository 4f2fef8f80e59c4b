/** A number for somebody at the desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mayPress, requestOf } from "../../counter_terminal/static/board.js";
import { askOf, lanesInOrder, letterOf } from "../../counter_terminal/static/issuing.js";

test("the usual lane stands first and the emergency last, each with its key", () => {
  const lanes = lanesInOrder(["emergency", "elderly", "priority", "regular"]);

  assert.deepEqual(lanes, ["regular", "elderly", "priority", "emergency"]);
  assert.deepEqual(
    lanes.map((_, n) => letterOf("lane", n)),
    ["Q", "W", "E", "R"],
  );
  assert.equal(letterOf("kiosk", 0), "");
  assert.equal(letterOf("reason", 9), "");
});

test("what is asked names the kiosk that prints, and nothing where the number is only told", () => {
  const asked = { service: "F", lane: "elderly", language: "ta", kiosk: "main", reason: "" };

  assert.deepEqual(askOf(asked), { body: { service: "F", lane: "elderly", language: "ta", kiosk: "main" } });
  assert.deepEqual(askOf({ ...asked, kiosk: "" }).body, { service: "F", lane: "elderly", language: "ta" });
  assert.equal(requestOf("issue", "3", askOf(asked).body).path, "/tickets");
});

test("an emergency goes with its reason, and no other lane has one", () => {
  const asked = { service: "F", lane: "emergency", language: "ms", kiosk: "", reason: "" };

  assert.deepEqual(askOf(asked), { missing: "reason" });
  assert.equal(askOf({ ...asked, reason: "injury" }).body.reason, "injury");
  assert.equal("reason" in askOf({ ...asked, lane: "regular", reason: "injury" }).body, false);
});

test("a reception desk with no counter open may give numbers, a keypad's PC may not", () => {
  const closed = { duty: null, services: [] };
  const may = (officer, more = {}) => mayPress("issue", { board: closed, officer, now: 0, ...more }).can;

  assert.equal(may({ id: 1, role: "officer" }), true);
  assert.equal(may({ id: 1, role: "officer" }, { link: "offline" }), false);
  assert.equal(may({ id: null, role: "counter" }), false);
});
