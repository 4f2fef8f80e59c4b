/** What the manager is told of the voice: the worst first, and nothing where all is well. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alarmsOf, rowOf } from "../../server/web/static/voice_board.js";

const aZone = (more = {}) => ({
  zone: "hall",
  name: { ms: "Ruang menunggu" },
  state: "on",
  calls_per_minute: 2.4,
  busy: 0.464,
  too_busy: false,
  drop: [],
  missing: [],
  missed: [],
  players: [],
  ...more,
});

test("a zone that is well, or silent by its own hours, asks for nothing", () => {
  assert.deepEqual(alarmsOf([aZone(), aZone({ state: "silent" }), aZone({ state: "one_language" })]), []);
  assert.deepEqual(alarmsOf(null), []);
});

test("what nobody heard comes before what is only too much", () => {
  const missed = [{ what: "spoken", number: "A031", counter: "3", at: "2026-03-02T02:00:00Z" }];
  const busy = aZone({ too_busy: true, busy: 0.93, drop: ["ta"] });

  const told = alarmsOf([busy, aZone({ state: "no_player", missed })]);

  assert.deepEqual(
    told.map(({ level, key }) => [level, key]),
    [
      ["bad", "manage.voice.missed.spoken"],
      ["warning", "manage.voice.drop"],
      ["warning", "manage.voice.alarm"],
    ],
  );
  assert.deepEqual(told[1].facts, { p: 93 });
});

test("an announcement that nobody heard has no number to be told by", () => {
  const missed = [{ what: "spoken", number: "", counter: "", at: "2026-03-02T02:00:00Z" }];

  assert.equal(alarmsOf([aZone({ missed })])[0].key, "manage.voice.missed.notice");
});

test("a zone that is too busy in one language alone has none to drop", () => {
  assert.equal(alarmsOf([aZone({ too_busy: true, busy: 1.2 })])[0].key, "manage.voice.too_busy");
});

test("a row counts those who can play, and says once what is wrong with the others", () => {
  const players = [
    { plays: true, why: "", last_played_at: "2026-03-02T01:00:00Z" },
    { plays: false, why: "blocked", last_played_at: null },
    { plays: false, why: "blocked", last_played_at: "2026-03-02T02:00:00Z" },
    { plays: null, why: "no_device", last_played_at: null },
  ];

  const row = rowOf(aZone({ players }));

  assert.deepEqual([row.ready, row.lastAt, row.why], [2, "2026-03-02T02:00:00Z", ["blocked", "no_device"]]);
  assert.deepEqual([row.calls, row.busy, row.isCalm], ["2.4", "46", true]);
});

const aSelfTest = {
  at: "2026-03-01T23:45:00Z",
  ok: ["ms"],
  recorded: [],
  missing: [{ language: "ta", why: "it ended" }],
};

test("a language that failed the morning's self-test is an alarm before anybody has missed a call", () => {
  const [alarm] = alarmsOf([aZone({ self_test: aSelfTest })]);

  assert.deepEqual(
    [alarm.level, alarm.key, alarm.languages, alarm.at],
    ["bad", "manage.voice.test.alarm", ["ta"], aSelfTest.at],
  );
  assert.deepEqual(alarmsOf([aZone({ self_test: { ...aSelfTest, missing: [] } }), aZone({ self_test: null })]), []);
});

test("a row says when the self-test was and what it found, and nothing of what it did not", () => {
  assert.deepEqual(rowOf(aZone({ self_test: aSelfTest })).test, {
    at: aSelfTest.at,
    found: [
      { key: "manage.voice.test.ok", languages: ["ms"] },
      { key: "manage.voice.test.missing", languages: ["ta"] },
    ],
  });
  assert.equal(rowOf(aZone({ self_test: { ...aSelfTest, missing: [] } })).test.found.length, 1);
  assert.equal(rowOf(aZone()).test, null);
  const recorded = { ...aSelfTest, missing: [], unrecorded: { ms: 2 } };
  assert.deepEqual(rowOf(aZone({ self_test: recorded })).test.found[1], {
    key: "manage.voice.test.unrecorded",
    languages: ["ms"],
    n: 2,
  });
});
