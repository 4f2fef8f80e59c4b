/** Promises in danger on the overview: what stands on a card, what may be chosen, and the log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cardOf, choicesOf, logOf } from "../../server/web/static/recovery_board.js";

const NOW = Date.parse("2026-03-02T02:00:00Z");
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();

const aCase = (more = {}) => ({
  id: 31,
  level: "warned",
  within_s: 900,
  longest_s: 730,
  predicted_s: 901,
  numbers: ["A001", "A002"],
  warned_at: at(-200),
  breached_at: null,
  calmed_at: null,
  apologised_at: at(-195),
  cause: null,
  cause_at: null,
  owner: null,
  time_to_action_s: null,
  deeds: [],
  options: [],
  ...more,
});

test("a card says who has waited, what is foreseen and that nobody has acted yet", () => {
  const card = cardOf(aCase(), NOW);

  assert.equal(card.level, "warning");
  assert.equal(card.numbers, "A001, A002");
  assert.deepEqual(card.lines, [
    ["manage.recovery.waited", { n: 12, x: 15 }],
    ["manage.recovery.foreseen", { n: 16, x: 15 }],
  ]);
  assert.deepEqual(card.acted, ["manage.recovery.unacted", { n: 3 }]);
});

test("a forecast within the promise is not shown as one beyond it", () => {
  assert.deepEqual(cardOf(aCase({ predicted_s: 900, longest_s: 0 }), NOW).lines, []);
});

test("a broken promise is bad, and one that is over says no more that nobody acted", () => {
  assert.equal(cardOf(aCase({ level: "breached" }), NOW).level, "bad");
  const over = cardOf(aCase({ level: "calm", calmed_at: at(-10) }), NOW);
  assert.deepEqual([over.level, over.isOpen, over.acted], ["good", false, null]);
  assert.deepEqual(cardOf(aCase({ time_to_action_s: 120 }), NOW).acted, ["manage.recovery.acted", { n: 2 }]);
});

test("what is chosen is what is sent", () => {
  const options = [
    { action: "move", counter: "K2", name: "2", to: "K3", to_name: "3" },
    { action: "other", counter: null, name: null, to: null, to_name: null },
  ];
  const [move, other] = choicesOf(aCase({ options }));

  assert.deepEqual(JSON.parse(move.value), { action: "move", counter: "K2", to: "K3" });
  assert.deepEqual([move.key, move.facts], ["manage.recovery.move", { c: "2", to: "3" }]);
  assert.deepEqual(JSON.parse(other.value), { action: "other" });
});

test("the log is in the order in which it happened, with who did what", () => {
  const deeds = [{ at: at(-100), action: "add", counter: "2", to: null, officer: { id: 7, name: "Aminah" } }];
  const log = logOf(aCase({ deeds, breached_at: at(-50), cause: "crowd", cause_at: at(-150) }));

  assert.deepEqual(
    log.map(({ key }) => key),
    [
      "manage.recovery.log.warned",
      "manage.recovery.log.apologised",
      "manage.recovery.cause.crowd",
      "manage.recovery.add",
      "manage.recovery.log.breached",
    ],
  );
  assert.equal(log[3].name, "Aminah");
});
