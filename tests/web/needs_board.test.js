import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf, nowOf, quartersOf, rowsOf, sentenceOf, tilesOf } from "../../server/web/static/needs_board.js";

const quarter = (at, more = {}) => ({
  at, expected: 6, busy: 1.5, needed: 2, of: [2], why: "arrivals", kept: 0.97, open: 2, kept_open: 0.96, lacks: [], ...more,
}); // biome-ignore format: a row
const page = (quarters, advice = null, open = 2) => ({
  state: "ready",
  asking: false,
  now: { open, counters: 6, advice },
  told: { current: 33, share: 0.9, within_s: 900, counters: 6, is_enough: true, quarters },
});
const DAY = [quarter(480), quarter(495), quarter(510, { needed: 3, kept_open: 0.7 }), quarter(525, { lacks: ["F"] })];

test("without advice this moment is what the day's plan says of the quarter hour", () => {
  assert.deepEqual(nowOf(page(DAY, null, 1)), { open: 1, needed: 2, keptOpen: 0.96, kept: 0.97, live: false });
  assert.deepEqual(sentenceOf(page(DAY)), ["needs.sentence", { open: 2, needed: 2 }]);
  assert.deepEqual(sentenceOf({ state: "no_history" }), ["needs.state.no_history", {}]);
});

test("advice of this moment goes before the plan, in tiles, table and lines alike", () => {
  const live = page(DAY, { open_now: 2, open_then: 4, kept_now: 0.4, kept_then: 0.93 });
  assert.deepEqual(sentenceOf(live), ["needs.sentence.short", { open: 2, needed: 4, n: 2 }]);
  const here = quartersOf(live)[1];
  assert.deepEqual([here.needed, here.kept, here.kept_open, here.why], [4, 0.93, 0.4, "live"]);
  assert.equal(linesOf(live)[1][1], 4);
});

test("how long counters will be too few counts what is now or to come, and services that nobody does", () => {
  const tiles = tilesOf(page([quarter(480, { open: 0 }), ...DAY.slice(1)]));
  const short = tiles.find(({ key }) => key === "short");
  assert.deepEqual(
    [short.value, short.is, short.facts, short.level],
    [30, "needs.short.is", { t: "08.30" }, "warning"],
  );
});

test("a row says what is missing, and of the past nothing that is foreseen", () => {
  const rows = rowsOf(page(DAY));
  assert.deepEqual(rows.map(({ time, isPast, isNow, missing }) => [time, isPast, isNow, missing])[2], [
    "08.30–08.45", false, false, 1,
  ]); // biome-ignore format: a row
  assert.equal(rows[0].cells[1], "–");
  assert.deepEqual(rows[2].cells, ["97 %", "70 %", "6.0", "1.5"]);
});

test("the lines go in steps to the end of the last quarter hour, solid until now and dashed from now on", () => {
  const [at, needed, open, planned] = linesOf(page(DAY));
  assert.deepEqual(at, [8, 8.25, 8.5, 8.75, 9]);
  assert.deepEqual(needed, [2, 2, 3, 2, 2]);
  assert.deepEqual(open, [2, 2, null, null, null]);
  assert.deepEqual(planned, [null, 2, 2, 2, 2]);
});
