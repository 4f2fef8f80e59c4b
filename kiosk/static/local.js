/**
 * The kiosk's own agent: how the printer is, and numbers for when the server is out of reach.
 *
 * While the server answers it says how the printer is and where the agent listens (on this PC, behind a secret that no
 * other page knows). When it does not, the agent gives numbers that were set aside beforehand. What is known is kept in
 * this module alone: a page that is loaded anew asks again.
 */

import { Refusal } from "/static/web/api.js";
import { one } from "./pen.js";

const LOOK = 3000; // ms between two looks, at the server or at the agent
const QUICK = 1500; // ms for an answer of the agent
const CALM = new Set([null, "", "ready", "gone"]); // gone: another page of this kiosk has no printer either
const GLAD = Object.freeze({ left: Object.freeze({}), isReady: false });

export function createLocal({ kiosk, looking, onNews }) {
  let printer = null;
  let door = null;
  let known = GLAD;

  async function ask(path, body) {
    const answer = await fetch(`${door.url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${door.secret}`, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(QUICK),
      credentials: "omit",
      cache: "no-store",
    });
    const told = await answer.json();
    if (!answer.ok) throw new Refusal(told, answer.status);
    return told;
  }

  function learn(next) {
    const isNews = JSON.stringify(next) !== JSON.stringify(known);
    known = next;
    if (isNews) onNews(known);
  }

  async function look() {
    try {
      const told = await looking.get(`/kiosks/${encodeURIComponent(kiosk.code)}`, { tries: 1 });
      printer = told.printer;
      door = told.local ?? door;
    } catch {
      // the queues say whether the server is there
    }
    try {
      const { left } = door ? await ask("/block") : GLAD;
      learn({ left, isReady: Object.values(left).some((n) => n > 0) });
    } catch {
      learn(GLAD);
    }
    setTimeout(look, LOOK);
  }

  return {
    start: () => setTimeout(look, 0),
    /** A number from this PC's agent; raises Refusal, or what `fetch` raises when it does not answer. */
    take: (key, { service, lane, language }) => ask("/tickets", { service, lane, language, key }),
    /** What became of the paper of such a number: true, false, or null as long as nobody knows. */
    printed: async (number) => (await ask(`/tickets/${encodeURIComponent(number)}`)).printed,
    isOwn: (ticket) => String(ticket.id).startsWith("local:"),
    /** One line for whoever stands there: the printer, or that this kiosk goes on alone. Whether it has changed. */
    paint({ pen, language, isAlone }) {
      const line = one("[data-printer-line]");
      const isFaulty = !CALM.has(printer);
      const key = isAlone ? "kiosk.local" : printer === "low" ? "kiosk.printer.low" : "kiosk.printer.fault";
      const before = `${line.hidden} ${line.dataset.says}`;
      line.hidden = !(isAlone || isFaulty);
      line.dataset.says = key;
      line.toggleAttribute("data-may-go-alone", known.isReady);
      if (!line.hidden) pen.say(one("[data-printer-words]", line), key, language);
      return before !== `${line.hidden} ${line.dataset.says}`;
    },
  };
}
