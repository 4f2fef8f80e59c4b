/** Words and times as the screens say them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createClock,
  formatDate,
  formatDayAndTime,
  formatSoon,
  formatSpan,
  formatTime,
} from "../../server/web/static/clock.js";
import { createPhrases } from "../../server/web/static/phrases.js";

const ZONE = "Asia/Kuala_Lumpur";
const MORNING = "2026-03-02T02:42:00Z";

test("a time is said in Malay as 10.42 pagi, and in each language as its signs write it", () => {
  assert.deepEqual(
    ["ms", "en", "zh", "ta"].map((language) => formatTime(MORNING, language, ZONE)),
    ["10.42 pagi", "10.42 am", "上午10:42", "காலை 10.42"],
  );
  assert.equal(formatTime("2026-03-02T06:30:00Z", "ms", ZONE), "2.30 petang");
  assert.equal(formatTime("2026-03-02T04:15:00Z", "ms", ZONE), "12.15 tengah hari");
  assert.equal(formatTime("2026-03-01T16:05:00Z", "ms", ZONE), "12.05 tengah malam");
  assert.equal(formatTime("2026-03-02T12:00:00Z", "ms", ZONE), "8.00 malam");
});

test("a time soon to come needs no part of the day", () => {
  assert.equal(formatSoon("2026-03-02T04:46:00Z", "ms", ZONE), "12.46");
  assert.equal(formatSoon("2026-03-02T06:05:00Z", "zh", ZONE), "2:05");
});

test("a date is the branch's date, not the one in Greenwich", () => {
  assert.equal(formatDate("2026-03-01T17:00:00Z", "ms", ZONE), "Isnin, 2 Mac 2026");
});

test("the doors open again on a named day; today without it; a week away, with its date", () => {
  const monday = "2026-03-02T00:00:00Z";
  assert.equal(formatDayAndTime(monday, "ms", ZONE, "2026-02-28T00:00:00Z"), "Isnin, 8.00 pagi");
  assert.equal(formatDayAndTime(monday, "ms", ZONE, "2026-02-20T00:00:00Z"), "Isnin, 2 Mac 2026, 8.00 pagi");
  assert.equal(formatDayAndTime(monday, "ms", ZONE, "2026-03-01T17:30:00Z"), "8.00 pagi");
});

test("a timer counts minutes, then hours", () => {
  assert.deepEqual([0, 65, 3729].map(formatSpan), ["0:00", "1:05", "1:02:09"]);
});

test("the clock goes by the server's word, and a wrong PC clock does not matter", () => {
  let counted = 0;
  const clock = createClock({ now: MORNING, steady: () => counted });

  counted = 60_000;
  assert.equal(clock.now().toISOString(), "2026-03-02T02:43:00.000Z");
  clock.sync("2026-03-02T02:43:00.400Z");
  assert.equal(clock.now().toISOString(), "2026-03-02T02:43:00.000Z");
  clock.sync("2026-03-02T02:50:00Z");
  assert.equal(clock.now().toISOString(), "2026-03-02T02:50:00.000Z");
});

test("a sentence is filled, a missing language falls back to Malay and says so", () => {
  const phrases = createPhrases({ "ahead.n": { ms: "{n} orang di hadapan anda", en: "{n} people ahead of you" } });

  assert.equal(phrases.say("ahead.n", "en", { n: 4 }), "4 people ahead of you");
  assert.equal(phrases.say("ahead.n", "ta", { n: 4 }), "4 orang di hadapan anda");
  assert.equal(phrases.spokenIn("ahead.n", "ta"), "ms");
  assert.equal(phrases.say("nobody.wrote.this", "ms"), "nobody.wrote.this");
});

test("a refusal is said by its code, else by its own words, never by nothing", () => {
  const phrases = createPhrases({
    "refusal.not_open": { ms: "Ditutup sehingga {until}" },
    "refusal.unknown": { ms: "Maaf, cuba lagi" },
  });

  assert.equal(
    phrases.refusal({ code: "not_open", more: { until: "2.00 petang" } }, "ms"),
    "Ditutup sehingga 2.00 petang",
  );
  assert.equal(phrases.refusal({ code: "odd", detail: "Odd thing", more: {} }, "en"), "Odd thing");
  assert.equal(phrases.refusal({ code: "odd", detail: "", more: {} }, "ms"), "Maaf, cuba lagi");
});

test("a service without a name in the language is named in Malay", () => {
  const phrases = createPhrases({});

  assert.equal(phrases.text({ ms: "Sijil", en: "Certificates" }, "ta"), "Sijil");
  assert.equal(phrases.textIn({ ms: "Sijil", en: "Certificates" }, "ta"), "ms");
});
