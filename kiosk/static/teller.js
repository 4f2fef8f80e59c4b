/**
 * Plays sayings one after another, and lets go of the rest when there is something newer. A clip that does not come is
 * left out: the kiosk goes on, and so does whoever stands at it.
 *
 *   const teller = createTeller({ audio: new Audio(), onHeard });
 *   teller.tell([address, …]);            // at once, in place of what is being said
 *   teller.tell([address, …], true);      // after it
 */

const BETWEEN = 250; // ms of silence
const PATIENCE = 25_000; // ms after which a sound that neither ends nor fails is given up

/** `onHeard()`: a clip came to its end. Timers are handed in by tests. */
export function createTeller({
  audio,
  onHeard = () => {},
  later = (run, ms) => setTimeout(run, ms),
  never = (timer) => clearTimeout(timer),
}) {
  let line = [];
  let sounding = 0; // which sound is under way: a word about an earlier one is ignored
  let isSounding = false;
  let timer = null;

  audio.addEventListener("ended", () => done(sounding, true));
  audio.addEventListener("error", () => done(sounding, false));

  function play() {
    never(timer);
    timer = null;
    const address = line.shift();
    if (address === undefined) return;
    const mine = ++sounding;
    isSounding = true;
    audio.src = address;
    Promise.resolve(audio.play()).catch(() => done(mine, false));
    timer = later(() => done(mine, false), PATIENCE);
  }

  function done(which, isHeard) {
    if (!isSounding || which !== sounding) return;
    isSounding = false;
    never(timer);
    if (isHeard) onHeard();
    timer = later(play, isHeard ? BETWEEN : 0);
  }

  function hush() {
    never(timer);
    timer = null;
    line = [];
    sounding += 1;
    if (isSounding) audio.pause();
    isSounding = false;
  }

  return {
    tell(addresses, isAfter = false) {
      if (addresses.length === 0) return;
      if (!isAfter) hush();
      line.push(...addresses);
      if (!isSounding && timer === null) play();
    },
    hush,
    /** `share` of the loudest, 0 to 1. */
    loudness(share) {
      audio.volume = Math.min(1, Math.max(0, share));
    },
  };
}
