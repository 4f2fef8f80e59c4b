/** The recovery plan on the overview: what is offered first, for which promise, and how far a run is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesOf, runOf, troublesOf } from "../../server/web/static/plays_board.js";

const play = (code) => ({ code, name: { ms: code } });
const aCase = (id, more = {}) => ({ id, name: { ms: `Perkhidmatan ${id}` }, calmed_at: null, plays: [], ...more });
const aRun = (done, more = {}) => ({
  id: 40,
  ended_at: null,
  stopped: null,
  case: 31,
  steps: done.map((one) => ({ done: one ? { at: "2026-03-02T02:00:00Z", officer: null } : null })),
  ...more,
});

test("plays that fit a trouble of now are offered first, those for a promise that is safe again are not", () => {
  const plays = [play("hand"), play("late"), play("broken"), play("offline")];
  const cases = [aCase(31, { plays: ["late"] }), aCase(30, { plays: ["broken"], calmed_at: "2026-03-02T02:00:00Z" })];

  const offered = choicesOf({ plays, cases, disruption: { plays: ["offline"] } });

  assert.deepEqual(
    offered.map(({ code, fits }) => [code, fits]),
    [
      ["late", true],
      ["offline", true],
      ["hand", false],
      ["broken", false],
    ],
  );
  assert.equal(choicesOf({ plays, cases: [], disruption: null })[0].code, "hand");
});

test("a play may be begun for any promise in danger, first for the one that it is meant for", () => {
  const cases = [aCase(31), aCase(32, { plays: ["late"] }), aCase(33, { calmed_at: "2026-03-02T02:00:00Z" })];

  assert.deepEqual(
    troublesOf({ cases }, "late").map(({ id, fits }) => [id, fits]),
    [
      [32, true],
      [31, false],
    ],
  );
});

test("a run says how far it is, whether it was stopped, and which promise it is for", () => {
  const cases = [aCase(31)];

  const going = runOf(aRun([true, false]), cases);
  assert.deepEqual([going.key, going.facts, going.isOpen], ["manage.plays.going", { n: 1, m: 2 }, true]);
  assert.deepEqual(going.service, { ms: "Perkhidmatan 31" });
  const done = runOf(aRun([true, true], { ended_at: "2026-03-02T02:00:00Z", case: null }), cases);
  assert.deepEqual([done.level, done.key, done.service], ["good", "manage.plays.done", null]);
  const over = { ended_at: "2026-03-02T02:00:00Z", stopped: { at: "2026-03-02T02:00:00Z", officer: null } };
  assert.equal(runOf(aRun([true, false], over), cases).key, "manage.plays.stopped");
});
