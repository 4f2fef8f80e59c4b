/**
 * A screen's place in the live channel: Socket.IO namespace /live, websocket only, one room a connection.
 * What to believe is decided in live_core.js; here is the socket, the timer and the way back.
 *
 *   const live = connectLive({
 *     room: { zone: "hall" },                  // or { counter }, { ticket }, { branch }
 *     token: null,                             // a device's; without it the page's cookie speaks
 *     staleAfter: 10, offlineAfter: 60,        // seconds
 *     poll: () => api.get("/zones/hall/board"),// optional: asked every 5 s while the socket is down
 *     onBoard(board) {},                       // the whole truth: replace everything
 *     onEvent(name, event) {},                 // in order, each once: "ticket_called", …
 *     onWaits(waits) {}, onNotice(notice) {}, onSpeak(call) {}, onHelp(call) {},
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

const TICK = 500; // ms between two looks at the age
const POLL_EVERY = 5000; // ms

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
  onBeat = () => {},
  onFreshness = () => {},
  onRefused = () => {},
  connect = io,
  steady = () => performance.now(),
}) {
  const follower = createFollower({ staleAfter, offlineAfter, now: steady() });
  const socket = connect("/live", {
    transports: ["websocket"],
    auth: token ? { token } : {},
    // Back within 5 s of the link's return: a hanging try is given up after 2 s, the next comes within 2.25 s.
    timeout: 2000,
    reconnectionDelay: 500,
    reconnectionDelayMax: 1500,
    randomizationFactor: 0.5,
  });
  let freshness = LIVE;
  let polledAt = steady();

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
  socket.on("disconnect", (reason) => {
    follower.disconnected();
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), 1000); // the library gives up here
  });
  socket.on("connect_error", (error) => {
    if (!error?.data?.code) return;
    onRefused(error.data);
    setTimeout(() => socket.connect(), 5000); // nor does it try again after a refusal; a device may be paired meanwhile
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

  const ask = async () => {
    try {
      take(await poll());
    } catch {
      // nobody answers: the age grows, and the screen says so by itself
    }
  };
  const timer = setInterval(() => {
    look();
    if (!poll || socket.connected || steady() - polledAt < POLL_EVERY) return;
    polledAt = steady();
    ask();
  }, TICK);
  const comeBack = () => {
    if (!socket.connected) socket.connect();
  };
  globalThis.addEventListener?.("online", comeBack);

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
      clearInterval(timer);
      globalThis.removeEventListener?.("online", comeBack);
      socket.close();
    },
  };
}
