/** The numbers behind a figure of the history: a dialogue with the newest, and further back at a press. */

import { formatTime } from "/static/web/clock.js";
import { behindAddress } from "./history_board.js";

const find = (name) => document.querySelector(`[data-${name}]`);

/** `told()` are the figures that are shown, `language()` the language; `dated(day)` words a date. */
export function createBehind({ api, zone, say, told, language, dated, complain }) {
  const dialog = find("behind");
  const further = find("behind-further");
  let asked = {};
  let next = null;

  function cell(text, className = "") {
    const made = document.createElement("td");
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function row(ticket) {
    const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
    const time = (at) => {
      if (!at) return "–";
      const on = day.format(new Date(at)); // who was carried over a night was not called on the day of the number
      const hour = formatTime(new Date(at), language(), zone);
      return on === ticket.business_day ? hour : `${dated(on, { day: "numeric", month: "short" })}, ${hour}`;
    };
    const made = document.createElement("tr");
    const number = document.createElement("th");
    number.scope = "row";
    number.textContent = ticket.number;
    made.append(
      cell(dated(ticket.business_day)),
      number,
      cell(ticket.service),
      ...[ticket.issued_at, ticket.called_at, ticket.ended_at].map((at) => cell(time(at), "table__figure")),
      cell(say(`history.status.${ticket.status}`)),
    );
    return made;
  }

  function words(found, has) {
    if (found.hidden) return say("history.behind.hidden");
    const since = found.since ? ` ${say("history.since", { t: dated(found.since) })}` : "";
    const gone = found.removed_until ? ` ${say("history.behind.removed", { t: dated(found.removed_until) })}` : "";
    return (has ? say("history.behind.is", { most: found.most }) : say("history.behind.none")) + since + gone;
  }

  async function look(isMore) {
    try {
      const found = await api.get(behindAddress(told(), isMore ? { ...asked, before: next } : asked));
      const made = found.tickets.map(row);
      const place = document.querySelector('[data-rows="behind"]');
      if (isMore) place.append(...made);
      else place.replaceChildren(...made);
      next = found.before;
      further.hidden = next === null;
      find("behind-is").textContent = words(found, place.children.length > 0);
      if (!dialog.open) dialog.showModal();
    } catch (error) {
      dialog.close();
      complain(error);
    }
  }

  further.addEventListener("click", () => look(true));

  /** Show the numbers that `which` asks for, under the name of their figure. */
  return function show(which, name) {
    asked = which;
    find("behind-title").textContent = say("history.behind.of", { name });
    return look(false);
  };
}
