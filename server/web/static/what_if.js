/** What if: sends the form, shows how far the answer is, and paints it as a sentence, bars and a table. */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { readPhrases } from "/static/web/phrases.js";
import { askedOf, barsOf, changesOf, fewOf, rowsOf, sentenceOf, stateOf, UNDER_WAY } from "./what_if_board.js";

const SOON = 700; // ms
const LOCALES = { ms: "ms-MY", en: "en-MY", zh: "zh-Hans-MY", ta: "ta-MY" };
const SVG = "http://www.w3.org/2000/svg";
const BAR = 14; // px
const ROW = 46;
const NAMES = 260;
const WIDTH = 1000;

const phrases = readPhrases(document);
const api = createApi();
const find = (name) => document.querySelector(`[data-${name}]`);
const known = JSON.parse(find("known").textContent);
const form = find("asked");
let language = document.documentElement.lang || "ms";
let study = JSON.parse(find("study").textContent);

const say = (key, values) => phrases.say(key, language, values);
const service = (code) => phrases.text(known.services[code] ?? {}, language) || code;
const names = {
  service,
  counter: (code) => known.counters[code] ?? code,
  officer: (number) => known.officers[number] ?? `#${number}`,
};

function dated(day) {
  const options = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat(LOCALES[language], options).format(Date.parse(day));
}

function cell(text, className = "", tag = "td") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function paintChart(answer) {
  const { bars, most } = barsOf(answer);
  const wide = WIDTH - NAMES - 70;
  const x = (minutes) => NAMES + (minutes / most) * wide;
  const drawing = shape("svg", { viewBox: `0 0 ${WIDTH} ${bars.length * ROW + 30}`, class: "what_if__bars" });
  bars.forEach(({ lane, figure, before, after }, row) => {
    const top = row * ROW + 6;
    drawing.append(shape("text", { x: 0, y: top + 20 }, `${say(lane)} · ${figure}`));
    for (const [name, [from, to], y] of [
      ["before", before, top],
      ["after", after, top + BAR + 4],
    ]) {
      const width = Math.max(4, x(to) - x(from));
      drawing.append(shape("rect", { class: `what_if__${name}`, x: x(from), y, width, height: BAR }));
    }
  });
  const bottom = bars.length * ROW + 24;
  for (const share of [0, 0.5, 1]) {
    const text = `${Math.round(share * most)}${share === 1 ? " min" : ""}`;
    drawing.append(shape("text", { x: x(share * most), y: bottom, "text-anchor": "middle" }, text));
  }
  find("chart").replaceChildren(drawing);
}

function paintAnswer() {
  const { answer, asked, rule } = study;
  find("answer").hidden = study.state !== "done";
  if (study.state !== "done") return;
  find("sentence").textContent = say(...sentenceOf(answer));
  find("changes").replaceChildren(...changesOf(asked, names).map((told) => cell(say(...told), "", "li")));
  find("rule").hidden = !rule;
  if (rule) find("rule").textContent = say("what_if.tried.rule", { rule: say(rule.key, rule.facts) });
  const few = fewOf(answer, asked);
  find("few").hidden = few === null;
  if (few) find("few-words").textContent = say(...few);
  find("about").textContent = say("what_if.about", {
    days: answer.days.map(dated).join(", "),
    n: answer.tickets.all,
    left: answer.left_out,
  });
  let before = "";
  find("rows").replaceChildren(
    ...rowsOf(answer).map(({ lane, figure, cells, verdict }) => {
      const row = document.createElement("tr");
      const name = cell(lane === before ? "" : say(lane), "", lane === before ? "td" : "th");
      if (lane !== before) name.scope = "row";
      before = lane;
      row.append(
        name,
        cell(say(figure)),
        ...cells.map((text) => cell(text, "table__figure")),
        cell(say(`what_if.verdict.${verdict}`), `what_if__verdict what_if__verdict--${verdict}`),
      );
      return row;
    }),
  );
  paintChart(answer);
}

function paint() {
  const isUnderWay = UNDER_WAY.includes(study.state);
  const said = stateOf(study);
  find("under-way").hidden = said === null;
  find("progress").hidden = !isUnderWay;
  find("progress").value = Math.round((study.done ?? 0) * 100);
  find("progress-words").textContent = said === null ? "" : say(...said);
  find("begin").disabled = isUnderWay;
  find("stop").hidden = !isUnderWay;
  for (const one of document.querySelectorAll("[data-service]")) one.textContent = service(one.dataset.service);
  paintAnswer();
}

/** Fields that the choice beside them calls for. */
function fit() {
  const { rule, opens, does } = form.elements;
  for (const field of form.querySelectorAll("[data-of]")) {
    field.hidden = !field.dataset.of.split(" ").includes(rule.value);
  }
  form.querySelector('[data-services="opens"]').hidden = opens.value !== "+";
  form.querySelector('[data-services="does"]').hidden = does.value === "";
}

function complain(error) {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  find("wrong").textContent = error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
  find("wrong").hidden = false;
}

async function look() {
  try {
    study = await api.get("/what-if");
    find("wrong").hidden = true;
    paint();
  } catch (error) {
    complain(error);
  }
  if (UNDER_WAY.includes(study.state)) setTimeout(look, SOON);
}

async function ask(send) {
  find("wrong").hidden = true;
  try {
    await send();
    await look();
  } catch (error) {
    complain(error);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const filled = new FormData(form);
  const values = Object.fromEntries(filled);
  for (const name of ["opens_services", "does_services"]) values[name] = filled.getAll(name);
  ask(() => api.post("/what-if", askedOf(values, known)));
});
find("stop").addEventListener("click", () => ask(() => api.post("/what-if/cancel")));
form.addEventListener("change", fit);

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
phrases.dress(document, language);
fit();
paint();
if (UNDER_WAY.includes(study.state)) setTimeout(look, SOON);
