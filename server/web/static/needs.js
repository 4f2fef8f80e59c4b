/** The counters that today needs: asks how far the figures are, and paints tiles, the chart and its table. */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { createClock, formatTime } from "/static/web/clock.js";
import { readPhrases } from "/static/web/phrases.js";
import { linesOf, rowsOf, sentenceOf, tilesOf } from "./needs_board.js";
import UPlot from "./vendor/uplot-1.6.32.esm.min.js";

const HEIGHT = 240; // px
const SOON = 2000; // ms: while figures are being reckoned
const LATER = 30000;

const phrases = readPhrases(document);
const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
const api = createApi();
const find = (name) => document.querySelector(`[data-${name}]`);
const known = JSON.parse(find("known").textContent);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let language = document.documentElement.lang || "ms";
let page = JSON.parse(find("told").textContent);
let chart = null;

const say = (key, values) => phrases.say(key, language, values);

function cell(text, className = "table__figure", tag = "td") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function paintTiles() {
  for (const tile of tilesOf(page)) {
    const block = document.querySelector(`[data-tile="${tile.key}"]`);
    block.dataset.level = tile.level;
    block.querySelector("[data-value]").textContent = tile.value ?? "–";
    block.querySelector("[data-unit]").textContent = tile.value === null ? "" : tile.unit;
    block.querySelector("[data-is]").textContent = say(tile.is, tile.facts);
    block.querySelector("[data-alarm]").hidden = tile.level === "calm";
  }
}

function paintRows() {
  find("rows").replaceChildren(
    ...rowsOf(page).map((one) => {
      const row = document.createElement("tr");
      if (one.isNow) row.setAttribute("aria-current", "time");
      if (one.isPast) row.className = "needs__past";
      const time = cell(one.isNow ? `${one.time} · ${say("needs.here")}` : one.time, "needs__time", "th");
      time.scope = "row";
      const open = cell(one.open);
      const wanting = one.missing ? [say("needs.missing", { n: one.missing })] : [];
      if (one.lacks.length) {
        const names = one.lacks.map((code) => phrases.text(known.services[code] ?? {}, language) || code);
        wanting.push(say("needs.lacks", { services: names.join(", ") }));
      }
      const why = cell(say(...one.why), "");
      if (wanting.length) {
        open.classList.add("table__figure--bad");
        const note = document.createElement("strong");
        note.className = "needs__wanting";
        note.textContent = wanting.join("; ");
        why.append(note);
      }
      row.append(time, cell(one.needed), open, ...one.cells.map((text) => cell(text)), why);
      return row;
    }),
  );
  const { groups, quarters } = page.told;
  const isSplit = groups.length > 1 && quarters.some(({ why }) => why === "skills");
  find("groups").replaceChildren(
    ...(isSplit ? groups : []).map(({ counters, services }) => {
      const names = services.map((code) => phrases.text(known.services[code] ?? {}, language) || code);
      const made = document.createElement("li");
      made.textContent = say("needs.group", {
        counters: counters.map((code) => known.counters[code] ?? code).join(", "),
        services: names.join(", "),
      });
      return made;
    }),
  );
}

function paintChart() {
  const place = find("chart");
  chart?.destroy();
  place.replaceChildren();
  const font = `14px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: colour("--text"), grid: { stroke: colour("--line"), width: 1 }, font };
  const stepped = UPlot.paths.stepped({ align: 1 });
  const line = { paths: stepped, points: { show: false } };
  const clocks = (_, splits) => splits.map((at) => `${String(at).padStart(2, "0")}.00`);
  chart = new UPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      series: [
        {},
        { ...line, stroke: colour("--bad"), width: 3 },
        { ...line, stroke: colour("--action"), width: 2, fill: `${colour("--action")}26` },
        { ...line, stroke: colour("--action"), width: 2, dash: [8, 4] },
      ],
      axes: [
        { ...axis, values: clocks, incrs: [1, 2, 3] },
        { ...axis, incrs: [1, 2, 5, 10, 20, 50] },
      ],
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(2, (most ?? 0) + 1)] } },
    },
    linesOf(page),
    place,
  );
  find("legend").replaceChildren(
    ...[
      ["needed", "━━"],
      ["open", "██"],
      ["planned", "╍╍"],
    ].map(([name, mark]) => {
      const made = document.createElement("span");
      made.dataset.line = name;
      made.textContent = `${mark} ${say(`needs.line.${name}`)}`;
      return made;
    }),
  );
}

function paint() {
  const { state, asking, told } = page;
  find("sentence").textContent = say(...sentenceOf(page));
  find("asking").textContent = asking ? say("needs.asking") : "";
  find("ask").disabled = asking || state === "off";
  find("body").hidden = state !== "ready";
  find("as-of").textContent =
    state === "ready" ? say("needs.as_of", { t: formatTime(told.at, language, clock.timeZone), n: told.days }) : "";
  find("too-few").hidden = state !== "ready" || told.is_enough;
  if (state !== "ready") return;
  find("too-few-words").textContent = say("needs.too_few", { n: told.counters });
  const facts = {
    share: Math.round(told.share * 100),
    m: told.within_s === null ? "–" : Math.round(told.within_s / 60),
  };
  document.querySelector("section [data-is]").textContent = say(
    told.within_s === null ? "needs.is.any" : "needs.is",
    facts,
  );
  paintTiles();
  paintRows();
  paintChart();
}

async function look() {
  let wait = LATER;
  try {
    page = await api.get("/needs");
    find("wrong").hidden = true;
    paint();
    if (page.asking) wait = SOON;
  } catch (error) {
    complain(error);
  }
  setTimeout(look, wait);
}

function complain(error) {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  find("wrong").textContent = error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
  find("wrong").hidden = false;
}

find("ask").addEventListener("click", async () => {
  try {
    await api.post("/needs");
    page = { ...page, asking: true };
    paint();
    setTimeout(look, SOON);
  } catch (error) {
    complain(error);
  }
});

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
  document.cookie = `giliran_language=${chosen}; path=/; max-age=31536000; samesite=strict`;
  phrases.dress(document, chosen);
  paint();
}

find("language").value = language;
find("language").addEventListener("change", (event) => speak(event.target.value));
addEventListener("resize", () => chart?.setSize({ width: find("chart").clientWidth, height: HEIGHT }));
phrases.dress(document, language);
paint();
setTimeout(look, page.asking ? SOON : LATER);
