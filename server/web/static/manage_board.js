/**
 * What the manager's overview says of the branch: each figure with the facts of its definition, and the marks.
 * Pure: no document, no socket, no clock; instants are milliseconds of the server's clock, handed in.
 */

import { minutesRange } from "./clock.js";
import { priorityTile } from "./foresight_board.js";

export const IDLE_AFTER = 300; // s without a customer while people wait
export const LONG_TIMES = 2; // times the usual service time
export const LONG_AT_LEAST = 600; // s: a short service may take twice as long without anybody minding

export const minutes = (seconds) => Math.floor(Math.max(0, seconds ?? 0) / 60);

/** Whether anybody waits whose wait has no night in it: only theirs is measured. */
export const waitsToday = ({ waiting, overnight }) => waiting > (overnight ?? 0);

/** The sentence at the top: {key, facts}. */
export function sentenceOf(board) {
  const { waiting, counters_open: open, counters_total: all } = board;
  const facts = { n: waiting, longest: minutes(board.longest_wait_s), open, all };
  if (waiting === 0) return { key: "manage.sentence.nobody", facts };
  return { key: waitsToday(board) ? "manage.sentence" : "manage.sentence.overnight", facts };
}

/** A share of 1 in whole per cent; 89.6 % of a promise of 90 % is not 90 %, so it is cut, not rounded. */
export const percent = (share) => Math.floor(share * 100 + 1e-9);

/**
 * The tiles, in order: {key, value, unit, facts, level}. `value` null: nothing to say yet. `facts` fill the
 * sentence of the definition (`is`, else `manage.<key>.is`); level "calm", "warning" or "bad".
 */
export function tilesOf(board) {
  const { promise = {} } = board;
  const called = board.called_today ?? 0;
  const isKeeping =
    promise.kept_share === null || promise.kept_share === undefined || promise.kept_share >= promise.share;
  const isOver = promise.minutes && board.longest_wait_s > promise.minutes * 60;
  return [
    { key: "waiting", value: board.waiting, unit: "", facts: {}, level: "calm" },
    {
      key: "longest",
      is: board.overnight ? "manage.longest.overnight" : "manage.longest.is",
      value: waitsToday(board) ? minutes(board.longest_wait_s) : null,
      unit: "min",
      facts: { n: board.overnight ?? 0 },
      level: board.waiting > 0 && isOver ? "warning" : "calm",
    },
    {
      key: "kept",
      value: promise.kept_share === null || promise.kept_share === undefined ? null : percent(promise.kept_share),
      unit: "%",
      facts: { n: promise.judged ?? 0, minutes: promise.minutes ?? "–", share: Math.round((promise.share ?? 0) * 100) },
      level: isKeeping ? "calm" : "bad",
    },
    {
      key: "breaches",
      value: board.breaches ?? 0,
      unit: "",
      facts: {},
      level: "calm",
    },
    openTile(board),
    {
      key: "no_show",
      value: called > 0 ? percent((board.no_show_today ?? 0) / called) : null,
      unit: "%",
      facts: { n: board.no_show_today ?? 0, all: called },
      level: "calm",
    },
    {
      key: "served",
      is: board.rating ? "manage.served.rated" : "manage.served.is",
      value: board.served_today ?? 0,
      unit: "",
      facts: { n: board.issued_today ?? 0, mean: board.rating?.mean, m: board.rating?.n },
      level: "calm",
    },
    priorityTile(board.foresight),
  ];
}

/** Counters open against those needed, which the advice on the counters tells where there is one. */
function openTile({ counters_open, counters_total, waiting, foresight }) {
  const needed = foresight?.advice?.open_then;
  const level = counters_open === 0 && waiting > 0 ? "bad" : counters_open < (needed ?? 0) ? "warning" : "calm";
  const tile = { key: "open", value: counters_open, unit: "", facts: { n: counters_total }, level };
  return needed === undefined ? tile : { ...tile, is: "manage.open.needed", facts: { n: counters_total, needed } };
}

/** An estimate in minutes, as the public screens show it ("15–30", "< 5"); "" when there is none. */
export function rangeOf(wait) {
  if (!wait) return "";
  const { a, b } = minutesRange(wait);
  return a === 0 ? `< ${b}` : `${a}–${b}`;
}

/** A queue as a row: whether its oldest customer waits past the promise, whether nobody can call it. */
export function queueRow(queue) {
  return {
    service: queue.service,
    name: queue.name,
    isCore: queue.core ?? false,
    waiting: queue.waiting,
    longest: waitsToday(queue) ? minutes(queue.longest_wait_s) : null,
    range: rangeOf(queue.wait),
    promise: queue.promise_s ? Math.round(queue.promise_s / 60) : null,
    counters: `${queue.counters_open}/${queue.counters_able}`,
    isOver: Boolean(queue.promise_s) && queue.waiting > 0 && queue.longest_wait_s > queue.promise_s,
    hasNoCounter: queue.counters_open === 0,
  };
}

/** What a counter does: {does, number, reason, seconds, flag}; flag "" | "idle" | "long". */
export function counterRow(counter, board, now) {
  const { ticket } = counter;
  const officer = typeof counter.officer === "string" ? counter.officer : (counter.officer?.name ?? "");
  const row = { code: counter.code, name: counter.name, officer, number: "", reason: "", seconds: null, flag: "" };
  if (!counter.is_open) return { ...row, does: "closed", reason: counter.closed_reason ?? "" };
  if (ticket) {
    const seconds = ticket.since ? Math.max(0, Math.floor((now - Date.parse(ticket.since)) / 1000)) : null;
    const does = ticket.status === "serving" ? "serving" : "called";
    const longFrom = Math.max(LONG_AT_LEAST, LONG_TIMES * (counter.usual_s ?? 0));
    const isLong = does === "serving" && seconds !== null && seconds > longFrom;
    return { ...row, does, number: ticket.number, seconds, flag: isLong ? "long" : "" };
  }
  // `idle_s` was true at `as_of`; the counter has been idle since.
  const aged = Math.max(0, Math.floor((now - Date.parse(board.as_of)) / 1000));
  const seconds = counter.idle_s === null || counter.idle_s === undefined ? null : counter.idle_s + aged;
  const isIdle = seconds !== null && seconds >= IDLE_AFTER && board.waiting > 0;
  return { ...row, does: "free", seconds, flag: isIdle ? "idle" : "" };
}

/** The address of an export, or null when the days are missing or the wrong way round. */
export function exportAddress({ from, to, legs = false, form = "csv", language = "ms" }) {
  if (!from || !to || from > to) return null;
  const query = new URLSearchParams({ from, to, local: "1" }); // people read the branch's clock
  if (legs) query.set("legs", "1");
  if (form === "xlsx") query.set("language", language);
  return `/api/v1/exports/tickets.${form}?${query}`;
}

const CALM_PRINTERS = new Set(["", "ready"]);

/** What is wrong with the kiosks' printers: `{level, key, facts}` of a phrase; a roll near its end is a warning only. */
export function printerAlarms(printers) {
  return (printers ?? [])
    .filter(({ state }) => !CALM_PRINTERS.has(state))
    .map(({ kiosk, state }) => ({
      level: state === "low" ? "warning" : "bad",
      key: `printer.${state}`,
      facts: { kiosk },
    }));
}
