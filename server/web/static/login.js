/** Small comforts of the log-in: see what one types, know why the screen was locked, read until when to wait. */

import { formatTime } from "/static/web/clock.js";

const LOCKED = "giliran.officer.locked"; // the terminal leaves the officer's name here when it locks itself

const password = document.querySelector("#password");
const box = document.querySelector("[data-show]");
document.querySelector("[data-show-label]").hidden = false;
box.addEventListener("change", () => {
  password.type = box.checked ? "text" : "password";
});

const until = document.querySelector("[data-until]");
if (until) until.textContent = formatTime(new Date(until.dateTime), "ms", document.body.dataset.timeZone);

const locked = document.querySelector("[data-locked]");
const name = sessionStorage.getItem(LOCKED);
if (locked && name !== null) {
  locked.hidden = false;
  const field = document.querySelector("#name");
  if (!field.value) field.value = name;
  password.focus();
}
