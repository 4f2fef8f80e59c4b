/** The days that are over: asks for figures, paints tables and charts, and shows the numbers behind a figure. */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { createClock, formatTime } from "/static/web/clock.js";
import { readPhrases } from "/static/web/phrases.js";
import {
  behindAddress,
  comparedWith,
  groupRows,
  heatOf,
  percent,
  spreadBars,
  tilesOf,
  trendLines,
  waitRows,
} from "./history_board.js";
import UPlot from "./vendor/uplot-1.6.32.esm.min.js";

const HEIGHT = 220; // px
const LOCALES = { ms: "ms-MY", en: "en-MY", zh: "zh-Hans-MY", ta: "ta-MY" };
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86400000;

const phrases = readPhrases(document);
const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
const api = createApi();
const find = (name) => document.querySelector(`[data-${name}]`);
const known = JSON.parse(find("known").textContent);
const form = find("asked");
const charts = [];
let language = document.documentElement.lang || "ms";
let told = null;
let compared = null;

const say = (key, values) => phrases.say(key, language, values);
const rows = (name) => document.querySelector(`[data-rows="${name}"]`);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

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

function nameOf(table, row) {
  if (table === "services") return `${row.of} ${phrases.text(known.services[row.of] ?? {}, language)}`.trim();
  if (table === "lanes") return phrases.has(`lane.${row.of}`) ? say(`lane.${row.of}`) : row.of;
  if (table === "counters") return known.counters[row.of] ?? row.of;
  return row.name || `#${row.of}`;
}

function paintTiles() {
  for (const tile of tilesOf(told, compared)) {
    const block = document.querySelector(`[data-tile="${tile.key}"]`);
    block.querySelector("[data-value]").textContent = tile.value;
    block.querySelector("[data-unit]").textContent = tile.unit;
    block.querySelector("[data-is]").textContent = say(`history.${tile.key}.is`, tile.facts);
    const before = tile.before === null ? "" : say("history.before", { n: `${tile.before} ${tile.unit}`.trim() });
    block.querySelector("[data-before]").textContent = before;
  }
}

function paintWaits() {
  rows("waits").replaceChildren(
    ...waitRows(told, compared).flatMap(({ key, cells, before }) => {
      const made = [rowOf(head(say(`history.${key}`)), cells)];
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
  find("trend-title").textContent = say(isMonth ? "history.trend.month" : "history.trend");
  const format = isMonth ? { month: "short", year: "numeric" } : { weekday: "short", day: "numeric", month: "short" };
  rows("trend").replaceChildren(
    ...told.trend.map((one) => {
      const wait = one.wait_to_call ?? {};
      const kept = percent(one.kept ?? 0, one.judged);
      const figures = [wait.p50, wait.p90].map((value) => (value === undefined ? "–" : value.toFixed(1)));
      return rowOf(head(dated(one.on, format)), [
        String(one.issued ?? 0),
        ...figures,
        kept === null ? "–" : `${kept} %`,
      ]);
    }),
  );
  rows("spread").replaceChildren(
    ...spreadBars(told).map(([from, until, n]) =>
      rowOf(head(until === null ? `≥ ${from}` : `${from}–${until}`), [String(n)]),
    ),
  );
}

function paintHeat() {
  const { hours, rows: days } = heatOf(told, known.week);
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
          const name = `${weekday(day.weekday)} ${String(slot.hour).padStart(2, "0")}.00`;
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
  for (const name of ["services", "lanes", "counters", "officers"]) {
    const place = rows(name);
    if (!place) continue;
    const width = place.closest("table").querySelectorAll("thead th").length;
    place.replaceChildren(
      ...groupRows(name, told).map((row) => {
        const title = nameOf(name, row);
        if (row.cells) return rowOf(row.which ? leading(title, row.which) : head(title), row.cells);
        const made = rowOf(head(title), [say("history.hidden")]);
        made.lastChild.colSpan = width - 1;
        return made;
      }),
    );
  }
  const service = (code) => nameOf("services", { of: code });
  rows("flows").replaceChildren(
    ...told.flows.map(({ from, to, n }) => rowOf(head(service(from)), [service(to), String(n)])),
  );
  rows("ratings").replaceChildren(
    ...told.ratings.map(({ of, n, mean }) =>
      rowOf(head(of ? service(of) : say("history.ratings.all")), [mean.toFixed(1), String(n)]),
    ),
  );
}

function draw(name, series, values, axes) {
  const place = document.querySelector(`[data-chart="${name}"]`);
  place.replaceChildren();
  const font = `14px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: colour("--text"), grid: { stroke: colour("--line"), width: 1 }, font };
  const chart = new UPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      series: [{}, ...series],
      axes: axes.map((one) => ({ ...axis, ...one })),
      scales: { x: { time: name === "trend" }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      tzDate: (at) => UPlot.tzDate(new Date(at * 1000), "UTC"),
    },
    values,
    place,
  );
  charts.push({ chart, place });
}

function paintCharts() {
  for (const { chart } of charts.splice(0)) chart.destroy();
  const format = told.by === "month" ? { month: "short", year: "2-digit" } : { day: "numeric", month: "short" };
  const dates = (_, splits) => splits.map((at) => dated(at * 1000, format));
  draw(
    "trend",
    [
      { label: "P50", stroke: colour("--action"), width: 2, points: { show: true, size: 6 } },
      { label: "P90", stroke: colour("--bad"), width: 2, dash: [8, 4], points: { show: true, size: 6 } },
    ],
    trendLines(told),
    [{ values: dates }, { label: "min" }],
  );
  const bars = spreadBars(told);
  draw(
    "spread",
    [{ label: "n", fill: colour("--action"), paths: UPlot.paths.bars({ size: [0.9, 60] }), points: { show: false } }],
    [bars.map(([from]) => from + 2.5), bars.map(([, , n]) => n)],
    [{ values: (_, splits) => splits.map(String) }, { size: 70 }],
  );
  legend();
}

/** Named beside the lines, dashed as they are: never by their colour alone. */
function legend() {
  const place = document.querySelector('[data-chart="trend"]');
  const made = document.createElement("p");
  made.className = "history__legend";
  for (const [name, mark] of [
    ["P50", "━━"],
    ["P90", "╍╍"],
  ]) {
    const one = document.createElement("span");
    one.dataset.line = name;
    one.textContent = `${mark} ${name}`;
    made.append(one);
  }
  place.append(made);
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
    from: dated(told.from),
    to: dated(told.to),
  });
  const until = told.until && told.until < told.to ? ` · ${say("history.until", { t: dated(told.until) })}` : "";
  find("sentence").textContent = sentence + until;
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

async function showBehind(which, name) {
  try {
    const found = await api.get(behindAddress(told, which));
    find("behind-title").textContent = say("history.behind.of", { name });
    const gone = found.removed_until ? ` ${say("history.behind.removed", { t: dated(found.removed_until) })}` : "";
    find("behind-is").textContent = say("history.behind.is", { most: found.most }) + gone;
    const time = (at) => (at ? formatTime(new Date(at), language, clock.timeZone) : "–");
    rows("behind").replaceChildren(
      ...found.tickets.map((ticket) => {
        const made = document.createElement("tr");
        made.append(
          cell(dated(ticket.business_day), "", "td"),
          head(ticket.number),
          cell(ticket.service, ""),
          ...[ticket.issued_at, ticket.called_at, ticket.ended_at].map((at) => cell(time(at))),
          cell(say(`history.status.${ticket.status}`), ""),
        );
        return made;
      }),
    );
    find("behind").showModal();
  } catch (error) {
    complain(error);
  }
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
  document.cookie = `giliran_language=${chosen}; path=/; max-age=31536000; samesite=strict`;
  phrases.dress(document, chosen);
  paint();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
find("language").value = language;
find("language").addEventListener("change", (event) => speak(event.target.value));
addEventListener("resize", () => {
  for (const { chart, place } of charts) chart.setSize({ width: place.clientWidth, height: HEIGHT });
});
phrases.dress(document, language);
ask();
