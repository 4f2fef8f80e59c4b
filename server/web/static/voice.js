/** Paints what voice_board.js says: the warnings above the figures, and the zones' table. */

import { formatTime } from "./clock.js";
import { alarmsOf, rowOf, TOO_BUSY } from "./voice_board.js";

export function createVoice({ phrases, zone, mark }) {
  const find = (name) => document.querySelector(`[data-${name}]`);

  function make(tag, text, className = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  const namesOf = (codes, say) => codes.map((code) => say(`language.${code}`)).join(", ");

  function saidOf(test, language, say) {
    const found = test.found.map(({ key, languages, n }) => say(key, { languages: namesOf(languages, say), n }));
    return say("manage.voice.test", { t: formatTime(test.at, language, zone), found: found.join(", ") });
  }

  /** Only where the words have changed: a warning that is written anew is read out anew. */
  function paintAlarms(zones, language, say) {
    const said = alarmsOf(zones).map((alarm) => {
      const facts = {
        ...alarm.facts,
        zone: phrases.text(alarm.zone.name, language),
        state: alarm.state ? say(`manage.voice.state.${alarm.state}`) : "",
        languages: alarm.languages ? namesOf(alarm.languages, say) : "",
        t: alarm.at ? formatTime(alarm.at, language, zone) : "",
      };
      return { level: alarm.level, words: say(alarm.key, facts) };
    });
    const place = find("voice-alarms");
    const before = [...place.children].map((note) => note.textContent);
    if (before.join("\n") === said.map(({ words }) => words).join("\n")) return;
    place.replaceChildren(...said.map(({ level, words }) => make("li", words, `note note--${level}`)));
  }

  function paint(board, language) {
    const say = (key, values) => phrases.say(key, language, values);
    const zones = board.voice ?? null;
    paintAlarms(zones, language, say);
    find("voice-off").hidden = zones !== null;
    find("voice-table").hidden = zones === null;
    const is = say("manage.voice.is", { p: Math.round(TOO_BUSY * 100) });
    if (find("voice-is").textContent !== is) find("voice-is").textContent = is;
    find("voice").replaceChildren(
      ...(zones ?? []).map(rowOf).map((told) => {
        const row = document.createElement("tr");
        const name = make("th", phrases.text(told.name, language));
        name.scope = "row";
        const state = make("td", told.isCalm ? say(`manage.voice.state.${told.state}`) : "");
        if (!told.isCalm) state.append(mark("warning", "triangle-alert", say(`manage.voice.state.${told.state}`)));
        const players = [
          say("manage.voice.ready", { n: told.ready }),
          ...(told.lastAt ? [say("manage.voice.last", { t: formatTime(told.lastAt, language, zone) })] : []),
          ...(told.test ? [saidOf(told.test, language, say)] : []),
          ...told.why.map((why) => (phrases.has(`manage.voice.why.${why}`) ? say(`manage.voice.why.${why}`) : why)),
        ];
        row.append(
          name,
          state,
          make("td", told.calls, "table__figure"),
          make("td", told.busy, "table__figure"),
          make("td", players.join(" · ")),
        );
        return row;
      }),
    );
  }

  return { paint };
}
