/** The way back to the room: lost words heal by the board, a lost server is looked for without wearing out sockets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connectLive } from "../../server/web/static/live.js";

/** A page in the hall before a server that the test plays; `pass` lets time go by, a quarter second at a look. */
function aPage(options = {}) {
  const heard = [];
  const ears = new Map();
  const socket = {
    connected: false,
    opened: 0,
    joined: [],
    on: (name, hear) => ears.set(name, hear),
    emit: (name, told, answer) => name === "join" && socket.joined.push({ told, answer }),
    connect: () => {
      socket.opened += 1;
    },
    close() {},
  };
  let at = 0;
  let look = () => {};
  let isThere = true;
  const live = connectLive({
    room: { zone: "hall" },
    onBoard: (board) => heard.push(`board ${board.seq}`),
    onEvent: (name, event) => heard.push(`${name} ${event.seq}`),
    onFreshness: (state) => heard.push(state),
    onRefused: (problem) => heard.push(`refused ${problem.code}`),
    connect: () => socket,
    probe: async () => {
      if (!isThere) throw new TypeError("cut");
      return true;
    },
    steady: () => at,
    every: (_ms, task) => {
      look = task;
    },
    never() {},
    chance: () => 0.5,
    ...options,
  });
  const hear = (name, told) => {
    if (name === "connect") socket.connected = true;
    if (name === "disconnect") socket.connected = false;
    ears.get(name)(told);
  };
  return {
    live,
    socket,
    heard,
    hear,
    cut() {
      isThere = false;
      hear("disconnect");
    },
    heal() {
      isThere = true;
    },
    async pass(ms) {
      for (const until = at + ms; at < until; ) {
        at += 250;
        look();
        await new Promise((done) => setImmediate(done));
      }
    },
  };
}

/** A page that holds the board of seq 10. */
function aPageInTheRoom(options) {
  const page = aPage(options);
  page.hear("connect");
  page.hear("board", { seq: 10 });
  page.heard.length = 0;
  return page;
}

test("a page joins its room when the link is up and shows the board it is sent", () => {
  const page = aPage();

  page.hear("connect");
  page.hear("board", { seq: 10 });

  assert.deepEqual(page.socket.joined[0].told, { zone: "hall" });
  assert.deepEqual(page.heard, ["board 10"]);
});

test("a word that was lost brings the whole board", () => {
  const page = aPageInTheRoom();

  page.hear("ticket_called", { seq: 11, prev: 10 });
  page.hear("ticket_called", { seq: 14, prev: 12 });
  page.hear("board", { seq: 14 });

  assert.deepEqual(page.heard, ["ticket_called 11", "board 14"]);
  assert.equal(page.socket.joined.length, 2);
});

test("while the server is gone no socket is worn out, and when it is back one is opened within two seconds", async () => {
  const page = aPageInTheRoom();

  page.cut();
  await page.pass(30_000);
  assert.equal(page.socket.opened, 0);

  page.heal();
  await page.pass(2000);
  assert.equal(page.socket.opened, 1);
  page.hear("connect");
  page.hear("board", { seq: 12 });
  assert.deepEqual(page.heard, ["stale", "board 12", "live"]);
});

test("ten seconds of silence are stale and sixty are offline", async () => {
  const page = aPageInTheRoom();
  page.cut();

  await page.pass(9750);
  assert.deepEqual(page.heard, []);
  await page.pass(250);
  assert.deepEqual(page.heard, ["stale"]);
  await page.pass(50_000);
  assert.deepEqual(page.heard, ["stale", "offline"]);
});

test("where sockets do not pass, the board is asked for every five seconds and the page stays fresh", async () => {
  let asked = 0;
  const page = aPageInTheRoom({
    poll: async () => {
      asked += 1;
      return { seq: 10 + asked };
    },
  });

  page.hear("disconnect");
  await page.pass(30_000);

  assert.ok(asked >= 3 && asked <= 6, `asked ${asked} times`);
  assert.ok(!page.heard.includes("stale"));
});

test("a page that may not listen says so, and tries again five seconds later", async () => {
  const page = aPage();

  page.hear("connect_error", { data: { code: "bad_token", detail: "revoked" } });
  await page.pass(4750);
  assert.deepEqual([page.heard, page.socket.opened], [["refused bad_token"], 0]);

  await page.pass(500);
  assert.equal(page.socket.opened, 1);
});

test("a room that is refused says why", () => {
  const page = aPage();
  page.hear("connect");

  page.socket.joined[0].answer({ code: "not_allowed", detail: "not bound to hall" });

  assert.deepEqual(page.heard, ["refused not_allowed"]);
});
