/**
 * What the officer's terminal shows of a counter's board, and what may be pressed when.
 * Pure: no document, no socket, no clock; instants are milliseconds of the server's clock, handed in.
 *
 *     signed_out ─▶ closed ─▶ idle ─▶ called ─▶ serving        taken: another officer is on duty here
 *                     ▲        └───────┴─────────┴──▶ idle
 *                     └─ a break, or the end of duty
 */

import { minutesRange } from "/static/web/clock.js";

/** The function keys of a keyboard, in its own three groups of four; a branch may set others. */
export const DEFAULT_KEYS = Object.freeze({
  help: "F1",
  close: "F2",
  serve: "F3",
  hold: "F4",
  other: "F5",
  transfer: "F6",
  no_show: "F7",
  next: "F8",
  recall: "F9",
  finish: "F10",
  refer: "F11",
  come_again: "F12",
  walk_direct: "Insert",
  issue: "N",
  undo: "Ctrl+Z",
  more: "+",
  fewer: "-",
});

/** The keypad's names for the same wishes. */
const ALIASES = { break: "close", "finish-referred": "refer", "finish-come-again": "come_again" };

/** Three ways in which a service ends, each with a key of its own. */
export const OUTCOMES = Object.freeze({ finish: "done", refer: "referred", come_again: "come_again" });

export const BREAKS = Object.freeze(["rest", "prayer", "lunch", "meeting", "back_office", "system_down", "end"]);
export const HOLD_REASONS = Object.freeze(["form", "document", "payment", "checking"]);
export const REMINDERS = Object.freeze([5, 10, 15]);
export const POSITIONS = Object.freeze(["arrival", "first", "last"]);
export const CALL_REASONS = Object.freeze(["appointment", "frail", "urgent", "returned"]);
export const NOTE_LENGTH = 200;

/** What a key adds to the transactions of a visit. */
export const STEPS = Object.freeze({ more: 1, fewer: -1 });
export const MOST_TRANSACTIONS = 999;
export const MOST_FURTHER = 3; // services after the one at hand

const AMBER_FROM = 0.8;
const AGAIN_AFTER = 1000; // ms: two blows on one key are one wish
const POLL_TRUSTED = 8000; // ms
const DOWN_FOR = 6000; // ms without a socket before it matters

// ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────

/** The name of a key as the map writes it: "F8", "Ctrl+Z", "Insert". Modifiers alone have no name. */
export function keyName({ key = "", ctrlKey = false, altKey = false, shiftKey = false, metaKey = false }) {
  if (!key || ["Control", "Alt", "Shift", "Meta", "AltGraph", "Dead", "Process"].includes(key)) return "";
  const isSign = key.length === 1;
  const parts = [];
  if (ctrlKey) parts.push("Ctrl");
  if (altKey) parts.push("Alt");
  if (metaKey) parts.push("Meta");
  if (shiftKey && !isSign) parts.push("Shift");
  parts.push(isSign ? key.toUpperCase() : key);
  return parts.join("+");
}

/** The branch's keys over the usual ones. A key given to one action is taken from the one that had it. */
export function readKeys(given = {}) {
  const keys = { ...DEFAULT_KEYS };
  for (const [name, key] of Object.entries(given ?? {})) {
    const action = ALIASES[name] ?? name.replaceAll("-", "_");
    if (!(action in DEFAULT_KEYS) || typeof key !== "string") continue;
    for (const other of Object.keys(keys)) if (keys[other] === key && other !== action) keys[other] = "";
    keys[action] = key;
  }
  return keys;
}

/** The action of a key, or null. */
export function actionOfKey(keys, name) {
  if (!name) return null;
  return Object.keys(keys).find((action) => keys[action] === name) ?? null;
}

// ── where the counter stands ───────────────────────────────────────────────────────────────────────────────

/** "signed_out" | "closed" | "taken" | "idle" | "called" | "serving" */
export function stateOf(board, officer) {
  if (!officer || !board) return "signed_out";
  if (!board.duty) return "closed";
  if (!isMine(board.duty, officer)) return "taken";
  if (!board.ticket) return "idle";
  return board.ticket.status === "serving" ? "serving" : "called";
}

/** Duty without a known officer was opened by a keypad: whoever sits there may go on. A paired PC serves any officer. */
function isMine(duty, officer) {
  const on = duty.officer;
  if (!on || officer.role === "counter") return true;
  return on.id === officer.id;
}

/** What is asked of a ticket, wherever it is. */
const OF_TICKETS = { check_in: "check-in", reprint: "slip" };

const NEEDS = {
  // the states in which an action makes sense, where the board itself says nothing of it
  open: ["closed"],
  take_over: ["taken"],
  close: ["idle"],
  next: ["idle", "called", "serving"],
  recall: ["called"],
  serve: ["called"],
  finish: ["called", "serving"],
  no_show: ["called"],
  hold: ["called", "serving"],
  transfer: ["called", "serving"],
  visit: ["called", "serving"],
  walk_direct: ["idle"],
  count: ["called", "serving"],
  call: ["idle"],
  other: ["idle", "called", "serving"],
  resume: ["idle"],
  restore: ["idle", "called", "serving"],
  check_in: ["idle", "called", "serving"],
  reprint: ["called", "serving"],
  issue: ["closed", "taken", "idle", "called", "serving"], // a reception desk has no counter open
  help: ["closed", "idle", "called", "serving"],
};

/**
 * Whether an action may be pressed, and what is still missing: {can, seconds, calls}.
 * `seconds` until it may be, `calls` that the customer is still owed. The server decides in the end; this keeps
 * a hand from asking for what will be refused. `counting`: the transactions that are on their way to it.
 */
export function mayPress(action, { board, officer, now, link = "live", busy = false, counting = null }) {
  const no = { can: false, seconds: 0, calls: 0 };
  const asked = action in OUTCOMES ? "finish" : action in STEPS ? "count" : action;
  const state = stateOf(board, officer);
  if (asked === "undo") {
    const seconds = undoSeconds(board, now);
    return { can: seconds > 0 && link === "live" && !busy && state !== "taken", seconds, calls: 0 };
  }
  if (!NEEDS[asked]?.includes(state)) return no;
  if (asked === "issue" && officer.role === "counter") return no; // nobody knows who sits there
  const said = board.may?.[asked];
  if (said === false) return no;
  const transactions = counting ?? board.ticket?.transactions ?? 1;
  if (action in STEPS && counted(transactions, action) === transactions) return no;
  const seconds = typeof said === "object" && said?.at ? secondsUntil(said.at, now) : 0;
  const calls = typeof said === "object" ? (said?.calls_left ?? 0) : 0;
  const isHeldUp = busy && !(asked === "count" && busy === "count"); // one counts on while the first is on its way
  return { can: seconds === 0 && calls === 0 && link === "live" && !isHeldUp, seconds, calls };
}

/** The transactions after one more or one fewer than `from`: 1 to 999. */
export function counted(from, action) {
  return Math.min(MOST_TRANSACTIONS, Math.max(1, (from ?? 1) + STEPS[action]));
}

/** Whether the same key came again before anybody could have looked at the answer. */
export function isSecondBlow(action, last, at) {
  if (action === "count") return false; // it says a number, and not "one more"
  return last !== null && last.action === action && at - last.at < AGAIN_AFTER;
}

/** Whole seconds for a countdown; 0 only when the instant has come. */
export function secondsUntil(instant, now) {
  const left = (Date.parse(instant) - now) / 1000;
  return left > 0 ? Math.max(1, Math.round(left)) : 0;
}

/** Seconds in which the last no-show can still be taken back. */
export function undoSeconds(board, now) {
  const undo = board?.may?.undo;
  return undo?.until ? secondsUntil(undo.until, now) : 0;
}

// ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────

/**
 * The line under the number: {kind, seconds, target, share, level, over}.
 * kind "called" (since the last call) or "serving" (service time less holds); level "calm" | "good" | "warning" | "bad".
 */
export function timerOf(board, now) {
  const ticket = board?.ticket;
  if (!ticket) return null;
  const since = (instant) => Math.max(0, Math.floor((now - Date.parse(instant)) / 1000));
  if (ticket.status !== "serving" || !ticket.began_at) {
    const from = ticket.called_at ?? ticket.first_called_at;
    return { kind: "called", seconds: from ? since(from) : 0, target: null, share: 0, level: "calm", over: 0 };
  }
  const seconds = Math.max(0, since(ticket.began_at) - Math.round(ticket.held_s ?? 0));
  const target = board.targets?.service_s || null;
  if (!target) return { kind: "serving", seconds, target: null, share: 0, level: "calm", over: 0 };
  const share = seconds / target;
  const level = share >= 1 ? "bad" : share >= AMBER_FROM ? "warning" : "good";
  return { kind: "serving", seconds, target, share: Math.min(1, share), level, over: Math.max(0, seconds - target) };
}

/** How long a number taken now for one of my services would wait, {a, b} in minutes; null when nobody can say. */
export function expectedOf(board) {
  const waits = (board?.by_service ?? []).map((queue) => queue.wait).filter(Boolean);
  if (waits.length === 0) return null;
  const [low, high] = [Math.min(...waits.map((wait) => wait.low)), Math.max(...waits.map((wait) => wait.high))];
  const { a, b } = minutesRange({ low, likely: high, high });
  return { a, b };
}

/** Whole minutes, as people say them. */
export const minutes = (seconds) => Math.floor(Math.max(0, seconds ?? 0) / 60);

/** Whether this customer has waited longer than was promised: the officer may want to say sorry first. */
export const isOverPromise = (ticket) => Boolean(ticket?.promise_s) && ticket.waited_s > ticket.promise_s;

/** The legs that lie behind a ticket, oldest first. */
export const pastLegs = (ticket) => (ticket?.legs ?? []).filter((leg) => leg.outcome);

/**
 * What an officer may add to a visit or strike from it: {code, name, isPlanned, services}, `services` being the visit
 * as it would be then. Nothing can be added to a full one.
 */
export function visitChoices(board) {
  const planned = (board?.ticket?.further ?? []).map((then) => then.service);
  return (board?.services ?? [])
    .filter((service) => service.code !== board.ticket?.service)
    .filter((service) => planned.includes(service.code) || planned.length < MOST_FURTHER)
    .map((service) => {
      const isPlanned = planned.includes(service.code);
      const services = isPlanned ? planned.filter((code) => code !== service.code) : [...planned, service.code];
      return { code: service.code, name: service.name, isPlanned, services };
    });
}

/** Where the customer in hand goes on to: {number, then, why, level}; of a transfer only what is to be warned of, else null.
 *  `why`: nobody calls there ("nobody"), because it is shut by its hours ("shut"). */
export function onwardOf(action, before, sent = {}) {
  const isTransfer = action === "transfer" && sent.service && !sent.counter && !sent.officer;
  if (!isTransfer && !(action in OUTCOMES || action === "next")) return null;
  const there = (before?.services ?? []).find((service) => service.code === sent.service);
  const then = isTransfer ? there && { ...there, service_name: there.name } : before?.ticket?.further?.[0];
  if (!then) return null;
  const why = then.counters_open > 0 ? null : then.is_open === false ? "shut" : "nobody";
  const said = { number: before.ticket.number, then, why, level: why === null ? "calm" : "warning" };
  return isTransfer && why === null ? null : said;
}

/** Tickets put aside whose reminder has come. */
export function remindersDue(board, now) {
  return (board?.held ?? []).filter((held) => held.remind_at && Date.parse(held.remind_at) <= now);
}

/** Whether a customer came to an empty queue while the officer had nobody. */
export function cameToEmpty(before, after) {
  if (!before || !after?.duty || after.ticket) return false;
  return before.waiting === 0 && after.waiting > 0;
}

/** Where a ticket may go: services, then counters, then officers; without this counter and its own service. */
export function transferTargets(board) {
  const here = board.counter.code;
  const services = (board.services ?? [])
    .filter((service) => service.code !== board.ticket?.service)
    .map((service) => ({ kind: "service", value: service.code, label: service.code, name: service.name }));
  const shown = new Map((board.counters ?? []).map((counter) => [counter.code, counter.name]));
  const counters = (board.counters ?? [])
    .filter((counter) => counter.code !== here)
    .sort((one, other) => Number(Boolean(other.is_open)) - Number(Boolean(one.is_open)))
    .map((counter) => ({
      kind: "counter",
      value: counter.code,
      label: counter.name,
      name: officerName(counter.officer),
      isOpen: Boolean(counter.is_open),
    }));
  const officers = (board.officers ?? [])
    .filter((officer) => officer.counter !== here)
    .map((officer) => ({
      kind: "officer",
      value: officer.id,
      label: officer.name,
      name: shown.get(officer.counter) ?? "",
    }));
  return { services, counters, officers };
}

const officerName = (officer) => (typeof officer === "string" ? officer : (officer?.name ?? ""));

/** The board with the wait figures that came since; the next whole board puts right what they do not say. */
export function withWaits(board, waits) {
  const fresh = new Map((waits?.queues ?? []).map((queue) => [queue.service, queue]));
  if (!board?.by_service || ![...fresh.keys()].some((code) => board.by_service.some((row) => row.service === code))) {
    return board;
  }
  const by_service = board.by_service.map((row) => {
    const queue = fresh.get(row.service);
    if (!queue) return row;
    const { waiting, longest_wait_s, overnight, wait } = queue;
    return { ...row, waiting, longest_wait_s, overnight, wait };
  });
  return {
    ...board,
    as_of: waits.as_of ?? board.as_of,
    by_service,
    waiting: by_service.reduce((sum, row) => sum + row.waiting, 0),
    longest_wait_s: Math.max(0, ...by_service.map((row) => row.longest_wait_s ?? 0)),
  };
}

/** Whether the list of who comes next cannot be right any more: too short or too long for those who wait. */
export const isNextStale = (board) => (board?.next?.length ?? 0) !== Math.min(3, board?.waiting ?? 0);

// ── the link, the lock, the line ───────────────────────────────────────────────────────────────────────────

/**
 * "live" or "offline". A terminal that does not hear the branch presses nothing: what was called meanwhile is
 * not known here. Asking by HTTP every few seconds is hearing, too.
 */
export function linkOf({ freshness, connected, downFor, polledAgo, online = true }) {
  if (!online || freshness !== "live") return "offline";
  if (connected || downFor < DOWN_FOR) return "live";
  return polledAgo < POLL_TRUSTED ? "live" : "offline";
}

/**
 * The link as the keys see it: "elsewhere" where the officer works at this counter in another window (T12). Who is
 * not on duty here works nowhere yet. `claimed` is the window that the branch last heard of, `mine` this one.
 */
export function linkOfWindow(link, { board, officer, claimed, mine }) {
  const isAtWork = ["idle", "called", "serving"].includes(stateOf(board, officer));
  return link === "live" && isAtWork && claimed && claimed !== mine ? "elsewhere" : link;
}

/** {state: "open" | "warning" | "locked", seconds} after `idle` ms without a hand on the counter. */
export function lockOf(idle, { after = 900_000, warn = 60_000 } = {}) {
  if (after <= 0) return { state: "open", seconds: 0 };
  if (idle >= after) return { state: "locked", seconds: 0 };
  const seconds = Math.ceil((after - idle) / 1000);
  return { state: idle >= after - warn ? "warning" : "open", seconds };
}

/**
 * The one line that speaks on top of the terminal, the most pressing first; null when there is nothing to say.
 * `said` is the last refusal or answer: {level, text, until}.
 */
export function lineOf({ board, officer, now, link, lock, said }) {
  const state = stateOf(board, officer);
  if (state === "signed_out") return null;
  if (lock?.state === "warning") return { kind: "lock", level: "warning", seconds: lock.seconds };
  if (link === "offline") return { kind: "offline", level: "bad" };
  if (link === "elsewhere") return { kind: "elsewhere", level: "warning" };
  if (said && said.level === "bad" && said.until > now) return { kind: "said", level: "bad", text: said.text };
  const undo = undoSeconds(board, now);
  if (undo > 0 && state !== "taken") {
    return { kind: "undo", level: "calm", seconds: undo, number: board.may.undo.number ?? "" };
  }
  if (said && said.until > now) return { kind: "said", level: said.level, text: said.text };
  const [due] = state === "taken" || state === "closed" ? [] : remindersDue(board, now);
  if (due) return { kind: "reminder", level: "warning", number: due.number };
  const [back] = state === "taken" || state === "closed" ? [] : (board.came_back ?? []);
  if (back) return { kind: "came_back", level: "warning", number: back.number };
  return state === "taken" ? null : recoveryLine(board, officer);
}

/** What the supervisor asks of this counter, else which promise is in danger: of its own services, to a supervisor all. */
function recoveryLine({ recovery, duty, counter }, officer) {
  const [asked] = recovery?.asked ?? [];
  if (asked)
    return { kind: `recovery_${asked.action}`, level: "warning", service: asked.service_name, to: asked.to ?? "" };
  const own = duty?.services ?? counter?.services ?? [];
  const isMine = (one) => officer?.role === "supervisor" || own.includes(one.service);
  const endangered = (recovery?.cases ?? []).find(isMine);
  if (!endangered) return null;
  const level = endangered.level === "breached" ? "bad" : "warning";
  return { kind: `recovery_${endangered.level}`, level, service: endangered.service_name };
}

// ── what is sent ───────────────────────────────────────────────────────────────────────────────────────────

const PATHS = { no_show: "no-show", walk_direct: "walk-direct", take_over: "open", count: "transactions" };

/** The path and the body of an action. `detail` holds what the officer chose. */
export function requestOf(action, counter, detail = {}) {
  if (action === "help") return { path: "/help", body: { counter, kind: "help" } };
  if (action === "issue") return { path: "/tickets", body: { ...detail } };
  if (action in OF_TICKETS) return { path: `/tickets/${detail.id}/${OF_TICKETS[action]}`, body: {} };
  const at = `/counters/${encodeURIComponent(counter)}`;
  if (action in OUTCOMES) return { path: `${at}/finish`, body: { outcome: OUTCOMES[action] } };
  const body = action === "take_over" ? { ...detail, take_over: true } : { ...detail };
  if (typeof body.note === "string") {
    body.note = body.note.trim().slice(0, NOTE_LENGTH);
    if (!body.note) delete body.note;
  }
  return { path: `${at}/${PATHS[action] ?? action}`, body };
}
