/** Whether enough counters were open, and what was down, on the manager's page; both asked for by one form. */

import { Refusal, Unreachable } from "./api.js";
import { formatDayAndTime, formatTime } from "./clock.js";

/** A row of GET /covers as it is shown: {key, facts, cells, isKept}; `clock` writes an instant's time. */
export function rowOf(row, clock) {
  const isKept = row.kept === 1;
  if (row.cover !== "opening") {
    const when = `${clock(row.from)} – ${clock(row.to)}`;
    const cells = [when, row.wanted, row.least_open, row.minutes_short, "–"].map(String);
    return { key: `manage.covers.${row.cover}`, facts: {}, cells, isKept };
  }
  const key = row.counter === "" ? "manage.covers.opening_all" : "manage.covers.opening";
  const when = row.opened_at === "" ? clock(row.planned_at) : `${clock(row.planned_at)} → ${clock(row.opened_at)}`;
  const late = row.opened_at === "" ? null : String(row.late_minutes);
  return { key, facts: { c: row.counter }, cells: [when, "–", "–", "–", late], isKept };
}

/** A row of GET /disruptions as it is shown: {key, names, cells}; `clock` writes an instant's day and time. */
export function disruptionOf(row, clock) {
  const names = [row.name, row.place].filter(Boolean).join(", ");
  const cells = [clock(row.began_at), row.ended_at === "" ? null : clock(row.ended_at), String(row.minutes_lost)];
  return { key: `manage.disruptions.what.${row.what}`, names, isManual: row.source === "manual", cells };
}

/** How many counters opened on time, of those that were to open: {n, all, p}; null where none was. */
export function onTime(rows) {
  const openings = rows.filter(({ cover }) => cover === "opening");
  const n = openings.filter(({ kept }) => kept === 1).length;
  return openings.length ? { n, all: openings.length, p: Math.floor((n / openings.length) * 100) } : null;
}

export function createCovers({ phrases, api, zone }) {
  const find = (name) => document.querySelector(`[data-covers-${name}]`);
  const form = find("form");
  let language = "ms";
  let rows = null;
  let down = [];
  const say = (key, values) => phrases.say(key, language, values);

  function cell(text, className = "") {
    const made = document.createElement("td");
    made.className = className;
    made.textContent = text;
    return made;
  }

  function paint() {
    if (rows === null) return;
    find("table").hidden = rows.length === 0;
    find("none").hidden = rows.length > 0;
    const punctual = onTime(rows);
    find("on-time").hidden = punctual === null;
    if (punctual) find("on-time").textContent = say("manage.covers.on_time", punctual);
    find("rows").replaceChildren(
      ...rows.map((one) => {
        const shown = rowOf(one, (instant) => formatTime(instant, language, zone));
        const row = document.createElement("tr");
        const day = document.createElement("th");
        day.scope = "row";
        day.textContent = one.business_day.split("-").reverse().join("/");
        const [when, ...figures] = shown.cells;
        row.append(day, cell(say(shown.key, shown.facts)), cell(when));
        for (const text of figures) {
          const isBad = !shown.isKept && text !== "–";
          const words = text ?? say("manage.covers.never");
          row.append(cell(words, isBad ? "table__figure table__figure--bad" : "table__figure"));
        }
        return row;
      }),
    );
  }

  function paintDown() {
    find("down").hidden = rows === null;
    find("down-table").hidden = down.length === 0;
    find("down-none").hidden = down.length > 0;
    find("down-rows").replaceChildren(
      ...down.map((one) => {
        const shown = disruptionOf(one, (instant) => formatDayAndTime(instant, language, zone, new Date()));
        const row = document.createElement("tr");
        const name = document.createElement("th");
        name.scope = "row";
        name.textContent = say(shown.key) + (shown.names ? ` (${shown.names})` : "");
        const [began, ended, lost] = shown.cells;
        const source = say(shown.isManual ? "manage.disruptions.manual" : "manage.disruptions.auto");
        row.append(name, cell(source), cell(began), cell(ended ?? say("manage.disruptions.lasts")));
        row.append(cell(lost, "table__figure"));
        return row;
      }),
    );
  }

  const asked = () => new URLSearchParams({ from: form.elements.from.value, to: form.elements.to.value });

  function aim() {
    for (const [name, file] of [
      ["csv", "covers"],
      ["cases", "recovery"],
      ["down-csv", "disruptions"],
    ]) {
      find(name)?.setAttribute("href", `/api/v1/exports/${file}.csv?${asked()}`);
    }
  }

  async function ask() {
    const wrong = find("wrong");
    wrong.hidden = true;
    try {
      const found = await Promise.all(["covers", "disruptions"].map((table) => api.get(`/${table}?${asked()}`)));
      [rows, down] = found.map((table) => table.rows);
      paint();
      paintDown();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      wrong.textContent = error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
      wrong.hidden = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  form.addEventListener("input", aim);
  aim();

  return {
    dress(chosen) {
      language = chosen;
      paint();
      paintDown();
    },
  };
}
