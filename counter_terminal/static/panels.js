/**
 * The dialogs of the terminal: what an action still asks. Open with a key, press a digit: two actions.
 *
 *   const panels = createPanels(document, { phrases, context, onChoose, zone });
 *   panels.toggle("transfer");     // fills it from context().board and opens it
 *   panels.digit(3);               // presses the third choice
 *   onChoose("transfer", { service: "F", position: "arrival", note: "" })
 */

import { formatTime } from "/static/web/clock.js";
import * as facts from "./board.js";
import { askOf, EMERGENCIES, lanesInOrder, letterOf } from "./issuing.js";
import { reasonWords } from "./paint.js";

const LANGUAGE_NAMES = { ms: "Bahasa Melayu", en: "English", zh: "中文", ta: "தமிழ்" };
export const PANELS = new Set(["transfer", "visit", "hold", "close", "walk_direct", "issue", "other", "menu"]);

export function createPanels(root, { phrases, context, onChoose, zone }) {
  const panel = (name) => root.querySelector(`[data-panel="${name}"]`);
  const list = (name) => root.querySelector(`[data-list="${name}"]`);
  const opened = () => root.querySelector("dialog[data-panel][open]");
  const checked = (dialog, name) => dialog.querySelector(`input[name="${name}"]:checked`)?.value;
  const titles = new Map();

  function choice(words, { small = "", label = "", language = "", off = false, onPress }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "choice";
    button.dataset.choice = "";
    if (off) button.setAttribute("aria-disabled", "true");
    const cap = document.createElement("kbd");
    cap.className = "press__key";
    cap.dataset.digit = "";
    cap.setAttribute("aria-hidden", "true");
    const said = document.createElement("span");
    said.textContent = label ? `${label} ${words}` : words;
    if (language) said.lang = language;
    if (small) {
      const second = document.createElement("small");
      second.textContent = small;
      said.append(second);
    }
    button.append(cap, said);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") onPress();
    });
    return button;
  }

  function fill(name, choices) {
    list(name).replaceChildren(...choices);
    const block = root.querySelector(`[data-list-block="${name}"]`);
    if (block) block.hidden = choices.length === 0;
  }

  const FILL = {
    transfer(dialog, { board, language }) {
      const targets = facts.transferTargets(board);
      const send = (target) => () =>
        choose("transfer", {
          [target.kind]: target.value,
          position: checked(dialog, "position") ?? "arrival",
          note: dialog.querySelector("[name=note]").value,
        });
      fill(
        "services",
        targets.services.map((target) =>
          choice(phrases.text(target.name, language), {
            label: target.label,
            language: phrases.textIn(target.name, language),
            onPress: send(target),
          }),
        ),
      );
      fill(
        "counters",
        targets.counters.map((target) =>
          choice(target.label, {
            small: phrases.say(target.isOpen ? "terminal.counter.open" : "terminal.counter.closed", language),
            onPress: send(target),
          }),
        ),
      );
      fill(
        "officers",
        targets.officers.map((target) =>
          choice(target.label, {
            small: target.name ? phrases.say("terminal.counter", language, { name: target.name }) : "",
            onPress: send(target),
          }),
        ),
      );
      dialog.querySelector("[name=note]").value = "";
      dialog.querySelector('[name=position][value="arrival"]').checked = true;
    },

    visit(_dialog, { board, language }) {
      fill(
        "visit",
        facts.visitChoices(board).map((one) =>
          choice(phrases.text(one.name, language), {
            label: one.code,
            language: phrases.textIn(one.name, language),
            small: one.isPlanned ? phrases.say("terminal.visit.planned", language) : "",
            onPress: () => choose("visit", { services: one.services }),
          }),
        ),
      );
    },

    hold(dialog, { language }) {
      const send = (reason) => () =>
        choose("hold", { reason, remind_minutes: Number(checked(dialog, "remind") ?? 10) });
      fill(
        "hold",
        facts.HOLD_REASONS.map((reason) =>
          choice(reasonWords(phrases, language, "hold", reason), { onPress: send(reason) }),
        ),
      );
    },

    close(dialog, { board, language }) {
      const isBusy = Boolean(board.ticket);
      dialog.querySelector("[data-close-busy]").hidden = !isBusy;
      dialog.querySelector("[data-close-short]").hidden = true;
      fill(
        "close",
        facts.BREAKS.map((reason) =>
          choice(reasonWords(phrases, language, "break", reason), {
            off: isBusy,
            onPress: () => (board.lunch ? askFirst(dialog, reason) : choose("close", { reason })),
          }),
        ),
      );
    },

    walk_direct(_dialog, { board, language }) {
      fill(
        "walk_direct",
        servicesHere(board).map((service) =>
          choice(phrases.text(service.name, language), {
            label: service.code,
            onPress: () => choose("walk_direct", { service: service.code }),
          }),
        ),
      );
    },

    issue(dialog, { board, language }) {
      const { lanes, languages, kiosks } = JSON.parse(dialog.dataset.issuing || "{}");
      const picks = (name, rows, words, chosen) =>
        dialog
          .querySelector(`[data-picks="${name}"]`)
          .replaceChildren(
            ...rows.map((value, n) => pick(name, value, words(value), letterOf(name, n), value === chosen)),
          );
      const say = (key) => phrases.say(key, language);
      const paper = localStorage.getItem("giliran.officer.kiosk") ?? kiosks[0] ?? "";
      picks("lane", lanesInOrder(lanes), (lane) => say(`lane.${lane}`), "regular");
      picks("reason", EMERGENCIES, (why) => say(`terminal.emergency.${why}`), null);
      picks("language", languages, (code) => [LANGUAGE_NAMES[code] ?? code, code], languages[0]);
      picks(
        "kiosk",
        [...kiosks, ""],
        (code) => (code ? `${say("terminal.issue.at")} ${code}` : say("terminal.issue.tell")),
        paper,
      );
      showReason(dialog);
      fill(
        "issue",
        (board.services ?? []).map((service) =>
          choice(phrases.text(service.name, language), {
            label: service.code,
            language: phrases.textIn(service.name, language),
            onPress: () => issueFor(dialog, service.code),
          }),
        ),
      );
    },

    other(_dialog, { board, language, officer }) {
      const isFree = facts.stateOf(board, officer) === "idle";
      fill(
        "held",
        (board.held ?? []).map((held) =>
          choice(phrases.say("terminal.resume", language), {
            label: held.number,
            small: reasonWords(phrases, language, "hold", held.reason),
            off: !isFree,
            onPress: () => choose("resume", { number: held.number }),
          }),
        ),
      );
      fill(
        "missed",
        (board.missed ?? []).map((missed) =>
          choice(missed.number, {
            small: phrases.say("terminal.restore", language),
            onPress: () => choose("restore", { number: missed.number }),
          }),
        ),
      );
      fill(
        "absent",
        (board.absent ?? []).map((absent) =>
          choice(absent.number, {
            small: phrases.say("terminal.check_in", language),
            onPress: () => choose("check_in", { id: absent.id, number: absent.number }),
          }),
        ),
      );
      root.querySelector("[data-call-form]").reset();
    },

    menu(dialog, { language }) {
      for (const one of dialog.querySelectorAll("[name=language]")) one.checked = one.value === language;
    },
  };

  function pick(name, value, words, letter, isChosen) {
    const label = document.createElement("label");
    label.className = "pick";
    const box = document.createElement("input");
    Object.assign(box, { type: "radio", name: `issue-${name}`, value, checked: isChosen });
    const said = document.createElement("span");
    [said.textContent, said.lang] = Array.isArray(words) ? words : [words, context().language];
    label.append(box, said);
    if (letter) {
      const cap = document.createElement("kbd");
      cap.className = "press__key";
      cap.textContent = letter;
      cap.setAttribute("aria-hidden", "true");
      label.dataset.letter = letter;
      label.append(cap);
    }
    box.addEventListener("change", () => showReason(label.closest("dialog")));
    return label;
  }

  /** Why is asked of an emergency alone. */
  function showReason(dialog) {
    const isEmergency = checked(dialog, "issue-lane") === "emergency";
    dialog.querySelector("[data-issue-reason]").hidden = !isEmergency;
    dialog.querySelector("[data-issue-wrong]").hidden = true;
  }

  function issueFor(dialog, service) {
    const [lane, reason, language, kiosk] = ["lane", "reason", "language", "kiosk"].map(
      (name) => checked(dialog, `issue-${name}`) ?? "",
    );
    const { missing, body } = askOf({ service, lane, reason, language, kiosk });
    if (missing) {
      dialog.querySelector("[data-issue-wrong]").hidden = false;
      return dialog.querySelector('[name="issue-reason"]').focus();
    }
    localStorage.setItem("giliran.officer.kiosk", kiosk);
    return choose("issue", body);
  }

  /** Fewer counters than the office wants open over lunch: the officer is told, and decides (T8). */
  function askFirst(dialog, reason) {
    const { board, language } = context();
    const { left, minimum, turn } = board.lunch;
    const say = (key, values) => phrases.say(key, language, values);
    const words = [say("terminal.close.short", { n: left, most: minimum })];
    if (turn?.before.length) words.push(say("terminal.close.before", { counters: turn.before.join(", ") }));
    if (turn?.at)
      words.push(say("terminal.close.back", { counter: turn.back, t: formatTime(turn.at, language, zone) }));
    dialog.querySelector("[data-close-short-words]").textContent = words.join(" ");
    dialog.querySelector("[data-close-short]").hidden = false;
    const stay = choice(phrases.say("terminal.close.stay", language), { onPress: () => dialog.close() });
    const anyway = choice(phrases.say("terminal.close.anyway", language), {
      small: reasonWords(phrases, language, "break", reason),
      onPress: () => choose("close", { reason }),
    });
    fill("close", [stay, anyway]);
    number(dialog);
    stay.focus();
  }

  function choose(action, detail) {
    opened()?.close();
    onChoose(action, detail);
  }

  function number(dialog) {
    const choices = [...dialog.querySelectorAll("[data-choice]")].filter((one) => !one.closest("[hidden]"));
    choices.forEach((one, index) => {
      one.querySelector("[data-digit]").textContent = index < 9 ? String(index + 1) : "";
    });
    return choices;
  }

  function open(name) {
    const dialog = panel(name);
    const state = context();
    opened()?.close();
    const title = dialog.querySelector("[data-panel-title]");
    if (!titles.has(name)) titles.set(name, title.dataset.phrase);
    title.textContent = phrases.say(titles.get(name), state.language, { number: state.board?.ticket?.number ?? "" });
    FILL[name]?.(dialog, state);
    const choices = number(dialog);
    dialog.showModal();
    const first = choices.find((one) => one.getAttribute("aria-disabled") !== "true");
    (first ?? dialog.querySelector("input:not([type=radio]), button:not([data-close])"))?.focus();
  }

  for (const dialog of root.querySelectorAll("dialog[data-panel]")) {
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  }
  root.querySelector("[data-call-form]").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const wanted = form.elements.number.value.trim().toUpperCase();
    const reason = form.elements.reason.value;
    const missing = !wanted ? form.elements.number : !reason ? form.querySelector("[name=reason]") : null;
    if (missing) return missing.focus();
    if (form.querySelector("[data-action=call]").getAttribute("aria-disabled") === "true") return;
    choose("call", { number: wanted, reason });
  });

  return {
    get isOpen() {
      return Boolean(opened());
    },
    get name() {
      return opened()?.dataset.panel ?? null;
    },
    open,
    close: () => opened()?.close(),
    toggle(name) {
      if (opened()?.dataset.panel === name) opened().close();
      else open(name);
    },
    /** Picks what has this letter on it; false when nothing has. */
    letter(name) {
      const label = [...(opened()?.querySelectorAll("[data-letter]") ?? [])].find(
        (one) => one.dataset.letter === name && !one.closest("[hidden]"),
      );
      label?.querySelector("input").click();
      return Boolean(label);
    },
    /** Presses the n-th choice (from 1); false when there is none. */
    digit(n) {
      const dialog = opened();
      const wanted = dialog ? number(dialog)[n - 1] : null;
      wanted?.click();
      return Boolean(wanted);
    },
  };
}

/** The services that this counter serves today, with their names. */
export function servicesHere(board) {
  const codes = board.duty?.services ?? board.counter.services ?? [];
  const known = new Map((board.services ?? []).map((service) => [service.code, service]));
  return codes.map((code) => known.get(code) ?? { code, name: { ms: code } });
}
