/** The hall's board, long because time is told second by second: cards take turns, the list never waits, numbers age. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { breadth, createHall, isReloadDue, shiftAt, tongueAt } from "../../display/static/board.js";

const START = Date.parse("2026-03-02T02:00:00Z");
const iso = (at) => new Date(START + at).toISOString();

/** A hall with a clock of its own: every word is heard at `clock.at` ms after ten in the morning. */
function aHall(board = {}, options = {}) {
  const hall = createHall(options);
  const clock = { at: 0 };
  const news = (more) => ({
    seq: 1,
    as_of: iso(clock.at),
    is_open: true,
    opens_at: null,
    calls: [],
    recent: [],
    missed: [],
    queues: [{ service: "A", name: { ms: "Sijil" }, waiting: 3, wait: null, counters_open: 2 }],
    counters_open: 2,
    promise: { minutes: 15, share: 0.9, kept_share: null, judged: 0 },
    notices: [],
    ...more,
  });
  hall.board(news(board), 0);
  return {
    clock,
    hear: (more) => hall.board(news(more), clock.at),
    call: (number, counter, calls = 1) =>
      hall.event(
        calls > 1 ? "ticket_recalled" : "ticket_called",
        { number, counter, calls, at: iso(clock.at) },
        clock.at,
      ),
    say: (name, number) => hall.event(name, { number, at: iso(clock.at) }, clock.at),
    waits: (figures) => hall.waits(figures),
    notice: (notice) => hall.notice(notice),
    view: () => hall.view(clock.at, START + clock.at),
    cards: () => hall.view(clock.at, START + clock.at).cards.map((card) => card.number),
  };
}

/** For how long, in ms, each number stood on a card during `ms`, looking ten times a second. */
function watch(hall, ms) {
  const stood = new Map();
  const until = hall.clock.at + ms;
  while (hall.clock.at < until) {
    for (const number of hall.cards()) stood.set(number, (stood.get(number) ?? 0) + 100);
    hall.clock.at += 100;
  }
  return stood;
}

test("a call stands on a card at once, fresh for six seconds and then steady", () => {
  const hall = aHall();

  hall.call("A012", "3");

  assert.deepEqual(hall.view().cards, [{ number: "A012", counter: "3", calls: 1, turn: 1, isFresh: true }]);
  hall.clock.at = 5999;
  assert.equal(hall.view().cards[0].isFresh, true);
  hall.clock.at = 6000;
  assert.equal(hall.view().cards[0].isFresh, false);
});

test("five calls in one second: three share the room, the other two follow, each stands ten seconds", () => {
  const hall = aHall();

  for (const [index, number] of ["A001", "A002", "A003", "A004", "A005"].entries()) {
    hall.clock.at = index * 200;
    hall.call(number, String(index + 1));
  }

  assert.deepEqual(hall.cards(), ["A003", "A002", "A001"]);
  const stood = watch(hall, 25_000);
  assert.deepEqual([...stood.keys()].sort(), ["A001", "A002", "A003", "A004", "A005"]);
  // the five calls took 0.8 s of the first cards' time before the watch began
  for (const [number, ms] of stood) assert.ok(ms >= 9_200, `${number} stood ${ms} ms`);
  assert.ok(stood.get("A004") >= 10_000 && stood.get("A005") >= 10_000);
});

test("five calls in one second are all in the list of last calls at once, newest on top", () => {
  const hall = aHall();

  for (const number of ["A001", "A002", "A003", "A004", "A005"]) hall.call(number, "1");

  assert.deepEqual(
    hall.view().recent.map((row) => row.number),
    ["A005", "A004", "A003", "A002", "A001"],
  );
  assert.ok(hall.view().recent.every((row) => row.isLit));
});

test("a customer who is served after two seconds keeps the card for the ten", () => {
  const hall = aHall();
  hall.call("A012", "3");

  hall.clock.at = 2000;
  hall.say("service_began", "A012");

  hall.clock.at = 9900;
  assert.deepEqual(hall.cards(), ["A012"]);
  assert.equal(hall.view().recent[0].isLit, false);
  hall.clock.at = 10_000;
  assert.deepEqual(hall.cards(), []);
});

test("a call nobody has answered stays on its card until somebody does", () => {
  const hall = aHall();
  hall.call("A012", "3");

  hall.clock.at = 55_000;
  assert.deepEqual(hall.cards(), ["A012"]);

  hall.say("ticket_no_show", "A012");
  assert.deepEqual(hall.cards(), []);
});

test("a fourth call takes the oldest card's place only after ten seconds", () => {
  const hall = aHall();
  hall.call("A001", "1");
  hall.clock.at = 3000;
  hall.call("A002", "2");
  hall.call("A003", "3");
  hall.clock.at = 4000;
  hall.call("A004", "4");

  hall.clock.at = 9999;
  assert.deepEqual(hall.cards(), ["A003", "A002", "A001"]);
  hall.clock.at = 10_000;
  assert.deepEqual(hall.cards(), ["A004", "A003", "A002"]);
});

test("a call that had to yield and still stands comes back, without asking for attention again", () => {
  const hall = aHall();
  for (const number of ["A001", "A002", "A003", "A004"]) hall.call(number, "1");
  hall.clock.at = 10_000;
  assert.deepEqual(hall.cards(), ["A004", "A003", "A002"]);

  hall.clock.at = 21_000;
  hall.say("service_began", "A003");

  assert.deepEqual(hall.cards(), ["A004", "A002", "A001"]);
  assert.equal(hall.view().cards.at(-1).isFresh, false);
});

test("a call answered before its card came takes nobody's place", () => {
  const hall = aHall();
  for (const number of ["A001", "A002", "A003", "A004"]) hall.call(number, "1");

  hall.clock.at = 5000;
  hall.say("service_began", "A004");

  const stood = watch(hall, 10_000);
  assert.equal(stood.has("A004"), false);
});

test("a recall rings again: fresh, on top, ten seconds more", () => {
  const hall = aHall();
  hall.call("A001", "1");
  hall.clock.at = 5000;
  hall.call("A002", "2");
  hall.clock.at = 15_000;
  assert.equal(hall.view().cards[1].isFresh, false);

  hall.call("A001", "1", 2);

  const [top] = hall.view().cards;
  assert.deepEqual([top.number, top.calls, top.isFresh], ["A001", 2, true]);
  assert.equal(hall.view().recent[0].number, "A001");
  assert.equal(hall.view().recent.length, 2);
  hall.clock.at = 16_000;
  hall.say("service_began", "A001");
  hall.clock.at = 24_900;
  assert.ok(hall.cards().includes("A001"));
  hall.clock.at = 25_000;
  assert.ok(!hall.cards().includes("A001"));
});

test("the last call rests in sight, unlit, and then the hall speaks for itself", () => {
  const hall = aHall();
  hall.call("A012", "3");
  hall.say("service_began", "A012");

  hall.clock.at = 10_000;
  assert.equal(hall.view().mode, "rest");
  assert.deepEqual(hall.view().rest, { number: "A012", counter: "3" });
  hall.clock.at = 190_000;
  assert.equal(hall.view().mode, "idle");
});

test("a screen that starts amid calls shows them quietly, and a call made just now aloud", () => {
  const hall = aHall();
  const fresh = createHall();
  const calls = [
    { number: "A009", counter: "2", calls: 1, at: iso(-1000) },
    { number: "A008", counter: "1", calls: 1, at: iso(-40_000) },
  ];

  fresh.board({ ...emptyBoard(), calls, recent: calls }, 0);

  assert.deepEqual(
    fresh.view(0, START).cards.map((card) => [card.number, card.isFresh]),
    [
      ["A009", true],
      ["A008", false],
    ],
  );
  assert.deepEqual(hall.cards(), []);
});

test("a call made while the line was cut gets its card when the board comes", () => {
  const hall = aHall();
  hall.clock.at = 60_000;
  const calls = [{ number: "A020", counter: "4", calls: 1, at: iso(20_000) }];

  hall.hear({ calls, recent: calls });

  assert.deepEqual(
    hall.view().cards.map((card) => [card.number, card.isFresh]),
    [["A020", true]],
  );
});

test("a board that says the same again rings nobody", () => {
  const hall = aHall();
  hall.call("A012", "3");
  hall.clock.at = 8000;
  const calls = [{ number: "A012", counter: "3", calls: 1, at: iso(0) }];

  hall.hear({ calls, recent: calls });

  assert.deepEqual(hall.view().cards, [{ number: "A012", counter: "3", calls: 1, turn: 1, isFresh: false }]);
});

test("a board without a call that stood here ends it", () => {
  const hall = aHall();
  hall.call("A012", "3");
  hall.clock.at = 11_000;

  hall.hear({ calls: [], recent: [{ number: "A012", counter: "3", calls: 1, at: iso(0) }] });

  assert.deepEqual(hall.cards(), []);
  assert.equal(hall.view().recent[0].isLit, false);
});

test("the list keeps six calls, five while somebody is missed", () => {
  const hall = aHall();
  for (let index = 1; index <= 9; index += 1) hall.call(`A00${index}`, "1");
  assert.equal(hall.view().recent.length, 6);

  hall.say("ticket_no_show", "A001");

  assert.equal(hall.view().recent.length, 5);
  assert.deepEqual(hall.view().missed, ["A001"]);
});

test("a missed number stays thirty minutes, and eight at most stand", () => {
  const hall = aHall();
  for (let index = 0; index < 10; index += 1) {
    hall.clock.at = index * 60_000;
    hall.say("ticket_no_show", `A00${index}`);
  }

  assert.deepEqual(hall.view().missed, ["A009", "A008", "A007", "A006", "A005", "A004", "A003", "A002"]);
  hall.clock.at = 9 * 60_000 + 30 * 60_000;
  assert.deepEqual(hall.view().missed, ["A009"]);
  hall.clock.at += 1;
  assert.deepEqual(hall.view().missed, []);
});

test("a missed number that comes back or is called again is missed no more", () => {
  const hall = aHall();
  hall.say("ticket_no_show", "A001");
  hall.say("ticket_no_show", "A002");

  hall.say("ticket_restored", "A001");
  hall.call("A002", "5");

  assert.deepEqual(hall.view().missed, []);
});

test("closed stands alone only when nobody waits any more", () => {
  const hall = aHall();
  hall.hear({ is_open: false, closed_reason: "hours", opens_at: iso(3_600_000) });
  assert.equal(hall.view().mode, "idle");
  assert.equal(hall.view().isClosing, true);

  hall.waits({ queues: [{ service: "A", name: { ms: "Sijil" }, waiting: 0, wait: null }] });

  assert.equal(hall.view().mode, "closed");
  assert.equal(hall.view().isClosing, false);
});

test("a call after closing time is still shown", () => {
  const hall = aHall();
  hall.hear({ is_open: false, closed_reason: "hours", queues: [] });

  hall.call("A012", "3");

  assert.equal(hall.view().mode, "call");
});

test("new figures change the figures and no call", () => {
  const hall = aHall();
  hall.call("A012", "3");

  hall.waits({ seq: 99, queues: [], counters_open: 7, as_of: iso(1) });

  assert.equal(hall.view().countersOpen, 7);
  assert.deepEqual(hall.cards(), ["A012"]);
});

test("a notice goes by itself when its time is over, and a new wording replaces the old", () => {
  const hall = aHall();
  hall.notice({ id: 1, text: { ms: "Sistem tergendala" }, until: iso(60_000) });
  hall.notice({ id: 1, text: { ms: "Sistem pulih" }, until: iso(60_000) });

  assert.deepEqual(
    hall.view().notices.map((notice) => notice.text.ms),
    ["Sistem pulih"],
  );
  hall.clock.at = 60_000;
  assert.deepEqual(hall.view().notices, []);
});

test("the canteen is told who is called, and who should get ready unless called already", () => {
  const hall = aHall({ ready: [{ number: "A013" }, { number: "A014" }] });

  hall.call("A013", "2");

  assert.deepEqual(
    hall.view().called.map((entry) => entry.number),
    ["A013"],
  );
  assert.deepEqual(hall.view().ready, [{ number: "A014" }]);
});

test("what is drawn names number and counter, never a lane, a service or a person", () => {
  const hall = aHall();
  hall.call("A012", "3");

  const { cards, recent } = hall.view();

  assert.deepEqual(Object.keys(cards[0]).sort(), ["calls", "counter", "isFresh", "number", "turn"]);
  assert.deepEqual(Object.keys(recent[0]).sort(), ["counter", "isLit", "number"]);
});

test("a day of five thousand calls leaves nothing behind in the page", () => {
  const hall = aHall();
  for (let index = 0; index < 5000; index += 1) {
    hall.clock.at = index * 7000;
    hall.call(`A${String(index).padStart(4, "0")}`, "1");
    hall.say(index % 9 === 0 ? "ticket_no_show" : "service_began", `A${String(index).padStart(4, "0")}`);
    hall.view();
  }
  hall.clock.at += 60 * 60_000;

  const view = hall.view();

  assert.equal(view.cards.length, 0);
  assert.ok(view.recent.length <= 6 && view.missed.length === 0);
});

test("another language comes every eight seconds, two at once at most", () => {
  const languages = ["ms", "en", "zh", "ta"];
  assert.deepEqual(
    [0, 7999, 8000, 16_000, 24_000].map((at) => tongueAt(at, languages)),
    ["en", "en", "zh", "ta", "en"],
  );
  assert.equal(tongueAt(0, ["ms"]), null);
});

test("the page begins anew once a night at three, in the branch's time zone", () => {
  const zone = "Asia/Kuala_Lumpur";
  const evening = Date.parse("2026-03-02T12:00:00Z"); // 20:00
  assert.equal(isReloadDue(evening, Date.parse("2026-03-02T18:59:59Z"), zone), false); // 02:59:59
  assert.equal(isReloadDue(evening, Date.parse("2026-03-02T19:00:00Z"), zone), true); // 03:00
  const reborn = Date.parse("2026-03-02T19:00:05Z");
  assert.equal(isReloadDue(reborn, Date.parse("2026-03-03T18:59:00Z"), zone), false);
});

test("the picture moves every ten minutes and comes home", () => {
  assert.deepEqual(
    [0, 599_999, 600_000, 8 * 600_000].map((at) => shiftAt(at)),
    [0, 0, 1, 0],
  );
});

test("the widest call decides the split of the screen", () => {
  assert.equal(breadth([]), 0);
  assert.equal(
    breadth([
      { number: "A012", counter: "3" },
      { number: "A1000", counter: "12" },
    ]),
    7,
  );
});

function emptyBoard() {
  return {
    seq: 1,
    as_of: iso(0),
    is_open: true,
    calls: [],
    recent: [],
    missed: [],
    queues: [],
    counters_open: 0,
    promise: null,
    notices: [],
  };
}
