/** The kiosk's flow, in one file because every sentence begins from the one before: a visit, its pauses, its faults. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { begin, isOnline, LIMITS, step, ticketClosesAt, view } from "../../kiosk/static/flow.js";
import { groupsOf, overPromise } from "../../kiosk/static/stages.js";

const queue = (changes = {}) => ({
  service: "A",
  name: { ms: "Sijil" },
  icon: "file-text",
  waiting: 4,
  wait: { low: 300, likely: 420, high: 600, as_of: "2026-03-02T01:00:00Z" },
  wait_reason: null,
  counters_open: 2,
  promise_s: 900,
  is_open: true,
  opens_at: null,
  bring: {},
  notice: null,
  ...changes,
});

const branch = (changes = {}) => ({
  as_of: "2026-03-02T01:00:00Z",
  is_open: true,
  opens_at: null,
  closed_reason: null,
  rule: {},
  lanes: ["emergency", "elderly", "disabled", "pregnant", "with_children", "priority", "regular"],
  queues: [queue(), queue({ service: "F", name: { ms: "Pendaftaran" } })],
  ...changes,
});

const A_TICKET = {
  id: 41,
  number: "A012",
  service: "A",
  lane: "regular",
  language: "ms",
  status: "waiting",
  printed: null,
  ahead: 4,
  wait: null,
  qr: "/t/x/qr.svg",
};

/** A kiosk with a clock of its own; `sent` is everything that went out. */
function aKiosk({ priority = false, printer = true, queues = branch() } = {}) {
  let now = 1_000_000;
  let keys = 0;
  let state = begin({ kiosk: { code: "main", priority, printer }, queues }, now);
  const sent = [];
  const act = (type, more = {}) => {
    keys += 1;
    const [next, effects] = step(state, { type, key: `key-${keys}`, ...more }, now);
    state = next;
    sent.push(...effects);
  };
  return {
    sent,
    act,
    get state() {
      return state;
    },
    get now() {
      return now;
    },
    get seen() {
      return view(state, now);
    },
    /** Time passes in ticks of a tenth of a second, as on the page; the server answers unless told otherwise. */
    passes(seconds, { isReachable = true } = {}) {
      for (let tenth = 0; tenth < Math.round(seconds * 10); tenth += 1) {
        now += 100;
        if (isReachable && tenth % 20 === 0) act("queues_came", { queues: state.queues });
        act("tick");
      }
    },
    /** A deliberate touch: the page has settled before it. */
    tap(type, more = {}) {
      now += 400;
      act(type, more);
    },
    issued(changes = {}) {
      act("ticket_issued", { key: state.key, ticket: { ...A_TICKET, ...changes } });
    },
  };
}

const issues = (kiosk) => kiosk.sent.filter((effect) => effect.type === "issue");

describe("the way to a number", () => {
  test("one tap on a service asks for a number in Malay", () => {
    const kiosk = aKiosk();

    kiosk.tap("service_chosen", { service: "A" });

    assert.deepEqual(issues(kiosk)[0].body, { service: "A", lane: "regular", language: "ms" });
  });

  test("language, service and one answer are three taps, and no more are needed", () => {
    const kiosk = aKiosk({ priority: true });

    kiosk.tap("language_chosen", { language: "ta" });
    kiosk.tap("service_chosen", { service: "F" });
    kiosk.tap("priority_answered", { isWanted: false });

    assert.deepEqual(issues(kiosk)[0].body, { service: "F", lane: "regular", language: "ta" });
  });

  test("who wants priority names a group, and the ticket carries its lane", () => {
    const kiosk = aKiosk({ priority: true });

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("priority_answered", { isWanted: true });
    assert.equal(kiosk.seen.screen, "groups");
    kiosk.tap("group_chosen", { lane: "pregnant" });

    assert.equal(issues(kiosk)[0].body.lane, "pregnant");
  });

  test("who would rather not say has priority all the same", () => {
    const kiosk = aKiosk({ priority: true });

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("priority_answered", { isWanted: true });
    kiosk.tap("group_chosen", { lane: "priority" });

    assert.equal(issues(kiosk)[0].body.lane, "priority");
  });

  test("an emergency is not among the groups: it rings staff instead", () => {
    const kiosk = aKiosk({ priority: true });

    assert.deepEqual(groupsOf(kiosk.state), ["elderly", "disabled", "pregnant", "with_children"]);
    kiosk.tap("help_asked", { kind: "emergency" });

    assert.equal(kiosk.sent[0].type, "ring");
    assert.equal(kiosk.sent[0].kind, "emergency");
  });

  test("a branch that names no groups asks nothing more of who wants priority", () => {
    const kiosk = aKiosk({ priority: true, queues: branch({ lanes: ["regular", "priority"] }) });

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("priority_answered", { isWanted: true });

    assert.equal(issues(kiosk)[0].body.lane, "priority");
  });

  test("back goes one page back, and never loses the language", () => {
    const kiosk = aKiosk({ priority: true });

    kiosk.tap("language_chosen", { language: "zh" });
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("priority_answered", { isWanted: true });
    kiosk.tap("back");
    assert.equal(kiosk.seen.screen, "priority");
    kiosk.tap("back");

    assert.equal(kiosk.seen.screen, "services");
    assert.equal(kiosk.state.language, "zh");
  });

  test("a closed service says until when instead of asking", () => {
    const queues = branch({ queues: [queue({ is_open: false, opens_at: "2026-03-02T06:00:00Z" })] });
    const kiosk = aKiosk({ queues });

    kiosk.tap("service_chosen", { service: "A" });

    assert.equal(kiosk.seen.screen, "refused");
    assert.equal(kiosk.state.refusal.more.opens_at, "2026-03-02T06:00:00Z");
    assert.equal(issues(kiosk).length, 0);
  });

  test("a wait longer than the promise is said before the number is taken", () => {
    const queues = branch({ queues: [queue({ wait: { low: 1500, likely: 2000, high: 2700 } })] });
    const kiosk = aKiosk({ queues });

    kiosk.tap("service_chosen", { service: "A" });
    assert.equal(kiosk.seen.screen, "over");
    assert.equal(issues(kiosk).length, 0);
    kiosk.tap("wait_accepted");

    assert.equal(issues(kiosk).length, 1);
  });

  test("of a visit the service whose wait is longest beyond its promise is said, wherever it stands in it", () => {
    const waits = { A: 600, F: 2700, H: 1200 };
    const of = (service) =>
      queue({ service, name: { ms: service }, wait: { low: 300, likely: 500, high: waits[service] } });
    const visit = (...services) => {
      const kiosk = aKiosk({ queues: branch({ queues: ["A", "F", "H"].map(of) }) });
      kiosk.tap("several_toggled");
      for (const service of services) kiosk.tap("service_chosen", { service });
      kiosk.tap("visit_confirmed");
      return kiosk;
    };

    assert.equal(visit("A").seen.screen === "over", false);
    const kiosk = visit("A", "H", "F");
    assert.equal(kiosk.seen.screen, "over");
    assert.equal(overPromise(kiosk.state).service, "F");
    assert.equal(issues(kiosk).length, 0);
    kiosk.tap("wait_accepted");

    assert.deepEqual(issues(kiosk)[0].body.further, ["H", "F"]);
  });

  test("nobody who goes first is asked to accept the ordinary wait", () => {
    const queues = branch({ queues: [queue({ wait: { low: 1500, likely: 2000, high: 2700 } })] });
    const kiosk = aKiosk({ priority: true, queues });

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("priority_answered", { isWanted: true });
    kiosk.tap("group_chosen", { lane: "elderly" });

    assert.equal(issues(kiosk).length, 1);
  });

  test("a refusal is shown with its code, and the way back to the services stays open", () => {
    const kiosk = aKiosk();

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.act("issue_refused", { key: kiosk.state.key, refusal: { code: "not_open", more: {} } });
    assert.equal(kiosk.seen.screen, "refused");
    kiosk.tap("back");

    assert.equal(kiosk.seen.screen, "services");
  });
});

describe("drumming fingers", () => {
  test("ten taps in one second ask for one number", () => {
    const kiosk = aKiosk();

    for (let tap = 0; tap < 10; tap += 1) {
      kiosk.act("service_chosen", { service: "A" });
      kiosk.passes(0.1);
    }

    assert.equal(issues(kiosk).length, 1);
  });

  test("drumming does not answer the question that came up under the finger", () => {
    const kiosk = aKiosk({ priority: true });

    kiosk.act("service_chosen", { service: "A" });
    for (let tap = 0; tap < 10; tap += 1) {
      kiosk.passes(0.1);
      kiosk.act("priority_answered", { isWanted: true });
    }

    assert.equal(kiosk.seen.screen, "priority");
    assert.equal(issues(kiosk).length, 0);
  });

  test("a page takes touches again a second and a half after it came, however fast they are", () => {
    const kiosk = aKiosk({ priority: true });

    kiosk.act("service_chosen", { service: "A" });
    for (let tap = 0; tap < 20 && kiosk.seen.screen === "priority"; tap += 1) {
      kiosk.passes(0.1);
      kiosk.act("priority_answered", { isWanted: true });
    }

    assert.equal(kiosk.seen.screen, "groups");
  });

  test("an answer that never came is asked for again with the same key and the same words", () => {
    const kiosk = aKiosk();

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.act("issue_failed", { key: kiosk.state.key });
    kiosk.act("language_chosen", { language: "en" });
    kiosk.passes(1.5);

    const [first, second] = issues(kiosk);
    assert.equal(second.key, first.key);
    assert.deepEqual(second.body, first.body);
  });

  test("five seconds without an answer send the customer to the counter", () => {
    const kiosk = aKiosk();

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.passes(4.9);
    assert.equal(kiosk.seen.screen, "services");
    kiosk.passes(0.1);

    assert.equal(kiosk.seen.screen, "offline");
  });

  test("a number that comes late is shown while the customer is still there", () => {
    const kiosk = aKiosk();

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.passes(8);
    kiosk.issued();

    assert.equal(kiosk.seen.screen, "ticket");
  });

  test("a number that comes after the customer has gone is shown to nobody", () => {
    const kiosk = aKiosk();

    kiosk.tap("service_chosen", { service: "A" });
    const key = kiosk.state.key;
    kiosk.passes(31);
    kiosk.act("ticket_issued", { key, ticket: A_TICKET });

    assert.equal(kiosk.seen.screen, "services");
    assert.equal(kiosk.state.ticket, null);
  });
});

describe("the ticket", () => {
  let kiosk;
  beforeEach(() => {
    kiosk = aKiosk();
    kiosk.tap("service_chosen", { service: "A" });
  });

  test("stays fifteen seconds", () => {
    kiosk.issued({ printed: true });

    kiosk.passes(14.9);
    assert.equal(kiosk.seen.screen, "ticket");
    kiosk.passes(0.2);

    assert.equal(kiosk.seen.screen, "services");
  });

  test("stays forty seconds in large text", () => {
    kiosk = aKiosk();
    kiosk.tap("setting_toggled", { setting: "largeText" });
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.issued({ printed: true });

    kiosk.passes(39.8);
    assert.equal(kiosk.seen.screen, "ticket");
    kiosk.passes(0.4);

    assert.equal(kiosk.seen.screen, "services");
  });

  test("goes at once when the customer says done", () => {
    kiosk.issued();

    kiosk.tap("done");

    assert.equal(kiosk.seen.screen, "services");
  });

  test("a printer that failed leaves the number on the screen until it is noted", () => {
    kiosk.issued();
    kiosk.passes(2);
    kiosk.act("ticket_seen", { ticket: { ...A_TICKET, printed: false } });

    kiosk.passes(60);
    assert.equal(kiosk.seen.screen, "ticket");
    kiosk.tap("done");

    assert.equal(kiosk.seen.screen, "services");
  });

  test("a number that nobody notes goes after two minutes, so that the kiosk serves the next", () => {
    kiosk.issued({ printed: false });

    kiosk.passes(119.9);
    assert.equal(kiosk.seen.screen, "ticket");
    kiosk.passes(0.2);

    assert.equal(kiosk.seen.screen, "services");
  });

  test("a printer that says nothing for ten seconds is not waited for", () => {
    kiosk.issued();

    kiosk.passes(9.9);
    assert.equal(kiosk.state.paper, "awaited");
    kiosk.passes(0.1);

    assert.equal(kiosk.state.paper, "silent");
    assert.equal(ticketClosesAt(kiosk.state) - kiosk.now, LIMITS.noted);
  });

  test("paper that came late is paper: the number need not be noted", () => {
    kiosk.issued();
    kiosk.passes(11);

    kiosk.act("ticket_seen", { ticket: { ...A_TICKET, printed: true } });

    assert.equal(kiosk.state.paper, "printed");
    kiosk.passes(6.1);
    assert.equal(kiosk.seen.screen, "services");
  });

  test("a kiosk without a printer waits for none, and gives forty seconds to note the number", () => {
    kiosk = aKiosk({ printer: false });
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.issued();

    kiosk.passes(39.8);
    assert.equal(kiosk.state.paper, "none");
    assert.equal(kiosk.seen.screen, "ticket");
    kiosk.passes(0.4);

    assert.equal(kiosk.seen.screen, "services");
  });

  test("a printer that came to the kiosk after its page was opened is waited for", () => {
    kiosk = aKiosk({ printer: false });
    kiosk.tap("service_chosen", { service: "A" });

    kiosk.issued({ paper: true });

    assert.equal(kiosk.state.paper, "awaited");
  });

  test("news of another ticket changes nothing", () => {
    kiosk.issued();

    kiosk.act("ticket_seen", { ticket: { ...A_TICKET, id: 40, number: "A011" } });

    assert.equal(kiosk.state.ticket.number, "A012");
  });

  test("the next customer finds nothing of the last one", () => {
    kiosk = aKiosk({ priority: true });
    const fresh = { ...kiosk.state };
    kiosk.tap("language_chosen", { language: "en" });
    for (const setting of ["largeText", "highContrast", "reach"]) kiosk.tap("setting_toggled", { setting });
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("priority_answered", { isWanted: true });
    kiosk.tap("group_chosen", { lane: "elderly" });
    kiosk.issued();
    kiosk.tap("done");

    const clocks = { contactAt: 0, touchedAt: 0, changedAt: 0, settlesAt: 0 };
    assert.deepEqual({ ...kiosk.state, ...clocks }, { ...fresh, ...clocks });
  });
});

describe("nobody there", () => {
  test("an untouched kiosk asks nobody anything", () => {
    const kiosk = aKiosk();

    kiosk.passes(300);

    assert.equal(kiosk.seen.dialog, null);
  });

  test("forty seconds without a touch: more time? twenty later everything is as before", () => {
    const kiosk = aKiosk();

    kiosk.tap("language_chosen", { language: "zh" });
    kiosk.passes(39.9);
    assert.equal(kiosk.seen.dialog, null);
    kiosk.passes(0.1);
    assert.equal(kiosk.seen.dialog, "still_there");
    assert.equal(kiosk.seen.secondsLeft, 20);
    kiosk.passes(19.9);
    assert.equal(kiosk.seen.dialog, "still_there");
    kiosk.passes(0.1);

    assert.equal(kiosk.seen.dialog, null);
    assert.equal(kiosk.state.language, "ms");
  });

  test("more time is given as often as it is asked for", () => {
    const kiosk = aKiosk({ priority: true });
    kiosk.tap("service_chosen", { service: "A" });

    for (let extension = 0; extension < 12; extension += 1) {
      kiosk.passes(40);
      assert.equal(kiosk.seen.dialog, "still_there");
      kiosk.tap("dialog_closed");
      assert.equal(kiosk.seen.dialog, null);
      kiosk.passes(39);
      assert.equal(kiosk.seen.dialog, null);
      kiosk.tap("touched");
    }

    assert.equal(kiosk.seen.screen, "priority");
  });

  test("any touch answers the question, not only the button", () => {
    const kiosk = aKiosk();
    kiosk.tap("setting_toggled", { setting: "largeText" });
    kiosk.passes(40);

    kiosk.tap("touched");

    assert.equal(kiosk.seen.dialog, null);
    assert.equal(kiosk.state.largeText, true);
  });

  test("start again starts again at once", () => {
    const kiosk = aKiosk();
    kiosk.tap("language_chosen", { language: "ta" });
    kiosk.passes(40);

    kiosk.tap("started_again");

    assert.equal(kiosk.state.language, "ms");
    assert.equal(kiosk.seen.dialog, null);
  });
});

describe("without the server, with numbers of this PC's agent", () => {
  const outOfReach = (kiosk, left = { A: 2, F: 0 }) => {
    kiosk.act("local_came", { local: { left, isReady: Object.values(left).some((n) => n > 0) } });
    kiosk.act("queues_missed");
    kiosk.passes(5, { isReachable: false });
    kiosk.act("queues_missed");
  };
  const chosen = (kiosk, service) => {
    kiosk.passes(1, { isReachable: false });
    kiosk.tap("service_chosen", { service });
  };

  test("the kiosk goes on and asks its agent, and knows nothing of waits", () => {
    const kiosk = aKiosk();
    outOfReach(kiosk);

    assert.equal(kiosk.seen.screen, "services");
    assert.ok(kiosk.state.queues.queues.every((queue) => queue.wait === null));
    chosen(kiosk, "A");

    assert.deepEqual(
      kiosk.sent.map(({ type }) => type),
      ["issue_here"],
    );
  });

  test("a service whose numbers are gone sends to a counter", () => {
    const kiosk = aKiosk();
    outOfReach(kiosk);

    chosen(kiosk, "F");

    assert.equal(kiosk.seen.screen, "refused");
    assert.equal(kiosk.state.refusal.code, "block_empty");
    assert.deepEqual(kiosk.sent, []);
  });

  test("without any number left it says that it cannot be used", () => {
    const kiosk = aKiosk();
    outOfReach(kiosk, { A: 0, F: 0 });

    assert.equal(kiosk.seen.screen, "offline");
  });

  test("a tap that may have reached the server is never asked for here as well", () => {
    const kiosk = aKiosk();
    kiosk.act("local_came", { local: { left: { A: 2 }, isReady: true } });
    chosen(kiosk, "A");
    kiosk.act("issue_failed", { key: kiosk.state.key });
    kiosk.act("queues_missed");
    kiosk.passes(20, { isReachable: false });

    assert.deepEqual([...new Set(kiosk.sent.map(({ type }) => type))], ["issue"]);
  });

  test("the server that is back is asked again", () => {
    const kiosk = aKiosk();
    outOfReach(kiosk);
    kiosk.act("queues_came", { queues: branch() });

    chosen(kiosk, "A");

    assert.deepEqual(
      kiosk.sent.map(({ type }) => type),
      ["issue"],
    );
  });
});

describe("help", () => {
  test("rings once, however often it is pressed within ten seconds", () => {
    const kiosk = aKiosk();

    kiosk.tap("help_asked", { kind: "help" });
    kiosk.act("help_answered", { isRung: true });
    kiosk.tap("dialog_closed");
    kiosk.tap("help_asked", { kind: "help" });

    assert.equal(kiosk.sent.length, 1);
    assert.equal(kiosk.state.help.state, "rung");
    assert.equal(kiosk.seen.dialog, "help");
  });

  test("a call that did not get through can be made again at once", () => {
    const kiosk = aKiosk();

    kiosk.tap("help_asked", { kind: "help" });
    kiosk.act("help_answered", { isRung: false });
    kiosk.tap("dialog_closed");
    kiosk.tap("help_asked", { kind: "help" });

    assert.equal(kiosk.sent.length, 2);
  });

  test("help over a ticket keeps the number until help was read", () => {
    const kiosk = aKiosk();
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.issued({ printed: true });

    kiosk.tap("help_asked", { kind: "help" });
    kiosk.passes(20);

    assert.equal(kiosk.seen.screen, "ticket");
  });
});

describe("bad moments", () => {
  test("a closed branch is said on the whole screen, and its opening ends it", () => {
    const kiosk = aKiosk({ queues: branch({ is_open: false, opens_at: "2026-03-03T00:00:00Z" }) });

    assert.equal(kiosk.seen.screen, "closed");
    kiosk.act("queues_came", { queues: branch() });

    assert.equal(kiosk.seen.screen, "services");
  });

  test("a branch that closes keeps the number of who has just taken one", () => {
    const kiosk = aKiosk();
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.issued();

    kiosk.act("queues_came", { queues: branch({ is_open: false }) });

    assert.equal(kiosk.seen.screen, "ticket");
  });

  test("a server out of reach is said within five seconds, and taken back when it answers", () => {
    const kiosk = aKiosk();
    kiosk.passes(2);
    kiosk.act("queues_missed");
    assert.equal(kiosk.seen.screen, "services");

    kiosk.passes(4, { isReachable: false });
    assert.equal(kiosk.seen.screen, "offline");
    assert.equal(isOnline(kiosk.state, kiosk.now), false);
    kiosk.act("queues_came", { queues: branch() });

    assert.equal(kiosk.seen.screen, "services");
  });

  test("what a customer had chosen is still there when the server comes back", () => {
    const kiosk = aKiosk({ priority: true });
    kiosk.tap("language_chosen", { language: "en" });
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.act("queues_missed");
    kiosk.passes(6, { isReachable: false });
    assert.equal(kiosk.seen.screen, "offline");

    kiosk.act("queues_came", { queues: branch() });

    assert.equal(kiosk.seen.screen, "priority");
    assert.equal(kiosk.state.language, "en");
  });

  test("an abandoned kiosk is put back in order even while the server is out of reach", () => {
    const kiosk = aKiosk();
    kiosk.tap("language_chosen", { language: "en" });
    kiosk.act("queues_missed");

    kiosk.passes(41, { isReachable: false });

    assert.equal(kiosk.state.language, "ms");
    assert.equal(kiosk.seen.dialog, null);
  });
});

describe("more than one thing to do", () => {
  test("the first page turns into a list to tick, and one number is asked for with all that follows, in order", () => {
    const kiosk = aKiosk();

    kiosk.tap("several_toggled");
    kiosk.tap("service_chosen", { service: "F" });
    kiosk.tap("service_chosen", { service: "A" });
    assert.equal(issues(kiosk).length, 0);
    kiosk.tap("visit_confirmed");

    assert.deepEqual(issues(kiosk)[0].body, { service: "F", lane: "regular", language: "ms", further: ["A"] });
  });

  test("a second touch unticks, a closed service is not ticked, and nothing ticked asks for nothing", () => {
    const kiosk = aKiosk({ queues: branch({ queues: [queue(), queue({ service: "F", is_open: false })] }) });

    kiosk.tap("several_toggled");
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("visit_confirmed");
    assert.deepEqual(kiosk.state.visit, []);
    assert.equal(issues(kiosk).length, 0);
    kiosk.tap("service_chosen", { service: "F" });

    assert.equal(kiosk.seen.screen, "refused");
  });

  test("a visit is at most four services", () => {
    const kiosk = aKiosk({ queues: branch({ queues: [..."AFHJK"].map((service) => queue({ service })) }) });

    kiosk.tap("several_toggled");
    for (const service of "AFHJK") kiosk.tap("service_chosen", { service });

    assert.deepEqual(kiosk.state.visit, ["A", "F", "H", "J"]);
  });

  test("back leaves the list as it was before, and one tap chooses again", () => {
    const kiosk = aKiosk();

    kiosk.tap("several_toggled");
    kiosk.tap("service_chosen", { service: "F" });
    kiosk.tap("back");
    kiosk.tap("service_chosen", { service: "A" });

    assert.deepEqual(issues(kiosk)[0].body, { service: "A", lane: "regular", language: "ms" });
  });

  test("nothing that was ticked is there for the next customer", () => {
    const kiosk = aKiosk();

    kiosk.tap("several_toggled");
    kiosk.tap("service_chosen", { service: "F" });
    kiosk.passes(61);

    assert.deepEqual([kiosk.state.isSeveral, kiosk.state.visit], [false, []]);
  });
});

describe("for others", () => {
  const forOthers = () =>
    aKiosk({ priority: true, queues: branch({ queues: [queue({ batch: 3 }), queue({ service: "F" })] }) });

  test("only a service that takes several transactions at one turn asks how many", () => {
    const kiosk = forOthers();

    kiosk.tap("service_chosen", { service: "F" });

    assert.equal(kiosk.seen.screen, "priority");
  });

  test("no more are asked for than it takes, and no fewer than one", () => {
    const kiosk = forOthers();

    kiosk.tap("service_chosen", { service: "A" });
    assert.equal(kiosk.seen.screen, "batch");
    for (let n = 0; n < 5; n += 1) kiosk.tap("transactions_changed", { by: 1 });
    assert.equal(kiosk.state.transactions, 3);
    for (let n = 0; n < 5; n += 1) kiosk.act("transactions_changed", { by: -1 });
    assert.equal(kiosk.state.transactions, 1);
    kiosk.tap("transactions_changed", { by: 1 });
    kiosk.tap("batch_confirmed");
    kiosk.tap("priority_answered", { isWanted: false });

    assert.deepEqual(issues(kiosk)[0].body, { service: "A", lane: "regular", language: "ms", transactions: 2 });
  });

  test("back leads from the question about priority to how many, and from there to the services", () => {
    const kiosk = forOthers();

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("batch_confirmed");
    kiosk.tap("back");
    assert.equal(kiosk.seen.screen, "batch");
    kiosk.tap("back");

    assert.equal(kiosk.seen.screen, "services");
  });
});

describe("what can be done online", () => {
  const online = () =>
    aKiosk({ queues: branch({ queues: [queue({ online: "https://kl01.example" }), queue({ service: "F" })] }) });

  test("is told before a number is taken, and a number may be had all the same", () => {
    const kiosk = online();

    kiosk.tap("service_chosen", { service: "A" });
    assert.equal(kiosk.seen.screen, "online");
    assert.equal(issues(kiosk).length, 0);
    kiosk.tap("online_declined");

    assert.equal(issues(kiosk)[0].body.service, "A");
  });

  test("leaves the kiosk to the next customer when it is taken", () => {
    const kiosk = online();

    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("started_again");

    assert.equal(kiosk.seen.screen, "services");
    assert.equal(issues(kiosk).length, 0);
  });

  test("is not offered to who has other things to do here anyway", () => {
    const kiosk = online();

    kiosk.tap("several_toggled");
    kiosk.tap("service_chosen", { service: "A" });
    kiosk.tap("service_chosen", { service: "F" });
    kiosk.tap("visit_confirmed");

    assert.deepEqual(issues(kiosk)[0].body.further, ["F"]);
  });
});
