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
const SHAKE = [400, 200, 400, 200, 400]; // ms

const { token, missedAt, timeZone } = document.body.dataset;
const language = document.documentElement.lang;
const phrases = readPhrases(document);
const main = document.querySelector("[data-phone]");
const one = (selector) => main.querySelector(selector);
const say = (key, values) => phrases.say(key, language, values);
const clock = (instant) => formatTime(instant, language, timeZone);
const words = (wait) => waitWords(wait, language, timeZone);

let status = JSON.parse(document.querySelector("[data-ticket]").textContent).status;
let heardAt = document.body.dataset.now;

function put(slot, text) {
  const element = one(`[data-slot="${slot}"]`);
  if (element.textContent !== text) element.textContent = text; // what has not changed is not read out again
}

function draw({ ticket, as_of }) {
  const { state, progress, ...texts } = sentences(ticket, { now: as_of, missedAt, say, clock, words });
  main.dataset.state = state;
  main.dataset.asOf = as_of;
  for (const [slot, text] of Object.entries(texts)) put(slot, text);
  put("counter", ticket.counter ?? "");
  const isAtCounter = state === "called" || state === "serving";
  one("[data-counter]").hidden = !isAtCounter;
  for (const fact of main.querySelectorAll("[data-while-waiting]")) fact.hidden = isAtCounter;
  one("[data-progress]").hidden = progress === null;
  one("[data-progress]").value = progress ?? 0;
  const leave = one("[data-leave]");
  if (leave) leave.hidden = !MAY_LEAVE.includes(state);
  const facts = one("[data-while-open]");
  if (facts) facts.hidden = Boolean(ticket.ended_at);
  if (status !== "called" && state === "called") navigator.vibrate?.(SHAKE);
  const where = state === "called" ? `${say("counter")} ${ticket.counter} – ` : "";
  document.title = `${where}${ticket.number} · Giliran`;
  status = ticket.status;
  heardAt = as_of;
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
