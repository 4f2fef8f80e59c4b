/**
 * What the office shows while nobody is called: its own pictures, and films without their sound (H7).
 *
 *     const media = createMedia({ place: slot.media, list: () => fetchJson(path), onChange });
 *     media.want(view.mode === "rest");   // false: away at once, a film stands still; a call is never covered
 *
 * `list` gives [{url, kind: "picture" | "film"}], asked anew before each round, so that a new file shows without a
 * reload. What cannot be shown is left out; where there is nothing, the place stays hidden.
 */

export const PICTURE_FOR = 12_000; // ms that a picture stands
export const BEGINS_WITHIN = 20_000; // ms after which a file that neither shows nor fails is left out
export const ASK_AGAIN = 300_000; // ms until an empty folder, or one of which nothing could be shown, is looked at again

export function createMedia({
  place,
  list,
  onChange = () => {},
  make = (tag) => document.createElement(tag),
  later = (run, ms) => setTimeout(run, ms),
  never = (timer) => clearTimeout(timer),
}) {
  let isWanted = false;
  let turn = 0; // what was begun in an earlier one is not wanted any more
  let timer = null;

  function want(value) {
    if (value === isWanted) return;
    isWanted = value;
    turn += 1;
    never(timer);
    if (isWanted) go(turn);
    else clear();
  }

  async function go(mine) {
    while (mine === turn) {
      let hasStood = false;
      for (const file of await list().catch(() => [])) {
        if (mine !== turn) return;
        hasStood = (await stand(file)) || hasStood;
      }
      if (mine !== turn) return;
      if (hasStood) continue;
      clear();
      await new Promise((resolve) => wait(resolve, ASK_AGAIN));
    }
  }

  /** Until it has had its time (true) or could not be shown (false); for ever, if it is not wanted any more. */
  function stand({ url, kind }) {
    const mine = turn;
    const isFilm = kind === "film";
    const one = make(isFilm ? "video" : "img");
    one.className = "media__one";
    if (isFilm) Object.assign(one, { muted: true, playsInline: true });
    else one.alt = "";
    return new Promise((resolve) => {
      const over = (hasStood) => mine === turn && resolve(hasStood);
      wait(() => over(false), BEGINS_WITHIN);
      one.addEventListener("error", () => over(false));
      one.addEventListener("ended", () => over(true));
      one.addEventListener(isFilm ? "playing" : "load", () => {
        if (mine !== turn) return;
        never(timer);
        put(one);
        if (!isFilm) wait(() => over(true), PICTURE_FOR);
      });
      one.src = url;
      if (isFilm) one.play().catch(() => over(false));
    });
  }

  function wait(run, ms) {
    never(timer);
    timer = later(run, ms);
  }

  function put(one) {
    if (place.children[0] === one) return;
    hush();
    place.replaceChildren(one);
    if (place.hidden) onChange(true);
    place.hidden = false;
  }

  function clear() {
    hush();
    place.replaceChildren();
    if (!place.hidden) onChange(false);
    place.hidden = true;
  }

  function hush() {
    for (const one of [...place.children]) one.pause?.();
  }

  return { want };
}
