/**
 * Where things stand on the glass, in millimetres of glass: what a hand can reach, and how many answers
 * a page has room for. Pure: sizes in, numbers out; page.js measures and obeys.
 */

export const REACH = Object.freeze({ highest: 1220, lowest: 400 }); // mm above the floor (EN 301 549, 8.3)
export const TARGET = Object.freeze({ least: 20, gap: 5, answer: { wide: 80, high: 30 } });
export const ANSWERS_A_PAGE = 6;

const NEEDED = 130; // the lowest band, in mm, in which every page still has room
const UNKNOWN_MOUNTING = 0.62; // the share of the glass that is used when nobody entered how high it hangs

/** The glass for which the sizes in the style sheets are drawn, in mm: 21.5 inch upright, 15.6 inch on its side. */
const DRAWN_FOR = { tall: { width: 268, height: 476 }, wide: { width: 346, height: 194 } };
const MOST_GROWTH = 1.4; // beyond it a page falls apart into letters

/**
 * How much larger than drawn everything is on larger glass, which is also looked at from farther off; never smaller.
 * `used` is the part of the glass that the page fills.
 */
export function growthOf(used, glass = used) {
  const drawn = isWide(glass) ? DRAWN_FOR.wide : DRAWN_FOR.tall;
  return Math.min(MOST_GROWTH, Math.max(1, Math.min(used.width / drawn.width, used.height / drawn.height)));
}

/** Is the glass wider than high? Then the answers stand in two columns. */
export const isWide = ({ width, height }) => width > height;

/**
 * How much of the glass, from its top and from its bottom, no target may use in reach mode.
 * `mounting`: height of the lower edge of the glass above the floor, or null when nobody entered it.
 */
export function reachBand({ height, mounting = null }) {
  if (mounting === null) {
    return { above: Math.min(height * (1 - UNKNOWN_MOUNTING), Math.max(0, height - NEEDED)), below: 0 };
  }
  const below = Math.max(0, REACH.lowest - mounting);
  const above = Math.max(0, mounting + height - REACH.highest);
  const isTooNarrow = height - above - below < NEEDED;
  return isTooNarrow ? { above: Math.max(0, height - NEEDED), below: 0 } : { above, below };
}

/**
 * The ways to set answers on a field of so many millimetres, the most on a page first: {columns, rows, aPage}.
 * Never more than six a page, and never smaller than a hand needs; the words decide which way is taken.
 */
export function waysToSet({ width, height }, count) {
  const fits = (room, size) => Math.max(1, Math.floor((room + TARGET.gap) / (size + TARGET.gap)));
  const most = width > height ? Math.min(2, fits(width, TARGET.answer.wide)) : 1;
  const ways = [];
  for (let columns = most; columns >= 1; columns -= 1) {
    const highest = Math.min(fits(height, TARGET.answer.high), Math.ceil(Math.min(ANSWERS_A_PAGE, count) / columns));
    for (let rows = highest; rows >= 1; rows -= 1) {
      ways.push({ columns, rows, aPage: Math.max(1, Math.min(columns * rows, ANSWERS_A_PAGE, count)) });
    }
  }
  return ways.sort((one, other) => other.aPage - one.aPage || other.columns - one.columns);
}

export const pagesOf = (count, aPage) => Math.max(1, Math.ceil(count / aPage));

/** The part of a list that stands on a page; a page that no longer exists is the last one. */
export function pageOf(items, page, aPage) {
  const last = pagesOf(items.length, aPage) - 1;
  const here = Math.min(Math.max(0, page), last);
  return items.slice(here * aPage, (here + 1) * aPage);
}
