/** What the kiosk's voice says, in which order, and what becomes of it when something newer comes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { begin, LIMITS, step, VOLUMES, view } from "../../kiosk/static/flow.js";
import { watchHeadphones } from "../../kiosk/static/headphones.js";
import { addressOf, buttonSayings, news } from "../../kiosk/static/spoken.js";
import { createTeller } from "../../kiosk/static/teller.js";

const QUEUES = {
  is_open: true,
  rule: {},
  lanes: ["elderly", "priority", "regular"],
  queues: [
    {
      service: "A",
      name: { ms: "Sijil" },
      waiting: 4,
      wait: { low: 300, likely: 420, high: 600, as_of: "2026-03-02T01:00:00Z" },
      is_open: true,
      bring: { ms: "kad pengenalan" },
      promise_s: 900,
    },
    { service: "F", name: { ms: "Rayuan" }, waiting: 0, wait: null, is_open: false, opens_at: "2026-03-02T06:00:00Z" },
  ],
};
const TICKET = {
  id: 1,
  number: "A012",
  service: "A",
  status: "waiting",
  printed: true,
  ahead: 1,
  wait: null,
  wait_reason: "no_counter",
  further: [],
};

/** A kiosk whose voice has just been turned on, and what it has said since. */
function aKiosk({ priority = true } = {}) {
  let now = 1000;
  let state = begin({ kiosk: { code: "main", priority, printer: true }, queues: QUEUES }, now);
  let before = null;
  const heard = [];
  const follow = () => {
    const seen = view(state, now);
    const { sayings } = news(before, { state, seen });
    before = { state, seen };
    heard.push(...sayings.map(({ language: _, ...saying }) => saying));
  };
  const act = (type, more = {}) => {
    now += 2000;
    state = step(state, { type, key: "k", ...more }, now)[0];
    follow();
  };
  follow();
  return {
    act,
    get state() {
      return state;
    },
    passes(ms) {
      now += ms;
      act("queues_came", { queues: QUEUES });
      act("tick");
    },
    /** What was said since the last time somebody listened. */
    said: () => heard.splice(0).map(({ key, ...values }) => (Object.keys(values).length ? [key, values] : key)),
  };
}

describe("what is said", () => {
  test("nothing, as long as nobody wants it", () => {
    const kiosk = aKiosk();

    kiosk.act("service_chosen", { service: "A" });

    assert.deepEqual(kiosk.said(), []);
  });

  test("how it is used, then the page; and of each page that comes, what stands on it", () => {
    const kiosk = aKiosk();

    kiosk.act("setting_toggled", { setting: "voice" });
    assert.deepEqual(kiosk.said(), ["kiosk.voice.on", "kiosk.services"]);
    kiosk.act("service_chosen", { service: "A" });
    assert.deepEqual(kiosk.said(), ["kiosk.priority.ask", "kiosk.priority.who", "kiosk.priority.why"]);
    kiosk.act("priority_answered", { isWanted: true });
    assert.deepEqual(kiosk.said(), ["kiosk.groups", "kiosk.priority.why"]);
  });

  test("of a visit the service whose wait is beyond its promise, wherever it stands in it", () => {
    const [first] = QUEUES.queues;
    const long = {
      ...first,
      service: "F",
      waiting: 9,
      counters_open: 1,
      wait: { ...first.wait, low: 1500, high: 2700 },
    };
    const kiosk = aKiosk({ priority: false });
    kiosk.act("setting_toggled", { setting: "voice" });
    kiosk.act("queues_came", { queues: { ...QUEUES, queues: [first, long] } });
    kiosk.act("several_toggled");
    for (const service of ["A", "F"]) kiosk.act("service_chosen", { service });
    kiosk.said();

    kiosk.act("visit_confirmed");

    assert.deepEqual(kiosk.said(), [
      "kiosk.over.title",
      ["service", { service: "F" }],
      ["kiosk.over.wait", { a: 25, b: 45, x: 15 }],
      ["kiosk.over.reason", { n: 9, m: 1 }],
      "kiosk.over.elsewhere",
    ]);
  });

  test("the number twice, then all that stands beside it", () => {
    const kiosk = aKiosk({ priority: false });
    kiosk.act("setting_toggled", { setting: "voice" });
    kiosk.act("service_chosen", { service: "A" });
    kiosk.said();

    kiosk.act("ticket_issued", { ticket: TICKET });

    assert.deepEqual(kiosk.said(), [
      ["kiosk.voice.number", { number: "A012" }],
      ["kiosk.voice.number", { number: "A012" }],
      ["service", { service: "A" }],
      ["kiosk.ahead.1", { n: 1 }],
      "kiosk.wait.no_counter",
      "kiosk.paper.printed",
      "kiosk.sit",
      ["kiosk.bring", { service: "A" }],
    ]);
  });

  test("paper that comes later is told when it comes", () => {
    const kiosk = aKiosk({ priority: false });
    kiosk.act("setting_toggled", { setting: "voice" });
    kiosk.act("service_chosen", { service: "A" });
    kiosk.act("ticket_issued", { ticket: { ...TICKET, printed: null } });
    kiosk.said();

    kiosk.act("ticket_seen", { ticket: TICKET });

    assert.deepEqual(kiosk.said(), ["kiosk.paper.printed"]);
  });

  test("help, and what became of it", () => {
    const kiosk = aKiosk();
    kiosk.act("setting_toggled", { setting: "voice" });
    kiosk.said();

    kiosk.act("help_asked");
    kiosk.act("help_answered", { isRung: true });
    kiosk.act("dialog_closed");

    assert.deepEqual(kiosk.said(), [
      "kiosk.help.ringing.title",
      "kiosk.help.ringing.words",
      "kiosk.help.rung.title",
      "kiosk.help.rung.words",
      "kiosk.services",
    ]);
  });

  test("the question whether anybody is there", () => {
    const kiosk = aKiosk();
    kiosk.act("setting_toggled", { setting: "voice" });
    kiosk.said();

    kiosk.passes(LIMITS.idle);

    assert.deepEqual(kiosk.said(), ["kiosk.idle.title", ["kiosk.idle.n", { n: 20 }]]);
  });

  test("a button as the focus reaches it: what its eyes' words say", () => {
    const kiosk = aKiosk();
    const button = (told) => buttonSayings(kiosk.state, told).map(({ key }) => key);

    assert.deepEqual(button({ act: "service_chosen", service: "A" }), [
      "service",
      "kiosk.waiting.n",
      "kiosk.wait.range",
    ]);
    assert.deepEqual(button({ act: "service_chosen", service: "F" }), ["service", "kiosk.closed_until"]);
    assert.deepEqual(button({ act: "setting_toggled", setting: "largeText" }), ["kiosk.large", "kiosk.voice.is_off"]);
    assert.deepEqual(button({ act: "group_chosen", lane: "elderly", phrase: "kiosk.lane.elderly" }), [
      "kiosk.lane.elderly",
    ]);
    assert.deepEqual(buttonSayings(kiosk.state, { act: "language_chosen", language: "ta" }), [
      { key: "kiosk.voice.language", language: "ta" },
    ]);
  });

  test("in the language that the page is in, from the touch on", () => {
    const kiosk = aKiosk();
    kiosk.act("setting_toggled", { setting: "voice" });

    kiosk.act("language_chosen", { language: "zh" });

    assert.equal(buttonSayings(kiosk.state, { act: "back", phrase: "kiosk.back" })[0].language, "zh");
    assert.deepEqual(kiosk.said().slice(2), ["kiosk.services"]);
  });

  test("an address is the same for the same saying, whatever the order of its values", () => {
    const one = addressOf("main", { key: "kiosk.wait.range", language: "ms", b: 15, a: 5 });

    assert.equal(one, "/kiosk/main/voice/ms/kiosk.wait.range.wav?a=5&b=15");
    assert.equal(addressOf("A 1", { key: "kiosk.sit", language: "ta" }), "/kiosk/A%201/voice/ta/kiosk.sit.wav");
  });
});

describe("voice and volume", () => {
  test("a plug turns the voice on and off, and the next customer begins in silence, as loud as ever", () => {
    const kiosk = aKiosk();
    kiosk.act("voice_turned", { isOn: true });
    kiosk.act("volume_changed", { by: 1 });
    assert.deepEqual([kiosk.state.voice, kiosk.state.volume], [true, VOLUMES.usual + 1]);

    kiosk.passes(LIMITS.idle);
    kiosk.passes(LIMITS.countdown);

    assert.deepEqual([kiosk.state.voice, kiosk.state.volume], [false, VOLUMES.usual]);
    kiosk.act("voice_turned", { isOn: true });
    kiosk.act("voice_turned", { isOn: false });
    assert.equal(kiosk.state.voice, false);
  });

  test("one key goes through all volumes, two keys stop at the ends", () => {
    const kiosk = aKiosk();
    const seen = () => kiosk.state.volume;
    const round = [];

    for (let n = 0; n < 4; n += 1) {
      kiosk.act("volume_changed");
      round.push(seen());
    }
    assert.deepEqual(round, [3, 4, 1, 2]);
    for (let n = 0; n < 6; n += 1) kiosk.act("volume_changed", { by: -1 });
    assert.equal(seen(), VOLUMES.least);
    for (let n = 0; n < 6; n += 1) kiosk.act("volume_changed", { by: 1 });
    assert.equal(seen(), VOLUMES.most);
  });

  test("who listens is there: no question as long as clips come to their end", () => {
    const kiosk = aKiosk();
    kiosk.act("setting_toggled", { setting: "voice" });

    for (let n = 0; n < 5; n += 1) {
      kiosk.passes(LIMITS.idle - 10_000);
      kiosk.act("voice_heard");
    }

    assert.equal(kiosk.state.dialog, null);
  });

  test("the settings are asked over the page, and closed by back", () => {
    const kiosk = aKiosk();

    kiosk.act("dialog_opened", { asks: "settings" });
    kiosk.act("setting_toggled", { setting: "largeText" });
    assert.deepEqual([kiosk.state.dialog, kiosk.state.largeText], ["settings", true]);
    kiosk.act("back");

    assert.deepEqual([kiosk.state.dialog, kiosk.state.step], [null, "services"]);
  });

  test("a browser that tells of one more thing to hear with starts the voice; one that tells nothing does no harm", async () => {
    const outputs = [{ kind: "audioinput" }];
    const told = [];
    let changed;
    const devices = {
      enumerateDevices: async () => [...outputs],
      addEventListener: (_, run) => {
        changed = run;
      },
    };
    await watchHeadphones((isIn) => told.push(isIn), devices);

    outputs.push({ kind: "audiooutput" });
    await changed();
    await changed();
    outputs.pop();
    await changed();
    await watchHeadphones(() => told.push("never"), undefined);

    assert.deepEqual(told, [true, false]);
  });
});

/** An audio element that plays when a test says so, and a clock that runs by hand. */
function aTeller() {
  const listeners = {};
  const played = [];
  const timers = new Map();
  let serial = 0;
  const audio = {
    volume: 1,
    isPaused: false,
    addEventListener: (what, run) => {
      listeners[what] = run;
    },
    set src(address) {
      played.push(address);
    },
    play: () => Promise.resolve(),
    pause: () => {
      audio.isPaused = true;
    },
  };
  let heard = 0;
  const teller = createTeller({
    audio,
    onHeard: () => {
      heard += 1;
    },
    later: (run, ms) => {
      serial += 1;
      timers.set(serial, { run, ms });
      return serial;
    },
    never: (timer) => timers.delete(timer),
  });
  return {
    ...teller,
    audio,
    played,
    get heard() {
      return heard;
    },
    /** What is waited for at most so long comes. */
    waits(most = 1000) {
      for (const [id, { run, ms }] of [...timers]) {
        if (ms > most || !timers.has(id)) continue;
        timers.delete(id);
        run();
      }
    },
    ends: () => listeners.ended(),
    fails: () => listeners.error(),
  };
}

describe("the clips", () => {
  test("come one after another", () => {
    const teller = aTeller();

    teller.tell(["a", "b"]);
    assert.deepEqual(teller.played, ["a"]);
    teller.ends();
    teller.waits();
    teller.ends();
    teller.waits();

    assert.deepEqual(teller.played, ["a", "b"]);
    assert.equal(teller.heard, 2);
  });

  test("that are newer take the place of what is being said", () => {
    const teller = aTeller();
    teller.tell(["a", "b", "c"]);

    teller.tell(["d"]);
    teller.ends();
    teller.waits();

    assert.deepEqual(teller.played, ["a", "d"]);
    assert.equal(teller.audio.isPaused, true);
  });

  test("that do not come, or never end, are left out", () => {
    const teller = aTeller();

    teller.tell(["missing", "stuck", "c"]);
    teller.fails();
    teller.waits();
    teller.waits(60_000);
    teller.waits();

    assert.deepEqual(teller.played, ["missing", "stuck", "c"]);
    assert.equal(teller.heard, 0);
  });
});
