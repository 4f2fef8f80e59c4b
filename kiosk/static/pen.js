/** Writes words into the page: a phrase, a name from a payload, a time, a wait, each in one language. */

import { formatDate, formatDayAndTime, formatTime, minutesRange } from "/static/web/clock.js";
import { waitWords, whyNoWait } from "/static/web/waits.js";

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A range that no line end tears apart: word joiners stand around its dash. */
export const rangeOf = (wait) => {
  const { a, b } = minutesRange(wait);
  return { a: `${a}\u2060`, b: `\u2060${b}`, isUnder: a === 0, under: b };
};

export function createPen({ phrases, clock }) {
  /** Touches the element only when something changed, so that nothing flickers and no focus is lost. */
  function write(element, words, language = null) {
    if (element.textContent !== words) element.textContent = words;
    if (language && element.lang !== language) element.lang = language;
  }

  const pen = {
    write,
    has: phrases.has,
    dress: phrases.dress,
    refusal: phrases.refusal,
    inWords: phrases.say,
    text: phrases.text,

    say: (element, key, language, values) =>
      write(element, phrases.say(key, language, values), phrases.spokenIn(key, language)),

    name: (element, words, language) => write(element, phrases.text(words, language), phrases.textIn(words, language)),

    icon: (element, icon) => one("use", element).setAttribute("href", `/static/web/icons.svg#${icon}`),

    /** Nobody and one have sentences of their own ("kiosk.ahead.0", ".1") where the phrases say so. */
    count(element, key, language, n) {
      const counted = phrases.has(`${key}.${n}`) ? `${key}.${n}` : `${key}.n`;
      pen.say(element, counted, language, { n });
    },

    /** How long a number taken now would wait: the range alone, or why nobody can say. */
    range(element, wait, reason, language) {
      if (!wait) {
        return pen.say(element, reason === "no_counter" ? "kiosk.wait.no_counter" : "kiosk.wait.unknown", language);
      }
      const { a, b, isUnder, under } = rangeOf(wait);
      if (isUnder) return pen.say(element, "kiosk.wait.under", language, { b: under });
      return pen.say(element, "kiosk.wait.range", language, { a, b });
    },

    /** How long this number will wait, in the words of its slip. */
    wait(element, wait, reason, language) {
      if (!wait) return pen.say(element, whyNoWait(reason), language);
      const [key, values] = waitWords(wait, language, clock.timeZone);
      return pen.say(element, key, language, values);
    },

    /** When something opens: the time alone when it is today, else with its day. */
    opening(instant, language) {
      const now = clock.now();
      const day = (at) => formatDate(at, "en", clock.timeZone);
      return day(instant) === day(now)
        ? formatTime(instant, language, clock.timeZone)
        : formatDayAndTime(instant, language, clock.timeZone, now);
    },

    time: (element, language) => write(element, formatTime(clock.now(), language, clock.timeZone), language),
    date: (element, language) => write(element, formatDate(clock.now(), language, clock.timeZone), language),
  };
  return pen;
}
