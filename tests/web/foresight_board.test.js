/** What the overview says of the estimates and of the counters: every state of the look-ahead, good and bad. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceOf, alarmOf, priorityTile, qualityGroups, sentenceOf } from "../../server/web/static/foresight_board.js";

const figures = (n, cover, more = {}) => ({
  n,
  cover,
  under: 0.9,
  bias_s: -45,
  median_s: 150,
  rmse_s: 240,
  wait_s: 600,
  width_s: 700,
  ...more,
});
const aQuality = (more = {}) => ({
  all: figures(900, 0.79),
  last: figures(500, 0.8),
  alarm: false,
  by_service: { A: figures(800, 0.8), F: figures(4, 1) },
  by_lane: { priority: figures(100, 0.7, { bias_s: 66 }), regular: figures(800, 0.8) },
  by_hour: { 10: figures(400, 0.79), "08": figures(500, 0.79) },
  ...more,
});
const on = (more = {}) => ({ state: "on", quality: aQuality(), lanes: null, advice: null, ...more });
const advice = (more = {}) => ({
  opens: [],
  closes: [],
  kept_now: 0.71,
  kept_then: 0.93,
  share: 0.9,
  within_s: 900,
  open_now: 4,
  helps: "F",
  ...more,
});
const said = (given, board = {}) =>
  adviceOf(
    { waiting: 9, counters_open: 4, counters_total: 6, foresight: on({ advice: given }), ...board },
    { service: () => "Licences", counter: (code) => code.slice(1) },
  );

test("estimates that hold as often as they should are no alarm", () => {
  assert.equal(alarmOf(on()), null);
  assert.equal(alarmOf(undefined), null);
  assert.equal(alarmOf({ state: "off", quality: null }), null);
});

test("an alarm says whether the ranges hold too seldom or say nothing", () => {
  const told = (cover) => alarmOf(on({ quality: aQuality({ alarm: true, last: figures(500, cover) }) }));

  assert.deepEqual(told(0.614), { level: "bad", key: "manage.quality.seldom", facts: { p: 61, n: 500, goal: 80 } });
  assert.deepEqual([told(0.95).key, told(0.95).level], ["manage.quality.wide", "warning"]);
});

test("a look-ahead that has fallen silent is said before all else", () => {
  assert.equal(alarmOf(on({ state: "silent", quality: aQuality({ alarm: true }) })).key, "manage.quality.silent");
});

test("one sentence for every state", () => {
  assert.deepEqual(sentenceOf(on()), ["manage.quality.sentence", { n: 900, p: 79, goal: 80 }]);
  assert.equal(sentenceOf(undefined)[0], "manage.quality.off");
  assert.equal(sentenceOf({ state: "off" })[0], "manage.quality.off");
  assert.equal(sentenceOf({ state: "starting", quality: null })[0], "manage.quality.starting");
  assert.equal(sentenceOf(on({ quality: aQuality({ all: figures(4, 1) }) }))[0], "manage.quality.none");
});

test("figures stand in minutes, and fewer than five answers give none", () => {
  const groups = qualityGroups(on());

  assert.deepEqual(
    groups.map(({ head }) => head),
    [null, "manage.quality.by_service", "manage.quality.by_lane", "manage.quality.by_hour"],
  );
  assert.deepEqual(groups[0].rows[0].figures, ["900", "79", "90", "−0.8", "2.5", "10.0"]);
  assert.deepEqual(groups[1].rows[1], { of: "F", key: null, figures: ["4", "–", "–", "–", "–", "–"] });
  assert.deepEqual([groups[2].rows[0].key, groups[2].rows[0].figures[3]], ["lane.priority", "+1.1"]);
  assert.deepEqual(
    groups[3].rows.map(({ of }) => of),
    ["08", "10"],
  );
  assert.deepEqual(qualityGroups({ state: "starting", quality: null }), []);
});

test("the share of priority numbers stands beside that of the days before", () => {
  const lanes = (today, before) => ({
    today: { issued: today[1], priority: today[0] },
    before: { issued: before[1], priority: before[0] },
  });
  const tile = (...told) => priorityTile(on({ lanes: lanes(...told) }));

  assert.deepEqual(tile([13, 100], [90, 1000]).facts, { n: 13, all: 100, before: 9 });
  assert.deepEqual([tile([13, 100], [90, 1000]).value, tile([13, 100], [0, 0]).is], [13, "manage.priority.first"]);
  assert.equal(tile([0, 0], [90, 1000]).value, null);
  assert.equal(priorityTile(undefined).is, "manage.priority.unknown");
});

test("one more counter is asked for with what it is worth", () => {
  const { does, effect, level, isOld } = said(advice({ opens: ["K8"] }));

  assert.deepEqual(does, ["manage.advice.open.1", { n: 1, counters: "8", service: "Licences" }]);
  assert.deepEqual(effect, ["manage.advice.change", { minutes: 15, now: 71, after: 93 }]);
  assert.deepEqual([level, isOld], ["warning", false]);
  assert.equal(said(advice({ opens: ["K8", "K9"] })).does[0], "manage.advice.open.n");
  assert.equal(said(advice({ opens: ["K8"], within_s: null })).effect[0], "manage.advice.change.any");
});

test("who may go home, who is enough, and what no counter can help", () => {
  assert.deepEqual(said(advice({ closes: ["K1", "K2"], kept_now: 0.99 })).does[1].counters, "1,\u00a02");
  assert.equal(said(advice({ closes: ["K1"], kept_now: 0.99 })).does[0], "manage.advice.close.1");
  assert.deepEqual(said(advice({ kept_now: 0.95 })).does, ["manage.advice.stay", {}]);
  assert.deepEqual(
    [said(advice()).does[0], said(advice()).effect],
    ["manage.advice.no_help", ["manage.advice.now", { minutes: 15, now: 71 }]],
  );
});

test("where every counter is open already, that is said", () => {
  assert.equal(said(advice(), { counters_total: 4 }).does[0], "manage.advice.all_open");
});

test("advice from before the counters changed says so", () => {
  assert.equal(said(advice({ opens: ["K8"] }), { counters_open: 5 }).isOld, true);
});

test("without advice it is said why, and without a look-ahead nothing", () => {
  assert.equal(said(null).does[0], "manage.advice.none");
  assert.equal(said(null, { waiting: 0, counters_open: 0 }).does[0], "manage.advice.asleep");
  assert.equal(said(null, { foresight: { state: "off" } }), null);
  assert.equal(said(null, { foresight: undefined }), null);
});
