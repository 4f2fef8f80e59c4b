/**
 * The tick that shows core services alone. What was chosen holds on every page of this browser, until it is chosen anew.
 */

import { coreFirst } from "./core_board.js";

const KEPT = "giliran.core_only";

/** `label` holds the tick; `paint` is called when it changes. */
export function createCore(label, paint) {
  const box = label.querySelector("input");
  try {
    box.checked = localStorage.getItem(KEPT) === "yes";
  } catch {
    box.checked = false; // a browser that keeps nothing
  }
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "yes" : "no");
    } catch {
      // it holds until the page is left
    }
    paint();
  });
  return {
    of: (rows, isCore) => coreFirst(rows, isCore, box.checked),
    paint(isOffered) {
      label.hidden = !isOffered;
    },
    badge(words, language) {
      const made = document.createElement("span");
      made.className = "core";
      made.textContent = words;
      made.lang = language;
      return made;
    },
  };
}
