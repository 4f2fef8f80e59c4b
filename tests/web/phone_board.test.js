/** What a customer reads on the phone, in every state of a ticket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sentences } from "../../server/web/static/phone_board.js";
import { waitWords } from "../../server/web/static/waits.js";

const NOW = "2026-03-02T02:42:00Z";
const ISSUED = "2026-03-02T02:32:00Z";

const waiting = {
  number: "A012",
  status: "waiting",
  issued_at: ISSUED,
  called_at: null,
  ended_at: null,
  counter: null,
  ahead: 7,
  soon: false,
  wait: { low: 900, likely: 1200, high: 1800 },
};

const told = (changes) =>
  sentences(
    { ...waiting, ...changes },
    {
      now: NOW,
      missedAt: "the enquiry counter",
      say: (key, values = {}) => [key, ...Object.values(values)].join(" "),
      clock: (instant) => instant.slice(11, 16),
      words: (wait) => waitWords(wait, "en", "Asia/Kuala_Lumpur"),
    },
  );

test("who waits reads the place, the range and how old it is", () => {
  assert.deepEqual(told({}), {
    state: "waiting",
    sentence: "phone.waiting",
    ahead: "ahead.n 7",
    wait: "wait.about 20 15 30",
    as_of: "asof 02:42",
    progress: 33,
  });
});

test("when the server says that it is time to come back, so does the phone", () => {
  assert.deepEqual(
    [false, true].map((soon) => told({ soon }).sentence),
    ["phone.waiting", "soon"],
  );
  assert.deepEqual(
    [2, 1, 0].map((ahead) => told({ ahead }).ahead),
    ["ahead.n 2", "ahead.1 1", "ahead.0 0"],
  );
});

test("a long wait is told as a time of day", () => {
  const wait = { low: 2100, likely: 2800, high: 3900, as_of: NOW };

  assert.equal(told({ wait }).wait, "wait.clock 11.30 11.15 11.50");
});

test("a wait that nobody can tell is excused, and no line fills", () => {
  const { wait, progress } = told({ wait: null, wait_reason: "not_yet" });

  assert.deepEqual([wait, progress], ["wait.unknown", null]);
  assert.equal(told({ wait: null, wait_reason: "no_counter" }).wait, "wait.no_counter");
});

test("a call says where to go, and nothing about waiting is left", () => {
  assert.deepEqual(told({ status: "called", counter: "3A", ahead: 0, wait: null }), {
    state: "called",
    sentence: "turn 3A",
    ahead: "",
    wait: "",
    as_of: "asof 02:42",
    progress: null,
  });
});

test("an old ticket says when it was called and where to go now", () => {
  const missed = { status: "no_show", called_at: "2026-03-02T02:30:00Z", ended_at: "2026-03-02T02:33:00Z" };

  assert.equal(told(missed).sentence, "phone.no_show 02:30 the enquiry counter");
  assert.equal(told(missed).as_of, "");
});

test("every other state has its sentence", () => {
  const ended_at = NOW;
  assert.equal(told({ status: "serving", counter: "2" }).sentence, "phone.serving 2");
  assert.equal(told({ status: "held" }).sentence, "phone.held");
  assert.equal(told({ status: "finished", ended_at }).sentence, "phone.finished");
  assert.equal(told({ status: "left", ended_at }).sentence, "phone.left");
});
