/** Today's hours on the manager's page: when the office closes, and a button that lets it close later. */

import { Refusal, Unreachable } from "./api.js";
import { formatTime } from "./clock.js";

const AGAIN = 60000; // ms between two looks at the hours

/** What is said of the hours: `opening` is {is_open, closes_at} of GET /queues. */
export function stateOf(opening, say, time) {
  if (!opening.is_open) return say("manage.extend.closed");
  return opening.closes_at ? say("manage.extend.closes", { t: time(opening.closes_at) }) : "";
}

export function createExtend({ phrases, zone, api }) {
  const place = document.querySelector("[data-extend]");
  if (!place) return { paint() {} };
  const form = place.querySelector("[data-extend-form]");
  const state = place.querySelector("[data-extend-state]");
  let language = "ms";
  let opening = null;
  let wrong = null;

  const say = (key, values) => phrases.say(key, language, values);

  function paint() {
    if (wrong) state.textContent = wrong.code ? phrases.refusal(wrong, language) : say("refusal.unreachable");
    else if (opening) state.textContent = stateOf(opening, say, (at) => formatTime(new Date(at), language, zone));
  }

  async function look() {
    try {
      opening = await api.get("/queues");
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    }
    paint();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong = null;
    try {
      await api.post("/branch/extend-day", { minutes: Number(form.elements.minutes.value) });
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      wrong = error;
    }
    await look();
  });

  look();
  setInterval(look, AGAIN);
  return {
    paint(chosen) {
      language = chosen;
      paint();
    },
  };
}
