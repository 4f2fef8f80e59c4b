/**
 * What the voice says: of a page when it comes, of a button when the focus reaches it, of what changes by itself.
 * Pure: a state of flow.js and what is seen of it in; sayings out, in order: {key, language, …values}, each a clip of
 * kiosk/saying.py. Whoever hears it learns what eyes learn, and the number twice (K13).
 */

import { minutesRange } from "/static/web/clock.js";
import { MOST_SERVICES, VOLUMES } from "./flow.js";
import { headingOf } from "./headings.js";
import { mostTransactions, overPromise, queueOf } from "./stages.js";

const HELP = { ringing: "kiosk.help.ringing", rung: "kiosk.help.rung", failed: "kiosk.help.failed" };
const CLOSED_FOR = { holiday: "kiosk.closed.holiday", friday: "kiosk.closed.friday" };
const SETTING_WORDS = {
  largeText: "kiosk.large",
  highContrast: "kiosk.contrast",
  reach: "kiosk.reach",
  voice: "kiosk.voice",
};
const SERVICE = "service"; // its name, without a phrase around it

const IS_NOTED = new Set(["failed", "silent", "none"]);

const counted = (key, n) => ({ key: n === 0 || n === 1 ? `${key}.${n}` : `${key}.n`, n });

const waitOf = (wait, reason) => {
  if (!wait) return { key: reason === "no_counter" ? "kiosk.wait.no_counter" : "kiosk.wait.unknown" };
  const { a, b } = minutesRange(wait);
  return a === 0 ? { key: "kiosk.wait.under", b } : { key: "kiosk.wait.range", a, b };
};

/* pages */

const overOf = (state) => {
  const queue = overPromise(state);
  if (!queue) return [];
  const x = Math.round(queue.promise_s / 60);
  const { a, b } = minutesRange(queue.wait);
  const wait = a === 0 ? { key: "kiosk.over.wait.under", b, x } : { key: "kiosk.over.wait", a, b, x };
  return [
    ...(state.further.length ? [{ key: SERVICE, service: queue.service }] : []),
    wait,
    { key: "kiosk.over.reason", n: queue.waiting, m: queue.counters_open },
    { key: "kiosk.over.elsewhere" },
  ];
};

const refusedOf = ({ refusal }) => {
  const opensAt = refusal.more?.opens_at;
  if (refusal.code === "not_open" && opensAt) return { key: "kiosk.refused.not_open", at: opensAt };
  if (refusal.code === "block_empty") return { key: "kiosk.refused.block_empty" };
  return { key: "kiosk.refused.unknown" };
};

const bringOf = (state, service) => (queueOf(state, service)?.bring?.ms ? [{ key: "kiosk.bring", service }] : []);

const ticketOf = (state) => {
  const { ticket } = state;
  const number = { key: "kiosk.voice.number", number: ticket.number };
  const ahead = ticket.status === "called" ? { key: "kiosk.turn" } : counted("kiosk.ahead", ticket.ahead ?? 0);
  return [
    number,
    number,
    { key: SERVICE, service: ticket.service },
    ...(ticket.ahead === null && ticket.status !== "called" ? [] : [ahead]),
    ...(ticket.status === "waiting" ? [waitOf(ticket.wait, ticket.wait_reason)] : []),
    { key: `kiosk.paper.${state.paper}` },
    { key: "kiosk.sit" },
    ...(ticket.further?.length ? [{ key: "kiosk.further", services: ticket.further.join(",") }] : []),
    ...bringOf(state, ticket.service),
  ];
};

/** What stands on each page beneath its heading, without its buttons. */
const BODIES = {
  online: (state) => bringOf(state, state.service),
  batch: (state) => [{ key: "kiosk.batch.most", n: mostTransactions(state) }, transactionsOf(state)],
  priority: () => [{ key: "kiosk.priority.who" }, { key: "kiosk.priority.why" }],
  groups: () => [{ key: "kiosk.priority.why" }],
  over: overOf,
  refused: (state) => [refusedOf(state), { key: "kiosk.refused.ask" }],
  closed: ({ queues }) => [
    ...(queues.opens_at ? [{ key: "kiosk.closed.next", at: queues.opens_at }] : []),
    ...(CLOSED_FOR[queues.closed_reason] ? [{ key: CLOSED_FOR[queues.closed_reason] }] : []),
  ],
  offline: () => [{ key: "kiosk.offline.next" }],
};

const transactionsOf = (state) => ({ key: "kiosk.voice.transactions", n: state.transactions });

const pageSayings = (state, seen) => {
  if (seen.screen === "ticket") return ticketOf(state);
  const key = headingOf(state, seen.screen);
  const heading = key === "kiosk.several.ask" ? { key, n: MOST_SERVICES } : { key };
  return [heading, ...(BODIES[seen.screen]?.(state) ?? [])];
};

const dialogSayings = (state, seen) => {
  if (seen.dialog === "settings") return [{ key: "kiosk.settings" }];
  if (seen.dialog === "check_in") return [{ key: "here.scan" }];
  if (seen.dialog === "still_there") {
    return [{ key: "kiosk.idle.title" }, { key: "kiosk.idle.n", n: Math.max(2, seen.secondsLeft ?? 20) }];
  }
  const isRung = state.help?.kind === "emergency" && state.help.state === "rung";
  const key = isRung ? "kiosk.emergency.rung" : HELP[state.help?.state ?? "ringing"];
  return [{ key: `${key}.title` }, { key: `${key}.words` }];
};

/* buttons */

const serviceButton = (state, code) => {
  const queue = queueOf(state, code);
  if (!queue) return [];
  const name = { key: SERVICE, service: code };
  if (!queue.is_open) {
    return [name, queue.opens_at ? { key: "kiosk.closed_until", at: queue.opens_at } : { key: "kiosk.closed_now" }];
  }
  const isTicked = state.isSeveral && state.visit.includes(code);
  return [
    name,
    ...(isTicked ? [{ key: "kiosk.voice.chosen" }] : []),
    counted("kiosk.waiting", queue.waiting),
    waitOf(queue.wait, queue.wait_reason),
    ...(queue.in_person ? [{ key: "kiosk.in_person" }] : []),
  ];
};

const onOff = (isOn) => ({ key: isOn ? "kiosk.voice.is_on" : "kiosk.voice.is_off" });

/**
 * A button as the focus reaches it. `told` is what the page knows of it: its data-* (`act`, `service`, `language`,
 * `setting`) and `phrase`, the key of the words on it.
 */
export function buttonSayings(state, told) {
  const { act, phrase } = told;
  const own = () => {
    if (act === "service_chosen") return serviceButton(state, told.service);
    if (act === "language_chosen") return [{ key: "kiosk.voice.language", language: told.language }];
    if (act === "setting_toggled") return [{ key: SETTING_WORDS[told.setting] }, onOff(state[told.setting])];
    if (act === "volume_changed") return [{ key: phrase }, volumeOf(state)];
    if (act === "done") return [{ key: IS_NOTED.has(state.paper) ? "kiosk.noted" : "kiosk.done" }];
    if (act === "visit_confirmed") return [{ key: "kiosk.several.go", n: state.visit.length }];
    return phrase ? [{ key: phrase }] : [];
  };
  return inLanguage(state, own());
}

const volumeOf = (state) => ({ key: "kiosk.voice.volume", n: state.volume, m: VOLUMES.most });

const inLanguage = (state, sayings) => sayings.map((saying) => ({ language: state.language, ...saying }));

/**
 * What has to be said because something is other than it was. `before` and `now` are {state, seen}; null before the
 * first. Gives {sayings, isWhole}: `isWhole`, everything on the page is new, and its buttons follow.
 */
export function news(before, now) {
  const { state, seen } = now;
  if (!state.voice)
    return { sayings: before?.state.voice ? inLanguage(state, [{ key: "kiosk.voice.off" }]) : [], isWhole: false };
  const was = before?.state.voice ? before : null;
  const said = (sayings, isWhole) => ({ sayings: inLanguage(state, sayings), isWhole });
  if (seen.dialog && seen.dialog !== was?.seen.dialog) return said(dialogSayings(state, seen), true);
  if (seen.dialog === "help" && state.help?.state !== was.state.help?.state) {
    return said(dialogSayings(state, seen), true);
  }
  const isOther =
    !was ||
    was.seen.screen !== seen.screen ||
    was.seen.dialog !== seen.dialog ||
    was.state.page !== state.page ||
    was.state.isSeveral !== state.isSeveral ||
    was.state.language !== state.language;
  if (isOther && !seen.dialog) {
    return said([...(was ? [] : [{ key: "kiosk.voice.on" }]), ...pageSayings(state, seen)], true);
  }
  if (was.state.volume !== state.volume) return said([volumeOf(state)], false);
  if (seen.screen === "batch" && was.state.transactions !== state.transactions)
    return said([transactionsOf(state)], false);
  if (seen.screen === "ticket" && was.state.paper !== state.paper)
    return said([{ key: `kiosk.paper.${state.paper}` }], false);
  const toggled = Object.keys(SETTING_WORDS).find((setting) => was.state[setting] !== state[setting]);
  if (toggled) return said([{ key: SETTING_WORDS[toggled] }, onOff(state[toggled])], false);
  if (seen.screen === "services" && was.state.visit !== state.visit) {
    const added = state.visit.find((code) => !was.state.visit.includes(code));
    return said(added ? [{ key: "kiosk.voice.chosen" }] : [{ key: "kiosk.voice.is_off" }], false);
  }
  return said([], false);
}

/** How many buttons there are to choose among. */
export const choicesSaying = (state, n) => inLanguage(state, [{ key: "kiosk.voice.choices", n }]);

/** The address of a saying's clip. */
export function addressOf(kiosk, { key, language, ...values }) {
  const query = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
  query.sort();
  const asked = query.size > 0 ? `?${query}` : "";
  return `/kiosk/${encodeURIComponent(kiosk)}/voice/${language}/${key}.wav${asked}`;
}
