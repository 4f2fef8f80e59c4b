/**
 * The server's clock on this machine, and times written as people here say them.
 * Pure but for `performance.now()`, which a test hands in.
 *
 *   const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
 *   clock.sync(board.as_of);              // after every board: a wrong PC clock does not matter
 *   clock.now()                           // Date, the server's
 *   formatTime(date, "ms", zone)          // "10.42 pagi" · "10.42 am" · "上午10:42" · "காலை 10.42"
 *   formatSoon(date, "ms", zone)          // "10.42"
 *   formatDate(date, "ms", zone)          // "Isnin, 2 Mac 2026"
 *   formatDayAndTime(date, "ms", zone)    // "Isnin, 8.00 pagi"
 *   minutesRange({low, likely, high})     // {a: 15, n: 20, b: 30}: fives of minutes, never narrower than the truth
 *   formatSpan(seconds)                   // "4:05", "1:02:09"
 */

const DEFAULT_ZONE = "Asia/Kuala_Lumpur";
const LOCALES = { ms: "ms-MY", en: "en-MY", zh: "zh-CN", ta: "ta-MY" };

/** Part of the day by its first hour, as CLDR has it; the last one that has begun holds. */
const DAY_PARTS = {
  ms: [
    [0, "tengah malam"],
    [1, "pagi"],
    [12, "tengah hari"],
    [14, "petang"],
    [19, "malam"],
  ],
  en: [
    [0, "am"],
    [12, "pm"],
  ],
  zh: [
    [0, "凌晨"],
    [5, "清晨"],
    [8, "上午"],
    [12, "中午"],
    [13, "下午"],
    [19, "晚上"],
  ],
  ta: [
    [0, "இரவு"],
    [3, "அதிகாலை"],
    [5, "காலை"],
    [12, "மதியம்"],
    [14, "பிற்பகல்"],
    [16, "மாலை"],
    [21, "இரவு"],
  ],
};

/** A clock that follows the server and, between two words from it, the steady counter of the browser. */
export function createClock({ now, timeZone = DEFAULT_ZONE, steady = () => performance.now() } = {}) {
  const first = now ? Date.parse(now) : Number.NaN;
  let base = Number.isNaN(first) ? Date.now() : first;
  let at = steady();
  const read = () => base + (steady() - at);
  return {
    timeZone: timeZone || DEFAULT_ZONE,
    now: () => new Date(read()),
    /** Follows a server instant; differences below a second are the network's and are left alone. */
    sync(instant) {
      const heard = Date.parse(instant);
      if (Number.isNaN(heard) || Math.abs(heard - read()) < 1000) return;
      base = heard;
      at = steady();
    },
  };
}

function hourAndMinute(date, timeZone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(date);
  const value = (type) => Number(parts.find((part) => part.type === type)?.value);
  return { hour: value("hour"), minute: value("minute") };
}

/** The words for the part of the day, e.g. "pagi"; unknown languages read as Malay. */
export function dayPart(hour, language) {
  const parts = DAY_PARTS[language] ?? DAY_PARTS.ms;
  return parts.filter(([from]) => hour >= from).at(-1)[1];
}

/** A time of day as that language's signs write it. */
export function formatTime(instant, language = "ms", timeZone = DEFAULT_ZONE) {
  const soon = formatSoon(instant, language, timeZone);
  const part = dayPart(hourAndMinute(new Date(instant), timeZone).hour, language);
  if (language === "zh") return `${part}${soon}`;
  return language === "ta" ? `${part} ${soon}` : `${soon} ${part}`;
}

/** A time less than half a day away, which needs no part of the day: "12.46", "12:46". */
export function formatSoon(instant, language = "ms", timeZone = DEFAULT_ZONE) {
  const { hour, minute } = hourAndMinute(new Date(instant), timeZone);
  return `${hour % 12 === 0 ? 12 : hour % 12}${language === "zh" ? ":" : "."}${String(minute).padStart(2, "0")}`;
}

/** A full date with its weekday. */
export function formatDate(instant, language = "ms", timeZone = DEFAULT_ZONE) {
  return new Intl.DateTimeFormat(LOCALES[language] ?? LOCALES.ms, {
    timeZone,
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(new Date(instant));
}

/** "Isnin, 8.00 pagi": when the doors open again; today without the day, a week away or more with the date. */
export function formatDayAndTime(instant, language = "ms", timeZone = DEFAULT_ZONE, now = null) {
  const date = new Date(instant);
  const isToday = now !== null && formatDate(now, "en", timeZone) === formatDate(date, "en", timeZone);
  if (isToday) return formatTime(date, language, timeZone);
  const far = now !== null && Math.abs(date - new Date(now)) > 6 * 86_400_000;
  const day = far
    ? formatDate(date, language, timeZone)
    : new Intl.DateTimeFormat(LOCALES[language] ?? LOCALES.ms, { timeZone, weekday: "long" }).format(date);
  const time = formatTime(date, language, timeZone);
  return language === "zh" ? `${day} ${time}` : `${day}, ${time}`;
}

export const STEP = 5; // minutes: nobody can say a wait more finely

/** Seconds in minutes: whole fives of them, down and up. */
export const down = (seconds) => Math.floor(seconds / (60 * STEP)) * STEP;
export const up = (seconds) => Math.ceil(seconds / (60 * STEP)) * STEP;

/**
 * A wait in seconds as the screens show it: in fives of minutes, low `a` rounded down, likely `n` and high `b` up.
 * The ends are never the same and `b` never 0; where `a` is 0 the words are "under b". As config/times.py has it.
 */
export function minutesRange(wait) {
  const a = down(wait.low);
  const b = Math.max(up(wait.high), a + STEP);
  return { a, n: Math.min(Math.max(up(wait.likely), a, STEP), b), b };
}

/** The time without the part of the day, where that is plain: "10.42". */
export function formatHourAndMinute(instant, language = "ms", timeZone = DEFAULT_ZONE) {
  const { hour, minute } = hourAndMinute(new Date(instant), timeZone);
  return `${hour % 12 === 0 ? 12 : hour % 12}${language === "zh" ? ":" : "."}${String(minute).padStart(2, "0")}`;
}

/** Seconds as a timer shows them. */
export function formatSpan(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
