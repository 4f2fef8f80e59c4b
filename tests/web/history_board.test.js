import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedWith, groupRows, heatOf, percent, spreadBars, tilesOf, waitRows } from "/static/web/history_board.js";

const TOLD = {
  from: "2026-03-02",
  to: "2026-03-08",
  all: { issued: 40, called: 30, no_show: 3, calls: 31, out_of_turn: 1, judged: 30, kept: 27, told: 0 },
  ratings: [{ of: "", n: 6, mean: 4.333, each: [3, 2, 1, 0, 0] }],
  distribution: [3, 0, 2, 0],
  slots: [
    { weekday: 0, hour: 8, issued: 20, wait_to_call: { n: 20, p90: 10 } },
    { weekday: 6, hour: 10, issued: 3, wait_to_call: { n: 3 } },
  ],
  service: [{ of: "A", issued: 40, judged: 30, kept: 27, called: 30, no_show: 3 }],
  lane: [{ of: "disabled", hidden: true }],
};

test("a share is cut, and a share of nobody is none", () => {
  assert.equal(percent(8996, 10000), "89.9");
  assert.equal(percent(1, 0), null);
});

test("a week is compared with the week before, or with the same weekdays a year before", () => {
  assert.deepEqual(comparedWith(TOLD, "before"), { from: "2026-02-23", to: "2026-03-01" });
  const year = comparedWith(TOLD, "year");
  assert.equal(new Date(year.from).getUTCDay(), new Date(TOLD.from).getUTCDay());
  assert.equal(comparedWith(TOLD, "none"), null);
});

test("a tile says what it is a share of, and what it was before", () => {
  const tiles = Object.fromEntries(tilesOf(TOLD, { ...TOLD, all: { issued: 50 } }).map((tile) => [tile.key, tile]));
  assert.equal(tiles.kept.value, "90.0");
  assert.deepEqual(tiles.no_show.facts, { n: 3, all: 30 });
  assert.equal(tiles.issued.before, "50");
  assert.equal(tiles.kept.before, null);
  assert.equal(tiles.wait50.value, "–");
  assert.equal(tiles.rating.value, "4.3");
});

test("the week of the heat-map begins where the branch's does, and few are not told", () => {
  const heat = heatOf(TOLD, 6);
  assert.deepEqual(heat.hours, [8, 9, 10]);
  assert.deepEqual(
    heat.rows.map(({ weekday }) => weekday),
    [6, 0],
  );
  assert.deepEqual(heat.rows[0].cells[2], { hour: 10, n: 3, p90: null, shade: null });
  assert.equal(heat.rows[1].cells[0].shade, 5);
});

test("a group of fewer than five has no figures and leads nowhere", () => {
  assert.deepEqual(groupRows("lanes", TOLD)[0], { of: "disabled", name: undefined, cells: null, which: null });
  assert.deepEqual(groupRows("services", TOLD)[0].which, { service: "A" });
  assert.equal(groupRows("services", TOLD)[0].cells[3], "90.0 %");
});

test("the bars end with the last that anybody stands behind", () => {
  assert.deepEqual(spreadBars(TOLD), [
    [0, 5, 3],
    [5, 10, 0],
    [10, 15, 2],
  ]);
});

test("a measure that nobody has reached is a row of dashes", () => {
  assert.deepEqual(waitRows(TOLD, null)[0].cells, ["0", "–", "–", "–", "–", "–", "–"]);
});
