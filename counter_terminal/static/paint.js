/**
 * Puts a counter's board on the terminal. It decides nothing: board.js says what is so, phrases.js how it is said.
 */

import { formatDayAndTime, formatSoon, formatSpan, formatTime } from "/static/web/clock.js";
import * as facts from "./board.js";

/** What the button beside the line does. */
const DOES = { undo: "undo", reminder: "resume", elsewhere: "work_here" };
const LANGUAGE_NAMES = { ms: "Bahasa Melayu", en: "English", zh: "中文", ta: "தமிழ்" };

/** Text into an element, and only when it changed: a tick must not wake a screen reader. */
export function put(element, text, language) {
  if (!element) return;
  if (element.textContent !== text) element.textContent = text;
  if (language && element.lang !== language) element.lang = language;
}

const show = (element, isShown) => {
  if (element && element.hidden === isShown) element.hidden = !isShown;
};

function make(tag, className, text = "", language = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  if (language) element.lang = language;
  return element;
}

export function makeIcon(name) {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/web/icons.svg#${name}`);
  icon.append(use);
  return icon;
}

/** A reason that the branch knows by a code is said in words; any other stands as it was typed. */
export function reasonWords(phrases, language, family, reason) {
  const key = `terminal.${family}.${reason}`;
  return phrases.has(key) ? phrases.say(key, language) : (reason ?? "");
}

export function createPainter(root, { phrases, keys, zone }) {
  const find = (name) => root.querySelector(`[data-${name}]`);
  const say = (key, language, values) => phrases.say(key, language, values);
  const main = root.querySelector("[data-terminal]");
  let seenTicket = null;

  function many(key, n, language) {
    const one = n === 1 && phrases.has(`${key}.1`);
    return say(one ? `${key}.1` : key, language, { n });
  }

  function paintNow(board, state, language) {
    const ticket = board?.ticket ?? null;
    const number = find("now-number");
    main.dataset.entered = ticket && ticket.number !== seenTicket ? "yes" : "no";
    seenTicket = ticket?.number ?? null;
    for (const name of ["now-waited", "now-more", "now-past", "now-note"]) show(find(name), false);
    find("now-facts").replaceChildren();
    put(find("now-service"), "");
    if (state === "signed_out") {
      put(find("now-state"), "");
      put(number, say("terminal.sign_in", language));
      return;
    }
    if (!ticket || state === "taken" || state === "closed") {
      paintEmpty(board, state, language, number);
      return;
    }
    put(find("now-state"), say(`terminal.state.${state}`, language));
    put(number, ticket.number);
    number.dataset.long = ticket.number.length > 4 ? "yes" : "no";
    show(find("now-waited"), true);
    put(find("waited-minutes"), waitedWords(ticket, language));
    const isOver = facts.isOverPromise(ticket);
    show(find("waited-over"), isOver);
    if (isOver) {
      const promised = Math.round(ticket.promise_s / 60);
      put(find("waited-over-word"), say("terminal.over_promise", language, { n: promised }));
    }
    put(
      find("now-service"),
      phrases.text(ticket.service_name, language),
      phrases.textIn(ticket.service_name, language),
    );
    paintFacts(ticket, language);
  }

  function paintEmpty(board, state, language, number) {
    if (state === "idle") {
      put(number, say(board.waiting > 0 ? "terminal.state.idle" : "terminal.state.nobody", language));
      put(find("now-state"), board.waiting > 0 ? "" : say("terminal.state.idle", language));
      return;
    }
    if (state === "closed") {
      put(number, say("terminal.state.closed", language));
      const why = board.closed?.reason
        ? say("terminal.closed.since", language, {
            reason: reasonWords(phrases, language, "break", board.closed.reason),
            t: formatTime(board.closed.at, language, zone),
          })
        : "";
      put(find("now-state"), why);
      return;
    }
    const name = board.duty.officer?.name ?? say("terminal.state.somebody", language);
    put(number, say("terminal.state.taken", language, { name }));
    put(find("now-state"), "");
  }

  function paintFacts(ticket, language) {
    const list = find("now-facts");
    const items = [];
    if (ticket.lane && ticket.lane !== "regular") {
      const item = make("li", "", say(`lane.${ticket.lane}`, language));
      item.dataset.lane = ticket.lane;
      item.prepend(makeIcon(ticket.lane === "emergency" ? "siren" : "accessibility"), " ");
      items.push(item);
    }
    if (ticket.language && ticket.language !== language) {
      const item = make("li", "", LANGUAGE_NAMES[ticket.language] ?? ticket.language, ticket.language);
      item.prepend(makeIcon("languages"), " ");
      items.push(item);
    }
    list.replaceChildren(...items);
    const past = facts.pastLegs(ticket).map((leg) =>
      say("terminal.leg", language, {
        service: phrases.text(leg.service_name, language) || leg.service,
        n: facts.minutes(leg.service_s),
      }),
    );
    const then = (ticket.further ?? []).map((one) => phrases.text(one.service_name, language) || one.service);
    const ways = [
      then.length ? say("terminal.further", language, { services: then.join(" → ") }) : "",
      past.length ? `${say("terminal.legs", language)}: ${past.join(", ")}` : "",
    ].filter(Boolean);
    show(find("now-past"), ways.length > 0);
    put(find("now-past"), ways.join(" · "));
    show(find("now-more"), Boolean(ticket.note) || ways.length > 0);
    show(find("now-note"), Boolean(ticket.note));
    put(find("now-note"), ticket.note ? `${say("terminal.note", language)}: ${ticket.note}` : "");
  }

  function paintQueue(board, language, now) {
    put(find("waiting"), say("terminal.waiting", language, { n: board.waiting ?? 0 }));
    const longest = board.longest_wait_s
      ? say("terminal.longest", language, { n: facts.minutes(board.longest_wait_s) })
      : "";
    put(find("longest"), longest);
    const expected = facts.expectedOf(board);
    const under = expected?.a === 0 ? ".under" : "";
    put(find("expected"), expected ? say(`terminal.expected${under}`, language, expected) : "");
    find("services").replaceChildren(
      ...(board.by_service ?? []).map((queue) => {
        const item = make("li");
        const name = make("span", "", phrases.text(queue.name, language), phrases.textIn(queue.name, language));
        const waited = queue.waiting
          ? waitedWords({ waited_s: queue.overnight === queue.waiting ? null : queue.longest_wait_s }, language)
          : "–";
        item.append(name, make("span", "", String(queue.waiting)), make("span", "", waited));
        return item;
      }),
    );
    show(find("next-title"), (board.next ?? []).length > 0);
    find("next-three").replaceChildren(
      ...(board.next ?? []).slice(0, 3).map((next) => {
        const item = make("li");
        const why = make("span", "queue__why");
        const [short, long] = whyWords(next.why, language);
        why.append(make("span", "queue__why-short", short), make("span", "queue__why-long", long));
        why.title = long;
        item.append(
          make("span", "queue__number", next.number),
          make("span", "queue__service", phrases.text(next.service_name, language)),
          make("span", "queue__waited", waitedWords(next, language)),
          why,
        );
        return item;
      }),
    );
    paintAside("held", board.held ?? [], (held) =>
      say("terminal.held.since", language, {
        reason: reasonWords(phrases, language, "hold", held.reason),
        n: facts.minutes((now - Date.parse(held.held_at)) / 1000),
      }),
    );
    paintAside("missed", (board.missed ?? []).slice(0, 4), (missed) =>
      missed.may_return_until
        ? say("terminal.missed.until", language, { t: formatSoon(missed.may_return_until, language, zone) })
        : "",
    );
  }

  /** The reason in a few words for the small window, and the whole sentence. */
  /** How long somebody has waited; of whom the night carried over, that alone. */
  function waitedWords({ waited_s }, language) {
    if (waited_s === null) return say("terminal.overnight", language);
    return say("terminal.minutes", language, { n: facts.minutes(waited_s) });
  }

  function whyWords(why, language) {
    const long = phrases.text(why?.text, language) || (why?.code ?? "");
    const key = `terminal.why.${why?.code}`;
    return [phrases.has(key) ? say(key, language) : long, long];
  }

  function paintAside(name, rows, words) {
    show(find(`${name}-block`), rows.length > 0);
    find(name).replaceChildren(
      ...rows.map((row) => {
        const item = make("li");
        item.append(make("strong", "", row.number), " ", make("span", "soft", words(row)));
        return item;
      }),
    );
  }

  return {
    many,

    /** Everything that changes with the board or the language, not with the second. */
    board(board, { officer, language, now }) {
      const state = facts.stateOf(board, officer);
      main.dataset.state = state;
      for (const element of main.querySelectorAll("[data-show]")) {
        show(element, element.dataset.show.split(" ").includes(state));
      }
      show(find("timer"), state === "called" || state === "serving");
      put(
        find("counter-title"),
        say("terminal.counter", language, { name: board?.counter?.name ?? main.dataset.counterName }),
      );
      paintNow(board, state, language);
      if (board) paintQueue(board, language, now);
      return state;
    },

    /** The services to tick before a counter opens; what the officer has ticked stays ticked. */
    door(services, language) {
      const list = find("open-services");
      const shown = `${language}:${services.map((service) => service.code).join()}`;
      if (list.dataset.shown === shown) return;
      list.dataset.shown = shown;
      list.replaceChildren(
        ...services.map((service) => {
          const label = make("label", "door__service");
          const box = make("input");
          Object.assign(box, { type: "checkbox", name: "services", value: service.code, checked: true });
          label.append(box, make("strong", "", service.code), make("span", "", phrases.text(service.name, language)));
          return label;
        }),
      );
    },

    timer(board, { language, now }) {
      const timer = facts.timerOf(board, now);
      if (!timer) return;
      const strip = find("timer");
      if (strip.dataset.level !== timer.level) strip.dataset.level = timer.level;
      strip.style.setProperty("--share", timer.share.toFixed(3));
      put(find("timer-spent"), formatSpan(timer.seconds));
      put(find("timer-of"), timer.target ? say("terminal.timer.of", language, { t: formatSpan(timer.target) }) : "");
      const word =
        timer.kind === "called"
          ? many("terminal.timer.called", board.ticket.calls ?? 1, language)
          : say(`terminal.timer.${timer.level}`, language, { t: formatSpan(timer.over) });
      put(find("timer-word"), word);
    },

    /** How many transactions this visit is, of so many asked for; 0: nobody is in hand. */
    count(n, language, asked = 1) {
      show(find("count"), n > 0 && ["called", "serving"].includes(main.dataset.state));
      if (n === 0) return;
      const counted = asked > 1 ? say("terminal.transactions.of", language, { n: "\u0000", m: asked }) : null;
      const [before, after] = counted?.split("\u0000") ?? many("terminal.transactions", n, language).split(String(n));
      put(find("count-before"), before);
      put(find("count-n"), String(n));
      put(find("count-after"), after);
    },

    /** The keys: what may be pressed, what is missing, which one is on its way. */
    keys({ board, officer, language, now, link, busy, counting }) {
      const idle = facts.stateOf(board, officer) === "idle";
      for (const button of root.querySelectorAll("[data-action]")) {
        if (button.hasAttribute("data-choice")) continue;
        // Serving whom nobody called is serving without a number: the same key, the same wish.
        if (button.dataset.first === undefined) button.dataset.first = button.dataset.action;
        if (button.dataset.first === "serve") button.dataset.action = idle ? "walk_direct" : "serve";
        const action = button.dataset.action;
        if (action === "work_here") {
          button.setAttribute("aria-disabled", "false");
          continue;
        }
        const may = facts.mayPress(action, { board, officer, now, link, busy, counting });
        const off = String(!may.can);
        if (button.getAttribute("aria-disabled") !== off) button.setAttribute("aria-disabled", off);
        if (busy === action) button.setAttribute("aria-busy", "true");
        else button.removeAttribute("aria-busy");
        if (button.dataset.first === "serve") {
          const word = button.querySelector("[data-phrase]");
          word.dataset.phrase = `terminal.${action}`;
          put(word, say(`terminal.${action}`, language), language);
        }
        paintMissing(button, may, language);
      }
      for (const cap of root.querySelectorAll("[data-key]")) put(cap, keys[cap.dataset.key] ?? "");
    },

    line(line, language) {
      const strip = root.querySelector(".line");
      strip.dataset.level = line ? (line.kind === "said" && line.level === "calm" ? "said" : line.level) : "calm";
      if (line?.kind === "undo") strip.dataset.level = "said";
      show(find("line"), Boolean(line));
      show(find("line-who"), !line);
      const button = find("line-do");
      show(button, ["undo", "reminder", "elsewhere"].includes(line?.kind));
      if (!line) return put(find("line-text"), "");
      const words =
        line.kind === "said"
          ? line.text
          : say(`terminal.line.${line.kind}`, language, {
              number: line.number ?? "",
              service: phrases.text(line.service ?? {}, language),
              to: line.to ?? "",
            });
      put(find("line-text"), words);
      button.dataset.action = DOES[line.kind] ?? "";
      button.dataset.number = line.number ?? "";
      show(find("line-do-key"), line.kind === "undo");
      if (line.kind in DOES) put(find("line-do-word"), say(`terminal.${DOES[line.kind]}`, language));
      // Seconds stand apart from the words: a countdown must not be read out second by second.
      put(find("line-count"), line.seconds ? String(line.seconds) : "");
    },

    link(link, language) {
      main.dataset.link = link;
      put(find("link-word"), say(`terminal.link.${link}`, language));
    },

    clock(now, language) {
      put(find("clock"), formatTime(now, language, zone));
    },

    /** Where the customer goes on to; that nobody is there where nobody is, and until when. */
    onward({ number, then, why }, language, now) {
      const service = phrases.text(then.service_name, language) || (then.service ?? then.code);
      if (why === "shut" && then.opens_at) {
        const t = formatDayAndTime(then.opens_at, language, zone, now);
        return say("terminal.line.goes_on.shut_until", language, { number, service, t });
      }
      return say(`terminal.line.goes_on${why ? `.${why}` : ""}`, language, { number, service });
    },

    announce: (text) => put(find("announce"), text),
  };

  function paintMissing(button, may, language) {
    const wait = button.querySelector("[data-wait]");
    if (!wait) return;
    let short = "";
    let long = "";
    if (may.seconds > 0) {
      short = say("terminal.seconds", language, { n: may.seconds });
      long = say("terminal.ready_in", language, { n: may.seconds });
    } else if (may.calls > 0) {
      short = `+${may.calls}`;
      long = many("terminal.calls_left", may.calls, language);
    }
    put(wait, short);
    put(button.querySelector("[data-missing]"), long ? `, ${long}` : "");
  }
}
