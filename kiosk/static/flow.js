/**
 * What a customer does at the kiosk, and what the kiosk does when nobody does anything.
 * Pure: a state, an event and the time (ms of a steady counter) in; a new state and what must be sent out.
 *
 *   services ──▶ [online] ──▶ [batch] ──▶ [priority ──yes──▶ groups] ──▶ [over] ──▶ asking ──▶ ticket ──▶ services
 *       ▲                                     └──no──────────────────────┘           └──▶ refused ──▶ services
 *       └── 40 s untouched: "need more time?" 20 s, then everything is as before the customer came
 *
 * One touch chooses a service; who has more than one thing to do turns the list into one to tick (`isSeveral`), and
 * gets one number for all of it. `online` only where it can be done without coming, `batch` only where one may bring
 * the matters of others, `priority` only where the branch offers it, `over` only when the wait is longer than the
 * promise, and not for somebody who goes first. A touch is heard once: nothing is chosen in the 300 ms after the page changed,
 * nor as long as the fingers go on drumming, and a number is asked for with one key until it came.
 *
 * While the server is out of reach and this PC's agent has numbers, they come from there (`issue_here`). A request that
 * may have reached the server is never asked for there as well: that would be two numbers for one customer.
 *
 * Effects: {type: "issue" | "issue_here", key, body} · {type: "ring", key, kind}. The page carries them out and answers with
 * `ticket_issued`, `issue_refused` or `issue_failed`, `help_answered`.
 */

import { groupsOf, mostTransactions, overPromise, queueOf, stageAfter, stageBefore } from "./stages.js";

export const LIMITS = Object.freeze({
  idle: 40_000, // untouched so long: are you still there?
  countdown: 20_000, // … and so long until the screen starts again
  settle: 300, // a page that has just come takes no touch
  settleMost: 1_500,
  lock: 5_000, // no answer for so long: "take a number from the counter"
  retry: 1_000, // between two tries of the same request
  apology: 25_000, // how long that sentence stays, while the request is still tried
  ticket: 15_000,
  ticketLarge: 40_000,
  paper: 10_000, // no word from the printer for so long: do not wait for paper
  afterPaper: 6_000, // the ticket stays at least so long after the paper came
  noted: 120_000, // … and so long when no paper came, unless the customer says "I have noted it"
  contact: 4_000, // no answer for so long, and at least one try failed: the server is out of reach
  ring: 10_000, // one call for help needs no second one
});

const SETTINGS = new Set(["largeText", "highContrast", "reach", "voice"]);
const OPENED = new Set(["settings", "check_in"]); // what a key shows over the page
/** How loud the voice is: 2 when somebody comes, whatever the last customer wanted. */
export const VOLUMES = Object.freeze({ least: 1, usual: 2, most: 4 });
export const MOST_SERVICES = 4; // of one visit

/** A kiosk as it stands when nobody is there. `kiosk`: {code, priority, printer?}. `queues`: GET /queues. */
export function begin({ kiosk, languages = ["ms", "en", "zh", "ta"], queues }, now) {
  const local = { left: {}, isReady: false }; // the numbers of each service that this PC's agent can give
  return { kiosk, languages, queues, local, contactAt: now, isMissed: false, ...nobody(languages[0], now) };
}

/** Everything that one customer leaves behind, as it was before: the reset is this and nothing else. */
function nobody(language, now) {
  return {
    language,
    largeText: false,
    highContrast: false,
    reach: false,
    voice: false, // the page says aloud what stands on it
    volume: VOLUMES.usual,
    step: "services",
    page: 0,
    service: null,
    isSeveral: false,
    visit: [], // the services that are ticked, in the order of the touches
    further: [], // what follows on the same number
    transactions: 1,
    lane: "regular",
    from: null, // the page on which the number was asked for
    key: null,
    body: null, // what was asked for: it stays the same as long as the key does
    askedAt: null,
    triedAt: null,
    way: "issue", // to the server, or "issue_here": to this PC's agent; it stays the same as long as the key does
    isUnanswered: false,
    isLate: false,
    ticket: null,
    shownAt: null,
    paper: null, // "awaited" | "printed" | "failed" | "silent" | "none"
    paperAt: null,
    refusal: null,
    dialog: null, // "still_there" | "help" | OPENED
    dialogAt: null,
    help: null, // {kind, state: "ringing" | "rung" | "failed", at}
    touchedAt: now,
    changedAt: null,
    settlesAt: null,
  };
}

export const isOnline = (state, now) => !(state.isMissed && now - state.contactAt >= LIMITS.contact);

/** Out of reach of the server, and able to go on without it. */
export const isAlone = (state, now) => !isOnline(state, now) && state.local.isReady;

const isServing = (state, now) => isOnline(state, now) || isAlone(state, now);

/** How long anybody waits is not known here any more. */
function withoutWaits(state, now) {
  if (!isAlone(state, now) || !state.queues.queues.some((queue) => queue.wait)) return state;
  const queues = state.queues.queues.map((queue) => ({ ...queue, wait: null, wait_reason: "not_yet" }));
  return { ...state, queues: { ...state.queues, queues } };
}

/** Is there anything of a customer on this screen? */
const isTouched = (state) =>
  state.step !== "services" ||
  state.page !== 0 ||
  state.isSeveral ||
  state.dialog !== null ||
  state.language !== state.languages[0] ||
  [...SETTINGS].some((setting) => state[setting]);

/** When the ticket page closes by itself. */
export function ticketClosesAt(state) {
  if (state.paper === "failed" || state.paper === "silent") return state.paperAt + LIMITS.noted;
  const isSlow = state.largeText || state.voice || state.paper === "none"; // a number that no paper carries takes time to note
  const stay = isSlow ? LIMITS.ticketLarge : LIMITS.ticket;
  const closes = Math.max(state.shownAt, state.touchedAt) + stay;
  return state.paper === "printed" ? Math.max(closes, state.paperAt + LIMITS.afterPaper) : closes;
}

/** Which page is seen, and how many seconds are left of it: all that the page needs beside the state. */
export function view(state, now) {
  const secondsTo = (at) => Math.max(0, Math.ceil((at - now) / 1000));
  const seen = (screen, more = {}) => ({ screen, dialog: state.dialog, secondsLeft: null, ...more });
  if (state.step === "ticket") {
    const secondsLeft = state.dialog ? null : secondsTo(ticketClosesAt(state));
    return seen("ticket", { secondsLeft });
  }
  if (state.step === "asking" && !state.isLate) return seen(state.from);
  const dialog = state.dialog === "help" ? "help" : null; // nobody is asked for more time before a shut counter
  if (state.step === "asking" || !isServing(state, now)) return seen("offline", { dialog });
  if (!state.queues.is_open) return seen("closed", { dialog });
  if (state.dialog === "still_there") {
    return seen(state.step, { secondsLeft: secondsTo(state.dialogAt + LIMITS.countdown) });
  }
  return seen(state.step);
}

/* moves: each takes the state of a customer who has just touched, and returns [state, effects] */

const still = (state) => [state, []];

function turn(state, changes, now) {
  const page = changes.step && changes.step !== state.step ? 0 : state.page;
  return { ...state, page, ...changes, changedAt: now, settlesAt: now + LIMITS.settle };
}

const reset = (state, now) => turn(state, nobody(state.languages[0], now), now);

function ask(state, key, now) {
  const body = { service: state.service, lane: state.lane, language: state.language };
  if (state.further.length > 0) body.further = state.further;
  if (state.transactions > 1) body.transactions = state.transactions;
  const way = isAlone(state, now) ? "issue_here" : "issue";
  const asking = turn(
    state,
    { step: "asking", page: state.page, from: state.step, key, body, way, askedAt: now, triedAt: now },
    now,
  );
  return [asking, [{ type: way, key, body }]];
}

function askOrApologise(state, key, now) {
  if (state.lane === "regular" && overPromise(state)) return still(turn(state, { step: "over" }, now));
  return ask(state, key, now);
}

function goOn(state, from, key, now) {
  const due = stageAfter(state, from);
  return due ? still(turn(state, { step: due }, now)) : askOrApologise(state, key, now);
}

function ticked(state, service) {
  const without = state.visit.filter((code) => code !== service);
  if (without.length < state.visit.length) return { ...state, visit: without };
  return state.visit.length < MOST_SERVICES ? { ...state, visit: [...state.visit, service] } : state;
}

function serviceChosen(state, { service, key }, now) {
  const queue = queueOf(state, service);
  if (!queue || state.step !== "services") return still(state);
  if (state.isSeveral && queue.is_open) return still(ticked(state, service));
  if (!queue.is_open) {
    const refusal = { code: "not_open", more: { service, opens_at: queue.opens_at ?? null } };
    return still(turn(state, { step: "refused", service, refusal }, now));
  }
  if (isAlone(state, now) && !state.local.left[service]) {
    return still(turn(state, { step: "refused", service, refusal: { code: "block_empty" } }, now));
  }
  return goOn({ ...state, service, further: [], transactions: 1, lane: "regular" }, "services", key, now);
}

function severalToggled(state, _event, now) {
  if (state.step !== "services") return still(state);
  return still(turn(state, { isSeveral: !state.isSeveral, visit: [] }, now));
}

function visitConfirmed(state, { key }, now) {
  if (state.step !== "services" || state.visit.length === 0) return still(state);
  const [service, ...further] = state.visit;
  return goOn({ ...state, service, further, transactions: 1, lane: "regular" }, "services", key, now);
}

const onlineDeclined = (state, { key }, now) =>
  state.step === "online" ? goOn(state, "online", key, now) : still(state);

/** One more or one fewer; quickly, for whoever brings twenty: no page changes. */
function transactionsChanged(state, { by }) {
  if (state.step !== "batch") return still(state);
  const transactions = Math.min(mostTransactions(state), Math.max(1, state.transactions + by));
  return still({ ...state, transactions });
}

const batchConfirmed = (state, { key }, now) =>
  state.step === "batch" ? goOn(state, "batch", key, now) : still(state);

function priorityAnswered(state, { isWanted, key }, now) {
  if (state.step !== "priority") return still(state);
  if (!isWanted) return askOrApologise({ ...state, lane: "regular" }, key, now);
  if (groupsOf(state).length > 0) return still(turn(state, { step: "groups" }, now));
  return ask({ ...state, lane: "priority" }, key, now);
}

function groupChosen(state, { lane, key }, now) {
  if (state.step !== "groups") return still(state);
  return ask({ ...state, lane }, key, now);
}

const BEFORE = { groups: "priority", refused: "services" };

function back(state, _event, now) {
  if (state.dialog) return still(turn(state, { dialog: null }, now));
  if (state.page > 0) return still(turn(state, { page: state.page - 1 }, now));
  if (state.step === "services") return state.isSeveral ? severalToggled(state, _event, now) : still(state);
  const before = BEFORE[state.step] ?? stageBefore(state, state.step);
  if (state.step === "ticket" || state.step === "asking") return still(state);
  return still(turn(state, { step: before, refusal: null }, now));
}

function helpAsked(state, { kind = "help", key }, now) {
  const shown = turn(state, { dialog: "help", dialogAt: now }, now);
  const last = state.help;
  const isEnough = last && last.kind === kind && last.state !== "failed" && now - last.at < LIMITS.ring;
  if (isEnough) return still(shown);
  return [{ ...shown, help: { kind, state: "ringing", at: now } }, [{ type: "ring", key, kind }]];
}

/** `isOn`: what a plug in its socket says; a button that is pressed again turns it off. */
function voiceTurned(state, { isOn = !state.voice }) {
  return still({ ...state, voice: isOn, volume: isOn ? state.volume : VOLUMES.usual });
}

/** Louder until it can be no louder, then from the quietest on: one key is enough. `by` -1: quieter. */
function volumeChanged(state, { by = null }) {
  const { least, most } = VOLUMES;
  const next = state.volume + (by ?? 1);
  const volume = by === null && next > most ? least : Math.min(most, Math.max(least, next));
  return still({ ...state, volume });
}

function done(state, _event, now) {
  return state.step === "ticket" ? still(reset(state, now)) : still(state);
}

/** What a hand does; everything here is guarded against drumming fingers. */
const TOUCHES = {
  language_chosen: (state, { language }) => still({ ...state, language }),
  setting_toggled: (state, { setting }) => {
    if (setting === "voice") return voiceTurned(state, {});
    return still(SETTINGS.has(setting) ? { ...state, [setting]: !state[setting] } : state);
  },
  dialog_opened: (state, { asks }, now) =>
    still(OPENED.has(asks) ? turn(state, { dialog: asks, dialogAt: now }, now) : state),
  volume_changed: volumeChanged,
  page_turned: (state, { page }, now) => still(turn(state, { page }, now)),
  service_chosen: serviceChosen,
  several_toggled: severalToggled,
  visit_confirmed: visitConfirmed,
  online_declined: onlineDeclined,
  transactions_changed: transactionsChanged,
  batch_confirmed: batchConfirmed,
  priority_answered: priorityAnswered,
  group_chosen: groupChosen,
  wait_accepted: (state, { key }, now) => (state.step === "over" ? ask(state, key, now) : still(state)),
  back,
  help_asked: helpAsked,
  dialog_closed: (state, _event, now) => still(turn(state, { dialog: null }, now)),
  started_again: (state, _event, now) => still(state.step === "asking" ? state : reset(state, now)),
  done,
};

/** While the question "still there?" stands, these do what they say; any other touch means "yes". */
const ANSWERS = new Set(["started_again", "help_asked", "done"]);

function touched(state, event, now) {
  if (state.settlesAt !== null && now < state.settlesAt) {
    const settlesAt = Math.min(now + LIMITS.settle, state.changedAt + LIMITS.settleMost);
    return still({ ...state, settlesAt: Math.max(settlesAt, state.settlesAt), touchedAt: now });
  }
  const awake = { ...state, touchedAt: now };
  if (state.dialog === "still_there" && !ANSWERS.has(event.type)) {
    return still(turn(awake, { dialog: null }, now));
  }
  const move = TOUCHES[event.type];
  if (!move) return still(awake); // a touch beside every button
  if (state.step === "asking" && !state.isLate && !["language_chosen", "help_asked"].includes(event.type)) {
    return still(awake);
  }
  return move(awake, event, now);
}

/* what comes from the server */

function paperOf(ticket, before, kiosk) {
  if (ticket.printed === true) return "printed";
  if (ticket.printed === false) return "failed";
  if (before) return before;
  const hasPrinter = ticket.paper ?? kiosk.printer; // as the server knows it now, or knew it when the page was opened
  return hasPrinter === false ? "none" : "awaited";
}

function ticketIssued(state, { key, ticket }, now) {
  if (state.step !== "asking" || key !== state.key) return still(state); // the customer has gone
  const paper = paperOf(ticket, null, state.kiosk);
  return still(
    turn(state, { step: "ticket", ticket, shownAt: now, touchedAt: now, paper, paperAt: now, isLate: false }, now),
  );
}

function ticketSeen(state, { ticket }, now) {
  if (state.step !== "ticket" || ticket.id !== state.ticket.id) return still(state);
  const paper = paperOf(ticket, state.paper, state.kiosk);
  return still({ ...state, ticket, paper, paperAt: paper === state.paper ? state.paperAt : now });
}

function issueRefused(state, { key, refusal }, now) {
  if (state.step !== "asking" || key !== state.key) return still(state);
  return still(turn(state, { step: "refused", refusal, key: null, isLate: false }, now));
}

const FACTS = {
  queues_came: (state, { queues }, now) => still({ ...state, queues, contactAt: now, isMissed: false }),
  queues_missed: (state, _event, now) => still(withoutWaits({ ...state, isMissed: true }, now)),
  local_came: (state, { local }, now) => still(withoutWaits({ ...state, local }, now)),
  ticket_issued: ticketIssued,
  ticket_seen: ticketSeen,
  issue_refused: issueRefused,
  issue_failed: (state, { key }) => still(key === state.key ? { ...state, isUnanswered: true } : state),
  help_answered: (state, { isRung }) =>
    still(state.help ? { ...state, help: { ...state.help, state: isRung ? "rung" : "failed" } } : state),
  /** A plug went into its socket, or out of it. */
  voice_turned: (state, event, now) => still({ ...voiceTurned(state, event)[0], touchedAt: now }),
  /** A clip came to its end: whoever listens is there. */
  voice_heard: (state, _event, now) => still(state.voice ? { ...state, touchedAt: now } : state),
  tick,
};

/* what time does */

function tickAsking(state, now) {
  if (now - state.askedAt >= LIMITS.lock + LIMITS.apology) return still(reset(state, now));
  const isLate = state.isLate || now - state.askedAt >= LIMITS.lock;
  const seen = isLate === state.isLate ? state : { ...state, isLate };
  if (!state.isUnanswered || now - state.triedAt < LIMITS.retry) return still(seen);
  // the same key again: should the first try have reached the branch, its number comes back, not a second one
  const retried = { ...seen, isUnanswered: false, triedAt: now };
  return [retried, [{ type: state.way, key: state.key, body: state.body }]];
}

function tickTicket(state, now) {
  if (state.paper === "awaited" && now - state.shownAt >= LIMITS.paper) {
    return still({ ...state, paper: "silent", paperAt: now });
  }
  const isHelpRead = !state.dialog || now - state.touchedAt >= LIMITS.idle;
  return still(now >= ticketClosesAt(state) && isHelpRead ? reset(state, now) : state);
}

function tick(state, _event, now) {
  if (state.step === "asking") return tickAsking(state, now);
  if (state.step === "ticket") return tickTicket(state, now);
  if (!isTouched(state)) return still(state);
  if (state.dialog === "still_there") {
    return still(now - state.dialogAt >= LIMITS.countdown ? reset(state, now) : state);
  }
  if (now - state.touchedAt < LIMITS.idle) return still(state);
  const isHidden = !isServing(state, now) || !state.queues.is_open;
  if (isHidden) return still(reset(state, now));
  return still(turn(state, { dialog: "still_there", dialogAt: now }, now));
}

/** One event. Events of a hand: see TOUCHES, and "touched" for a touch beside every button. */
export function step(state, event, now) {
  const fact = FACTS[event.type];
  return fact ? fact(state, event, now) : touched(state, event, now);
}
