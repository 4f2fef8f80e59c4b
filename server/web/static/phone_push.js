/**
 * The switch for being told with the page closed. Shown only where the browser can do it and the page came over HTTPS;
 * whoever does without it misses nothing: the hall's board and voice call all the same.
 */

import { readPhrases } from "./phrases.js";

const language = document.documentElement.lang;
const place = document.querySelector("[data-push]");
const button = place.querySelector("button");
const said = place.querySelector("[data-push-said]");
const { token } = document.body.dataset;
const phrases = readPhrases(document);
const say = (key) => phrases.say(key, language);
const KEPT = "giliran.push"; // the tickets that this browser is told of, the newest last
const MOST_KEPT = 8;

let isTold = false;
const can =
  window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function keep(isOn) {
  const others = kept().filter((one) => one !== token);
  try {
    localStorage.setItem(KEPT, JSON.stringify(isOn ? [...others, token].slice(-MOST_KEPT) : others));
  } catch {
    // a private window: the switch is off when the page is loaded again, and can be tapped again
  }
}

function draw(isOn, words = isOn ? say("phone.push.on") : "") {
  isTold = isOn;
  button.textContent = say(isOn ? "phone.push.stop" : "phone.push");
  said.textContent = words;
}

/** The server's key as browsers want it: bytes. */
function keyOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function tell(path, body) {
  const answer = await fetch(`/t/${token}/${path}?language=${language}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`refused with ${answer.status}`);
}

async function subscribe() {
  await navigator.serviceWorker.register("/t/worker.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const key = keyOf(place.dataset.push);
  const before = await pushManager.getSubscription();
  if (before) {
    const own = new Uint8Array(before.options.applicationServerKey);
    if (key.every((byte, n) => byte === own[n])) return before;
    await before.unsubscribe(); // from before the office had this key
  }
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    draw(false, say("phone.push.denied"));
    return;
  }
  await tell("push", await subscribe());
  keep(true);
  draw(true);
}

async function turnOff() {
  const registration = await navigator.serviceWorker.getRegistration("/t/");
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) await tell("push/stop", { endpoint: subscription.endpoint });
  keep(false);
  draw(false);
}

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    await (isTold ? turnOff() : turnOn());
  } catch {
    draw(isTold, say("phone.push.failed"));
  }
  button.disabled = false;
  button.focus();
});

if (can) {
  place.dataset.can = "true"; // from now on phone.js hides it when there is nothing more to tell
  place.hidden = !["waiting", "soon", "held"].includes(document.querySelector("[data-phone]").dataset.state);
  draw(Notification.permission === "granted" && kept().includes(token));
}
