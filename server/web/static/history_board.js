/**
 * What the history says: tiles, rows, charts' numbers. Pure, as manage_board.js is: no document, no clock; times in
 * minutes as the server tells them.
 */

export const LEAST = 5;
const SHADES = 5;
export const MEASURES = ["wait_to_call", "wait", "service", "sojourn"];
const DAY = 86400000;

/** A share of 1 in per cent with one place, cut off; null: nobody. */
export const percent = (part, whole) => (whole ? (Math.floor((part / whole) * 1000 + 1e-9) / 10).toFixed(1) : null);

const shown = (value) => (value === null || value === undefined ? "–" : String(value));
const minutes = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));

/** The days that a time is compared with: {from, to}, or null. Dates as YYYY-MM-DD. */
export function comparedWith({ from, to }, way) {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  const asDate = (ms) => new Date(ms).toISOString().slice(0, 10);
  if (way === "before") return { from: asDate(2 * first - last - DAY), to: asDate(first - DAY) };
  if (way === "year") {
    // 52 weeks: the same weekdays stand against each other.
    return { from: asDate(first - 364 * DAY), to: asDate(last - 364 * DAY) };
  }
  return null;
}

function figureOf(key, told) {
  const all = told.all ?? {};
  const wait = all.wait_to_call ?? {};
  const rating = told.ratings.find(({ of }) => of === "");
  return {
    issued: all.issued ?? 0,
    wait50: wait.p50 ?? null,
    wait90: wait.p90 ?? null,
    kept: percent(all.kept ?? 0, all.judged),
    no_show: percent(all.no_show ?? 0, all.called),
    left: percent(all.left ?? 0, all.issued),
    out_of_turn: percent(all.out_of_turn ?? 0, all.calls),
    estimates: percent(all.within ?? 0, all.told),
    rating: rating ? rating.mean.toFixed(1) : null,
    once: percent((all.finished ?? 0) - (all.sent_on ?? 0), all.finished),
    wrong: percent(all.wrong ?? 0, all.issued),
    occupancy: all.occupancy === undefined ? null : percent(all.occupancy, 1),
  }[key];
}

/** What stands behind a tile: its sharpest part, such as the promises that were not kept. */
function behindTile(key, told) {
  const longest = { wait50: told.all?.wait_to_call?.p50, wait90: told.all?.wait_to_call?.p90 }[key];
  if (longest !== undefined && longest !== null) return { span: "wait_to_call", least: Math.round(longest * 10) };
  const counts = {
    kept: "broken",
    no_show: "no_show",
    left: "left",
    out_of_turn: "out_of_turn",
    estimates: "missed",
    rating: "rated",
    once: "sent_on",
    wrong: "wrong",
    occupancy: "served",
  };
  return key in counts ? { counts: counts[key] } : {};
}

const UNITS = { wait50: "min", wait90: "min", issued: "", rating: "" };
const TILES = [
  "issued",
  "wait50",
  "wait90",
  "kept",
  "no_show",
  "left",
  "out_of_turn",
  "estimates",
  "rating",
  "once",
  "wrong",
  "occupancy",
];

/** The tiles in order: {key, value, unit, facts, before, which}; `before` null where nothing is compared. */
export function tilesOf(told, compared) {
  const all = told.all ?? {};
  const facts = {
    kept: { n: all.judged ?? 0 },
    no_show: { n: all.no_show ?? 0, all: all.called ?? 0 },
    left: { n: all.left ?? 0, all: all.issued ?? 0 },
    out_of_turn: { n: all.out_of_turn ?? 0, all: all.calls ?? 0 },
    estimates: { n: all.told ?? 0, m: shown(all.error?.p50) },
    rating: { n: told.ratings.find(({ of }) => of === "")?.n ?? 0 },
    once: { n: all.sent_on ?? 0, all: all.finished ?? 0 },
    wrong: { n: all.wrong ?? 0, all: all.issued ?? 0 },
    occupancy: { n: Math.round((all.open_minutes ?? 0) / 60) },
  };
  return TILES.map((key) => {
    const value = figureOf(key, told);
    const before = compared ? figureOf(key, compared) : null;
    return {
      key,
      value: shown(value),
      unit: value === null ? "" : (UNITS[key] ?? "%"),
      facts: facts[key] ?? {},
      before: before === null ? null : shown(before),
      which: behindTile(key, told),
    };
  });
}

/** One row a measure: its name and what stands in its cells. */
export function waitRows(told, compared) {
  const cells = (spread) => [
    String(spread?.n ?? 0),
    ...["mean", "p50", "p80", "p90", "p95", "max"].map((name) => minutes(spread?.[name])),
  ];
  return MEASURES.map((key) => ({
    key,
    cells: cells(told.all?.[key]),
    before: compared ? cells(compared.all?.[key]) : null,
  }));
}

/** What uPlot draws of the trend: instants in seconds, P50 and P90; a day without figures is a gap. */
export function trendLines(told, measure) {
  const at = told.trend.map(({ on }) => Date.parse(on) / 1000);
  const of = (name) => told.trend.map((one) => one[measure]?.[name] ?? null);
  return [at, of("p50"), of("p90")];
}

/** The same as rows: {on, cells, which}; `which` are the numbers of that day or month. */
export function trendRows(told, measure) {
  return told.trend.map((one) => ({
    on: one.on,
    cells: [
      shown(one.issued ?? 0),
      ...["p50", "p80", "p90", "p95"].map((name) => minutes(one[measure]?.[name])),
      share(one.kept, one.judged),
      share(one.no_show, one.called),
    ],
    which: daysOf(told, one.on),
  }));
}

function daysOf({ from, to, by }, on) {
  if (by !== "month") return { from: on, to: on };
  const [year, month] = on.split("-").map(Number);
  const end = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  const [, since] = [on, from].sort();
  const [until] = [end, to].sort();
  return { from: since, to: until };
}

/** The bars that anybody stands behind: [from, until or null, how many, which]. */
export function spreadBars(told, measure, width = 5) {
  const bars = told.distributions[measure];
  const last = bars.reduce((found, n, place) => (n ? place : found), -1);
  return bars.slice(0, last + 1).map((n, place) => {
    const isLast = place === bars.length - 1;
    const which = { span: measure, least: place * width * 10 };
    if (!isLast) which.below = (place + 1) * width * 10;
    return [place * width, isLast ? null : (place + 1) * width, n, which];
  });
}

/** What uPlot draws of the ratings: instants in seconds, and the mean; of fewer than five, a gap. */
export function ratingLine(told) {
  return [told.rating_trend.map(({ on }) => Date.parse(on) / 1000), told.rating_trend.map(({ mean }) => mean ?? null)];
}

const rated = ({ n, mean, each }) => [mean.toFixed(1), shown(n), ...each.map(String)];

/** Rows of what customers said: {of, cells, which} by service, of everybody first; `cells` null: too few. */
export function ratingRows(told) {
  return told.ratings.map((row) => ({
    of: row.of,
    cells: rated(row),
    which: { counts: "rated", ...(row.of ? { service: row.of } : {}) },
  }));
}

export function ratingHours(told) {
  return told.rating_hours.map((row) => ({
    hour: row.hour,
    cells: row.hidden ? null : rated(row),
    which: row.hidden ? null : { counts: "rated", hour: row.hour },
  }));
}

export function ratingDays(told) {
  return told.rating_trend.map((row) => ({
    on: row.on,
    cells: row.hidden ? null : rated(row),
    which: row.hidden ? null : { counts: "rated", ...daysOf(told, row.on) },
  }));
}

/** The heat-map: {hours, rows: [{weekday, cells: [{hour, n, p90, shade}]}]}; shade null: fewer than five. */
export function heatOf(told, begin) {
  const of = new Map(told.slots.map((slot) => [`${slot.weekday}-${slot.hour}`, slot]));
  const hours = told.slots.map(({ hour }) => hour);
  const first = Math.min(...hours);
  const span = hours.length ? Array.from({ length: Math.max(...hours) - first + 1 }, (_, n) => first + n) : [];
  const most = Math.max(0, ...told.slots.map((slot) => slot.wait_to_call?.p90 ?? 0));
  const days = Array.from({ length: 7 }, (_, n) => (begin + n) % 7);
  const rows = days
    .filter((weekday) => told.slots.some((slot) => slot.weekday === weekday))
    .map((weekday) => ({
      weekday,
      cells: span.map((hour) => {
        const slot = of.get(`${weekday}-${hour}`);
        const p90 = slot?.wait_to_call?.p90 ?? null;
        const n = slot?.issued ?? 0;
        const shade = p90 === null ? null : most ? Math.min(SHADES, Math.floor((p90 / most) * SHADES) + 1) : 1;
        return { hour, n, p90, shade };
      }),
    }));
  return { hours: span, rows };
}

const share = (part, whole) => {
  const found = percent(part ?? 0, whole);
  return found === null ? "–" : `${found} %`;
};

/** Rows of a table of groups: {of, cells, which}; `which` asks for the numbers behind it, null: it is not told. */
export function groupRows(name, told) {
  const waits = (row) => [shown(row.issued ?? 0), minutes(row.wait_to_call?.p50), minutes(row.wait_to_call?.p90)];
  const made = {
    services: (row) => [
      ...waits(row),
      share(row.kept, row.judged),
      share(row.no_show, row.called),
      shown(row.left ?? 0),
      share(row.out_of_turn, row.calls),
      share(row.within, row.told),
      share((row.finished ?? 0) - (row.sent_on ?? 0), row.finished),
      share(row.wrong, row.issued),
    ],
    lanes: (row) => [...waits(row), share(row.kept, row.judged), share(row.no_show, row.called)],
    channels: (row) => [...waits(row), share(row.kept, row.judged), share(row.no_show, row.called)],
    counters: (row) => [
      shown(row.served ?? 0),
      minutes(row.service?.p50),
      shown(row.calls ?? 0),
      share(row.out_of_turn, row.calls),
      shown(row.passed_over ?? 0),
      row.open_minutes === undefined ? "–" : (row.open_minutes / 60).toFixed(1),
      row.occupancy === undefined ? "–" : `${percent(row.occupancy, 1)} %`,
    ],
    officers: (row) => [shown(row.served ?? 0), minutes(row.service?.p50)],
    outcomes: (row) => [shown(row.n)],
    reasons: (row) => [shown(row.n)],
  }[name];
  const member = name.slice(0, -1);
  const ask = (of) => (name === "reasons" ? { counts: "out_of_turn", reason: of } : { [member]: of });
  return (told[member] ?? []).map((row) => ({
    of: row.of,
    name: row.name,
    cells: row.hidden ? null : made(row),
    which: row.hidden ? null : ask(row.of),
  }));
}

/** The address of the numbers behind a figure; `which` may narrow the days. */
export function behindAddress({ from, to }, which) {
  return `/history/tickets?${new URLSearchParams({ from, to, ...which })}`;
}
