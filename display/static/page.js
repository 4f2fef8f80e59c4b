/**
 * The hall's and the canteen's page: draws what board.js says, four times a second and at every word.
 *
 * `startDisplay` is handed its line, its clocks and its reload, so that a stage can play any hour of any day;
 * in an office it starts by itself on a page whose <main> says `data-live`. The picture is patched in place:
 * a day of calls leaves as many elements as the morning had. Nothing here decides who is shown, or for how long.
 */
import { createApi } from "/static/web/api.js";
import { createClock, formatDate, formatDayAndTime, formatTime, minutesRange } from "/static/web/clock.js";
import { connectLive } from "/static/web/live.js";
import { readPhrases } from "/static/web/phrases.js";
import { breadth, createHall, isReloadDue, shiftAt, tongueAt } from "./board.js";
import { createMedia } from "./media.js";
import { fit, icon, keep, make, put, set, show, sign, two } from "./patch.js";

const LOOK_EVERY = 250; // ms
const SAY_WITHIN = 1000; // ms
const NOTICE_TURN = 8000; // ms: so long each notice stands, where there are several
const ASK_FOR = 60_000; // ms a room away from the counters asks to be allowed sound: a television there has no hands
const READY = 12; // numbers that can be told to get ready at once; the server knows of no more
const CALLS = ["ticket_called", "ticket_recalled"];
const CLOSED_ICONS = { hours: "clock", holiday: "calendar-days", friday: "moon-star", override: "circle-alert" };

/** This window's name for as long as it is open, a reload included. */
function playerName() {
  const known = sessionStorage.getItem("giliran.player");
  if (known) return known;
  const made = `screen-${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
  sessionStorage.setItem("giliran.player", made);
  return made;
}

export function startDisplay({
  root = document,
  connect = connectLive,
  steady = () => performance.now(),
  reload = () => location.reload(),
  speaker = () => import("./speech.js"),
} = {}) {
  const main = root.querySelector("main[data-screen='display']");
  const settings = main.dataset;
  const languages = settings.languages.split(" ");
  const phrases = readPhrases(root);
  const clock = createClock({ now: root.body.dataset.now, timeZone: root.body.dataset.timeZone, steady });
  const slot = Object.fromEntries([...main.querySelectorAll("[data-slot]")].map((el) => [el.dataset.slot, el]));
  const seconds = (name) => Number(settings[name]) * 1000;
  const hall = createHall({ heroFor: seconds("heroFor"), attentionFor: seconds("attentionFor") });
  const startedAt = clock.now().getTime();
  let link = "live";
  const media = slot.media
    ? createMedia({
        place: slot.media,
        list: () => fetch(`/display/${encodeURIComponent(settings.zone)}/media`).then((it) => (it.ok ? it.json() : [])),
        onChange: (isShown) => set(main, "media", String(isShown)),
      })
    : null;
  let live = null;
  let refused = null;
  let drawnShape = "";
  let wording = null; // a mark of the office's own words, as this page was loaded with
  let widest = 0; // it never shrinks, so that the split does not move under people's eyes

  const twoOf =
    (key, values = {}) =>
    (language) =>
      phrases.say(key, language, values);
  const textOf = (words) => (language) => phrases.text(words, language);

  /** Again for every text whose box has changed under it: another split of the screen, or the letters have come. */
  const fitAll = () => {
    for (const element of main.querySelectorAll("[data-fit]")) fit(element);
  };

  const buildCard = ({ number, counter }) => {
    const card = make("article", "card");
    const left = make("p", "card__label two");
    const right = make("p", "card__label two");
    left.dataset.two = "display.number";
    right.dataset.two = "display.go";
    const arrow = make("span", "card__arrow");
    arrow.append(icon("arrow-right"));
    card.append(
      left,
      make("p", "card__number number", number),
      arrow,
      right,
      make("p", "card__counter number", counter),
    );
    return card;
  };
  const buildRow = ({ number, counter }) => {
    const row = make("li", "callrow");
    row.append(make("span", "callrow__number number", number));
    if (counter !== undefined) {
      row.append(icon("arrow-right"), make("span", "callrow__counter number", counter));
    }
    return row;
  };
  const litRow = (row, { isLit, isFresh }) => {
    set(row, "lit", String(Boolean(isLit)));
    set(row, "fresh", String(Boolean(isFresh)));
  };
  const buildQueue = ({ service }) => {
    const item = make("li", "wait");
    const name = make("p", "wait__name two");
    name.dataset.fit = "0";
    const people = make("span", "wait__people");
    people.append(icon("users"), make("b", "number"));
    const range = make("span", "wait__range");
    range.append(icon("clock"), make("b", "number"), make("span", "two"));
    const figures = make("p", "wait__figures");
    figures.append(people, range);
    if (service.length <= 2) item.append(make("span", "wait__code number", service));
    item.append(name, figures);
    return item;
  };
  const rangeText = (wait) => {
    const { a, b } = minutesRange(wait);
    return a === 0 ? `< ${b} min` : `${a}–${b} min`; // never "0": who has to wait has to wait
  };
  const patchQueue = (item, queue, tongue) => {
    two(item.querySelector(".wait__name"), textOf(queue.name), tongue, (language) =>
      phrases.textIn(queue.name, language),
    );
    put(item.querySelector(".wait__people b"), String(queue.waiting));
    const [, figure, words] = item.querySelector(".wait__range").children;
    put(figure, queue.wait ? rangeText(queue.wait) : "");
    show(figure, Boolean(queue.wait));
    show(words, !queue.wait);
    if (!queue.wait)
      two(words, twoOf(queue.wait_reason === "no_counter" ? "display.no_counter" : "display.not_yet"), tongue);
  };

  const share = (part) => Math.round(part * 100);

  function drawCalls(view, tongue) {
    widest = Math.max(widest, breadth([...view.cards, ...view.recent]));
    set(main, "breadth", widest > 6 ? "long" : widest > 5 ? "wide" : "usual");
    set(main, "cards", String(view.cards.length));
    if (slot.cards) {
      keep(
        slot.cards,
        view.cards,
        (card) => `${card.number}:${card.turn}`,
        buildCard,
        (element, card) => {
          set(element, "fresh", String(card.isFresh));
          set(element, "length", String(Math.max(card.number.length, card.counter.length)));
        },
      );
      show(slot.cards, view.mode === "call");
      show(slot["call-head"], view.cards.length > 1);
      show(slot.rest, view.mode === "rest");
      show(slot.idle, view.mode === "idle");
      put(slot["rest-number"], view.rest?.number ?? "");
      put(slot["rest-counter"], view.rest?.counter ?? "");
    }
    if (slot.recent) {
      keep(slot.recent, view.recent, (row) => `${row.number}:${row.counter}`, buildRow, litRow);
      show(slot.last, view.recent.length + view.missed.length > 0 && view.mode !== "closed");
      show(slot.missed, view.missed.length > 0);
      const place = view.missedAt;
      two(
        slot["missed-head"],
        (language) => phrases.say("display.missed", language, { place: phrases.text(place, language) }),
        tongue,
      );
      keep(
        slot["missed-list"],
        view.missed,
        (number) => number,
        (number) => make("li", "number", number),
      );
    }
    if (slot.called) {
      const rows = view.called.slice(0, 6);
      keep(slot.called, rows, (row) => `${row.number}:${row.turn}`, buildRow, litRow);
      keep(
        slot.ready,
        view.ready.slice(0, READY),
        (row) => row.number,
        buildRow,
        () => {},
      );
      show(slot["called-empty"], rows.length === 0);
      show(slot["ready-empty"], view.ready.length === 0);
      set(main, "ready", String(view.hasReady));
    }
    const [newest] = view.cards;
    if (newest) {
      const say = twoOf("display.said", { n: newest.number, c: newest.counter });
      put(slot.said, say("ms"));
    }
  }

  function drawClosed(view, tongue, now) {
    show(slot.closed, view.mode === "closed");
    const reason = `display.closed.${view.closedReason ?? "hours"}`;
    sign(slot["closed-icon"], CLOSED_ICONS[view.closedReason] ?? CLOSED_ICONS.hours);
    const say = twoOf(phrases.has(reason) ? reason : "display.closed.hours");
    const words = view.closedWords; // the holiday's own name, where the office gave one
    two(slot["closed-reason"], words ? textOf(words) : say, tongue, (language) =>
      words ? phrases.textIn(words, language) : language,
    );
    show(slot["closed-when"], Boolean(view.opensAt));
    if (view.opensAt) {
      two(slot["closed-time"], (language) => formatDayAndTime(view.opensAt, language, clock.timeZone, now), tongue);
    }
  }

  function drawFoot(view, tongue, now) {
    const isBehind = link !== "live" || refused !== null;
    show(slot.alarm, isBehind);
    show(slot.ahead, !isBehind);
    show(slot.queues, view.mode !== "closed");
    if (isBehind) {
      const say = refused ? (language) => phrases.refusal(refused, language) : twoOf("display.stale");
      two(slot["alarm-text"], say, tongue);
    }
    const { length } = view.queues;
    set(main, "queues", length <= 4 ? "few" : length <= 6 ? "six" : length <= 8 ? "eight" : "many");
    keep(
      slot.queues,
      view.queues,
      (queue) => queue.service,
      buildQueue,
      (item, queue) => patchQueue(item, queue, tongue),
    );
    const { promise } = view;
    show(slot.promise, Boolean(promise));
    show(slot.kept, promise?.kept_share != null);
    if (promise) {
      two(slot.promise, twoOf("display.promise", { x: promise.minutes }), tongue);
    }
    if (promise?.kept_share != null) two(slot.kept, twoOf("display.kept", { p: share(promise.kept_share) }), tongue);
    two(slot.open, twoOf("display.open", { n: view.countersOpen }), tongue);
    const rule = view.rule ?? {};
    two(slot.rule, textOf(rule), tongue, (language) => phrases.textIn(rule, language));
    const sureAt = now.getTime() - (live?.age ?? 0) * 1000;
    two(
      slot.age,
      (language) => phrases.say("display.updated", language, { t: formatTime(sureAt, language, clock.timeZone) }),
      tongue,
    );
    const turn = Math.floor(now.getTime() / NOTICE_TURN) % Math.max(1, view.notices.length);
    const notice = view.notices[turn] ?? (view.isClosing ? { text: null } : null);
    show(slot.notice, notice !== null);
    set(main, "notice", String(notice !== null));
    if (notice) two(slot["notice-text"], notice.text ? textOf(notice.text) : twoOf("display.closing"), tongue);
  }

  function draw() {
    const at = steady();
    const now = clock.now();
    const tongue = tongueAt(at, languages, seconds("rotateEvery"));
    const view = hall.view(at, now.getTime());
    set(main, "mode", view.mode);
    set(main, "link", link);
    set(main, "shift", String(shiftAt(at)));
    two(slot.office, textOf(view.office?.name ?? {}), tongue, (language) =>
      phrases.textIn(view.office?.name ?? {}, language),
    );
    two(slot.date, (language) => formatDate(now, language, clock.timeZone), tongue);
    put(slot.clock, formatTime(now, "ms", clock.timeZone));
    drawCalls(view, tongue);
    media?.want(link === "live" && (view.mode === "rest" || view.mode === "idle"));
    drawClosed(view, tongue, now);
    drawFoot(view, tongue, now);
    for (const element of main.querySelectorAll("[data-two]")) two(element, twoOf(element.dataset.two), tongue);
    const shape = [settings.breadth, settings.queues, settings.notice, settings.link, innerWidth, innerHeight].join();
    if (shape !== drawnShape) fitAll();
    drawnShape = shape;
    // Only a line that lives can bring the page back.
    if (link === "live" && isReloadDue(startedAt, now.getTime(), clock.timeZone)) reload();
  }

  // ---- the words that come in

  const listen = (board) => {
    clock.sync(board.as_of);
    wording ??= board.wording;
    if (board.wording !== wording) return reload(); // the office says things in other words now
    refused = null;
    hall.board(board, steady());
    draw();
    isDrawn(board.seq);
    introduce();
  };
  /** Everything up to there is on the glass; a page that nobody sees is not drawn, and says nothing. A thousand screens
   * that said so in one moment would hold up the next call: each takes its time within a second, and tells the last. */
  let drawnUpTo = null;
  const isDrawn = (seq) => {
    const isDue = drawnUpTo !== null;
    drawnUpTo = seq;
    if (isDue) return;
    const say = () => {
      live?.emit("shown", { zone: settings.zone, id: drawnUpTo });
      drawnUpTo = null;
    };
    setTimeout(() => requestAnimationFrame(say), Math.random() * SAY_WITHIN);
  };
  /** Whether this page can speak, what it has in hand and what it has spoken: after a break the server may not know. */
  const introduce = () => {
    if (voice === null) return;
    const isBlocked = voice.isBlocked();
    live?.emit("player", {
      zone: settings.zone,
      name: player,
      plays: !isBlocked,
      why: isBlocked ? "blocked" : "",
      playing: voice.playing(),
      played: voice.recent(),
    });
  };
  let voice = null;
  const early = new Map(); // what is to be spoken and comes before the voice is there: nobody would send it again
  const player = playerName();

  const first = JSON.parse(root.querySelector("script[data-board]")?.textContent ?? "null");
  if (first) listen(first);
  else draw();

  const api = createApi();
  const path = `/zones/${encodeURIComponent(settings.zone)}/board`;
  live = connect({
    room: { zone: settings.zone },
    staleAfter: Number(settings.staleAfter),
    offlineAfter: Number(settings.offlineAfter),
    poll: () => api.get(path),
    onBoard: listen,
    onEvent(name, event) {
      hall.event(name, event, steady());
      draw();
      if (CALLS.includes(name)) isDrawn(event.seq);
    },
    onWaits(waits) {
      clock.sync(waits.as_of);
      hall.waits(waits);
      draw();
    },
    onNotice(notice) {
      hall.notice(notice);
      draw();
    },
    onSpeak: (call) => (voice ? voice.speak(call) : early.set(call.id, call)),
    onBeat: (beat) => clock.sync(beat.at),
    onFreshness(state) {
      link = state;
      draw();
    },
    onRefused(problem) {
      refused = problem;
      draw();
    },
  });
  live.on?.("hush", ({ id }) => (voice ? voice.hush(id) : early.delete(id)));
  // A voice that fails must never blank the screen: it is fetched apart, and the page lives without it.
  speaker()
    .then(({ createSpeaker }) => {
      voice = createSpeaker({
        audio: new Audio(),
        onSpoken: (what) => live.emit("played", { zone: settings.zone, ...what }),
        onBlocked: (isBlocked) => {
          show(slot.sound, isBlocked);
          if (isBlocked && settings.view === "canteen") setTimeout(() => show(slot.sound, false), ASK_FOR);
          introduce();
        },
      });
      for (const call of early.values()) voice.speak(call);
      introduce();
      for (const touch of ["click", "keydown"]) {
        root.addEventListener(touch, () => voice.isBlocked() && voice.allow());
      }
      return voice.check?.();
    })
    .catch((error) => console.warn("this display has no voice", error));

  root.fonts.ready.then(fitAll);
  const timer = setInterval(draw, LOOK_EVERY);
  return {
    draw,
    stop() {
      clearInterval(timer);
      live.close();
    },
  };
}

if (document.querySelector("main[data-live]")) startDisplay();
