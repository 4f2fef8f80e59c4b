/**
 * What the overview says of the estimates and of the counters to open or to close. Pure, as manage_board.js is:
 * each answer is the key of a sentence with its facts, or rows of figures.
 */

export const GOAL = 80; // %: a range should hold four times out of five
export const LEAST = 5; // answers: fewer say nothing and might be somebody

const percent = (share) => Math.floor(share * 100 + 1e-9);
const rounded = (share) => Math.round(share * 100);
const inMinutes = (seconds) => (seconds / 60).toFixed(1);

/** A banner {level, key, facts}, or null: the estimates do not hold, or nobody makes any. */
export function alarmOf({ state, quality } = {}) {
  if (state === "silent") return { level: "warning", key: "manage.quality.silent", facts: {} };
  if (!quality?.alarm) return null;
  const { cover, n } = quality.last;
  const facts = { p: percent(cover), n, goal: GOAL };
  if (cover * 100 > GOAL) return { level: "warning", key: "manage.quality.wide", facts };
  return { level: "bad", key: "manage.quality.seldom", facts };
}

/** One sentence [key, facts] on the whole. */
export function sentenceOf({ state, quality } = {}) {
  if (state === undefined || state === "off") return ["manage.quality.off", {}];
  if (!quality) return ["manage.quality.starting", {}];
  const { n, cover } = quality.all;
  if (n < LEAST) return ["manage.quality.none", {}];
  return ["manage.quality.sentence", { n, p: percent(cover), goal: GOAL }];
}

function figures({ n, cover, under, bias_s, median_s, wait_s }) {
  if (n < LEAST) return [String(n), "–", "–", "–", "–", "–"];
  const bias = bias_s > 0 ? `+${inMinutes(bias_s)}` : inMinutes(bias_s).replace("-", "−");
  return [String(n), String(rounded(cover)), String(rounded(under)), bias, inMinutes(median_s), inMinutes(wait_s)];
}

/** As the table has them: JavaScript puts "10" before "08". */
const inOrder = (told) => Object.entries(told).sort(([one], [other]) => (one < other ? -1 : 1));

/** Groups of rows {head, rows: [{of, key, figures}]}: `head` a phrase or null, a row named by `key` or as it is. */
export function qualityGroups({ quality } = {}) {
  if ((quality?.all.n ?? 0) < LEAST) return [];
  const rows = (family, told) => inOrder(told).map(([of, one]) => ({ of, key: family(of), figures: figures(one) }));
  return [
    { head: null, rows: rows(() => "manage.quality.all", { all: quality.all }) },
    { head: "manage.quality.by_service", rows: rows(() => null, quality.by_service) },
    { head: "manage.quality.by_lane", rows: rows((lane) => `lane.${lane}`, quality.by_lane) },
    { head: "manage.quality.by_hour", rows: rows(() => null, quality.by_hour) },
  ];
}

/** The tile of the priority lanes, as tilesOf has the others; `is` is the phrase that explains it. */
export function priorityTile({ lanes } = {}) {
  const tile = { key: "priority", value: null, unit: "%", facts: {}, level: "calm", is: "manage.priority.unknown" };
  if (!lanes) return tile;
  const { today, before } = lanes;
  const facts = { n: today.priority, all: today.issued };
  const value = today.issued ? rounded(today.priority / today.issued) : null;
  if (!before.issued) return { ...tile, value, facts, is: "manage.priority.first" };
  return {
    ...tile,
    value,
    facts: { ...facts, before: rounded(before.priority / before.issued) },
    is: "manage.priority.is",
  };
}

/**
 * What to do with the counters: {level, does: [key, facts], effect, isOld}; null where nobody looks ahead.
 * `names` gives a service's and a counter's name by its code.
 */
export function adviceOf(board, { service, counter }) {
  const { state, advice } = board.foresight ?? {};
  if (state === undefined || state === "off") return null;
  if (!advice) {
    const isAsleep = state === "on" && board.waiting === 0 && board.counters_open === 0;
    return { level: "calm", does: [isAsleep ? "manage.advice.asleep" : "manage.advice.none", {}], effect: null };
  }
  const { opens, closes, kept_now, kept_then, share, within_s, open_now } = advice;
  const steps = opens.length ? opens : closes;
  const told = { minutes: within_s === null ? null : Math.round(within_s / 60), now: rounded(kept_now) };
  const any = within_s === null ? ".any" : "";
  const facts = { n: steps.length, counters: steps.map(counter).join(",\u00a0"), service: service(advice.helps) };
  const many = steps.length === 1 ? "1" : "n";
  const change = [`manage.advice.change${any}`, { ...told, after: rounded(kept_then) }];
  const isOld = open_now !== board.counters_open;
  if (opens.length) return { level: "warning", does: [`manage.advice.open.${many}`, facts], effect: change, isOld };
  if (closes.length) return { level: "calm", does: [`manage.advice.close.${many}`, facts], effect: change, isOld };
  const isKept = kept_now >= share;
  const noMore = board.counters_open === board.counters_total ? "manage.advice.all_open" : "manage.advice.no_help";
  return {
    level: isKept ? "calm" : "warning",
    does: [isKept ? "manage.advice.stay" : noMore, {}],
    effect: [`manage.advice.now${any}`, told],
    isOld,
  };
}
