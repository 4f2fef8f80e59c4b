/**
 * The words of a page: read once from its data block, said in any of the four languages.
 *
 *   const phrases = readPhrases(document);          // <script type="application/json" data-phrases>
 *   phrases.say("counter", "ms")                    // "Kaunter"; a missing language falls back to Malay
 *   phrases.say("ahead.n", "en", { n: 4 })          // "{n}" filled; the singular "ahead.1" is the caller's choice
 *   phrases.refusal(refusal, "ms")                  // the sentence for a Refusal of api.js, never empty
 *   phrases.text({ ms: "Sijil", en: "…" }, "zh")    // a name from a payload, with the same fallback
 *   phrases.dress(root, "ms")                       // fills every [data-phrase="key"] below root, sets its lang;
 *                                                   // values from data-value-n="4"; attributes by
 *                                                   // data-phrase-label="key" (→ aria-label), data-phrase-hint (→ placeholder)
 */

export const LANGUAGES = ["ms", "en", "zh", "ta"];
const FIRST = "ms";

export function readPhrases(root = document) {
  const block = root.querySelector("script[data-phrases]");
  return createPhrases(block ? JSON.parse(block.textContent) : {});
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function createPhrases(table) {
  const pick = (words, language) => {
    if (!words) return null;
    if (typeof words === "string") return { words, language: FIRST };
    if (words[language]) return { words: words[language], language };
    if (words[FIRST]) return { words: words[FIRST], language: FIRST };
    const spare = LANGUAGES.find((other) => words[other]);
    return spare ? { words: words[spare], language: spare } : null;
  };

  const phrases = {
    has: (key) => Boolean(table[key]),

    /** The sentence; a key that nobody wrote comes back as itself, so that a page shows its hole. */
    say(key, language = FIRST, values = {}) {
      const found = pick(table[key], language);
      return found ? fill(found.words, values) : key;
    },

    /** The language in which `say` would answer: the `lang` of the element. */
    spokenIn: (key, language = FIRST) => pick(table[key], language)?.language ?? FIRST,

    text: (words, language = FIRST) => pick(words, language)?.words ?? "",
    textIn: (words, language = FIRST) => pick(words, language)?.language ?? FIRST,

    refusal(refusal, language = FIRST, values = {}) {
      const key = `refusal.${refusal?.code}`;
      if (table[key]) return phrases.say(key, language, { ...refusal.more, ...values });
      return refusal?.detail || refusal?.title || phrases.say("refusal.unknown", language);
    },

    dress(root, language = FIRST) {
      for (const element of root.querySelectorAll("[data-phrase]")) {
        const values = {};
        for (const [name, value] of Object.entries(element.dataset)) {
          if (name.startsWith("value")) values[name.slice(5).toLowerCase()] = value;
        }
        element.textContent = phrases.say(element.dataset.phrase, language, values);
        element.lang = phrases.spokenIn(element.dataset.phrase, language);
      }
      for (const element of root.querySelectorAll("[data-phrase-label]")) {
        element.setAttribute("aria-label", phrases.say(element.dataset.phraseLabel, language));
      }
      for (const element of root.querySelectorAll("[data-phrase-hint]")) {
        element.setAttribute("placeholder", phrases.say(element.dataset.phraseHint, language));
      }
    },
  };
  return phrases;
}
