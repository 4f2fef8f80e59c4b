/** The administrator's page: people, devices, the audit. Every change goes through the API and is shown as it then stands. */

import { createApi, Refusal, Unreachable } from "/static/web/api.js";
import { createClock, formatDate, formatTime } from "/static/web/clock.js";
import { readPhrases } from "/static/web/phrases.js";
import { createRecordings } from "/static/web/recordings.js";

const SILENT_AFTER = 120; // s since a device was last heard, before the page says so
const AGAIN = 15000; // ms between two looks at the devices
const AUDIT_SHOWN = 100;

const main = document.querySelector("[data-admin]");
const rights = new Set(main.dataset.rights.split(" "));
const me = Number(main.dataset.me);
const phrases = readPhrases(document);
const clock = createClock({ now: document.body.dataset.now, timeZone: document.body.dataset.timeZone });
const api = createApi();
const find = (name) => document.querySelector(`[data-${name}]`);
const places = JSON.parse(find("places-known").textContent);
let language = document.documentElement.lang || "ms";
let lists = { people: [], devices: [], audit: [] };

const say = (key, values) => phrases.say(key, language, values);

function make(tag, text = "", className = "") {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function mark(level, name, words) {
  const made = make("span", "", `mark mark--${level}`);
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/web/icons.svg#${name}`);
  sign.append(use);
  made.append(sign, words);
  return made;
}

function row(head, ...cells) {
  const made = make("tr");
  const first = make("th", head);
  first.scope = "row";
  made.append(first);
  for (const one of cells) {
    const cell = make("td");
    cell.append(one);
    made.append(cell);
  }
  return made;
}

function button(key, name, onPress, className = "button button--quiet button--small") {
  const made = make("button", say(key), className);
  made.type = "button";
  made.setAttribute("aria-label", `${say(key)}: ${name}`);
  made.addEventListener("click", onPress);
  return made;
}

function tell(level, icon, words) {
  const note = find("said");
  note.className = `note note--${level}`;
  note.replaceChildren(mark(level, icon, words));
  note.hidden = false;
  note.scrollIntoView({ block: "nearest" });
}

function fail(error) {
  if (error instanceof Refusal) tell("bad", "circle-alert", phrases.refusal(error, language));
  else if (error instanceof Unreachable || error instanceof TypeError)
    tell("bad", "wifi-off", say("refusal.unreachable"));
  else throw error;
}

const recordings = find("voice")
  ? createRecordings({ root: find("voice"), api, say, tell, fail, make, row, button })
  : null;

/** Does one thing, says what came of it, and shows the lists as they then stand. */
async function act(path, body, done, name, form = null) {
  try {
    await api.post(path, body);
    form?.reset(); // at once: what is typed from now on is the next one's
    tell("good", "circle-check", say(`admin.done.${done}`, { name }));
    await load();
    return true;
  } catch (error) {
    if (error instanceof Refusal) tell("bad", "circle-alert", phrases.refusal(error, language));
    else if (error instanceof Unreachable) tell("bad", "wifi-off", say("refusal.unreachable"));
    else throw error;
    return false;
  }
}

/** Opens a dialog and waits: its form when confirmed, else null. */
function ask(name, title) {
  const dialog = find(name);
  const form = dialog.querySelector("form");
  form.reset();
  dialog.querySelector("[data-title]").textContent = title;
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes" ? form : null), { once: true });
    dialog.returnValue = "";
  });
}

// ── people ─────────────────────────────────────────────────────────────────────────────────────────────────

function roleOf(person) {
  const select = make("select");
  select.setAttribute("aria-label", `${say("admin.person.role")}: ${person.name}`);
  for (const role of document.querySelectorAll("#person-role option")) {
    const option = make("option", say(`admin.role.${role.value}`));
    option.value = role.value;
    option.selected = role.value === person.role;
    select.append(option);
  }
  select.disabled = person.id === me;
  select.addEventListener("change", async () => {
    const isDone = await act(`/people/${person.id}/role`, { role: select.value }, "role", person.name);
    if (!isDone) select.value = person.role;
  });
  return select;
}

function personRow(person) {
  const actions = make("span", "", "row");
  actions.append(
    button("admin.person.reset", person.name, async () => {
      const form = await ask("ask-password", say("admin.person.new_password", { name: person.name }));
      if (form)
        await act(`/people/${person.id}/password`, { password: form.elements.password.value }, "password", person.name);
      form?.reset();
    }),
  );
  if (person.id !== me) {
    const change = person.is_disabled ? "enable" : "disable";
    actions.append(
      button(`admin.person.${change}`, person.name, () =>
        act(`/people/${person.id}/${change}`, {}, change, person.name),
      ),
    );
  }
  const state = person.is_disabled
    ? mark("bad", "ban", say("admin.person.disabled"))
    : person.is_locked
      ? mark("warning", "lock", say("admin.person.locked"))
      : mark("good", "circle-check", say("admin.person.active"));
  const shown = person.id === me ? `${person.name} (${say("admin.yours")})` : person.name;
  return row(shown, roleOf(person), state, actions);
}

// ── devices ────────────────────────────────────────────────────────────────────────────────────────────────

function when(instant) {
  const at = new Date(instant);
  const day = formatDate(at, language, clock.timeZone);
  const time = formatTime(at, language, clock.timeZone);
  return day === formatDate(clock.now(), language, clock.timeZone) ? time : `${day}, ${time}`;
}

function seenOf(device) {
  if (device.revoked_at) return mark("bad", "ban", say("admin.device.revoked"));
  const age = device.seen_at ? (clock.now() - Date.parse(device.seen_at)) / 1000 : null;
  if (age !== null && age < SILENT_AFTER) return mark("good", "wifi", say("admin.device.good"));
  return mark("warning", "wifi-off", `${say("admin.device.silent")}${age === null ? "" : `, ${when(device.seen_at)}`}`);
}

function deviceRow(device) {
  const actions = make("span", "", "row");
  if (!device.revoked_at) {
    actions.append(
      button("admin.device.revoke", device.name, async () => {
        const form = await ask("ask-revoke", say("admin.device.revoke.sure", { name: device.name }));
        if (form) await act(`/devices/${device.id}/revoke`, {}, "revoke", device.name);
      }),
    );
  }
  const made = row(
    device.name,
    kindWords(device.role),
    (device.scope ?? []).join(", ") || "–",
    seenOf(device),
    actions,
  );
  made.dataset.revoked = device.revoked_at ? "yes" : "no";
  return made;
}

const kindWords = (role) => (phrases.has(`admin.kind.${role}`) ? say(`admin.kind.${role}`) : role);

function offerPlaces() {
  const role = document.querySelector("#device-role").value;
  find("places").replaceChildren(
    ...(places[role] ?? []).map((code) => {
      const option = make("option");
      option.value = code;
      return option;
    }),
  );
}

// ── audit ──────────────────────────────────────────────────────────────────────────────────────────────────

function detailWords(detail) {
  if (!detail || typeof detail !== "object") return detail ?? "";
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
}

/** "officer:7" is a person by now, if this page knows the people. */
function actorWords(actor) {
  const person = lists.people.find((one) => String(one.id) === actor.split(":")[1]);
  return person ? `${person.name} (${actor})` : actor;
}

function auditRow(entry) {
  const kind = entry.kind.replaceAll("_", " ").replace(":", ": ");
  return row(when(entry.at), actorWords(entry.actor), kind, detailWords(entry.detail));
}

// ── all of it ──────────────────────────────────────────────────────────────────────────────────────────────

function paint() {
  if (find("people")) find("people").replaceChildren(...lists.people.map(personRow));
  if (find("devices")) {
    const shown = lists.devices.length ? lists.devices.map(deviceRow) : [row(say("admin.device.none"), "", "", "", "")];
    find("devices").replaceChildren(...shown);
    offerPlaces();
  }
  if (find("audit")) find("audit").replaceChildren(...lists.audit.map(auditRow));
  recordings?.paint();
}

async function load() {
  const wanted = {};
  if (rights.has("admin")) Object.assign(wanted, { people: "/people", devices: "/devices" });
  if (rights.has("audit")) wanted.audit = `/audit?limit=${AUDIT_SHOWN}`;
  const answers = await Promise.all(Object.values(wanted).map((path) => api.get(path)));
  lists = Object.assign({ ...lists }, ...answers);
  paint();
}

async function reload() {
  try {
    await load();
  } catch (error) {
    if (error instanceof Refusal) tell("bad", "circle-alert", phrases.refusal(error, language));
    else if (error instanceof Unreachable) tell("bad", "wifi-off", say("refusal.unreachable"));
    else throw error;
  }
}

function prepareForms() {
  find("add-person")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { name, role, password } = form.elements;
    const body = { name: name.value.trim(), role: role.value, password: password.value };
    await act("/people", body, "person", body.name, form);
  });
  find("pair-device")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { code, name, role, scope } = form.elements;
    const body = { code: code.value.replaceAll(" ", "").toUpperCase(), name: name.value.trim(), role: role.value };
    await act("/devices/pair", { ...body, scope: scope.value ? [scope.value.trim()] : [] }, "device", body.name, form);
  });
  document.querySelector("#device-role")?.addEventListener("change", offerPlaces);
}

find("language").value = language;
find("language").addEventListener("change", (event) => {
  language = event.target.value;
  document.documentElement.lang = language;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
  document.cookie = `giliran_language=${language}; path=/; max-age=31536000; samesite=strict`;
  phrases.dress(document, language);
  paint();
});
prepareForms();
recordings?.load();
phrases.dress(document, language);
reload();
setInterval(() => {
  // Somebody who is choosing must not have the list change under the hand.
  if (!main.contains(document.activeElement) && !document.querySelector("dialog[open]")) reload();
}, AGAIN);
