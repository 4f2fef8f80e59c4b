/**
 * The customer's page follows its ticket: sentences anew with every word from the live channel, and, when it is
 * called, a title that says where to go and a phone that shakes. The hall's board and voice call all the same (P4).
 */

import { formatTime } from "./clock.js";
import { connectLive } from "./live.js";
import { sentences } from "./phone_board.js";
import { readPhrases } from "./phrases.js";
import { waitWords } from "./waits.js";

const STALE_AFTER = 20; // seconds without a word, after which the page says how old it is
const MAY_LEAVE = ["waiting", "soon", "called", "held"];
const SHAKE = { soon: [400], called: [400, 200, 400, 200, 400] }; // ms
const TONES = { soon: [660], called: [660, 880, 660, 880] }; // Hz, one after another

const { token, missedAt, timeZone } = document.body.dataset;
const language = document.documentElement.lang;
const phrases = readPhrases(document);
const main = document.querySelector("[data-phone]");
const one = (selector) => main.querySelector(selector);
const say = (key, values) => phrases.say(key, language, values);
const clock = (instant) => formatTime(instant, language, timeZone);
const words = (wait) => waitWords(wait, language, timeZone);

const told = JSON.parse(document.querySelector("[data-ticket]").textContent);
let shown = told.status === "waiting" && told.soon ? "soon" : told.status;
let ended = Boolean(told.ended_at);
let loud = null; // what sounds, once its owner has asked for it
let heardAt = document.body.dataset.now;

function put(slot, text) {
  const element = one(`[data-slot="${slot}"]`);
  if (element.textContent !== text) element.textContent = text; // what has not changed is not read out again
}

/** As the page came: in its language, else in English, else in Malay; it says which where it is another. */
function putName(slot, names) {
  const own = [language, "en"].find((code) => names[code]) ?? "ms";
  const element = one(`[data-slot="${slot}"]`);
  if (element.textContent.trim() === (names[own] ?? "")) return;
  const name = document.createElement("span");
  if (own !== language) name.lang = own;
  name.textContent = names[own] ?? "";
  element.replaceChildren(name);
}

function draw({ ticket, as_of }) {
  const { state, progress, ...texts } = sentences(ticket, { now: as_of, missedAt, say, clock, words });
  main.dataset.state = state;
  main.dataset.asOf = as_of;
  for (const [slot, text] of Object.entries(texts)) put(slot, text);
  put("counter", ticket.counter ?? "");
  putName("service", ticket.service_name); // a visit goes on to its next one
  const further = ticket.further.map((names) => names[language] || names.en || names.ms).join(", ");
  put("further", further && say("phone.further", { services: further }));
  tell(ticket.notices ?? []);
  const isAtCounter = state === "called" || state === "serving";
  one("[data-counter]").hidden = !isAtCounter;
  for (const fact of main.querySelectorAll("[data-while-waiting]")) fact.hidden = isAtCounter;
  one("[data-progress]").hidden = progress === null;
  one("[data-progress]").value = progress ?? 0;
  const leave = one("[data-leave]");
  if (leave) leave.hidden = !MAY_LEAVE.includes(state);
  const late = one("[data-late]");
  if (late) late.hidden = !ticket.may_delay;
  const delayed = one("[data-delayed]");
  if (delayed) delayed.hidden = !(ticket.delayed && ticket.status === "waiting");
  const alert = one("[data-alert]");
  if (alert) alert.hidden = !(["waiting", "soon", "held"].includes(state) && "AudioContext" in window);
  const push = one("[data-push]");
  if (push?.dataset.can) push.hidden = !["waiting", "soon", "held"].includes(state);
  const facts = one("[data-while-open]");
  if (facts) facts.hidden = Boolean(ticket.ended_at);
  if (state !== shown && state in SHAKE) alarm(state);
  document.title = `${titleOf(state, ticket)}${ticket.number} · Giliran`;
  if (ticket.ended_at && !ended) fetchTheEnd();
  ended = Boolean(ticket.ended_at);
  shown = state;
  heardAt = as_of;
}

/** What everybody is told, and the apology where the wait is beyond the promise: only anew where it is other words. */
function tell(notices) {
  const list = one("[data-news]");
  const texts = notices.map((text) => phrases.text(text, language));
  if ([...list.children].map((item) => item.textContent).join("\n") === texts.join("\n")) return;
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.className = "note note--warning";
      item.textContent = text;
      return item;
    }),
  );
}

function titleOf(state, ticket) {
  if (state === "called") return `${say("counter")} ${ticket.counter} – `;
  return state === "soon" ? `${say("phone.alert.soon")} – ` : "";
}

/** The phone shakes, and sounds where that was asked for. The hall's board and voice call all the same. */
function alarm(state) {
  navigator.vibrate?.(SHAKE[state]);
  if (loud === null) return;
  TONES[state].forEach((pitch, n) => {
    const tone = loud.createOscillator();
    const level = loud.createGain();
    level.gain.value = 0.3;
    tone.frequency.value = pitch;
    tone.connect(level).connect(loud.destination);
    tone.start(loud.currentTime + n * 0.4);
    tone.stop(loud.currentTime + n * 0.4 + 0.3);
  });
}

// A browser lets a page sound only after a tap on it.
one("[data-alert] button")?.addEventListener("click", ({ currentTarget }) => {
  loud ??= new AudioContext();
  loud.resume();
  alarm("soon");
  currentTarget.hidden = true;
  one("[data-alert-on]").textContent = say("phone.alert.on");
});

/** What the page offers after the service stands in the server's page alone. */
async function fetchTheEnd() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    one("[data-after]").replaceWith(page.querySelector("[data-after]"));
  } catch {
    // the sentence says that it is over, and the next load brings the rest
  }
}

const stale = one("[data-stale]");

connectLive({
  room: { ticket: token },
  staleAfter: STALE_AFTER,
  onBoard: draw,
  onBeat(beat) {
    heardAt = beat.at;
    if (one("[data-slot=as_of]").textContent !== "") put("as_of", say("asof", { t: clock(beat.at) }));
  },
  onFreshness(state) {
    stale.hidden = state === "live";
    if (state !== "live") stale.textContent = say("phone.stale", { t: clock(heardAt) });
  },
});
