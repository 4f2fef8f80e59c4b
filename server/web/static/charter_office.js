/** The charter's page for its keepers: plain forms. Only the language of the page needs a script. */

const select = document.querySelector("[data-language]");
if (select) {
  select.value = document.documentElement.lang || "ms";
  select.addEventListener("change", () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the next page; no other door in every browser
    document.cookie = `giliran_language=${select.value}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  });
}
