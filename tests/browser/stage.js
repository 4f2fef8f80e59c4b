/**
 * Plays one state of the hall on the real page: the real board.js and page.js, a line that says what the stage
 * wrote down, and a clock that stands where the picture is to be taken. A test may go on from there:
 * `dispatchEvent(new CustomEvent("word", { detail: { after, name, event } }))`. In no office.
 */
import { startDisplay } from "/static/display/page.js";

const { words, at, age, isBlocked } = JSON.parse(document.querySelector("script[data-stage]").textContent);
let steady = 0;

startDisplay({
  steady: () => steady,
  reload: () => {},
  connect(line) {
    for (const { after, name, event } of words.filter((word) => word.after <= at)) {
      steady = after;
      line.onEvent(name, event);
    }
    steady = at;
    addEventListener("word", ({ detail: { after, name, event } }) => {
      steady += after;
      line.onEvent(name, event);
    });
    const state = age >= line.offlineAfter ? "offline" : age >= line.staleAfter ? "stale" : "live";
    if (state !== "live") queueMicrotask(() => line.onFreshness(state, age));
    return { age, emit() {}, close() {} };
  },
  speaker: async () => ({
    createSpeaker: ({ onBlocked }) => ({
      speak() {},
      allow() {},
      isBlocked: () => isBlocked,
      playing: () => null,
      recent: () => [],
      check: () => onBlocked(isBlocked),
    }),
  }),
});
