/** The days that are over: asks for figures, paints tables and charts, and shows the numbers behind a figure. */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { createClock } from "/static/web/clock.js";
import { readPhrases } from "/static/web/phrases.js";
import { createBenchmark } from "./benchmark.js";
import { createCore } from "./core.js";
import { createBehind } from "./history_behind.js";
import {
  comparedWith,
  groupRows,
  heatOf,
  ratingDays,
  ratingHours,
  ratingLine,
  ratingRows,
  spreadBars,
  tilesOf,
  trendLines,
  trendRows,
  waitRows,
} from "./history_board.js";
import { createCharts } from "./history_charts.js";

const LOCALES = { ms: "ms-MY", en: "en-MY", zh: "zh-Hans-MY", ta: "ta-MY" };
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86400000;

const phrases = readPhrases(document);
const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
const api = createApi();
const find = (name) => document.querySelector(`[data-${name}]`);
const known = JSON.parse(find("known").textContent);
const form = find("asked");
const benchmark = createBenchmark({ phrases, api, dated, form });
const charts = createCharts();
const core = createCore(find("core-only"), () => paintServices());
const measure = find("measure");
let language = document.documentElement.lang || "ms";
let told = null;
let compared = null;

const say = (key, values) => phrases.say(key, language, values);
const rows = (name) => document.querySelector(`[data-rows="${name}"]`);
const padded = (hour) => `${String(hour).padStart(2, "0")}.00`;
const showBehind = createBehind({
  api,
  zone: clock.timeZone,
  say,
  told: () => told,
  language: () => language,
  dated,
  complain,
});

function dated(day, options = { day: "numeric", month: "short", year: "numeric" }) {
  return new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone: "UTC" }).format(
    typeof day === "number" ? day : Date.parse(day),
  );
}

function weekday(n) {
  return new Intl.DateTimeFormat(LOCALES[language], { weekday: "short", timeZone: "UTC" }).format(MONDAY + n * DAY);
}

function cell(text, className = "table__figure", tag = "td") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function head(text) {
  const made = cell(text, "", "th");
  made.scope = "row";
  return made;
}

function rowOf(first, cells) {
  const made = document.createElement("tr");
  made.append(first, ...cells.map((text) => cell(text)));
  return made;
}

/** A name that leads to the numbers behind its row. */
function leading(name, which) {
  const made = head("");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "history__lead";
  button.textContent = name;
  button.addEventListener("click", () => showBehind(which, name));
  made.append(button);
  return made;
}

/** A row that leads to the numbers behind it, or (no cells) says that too few stand there. */
function groupRow(name, { cells, which }, width) {
  if (cells) return rowOf(which ? leading(name, which) : head(name), cells);
  const made = rowOf(head(name), [say("history.hidden")]);
  made.lastChild.colSpan = width - 1;
  return made;
}

function put(table, found, nameOf) {
  const place = rows(table);
  if (!place) return;
  const width = place.closest("table").querySelectorAll("thead th").length;
  place.replaceChildren(...found.map((row) => groupRow(nameOf(row), row, width)));
}

const worded = (key, plain) => (phrases.has(key) ? say(key) : plain);
const service = (code) => `${code} ${phrases.text(known.services[code] ?? {}, language)}`.trim();
const NAMES = {
  services: ({ of }) => service(of),
  lanes: ({ of }) => worded(`lane.${of}`, of),
  channels: ({ of }) => worded(`channel.${of}`, of),
  counters: ({ of }) => known.counters[of] ?? of,
  officers: ({ of, name }) => name || `#${of}`,
  outcomes: ({ of }) => worded(`outcome.${of}`, of),
  reasons: ({ of }) => worded(`terminal.call.${of}`, of),
};

/** Core services lead, and may stand alone. */
function paintServices() {
  const { isOffered, rows: shown } = core.of(groupRows("services", told), ({ of }) => known.core.includes(of));
  core.paint(isOffered);
  put("services", shown, NAMES.services);
  if (!isOffered) return;
  for (const [place, { of }] of shown.entries())
    if (known.core.includes(of))
      rows("services").children[place].firstChild.append(" ", core.badge(say("manage.core"), language));
}

function paintTiles() {
  for (const tile of tilesOf(told, compared)) {
    const block = document.querySelector(`[data-tile="${tile.key}"]`);
    block.querySelector("[data-value]").textContent = tile.value;
    const unit = tile.unit === "min" ? say("manage.unit.min") : tile.unit;
    block.querySelector("[data-unit]").textContent = unit;
    block.querySelector("[data-is]").textContent = say(`history.${tile.key}.is`, tile.facts);
    const before = tile.before === null ? "" : say("history.before", { n: `${tile.before} ${unit}`.trim() });
    block.querySelector("[data-before]").textContent = before;
    const lead = block.querySelector("[data-lead]");
    lead.setAttribute("aria-label", `${say(`history.${tile.key}`)}: ${tile.value} ${unit}`.trim());
    lead.onclick = () => showBehind(tile.which, say(`history.${tile.key}`));
  }
}

function paintWaits() {
  rows("waits").replaceChildren(
    ...waitRows(told, compared).flatMap(({ key, cells, before }) => {
      const made = [rowOf(leading(say(`history.${key}`), { span: key }), cells)];
      if (before) {
        made.push(rowOf(head(say("history.before", { n: "" }).replace(/[:：\s]+$/, "")), before));
        made[1].className = "history__before";
      }
      return made;
    }),
  );
}

function paintTrend() {
  const isMonth = told.by === "month";
  const title = (key) => say(isMonth ? `${key}.month` : key);
  find("trend-title").textContent = title("history.trend");
  find("said-title").textContent = title("history.rating_trend");
  const format = isMonth ? { month: "short", year: "numeric" } : { weekday: "short", day: "numeric", month: "short" };
  put("trend", trendRows(told, measure.value), ({ on }) => dated(on, format));
  put("rating_trend", ratingDays(told), ({ on }) => dated(on, format));
  rows("spread").replaceChildren(
    ...spreadBars(told, measure.value).map(([from, until, n, which]) => {
      const name = until === null ? `≥ ${from}` : `${from}–${until}`;
      return rowOf(leading(name, which), [String(n)]);
    }),
  );
}

function paintHeat() {
  const { hours, rows: days } = heatOf(told, told.week);
  const line = document.createElement("tr");
  line.append(cell(say("history.weekday"), "", "th"));
  for (const hour of hours) line.append(cell(`${String(hour).padStart(2, "0")}`, "", "th"));
  for (const one of line.children) one.scope = "col";
  find("heat-head").replaceChildren(line);
  rows("heat").replaceChildren(
    ...days.map((day) => {
      const made = document.createElement("tr");
      made.append(head(weekday(day.weekday)));
      for (const slot of day.cells) {
        const place = cell("", "heat__cell");
        place.dataset.shade = slot.shade ?? (slot.n ? "few" : "none");
        if (slot.n) {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "heat__lead";
          button.textContent = slot.p90 === null ? "<5" : Math.round(slot.p90);
          const name = `${weekday(day.weekday)} ${padded(slot.hour)}`;
          button.setAttribute("aria-label", `${name}: ${button.textContent}`);
          button.addEventListener("click", () => showBehind({ weekday: day.weekday, hour: slot.hour }, name));
          place.append(button);
        }
        made.append(place);
      }
      return made;
    }),
  );
}

function paintGroups() {
  for (const name of Object.keys(NAMES)) {
    if (name === "services") paintServices();
    else put(name, groupRows(name, told), NAMES[name]);
  }
  rows("flows").replaceChildren(
    ...told.flows.map(({ from, to, n }) =>
      rowOf(leading(service(from), { service: from, sent_to: to }), [service(to), String(n)]),
    ),
  );
  put("ratings", ratingRows(told), ({ of }) => (of ? service(of) : say("history.ratings.all")));
  put("rating_hours", ratingHours(told), ({ hour }) => padded(hour));
  for (const part of document.querySelectorAll("[data-part]")) {
    part.hidden = part.querySelector("tbody").children.length === 0;
  }
}

function paintCharts() {
  const format = told.by === "month" ? { month: "short", year: "2-digit" } : { day: "numeric", month: "short" };
  const dates = (_, splits) => splits.map((at) => dated(at * 1000, format));
  charts.lines("trend", trendLines(told, measure.value), dates);
  charts.bars("spread", spreadBars(told, measure.value));
  if (told.rating_trend.length > 0) charts.mean("rating_trend", ratingLine(told), dates);
}

function paint() {
  const body = find("body");
  body.hidden = told === null || told.days === 0;
  if (told === null) return;
  if (told.days === 0) {
    find("sentence").textContent = say("history.nothing");
    return;
  }
  const sentence = say("history.sentence", {
    n: told.all.issued ?? 0,
    days: told.days,
    mean: told.a_day.toFixed(1),
    from: dated(told.from),
    to: dated(told.to),
  });
  const until = told.until && told.until < told.to ? ` · ${say("history.until", { t: dated(told.until) })}` : "";
  const gone = told.removed_until ? ` · ${say("history.behind.removed", { t: dated(told.removed_until) })}` : "";
  find("sentence").textContent = sentence + until + gone;
  paintTiles();
  paintTrend();
  paintWaits();
  paintHeat();
  paintGroups();
  paintCharts();
}

function complain(error) {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  find("wrong").textContent = error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
  find("wrong").hidden = false;
}

async function ask() {
  const { from, to, compare } = form.elements;
  const period = { from: from.value, to: to.value };
  const isRange = period.from && period.to && period.from <= period.to;
  find("wrong").hidden = Boolean(isRange);
  find("wrong").textContent = say("manage.export.order");
  if (!isRange) return;
  const other = comparedWith(period, compare.value);
  try {
    const asked = [period, other].map((days) => days && api.get(`/history?${new URLSearchParams(days)}`));
    const [now, before] = await Promise.all(asked);
    told = now;
    compared = before?.days ? before : null;
  } catch (error) {
    complain(error);
  }
  paint();
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
  document.cookie = `giliran_language=${chosen}; path=/; max-age=31536000; samesite=strict`;
  phrases.dress(document, chosen);
  benchmark.dress(chosen);
  paint();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
find("language").value = language;
find("language").addEventListener("change", (event) => speak(event.target.value));
measure.addEventListener("change", () => {
  if (!told?.days) return;
  paintTrend();
  paintCharts();
});
addEventListener("resize", charts.fit);
addEventListener("beforeprint", () => {
  for (const twin of document.querySelectorAll("details:not([open])")) {
    twin.open = true;
    twin.dataset.printed = "";
  }
});
addEventListener("afterprint", () => {
  for (const twin of document.querySelectorAll("details[data-printed]")) {
    twin.open = false;
    delete twin.dataset.printed;
  }
});
phrases.dress(document, language);
benchmark.dress(language);
ask();
