/** The manager's overview: the branch's room painted as tiles and two tables. What is said stands in manage_board.js. */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { createCharter } from "/static/web/charter.js";
import { createClock, formatTime } from "/static/web/clock.js";
import { createCore } from "/static/web/core.js";
import { createCovers } from "/static/web/covers.js";
import { createDevices } from "/static/web/devices.js";
import { createExtend } from "/static/web/extend.js";
import { createForesight } from "/static/web/foresight.js";
import { connectLive } from "/static/web/live.js";
import { createNotices } from "/static/web/notices.js";
import { readPhrases } from "/static/web/phrases.js";
import { createPlays } from "/static/web/plays.js";
import { createRecovery } from "/static/web/recovery.js";
import { createRemoved } from "/static/web/removed.js";
import { createVoice } from "/static/web/voice.js";
import {
  counterRow,
  exportAddress,
  IDLE_AFTER,
  LONG_AT_LEAST,
  LONG_TIMES,
  minutes,
  printerAlarms,
  queueRow,
  sentenceOf,
  tilesOf,
} from "./manage_board.js";

const REPAINT = 10000; // ms: minutes go on while nothing happens

const main = document.querySelector("[data-manage]");
const phrases = readPhrases(document);
const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
const api = createApi();
const foresight = createForesight({ phrases, zone: clock.timeZone, api });
const voice = createVoice({ phrases, zone: clock.timeZone, mark });
const devices = createDevices({ phrases, zone: clock.timeZone, mark });
const notices = createNotices({ phrases, zone: clock.timeZone, api });
const extend = createExtend({ phrases, zone: clock.timeZone, api });
const removed = createRemoved({ phrases });
const plays = createPlays({ phrases, zone: clock.timeZone, api, mark });
const recovery = createRecovery({ phrases, zone: clock.timeZone, api, mark, choosePlay: plays.choose });
const find = (name) => document.querySelector(`[data-${name}]`);
const core = createCore(find("core-only"), () => paintQueues());
const covers = createCovers({ phrases, api, zone: clock.timeZone });
const charter = createCharter({ phrases, api, services: () => board.queues });
let language = document.documentElement.lang || "ms";
let board = JSON.parse(find("board").textContent);

const say = (key, values) => phrases.say(key, language, values);

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function cell(text, className = "") {
  const made = document.createElement("td");
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function mark(level, icon, words) {
  const made = document.createElement("span");
  made.className = `mark mark--${level}`;
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/web/icons.svg#${icon}`);
  sign.append(use);
  made.append(sign, words);
  return made;
}

const unitOf = ({ unit }) => (unit === "min" ? say("manage.unit.min") : unit);

function paintTiles() {
  for (const tile of tilesOf(board)) {
    const block = document.querySelector(`[data-tile="${tile.key}"]`);
    block.dataset.level = tile.level;
    put(block.querySelector("[data-value]"), tile.value === null ? "–" : String(tile.value));
    put(block.querySelector("[data-unit]"), tile.value === null ? "" : unitOf(tile));
    put(block.querySelector("[data-is]"), say(tile.is ?? `manage.${tile.key}.is`, tile.facts));
    block.querySelector("[data-alarm]").hidden = tile.level === "calm";
  }
  const { key, facts } = sentenceOf(board);
  put(find("sentence"), say(key, facts));
}

function paintQueues() {
  const { isOffered, rows } = core.of(board.queues, (queue) => queue.core);
  core.paint(isOffered);
  find("queues").replaceChildren(
    ...rows.map(queueRow).map((queue) => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = phrases.text(queue.name, language);
      name.lang = phrases.textIn(queue.name, language);
      if (isOffered && queue.isCore) name.append(" ", core.badge(say("manage.core"), language));
      const longest = cell(queue.longest === null ? "–" : String(queue.longest), "table__figure");
      if (queue.isOver) longest.prepend(mark("bad", "triangle-alert", ""), " ");
      if (queue.isOver) longest.title = say("manage.queue.over");
      const wait = cell(queue.range || "–", "table__figure");
      const counters = cell(queue.counters, "table__figure");
      if (queue.hasNoCounter) counters.replaceChildren(mark("warning", "circle-alert", say("manage.queue.no_counter")));
      row.append(
        name,
        cell(String(queue.waiting), "table__figure"),
        longest,
        wait,
        cell(queue.promise === null ? "–" : String(queue.promise), "table__figure"),
        counters,
      );
      return row;
    }),
  );
}

function doesWords(row) {
  if (row.does === "closed" && row.reason) {
    const key = `terminal.break.${row.reason}`;
    return say("manage.does.closed_for", { reason: phrases.has(key) ? say(key) : row.reason });
  }
  return say(`manage.does.${row.does}`, { number: row.number });
}

function paintCounters() {
  const now = clock.now().getTime();
  find("counters").replaceChildren(
    ...board.counters.map((counter) => {
      const said = counterRow(counter, board, now);
      const row = document.createElement("tr");
      row.dataset.does = said.does;
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = said.name;
      const does = cell(doesWords(said));
      if (said.flag) {
        const level = said.flag === "idle" ? "warning" : "bad";
        does.append(
          " ",
          mark(level, said.flag === "idle" ? "hourglass" : "triangle-alert", say(`manage.flag.${said.flag}`)),
        );
      }
      row.append(
        name,
        cell(said.officer || "–"),
        does,
        cell(said.seconds === null ? "–" : String(minutes(said.seconds)), "table__figure"),
      );
      return row;
    }),
  );
  put(
    find("counters-is"),
    say("manage.counters.is", { idle: IDLE_AFTER / 60, long: LONG_TIMES, least: LONG_AT_LEAST / 60 }),
  );
}

/** A fact may be a name in several languages. */
function inWords(facts) {
  const told = (fact) => (fact !== null && typeof fact === "object" ? phrases.text(fact, language) : fact);
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, told(fact)]));
}

/** Only where the words have changed: a warning that is written anew is read out anew. */
function paintAlarms(place, alarms) {
  const said = alarms.map(({ level, key, facts }) => {
    const words = say(key, inWords(facts));
    return { level, words: facts.fault ? `${words} (${facts.fault})` : words };
  });
  if ([...place.children].map((note) => note.textContent).join() === said.map(({ words }) => words).join()) return;
  place.replaceChildren(
    ...said.map(({ level, words }) => {
      const note = document.createElement("li");
      note.className = `note note--${level}`;
      note.textContent = words;
      return note;
    }),
  );
}

function paintTexts() {
  const place = find("texts-alarm");
  const { failing = 0, fault = "" } = board.texts ?? {};
  place.hidden = failing === 0;
  put(place, failing === 0 ? "" : `${say("manage.texts_fail", { n: failing })} (${fault})`);
}

function paint() {
  paintTiles();
  paintQueues();
  paintCounters();
  foresight.paint(board, language);
  recovery.paint(board, language, clock.now().getTime());
  plays.paint(board, language);
  voice.paint(board, language);
  devices.paint(board, language, clock.now());
  paintAlarms(find("printer-alarms"), printerAlarms(board.printers));
  paintAlarms(find("office-alarms"), board.alarms ?? []);
  paintTexts();
  notices.paint(board, language);
  extend.paint(language);
  const t = formatTime(new Date(board.as_of), language, clock.timeZone);
  put(find("as-of"), say("manage.as_of", { t }));
}

function take(next) {
  clock.sync(next.as_of);
  board = next;
  paint();
}

function freshness(state) {
  const note = find("stale");
  note.hidden = state === "live";
  main.dataset.freshness = state;
  if (state !== "live") {
    put(find("stale-words"), say("manage.stale", { t: formatTime(new Date(board.as_of), language, clock.timeZone) }));
  }
}

function ring(call) {
  const name = call.counter
    ? say("terminal.counter", { name: board.counters.find((one) => one.code === call.counter)?.name ?? call.counter })
    : `${say("admin.kind.kiosk")} ${call.kiosk ?? ""}`;
  const t = formatTime(new Date(call.at), language, clock.timeZone);
  put(find("help-words"), `${say("manage.help", { name })} · ${t}`);
  find("help").hidden = false;
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
  document.cookie = `giliran_language=${chosen}; path=/; max-age=31536000; samesite=strict`;
  phrases.dress(document, chosen);
  charter.dress(chosen);
  covers.dress(chosen);
  removed.dress(chosen);
  paint();
}

function prepareExport() {
  const form = find("export");
  const wrong = find("export-wrong");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { from, to, legs, form: kind } = form.elements;
    const asked = { from: from.value, to: to.value, legs: legs.checked, form: kind.value, language };
    const address = exportAddress(asked);
    wrong.hidden = address !== null;
    if (address) location.assign(address);
  });
}

find("help-seen").addEventListener("click", () => {
  find("help").hidden = true;
});
find("advice-ask").addEventListener("click", () => {
  foresight.ask().catch((error) => {
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    const words = error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
    put(find("advice-asked"), words);
  });
  paint();
});
find("language").value = language;
find("language").addEventListener("change", (event) => speak(event.target.value));
if (find("export")) prepareExport();
clock.sync(board.as_of);
phrases.dress(document, language);
charter.dress(language);
covers.dress(language);
removed.dress(language);
paint();
connectLive({
  room: { branch: main.dataset.branch },
  poll: () => api.get("/overview"),
  onBoard: take,
  onHelp: ring,
  onFreshness: freshness,
});
setInterval(paint, REPAINT);
