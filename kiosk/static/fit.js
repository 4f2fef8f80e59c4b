/**
 * Makes words fit the glass, and never by making them smaller than can be read. In this order: what can be
 * spared goes ([data-drop], by the level in [data-fit] on the stage), a page takes fewer answers, and text
 * that was asked for large is as large as the glass allows.
 */

import { waysToSet } from "./layout.js";

const SPARED = 3; // up to this level something goes that is said elsewhere too
const LEVELS = 6; // 4: large text gives way; 5: on a small glass all text is 4.8 mm; 6: it keeps what must be known
const PIXEL = 1; // what rounding may add

const isOver = (element) =>
  element.scrollHeight > element.clientHeight + PIXEL || element.scrollWidth > element.clientWidth + PIXEL;

const millimetre = () => Number.parseFloat(document.documentElement.style.getPropertyValue("--mm")) || 4;

const isAnyOver = (root, selector) =>
  [...root.querySelectorAll(selector)].some((part) => part.offsetParent && isOver(part));

/** The step, its lists and their buttons: words of one must not run into another's. */
const isFull = (stage) =>
  isAnyOver(stage, "[data-content]") ||
  isAnyOver(stage, "[data-step]:not([hidden]), [data-step]:not([hidden]) :is(ol, button)");

/** The foot first, for it takes its height from the step: one key for all settings where their words have no room, then
    signs alone. */
export function fitFoot(stage) {
  const isSmall = document.documentElement.dataset.room === "small"; // every line of the foot is an answer's room there
  for (const level of isSmall ? ["1", "2"] : ["0", "1", "2"]) {
    stage.dataset.foot = level;
    if (!isAnyOver(stage, "footer button, .foot__main")) return;
  }
}

/** A page with two answers or none: side by side on a wide glass, else under each other. True when it fits. */
export function fitText(stage) {
  fitFoot(stage);
  const columns = document.documentElement.dataset.shape === "wide" ? [2, 1] : [1];
  for (let level = 0; level <= LEVELS; level += 1) {
    stage.dataset.fit = String(level);
    for (const count of columns) {
      stage.style.setProperty("--few", String(count));
      if (!isFull(stage)) return true;
    }
  }
  return false;
}

/** Finds how many answers a page takes; `draw(aPage)` fills the list. Returns that number. */
export function fitAnswers({ stage, list, count, draw }) {
  fitFoot(stage);
  const mm = millimetre();
  const content = stage.querySelector("[data-content]");
  stage.dataset.fit = String(SPARED);
  const ways = waysToSet({ width: content.clientWidth / mm, height: content.clientHeight / mm }, count);
  for (const aPage of new Set(ways.map((way) => way.aPage))) {
    draw(aPage);
    const last = aPage === ways.at(-1).aPage ? LEVELS : SPARED;
    for (let level = 0; level <= last; level += 1) {
      stage.dataset.fit = String(level);
      for (const way of ways.filter((each) => each.aPage === aPage)) {
        list.style.setProperty("--columns", String(way.columns));
        if (!isFull(stage)) return aPage;
      }
    }
  }
  return ways.at(-1).aPage;
}

/** The largest type, in px, at which the number fills its line, digits at least 40 mm high. */
export function posterSize(number, content) {
  const mm = millimetre();
  const probe = 100;
  number.style.setProperty("--poster", `${probe}px`);
  number.style.setProperty("width", "max-content");
  const wide = number.getBoundingClientRect().width || probe;
  number.style.removeProperty("width");
  const isWide = document.documentElement.dataset.shape === "wide";
  const least = 60.5 * mm; // digits are two thirds of the type's size: 40.4 mm
  const most = (isWide ? 64 : 92) * mm;
  const room = isWide ? content.clientWidth - 52 * mm : content.clientWidth;
  return Math.min(most, Math.max(least, (room / wide) * probe));
}
