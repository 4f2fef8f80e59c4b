"""A customer's own page, by the random address on the slip: which number, what happens now, how long, where to go.

It says the same without a script, and then loads itself anew every 20 s, as phone.js makes it say with one (P1, P3).
No lane, no name, nobody else's number.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import segno
from flask import Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from config.phrases import LANGUAGES, in_language
from config.times import time_of_day, wait_words, why_no_wait
from server.actions.delay import delay
from server.actions.leave import leave
from server.actions.office import Actor, Answer
from server.actions.rate import BEST, rate
from server.domain.errors import QueueError
from server.domain.floor import Draft, Floor
from server.domain.ticket import Status, Ticket
from server.web.access import protect_form
from server.web.api_paper import referral_json, referred_leg
from server.web.boards import Json, opening, promise_json, public_ticket_json, rule_words
from server.web.edge import edge
from server.web.pages import keep_cookie, page_context, pages

WORDS = (
    "leave", "phone.", "ticket.yours", "ahead.", "wait.", "asof", "soon", "turn", "counter", "slip.zone", "slip.missed",
    "service.bring", "seq", "charter", "closedbranch", "kiosk.language", "kiosk.sit.why",
    "late", "rate", "rate5", "complain", "referral.what", "referral.due", "referral.contact", "referral.quote",
)  # fmt: skip

PHONE = Actor("phone")
TICKET_COOKIE = "giliran_ticket"
"""By this a browser knows its ticket on arrival."""
REFUSALS = ("wrong_state", "already_delayed", "nobody_behind", "not_to_be_rated", "already_rated")
"""What the page says why of, when it did not do what was asked; any other it shows by its state alone."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How this page speaks: its phrases, its language and the branch's own time."""

    phrases: Mapping[str, Mapping[str, str]]
    language: str
    zone: ZoneInfo

    def say(self, key: str, **values: object) -> str:
        return self.phrases[key][self.language].format_map(values)

    def clock(self, instant: str) -> str:
        return time_of_day(self._local(instant), self.language)

    def wait(self, told: Json | None, reason: str | None) -> str:
        """ "About 20 minutes, between 15 and 30"; where nobody can say, why not."""
        if told is None:
            return self.say(why_no_wait(reason))
        as_of = self._local(told["as_of"])
        key, values = wait_words(told["low"], told["likely"], told["high"], as_of, self.language)
        return self.say(key, **values)

    def _local(self, instant: str) -> datetime:
        return datetime.fromisoformat(instant).astimezone(self.zone)


@pages.get("/t/<token>")
def phone(token: str) -> AnyResponse:
    """404 for an unknown address, and for one whose ticket ended longer ago than `ticket_link_hours`."""
    door = edge()
    ticket = ticket_of(token)
    floor, now = door.office.floor, door.office.now()
    words = (*WORDS, *(f"refusal.{code}" for code in REFUSALS))
    context = page_context(words, language=request.args.get("language") or ticket.language)
    language = context["language"]
    context["phrases"] = {key: {language: in_language(texts, language)} for key, texts in context["phrases"].items()}

    speech = Speech(context["phrases"], language, floor.branch.timezone)
    shown = public_ticket_json(floor, ticket, now)
    missed_at = in_language(floor.branch.missed_at, language)
    hours = opening(floor, now)
    service = next((s for s in floor.branch.services if s.code == ticket.service), None)
    refused = request.args.get("refused")
    shown_page = render_template(
        "web/phone.html",
        refused=speech.say(f"refusal.{refused}") if refused in REFUSALS else None,
        answers={BEST - place: word for place, word in enumerate(speech.say("rate5").split(" · "))},
        feedback=_link(floor.branch.feedback),
        referral=_referral(floor, ticket, speech),
        ticket=shown,
        said=sentences(shown, context["now"], missed_at, speech),
        service=dict(service.name) if service else {},
        further=_further(shown["further"], speech),
        bring=dict(service.bring) if service else {},
        zone=_zone(floor, ticket),
        missed_at=missed_at,
        promise=promise_json(floor),
        rule=rule_words(floor, door.say),
        asks=request.args.get("ask", "") if request.args.get("ask") in ("late", "leave") else "",
        push_key=door.push.public_key if door.push is not None else "",
        opens=speech.clock(hours["opens_at"]) if hours["opens_at"] else None,
        token=token,
        say=speech.say,
        **context,
    )
    answer = make_response(shown_page)
    if ticket.is_absent:
        hold_ticket(answer, token)
    return answer


def hold_ticket(answer: AnyResponse, token: str) -> None:
    """Let this browser know its ticket when it scans the check-in code in the hall (`server.web.join`)."""
    keep_cookie(answer, TICKET_COOKIE, token, timedelta(hours=18))


@pages.post("/t/<token>/leave")
def phone_leave(token: str) -> AnyResponse:
    """Give the number back. Whoever has the address may: it is as secret as the slip. If over, the page says so."""
    return _done(token, lambda ticket, draft, now: leave(draft, now, ticket.id))


@pages.post("/t/<token>/late")
def phone_late(token: str) -> AnyResponse:
    """Let the next three go first, once; the page says why where that cannot be."""
    return _done(token, lambda ticket, draft, now: delay(draft, now, ticket.id))


@pages.post("/t/<token>/rate")
def phone_rate(token: str) -> AnyResponse:
    """How the service was: the form's `rating`, 5 (very good) to 1. Nobody logs in; the address is as secret as the
    slip."""
    said = request.form.get("rating", "")
    rating = int(said) if said in ("1", "2", "3", "4", "5") else 0
    return _done(token, lambda ticket, draft, now: rate(draft, now, ticket, rating))


def _done(token: str, deed: Callable[[Ticket, Draft, datetime], object]) -> AnyResponse:
    """Let a form of the page happen, and back to the page, which shows what came of it or why it could not be."""
    ticket = ticket_of(token)
    protect_form()
    then = {"language": language} if (language := request.args.get("language", "")) in LANGUAGES else {}

    def decide(draft: Draft, now: datetime) -> Answer:
        deed(ticket, draft, now)
        return Answer(200)

    try:
        edge().office.act(PHONE, decide)
    except QueueError as refused:
        if refused.code in REFUSALS:
            then["refused"] = refused.code
    return redirect(f"/t/{token}" + (f"?{urlencode(then)}" if then else ""), 303)


def sentences(ticket: Json, now: str, missed_at: str, speech: Speech) -> Json:
    """What the page says of a ticket, as phone_board.js says it: each an empty text where there is nothing to say.

    `progress` is the part of the wait that is over, in hundredths; None where nobody knows.
    """
    status, wait, ahead, say = ticket["status"], ticket["wait"], ticket["ahead"], speech.say
    state = "soon" if status == "waiting" and ticket["soon"] else status
    told = {"state": state, "sentence": "", "ahead": "", "wait": "", "as_of": "", "progress": None}
    match state:
        case "waiting" | "soon":
            told["ahead"] = say(f"ahead.{ahead}" if ahead < 2 else "ahead.n", n=ahead)
            told["wait"] = speech.wait(wait, ticket["wait_reason"])
            told["sentence"] = say("soon" if state == "soon" else "phone.waiting")
            if ticket["given_up_at"] is not None:
                told["sentence"] = say("phone.passed", t=speech.clock(ticket["given_up_at"]))
            elif not ticket["here"]:
                told["sentence"] = say("phone.absent_soon" if state == "soon" else "phone.absent")
            if wait is not None:
                waited = (datetime.fromisoformat(now) - datetime.fromisoformat(ticket["issued_at"])).total_seconds()
                told["progress"] = round(100 * waited / max(1, waited + wait["likely"]))
        case "called":
            told["sentence"] = say("turn", c=ticket["counter"])
        case "serving":
            told["sentence"] = say("phone.serving", c=ticket["counter"])
        case "no_show":
            told["sentence"] = say("phone.no_show", t=speech.clock(ticket["called_at"]), place=missed_at)
        case _:
            told["sentence"] = say(f"phone.{state}")
    if ticket["ended_at"] is None:
        told["as_of"] = say("asof", t=speech.clock(now))
    return told


def _further(names: Sequence[Mapping[str, str]], speech: Speech) -> str:
    """Which services follow on the same number; empty where none does."""
    called = ", ".join(in_language(one, speech.language) for one in names)
    return speech.say("phone.further", services=called) if called else ""


def _zone(floor: Floor, ticket: Ticket) -> Mapping[str, str]:
    """Where the kiosk that gave this ticket sends people to sit."""
    branch = floor.branch
    kiosk = next((k for k in branch.kiosks if k.code == ticket.kiosk), None)
    zone = next((z for z in branch.zones if kiosk is not None and z.code == kiosk.zone), branch.zones[0])
    return dict(zone.name)


def _referral(floor: Floor, ticket: Ticket, speech: Speech) -> Json | None:
    """Whom to ask, and until when there is an answer; None where nothing was referred."""
    leg = referred_leg(ticket)
    if ticket.status is not Status.FINISHED or leg is None:
        return None
    told = referral_json(floor.branch, leg)
    due = told["due_on"] and f"{date.fromisoformat(told['due_on']):%d/%m/%Y}"
    on = f"{(leg.ended_at or leg.joined_at).astimezone(speech.zone):%d/%m/%Y}"
    return {"due": due, "on": on, "contact": [in_language(line, speech.language) for line in told["contact"]]}


def _link(address: str) -> Json | None:
    """Where to complain or praise: a page, a mail address, or else words alone; None where the office names nothing."""
    if not address:
        return None
    if address.startswith(("https://", "http://")):
        return {"href": address, "words": address.partition("//")[2]}
    is_mail = "@" in address and " " not in address
    return {"href": f"mailto:{address}" if is_mail else None, "words": address}


def ticket_of(token: str) -> Ticket:
    door = edge()
    found = door.records.ticket_of(token) if token.isascii() and token.isprintable() else None
    if found is None:
        abort(404)
    lasts = timedelta(hours=door.settings.ticket_link_hours)
    if found.ended_at is not None and door.office.now() - found.ended_at > lasts:
        abort(404)
    return door.office.floor.tickets.get(found.id, found)


@pages.get("/t/<token>/qr.svg")
def phone_qr(token: str) -> Response:
    """The QR code that leads to the customer's page."""
    ticket_of(token)
    root = edge().settings.public_url or request.url_root.rstrip("/")
    made = segno.make(f"{root}/t/{token}", error="m")
    answer = Response(square_code(made), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def square_code(made: Any) -> bytes:
    """A code of segno's as a picture that grows with its place."""
    out = io.BytesIO()
    made.save(out, kind="svg", border=2, dark="#000", light="#fff", omitsize=True, xmldecl=True, svgns=True)
    return out.getvalue()
