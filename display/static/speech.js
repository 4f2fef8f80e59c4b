/**
 * Plays the zone's announcements through one audio element, so that no two sounds can ever overlap.
 *
 *     const speaker = createSpeaker({ audio: new Audio(), onSpoken, onBlocked });
 *     live: speaker.speak({ id, clips: [url, …], languages, volume })  // a clip a language, before them the chime
 *     button.addEventListener("click", () => speaker.allow());       // the one touch that a browser asks for
 *
 * `onSpoken({id, state, ok, why})`: it is over, and "spoken", "chime" (no words could be heard) or "silent"; `ok` if
 * that is all there was to hear, else `why`; an announcement that comes again is answered again and not spoken.
 * `hush(id)`: somebody else speaks it. `onBlocked(true)`: the browser refuses sound until somebody touches the
 * screen, said before the first call if possible; `onBlocked(false)`: it sounds again.
 */
import { createSpeechQueue } from "./speech_queue.js";

/** ms after which a sound that neither ends nor fails is given up: the longest clip and a slow network. */
const PATIENCE = 20_000;

export function createSpeaker({
  audio,
  onSpoken = () => {},
  onBlocked = () => {},
  Context = globalThis.AudioContext,
  now = () => performance.now(),
  later = (run, ms) => setTimeout(run, ms),
  never = (timer) => clearTimeout(timer),
  options = {},
}) {
  const queue = createSpeechQueue(options);
  let isBlocked = false;
  let isTesting = false;
  let sounding = 0; // which sound is under way: a word about an earlier one is ignored
  let settled = 0;
  let giveUp = null;
  let waiting = null;
  let chime = null;

  audio.addEventListener("ended", () => done("ended"));
  audio.addEventListener("error", () => done("failed"));

  function speak(announcement) {
    if (!queue.add(announcement)) {
      const before = queue.outcome(announcement.id);
      if (before !== null) onSpoken(before);
      return;
    }
    chime = announcement.clips[0] ?? chime;
    step();
  }

  function hush(id) {
    if (queue.hush(id)) done("abandoned");
  }

  function step() {
    if (isTesting || waiting !== null) return;
    for (let what = queue.next(now()); what !== null; what = queue.next(now())) {
      if (what.over) {
        onSpoken(what.over);
      } else if (what.waitFor) {
        waiting = later(() => {
          waiting = null;
          step();
        }, what.waitFor);
        return;
      } else {
        play(what.play, what.volume);
        return;
      }
    }
  }

  function play(url, volume = 1) {
    const mine = ++sounding;
    giveUp = later(() => done("failed", mine), PATIENCE);
    audio.volume = Math.min(Math.max(volume, 0), 1);
    audio.src = url;
    Promise.resolve(audio.play()).then(
      () => {
        if (mine === sounding) setBlocked(false);
      },
      (refusal) => {
        if (refusal?.name === "NotAllowedError") block(mine);
        else done("failed", mine);
      },
    );
  }

  /** The sound under way is over, however it ended; told twice, it counts once. */
  function done(how, mine = sounding) {
    if (mine !== sounding || settled === mine) return;
    settled = mine;
    never(giveUp);
    if (isTesting) isTesting = false;
    else queue[how](now());
    if (how !== "ended") audio.pause();
    step();
  }

  function block(mine) {
    setBlocked(true);
    done("abandoned", mine);
  }

  function setBlocked(value) {
    if (value === isBlocked) return;
    isBlocked = value;
    onBlocked(value);
  }

  /** Within a touch or a key press: the browser lets later sounds come by themselves, and the person hears it (`url`,
   * or the chime if one is known) unless a call is sounding already. */
  function allow(url = chime) {
    if (isTesting || sounding !== settled) return;
    if (url === null) {
      setBlocked(false);
    } else {
      isTesting = true;
      play(url);
    }
  }

  /** Before the first call comes: would the browser let it be heard? */
  async function check() {
    const context = new Context();
    // A context that may not sound leaves this promise open for ever.
    const asked = Promise.resolve(context.resume()).catch(() => {});
    await Promise.race([asked, new Promise((resolve) => later(resolve, 1_000))]);
    if (context.state !== "running") setBlocked(true);
    await context.close();
  }

  if (Context !== undefined) check();
  return {
    speak,
    hush,
    allow,
    isBlocked: () => isBlocked,
    waiting: queue.waiting,
    playing: queue.playing,
    recent: queue.recent,
  };
}
