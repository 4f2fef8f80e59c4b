import assert from "node:assert/strict";
import { test } from "node:test";
import { rowOf } from "../../server/web/static/benchmark.js";

const told = (figure, unit, own, other) => ({ figure, unit, own, other });

test("a row has both branches, how many stand behind each, and the difference with its sign", () => {
  const row = rowOf(told("wait_to_call.p90", "min", { n: 210, value: 10 }, { n: 50, value: 12.5 }));
  assert.deepEqual([row.name, row.part, row.formula], ["history.wait_to_call", "P90", "history.wait_to_call.formula"]);
  assert.deepEqual(row.cells, ["10.0 (210)", "12.5 (50)", "−2.5"]);
});

test("what only one branch knows has no difference", () => {
  assert.deepEqual(rowOf(told("kept", "%", null, { n: 50, value: 90 })).cells, ["–", "90.0 (50)", "–"]);
});

test("the volume has a name and a definition of its own", () => {
  const row = rowOf(told("issued_a_day", "numbers", { n: 5, value: 40 }, { n: 5, value: 40 }));
  assert.deepEqual(
    [row.name, row.formula, row.unit],
    ["history.benchmark.a_day", "history.benchmark.a_day.formula", ""],
  );
  assert.equal(row.cells[2], "0");
});
