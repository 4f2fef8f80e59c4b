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
    out_of_turn: percent(all.out_of_turn ?? 0, all.calls),
    estimates: percent(all.within ?? 0, all.told),
    rating: rating ? rating.mean.toFixed(1) : null,
  }[key];
}

/** The tiles in order: {key, value, unit, facts, before}; `before` null where nothing is compared. */
export function tilesOf(told, compared) {
  const all = told.all ?? {};
  const facts = {
    kept: { n: all.judged ?? 0 },
    no_show: { n: all.no_show ?? 0, all: all.called ?? 0 },
    out_of_turn: { n: all.out_of_turn ?? 0, all: all.calls ?? 0 },
    estimates: { n: all.told ?? 0, m: shown(all.error?.p50) },
    rating: { n: told.ratings.find(({ of }) => of === "")?.n ?? 0 },
  };
  const units = { wait50: "min", wait90: "min", kept: "%", no_show: "%", out_of_turn: "%", estimates: "%" };
  return ["issued", "wait50", "wait90", "kept", "no_show", "out_of_turn", "estimates", "rating"].map((key) => {
    const value = figureOf(key, told);
    const before = compared ? figureOf(key, compared) : null;
    return {
      key,
      value: shown(value),
      unit: value === null ? "" : (units[key] ?? ""),
      facts: facts[key] ?? {},
      before: before === null ? null : shown(before),
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
export function trendLines(told) {
  const at = told.trend.map(({ on }) => Date.parse(on) / 1000);
  const of = (name) => told.trend.map(({ wait_to_call }) => wait_to_call?.[name] ?? null);
  return [at, of("p50"), of("p90")];
}

/** The bars that anybody stands behind, and one more: [from, until or null, how many]. */
export function spreadBars(told, width = 5) {
  const last = told.distribution.reduce((found, n, place) => (n ? place : found), -1);
  return told.distribution
    .slice(0, last + 1)
    .map((n, place) => [place * width, place === told.distribution.length - 1 ? null : (place + 1) * width, n]);
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
  const made = {
    services: (row) => [
      shown(row.issued ?? 0),
      minutes(row.wait_to_call?.p50),
      minutes(row.wait_to_call?.p90),
      share(row.kept, row.judged),
      share(row.no_show, row.called),
      shown(row.left ?? 0),
      share(row.out_of_turn, row.calls),
      share(row.within, row.told),
    ],
    lanes: (row) => [shown(row.issued ?? 0), minutes(row.wait_to_call?.p50), minutes(row.wait_to_call?.p90)],
    counters: (row) => [
      shown(row.served ?? 0),
      minutes(row.service?.p50),
      shown(row.calls ?? 0),
      share(row.out_of_turn, row.calls),
    ],
    officers: (row) => [shown(row.served ?? 0), minutes(row.service?.p50)],
  }[name];
  const member = { services: "service", lanes: "lane", counters: "counter", officers: "officer" }[name];
  return (told[member] ?? []).map((row) => ({
    of: row.of,
    name: row.name,
    cells: row.hidden ? null : made(row),
    which: row.hidden || name === "officers" ? null : { [member]: row.of },
  }));
}

/** The address of the numbers behind a figure. */
export function behindAddress({ from, to }, which) {
  return `/history/tickets?${new URLSearchParams({ from, to, ...which })}`;
}
