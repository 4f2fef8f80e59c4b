/**
 * The recovery plan on the manager's page: a play is chosen, looked at and begun, its steps are ticked off with who and
 * when, it is done or stopped. What is said stands in plays_board.js.
 */

import { Refusal, Unreachable } from "./api.js";
import { formatTime } from "./clock.js";
import { choicesOf, runOf, troublesOf } from "./plays_board.js";

const ICONS = { warning: "hourglass", bad: "circle-alert", good: "circle-check" };

export function createPlays({ phrases, zone, api, mark }) {
  const place = document.querySelector("[data-plays]");
  if (!place) return { paint() {} };
  const find = (name) => place.querySelector(`[data-${name}]`);
  const form = find("play-form");
  const mayAct = form !== null;
  let language = "ms";
  let told = null;
  let drawn = "";
  let chosenFor = "";
  let isBusy = false;

  const say = (key, values) => phrases.say(key, language, values);

  function make(tag, text = "", className = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function option(value, text) {
    const made = make("option", text);
    made.value = value;
    return made;
  }

  function spoken(tag, words, className = "") {
    const made = make(tag, phrases.text(words, language), className);
    made.lang = phrases.textIn(words, language);
    return made;
  }

  /** One request at a time; a refusal is said where the hand is. */
  async function doing(work) {
    if (isBusy) return;
    isBusy = true;
    find("play-wrong").hidden = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      find("play-wrong").textContent =
        error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
      find("play-wrong").hidden = false;
      drawn = ""; // a tick that was refused shows as it is
      paintRuns();
    } finally {
      isBusy = false;
    }
  }

  function paintChoices() {
    const { play, case: trouble } = form.elements;
    const choices = choicesOf(told);
    const kept = [play.value, trouble.value];
    play.replaceChildren(
      ...choices.map(({ code, name, fits }) =>
        option(
          code,
          fits ? say("manage.plays.fits", { x: phrases.text(name, language) }) : phrases.text(name, language),
        ),
      ),
    );
    if (choices.some(({ code }) => code === kept[0])) play.value = kept[0];
    paintTroubles(kept[1]);
  }

  function paintTroubles(kept) {
    const { play, case: trouble } = form.elements;
    const troubles = troublesOf(told, play.value);
    trouble.replaceChildren(
      option("", say("manage.plays.by_hand")),
      ...troubles.map(({ id, name }) => option(String(id), phrases.text(name, language))),
    );
    const isStill = troubles.some(({ id }) => String(id) === kept);
    if (chosenFor !== play.value) trouble.value = troubles[0]?.fits ? String(troubles[0].id) : "";
    else trouble.value = isStill ? kept : "";
    if (chosenFor !== play.value) form.elements.tell.checked = false;
    chosenFor = play.value;
    const one = told.plays.find(({ code }) => code === play.value);
    const hasText = one !== undefined && Object.keys(one.text).length > 0;
    find("play-owner").textContent = one ? say("manage.plays.owner", { x: phrases.text(one.owner, language) }) : "";
    find("play-steps").replaceChildren(...(one?.steps ?? []).map((words) => spoken("li", words)));
    find("play-tell").hidden = !hasText;
    find("play-text").hidden = !hasText;
    if (hasText) {
      find("play-text").textContent = `“${phrases.text(one.text, language)}”`;
      find("play-text").lang = phrases.textIn(one.text, language);
    }
  }

  function stepOf(run, step) {
    const item = make("li", "", "plays__step");
    const label = make("label", "", "tick");
    const box = make("input");
    box.type = "checkbox";
    box.checked = step.done !== null;
    box.disabled = !mayAct || run.stopped !== null;
    box.addEventListener("change", () =>
      doing(() => api.post(`/plays/${run.id}/step`, { step: step.step, done: box.checked })),
    );
    label.append(box, spoken("span", step.text));
    item.append(label);
    if (step.done) {
      const t = formatTime(step.done.at, language, zone);
      item.append(make("span", step.done.officer ? `${t} (${step.done.officer.name})` : t, "small soft"));
    }
    return item;
  }

  function card(run) {
    const said = runOf(run, told.cases);
    const item = make("li", "", "recovery__case");
    item.dataset.level = said.level;
    item.dataset.run = run.id;
    const head = make("div", "", "recovery__head");
    head.append(mark(said.level, ICONS[said.level], say(said.key, said.facts)), spoken("strong", run.name));
    const facts = make("p", "", "recovery__facts");
    const t = formatTime(run.began_at, language, zone);
    const texts = [
      run.officer ? say("manage.plays.began_by", { t, name: run.officer.name }) : say("manage.plays.began", { t }),
      say("manage.plays.owner", { x: phrases.text(run.owner, language) }),
    ];
    if (said.service) texts.push(say("manage.plays.for", { x: phrases.text(said.service, language) }));
    if (run.notice) texts.push(say("manage.plays.told"));
    if (run.note) texts.push(run.note);
    facts.append(...texts.map((text) => make("span", text)));
    const steps = make("ol", "", "plays__steps");
    steps.append(...run.steps.map((step) => stepOf(run, step)));
    item.append(head, facts, steps);
    if (mayAct && said.isOpen) item.append(stopping(run));
    return item;
  }

  function stopping(run) {
    const bar = make("form", "", "recovery__do");
    const field = make("label", "", "field recovery__field");
    const note = make("input");
    note.name = "note";
    note.maxLength = 200;
    field.append(make("span", say("manage.plays.why"), "small soft"), note);
    const stop = make("button", say("manage.plays.stop"), "button button--quiet");
    bar.append(field, stop);
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      doing(() => api.post(`/plays/${run.id}/stop`, { note: note.value }));
    });
    return bar;
  }

  function paintRuns() {
    const shape = JSON.stringify([language, told.runs, told.cases.map(({ id }) => id)]);
    const isTyping = find("play-runs").contains(document.activeElement) && document.activeElement.name === "note";
    find("play-none").hidden = told.runs.length > 0;
    if (shape === drawn || isTyping) return; // what somebody is writing is not taken away
    drawn = shape;
    const held = document.activeElement?.closest("[data-run]");
    const run = held?.dataset.run;
    const boxes = held ? [...held.querySelectorAll("input[type=checkbox]")] : [];
    const at = boxes.indexOf(document.activeElement);
    find("play-runs").replaceChildren(...told.runs.map(card));
    if (at >= 0) find("play-runs").querySelectorAll(`[data-run="${run}"] input[type=checkbox]`)[at]?.focus();
  }

  form?.addEventListener("change", () => paintTroubles(form.elements.case.value));
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { play, case: trouble, tell } = form.elements;
    const about = trouble.value ? { case: Number(trouble.value) } : {};
    const isTold = tell.checked && !find("play-tell").hidden;
    doing(async () => {
      await api.post("/plays", { play: play.value, tell: isTold, ...about });
      tell.checked = false;
    });
  });

  let offered = "";
  return {
    paint(board, spokenNow) {
      language = spokenNow;
      told = board.recovery;
      if (!told?.plays) return;
      place.hidden = told.plays.length === 0 && told.runs.length === 0;
      if (form) form.hidden = told.plays.length === 0;
      const shape = JSON.stringify([language, choicesOf(told), told.cases.map(({ id, plays }) => [id, plays])]);
      if (form && told.plays.length > 0 && shape !== offered && document.activeElement?.form !== form) {
        offered = shape;
        paintChoices();
      }
      paintRuns();
    },
    /** From an alert: this play for that promise, to be looked at before it begins. */
    choose(play, trouble) {
      if (!form || form.hidden) return;
      form.elements.play.value = play;
      paintTroubles("");
      form.elements.case.value = String(trouble);
      form.scrollIntoView({ block: "center" });
      find("play-begin").focus();
    },
  };
}
