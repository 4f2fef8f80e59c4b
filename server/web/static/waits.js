/**
 * What a ticket, a slip and a phone say of a wait, as config/times.py says it; tests/config/waits.json holds both to it.
 * Screens for everybody show the range alone: minutesRange in clock.js.
 */

import { down, formatHourAndMinute, minutesRange, STEP, up } from "./clock.js";

const CLOCK_OVER = 30; // minutes: who waits longer is told the time of day

/** The sentence of a ticket's own wait {low, likely, high, as_of}, as [phrase, values]; a long one as a time of day. */
export function waitWords(wait, language, timeZone) {
  const { a, n, b } = minutesRange(wait);
  if (a === 0) return n === b ? ["wait.under", { b }] : ["wait.most", { n, b }];
  if (n <= CLOCK_OVER) return ["wait.about", { n, a, b }];
  const from = Date.parse(wait.as_of) / 1000;
  const first = down(from + wait.low);
  const last = Math.max(up(from + wait.high), first + STEP);
  const time = (mark) => formatHourAndMinute(mark * 60000, language, timeZone);
  return ["wait.clock", { n: time(Math.min(up(from + wait.likely), last)), a: time(first), b: time(last) }];
}

/** The phrase of a wait that is not told: no counter is open or planned, or nobody can say yet. */
export const whyNoWait = (reason) => (reason === "no_counter" ? "wait.no_counter" : "wait.unknown");
