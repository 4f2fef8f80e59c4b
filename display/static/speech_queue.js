/**
 * The announcements that this player has still to make: one sound at a time, in order, 500 ms between calls.
 * Pure: announcements and what became of sounds in, the next thing to do out. `at` is a steady clock in ms.
 *
 *     add ─▶ in line ─▶ chime ─300─▶ ms ─300─▶ en ─▶ over: spoken | chime | silent ─500─▶ the next
 *                         └ a sound that fails is left out; the rest still comes
 */

export const DEFAULTS = {
  betweenCalls: 500, // ms
  betweenClips: 300, // ms
  remembered: 500, // announcements whose second coming is not spoken again
  recalled: 20, // of those, what the server is told again when the line comes back
};

export function createSpeechQueue(options = {}) {
  const { betweenCalls, betweenClips, remembered, recalled } = { ...DEFAULTS, ...options };
  const line = [];
  const known = new Map(); // id → null while it is in line or under way, then what became of it
  let current = null; // {id, clips, words, place, heard: indexes that were played to their end, why}
  let isSounding = false;
  let freeAt = 0;

  /** False for one that came before: it is not spoken again. `words` is the place of the first clip that has any. */
  function add({ id, clips, languages, volume = 1 }) {
    if (known.has(id)) return false;
    known.set(id, null);
    if (known.size > remembered) known.delete(known.keys().next().value);
    const words = languages ? clips.length - languages.length : 1;
    line.push({ id, clips: [...clips], words, volume, place: 0, heard: [], why: "" });
    return true;
  }

  /** `{play: url, id}` (the sound is then under way), `{waitFor: ms}`, `{over: {id, state}}`, or null: nothing to do. */
  function next(at) {
    if (isSounding) return null;
    if (current === null) {
      if (line.length === 0) return null;
      if (at < freeAt) return { waitFor: freeAt - at };
      current = line.shift();
    }
    if (current.place >= current.clips.length) {
      const over = outcomeOf(current);
      if (known.has(over.id)) known.set(over.id, over);
      current = null;
      freeAt = at + (over.state === "silent" ? 0 : betweenCalls);
      return { over };
    }
    if (at < freeAt) return { waitFor: freeAt - at };
    isSounding = true;
    return { play: current.clips[current.place], id: current.id, volume: current.volume };
  }

  /** The sound under way was heard to its end. */
  function ended(at) {
    if (!isSounding) return;
    current.heard.push(current.place);
    leave(at + (current.place + 1 < current.clips.length ? betweenClips : 0));
  }

  /** The sound under way could not be heard, or not to its end. */
  function failed(at) {
    if (!isSounding) return;
    current.why = "failed";
    leave(at);
  }

  /** Nothing of this announcement can be heard now (sound is not allowed): let go of the rest of it. */
  function abandoned(at) {
    if (!isSounding) return;
    current.why = "blocked";
    current.place = current.clips.length;
    leave(at);
  }

  /** Somebody else speaks this one: true if its sound is under way and has to be stopped. It may be asked again. */
  function hush(id) {
    const place = line.findIndex((one) => one.id === id);
    if (place >= 0) line.splice(place, 1);
    const isUnderWay = current?.id === id;
    if (place >= 0 || isUnderWay) known.delete(id);
    return isUnderWay;
  }

  function leave(free) {
    isSounding = false;
    current.place += 1;
    freeAt = free;
  }

  return {
    add,
    next,
    ended,
    failed,
    abandoned,
    hush,
    waiting: () => line.length + (current === null ? 0 : 1),
    playing: () => current?.id ?? line[0]?.id ?? null,
    /** What became of an announcement; null while it is not over, or was never heard of. */
    outcome: (id) => known.get(id) ?? null,
    recent: () => [...known.values()].filter((over) => over !== null).slice(-recalled),
  };
}

/** Words were heard; or only the chime, which comes first; or nothing. `ok`: whatever there was to hear was heard. */
function outcomeOf({ id, clips, words, heard, why }) {
  const state = heard.some((place) => place >= words) ? "spoken" : heard.length > 0 ? "chime" : "silent";
  const ok = state === "spoken" || (state === "chime" && words >= clips.length);
  return { id, state, ok, why: ok ? "" : why };
}
