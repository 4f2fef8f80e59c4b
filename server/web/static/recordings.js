/** The administrator's part for a person's voice: what has to be read out, recordings to send in, and taking them away. */

import { createApi } from "./api.js";

const PATIENCE = 120_000; // ms: the check of some thirty recordings takes seconds
const slow = createApi({ patience: PATIENCE });

/** A file's content in base64. */
function read(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => failed(reader.error));
    reader.readAsDataURL(file);
  });
}

/** How a language stands: [phrase, values]. */
export function stateWords({ is_recorded, recorded, wanted }) {
  if (!is_recorded) return ["admin.voice.none", {}];
  return recorded === wanted ? ["admin.voice.all", { n: wanted }] : ["admin.voice.some", { n: recorded, most: wanted }];
}

/** What came of recordings that were sent in: lines of [phrase, values], the file's name in `name`. */
export function outcomeWords({ is_installed, played, faults, missing }) {
  if (is_installed) return [["admin.voice.taken", { n: played, m: missing.length }]];
  const lines = faults.map(({ file, code }) => [`admin.voice.${code}`, { name: file }]);
  return [["admin.voice.refused", {}], ...lines];
}

export function createRecordings({ root, api, say, tell, fail, make, row, button }) {
  const rows = root.querySelector("[data-recordings]");
  const outcome = root.querySelector("[data-recordings-outcome]");
  let languages = [];

  async function send(language, input) {
    root.setAttribute("aria-busy", "true");
    try {
      const files = await Promise.all(
        [...input.files].map(async (file) => ({ name: file.name, content: await read(file) })),
      );
      const told = await slow.post(`/recordings/${language}`, { files }, { tries: 1 });
      const [first, ...rest] = outcomeWords(told).map(([key, values]) => say(key, values));
      tell(told.is_installed ? "good" : "bad", told.is_installed ? "circle-check" : "circle-alert", first);
      outcome.replaceChildren(...rest.map((words) => make("li", words)));
      await load();
    } catch (error) {
      fail(error);
    } finally {
      root.removeAttribute("aria-busy");
      input.value = "";
    }
  }

  function rowOf(one) {
    const name = say(`language.${one.language}`);
    const does = make("span", "", "row");
    const script = make("a", say("admin.voice.script"), "button button--quiet button--small");
    script.href = `/api/v1/recordings/${one.language}/script.csv`;
    const choose = make("label", say("admin.voice.send"), "button button--quiet button--small admin__file");
    const input = make("input", "", "only-read");
    Object.assign(input, { type: "file", multiple: true, accept: ".wav,audio/wav" });
    input.setAttribute("aria-label", `${say("admin.voice.send")}: ${name}`);
    input.dataset.recordingsOf = one.language;
    input.addEventListener("change", () => send(one.language, input));
    choose.append(input);
    does.append(script, choose);
    if (one.is_recorded) {
      does.append(
        button("admin.voice.remove", name, async () => {
          await api.post(`/recordings/${one.language}/remove`).catch(fail);
          await load();
        }),
      );
    }
    return row(name, say(...stateWords(one)), does);
  }

  function paint() {
    rows.replaceChildren(...languages.map(rowOf));
  }

  async function load() {
    try {
      languages = (await api.get("/recordings")).languages;
      paint();
    } catch (error) {
      fail(error);
    }
  }

  return { paint, load };
}
