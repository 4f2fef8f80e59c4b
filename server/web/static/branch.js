/** The branch's file in the browser: the pages work without this. It changes their language, keeping what was typed, and
 * warns before what was typed is left behind. */

const form = document.querySelector("[data-branch-form]");
const language = document.querySelector("[data-language]");
let isTyped = false;

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
});
form?.addEventListener("submit", () => {
  isTyped = false;
});
addEventListener("beforeunload", (event) => {
  if (isTyped) event.preventDefault();
});

document.querySelector("[aria-invalid=true]")?.focus();
