/**
 * What a screen does with each word from the live channel: take it, drop it, or ask for the board again.
 * Pure: no socket, no clock; instants are milliseconds handed in.
 *
 * An event names itself (`seq`) and the one before it in this room (`prev`). It applies when everything up to
 * `prev` is here already; else something was lost and only the whole board heals it. A heartbeat names the
 * room's last seq: the one way to learn of a loss when nothing follows. A screen is *live* while it knows that
 * it lacks nothing: a heartbeat that shows it behind does not make it fresh.
 *
 *     joined ── board ──▶ live ── event, prev ≤ seq < its own ──▶ apply
 *       ▲                  │ └─── event, seq ≤ ours ───────────▶ drop (seen already)
 *       └──── rejoin ◀─────┴───── prev > ours, or heartbeat ahead
 */

export const LIVE = "live";
export const STALE = "stale";
export const OFFLINE = "offline";

const ASK_AGAIN = 3000; // ms: a board that was asked for may be this long on its way

export function createFollower({ staleAfter = 10, offlineAfter = 60, now = 0 } = {}) {
  let seq = null;
  let sureAt = now; // the last instant at which this screen was known to lack nothing
  let askedAt = null;
  let isNewLink = true;

  const ask = (at) => {
    if (askedAt !== null && at - askedAt < ASK_AGAIN) return "wait";
    askedAt = at;
    return "rejoin";
  };

  return {
    get seq() {
      return seq;
    },

    /** The link is up, perhaps again: whatever was missed meanwhile is in the board. */
    connected(at) {
      isNewLink = true;
      askedAt = at;
      return "rejoin";
    },

    disconnected() {
      isNewLink = true;
      askedAt = null;
    },

    /** "take" or "drop": a board that was overtaken by events on the same link is older than the screen. */
    board(board, at) {
      if (!isNewLink && seq !== null && board.seq < seq) return "drop";
      seq = board.seq;
      isNewLink = false;
      askedAt = null;
      sureAt = at;
      return "take";
    },

    /** "apply", "drop", "rejoin", or "wait" while a board is on its way. */
    event(event, at) {
      if (seq === null || isNewLink) return ask(at);
      if (event.seq <= seq) return "drop";
      if (event.prev > seq) return ask(at);
      seq = event.seq;
      sureAt = at;
      return "apply";
    },

    /** "ok", "rejoin" or "wait". */
    heartbeat(beat, at) {
      if (seq === null || isNewLink || beat.seq > seq) return ask(at);
      sureAt = at;
      return "ok";
    },

    /** Age in seconds of what stands on the screen. */
    age: (at) => Math.max(0, (at - sureAt) / 1000),

    freshness(at) {
      const age = (at - sureAt) / 1000;
      if (age >= offlineAfter) return OFFLINE;
      if (age >= staleAfter) return STALE;
      return LIVE;
    },
  };
}
