/**
 * What the hall shows at an instant: who has the big card, the last calls, whom we missed, when we open.
 * Pure: words of the live channel in, a view out. `at` is a steady clock in ms (it times the cards),
 * `now` the server's time in ms (it ages the missed list and the notices).
 *
 * A call's way over the screen:
 *
 *     called ─▶ in line ─▶ card: fresh (6 s) ─▶ steady ─▶ answered, and its 10 s over ─▶ at rest ─▶ gone
 *                 │          ▲                    │
 *                 │          └── called again     └─ a fourth call may take the place after 10 s
 *                 └─ answered before its card came: it needs none
 *
 * The list of last calls shows every call at once; only the cards take turns.
 */

export const DEFAULTS = {
  heroFor: 10_000, // ms a card stands at least
  attentionFor: 6_000, // ms it asks for attention
  restFor: 180_000, // ms the last call stays in sight, unlit, when nobody is called
  heroes: 3,
  recentRows: 6,
  missedMax: 8,
  missedFor: 30 * 60_000,
};

/** Events that end a call, however they end it. */
const ENDINGS = new Set([
  "service_began",
  "service_ended",
  "ticket_no_show",
  "ticket_left",
  "ticket_held",
  "ticket_transferred",
  "ticket_restored",
  "ticket_carried",
]);

export function createHall(options = {}) {
  const { heroFor, attentionFor, restFor, heroes, recentRows, missedMax, missedFor } = { ...DEFAULTS, ...options };
  const tickets = new Map(); // number → {number, counter, calls, order, isCalled, shownAt, isOnCard}
  let board = null;
  let recent = [];
  let missed = [];
  let notices = [];
  let last = null; // the call that left its card most recently, and when
  let order = 0;

  const onCards = () => [...tickets.values()].filter((ticket) => ticket.isOnCard);
  const isDone = (ticket, at) => at - ticket.shownAt >= heroFor;

  function call({ number, counter, calls = 1, at: calledAt }, at, alreadySeenFor = null) {
    const before = tickets.get(number);
    const isOnCard = before?.isOnCard ?? false;
    order += 1;
    tickets.set(number, {
      number,
      counter,
      calls,
      order,
      isCalled: true,
      isOnCard,
      shownAt: alreadySeenFor !== null ? at - alreadySeenFor : isOnCard ? at : null,
    });
    missed = missed.filter((entry) => entry.number !== number);
    recent = [{ number, counter, calls, at: calledAt }, ...recent.filter((entry) => entry.number !== number)].slice(
      0,
      8,
    );
  }

  function settle(at) {
    for (const ticket of tickets.values()) {
      if (ticket.isCalled) continue;
      if (ticket.isOnCard && !isDone(ticket, at)) continue;
      if (ticket.isOnCard) last = { number: ticket.number, counter: ticket.counter, leftAt: at };
      tickets.delete(ticket.number);
    }
    const inLine = [...tickets.values()].filter((ticket) => ticket.shownAt === null).sort((a, b) => a.order - b.order);
    for (const next of inLine) {
      const cards = onCards();
      if (cards.length >= heroes) {
        const [oldest] = cards.filter((card) => isDone(card, at)).sort((a, b) => a.shownAt - b.shownAt);
        if (!oldest) break;
        oldest.isOnCard = false;
      }
      next.isOnCard = true;
      next.shownAt = at;
    }
    // A place is free and nobody is new: a call that had to yield and still stands comes back, quietly.
    const waiting = [...tickets.values()].filter((ticket) => !ticket.isOnCard).sort((a, b) => b.order - a.order);
    for (const ticket of waiting) {
      if (ticket.shownAt === null || onCards().length >= heroes) continue;
      ticket.isOnCard = true;
    }
  }

  return {
    /** The whole truth. Calls that this screen has not shown get their card; what it had and is gone, ends. */
    board(news, at) {
      const isFirst = board === null;
      const standing = new Set(news.calls.map((entry) => entry.number));
      for (const ticket of tickets.values()) {
        if (!standing.has(ticket.number)) ticket.isCalled = false;
      }
      for (const entry of [...news.calls].reverse()) {
        const known = tickets.get(entry.number);
        if (known && known.calls === entry.calls && known.counter === entry.counter) {
          known.isCalled = true;
          continue;
        }
        const age = Date.parse(news.as_of) - Date.parse(entry.at);
        call(entry, at, isFirst && age >= heroFor ? age : null);
      }
      board = { ...news };
      recent = news.recent.slice(0, 8);
      missed = news.missed ?? [];
      notices = news.notices ?? [];
      settle(at);
    },

    event(name, event, at) {
      if (name === "ticket_called" || name === "ticket_recalled") {
        call(event, at);
      } else if (ENDINGS.has(name)) {
        const ticket = tickets.get(event.number);
        if (ticket) ticket.isCalled = false;
        if (name === "ticket_no_show") {
          const others = missed.filter((entry) => entry.number !== event.number);
          missed = [{ number: event.number, at: event.at }, ...others].slice(0, missedMax * 2);
        } else {
          missed = missed.filter((entry) => entry.number !== event.number);
        }
      }
      settle(at);
    },

    /** Figures only: queues, counters open, the promise; and who should get ready. */
    waits(news) {
      if (board === null) return;
      const { seq: _seq, ...figures } = news;
      board = { ...board, ...figures };
    },

    notice(notice) {
      notices = [notice, ...notices.filter((entry) => entry.id !== notice.id)];
    },

    /** Everything that the page draws; nothing here names a lane, a person or a service of a ticket. */
    view(at, now) {
      settle(at);
      const cards = onCards()
        .sort((a, b) => b.order - a.order)
        .map(({ number, counter, calls, order: turn, shownAt }) => ({
          number,
          counter,
          calls,
          turn,
          isFresh: at - shownAt < attentionFor,
        }));
      const missedNow = missed.filter((entry) => now - Date.parse(entry.at) <= missedFor).slice(0, missedMax);
      const rows = missedNow.length > 0 ? recentRows - 1 : recentRows;
      const isLit = (number) => tickets.get(number)?.isCalled ?? false;
      const queues = board?.queues ?? [];
      const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
      const isOpen = board?.is_open ?? true;
      const isResting = cards.length === 0 && last !== null && at - last.leftAt < restFor;
      let mode = "idle";
      if (cards.length > 0) mode = "call";
      else if (!isOpen && waiting === 0) mode = "closed";
      else if (isResting) mode = "rest";
      return {
        mode,
        cards,
        rest: mode === "rest" ? { number: last.number, counter: last.counter } : null,
        recent: recent.slice(0, rows).map(({ number, counter }) => ({ number, counter, isLit: isLit(number) })),
        called: [...tickets.values()]
          .sort((a, b) => b.order - a.order)
          .map(({ number, counter, order: turn, shownAt }) => ({
            number,
            counter,
            turn,
            isLit: true,
            isFresh: shownAt === null || at - shownAt < attentionFor,
          })),
        hasReady: Array.isArray(board?.ready),
        ready: (board?.ready ?? []).filter((entry) => !isLit(entry.number)),
        missed: missedNow.map((entry) => entry.number),
        missedAt: board?.missed_at ?? {},
        notices: notices.filter((entry) => !entry.until || Date.parse(entry.until) > now),
        queues,
        waiting,
        isOpen,
        isClosing: !isOpen && mode !== "closed",
        closedReason: board?.closed_reason ?? null,
        closedWords: board?.closed_words ?? null,
        opensAt: board?.opens_at ?? null,
        countersOpen: board?.counters_open ?? 0,
        promise: board?.promise ?? null,
        rule: board?.rule ?? null,
        office: board?.office ?? null,
        zone: board?.zone ?? null,
      };
    },
  };
}

/** Which other language stands beside Malay now; null when the zone speaks Malay alone. */
export function tongueAt(at, languages, every = 8000) {
  const others = languages.filter((language) => language !== "ms");
  if (others.length === 0) return null;
  return others[Math.floor(at / every) % others.length];
}

/** How many characters the widest call on the cards has: the page gives a long one more of the width. */
export function breadth(entries) {
  return Math.max(0, ...entries.map(({ number, counter }) => number.length + String(counter).length));
}

/** The picture moves a little every ten minutes, in a ring, so that no edge burns into the glass. */
export function shiftAt(at, every = 600_000) {
  return Math.floor(at / every) % 8;
}

/** Whether a page that began at `startedAt` should begin anew: once a night, at `hour` in the branch's zone. */
export function isReloadDue(startedAt, now, timeZone, hour = 3) {
  const day = (instant) =>
    new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(new Date(instant - hour * 3_600_000));
  return now > startedAt && day(startedAt) !== day(now);
}
