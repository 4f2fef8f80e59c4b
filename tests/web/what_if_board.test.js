import assert from "node:assert/strict";
import { test } from "node:test";
import {
  askedOf,
  changesOf,
  fewOf,
  freeCode,
  rangeOf,
  rowsOf,
  sentenceOf,
  stateOf,
  verdictOf,
} from "../../server/web/static/what_if_board.js";

const known = {
  counters: { K1: "Kaunter 1", K2: "Kaunter 2" },
  rule: {
    kind: "head_start",
    guard: 3,
    guard_after: 15,
    ratio: 2,
    head_start: { emergency: "always", elderly: 45, regular: 0 },
  },
  draft: { kind: "strict" },
};
const form = (more = {}) => ({ days: "5", opens: "", closes: "", does: "", serves: "", rule: "", ...more });
const figure = (lane, name, before, after, difference, unit = "s") => ({
  lane,
  figure: name,
  unit,
  before,
  after,
  difference,
});

test("a form that asks for nothing asks for nothing, and the server says so", () => {
  assert.deepEqual(askedOf(form(), known), { days: 5, opens: [], closes: [], does: [], serves: [], rule: null });
});

test("a new counter gets a code that no other has, and what it does", () => {
  const asked = askedOf(form({ opens: "+", opens_since: "10:00", opens_until: "", opens_services: ["A"] }), known);
  assert.deepEqual(asked.opens, [{ counter: "K3", since: "10:00", until: null, services: ["A"] }]);
  assert.equal(freeCode({ K1: "", K3: "" }), "K4");
});

test("another head start moves the lanes that have one, and neither regulars nor who goes before everybody", () => {
  const values = form({ rule: "head_start", guard: "2", guard_after: "10", ratio: "2", head_start: "30" });
  assert.deepEqual(askedOf(values, known).rule, {
    kind: "head_start", guard: 2, guard_after: 10, ratio: 2, head_start: { emergency: "always", elderly: 30, regular: 0 },
  }); // biome-ignore format: as above
  assert.deepEqual(askedOf(form({ rule: "draft" }), known).rule, known.draft);
});

test("what was tried is said again, with names", () => {
  const asked = askedOf(
    form({ opens: "K2", opens_since: "10:00", opens_until: "15:00", closes: "K1", closes_since: "12:00" }),
    known,
  );
  const names = { counter: (code) => known.counters[code], service: String, officer: String };
  assert.deepEqual(changesOf(asked, names).map(([key, { counter, t }]) => [key, counter, t]), [
    ["what_if.tried.opens.until", "Kaunter 2", "10:00"],
    ["what_if.tried.closes", "Kaunter 1", "12:00"],
  ]); // biome-ignore format: pairs
});

test("a change is better or worse only where its whole range is", () => {
  assert.equal(verdictOf({ figure: "p90", difference: [-120, -5] }), "better");
  assert.equal(verdictOf({ figure: "p90", difference: [-5, 20] }), "unclear");
  assert.equal(verdictOf({ figure: "kept", difference: [0.01, 0.2] }), "better");
  assert.equal(verdictOf({ figure: "kept", difference: [-0.2, -0.1] }), "worse");
  assert.equal(verdictOf({ figure: "mean", difference: [0, 0] }), "same");
});

test("ranges are told in minutes and per cent, and the effect on regular customers in one sentence", () => {
  assert.equal(rangeOf([600, 930], "s"), "10.0 – 15.5 min");
  assert.equal(rangeOf([-0.05, 0.1], "share", true), "−5 – +10 %");
  assert.equal(rangeOf([0, 0], "tickets"), "0");
  assert.equal(rangeOf(null, "s"), "–");
  const answer = {
    tickets: { all: 9, regular: 6 },
    days: ["2026-03-02"],
    figures: [
      figure("regular", "p90", [600, 900], [300, 480], [-400, -200]),
      figure("regular", "not_called", [0, 0], [0, 0], [0, 0], "tickets"),
    ],
  };
  assert.deepEqual(sentenceOf(answer), [
    "what_if.sentence.better",
    { before: "10.0 – 15.0 min", after: "5.0 – 8.0 min" },
  ]);
  assert.equal(rowsOf(answer).length, 1, "nobody was left waiting: no row of that");
  assert.deepEqual(fewOf(answer, { days: 5 }), ["what_if.few", { n: 1 }]);
  assert.equal(fewOf({ days: ["", "", ""] }, { days: 5 }), null);
});

test("a question under way says how far it is, and one that failed says why", () => {
  assert.deepEqual(stateOf({ state: "running", done: 0.42 }), ["what_if.running", { p: 42 }]);
  assert.deepEqual(stateOf({ state: "failed", why: "no_history" }), ["what_if.why.no_history", {}]);
  assert.deepEqual(stateOf({ state: "failed" }), ["what_if.why.lost", {}]);
  assert.equal(stateOf({ state: "done" }), null);
  assert.equal(stateOf({ state: "none" }), null);
});
