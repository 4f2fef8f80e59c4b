/**
 * What if: what the form asks for, and what the answer says. Pure, as manage_board.js is: texts are keys of phrases
 * with their facts; waits come in seconds and are told in minutes.
 */

export const UNDER_WAY = ["waiting", "running"];
const LANES = ["all", "regular", "priority", "emergency"];
const SHOWN = ["p50", "p90", "longest", "mean", "kept", "not_called"];
const FEW_DAYS = 3;

/** What the form's values ask the server to try. `known` has the branch's own rule and the draft's. */
export function askedOf(values, known) {
  const list = (is, one) => (is ? [one] : []);
  return {
    days: Number(values.days),
    opens: list(values.opens, {
      counter: values.opens === "+" ? freeCode(known.counters) : values.opens,
      since: values.opens_since,
      until: values.opens_until || null,
      services: values.opens === "+" ? values.opens_services : [],
    }),
    closes: list(values.closes, { counter: values.closes, since: values.closes_since }),
    does: list(values.does, { counter: values.does, services: values.does_services }),
    serves: list(values.serves, { counter: values.serves, officer: Number(values.officer) }),
    rule: ruleOf(values, known),
  };
}

/** A code that no counter has, for the one that is tried. */
export function freeCode(counters) {
  let n = Object.keys(counters).length + 1;
  while (`K${n}` in counters) n += 1;
  return `K${n}`;
}

function ruleOf(values, known) {
  if (!values.rule) return null;
  if (values.rule === "draft") return known.draft;
  const start = values.head_start === "" || values.head_start === undefined ? null : Number(values.head_start);
  const starts = Object.entries(known.rule.head_start).map(([lane, before]) => {
    const isMoved = start !== null && lane !== "regular" && before !== "always";
    return [lane, isMoved ? start : before];
  });
  return {
    kind: values.rule,
    guard: Number(values.guard),
    guard_after: Number(values.guard_after),
    ratio: Number(values.ratio),
    head_start: Object.fromEntries(starts),
  };
}

/** The sentences of what was tried: [[key, facts]]; `names` gives a counter's, a service's and an officer's name. */
export function changesOf(asked, names) {
  const services = (codes) => codes.map(names.service).join(", ");
  return [
    ...asked.opens.map(({ counter, since, until, services: does }) => [
      `what_if.tried.opens${does.length ? ".new" : ""}${until ? ".until" : ""}`,
      { counter: names.counter(counter), t: since, until: until ?? "", services: services(does) },
    ]),
    ...asked.closes.map(({ counter, since }) => [
      "what_if.tried.closes",
      { counter: names.counter(counter), t: since },
    ]),
    ...asked.does.map((one) => [
      "what_if.tried.does",
      { counter: names.counter(one.counter), services: services(one.services) },
    ]),
    ...asked.serves.map((one) => [
      "what_if.tried.serves",
      { counter: names.counter(one.counter), name: names.officer(one.officer) },
    ]),
  ];
}

const SCALE = { s: [60, 1, " min"], share: [0.01, 0, " %"], tickets: [1, 0, ""] };

/** A range in words: "12.0–15.5 min"; "–" where there is none. `sign` puts a plus before what grows. */
export function rangeOf(span, unit, sign = false) {
  if (span === null) return "–";
  const [scale, places, name] = SCALE[unit];
  const one = (value) => {
    const shown = (Math.abs(value) / scale).toFixed(places);
    const isNothing = Number(shown) === 0;
    return `${isNothing ? "" : value < 0 ? "−" : sign ? "+" : ""}${shown}`;
  };
  const [low, high] = span.map(one);
  return low === high ? `${low}${name}` : `${low} – ${high}${name}`;
}

/** Whether the change helped: "better", "worse" or "unclear" where the range of the difference holds both. */
export function verdictOf({ figure, difference }) {
  if (difference === null) return "unclear";
  const sign = figure === "kept" ? -1 : 1;
  const [low, high] = difference.map((value) => value * sign).sort((a, b) => a - b);
  if (low === 0 && high === 0) return "same";
  return high < 0 ? "better" : low > 0 ? "worse" : "unclear";
}

/** Rows of the table, of those lanes in which anybody came: {lane, figure, cells, verdict}. */
export function rowsOf(answer) {
  const by = new Map(answer.figures.map((one) => [`${one.lane} ${one.figure}`, one]));
  return LANES.flatMap((lane) => SHOWN.map((figure) => by.get(`${lane} ${figure}`)))
    .filter((one) => one !== undefined)
    .filter(({ figure, before, after }) => figure !== "not_called" || [...before, ...after].some((n) => n > 0))
    .map((one) => ({
      lane: `what_if.lane.${one.lane}`,
      figure: `what_if.figure.${one.figure}`,
      cells: [rangeOf(one.before, one.unit), rangeOf(one.after, one.unit), rangeOf(one.difference, one.unit, true)],
      verdict: verdictOf(one),
    }));
}

/** The sentence over the answer: what it does to regular customers, nine in ten of them (all where there are none). */
export function sentenceOf(answer) {
  const lane = answer.tickets.regular > 0 ? "regular" : "all";
  const found = answer.figures.find((one) => one.lane === lane && one.figure === "p90");
  if (!found || found.before === null || found.after === null) return ["what_if.sentence.none", {}];
  const facts = { before: rangeOf(found.before, "s"), after: rangeOf(found.after, "s") };
  return [`what_if.sentence.${verdictOf(found)}`, facts];
}

/** Too little past to lean on [key, facts], or null. */
export function fewOf(answer, asked) {
  if (answer.days.length >= Math.min(FEW_DAYS, asked.days) && answer.days.length >= FEW_DAYS) return null;
  return ["what_if.few", { n: answer.days.length }];
}

/** Bars of the chart: {lane, figure, before: [from, to], after}, in minutes, and the most of all. */
export function barsOf(answer) {
  const bars = answer.figures
    .filter(({ lane, figure }) => lane !== "emergency" && ["p50", "p90"].includes(figure))
    .filter(({ before, after }) => before && after)
    .sort((one, other) => LANES.indexOf(one.lane) - LANES.indexOf(other.lane))
    .map(({ lane, figure, before, after }) => ({
      lane: `what_if.lane.${lane}`,
      figure: figure.toUpperCase(),
      before: before.map((seconds) => seconds / 60),
      after: after.map((seconds) => seconds / 60),
    }));
  return { bars, most: Math.max(1, ...bars.flatMap(({ before, after }) => [before[1], after[1]])) };
}

/** What is said of a question that is under way, or that came to nothing [key, facts]; null: there is an answer. */
export function stateOf({ state, done, why }) {
  if (state === "waiting") return ["what_if.waiting", {}];
  if (state === "running") return ["what_if.running", { p: Math.round((done ?? 0) * 100) }];
  if (state === "cancelled") return ["what_if.cancelled", {}];
  if (state === "failed") return [`what_if.why.${why ?? "lost"}`, {}];
  return null;
}
