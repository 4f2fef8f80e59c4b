/**
 * Keeps the check-in code of a screen fresh: a new picture twice a minute. When the server cannot be reached, the code
 * that is too old goes away rather than lead people to a page that refuses them.
 */

const EVERY = 30_000; // ms
const TOO_OLD = 240_000; // ms: a minute before the server takes it for too old

/**
 * Renews `picture` now and again and again; `load(address)` resolves once that picture is there, so that the old one
 * stands until then. A picture that has never come stays hidden. Returns the timer.
 */
export function keepFresh(picture, { load = loaded, every = EVERY, tooOld = TOO_OLD, clock = performance } = {}) {
  let shownAt = picture.hidden ? Number.NEGATIVE_INFINITY : clock.now();
  let serial = 0;

  async function renew() {
    serial += 1;
    if (clock.now() - shownAt > tooOld) picture.hidden = true; // a line that is cut may leave a request open for ever
    try {
      picture.src = await load(`/here.svg?${serial}`);
      picture.hidden = false;
      shownAt = clock.now();
    } catch {
      // the old one stands as long as it is good
    }
  }

  if (picture.hidden) renew();
  return setInterval(renew, every);
}

async function loaded(address) {
  const next = new Image();
  next.src = address;
  await next.decode();
  return address;
}

if (typeof document !== "undefined") {
  for (const picture of document.querySelectorAll("[data-check-in]")) keepFresh(picture);
}
