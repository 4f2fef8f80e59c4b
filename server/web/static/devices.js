/** The office's devices on the manager's page: which are there, and since when the others say nothing. */

import { formatDayAndTime } from "./clock.js";

/** A row of the board's `devices` as it is shown: {role, name, place, key, at, level}; `level` "" needs no mark. */
export function rowOf({ role, name, places, state, seen_at: seenAt }) {
  const at = state === "gone" && seenAt ? new Date(seenAt) : null;
  return { role, name, place: places.join(", ") || "–", key: `manage.devices.${state}`, at, level: LEVELS[state] };
}

const LEVELS = { here: "", gone: "warning", new: "" };

export function createDevices({ phrases, zone, mark }) {
  const find = (name) => document.querySelector(`[data-${name}]`);

  function make(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function paint(board, language, now) {
    const say = (key, values) => phrases.say(key, language, values);
    const devices = (board.devices ?? []).map(rowOf);
    find("devices-none").hidden = devices.length > 0;
    find("devices-table").hidden = devices.length === 0;
    find("devices").replaceChildren(
      ...devices.map((device) => {
        const t = device.at ? formatDayAndTime(device.at, language, zone, now) : "";
        const state = make("td", device.level ? "" : say(device.key));
        if (device.level) state.append(mark(device.level, "triangle-alert", say(device.key, { t })));
        const name = make("th", say(`admin.kind.${device.role}`));
        name.scope = "row";
        const row = document.createElement("tr");
        row.append(name, make("td", device.name), make("td", device.place), state);
        return row;
      }),
    );
  }

  return { paint };
}
