/**
 * What the overview says of promises in danger. Pure, as manage_board.js is: keys of sentences with their facts;
 * instants are milliseconds of the server's clock, handed in.
 */

import { minutes } from "./manage_board.js";

const LEVELS = { warned: "warning", breached: "bad", calm: "good" };

/** Minutes that a promise has, and that somebody has waited or will: a wait that is longer is never shown as equal. */
const upward = (seconds) => Math.ceil(seconds / 60 - 1e-9);

/** One case as its card: {id, level, key, numbers, lines: [[key, facts]], acted: [key, facts], isOpen}. */
export function cardOf(one, now) {
  const x = minutes(one.within_s);
  const lines = [];
  if (minutes(one.longest_s) > 0) lines.push(["manage.recovery.waited", { n: minutes(one.longest_s), x }]);
  const isForeseen = one.predicted_s !== null && one.predicted_s > one.within_s;
  if (isForeseen) lines.push(["manage.recovery.foreseen", { n: upward(one.predicted_s), x }]);
  const since = (now - Date.parse(one.warned_at)) / 1000;
  const acted =
    one.time_to_action_s === null
      ? ["manage.recovery.unacted", { n: minutes(since) }]
      : ["manage.recovery.acted", { n: minutes(one.time_to_action_s) }];
  return {
    id: one.id,
    isOpen: one.calmed_at === null,
    level: LEVELS[one.level],
    key: `manage.recovery.${one.level}`,
    numbers: one.numbers.join(", "),
    lines,
    acted: one.calmed_at !== null && one.time_to_action_s === null ? null : acted,
  };
}

/** The choices of what to do: {value, key, facts}; `value` is what choiceOf reads. */
export const choicesOf = (one) =>
  one.options.map(({ action, counter, name, to, to_name }) => ({
    value: JSON.stringify({ action, ...(counter ? { counter } : {}), ...(to ? { to } : {}) }),
    key: `manage.recovery.${action}`,
    facts: { c: name ?? "", to: to_name ?? "" },
  }));

/** What happened, in order: [{at, key, facts, name}]; `name` is who did it, where that is known. */
export function logOf(one) {
  const steps = [
    { at: one.warned_at, key: "manage.recovery.log.warned" },
    { at: one.breached_at, key: "manage.recovery.log.breached" },
    { at: one.apologised_at, key: "manage.recovery.log.apologised" },
    { at: one.calmed_at, key: "manage.recovery.log.calm" },
    ...one.deeds.map((deed) => ({
      at: deed.at,
      key: `manage.recovery.${deed.action}`,
      facts: { c: deed.counter ?? "", to: deed.to ?? "" },
      name: deed.officer?.name ?? "",
      isDeed: true,
    })),
    ...(one.cause ? [{ at: one.cause_at, key: `manage.recovery.cause.${one.cause}`, isDeed: true, name: "" }] : []),
  ];
  return steps.filter(({ at }) => at).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
