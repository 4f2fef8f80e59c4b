/**
 * Announcements to the whole hall, on the manager's page: what stands, and a form that previews before it tells.
 * `board.notices` is what the server says; templates and zones are asked for once.
 */

import { Refusal, Unreachable } from "./api.js";
import { formatTime } from "./clock.js";

const OWN = "own";
const LANGUAGES = ["ms", "en", "zh", "ta"];

/** What the form asks for, as the API takes it. `fields`: its values by name. */
export function askedOf(fields) {
  const asked = { minutes: Number(fields.minutes), spoken: fields.spoken, zones: fields.zone ? [fields.zone] : [] };
  if (fields.template !== OWN) {
    return { ...asked, template: fields.template, ...(fields.time ? { time: fields.time } : {}) };
  }
  const said = LANGUAGES.map((code) => [code, (fields[`text-${code}`] ?? "").trim()]).filter(([, words]) => words);
  return { ...asked, text: Object.fromEntries(said) };
}

export function createNotices({ phrases, zone, api }) {
  const place = document.querySelector("[data-notices]");
  if (!place) return { paint() {} };
  const find = (name) => place.querySelector(`[data-${name}]`);
  const form = find("notice-form");
  const { template, time, zone: where } = form.elements;
  let offered = null;
  let language = "ms";
  let standing = null;

  const say = (key, values) => phrases.say(key, language, values);
  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  function make(tag, text = "", className = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function option(value, text) {
    const made = make("option", text);
    made.value = value;
    return made;
  }

  const fields = () => {
    const named = Object.fromEntries(new FormData(form));
    const needsTime = offered?.templates.find((one) => one.template === named.template)?.needs_time ?? false;
    return { ...named, spoken: form.elements.spoken.checked, time: needsTime ? named.time : "" };
  };

  function paintChoices() {
    const chosen = [template.value, where.value];
    template.replaceChildren(
      ...offered.templates.map((one) => option(one.template, phrases.text(one.text, language).replace("{t}", "…"))),
      option(OWN, say("manage.notice.own")),
    );
    where.replaceChildren(
      option("", say("manage.notice.everywhere")),
      ...offered.zones.map((one) => option(one.zone, phrases.text(one.name, language))),
    );
    [template.value, where.value] = [chosen[0] || offered.templates[0].template, chosen[1]];
    paintForm();
  }

  function paintForm() {
    const needsTime = offered.templates.find((one) => one.template === template.value)?.needs_time ?? false;
    find("notice-time").hidden = !needsTime;
    time.required = needsTime;
    find("notice-own").hidden = template.value !== OWN;
    form.elements["text-ms"].required = template.value === OWN;
  }

  /** A text of the office's own says for how long it stands, and whether it is spoken. */
  function takeItsWay() {
    const own = offered.templates.find((one) => one.template === template.value);
    if (own?.minutes) form.elements.minutes.value = own.minutes;
    if (own && "spoken" in own) form.elements.spoken.checked = own.spoken;
  }

  /** What was previewed or refused belongs to what was typed then. */
  function forget() {
    find("notice-preview").hidden = true;
    find("notice-wrong").hidden = true;
    put(find("notice-said"), "");
  }

  function paintStanding() {
    find("notice-none").hidden = standing.standing.length > 0;
    find("notices-standing").replaceChildren(
      ...standing.standing.map((one) => {
        const item = make("li", "", "notices__one");
        const words = make("p", phrases.text(one.text, language));
        words.lang = phrases.textIn(one.text, language);
        const until = make("span", say("manage.notice.until", { t: formatTime(one.until, language, zone) }), "soft");
        const back = make("button", say("manage.notice.withdraw"), "button button--quiet");
        back.type = "button";
        back.addEventListener("click", () =>
          doing(async () => {
            await api.post(`/notices/${one.id}/withdraw`, {});
            put(find("notice-said"), say("manage.notice.withdrawn"));
          }),
        );
        item.append(words, until, back);
        return item;
      }),
    );
    put(find("notice-is"), say("manage.notice.is", { s: standing.longest_s, n: standing.most_an_hour }));
    const left = standing.most_an_hour - standing.spoken_lately;
    const next = standing.next_spoken_at;
    const words = next
      ? say("manage.notice.next", { t: formatTime(next, language, zone) })
      : say("manage.notice.left", { n: left });
    put(find("notice-left"), words);
  }

  function paintPreview(told) {
    const list = make("dl", "", "notices__words");
    for (const one of told.languages) {
      const words = make("dd");
      const text = make("p", one.text);
      text.lang = one.language;
      words.append(text, make("span", say("manage.notice.seconds", { n: Math.ceil(one.seconds) }), "soft small"));
      if (one.clip) {
        const sound = make("audio");
        Object.assign(sound, { controls: true, preload: "none", src: one.clip });
        sound.setAttribute("aria-label", `${say("manage.notice.hear")}: ${say(`language.${one.language}`)}`);
        words.append(sound);
      } else {
        words.append(make("span", say("manage.notice.no_clip"), "soft small"));
      }
      list.append(make("dt", say(`language.${one.language}`)), words);
    }
    const zones = told.zones.map((one) => {
      const name = phrases.text(one.name, language);
      const languages = one.spoken_in.map((code) => say(`language.${code}`)).join(", ");
      const key = languages && form.elements.spoken.checked ? "manage.notice.spoken_in" : "manage.notice.shown_only";
      return make("li", say(key, { zone: name, languages }));
    });
    const reach = make("ul", "", "small");
    reach.append(...zones);
    find("notice-preview").replaceChildren(list, reach);
    find("notice-preview").hidden = false;
  }

  /** One request at a time; a refusal is said where the hand is. */
  async function doing(work) {
    const buttons = [...place.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    forget();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      const words = error instanceof Refusal ? phrases.refusal(error, language) : say("refusal.unreachable");
      put(find("notice-wrong"), words);
      find("notice-wrong").hidden = false;
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  form.addEventListener("input", forget);
  template.addEventListener("change", () => {
    paintForm();
    takeItsWay();
  });
  find("notice-try").addEventListener("click", () => {
    if (form.reportValidity()) doing(async () => paintPreview(await api.post("/notices/preview", askedOf(fields()))));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    doing(async () => {
      await api.post("/notices", askedOf(fields()));
      put(find("notice-said"), say("manage.notice.told"));
    });
  });

  return {
    paint(board, chosen) {
      const isOther = chosen !== language;
      language = chosen;
      if (!board.notices) return;
      standing = board.notices;
      paintStanding();
      if (offered === null) {
        offered = { templates: [], zones: [] };
        api.get("/notices").then(
          (told) => {
            offered = told;
            paintChoices();
          },
          () => {
            offered = null; // asked again with the next board
          },
        );
      } else if (isOther && offered.templates.length > 0) {
        paintChoices();
      }
    },
  };
}
