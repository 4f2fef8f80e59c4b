/** The manager's table of the kept promise: months as rows, the promises of each version; the same figures as its PDF. */

import { Refusal, Unreachable } from "/static/web/api.js";

const QUARTER = 3; // months

/** The first day of the quarter in which a date (YYYY-MM-DD) lies. */
export function quarterOf(day) {
  const [year, month] = day.split("-").map(Number);
  const first = Math.floor((month - 1) / QUARTER) * QUARTER + 1;
  return `${year}-${String(first).padStart(2, "0")}-01`;
}

/** A share in percent with one place, cut off: 89.96 is not the ninety that was promised. */
export function percent(share) {
  return share === null ? "–" : `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)} %`;
}

/** The words of a promise: [phrase, values]. */
export const promiseWords = (line) => [`report.${line.measure}`, { n: line.promise_minutes ?? line.promise_least }];
const TARGETS = { outputs: "report.target_days", rating: "report.target_ratings" };

/** A row as it is shown: {month, promise, kept, kept_share, …, isMissed}; `name` gives a service's name. */
export function rowOf(line, say, name) {
  const [month, year] = [line.month.slice(5), line.month.slice(0, 4)];
  const whose = line.service ? `${line.service} ${name(line.service)}` : say("report.every_service");
  const [key, values] = promiseWords(line);
  return {
    month: `${month}/${year}`,
    promise: `${whose} · ${say(key, values)} · ${say(TARGETS[line.measure] ?? "report.target", { n: Math.round(line.target_share * 100) })}`,
    cells: [
      line.kept,
      percent(line.kept_share),
      line.not_kept,
      line.judged,
      percent(line.year_kept_share),
      line.year_judged,
    ].map(String),
    isMissed: line.kept_share !== null && line.kept_share < line.target_share,
  };
}

export function createCharter({ phrases, api, services }) {
  const find = (name) => document.querySelector(`[data-charter-${name}]`);
  const form = find("form");
  if (!form) return { dress() {} };
  let language = "ms";
  let lines = null;
  const say = (key, values) => phrases.say(key, language, values);
  const name = (code) => {
    const names = services().find((one) => one.service === code)?.name ?? {};
    return names[language] ?? names.en ?? names.ms ?? "";
  };

  function cell(kind, text, className) {
    const made = document.createElement(kind);
    if (kind === "th") made.scope = "row";
    made.className = className;
    made.textContent = text;
    return made;
  }

  function paint() {
    if (lines === null) return;
    find("rows").replaceChildren(
      ...lines.map((line) => {
        const shown = rowOf(line, say, name);
        const row = document.createElement("tr");
        row.append(cell("th", shown.month, ""), cell("td", shown.promise, ""));
        row.append(...shown.cells.map((text) => cell("td", text, "table__figure")));
        if (shown.isMissed) row.children[3].classList.add("table__figure--bad");
        return row;
      }),
    );
    find("none").hidden = lines.length > 0;
  }

  function query() {
    const { from, to } = form.elements;
    const isRange = from.value && to.value && from.value <= to.value;
    find("wrong").hidden = Boolean(isRange);
    return isRange ? new URLSearchParams({ from: from.value, to: to.value }) : null;
  }

  function link() {
    const asked = query();
    if (!asked) return;
    find("csv").href = `/api/v1/exports/charter.csv?${asked}`;
    asked.set("language", language);
    find("pdf").href = `/api/v1/exports/charter.pdf?${asked}`;
  }

  async function show() {
    const asked = query();
    if (!asked) return;
    try {
      lines = (await api.get(`/charter/achievement?${asked}`)).lines;
      paint();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      find("failed").textContent =
        error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
      find("failed").hidden = false;
      return;
    }
    find("failed").hidden = true;
  }

  form.elements.from.value = quarterOf(form.elements.to.value);
  form.addEventListener("change", () => {
    link();
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  link();
  show();
  return {
    dress(chosen) {
      language = chosen;
      link();
      paint();
    },
  };
}
