/**
 * The officer's terminal at work, whole because each part moves the others: the socket, the keys, one request at a time.
 * What may be pressed stands in board.js, how it looks in paint.js, what is still asked in panels.js.
 */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { createClock } from "/static/web/clock.js";
import { connectLive } from "/static/web/live.js";
import { readPhrases } from "/static/web/phrases.js";
import * as facts from "./board.js";
import { createHands } from "./hands.js";
import { createPainter } from "./paint.js";
import { createPanels, PANELS, servicesHere } from "./panels.js";

const TICK = 250; // ms between two looks at the clock
const PUSH_PATIENCE = 300; // ms in which the board follows an answer by itself
const QUIET = new Set(["help", "reprint", "issue"]); // change nothing on the board
const SAID_FOR = 6000; // ms that an answer stands on the line
const RUNG_FOR = 20000; // ms that a call for help stands there
const STRUCK_FOR = 150; // ms that a struck key looks struck
const QUEUE_EVERY = 15000; // ms after which the minutes of those who wait are written anew

const main = document.querySelector("[data-terminal]");
const counter = main.dataset.counter;
const officer = main.dataset.officerName
  ? {
      id: main.dataset.officer ? Number(main.dataset.officer) : null,
      name: main.dataset.officerName,
      role: main.dataset.officerRole,
    }
  : null;
const keys = facts.readKeys(JSON.parse(main.dataset.keys || "{}"));
const lockAfter = Number(main.dataset.lockAfter) * 1000;
const phrases = readPhrases(document);
const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
const api = createApi();
const hands = createHands({ counter, onChange: () => tick() });
const paint = createPainter(document, { phrases, keys, zone: clock.timeZone });

let language = localStorage.getItem("giliran.officer.language") || document.documentElement.lang || "ms";
let board = JSON.parse(document.querySelector("[data-board]").textContent || "null");
let isSignedIn = Boolean(officer);
let busy = null;
let last = null; // {action, at}: the last answer, so that a second blow is not a second wish
let said = null;
let wanted = null; // {number, n}: the transactions that were counted and not yet answered
let live = null;
let downSince = performance.now();
let polledAt = Number.NEGATIVE_INFINITY;
let queuePaintedAt = 0;
let boardWaiters = [];

const now = () => clock.now().getTime();
const me = () => (isSignedIn ? officer : null);
const context = () => ({ board, officer: me(), language });
const linkNow = () =>
  live === null
    ? "live"
    : facts.linkOf({
        freshness: live.freshness,
        connected: live.isConnected,
        downFor: performance.now() - downSince,
        polledAgo: performance.now() - polledAt,
        online: navigator.onLine,
      });
const linkHere = () =>
  facts.linkOfWindow(linkNow(), { board, officer: me(), claimed: hands.claimed, mine: hands.mine });
const situation = () => ({ ...context(), now: now(), link: linkHere(), busy, counting: wanted?.n ?? null });
const panels = createPanels(document, { phrases, context, onChoose: press, zone: clock.timeZone });

// ── showing ────────────────────────────────────────────────────────────────────────────────────────────────

function repaint() {
  const state = paint.board(board, { ...context(), now: now() });
  queuePaintedAt = now();
  if (state === "closed") paint.door(servicesHere({ ...board, duty: null }), language);
  tick();
}

function tick() {
  const at = now();
  if (live?.isConnected) downSince = performance.now();
  const link = linkNow();
  if (isSignedIn && officer) {
    const lock = facts.lockOf(hands.idleFor, { after: lockAfter });
    if (lock.state === "locked") return lockScreen();
    paint.line(facts.lineOf({ ...situation(), lock, said }), language);
  }
  if (board && at - queuePaintedAt > QUEUE_EVERY) repaint();
  paint.link(link, language);
  paint.clock(clock.now(), language);
  paint.timer(board, { language, now: at });
  paint.count(wanted?.n ?? board?.ticket?.transactions ?? 0, language, board?.ticket?.asked ?? 1);
  paint.keys({ ...situation(), language });
}

function tell(level, text) {
  said = { level, text, until: now() + SAID_FOR };
}

function speak(chosen) {
  language = chosen;
  localStorage.setItem("giliran.officer.language", chosen);
  document.documentElement.lang = chosen;
  phrases.dress(document, chosen);
  repaint();
}

// ── the branch ─────────────────────────────────────────────────────────────────────────────────────────────

function take(next) {
  clock.sync(next.as_of);
  if (facts.cameToEmpty(board, next)) notify();
  if (next.ticket?.number !== board?.ticket?.number) {
    hands.feel(); // a keypad's press is a hand on this counter, too
    if (next.ticket) paint.announce(`${next.ticket.number} ${phrases.text(next.ticket.service_name, language)}`);
    if (["transfer", "visit", "hold"].includes(panels.name)) panels.close();
  }
  board = next;
  if (board.ticket?.number !== wanted?.number || board.ticket?.transactions === wanted?.n) wanted = null;
  for (const wake of boardWaiters) wake();
  boardWaiters = [];
  repaint();
}

const askBoard = () => api.get(`/counters/${encodeURIComponent(counter)}`);

/** Until the board shows what was just answered: pushed, often before the answer itself, or else asked for. */
async function settle(before) {
  const isThere = () => board !== null && before !== null && board.seq > before.seq;
  if (live?.isConnected && !isThere()) {
    await new Promise((done) => {
      boardWaiters.push(done);
      setTimeout(done, PUSH_PATIENCE);
    });
  }
  if (isThere()) return;
  try {
    take(await askBoard());
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    live?.rejoin();
  }
}

async function press(action, detail = {}) {
  if (busy || facts.isSecondBlow(action, last, performance.now())) return;
  if (!facts.mayPress(action, situation()).can) return;
  const { path, body } = facts.requestOf(action, counter, detail);
  const before = board;
  busy = action;
  said = null;
  tick();
  try {
    const answer = await api.post(path, body);
    answered(action, answer, before, detail);
    if (["open", "take_over"].includes(action)) hands.claim();
    if (action === "refer" && before?.ticket) printReferral(before.ticket);
    if (!QUIET.has(action)) await settle(before);
  } catch (error) {
    if (error instanceof Refusal) {
      tell("bad", phrases.refusal(error, language));
      if (error.status === 401) return lockScreen();
      await settle(before);
    } else if (error instanceof Unreachable) {
      tell("bad", phrases.say("terminal.line.unsure", language));
    } else throw error;
  } finally {
    busy = null;
    last = { action, at: performance.now() };
    tick();
  }
}

/** Whoever is sent away with a referral takes it home on paper, from the printer that is nearest; where there is none,
 * the phone page has it. */
async function printReferral({ id, number }) {
  try {
    const { kiosk } = await api.post(`/tickets/${id}/slip`, {});
    tell("calm", phrases.say("terminal.line.referral", language, { number, kiosk }));
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  }
}

/** One transaction more or fewer. What is struck while an answer is on its way is told after it, as one number. */
async function count(action) {
  const ticket = board?.ticket;
  if (!ticket || panels.isOpen || !facts.mayPress(action, situation()).can) return;
  wanted = { number: ticket.number, n: facts.counted(wanted?.n ?? ticket.transactions, action) };
  tick();
  while (wanted && !busy && wanted.n !== board?.ticket?.transactions) {
    const told = wanted;
    await press("count", { transactions: told.n });
    if (wanted === told) wanted = null; // answered or refused: the board says which
  }
  wanted = busy ? wanted : null;
  tick();
}

function answered(action, answer, before, detail) {
  const number = detail.number ?? before?.ticket?.number ?? "";
  const onward = facts.onwardOf(action, before, detail);
  const words = { help: "help", restore: "restored", transfer: "transferred", hold: "held", check_in: "checked_in" };
  if (action === "next" && answer === null) tell("calm", phrases.say("terminal.line.nobody", language));
  else if (onward) tell(onward.level, paint.onward(onward, language, now()));
  else if (action in facts.OUTCOMES) tell("calm", phrases.say("terminal.line.finished", language, { number }));
  else if (action === "issue") issued(answer, detail.kiosk);
  else if (action === "reprint") {
    tell("calm", phrases.say("terminal.line.reprinted", language, { number, kiosk: answer.kiosk }));
  } else if (words[action]) tell("calm", phrases.say(`terminal.line.${words[action]}`, language, { number }));
}

/** The number of somebody at the desk: on paper, or for the officer to tell, for as long as that takes. */
function issued({ number, paper, service }, kiosk) {
  const name = board?.services?.find((one) => one.code === service)?.name;
  const key = paper ? "terminal.line.issued.printed" : "terminal.line.issued";
  const text = phrases.say(key, language, { number, kiosk, service: phrases.text(name, language) || service });
  said = { level: "calm", text, until: now() + RUNG_FOR };
}

// ── the officer's hand ─────────────────────────────────────────────────────────────────────────────────────

function strike(action) {
  const button = [...document.querySelectorAll(`[data-action="${action}"]`)].find((one) => one.offsetParent);
  if (!button) return;
  button.dataset.struck = "yes";
  setTimeout(() => delete button.dataset.struck, STRUCK_FOR);
}

function trigger(action) {
  const state = facts.stateOf(board, me());
  if (action === "next" && state === "closed") return openCounter();
  if (action in facts.STEPS) return count(action);
  if (action === "reprint" && board?.ticket) {
    panels.close();
    return press(action, { id: board.ticket.id });
  }
  if (action === "serve" && state === "idle") return trigger("walk_direct");
  if (action === "close" && board?.ticket && panels.name !== "close") return panels.open("close");
  if (PANELS.has(action)) {
    if (panels.name === action) return panels.close();
    if (!facts.mayPress(action, situation()).can) return undefined;
    const services = action === "walk_direct" ? servicesHere(board) : [];
    if (services.length === 1) return press("walk_direct", { service: services[0].code });
    return panels.open(action);
  }
  panels.close();
  strike(action);
  return press(action);
}

function openCounter() {
  const services = [...document.querySelectorAll("[name=services]:checked")].map((box) => box.value);
  document.querySelector("[data-open-wrong]").hidden = services.length > 0;
  if (services.length > 0) press("open", { services });
}

function onKey(event) {
  hands.touch();
  if (!isSignedIn) return;
  const name = facts.keyName(event);
  const field = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea");
  if (panels.isOpen && !field && /^[1-9]$/.test(name)) {
    if (panels.digit(Number(name))) event.preventDefault();
    return;
  }
  if (panels.isOpen && !field && panels.letter(name)) return event.preventDefault();
  const action = facts.actionOfKey(keys, name);
  if (!action || (field && !/^F\d+$/.test(name))) return;
  event.preventDefault(); // nor may F5 reload, F10 open a menu
  if (!event.repeat) trigger(action);
}

function onClick(event) {
  const button = event.target.closest?.("[data-action], [data-open], [data-line-do]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.open) panels.toggle(button.dataset.open);
  else if (button.matches("[data-line-do]")) {
    const { action, number } = button.dataset;
    if (action === "work_here") hands.claim();
    else press(action, action === "resume" ? { number } : {});
  } else if (button.type !== "submit") trigger(button.dataset.action);
}

// ── the lock, the notice, the menu ─────────────────────────────────────────────────────────────────────────

async function signOut() {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  await fetch("/logout", {
    method: "POST",
    body: new URLSearchParams({ csrf_token: token, next: location.pathname }),
    headers: { "X-CSRFToken": token },
    redirect: "manual",
  });
  location.reload();
}

/** Whoever comes next must say who they are; the customer keeps the place. */
async function lockScreen() {
  sessionStorage.setItem("giliran.officer.locked", officer.name);
  isSignedIn = false;
  board = null;
  panels.close();
  live?.close();
  live = null;
  showLocked();
  repaint();
  for (;;) {
    try {
      return await signOut();
    } catch {
      await new Promise((done) => setTimeout(done, 3000)); // no link: the screen stays covered meanwhile
    }
  }
}

function showLocked() {
  const name = sessionStorage.getItem("giliran.officer.locked");
  document.querySelector("[data-locked-hint]").hidden = name === null;
  if (name === null) return;
  const field = document.querySelector("[data-door-name]");
  if (!field.value) field.value = name;
  document.querySelector("#door-password").focus();
}

function notify() {
  const isWanted = localStorage.getItem("giliran.officer.notify") === "yes";
  if (!isWanted || !document.hidden || globalThis.Notification?.permission !== "granted") return;
  new Notification(phrases.say("terminal.counter", language, { name: board.counter.name }), {
    body: phrases.say("terminal.line.arrived", language),
    tag: "giliran-arrived",
    silent: true,
  });
}

/** Somebody rings: a supervisor hears of it wherever he or she sits (T11, K15). */
function ring(call) {
  if (officer.role !== "supervisor" || call.counter === counter) return;
  const known = board?.counters?.find((one) => one.code === call.counter)?.name ?? call.counter;
  const name = call.counter
    ? phrases.say("terminal.counter", language, { name: known })
    : `${phrases.say("admin.kind.kiosk", language)} ${call.kiosk ?? ""}`;
  said = {
    level: "warning",
    text: phrases.say("terminal.line.help_wanted", language, { name }),
    until: now() + RUNG_FOR,
  };
  tick();
}

/** A kiosk's printer wants somebody: a supervisor hears of it wherever he or she sits (K11). */
function warnOfPrinter({ kiosk, state }) {
  if (officer.role !== "supervisor" || state === "ready") return;
  said = { level: "warning", text: phrases.say(`printer.${state}`, language, { kiosk }), until: now() + RUNG_FOR };
  tick();
}

/** A call of this counter that nobody heard in a zone: the officer may fetch the customer, or call again. */
function unspoken(call) {
  const zone = phrases.text(call.name, language) || call.zone;
  said = {
    level: "warning",
    text: phrases.say("terminal.line.unspoken", language, { number: call.number, zone }),
    until: now() + RUNG_FOR,
  };
  tick();
}

function prepareMenu() {
  for (const item of document.querySelectorAll("[data-person]")) item.hidden = officer?.role === "counter";
  const box = document.querySelector("[data-notify]");
  box.checked = localStorage.getItem("giliran.officer.notify") === "yes";
  box.addEventListener("change", async () => {
    if (box.checked && (await globalThis.Notification?.requestPermission()) !== "granted") box.checked = false;
    localStorage.setItem("giliran.officer.notify", box.checked ? "yes" : "no");
  });
  for (const one of document.querySelectorAll("[name=language]")) {
    one.addEventListener("change", () => speak(one.value));
  }
  document.querySelector("[data-small]").addEventListener("click", () => {
    panels.close();
    window.open(location.href, "giliran-counter", "popup,width=320,height=480");
  });
  document.querySelector("[data-lock]").addEventListener("click", () => lockScreen());
  document.querySelector("[data-logout]").addEventListener("click", () => {
    panels.close();
    if (["idle", "called", "serving"].includes(facts.stateOf(board, me()))) {
      tell("bad", phrases.say("terminal.menu.logout.open", language));
      return tick();
    }
    sessionStorage.removeItem("giliran.officer.locked");
    return signOut();
  });
}

// ── beginning ──────────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("pointerdown", hands.touch);
document.querySelector("[data-open-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  openCounter();
});
document.querySelector("[data-now-more]").addEventListener("click", (event) => {
  const isLong = event.currentTarget.getAttribute("aria-expanded") === "true";
  event.currentTarget.setAttribute("aria-expanded", String(!isLong));
});
prepareMenu();
if (officer) {
  sessionStorage.removeItem("giliran.officer.locked");
  live = connectLive({
    room: { counter },
    poll: async () => {
      const answer = await askBoard();
      polledAt = performance.now();
      return answer;
    },
    onBoard(next) {
      const isFirst = hands.claimed === null;
      take(next);
      if (isFirst && ["idle", "called", "serving"].includes(facts.stateOf(board, me()))) hands.claim();
    },
    onWaits(waits) {
      board = facts.withWaits(board, waits);
      if (facts.isNextStale(board)) live.rejoin();
      repaint();
    },
    onHelp: ring,
    onPrinter: warnOfPrinter,
    onFreshness: tick,
  });
  live.on("unspoken", unspoken);
  hands.listen(live);
} else showLocked();
if (board) clock.sync(board.as_of);
speak(language);
setInterval(tick, TICK);
