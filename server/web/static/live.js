/**
 * A screen's place in the live channel: Socket.IO namespace /live, websocket only, one room a connection.
 * What to believe is decided in live_core.js; here is the socket, the timer and the way back.
 *
 *   const live = connectLive({
 *     room: { zone: "hall" },                  // or { counter }, { ticket }, { branch }
 *     token: null,                             // a device's; without it the page's cookie speaks
 *     staleAfter: 10, offlineAfter: 60,        // seconds
 *     poll: () => api.get("/zones/hall/board"),// optional: asked every 5 s while the server lives but the socket does not
 *     onBoard(board) {},                       // the whole truth: replace everything
 *     onEvent(name, event) {},                 // in order, each once: "ticket_called", …
 *     onWaits(waits) {}, onNotice(notice) {}, onSpeak(call) {}, onHelp(call) {}, onPrinter(told) {},
 *     onBeat(beat) {},                         // every 5 s: {seq, at}; a clock may follow it
 *     onFreshness(state, ageInSeconds) {},     // "live" | "stale" | "offline": when it changes
 *     onRefused(problem) {},                   // this page may not listen: {code, detail}
 *   });
 *   live.freshness  live.age  live.isConnected  live.rejoin()  live.close()
 *   live.emit("played", { id })  live.on("help", (told) => {})   // words of one room alone, without a sequence
 */

import { createFollower, LIVE } from "./live_core.js";
import { io } from "./vendor/socket.io-client-4.8.4.esm.min.js";

/** Sequenced words of a room; they carry `seq` and `prev`. */
export const EVENTS = [
  "ticket_issued",
  "ticket_called",
  "ticket_recalled",
  "service_began",
  "service_ended",
  "ticket_no_show",
  "ticket_held",
  "ticket_resumed",
  "ticket_transferred",
  "ticket_left",
  "ticket_restored",
  "ticket_carried",
  "counter_opened",
  "counter_closed",
];

const TICK = 250; // ms between two looks at the age
const TRY_EVERY = 1000; // ms between two looks for a server that is gone, give or take a quarter
const CONNECT_FOR = 3000; // ms that a socket may take to open before the server is looked for again
const POLL_EVERY = 5000; // ms
const REFUSED_FOR = 5000; // ms until a refused page tries again: it may have been paired meanwhile

/** Whether the server is there at all: a plain request, because browsers hold back sockets that failed before. */
async function isThere() {
  const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(2000) });
  return answer.ok;
}

export function connectLive({
  room,
  token = null,
  staleAfter = 10,
  offlineAfter = 60,
  poll = null,
  onBoard = () => {},
  onEvent = () => {},
  onWaits = () => {},
  onNotice = () => {},
  onSpeak = () => {},
  onHelp = () => {},
  onPrinter = () => {},
  onBeat = () => {},
  onFreshness = () => {},
  onRefused = () => {},
  connect = io,
  probe = isThere,
  steady = () => performance.now(),
  every = (ms, look) => setInterval(look, ms),
  never = (timer) => clearInterval(timer),
  chance = Math.random,
}) {
  const follower = createFollower({ staleAfter, offlineAfter, now: steady() });
  const socket = connect("/live", {
    transports: ["websocket"],
    auth: token ? { token } : {},
    // The way back is ours: a browser delays each new socket to a host where some have failed, up to 5 s, so one is
    // opened only once the server answers a plain request again.
    reconnection: false,
    timeout: 8000,
  });
  let freshness = LIVE;
  let polledAt = steady();
  let tryAt = steady() + TRY_EVERY;
  let isTrying = false;

  const join = () =>
    socket.emit("join", room, (answer) => {
      if (answer?.code) onRefused(answer);
    });
  const follow = (verdict) => {
    if (verdict === "rejoin") join();
    return verdict;
  };
  const take = (board) => {
    if (follower.board(board, steady()) === "take") onBoard(board);
    look();
  };
  const look = () => {
    const state = follower.freshness(steady());
    if (state === freshness) return;
    freshness = state;
    onFreshness(state, follower.age(steady()));
  };

  socket.on("connect", () => follow(follower.connected(steady())));
  socket.on("disconnect", () => {
    follower.disconnected();
    tryAt = steady();
  });
  socket.on("connect_error", (error) => {
    if (!error?.data?.code) return;
    onRefused(error.data);
    tryAt = steady() + REFUSED_FOR;
  });
  socket.on("board", take);
  for (const name of EVENTS) {
    socket.on(name, (event) => {
      if (follow(follower.event(event, steady())) === "apply") onEvent(name, event);
      look();
    });
  }
  socket.on("heartbeat", (beat) => {
    follow(follower.heartbeat(beat, steady()));
    onBeat(beat);
    look();
  });
  socket.on("waits", onWaits);
  socket.on("notice", onNotice);
  socket.on("speak", onSpeak);
  socket.on("help", onHelp);
  socket.on("printer", onPrinter);

  const comeBack = async () => {
    isTrying = true;
    try {
      if (!(await probe()) || socket.connected) return;
      socket.connect();
      tryAt = steady() + CONNECT_FOR;
      if (!poll || steady() - polledAt < POLL_EVERY) return;
      polledAt = steady();
      const board = await poll();
      if (!socket.connected) take(board);
    } catch {
      // nobody answers: the age grows, and the screen says so by itself
    } finally {
      isTrying = false;
      tryAt = Math.max(tryAt, steady() + TRY_EVERY * (0.75 + chance() / 2));
    }
  };
  const timer = every(TICK, () => {
    look();
    if (!socket.connected && !isTrying && steady() >= tryAt) comeBack();
  });

  return {
    get freshness() {
      return freshness;
    },
    /** Seconds since this screen was last known to lack nothing. */
    get age() {
      return follower.age(steady());
    },
    get isConnected() {
      return socket.connected;
    },
    emit: (name, payload) => socket.emit(name, payload),
    on: (name, hear) => socket.on(name, hear),
    rejoin: join,
    close() {
      never(timer);
      socket.close();
    },
  };
}
