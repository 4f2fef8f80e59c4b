/** Says beside a form of days that its raw records up to a day are gone, as soon as the days asked for reach there. */

/** Whether records of these days are gone; days as YYYY-MM-DD, `until` "" where none are. */
export const isBeyond = (from, until) => Boolean(until && from) && from <= until;

export function createRemoved({ phrases }) {
  let language = "ms";
  const places = [...document.querySelectorAll("[data-removed]")].map((words) => ({
    words,
    form: words.closest("section").querySelector("form"),
  }));

  function paint() {
    for (const { words, form } of places) {
      const until = words.dataset.removed;
      words.hidden = !isBeyond(form.elements.from.value, until);
      const t = until.split("-").reverse().join("/");
      words.textContent = words.hidden ? "" : phrases.say("manage.removed", language, { t });
    }
  }

  for (const { form } of places) form.addEventListener("input", paint);

  return {
    dress(chosen) {
      language = chosen;
      paint();
    },
  };
}
