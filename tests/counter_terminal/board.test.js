/** The officer's terminal, long because each key and state has its sentence: what may be pressed when, what is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../counter_terminal/static/board.js";

const NOW = Date.parse("2026-03-02T02:00:00Z");
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();
const AINA = { id: 7, name: "Aina", role: "officer" };

const aTicket = (more = {}) => ({
  number: "A012",
  service: "A",
  status: "called",
  called_at: at(-12),
  began_at: null,
  calls: 1,
  waited_s: 720,
  promise_s: 900,
  held_s: 0,
  legs: [],
  ...more,
});

const aBoard = (more = {}) => ({
  as_of: at(0),
  counter: { code: "K3", name: "3", services: ["A", "F"] },
  duty: { officer: { id: 7, name: "Aina" }, services: ["A", "F"] },
  closed: null,
  ticket: null,
  held: [],
  missed: [],
  waiting: 4,
  by_service: [
    { service: "A", waiting: 3, longest_wait_s: 600 },
    { service: "F", waiting: 1, longest_wait_s: 60 },
  ],
  next: [{ number: "A014" }, { number: "A015" }, { number: "F003" }],
  may: { next: true, close: true, recall: false, no_show: false, undo: false },
  targets: { service_s: 300 },
  ...more,
});

const may = (action, board, more = {}) =>
  facts.mayPress(action, { board, officer: AINA, now: NOW, link: "live", busy: false, ...more });

// ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────

test("every key of the row does what is written on it", () => {
  const keys = facts.readKeys();
  const expected = { F8: "next", F9: "recall", F10: "finish", F7: "no_show", F6: "transfer", F4: "hold", F2: "close" };

  for (const [key, action] of Object.entries(expected)) assert.equal(facts.actionOfKey(keys, key), action);
  assert.equal(facts.actionOfKey(keys, "F13"), null);
  assert.equal(facts.actionOfKey(keys, ""), null);
});

test("a key that the branch gives to another action is taken from the one that had it", () => {
  const keys = facts.readKeys({ next: "F9", "no-show": "KP_MINUS", unknown: "F1", hold: 4 });

  assert.equal(facts.actionOfKey(keys, "F9"), "next");
  assert.equal(keys.recall, "");
  assert.equal(keys.no_show, "KP_MINUS");
  assert.equal(keys.hold, "F4");
  assert.equal(facts.actionOfKey(keys, "F1"), "help");
});

test("the names that a keypad uses mean the same here", () => {
  const keys = facts.readKeys({ break: "F12", "finish-referred": "F2" });

  assert.equal(keys.close, "F12");
  assert.equal(keys.refer, "F2");
  assert.equal(keys.come_again, "");
});

test("a promise in danger is told where it is served, to a supervisor everywhere, and what is asked goes before it", () => {
  const cases = [{ service: "H", service_name: { ms: "Bayaran" }, level: "breached" }];
  const asked = [{ action: "move", service: "H", service_name: { ms: "Bayaran" }, to: "5" }];
  const line = (officer, recovery) =>
    facts.lineOf({ board: aBoard({ recovery }), officer, now: NOW, link: "live", lock: null, said: null });
  const supervisor = { id: 9, name: "Devi", role: "supervisor" };
  const mine = aBoard({ duty: { officer: { id: 9, name: "Devi" }, services: ["A"] } });

  assert.equal(line(AINA, { cases, asked: [] }), null);
  const own = [{ ...cases[0], service: "A", level: "warned" }];
  assert.equal(line(AINA, { cases: own, asked: [] }).kind, "recovery_warned");
  const told = facts.lineOf({
    board: { ...mine, recovery: { cases, asked: [] } },
    officer: supervisor,
    now: NOW,
    link: "live",
    lock: null,
    said: null,
  });
  assert.deepEqual(told, { kind: "recovery_breached", level: "bad", service: { ms: "Bayaran" } });
  assert.deepEqual(line(AINA, { cases: own, asked }), {
    kind: "recovery_move",
    level: "warning",
    service: { ms: "Bayaran" },
    to: "5",
  });
});

test("a customer who came back from an untaken transfer is announced until somebody calls", () => {
  const board = aBoard({ came_back: [{ number: "A009", service: "A" }] });
  const line = (officer) => facts.lineOf({ board, officer, now: NOW, link: "live", lock: null, said: null });

  assert.deepEqual(line(AINA), { kind: "came_back", level: "warning", number: "A009" });
  assert.equal(line({ id: 8, name: "Devi", role: "officer" }), null);
});

test("the keys are off at a window while the officer works at another one", () => {
  const link = (board, claimed, officer = AINA) =>
    facts.linkOfWindow("live", { board, officer, claimed, mine: "this" });

  assert.equal(link(aBoard(), "that"), "elsewhere");
  assert.equal(link(aBoard(), "this"), "live");
  assert.equal(link(aBoard(), null), "live");
  assert.equal(link(aBoard({ duty: null }), "that"), "live"); // nobody works at a closed counter
  assert.equal(link(aBoard(), "that", { id: 8, name: "Devi", role: "officer" }), "live"); // taken: it is another's
  assert.equal(may("next", aBoard(), { link: "elsewhere" }).can, false);
  assert.deepEqual(
    facts.lineOf({ board: aBoard(), officer: AINA, now: NOW, link: "elsewhere", lock: null, said: null }),
    { kind: "elsewhere", level: "warning" },
  );
});

test("one transaction more or fewer is one key, from one to nine hundred and ninety-nine", () => {
  const board = (transactions) => aBoard({ ticket: aTicket({ transactions }) });
  const keys = facts.readKeys();

  assert.equal(facts.actionOfKey(keys, facts.keyName({ key: "+", shiftKey: true })), "more");
  assert.equal(facts.actionOfKey(keys, "-"), "fewer");
  assert.deepEqual(facts.requestOf("count", "K3", { transactions: facts.counted(3, "fewer") }), {
    path: "/counters/K3/transactions",
    body: { transactions: 2 },
  });
  assert.equal(may("fewer", board(1)).can, false);
  assert.equal(may("more", board(1)).can, true);
  assert.equal(may("more", board(999)).can, false);
  assert.equal(may("more", aBoard()).can, false);
});

test("two blows on the counting key are two transactions", () => {
  assert.equal(facts.isSecondBlow("count", { action: "count", at: 100 }, 110), false);
});

test("a key is named with what is held down beside it", () => {
  assert.equal(facts.keyName({ key: "F8" }), "F8");
  assert.equal(facts.keyName({ key: "z", ctrlKey: true }), "Ctrl+Z");
  assert.equal(facts.keyName({ key: "F8", shiftKey: true }), "Shift+F8");
  assert.equal(facts.keyName({ key: "Shift", shiftKey: true }), "");
  assert.equal(facts.keyName({ key: "+", shiftKey: true }), "+");
});

// ── where the counter stands ───────────────────────────────────────────────────────────────────────────────

test("the counter says who sits there and whom it has in hand", () => {
  assert.equal(facts.stateOf(null, AINA), "signed_out");
  assert.equal(facts.stateOf(aBoard(), null), "signed_out");
  assert.equal(facts.stateOf(aBoard({ duty: null }), AINA), "closed");
  assert.equal(facts.stateOf(aBoard({ duty: { officer: { id: 8, name: "Devi" } } }), AINA), "taken");
  assert.equal(facts.stateOf(aBoard(), AINA), "idle");
  assert.equal(facts.stateOf(aBoard({ ticket: aTicket() }), AINA), "called");
  assert.equal(facts.stateOf(aBoard({ ticket: aTicket({ status: "serving" }) }), AINA), "serving");
});

test("a counter that a keypad opened, and a paired counter PC, are nobody's in particular", () => {
  const byKeypad = aBoard({ duty: { officer: null, services: ["A"] } });
  const byDevi = aBoard({ duty: { officer: { id: 8, name: "Devi" } } });

  assert.equal(facts.stateOf(byKeypad, AINA), "idle");
  assert.equal(facts.stateOf(byDevi, { id: null, name: "PC 3", role: "counter" }), "idle");
});

test("another officer's counter can only be taken over", () => {
  const board = aBoard({ duty: { officer: { id: 8, name: "Devi" } }, ticket: aTicket() });

  for (const action of ["next", "recall", "finish", "no_show", "close", "transfer", "open", "undo", "walk_direct"]) {
    assert.equal(may(action, board).can, false, action);
  }
  assert.equal(may("take_over", board).can, true);
});

test("nothing may be pressed while a request is on its way or the link is gone", () => {
  const board = aBoard({ ticket: aTicket(), may: { next: true, serve: true, undo: { until: at(5) } } });

  for (const action of ["next", "serve", "undo", "transfer"]) {
    assert.equal(may(action, board).can, true, action);
    assert.equal(may(action, board, { busy: true }).can, false, action);
    assert.equal(may(action, board, { link: "offline" }).can, false, action);
  }
});

test("a closed counter can only be opened, or ring for help", () => {
  const board = aBoard({ duty: null, may: { open: true, next: false } });

  assert.equal(may("open", board).can, true);
  assert.equal(may("help", board).can, true);
  for (const action of ["next", "close", "walk_direct", "call", "restore"]) assert.equal(may(action, board).can, false);
});

test("a break waits until the customer in hand has gone", () => {
  assert.equal(may("close", aBoard()).can, true);
  assert.equal(may("close", aBoard({ ticket: aTicket() })).can, false);
});

test("the recall comes free ten seconds after the last call", () => {
  const board = aBoard({ ticket: aTicket(), may: { recall: { at: at(8) } } });

  assert.deepEqual(may("recall", board), { can: false, seconds: 8, calls: 0 });
  assert.deepEqual(may("recall", board, { now: NOW + 7100 }), { can: false, seconds: 1, calls: 0 });
  assert.deepEqual(may("recall", board, { now: NOW + 8000 }), { can: true, seconds: 0, calls: 0 });
});

test("a countdown never says nothing is left while something is", () => {
  assert.deepEqual(
    [10.2, 1.4, 0.3, 0, -5].map((left) => facts.secondsUntil(at(left), NOW)),
    [10, 1, 1, 0, 0],
  );
});

test("a no-show waits for its minute and for its calls", () => {
  const board = aBoard({ ticket: aTicket(), may: { no_show: { at: at(48), calls_left: 1 } } });
  const called = aBoard({ ticket: aTicket(), may: { no_show: { at: at(48), calls_left: 0 } } });

  assert.deepEqual(may("no_show", board), { can: false, seconds: 48, calls: 1 });
  assert.deepEqual(may("no_show", board, { now: NOW + 60_000 }), { can: false, seconds: 0, calls: 1 });
  assert.deepEqual(may("no_show", called, { now: NOW + 48_000 }), { can: true, seconds: 0, calls: 0 });
  assert.equal(may("no_show", aBoard({ ticket: aTicket(), may: { no_show: true } })).can, true);
});

test("what the branch refuses stays dark, whatever the terminal thinks", () => {
  const full = aBoard({ ticket: aTicket({ status: "serving" }), may: { hold: false, transfer: true } });

  assert.equal(may("hold", full).can, false);
  assert.equal(may("transfer", full).can, true);
});

test("three outcomes are three keys for one finish", () => {
  const board = aBoard({ ticket: aTicket({ status: "serving" }), may: { finish: true } });

  for (const action of ["finish", "refer", "come_again"]) assert.equal(may(action, board).can, true);
  assert.equal(may("refer", aBoard()).can, false);
});

test("a no-show can be taken back while its ten seconds run", () => {
  const board = aBoard({ may: { undo: { until: at(10), number: "A012" } } });

  assert.deepEqual(may("undo", board), { can: true, seconds: 10, calls: 0 });
  assert.equal(may("undo", board, { now: NOW + 10_000 }).can, false);
  assert.equal(may("undo", aBoard()).can, false);
});

test("two blows on one key within a second are one wish", () => {
  const last = { action: "next", at: 5000 };

  assert.equal(facts.isSecondBlow("next", last, 5400), true);
  assert.equal(facts.isSecondBlow("next", last, 6000), false);
  assert.equal(facts.isSecondBlow("recall", last, 5400), false);
  assert.equal(facts.isSecondBlow("next", null, 5400), false);
});

// ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────

test("the timer is green, amber from eighty per cent of the target, red from the target", () => {
  const serving = (seconds) =>
    facts.timerOf(aBoard({ ticket: aTicket({ status: "serving", began_at: at(-seconds) }) }), NOW);

  assert.equal(serving(239).level, "good");
  assert.equal(serving(240).level, "warning");
  assert.equal(serving(299).level, "warning");
  assert.equal(serving(300).level, "bad");
  assert.deepEqual([serving(421).over, serving(421).share], [121, 1]);
});

test("time on hold is not service time", () => {
  const ticket = aTicket({ status: "serving", began_at: at(-400), held_s: 300 });

  assert.equal(facts.timerOf(aBoard({ ticket }), NOW).seconds, 100);
});

test("before the service begins the timer counts from the last call and has no target", () => {
  const timer = facts.timerOf(aBoard({ ticket: aTicket({ first_called_at: at(-70), called_at: at(-12) }) }), NOW);

  assert.deepEqual([timer.kind, timer.seconds, timer.level, timer.target], ["called", 12, "calm", null]);
  assert.equal(facts.timerOf(aBoard(), NOW), null);
});

test("a service without a learned time has a calm timer", () => {
  const ticket = aTicket({ status: "serving", began_at: at(-900) });

  assert.equal(facts.timerOf(aBoard({ ticket, targets: { service_s: null } }), NOW).level, "calm");
});

test("a wait longer than the promise is said before the greeting", () => {
  assert.equal(facts.isOverPromise(aTicket({ waited_s: 901 })), true);
  assert.equal(facts.isOverPromise(aTicket({ waited_s: 900 })), false);
  assert.equal(facts.isOverPromise(aTicket({ waited_s: 9000, promise_s: null })), false);
});

test("a ticket put aside is called to mind when its time has come", () => {
  const board = aBoard({
    held: [
      { number: "A009", remind_at: at(-1) },
      { number: "A010", remind_at: at(30) },
    ],
  });

  assert.deepEqual(
    facts.remindersDue(board, NOW).map((held) => held.number),
    ["A009"],
  );
});

test("the officer is told when the first customer comes, and only then", () => {
  const empty = aBoard({ waiting: 0 });

  assert.equal(facts.cameToEmpty(empty, aBoard({ waiting: 1 })), true);
  assert.equal(facts.cameToEmpty(aBoard({ waiting: 1 }), aBoard({ waiting: 2 })), false);
  assert.equal(facts.cameToEmpty(empty, aBoard({ waiting: 1, ticket: aTicket() })), false);
  assert.equal(facts.cameToEmpty(empty, aBoard({ waiting: 1, duty: null })), false);
  assert.equal(facts.cameToEmpty(null, aBoard()), false);
});

test("a transfer goes to any other service, counter or officer, the open counters first", () => {
  const board = aBoard({
    ticket: aTicket(),
    services: [
      { code: "A", name: { ms: "Sijil" } },
      { code: "F", name: { ms: "Pendaftaran" } },
    ],
    counters: [
      { code: "K1", name: "1", is_open: false, officer: null },
      { code: "K2", name: "2", is_open: true, officer: { id: 8, name: "Devi" } },
      { code: "K3", name: "3", is_open: true, officer: { id: 7, name: "Aina" } },
    ],
    officers: [
      { id: 7, name: "Aina", counter: "K3" },
      { id: 8, name: "Devi", counter: "K2" },
    ],
  });

  const { services, counters, officers } = facts.transferTargets(board);

  assert.deepEqual(
    services.map((one) => one.value),
    ["F"],
  );
  assert.deepEqual(
    counters.map((one) => one.value),
    ["K2", "K1"],
  );
  assert.deepEqual(
    officers.map((one) => [one.value, one.name]),
    [[8, "2"]],
  );
});

test("fresher wait figures are written into the board of this counter alone", () => {
  const waits = {
    as_of: at(3),
    queues: [
      { service: "A", waiting: 5, longest_wait_s: 700 },
      { service: "Z", waiting: 9 },
    ],
  };

  const board = facts.withWaits(aBoard(), waits);

  assert.deepEqual([board.waiting, board.longest_wait_s, board.by_service.length], [6, 700, 2]);
  assert.equal(facts.withWaits(aBoard(), { queues: [{ service: "Z", waiting: 9 }] }).waiting, 4);
});

test("a list of who is next that does not fit those who wait is stale", () => {
  assert.equal(facts.isNextStale(aBoard()), false);
  assert.equal(facts.isNextStale(aBoard({ waiting: 2 })), true);
  assert.equal(facts.isNextStale(aBoard({ next: [] })), true);
});

// ── the link, the lock, the line ───────────────────────────────────────────────────────────────────────────

test("a terminal that hears nothing is offline; asking by HTTP is hearing", () => {
  const cut = { freshness: "live", connected: false, downFor: 7000, polledAgo: Number.POSITIVE_INFINITY };

  assert.equal(facts.linkOf({ ...cut, connected: true }), "live");
  assert.equal(facts.linkOf(cut), "offline");
  assert.equal(facts.linkOf({ ...cut, downFor: 2000 }), "live");
  assert.equal(facts.linkOf({ ...cut, polledAgo: 4000 }), "live");
  assert.equal(facts.linkOf({ ...cut, connected: true, freshness: "stale" }), "offline");
  assert.equal(facts.linkOf({ ...cut, connected: true, online: false }), "offline");
});

test("the screen locks after a quarter of an hour without a hand, and says so a minute before", () => {
  assert.equal(facts.lockOf(14 * 60_000 - 1).state, "open");
  assert.deepEqual(facts.lockOf(14 * 60_000), { state: "warning", seconds: 60 });
  assert.equal(facts.lockOf(15 * 60_000).state, "locked");
  assert.equal(facts.lockOf(99 * 60_000, { after: 0 }).state, "open");
});

test("the line on top says the most pressing thing", () => {
  const held = [{ number: "A009", remind_at: at(-1) }];
  const board = aBoard({ held, may: { undo: { until: at(5), number: "A012" } } });
  const lineOf = (more = {}) =>
    facts.lineOf({ board, officer: AINA, now: NOW, link: "live", lock: null, said: null, ...more });
  const no = { level: "bad", text: "Tidak boleh", until: NOW + 1 };

  assert.equal(lineOf({ link: "offline" }).kind, "offline");
  assert.equal(lineOf({ link: "offline", lock: { state: "warning", seconds: 30 }, said: no }).kind, "lock");
  assert.equal(lineOf({ said: no }).text, "Tidak boleh");
  assert.deepEqual([lineOf().kind, lineOf().number, lineOf().seconds], ["undo", "A012", 5]);
  assert.equal(lineOf({ now: NOW + 6000 }).kind, "reminder");
  assert.equal(lineOf({ board: aBoard() }), null);
  assert.equal(lineOf({ officer: null }), null);
});

// ── what is sent ───────────────────────────────────────────────────────────────────────────────────────────

test("each wish has its own address and says no more than it must", () => {
  assert.deepEqual(facts.requestOf("next", "K3"), { path: "/counters/K3/next", body: {} });
  assert.deepEqual(facts.requestOf("no_show", "K3").path, "/counters/K3/no-show");
  assert.deepEqual(facts.requestOf("walk_direct", "3 A", { service: "A" }), {
    path: "/counters/3%20A/walk-direct",
    body: { service: "A" },
  });
  assert.deepEqual(facts.requestOf("refer", "K3").body, { outcome: "referred" });
  assert.deepEqual(facts.requestOf("take_over", "K3"), { path: "/counters/K3/open", body: { take_over: true } });
  assert.deepEqual(facts.requestOf("help", "K3"), { path: "/help", body: { counter: "K3", kind: "help" } });
});

test("a note is trimmed to what the paper holds, and an empty one is not sent", () => {
  const long = facts.requestOf("transfer", "K3", { service: "F", note: ` ${"x".repeat(300)} ` });
  const none = facts.requestOf("transfer", "K3", { service: "F", note: "   " });

  assert.equal(long.body.note.length, facts.NOTE_LENGTH);
  assert.deepEqual(none.body, { service: "F" });
});

test("the range for new numbers spans all services of the counter, and is silent where nobody can say", () => {
  const wait = (low, high) => ({ low, likely: (low + high) / 2, high });
  const range = (...waits) => facts.expectedOf({ by_service: waits.map((one) => ({ wait: one })) });

  assert.deepEqual(range(wait(310, 900), wait(620, 1510), null), { a: 5, b: 30 });
  assert.deepEqual(range(wait(0, 100)), { a: 0, b: 5 });
  assert.equal(range(null, null), null);
  assert.equal(facts.expectedOf(null), null);
});

const SERVICES = ["A", "F", "H", "J", "K"].map((code) => ({ code, name: { ms: code } }));
const then = (service, counters_open = 1) => ({ service, service_name: { ms: service }, counters_open });

test("a service is added at the end of the visit, and one that is planned is struck", () => {
  const board = aBoard({ services: SERVICES, ticket: aTicket({ further: [then("F")] }) });

  const choices = new Map(facts.visitChoices(board).map((one) => [one.code, one.services]));

  assert.deepEqual(choices.get("H"), ["F", "H"]);
  assert.deepEqual(choices.get("F"), []);
  assert.equal(choices.has("A"), false);
});

test("nothing is added to a visit of four services", () => {
  const further = ["F", "H", "J"].map((code) => then(code));
  const board = aBoard({ services: SERVICES, ticket: aTicket({ further }) });

  assert.deepEqual(
    facts.visitChoices(board).map((one) => one.code),
    ["F", "H", "J"],
  );
});

test("of a service that is shut by its hours nobody says that a counter is missing", () => {
  const shut = { is_open: false, opens_at: "2026-03-03T00:00:00Z" };
  const board = (open) => aBoard({ ticket: aTicket({ further: [{ ...then("F", open), ...shut }] }) });

  assert.equal(facts.onwardOf("finish", board(0)).why, "shut");
  assert.equal(facts.onwardOf("finish", board(0)).level, "warning");
  assert.equal(facts.onwardOf("finish", board(1)).level, "calm"); // who is still at work calls those who wait
});

test("a transfer to a service where nobody calls is warned of, and one to a counter or an officer is theirs", () => {
  const services = [
    { code: "F", name: { ms: "Daftar" }, counters_open: 0, is_open: true, opens_at: null },
    { code: "H", name: { ms: "Hasil" }, counters_open: 0, is_open: false, opens_at: null },
    { code: "J", name: { ms: "Jualan" }, counters_open: 2, is_open: true, opens_at: null },
  ];
  const board = aBoard({ services, ticket: aTicket() });

  assert.equal(facts.onwardOf("transfer", board, { service: "F" }).why, "nobody");
  assert.equal(facts.onwardOf("transfer", board, { service: "H" }).why, "shut");
  assert.equal(facts.onwardOf("transfer", board, { service: "J" }), null);
  assert.equal(facts.onwardOf("transfer", board, { service: "F", counter: "K2" }), null);
  assert.equal(facts.onwardOf("transfer", board, { counter: "K2" }), null);
});

test("whoever finishes a service is told where its customer goes on to, and warned where nobody is", () => {
  const visit = (open) => aBoard({ ticket: aTicket({ further: [then("F", open), then("H")] }) });

  assert.equal(facts.onwardOf("finish", visit(1)).level, "calm");
  assert.equal(facts.onwardOf("next", visit(0)).level, "warning");
  assert.equal(facts.onwardOf("next", visit(0)).then.service, "F");
  assert.equal(facts.onwardOf("next", visit(0)).why, "nobody");
  assert.equal(facts.onwardOf("recall", visit(1)), null);
  assert.equal(facts.onwardOf("finish", aBoard({ ticket: aTicket() })), null);
});
