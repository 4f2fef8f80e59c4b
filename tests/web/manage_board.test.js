/** The manager's overview: each figure with its facts, and the marks that ask for a look. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  counterRow,
  exportAddress,
  percent,
  printerAlarms,
  queueRow,
  rangeOf,
  sentenceOf,
  tilesOf,
} from "../../server/web/static/manage_board.js";

const NOW = Date.parse("2026-03-02T02:00:00Z");
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();

const aBoard = (more = {}) => ({
  as_of: at(0),
  waiting: 5,
  longest_wait_s: 600,
  counters_open: 2,
  counters_total: 6,
  served_today: 40,
  issued_today: 50,
  called_today: 44,
  no_show_today: 3,
  breaches: 4,
  promise: { minutes: 15, share: 0.9, kept_share: 0.896, judged: 48 },
  ...more,
});
const tile = (key, more = {}) => tilesOf(aBoard(more)).find((one) => one.key === key);
const aCounter = (more = {}) => ({
  code: "K1",
  name: "1",
  is_open: true,
  officer: { id: 7, name: "Aina" },
  ticket: null,
  idle_s: 0,
  closed_reason: null,
  usual_s: null,
  ...more,
});

test("a promise of ninety per cent is not kept by eighty-nine point six", () => {
  assert.deepEqual([tile("kept").value, tile("kept").level], [89, "bad"]);
  assert.equal(percent(0.9), 90);
  assert.equal(percent(0.29), 29);
  assert.equal(percent(1), 100);
});

test("before the first verdict of the day the promise shows nothing", () => {
  const promise = { minutes: 15, share: 0.9, kept_share: null, judged: 0 };

  assert.deepEqual([tile("kept", { promise }).value, tile("kept", { promise }).level], [null, "calm"]);
});

test("no-shows are a share of the numbers that were called", () => {
  assert.equal(tile("no_show").value, 6);
  assert.deepEqual(tile("no_show").facts, { n: 3, all: 44 });
  assert.equal(tile("no_show", { called_today: 0 }).value, null);
});

test("people who wait while no counter is open are an alarm", () => {
  assert.equal(tile("open", { counters_open: 0 }).level, "bad");
  assert.equal(tile("open", { counters_open: 0, waiting: 0 }).level, "calm");
});

test("a wait past the promise is marked, an empty hall shows no wait at all", () => {
  assert.equal(tile("longest", { longest_wait_s: 901 }).level, "warning");
  assert.equal(tile("longest").level, "calm");
  assert.equal(tile("longest", { waiting: 0, longest_wait_s: 0 }).value, null);
});

test("a night is no wait: who was carried over is told beside the longest, and is never it", () => {
  assert.deepEqual(
    [tile("longest", { overnight: 2 }).value, tile("longest", { overnight: 2 }).is],
    [10, "manage.longest.overnight"],
  );
  assert.equal(sentenceOf(aBoard({ overnight: 2 })).key, "manage.sentence");
  const all = { waiting: 2, overnight: 2, longest_wait_s: 0 };
  assert.equal(tile("longest", all).value, null);
  assert.equal(sentenceOf(aBoard(all)).key, "manage.sentence.overnight");
  assert.equal(sentenceOf(aBoard({ waiting: 0 })).key, "manage.sentence.nobody");
});

test("an estimate is written in whole minutes and never narrower than it is", () => {
  assert.equal(rangeOf({ low: 930, likely: 1100, high: 1510 }), "15–30");
  assert.equal(rangeOf({ low: 0, likely: 0, high: 0 }), "< 5");
  assert.equal(rangeOf(null), "");
});

test("a queue says whether it is over its promise and whether anybody can call it", () => {
  const row = queueRow({
    service: "A",
    name: {},
    waiting: 2,
    longest_wait_s: 901,
    wait: null,
    promise_s: 900,
    counters_open: 0,
    counters_able: 2,
  });

  assert.deepEqual([row.isOver, row.hasNoCounter, row.counters, row.longest], [true, true, "0/2", 15]);
});

test("an officer is idle only while somebody waits", () => {
  const idle = aCounter({ idle_s: 290 });

  assert.equal(counterRow(idle, aBoard(), NOW).flag, "");
  assert.equal(counterRow(idle, aBoard(), NOW + 10_000).flag, "idle");
  assert.equal(counterRow(idle, aBoard({ waiting: 0 }), NOW + 10_000).flag, "");
});

test("a service is long when it takes twice as long as usual, and ten minutes at least", () => {
  const serving = (ago, usual_s) =>
    counterRow(aCounter({ ticket: { number: "A1", status: "serving", since: at(-ago) }, usual_s }), aBoard(), NOW).flag;

  assert.equal(serving(590, 60), "");
  assert.equal(serving(601, 60), "long");
  assert.equal(serving(1100, 600), "");
  assert.equal(serving(1201, 600), "long");
});

test("a counter says what it does, and why it is closed", () => {
  const closed = aCounter({ is_open: false, officer: null, closed_reason: "prayer" });
  const calling = aCounter({ ticket: { number: "A032", status: "called", since: at(-25) } });

  assert.deepEqual(
    [counterRow(closed, aBoard(), NOW).does, counterRow(closed, aBoard(), NOW).reason],
    ["closed", "prayer"],
  );
  assert.deepEqual(
    [counterRow(calling, aBoard(), NOW).does, counterRow(calling, aBoard(), NOW).seconds],
    ["called", 25],
  );
  assert.equal(counterRow(aCounter(), aBoard(), NOW).does, "free");
});

test("an export needs two days in their order", () => {
  assert.equal(
    exportAddress({ from: "2026-03-01", to: "2026-03-02" }),
    "/api/v1/exports/tickets.csv?from=2026-03-01&to=2026-03-02&local=1",
  );
  assert.equal(
    exportAddress({ from: "2026-03-01", to: "2026-03-02", form: "xlsx", language: "ta" }),
    "/api/v1/exports/tickets.xlsx?from=2026-03-01&to=2026-03-02&local=1&language=ta",
  );
  assert.match(exportAddress({ from: "2026-03-01", to: "2026-03-01", legs: true }), /legs=1$/);
  assert.equal(exportAddress({ from: "2026-03-02", to: "2026-03-01" }), null);
  assert.equal(exportAddress({ from: "", to: "2026-03-01" }), null);
});

test("a printer without paper is bad, a roll near its end a warning, and a healthy one is not mentioned", () => {
  const printers = ["", "ready", "low", "paper_out", "gone"].map((state, i) => ({ kiosk: `k${i}`, state }));

  assert.deepEqual(printerAlarms(printers), [
    { level: "warning", key: "printer.low", facts: { kiosk: "k2" } },
    { level: "bad", key: "printer.paper_out", facts: { kiosk: "k3" } },
    { level: "bad", key: "printer.gone", facts: { kiosk: "k4" } },
  ]);
  assert.deepEqual(printerAlarms(undefined), []);
});
