/**
 * Puts a state of flow.js on the glass: the frame, the page that counts, what is asked over it, the time.
 * Reads the state, writes the DOM, decides nothing; draws only what changed.
 */

import { MOST_SERVICES, VOLUMES, view } from "./flow.js";
import { headingOf } from "./headings.js";
import { createPages, forgetTicket } from "./pages.js";
import { all, createPen, one } from "./pen.js";

const BEHIND = new Set(["online", "batch", "priority", "groups", "over", "refused"]); // something lies behind: there is a way back
const PAGED = new Set(["services", "groups"]);
const FOR_ALL = new Set(["closed", "offline"]);
const HELP = { ringing: "kiosk.help.ringing", rung: "kiosk.help.rung", failed: "kiosk.help.failed" };
const BUSY_WORDS_AFTER = 200; // ms: an answer that comes sooner needs no "please wait"

/** What a drawing depends on; two equal ones look the same. */
function sightOf(state, seen, now) {
  const isAsking = state.step === "asking" && !state.isLate;
  const { largeText, highContrast, reach, voice, volume, page, queues, ticket, paper, refusal } = state;
  const isForAll = FOR_ALL.has(seen.screen);
  return {
    screen: seen.screen,
    language: isForAll ? state.languages[0] : state.language,
    ...(isForAll ? {} : { largeText, highContrast, reach, voice, volume }),
    isForAll,
    isAsking,
    isBusy: isAsking && now - state.askedAt >= BUSY_WORDS_AFTER,
    page,
    isSeveral: state.isSeveral,
    visit: state.visit,
    service: state.service,
    transactions: state.transactions,
    queues,
    ticket,
    paper,
    refusal,
  };
}

const openOnes = (state) => state.queues.queues.filter((queue) => queue.is_open).length;

const isSame = (one, other) => other !== null && Object.keys(one).every((part) => one[part] === other[part]);

export function createView({ phrases, clock, office, zone }) {
  const root = document.documentElement;
  const stage = one("[data-stage]");
  const pen = createPen({ phrases, clock });
  const pages = createPages({ pen, zone });
  let drawn = null;
  let dressedIn = null;
  let second = null;

  const show = (control, isShown) => {
    one(`[data-control="${control}"]`).hidden = !isShown;
  };

  function drawFrame(state, sight) {
    const { screen, language, isForAll } = sight;
    root.lang = language;
    root.dataset.theme = isForAll ? "night" : "day";
    root.dataset.text = sight.largeText ? "large" : "normal";
    root.toggleAttribute("data-reach", Boolean(sight.reach));
    if (sight.highContrast) root.dataset.contrast = "high";
    else delete root.dataset.contrast;
    if (dressedIn !== language) phrases.dress(document, language);
    dressedIn = language;

    stage.dataset.seen = screen;
    stage.toggleAttribute("data-asking", sight.isAsking);
    stage.toggleAttribute("data-ticking", screen === "services" && state.isSeveral);
    for (const step of all("[data-step]")) step.hidden = step.dataset.step !== screen;
    one(".tabs").hidden = isForAll;
    one(".foot__settings").hidden = isForAll;
    for (const tab of all("[data-language]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.language === state.language));
    }
    for (const button of all("[data-setting]")) {
      button.setAttribute("aria-pressed", String(state[button.dataset.setting]));
    }
    for (const button of all("[data-volume]")) {
      button.hidden = !state.voice;
      pen.write(one("[data-level]", button), `${state.volume}/${VOLUMES.most}`);
    }
    const isTicking = screen === "services" && state.isSeveral;
    show("back", BEHIND.has(screen) || isTicking || (PAGED.has(screen) && state.page > 0));
    show("several", screen === "services" && !state.isSeveral && openOnes(state) > 1);
    show("visit", isTicking && state.visit.length > 0);
    show("emergency", screen === "priority");
    show("done", screen === "ticket");
    if (!PAGED.has(screen)) show("more", false);
    pen.name(one("[data-office]"), office.name, language);
    const heading = sight.isBusy ? "kiosk.busy" : headingOf(state, screen);
    pen.say(one("[data-heading]"), heading, language, { n: MOST_SERVICES });
  }

  function release() {
    for (const button of all("[data-pressed], [aria-busy]", stage)) {
      button.removeAttribute("data-pressed");
      button.removeAttribute("aria-busy");
    }
  }

  function drawTime(seen, { language }, now) {
    const key = `${Math.floor(now / 1000)} ${seen.secondsLeft} ${seen.screen} ${seen.dialog} ${language}`;
    if (key === second) return;
    second = key;
    pen.time(one("[data-clock]"), language);
    pen.date(one("[data-date]"), language);
    const left = one("[data-left]");
    left.hidden = seen.secondsLeft === null;
    if (seen.secondsLeft === null) return;
    pen.count(left, "kiosk.closes_in", language, seen.secondsLeft);
    pen.count(one("[data-countdown]"), "kiosk.idle", language, seen.secondsLeft);
  }

  function drawDialogs(state, seen, { language }) {
    if (seen.dialog === "help" && state.help) {
      const isRung = state.help.kind === "emergency" && state.help.state === "rung";
      const key = isRung ? "kiosk.emergency.rung" : HELP[state.help.state];
      pen.say(one("[data-help-title]"), `${key}.title`, language);
      pen.say(one("[data-help-words]"), `${key}.words`, language);
    }
    for (const dialog of all("dialog[data-dialog]")) {
      const isShown = dialog.dataset.dialog === seen.dialog;
      if (isShown && !dialog.open) dialog.showModal();
      if (!isShown && dialog.open) dialog.close();
    }
  }

  return {
    /** `isAnew`: everything, after the glass was turned or the letters came. Returns {isTurned}: another page is seen. */
    draw(state, now, isAnew = false) {
      const seen = view(state, now);
      const sight = sightOf(state, seen, now);
      const isTurned = sight.screen !== drawn?.screen || sight.page !== drawn?.page;
      drawTime(seen, sight, now); // before the page is fitted: its line takes room too
      if (isAnew || !isSame(sight, drawn)) {
        if (isTurned) release();
        if (!sight.ticket && drawn?.ticket) forgetTicket();
        drawFrame(state, sight);
        pages[sight.screen](state);
        drawn = sight;
      }
      drawDialogs(state, seen, sight);
      return { isTurned };
    },
  };
}
