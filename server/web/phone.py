"""A customer's own page, by the random address on the slip: which number, what happens now, how long, where to go.

It says the same without a script, and then loads itself anew every 20 s, as phone.js makes it say with one (P1, P3).
No lane, no name, nobody else's number.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import segno
from flask import Response, abort, render_template, request

from config.phrases import in_language
from config.times import minutes_around, time_of_day
from server.domain.floor import Floor
from server.domain.ticket import Ticket
from server.web.boards import Json, opening, promise_json, public_ticket_json, rule_words
from server.web.edge import edge
from server.web.pages import page_context, pages

WORDS = (
    "phone.", "ticket.yours", "ahead.", "wait.unknown", "asof", "soon", "turn", "counter", "slip.zone", "slip.missed",
    "service.bring", "seq", "charter", "closedbranch", "kiosk.language", "kiosk.sit.why",
)  # fmt: skip
SOON = 3
"""So many ahead, or fewer: it is time to come back."""

Say = Callable[..., str]


@pages.get("/t/<token>")
def phone(token: str) -> str:
    """404 for an unknown address, and for one whose ticket ended longer ago than `ticket_link_hours`."""
    door = edge()
    ticket = _ticket(token)
    floor, now = door.office.floor, door.office.now()
    context = page_context(WORDS, language=request.args.get("language") or ticket.language)
    language = context["language"]
    context["phrases"] = {key: {language: in_language(texts, language)} for key, texts in context["phrases"].items()}

    def say(key: str, **values: object) -> str:
        text: str = context["phrases"][key][language]
        return text.format_map(values)

    def clock(instant: str) -> str:
        return time_of_day(datetime.fromisoformat(instant).astimezone(floor.branch.timezone), language)

    shown = public_ticket_json(floor, ticket, now)
    missed_at = in_language(floor.branch.missed_at, language)
    hours = opening(floor, now)
    service = next((s for s in floor.branch.services if s.code == ticket.service), None)
    return render_template(
        "web/phone.html",
        ticket=shown,
        said=sentences(shown, context["now"], missed_at, say, clock),
        service=dict(service.name) if service else {},
        bring=dict(service.bring) if service else {},
        zone=_zone(floor, ticket),
        missed_at=missed_at,
        promise=promise_json(floor),
        rule=rule_words(floor, door.say),
        opens=clock(hours["opens_at"]) if hours["opens_at"] else None,
        token=token,
        say=say,
        **context,
    )


def sentences(ticket: Json, now: str, missed_at: str, say: Say, clock: Callable[[str], str]) -> Json:
    """What the page says of a ticket, as phone_board.js says it: each an empty text where there is nothing to say.

    `progress` is the part of the wait that is over, in hundredths; None where nobody knows.
    """
    status, wait, ahead = ticket["status"], ticket["wait"], ticket["ahead"]
    state = "soon" if status == "waiting" and ahead <= SOON else status
    told = {"state": state, "sentence": "", "ahead": "", "wait": "", "as_of": "", "progress": None}
    match state:
        case "waiting" | "soon":
            told["ahead"] = say(f"ahead.{ahead}" if ahead < 2 else "ahead.n", n=ahead)
            told["wait"] = _wait(wait, say)
            told["sentence"] = say("soon" if state == "soon" else "phone.waiting")
            if wait is not None:
                waited = (datetime.fromisoformat(now) - datetime.fromisoformat(ticket["issued_at"])).total_seconds()
                told["progress"] = round(100 * waited / max(1, waited + wait["likely"]))
        case "called":
            told["sentence"] = say("turn", c=ticket["counter"])
        case "serving":
            told["sentence"] = say("phone.serving", c=ticket["counter"])
        case "no_show":
            told["sentence"] = say("phone.no_show", t=clock(ticket["called_at"]), place=missed_at)
        case _:
            told["sentence"] = say(f"phone.{state}")
    if ticket["ended_at"] is None:
        told["as_of"] = say("asof", t=clock(now))
    return told


def _wait(wait: Json | None, say: Say) -> str:
    """ "About 20 minutes, between 15 and 30." """
    if wait is None:
        return say("wait.unknown")
    around = minutes_around(wait["low"], wait["high"])
    if around["a"] == 0:
        return say("phone.under.1" if around["b"] == 1 else "phone.under.n", b=around["b"])
    return say("phone.about", n=min(max(round(wait["likely"] / 60), around["a"]), around["b"]), **around)


def _zone(floor: Floor, ticket: Ticket) -> Mapping[str, str]:
    """Where the kiosk that gave this ticket sends people to sit."""
    branch = floor.branch
    kiosk = next((k for k in branch.kiosks if k.code == ticket.kiosk), None)
    zone = next((z for z in branch.zones if kiosk is not None and z.code == kiosk.zone), branch.zones[0])
    return dict(zone.name)


def _ticket(token: str) -> Ticket:
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
    _ticket(token)
    root = edge().settings.public_url or request.url_root.rstrip("/")
    made = segno.make(f"{root}/t/{token}", error="m")
    answer = Response(_svg(made), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _svg(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out, kind="svg", border=2, dark="#000", light="#fff", omitsize=True, xmldecl=True, svgns=True)
    return out.getvalue()
