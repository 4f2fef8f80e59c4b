import assert from "node:assert/strict";
import { test } from "node:test";
import {
  behindAddress,
  comparedWith,
  groupRows,
  heatOf,
  percent,
  ratingHours,
  ratingLine,
  ratingRows,
  spreadBars,
  tilesOf,
  trendRows,
  waitRows,
} from "/static/web/history_board.js";

const TOLD = {
  from: "2026-03-02",
  to: "2026-03-08",
  all: { issued: 40, called: 30, no_show: 3, calls: 31, out_of_turn: 1, judged: 30, kept: 27, told: 0 },
  ratings: [{ of: "", n: 6, mean: 4.333, each: [3, 2, 1, 0, 0] }],
  rating_hours: [
    { hour: 8, n: 6, mean: 4.333, each: [3, 2, 1, 0, 0] },
    { hour: 9, hidden: true },
  ],
  rating_trend: [
    { on: "2026-03-02", n: 6, mean: 4.333, each: [3, 2, 1, 0, 0] },
    { on: "2026-03-03", hidden: true },
  ],
  trend: [{ on: "2026-03-02", issued: 40, judged: 30, kept: 27, service: { n: 9, p50: 1, p80: 2, p90: 3, p95: 4 } }],
  distributions: { wait_to_call: [3, 0, 2, 0], service: [0, 1] },
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

test("the bars end with the last that anybody stands behind, and each asks for its own", () => {
  const bars = spreadBars(TOLD, "wait_to_call");
  assert.deepEqual(
    bars.map(([from, until, n]) => [from, until, n]),
    [
      [0, 5, 3],
      [5, 10, 0],
      [10, 15, 2],
    ],
  );
  assert.deepEqual(bars[2][3], { span: "wait_to_call", least: 100, below: 150 });
  assert.deepEqual(spreadBars(TOLD, "service")[1], [5, null, 1, { span: "service", least: 50 }]);
});

test("every figure says which numbers stand behind it, the sharp end of a share", () => {
  const which = Object.fromEntries(tilesOf(TOLD, null).map((tile) => [tile.key, tile.which]));
  assert.deepEqual(which.issued, {});
  assert.deepEqual(which.kept, { counts: "broken" });
  assert.deepEqual(which.estimates, { counts: "missed" });
  const far = tilesOf({ ...TOLD, all: { wait_to_call: { p90: 12.3 } } }, null).find(({ key }) => key === "wait90");
  assert.deepEqual(far.which, { span: "wait_to_call", least: 123 });
  assert.equal(behindAddress(TOLD, { counter: "K1" }), "/history/tickets?from=2026-03-02&to=2026-03-08&counter=K1");
});

test("a day of the trend asks for its own numbers, a month for those of its days that were asked for", () => {
  assert.deepEqual(trendRows({ ...TOLD, by: "day" }, "service"), [
    {
      on: "2026-03-02",
      cells: ["40", "1.0", "2.0", "3.0", "4.0", "90.0 %", "–"],
      which: { from: "2026-03-02", to: "2026-03-02" },
    },
  ]);
  const months = { from: "2026-02-10", to: "2026-03-08", by: "month" };
  const of = (on) => trendRows({ ...TOLD, ...months, trend: [{ on }] }, "wait")[0].which;
  assert.deepEqual(of("2026-02-01"), { from: "2026-02-10", to: "2026-02-28" });
  assert.deepEqual(of("2026-03-01"), { from: "2026-03-01", to: "2026-03-08" });
});

test("what fewer than five said is a gap in the chart and leads nowhere", () => {
  assert.deepEqual(ratingRows(TOLD)[0].cells, ["4.3", "6", "3", "2", "1", "0", "0"]);
  assert.deepEqual(ratingHours(TOLD)[0].which, { counts: "rated", hour: 8 });
  assert.deepEqual(ratingHours(TOLD)[1], { hour: 9, cells: null, which: null });
  assert.deepEqual(ratingLine(TOLD)[1], [4.333, null]);
});

test("a counter is occupied for a share of the hours that it was open", () => {
  const counter = {
    of: "K1",
    served: 9,
    calls: 10,
    out_of_turn: 1,
    passed_over: 4,
    open_minutes: 90,
    occupancy: 0.8567,
  };
  const [row] = groupRows("counters", { counter: [counter] });
  assert.deepEqual(row.cells, ["9", "–", "10", "10.0 %", "4", "1.5", "85.6 %"]);
  assert.deepEqual(groupRows("reasons", { reason: [{ of: "frail", n: 7 }] })[0].which, {
    counts: "out_of_turn",
    reason: "frail",
  });
});

test("a measure that nobody has reached is a row of dashes", () => {
  assert.deepEqual(waitRows(TOLD, null)[0].cells, ["0", "–", "–", "–", "–", "–", "–"]);
});
