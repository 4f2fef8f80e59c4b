/**
 * Whose hand is where: at which of a counter's windows the officer works, and when a hand was last felt.
 *
 * A counter is worked at one window at a time (T12). Which one, the branch remembers; a window claims the counter when
 * it opens in the middle of a duty, when it goes on duty, or because somebody wants to go on here.
 */

import { newKey } from "/static/web/api.js";

const HAND = "giliran.officer.hand";
const TELL_EVERY = 5000; // ms between two words to this browser's other windows that a hand is here

export function createHands({ counter, onChange }) {
  const mine = newKey();
  let claimed = null;
  let live = null;
  let felt = Date.now();
  let toldAt = 0;

  const feel = (at = Date.now()) => {
    felt = Math.max(felt, at);
  };
  addEventListener("storage", (event) => {
    if (event.key === HAND) feel(Number(event.newValue));
  });

  return {
    mine,
    /** The window at which the officer works, as far as it is known; null: nobody has said. */
    get claimed() {
      return claimed;
    },
    /** ms since a hand was felt, here or at another window of this browser, which shares the log-in. */
    get idleFor() {
      return Date.now() - felt;
    },
    feel,
    /** A hand is here: what keeps this window open keeps this browser's other windows open, too. */
    touch() {
      feel();
      if (felt - toldAt < TELL_EVERY) return;
      toldAt = felt;
      localStorage.setItem(HAND, String(felt));
    },
    /** The officer works here from now on; the other windows are told. */
    claim() {
      claimed = mine;
      live?.emit("claim", { counter, window: mine });
      onChange();
    },
    listen(channel) {
      live = channel;
      live.on("claimed", (told) => {
        claimed = told.window;
        onChange();
      });
    },
  };
}
