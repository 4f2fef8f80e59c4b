/** This branch beside another: reads the chosen file, has it compared, and paints the answer as a table. */

import { Refusal, Unreachable } from "./api.js";

const SPANS = ["wait_to_call", "wait", "service", "sojourn"];
const PLACES = { min: 1, "%": 1, "1-5": 2, numbers: 0 };

/** A row of the answer as it is shown: {name: [keys], part, cells, formula}; a cell "–" where a branch knows nothing. */
export function rowOf({ figure, unit, own, other }) {
  const [name, part] = figure.split(".");
  const places = PLACES[unit];
  const shown = (one) => (one === null ? "–" : `${one.value.toFixed(places)} (${one.n})`);
  const gap = own === null || other === null ? null : own.value - other.value;
  const sign = gap === null || Number(gap.toFixed(places)) === 0 ? "" : gap < 0 ? "−" : "+";
  return {
    name: `history.${SPANS.includes(name) ? name : name === "issued_a_day" ? "benchmark.a_day" : name}`,
    part: part ? part.toUpperCase().replace("MEAN", "x̄") : "",
    unit: unit === "numbers" ? "" : unit,
    isMean: part === "mean",
    cells: [shown(own), shown(other), gap === null ? "–" : `${sign}${Math.abs(gap).toFixed(places)}`],
    formula: `history.${name === "issued_a_day" ? "benchmark.a_day" : name}.formula`,
  };
}

export function createBenchmark({ phrases, api, dated, form }) {
  const find = (name) => document.querySelector(`[data-benchmark-${name}]`);
  let language = "ms";
  let told = null;
  const say = (key, values) => phrases.say(key, language, values);

  function cell(text, className = "", tag = "td") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function aim() {
    const asked = new URLSearchParams({ from: form.elements.from.value, to: form.elements.to.value });
    find("csv")?.setAttribute("href", `/api/v1/exports/benchmark.csv?${asked}`);
  }

  function paint() {
    find("table").hidden = told === null;
    if (told === null) return;
    const period = (from, to) => `${dated(from)} – ${dated(to)}`;
    find("own").textContent = say("history.benchmark.own", { t: period(told.from, told.to) });
    find("other").textContent = say("history.benchmark.other", { t: period(told.other_from, told.other_to) });
    find("rows").replaceChildren(
      ...told.rows.map(rowOf).map((one) => {
        const part = one.isMean ? say("history.mean") : one.part;
        const unit = one.unit ? ` (${one.unit})` : "";
        const row = document.createElement("tr");
        const name = cell(`${say(one.name)}${part ? ` · ${part}` : ""}${unit}`, "", "th");
        name.scope = "row";
        row.append(name, ...one.cells.map((text) => cell(text, "table__figure")), cell(say(one.formula), "small soft"));
        return row;
      }),
    );
  }

  async function read(file) {
    const wrong = find("wrong");
    wrong.hidden = true;
    told = null;
    try {
      const body = { from: form.elements.from.value, to: form.elements.to.value, file: await file.text() };
      told = await api.post("/history/compare", body);
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      const what = error instanceof Refusal && error.code === "benchmark_unfit" ? error.more.what : null;
      wrong.textContent = what
        ? say(`history.benchmark.fault.${what}`, { line: error.more.line })
        : error instanceof Refusal
          ? phrases.refusal(error, language)
          : say("refusal.unreachable");
      wrong.hidden = false;
    }
    paint();
  }

  find("file").addEventListener("change", ({ target }) => {
    if (target.files.length) read(target.files[0]);
    target.value = ""; // the same file may be chosen again
  });
  form.addEventListener("input", aim);
  aim();

  return {
    dress(chosen) {
      language = chosen;
      paint();
    },
  };
}
