/** What the manager is told of the voice, zone by zone. Pure: the board's `voice` in, words to say out. */

export const TOO_BUSY = 0.7;
const ALARMS = { no_player: "warning", no_answer: "bad", chime_only: "warning" };
const percent = (share) => Math.round(share * 100);

/** Phrases and their facts, the worst first: `{level, key, facts}`; `zone`, `state` and `languages` are said later. */
export function alarmsOf(zones) {
  const found = [];
  for (const zone of zones ?? []) {
    if (zone.state in ALARMS) {
      found.push({ level: ALARMS[zone.state], key: "manage.voice.alarm", zone, state: zone.state, facts: {} });
    }
    for (const one of zone.missed) {
      const { number, counter, at } = one;
      const what = number ? one.what : "notice";
      found.push({ level: "bad", key: `manage.voice.missed.${what}`, zone, at, facts: { number, counter } });
    }
    if (zone.too_busy) {
      const key = zone.drop.length > 0 ? "manage.voice.drop" : "manage.voice.too_busy";
      found.push({ level: "warning", key, zone, languages: zone.drop, facts: { p: percent(zone.busy) } });
    }
    const failed = zone.self_test?.missing ?? [];
    if (failed.length > 0) {
      const languages = failed.map((one) => one.language);
      found.push({ level: "bad", key: "manage.voice.test.alarm", zone, languages, at: zone.self_test.at, facts: {} });
    }
    if (zone.missing.length > 0) {
      found.push({ level: "warning", key: "manage.voice.missing", zone, languages: zone.missing, facts: {} });
    }
  }
  return found.sort((a, b) => (a.level === "bad" ? 0 : 1) - (b.level === "bad" ? 0 : 1));
}

/** A row of the table: figures as they are written, and what is wrong with the zone's players, each reason once. */
export function rowOf(zone) {
  const able = zone.players.filter((player) => player.plays !== false);
  const played = zone.players.map((player) => player.last_played_at).filter(Boolean);
  return {
    name: zone.name,
    state: zone.state,
    isCalm: !(zone.state in ALARMS),
    calls: zone.calls_per_minute.toFixed(1),
    busy: String(percent(zone.busy)),
    ready: able.length,
    lastAt: played.sort().at(-1) ?? null,
    test: testOf(zone.self_test ?? null),
    why: [...new Set(zone.players.map((player) => player.why).filter(Boolean))],
  };
}

/** This morning's self-test: when it was, and which languages did how; null where there was none yet. */
function testOf(test) {
  if (test === null) return null;
  const found = [
    { key: "manage.voice.test.ok", languages: test.ok },
    { key: "manage.voice.test.missing", languages: test.missing.map((one) => one.language) },
    ...Object.entries(test.unrecorded ?? {}).map(([language, n]) => ({
      key: "manage.voice.test.unrecorded",
      languages: [language],
      n,
    })),
  ];
  return { at: test.at, found: found.filter(({ languages }) => languages.length > 0) };
}
