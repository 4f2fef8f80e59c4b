/**
 * What the phone's page says of a ticket. Pure; server/web/phone.py says the same where no script runs.
 *
 *   sentences(ticket, { now, missedAt, say, clock, words })
 *     → { state, sentence, ahead, wait, as_of, progress }      texts, empty where there is nothing to say
 *
 * `now` is the server's instant, `say(key, values)` a phrase, `clock(instant)` a time and
 * `words(wait)` the phrase and values of a wait, in the page's language.
 */

import { whyNoWait } from "./waits.js";

const COUNTED = { 0: "ahead.0", 1: "ahead.1" };

function progressOf({ issued_at, wait }, now) {
  if (!wait) return null;
  const waited = (Date.parse(now) - Date.parse(issued_at)) / 1000;
  return Math.round((100 * waited) / Math.max(1, waited + wait.likely));
}

export function sentences(ticket, { now, missedAt, say, clock, words }) {
  const { status, ahead, counter, soon } = ticket;
  const state = status === "waiting" && soon ? "soon" : status;
  const told = { state, sentence: "", ahead: "", wait: "", as_of: "", progress: null };
  if (status === "waiting") {
    told.sentence = say(state === "soon" ? "soon" : "phone.waiting");
    if (ticket.given_up_at) told.sentence = say("phone.passed", { t: clock(ticket.given_up_at) });
    else if (ticket.here === false) told.sentence = say(state === "soon" ? "phone.absent_soon" : "phone.absent");
    told.ahead = say(COUNTED[ahead] ?? "ahead.n", { n: ahead });
    told.wait = ticket.wait ? say(...words(ticket.wait)) : say(whyNoWait(ticket.wait_reason));
    told.progress = progressOf(ticket, now);
  } else if (status === "called") told.sentence = say("turn", { c: counter });
  else if (status === "serving") told.sentence = say("phone.serving", { c: counter });
  else if (status === "no_show") told.sentence = say("phone.no_show", { t: clock(ticket.called_at), place: missedAt });
  else told.sentence = say(`phone.${status}`);
  if (!ticket.ended_at) told.as_of = say("asof", { t: clock(now) });
  return told;
}
