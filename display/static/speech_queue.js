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
};

export function createSpeechQueue(options = {}) {
  const { betweenCalls, betweenClips, remembered } = { ...DEFAULTS, ...options };
  const line = [];
  const known = new Set();
  let current = null; // {id, clips, place, heard: indexes that were played to their end}
  let isSounding = false;
  let freeAt = 0;

  function add({ id, clips }) {
    if (known.has(id)) return false;
    known.add(id);
    if (known.size > remembered) known.delete(known.values().next().value);
    line.push({ id, clips: [...clips], place: 0, heard: [] });
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
      const { id } = current;
      const state = stateOf(current);
      current = null;
      freeAt = at + (state === "silent" ? 0 : betweenCalls);
      return { over: { id, state } };
    }
    if (at < freeAt) return { waitFor: freeAt - at };
    isSounding = true;
    return { play: current.clips[current.place], id: current.id };
  }

  /** The sound under way was heard to its end. */
  function ended(at) {
    if (!isSounding) return;
    current.heard.push(current.place);
    leave(at + (current.place + 1 < current.clips.length ? betweenClips : 0));
  }

  /** The sound under way could not be heard, or not to its end. */
  function failed(at) {
    if (isSounding) leave(at);
  }

  /** Nothing of this announcement can be heard now (sound is not allowed): let go of the rest of it. */
  function abandoned(at) {
    if (!isSounding) return;
    current.place = current.clips.length;
    leave(at);
  }

  function leave(free) {
    isSounding = false;
    current.place += 1;
    freeAt = free;
  }

  return { add, next, ended, failed, abandoned, waiting: () => line.length + (current === null ? 0 : 1) };
}

/** Words were heard; or only the chime, which comes first; or nothing. */
function stateOf({ heard }) {
  if (heard.some((place) => place > 0)) return "spoken";
  return heard.length > 0 ? "chime" : "silent";
}
