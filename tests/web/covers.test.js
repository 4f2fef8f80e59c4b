/** Whether enough counters were open: what stands in a row of the table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { onTime, rowOf } from "../../server/web/static/covers.js";

const clock = (instant) => instant.slice(11, 16);

test("a lunch says how many were wanted, how few there were and for how long", () => {
  const row = {
    cover: "lunch",
    from: "2026-03-02T12:00:00+08:00",
    to: "2026-03-02T14:00:00+08:00",
    wanted: 2,
    least_open: 1,
    minutes_short: 30,
    kept: 0,
  };

  assert.deepEqual(rowOf(row, clock), {
    key: "manage.covers.lunch",
    facts: {},
    cells: ["12:00 – 14:00", "2", "1", "30", "–"],
    isKept: false,
  });
});

test("a counter that never opened has no minutes, and the office itself no number", () => {
  const planned_at = "2026-03-02T08:00:00+08:00";
  const never = { cover: "opening", counter: "3", planned_at, opened_at: "", late_minutes: "", kept: 0 };
  const late = { ...never, counter: "", opened_at: "2026-03-02T08:04:00+08:00", late_minutes: 4 };

  assert.deepEqual(rowOf(never, clock).cells, ["08:00", "–", "–", "–", null]);
  assert.deepEqual(rowOf(late, clock).cells, ["08:00 → 08:04", "–", "–", "–", "4"]);
  assert.equal(rowOf(late, clock).key, "manage.covers.opening_all");
});

test("the share of counters that opened on time is of those that were to open, and of nothing else", () => {
  const opening = (kept) => ({ cover: "opening", kept });
  assert.deepEqual(onTime([opening(1), opening(0), opening(1), { cover: "lunch", kept: 0 }]), { n: 2, all: 3, p: 66 });
  assert.equal(onTime([{ cover: "lunch", kept: 1 }]), null);
});
