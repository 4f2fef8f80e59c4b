/**
 * The voice of the page: hears what the page becomes and where the focus goes, and has the clips played (spoken.js says
 * which). Who goes by keys is told where they are; who touches is told every choice, for they cannot look for it.
 */

import { VOLUMES } from "./flow.js";
import { addressOf, buttonSayings, choicesSaying, news } from "./spoken.js";
import { createTeller } from "./teller.js";

const RESTS = 120; // ms that the focus stays before it is told: a hand on its way through a list passes many

/** What the page knows of a button. */
const toldOf = (button) => ({
  ...button.dataset,
  phrase: button.querySelector("[data-phrase]")?.dataset.phrase ?? button.dataset.phraseLabel,
});

export function createVoice({ kiosk, audio, onHeard }) {
  const teller = createTeller({ audio, onHeard });
  let before = null;
  let resting = null;

  const clips = (sayings) => sayings.map((saying) => addressOf(kiosk, saying));
  const tell = (sayings, isAfter = false) => teller.tell(clips(sayings), isAfter);

  return {
    /** After each drawing: `choices` gives the buttons of the page or of what is asked over it, `byKeys` how it is used. */
    follow(state, seen, { choices, byKeys }) {
      const { sayings, isWhole } = news(before, { state, seen });
      before = { state, seen };
      teller.loudness(state.volume / VOLUMES.most);
      if (sayings.length === 0) return;
      clearTimeout(resting);
      const all = choices();
      const here = all.includes(document.activeElement) ? [document.activeElement] : [];
      const buttons = isWhole ? (byKeys ? here : all) : [];
      const count = isWhole && byKeys && all.length > 1 ? choicesSaying(state, all.length) : [];
      tell([...sayings, ...count, ...buttons.flatMap((button) => buttonSayings(state, toldOf(button)))]);
    },
    /** The focus has come to this button. */
    reached(state, button) {
      clearTimeout(resting);
      if (!state.voice) return;
      teller.hush();
      resting = setTimeout(() => tell(buttonSayings(state, toldOf(button))), RESTS);
    },
  };
}
