/** The table of the kept promise on the manager's page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { percent, quarterOf, rowOf } from "../../server/web/static/charter.js";

const LINE = {
  month: "2026-03",
  version: 2,
  service: "",
  measure: "wait_to_call",
  promise_minutes: 10,
  target_share: 0.9,
  kept: 8995,
  kept_share: 0.8995,
  not_kept: 1005,
  judged: 10000,
  year_kept_share: 0.95,
  year_judged: 30000,
};
const say = (key, values) => (values ? `${key} ${values.n}` : key);

test("a quarter begins in January, April, July and October", () => {
  const days = ["2026-01-31", "2026-03-01", "2026-04-01", "2026-09-30", "2026-12-31"];

  assert.deepEqual(days.map(quarterOf), ["2026-01-01", "2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"]);
});

test("nearly the promised share is not shown as the promised share", () => {
  assert.equal(percent(0.89956), "89.9 %");
  assert.equal(percent(0.9), "90.0 %");
  assert.equal(percent(0.29), "29.0 %");
  assert.equal(percent(null), "–");
});

test("a month below its target is marked", () => {
  assert.equal(rowOf(LINE, say, () => "").isMissed, true);
  assert.equal(rowOf({ ...LINE, kept_share: 0.9 }, say, () => "").isMissed, false);
  assert.equal(rowOf({ ...LINE, kept_share: null }, say, () => "").isMissed, false);
});

test("a promise says whose it is, what it is and what was aimed at", () => {
  assert.equal(rowOf(LINE, say, () => "").promise, "report.every_service · report.wait_to_call 10 · report.target 90");
  assert.equal(
    rowOf({ ...LINE, service: "F", measure: "sojourn" }, say, () => "Daftar").promise,
    "F Daftar · report.sojourn 10 · report.target 90",
  );
  const outputs = { ...LINE, measure: "outputs", promise_minutes: null, promise_least: 60 };
  assert.equal(
    rowOf(outputs, say, () => "").promise,
    "report.every_service · report.outputs 60 · report.target_days 90",
  );
});
