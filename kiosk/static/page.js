/**
 * The kiosk's page: hands and keys in, requests out, and the clock that drives flow.js.
 *
 * It keeps nothing (no storage, no history, no link) and follows the server by asking every two seconds:
 * a kiosk has to know within five that nobody answers, and its figures with it.
 */

import { createApi, newKey, Refusal } from "/static/web/api.js";
import { createClock } from "/static/web/clock.js";
import { readPhrases } from "/static/web/phrases.js";
import { begin, isAlone, step, view as viewOf } from "./flow.js";
import { watchHeadphones } from "./headphones.js";
import { growthOf, isWide, reachBand } from "./layout.js";
import { createLocal } from "./local.js";
import { createPen } from "./pen.js";
import { isLeftAlone } from "./rest.js";
import { createView } from "./view.js";
import { createVoice } from "./voice.js";

const TICK = 100; // ms
const ASK_QUEUES = 2000; // ms between two looks at the queues …
const ASK_AGAIN = 800; // … and after one that nobody answered
const ASK_TICKET = 1000;
const QUICK = 1800; // ms for an answer to a look
const LOW_GLASS = 160; // mm
const STRANGERS = new Set([401, 403]); // HTTP: this device is not, or no longer, a kiosk of the branch
const FACES = [400, 700].flatMap((weight) => [
  [weight, "Atkinson Hyperlegible", "A"],
  [weight, "Noto Sans SC", "中"],
  [weight, "Noto Sans Tamil", "த"],
]);

const root = document.documentElement;
const body = document.body;
const read = (selector) => JSON.parse(document.querySelector(selector).textContent);

const { kiosk, office, languages } = read("script[data-kiosk-facts]");
const clock = createClock({ now: body.dataset.now, timeZone: body.dataset.timeZone });
const looking = createApi({ patience: QUICK });
const asking = createApi();
const view = createView({ phrases: readPhrases(), clock, office, zone: kiosk.zone });

const local = createLocal({ kiosk, looking, onNews: (known) => act({ type: "local_came", local: known }) });
const pen = createPen({ phrases: readPhrases(), clock });
const audio = document.querySelector("[data-voice]");
const voice = audio && createVoice({ kiosk: kiosk.code, audio, onHeard: () => act({ type: "voice_heard" }) });
const steady = () => performance.now();
const { wording } = read("script[data-queues]");
let state = begin({ kiosk, languages, queues: read("script[data-queues]") }, steady());

/* the glass */

function measure() {
  const mm = Number(body.dataset.pxPerMm) || innerWidth / 268;
  const glass = { width: innerWidth / mm, height: innerHeight / mm };
  const mounting = body.dataset.mountingMm ? Number(body.dataset.mountingMm) : null;
  const band = reachBand({ height: glass.height, mounting });
  const used = state.reach ? { ...glass, height: glass.height - band.above - band.below } : glass;
  root.style.setProperty("--mm", `${mm * growthOf(used, glass)}px`);
  root.style.setProperty("--above", `${band.above * mm}px`);
  root.style.setProperty("--below", `${band.below * mm}px`);
  root.dataset.shape = isWide(glass) ? "wide" : "tall";
  root.dataset.room = glass.height < LOW_GLASS ? "small" : "large";
  // where every target is in reach anyway, there is nothing to move down
  for (const button of document.querySelectorAll('[data-setting="reach"]')) button.hidden = band.above + band.below < 1;
}

/* the loop */

async function take(key, ask) {
  try {
    act({ type: "ticket_issued", key, ticket: await ask() });
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) {
      // a kiosk that may no longer issue says nothing about log-ins to a customer
      const code = STRANGERS.has(error.status) ? "unpaired" : error.code;
      act({ type: "issue_refused", key, refusal: { code, more: error.more } });
    } else {
      act({ type: "issue_failed", key });
    }
  }
}

const EFFECTS = {
  issue: ({ key, body: wanted }) => take(key, () => asking.post("/tickets", wanted, { key, tries: 1 })),
  issue_here: ({ key, body: wanted }) => take(key, () => local.take(key, wanted)),
  async ring({ key, kind }) {
    let isRung = true;
    try {
      await looking.post("/help", { kiosk: kiosk.code, kind }, { key, tries: 2 });
    } catch {
      isRung = false; // the customer is told to ask at a counter
    }
    act({ type: "help_answered", isRung });
  },
};

function act(event) {
  const now = steady();
  const [next, effects] = step(state, event, now);
  const isMoved = next.reach !== state.reach;
  state = next;
  if (isMoved) measure();
  show(now, isMoved);
  for (const effect of effects) EFFECTS[effect.type](effect);
}

function show(now, isAnew = false) {
  const isOther = local.paint({ pen, language: state.language, isAlone: isAlone(state, now) }); // takes room too
  const seen = view.draw(state, now, isAnew || isOther);
  root.toggleAttribute("data-settling", state.settlesAt !== null && now < state.settlesAt);
  if (seen.isTurned || isFocusLost()) focusFirst();
  voice?.follow(state, viewOf(state, now), { choices, byKeys: root.dataset.hand === "keys" });
}

async function lookAtQueues() {
  let pause = ASK_QUEUES;
  try {
    const queues = await looking.get("/queues", { tries: 1 });
    clock.sync(queues.as_of);
    act({ type: "queues_came", queues });
    // the office says things in other words now: nobody stands here who would see the page go
    if (queues.wording !== wording && isLeftAlone(state, steady())) location.reload();
  } catch {
    act({ type: "queues_missed" });
    pause = ASK_AGAIN;
  }
  setTimeout(lookAtQueues, pause);
}

async function lookAtTicket() {
  const { step: seen, ticket } = state;
  if (seen === "ticket") {
    try {
      const isOwn = local.isOwn(ticket);
      const now = isOwn
        ? { ...ticket, printed: await local.printed(ticket.number) }
        : await looking.get(`/tickets/${ticket.id}`, { tries: 1 });
      act({ type: "ticket_seen", ticket: now });
    } catch {
      // the ticket stays as it was issued; the queues say whether the server is there
    }
  }
  setTimeout(lookAtTicket, ASK_TICKET);
}

/* hands */

const NUMBERS = new Set(["page", "by"]);
const CLAIMS = new Set(["isWanted"]);

function eventOf(button) {
  const { act: type, ...said } = button.dataset;
  const event = { type, key: newKey() };
  for (const [name, value] of Object.entries(said)) {
    event[name] = NUMBERS.has(name) ? Number(value) : CLAIMS.has(name) ? value === "true" : value;
  }
  return event;
}

const pressed = () => document.querySelectorAll("[data-pressed]");

addEventListener("pointerdown", (event) => {
  const button = event.target.closest?.("button[data-act]");
  root.dataset.hand = "touch";
  if (button) button.dataset.pressed = "";
  else act({ type: "touched" });
});
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => {
    for (const button of pressed()) button.removeAttribute("data-pressed");
  });
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-act]");
  if (!button) return;
  const before = state.step;
  act(eventOf(button));
  if (state.step === "asking" && before !== "asking") button.setAttribute("aria-busy", "true");
});

/* five keys: up, down, enter, back, help; and those of the voice */

const KEYS = {
  ArrowUp: "up",
  ArrowLeft: "up",
  ArrowDown: "down",
  ArrowRight: "down",
  Enter: "enter",
  " ": "enter",
  Escape: "back",
  Backspace: "back",
  BrowserBack: "back",
  F1: "help",
  Help: "help",
  "+": "louder",
  AudioVolumeUp: "louder",
  "-": "quieter",
  AudioVolumeDown: "quieter",
  F2: "voice",
  F15: "plugged", // what an audio keypad sends when a plug goes into its socket …
  F16: "unplugged", // … and when it goes out
};

/** The answers first, then more, done, back and help, then the settings, then the languages. */
function targets() {
  const open = document.querySelector("dialog[open]");
  const order = open
    ? [open]
    : [".content", ".foot__main", ".foot__settings", ".tabs"].map((part) => document.querySelector(part));
  return order.flatMap((part) => [...part.querySelectorAll("button")]).filter((button) => button.offsetParent !== null);
}

/** What there is to choose among: the buttons of the page, or of what is asked over it. */
function choices() {
  const root = document.querySelector("dialog[open]") ?? document.querySelector(".content");
  return [...root.querySelectorAll("button")].filter((button) => button.offsetParent !== null);
}

/** The button that had it is gone: who goes by keys must never look for it. */
const isFocusLost = () =>
  root.dataset.hand === "keys" && (document.activeElement?.offsetParent ?? null) === null && targets().length > 0;

function focusFirst() {
  if (root.dataset.hand === "keys") targets()[0]?.focus({ preventScroll: true });
  else document.activeElement?.blur?.();
}

function move(by) {
  const all = targets();
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length;
  all[next]?.focus({ preventScroll: true });
  act({ type: "touched" });
  if (all[next]) voice?.reached(state, all[next]);
}

addEventListener("keydown", (event) => {
  const key = KEYS[event.key];
  event.preventDefault(); // no shortcut of the browser is of use here
  if (!key || event.ctrlKey || event.altKey || event.metaKey) return;
  root.dataset.hand = "keys";
  if (key === "up") move(-1);
  if (key === "down") move(1);
  if (event.repeat) return;
  if (key === "enter" && document.activeElement?.matches("button[data-act]")) document.activeElement.click();
  if (key === "back") act({ type: "back" });
  if (key === "help") act({ type: "help_asked", kind: "help", key: newKey() });
  if (key === "louder" || key === "quieter") act({ type: "volume_changed", by: key === "louder" ? 1 : -1 });
  if (!voice) return;
  if (key === "voice") act({ type: "setting_toggled", setting: "voice" });
  if (key === "plugged" || key === "unplugged") act({ type: "voice_turned", isOn: key === "plugged" });
});

/* nothing but the kiosk */

const no = (event) => event.preventDefault();
for (const kind of [
  "contextmenu",
  "dragstart",
  "selectstart",
  "gesturestart",
  "auxclick",
  "copy",
  "paste",
  "drop",
  "dragover",
]) {
  addEventListener(kind, no);
}
addEventListener("wheel", no, { passive: false });
addEventListener("touchmove", no, { passive: false });
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault(); // the flow closes it
  });
}

let resizing = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => {
    measure();
    show(steady(), true);
  });
});

measure();
show(steady());
// What fits is known when the letters are here: all of them are fetched now, before anybody touches a language.
const letters = FACES.map(([weight, face, one]) => document.fonts.load(`${weight} 20px "${face}"`, one));
Promise.allSettled(letters).then(() => show(steady(), true));
setInterval(() => act({ type: "tick" }), TICK);
setTimeout(lookAtQueues, ASK_QUEUES);
setTimeout(lookAtTicket, ASK_TICKET);
local.start();
if (voice) watchHeadphones((isIn) => act({ type: "voice_turned", isOn: isIn }));
