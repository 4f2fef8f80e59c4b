/** An unpaired screen asks every few seconds whether it has been let in; then it shows what it is for. */

import { readPhrases } from "/static/web/phrases.js";

const ASK_EVERY = 3000; // ms
const NEW_CODE_AFTER = 480_000; // ms: before the code is too old (ten minutes), the page asks for another

const main = document.querySelector("[data-pair]");
const words = document.querySelector("[data-wait]");
const phrases = readPhrases(document);
const began = performance.now();

async function ask() {
  try {
    const answer = await fetch("/pair/status", { cache: "no-store", credentials: "same-origin" });
    if (answer.status === 204) {
      words.textContent = phrases.say("pair.done");
      location.replace(main.dataset.wanted || "/");
      return;
    }
    words.textContent = phrases.say("pair.waiting");
    if (performance.now() - began > NEW_CODE_AFTER) {
      location.reload();
      return;
    }
  } catch {
    words.textContent = phrases.say("pair.offline");
  }
  setTimeout(ask, ASK_EVERY);
}

setTimeout(ask, ASK_EVERY);
