/** The branch's file in the browser: the pages work without this. It changes their language, keeping what was typed, and
 * warns before what was typed is left behind. */

const form = document.querySelector("[data-branch-form]");
const language = document.querySelector("[data-language]");
let isTyped = false;
let asking = 0;
let asked = 0;

/** What comes of what is typed, without leaving the page: the server says it, as it does behind "Again". */
async function showLive() {
  asked += 1;
  const mine = asked;
  const fields = new FormData(form);
  fields.set("do", "again");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-live]");
    if (mine === asked && found) form.querySelector("[data-live]").replaceChildren(...found.childNodes);
  } catch {
    // the line is out: what stands there stays until something is typed again
  }
}

language.value = document.documentElement.lang;
language.addEventListener("change", () => {
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
  document.cookie = `giliran_language=${language.value}; path=/; max-age=31536000; samesite=strict`;
  isTyped = false;
  if (form) form.requestSubmit(form.querySelector("[data-again]"));
  else location.assign(location.pathname);
});

form?.addEventListener("input", () => {
  isTyped = true;
  if (form.querySelector("[data-live]")) {
    clearTimeout(asking);
    asking = setTimeout(showLive, 400);
  }
});
form?.addEventListener("submit", () => {
  isTyped = false;
});
addEventListener("beforeunload", (event) => {
  if (isTyped) event.preventDefault();
});

document.querySelector("[aria-invalid=true]")?.focus();
