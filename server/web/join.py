"""Pages for those who are not here yet: take a number from outside, and show on arrival that one is here.

    /join          what it costs to wait, then the number; it works without a script
    /here          the check-in code, for a screen in the hall: another one each minute
    /here/<code>   what a phone opens that has scanned it: one button

The phone knows its ticket by a cookie that the ticket's page sets; whoever has another browser types the number.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from datetime import datetime
from typing import Any

import segno
from flask import Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from config.phrases import in_language
from server.actions.check_in import check_in
from server.actions.join import require_joining
from server.actions.office import Actor, Answer
from server.domain.errors import AlreadyHere, QueueError, UnknownTicket
from server.domain.floor import Draft
from server.domain.queue import Lane
from server.domain.ticket import Ticket
from server.web.access import need, protect_form
from server.web.boards import queues_json
from server.web.check_in_code import STEP_S, CodeTooOld, CodeUnknown, code_at, require_good
from server.web.edge import edge
from server.web.joining import Wish, from_page, own_secret
from server.web.pages import LANGUAGE_COOKIE, as_screen, page_context, pages
from server.web.phone import TICKET_COOKIE, Speech, hold_ticket, square_code
from server.web.refusals import Refused, status_of

JOIN_WORDS = (
    "join.", "refusal.", "wait.", "kiosk.language", "kiosk.priority.", "service.bring", "asof", "closedbranch",
)  # fmt: skip
HERE_WORDS = ("here.", "refusal.", "kiosk.language")
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")

CHECK_IN = Actor("check-in")


@pages.get("/join")
def join_page() -> AnyResponse:
    """404 where the branch gives no numbers to the outside; where it gives none now, the page says why."""
    return _joining({"key": secrets.token_urlsafe(18)})


@pages.post("/join")
def join_now() -> AnyResponse:
    """Take the number. The form's key makes a second tap get the first one's ticket."""
    form = request.form
    try:
        _require_on()
        protect_form()
        key = form.get("key", "")
        if KEY.fullmatch(key) is None:
            raise Refused(422, "malformed", "key: 16 to 64 letters, digits, - or _")
        lane = Lane.PRIORITY if form.get("priority") and _offers_priority() else Lane.REGULAR
        phone = form.get("phone", "").strip()
        wish = Wish(form.get("service", ""), str(lane), _language(), "online", 1, phone[:40])
        body = from_page(wish, key)
    except QueueError as error:
        return _joining(dict(form), error.code, status_of(error), error.facts)
    except Refused as refused:
        return _joining(dict(form), refused.code, refused.status, refused.facts)
    answer = redirect(f"{body['url']}?language={_language()}", 303)
    hold_ticket(answer, body["url"].removeprefix("/t/"))
    return answer


def _joining(
    form: dict[str, Any], refusal: str = "", status: int = 200, facts: dict[str, Any] | None = None
) -> AnyResponse:
    """The page, with what is wrong where something is."""
    _require_on()
    door = edge()
    floor, now = door.office.floor, door.office.now()
    context = _context(JOIN_WORDS)
    speech = Speech(context["phrases"], context["language"], floor.branch.timezone)
    if refusal:
        g.refusal = refusal
    else:
        try:
            require_joining(floor, now)
        except QueueError as error:
            refusal = error.code
    queues = queues_json(floor, now, door.say)
    services = [
        {
            "code": queue["service"],
            "name": queue["name"],
            "bring": queue["bring"],
            "is_open": queue["is_open"] and queues["is_open"],
            "wait": speech.wait(queue["wait"], queue["wait_reason"]),
        }
        for queue in queues["queues"]
    ]
    refused_key = f"refusal.{refusal}" if f"refusal.{refusal}" in context["phrases"] else "refusal.malformed"
    answer = make_response(
        render_template(
            "web/join.html", services=services, form=form, refusal=refused_key if refusal else "",
            offers_priority=_offers_priority(), sends=floor.branch.join.sms and door.texts is not None,
            grace=round(floor.branch.join.grace_s / 60), is_open=queues["is_open"],
            opens=speech.clock(queues["opens_at"]) if queues["opens_at"] else "", say=speech.say,
            as_of=speech.clock(queues["as_of"]), **context,
        ), status,
    )  # fmt: skip
    if facts and "retry_after" in facts:
        answer.headers["Retry-After"] = str(facts["retry_after"])
    return answer


def _require_on() -> None:
    """Raises Refused 404 not_from_outside."""
    if not edge().office.floor.branch.join.enabled:
        raise Refused(404, "not_from_outside", "this branch gives no numbers to the outside")


def _offers_priority() -> bool:
    branch = edge().office.floor.branch
    return Lane.PRIORITY in branch.lanes and branch.policy.offers_priority


def _language() -> str:
    """The language that was asked for, else what this browser chose before."""
    found = request.args.get("language") or request.cookies.get(LANGUAGE_COOKIE, "ms")
    return found if found in edge().office.floor.branch.languages else "ms"


def _context(words: tuple[str, ...]) -> dict[str, Any]:
    context = page_context(words, language=_language())
    language = context["language"]
    context["phrases"] = {key: {language: in_language(texts, language)} for key, texts in context["phrases"].items()}
    return context


# ── on arrival ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/here")
def here_screen() -> AnyResponse:
    """The code for a screen of its own at the entrance; any paired device may show it."""
    need("board")
    _require_on()
    return as_screen(render_template("web/here_screen.html", **page_context(HERE_WORDS)))


@pages.get("/here.svg")
def here_code() -> Response:
    """The code as a picture, for screens in the hall alone: whoever is at home has no paired device."""
    need("board")
    _require_on()
    door = edge()
    root = door.settings.public_url or request.url_root.rstrip("/")
    code = code_at(own_secret("check-in"), door.office.floor.branch.code, door.office.now())
    answer = Response(square_code(segno.make(f"{root}/here/{code}", error="m")), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Code-Lasts"] = str(STEP_S)
    return answer


@pages.get("/here/<code>")
def here(code: str) -> AnyResponse:
    """One button. Looking at it changes nothing; a code that is too old says so at once."""
    try:
        _require_code(code)
    except Refused as refused:
        return _arriving(code, refused.code, refused.status)
    return _arriving(code)


@pages.post("/here/<code>")
def arrive(code: str) -> AnyResponse:
    """Check in the browser's own ticket, or the number that was typed. A second time leads to the ticket's page."""
    try:
        protect_form()
        _require_code(code)
        ticket = _meant()
        if ticket is None:
            raise UnknownTicket(number=request.form.get("number", "")[:12])
        _check_in(ticket.id)
    except QueueError as error:
        return _arriving(code, error.code, status_of(error))
    except Refused as refused:
        return _arriving(code, refused.code, refused.status)
    if request.cookies.get(TICKET_COOKIE) != ticket.token:
        return _arriving("", done=ticket.number)  # the number was typed: its page is its holder's alone
    return redirect(f"/t/{ticket.token}", 303)


def _check_in(ticket_id: int) -> None:
    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(200, {"number": check_in(draft, now, ticket_id).number})

    with contextlib.suppress(AlreadyHere):  # by a second tap, or an officer was faster
        edge().office.act(CHECK_IN, decide)


def _require_code(code: str) -> None:
    """Raises Refused: 404 not_from_outside, 403 code_unknown, 410 code_too_old."""
    _require_on()
    door = edge()
    try:
        require_good(own_secret("check-in"), door.office.floor.branch.code, code, door.office.now())
    except CodeUnknown:
        raise Refused(403, "code_unknown", "this office never showed this code") from None
    except CodeTooOld:
        raise Refused(410, "code_too_old", "this code is too old: scan the screen again") from None


def _meant() -> Ticket | None:
    """Whose arrival this is: the number that was typed, else the ticket that this browser holds; None for nobody's."""
    door = edge()
    number = request.form.get("number", "").strip() if request.method == "POST" else ""
    if number:
        try:
            return door.office.floor.ticket_numbered(number[:12])
        except UnknownTicket:
            return None
    token = request.cookies.get(TICKET_COOKIE, "")
    found = door.records.ticket_of(token) if token and token.isascii() and token.isprintable() else None
    return None if found is None else door.office.floor.tickets.get(found.id)


def _arriving(code: str, refusal: str = "", status: int = 200, done: str = "") -> AnyResponse:
    if refusal:
        g.refusal = refusal
    ticket = _meant()
    own = ticket.number if ticket is not None and ticket.is_absent else ""
    context = _context(HERE_WORDS)
    speech = Speech(context["phrases"], context["language"], edge().office.floor.branch.timezone)
    shown = render_template(
        "web/here.html", code=code, number=own, refusal=refusal, done=done,
        is_usable=refusal not in ("code_unknown", "code_too_old"),
        typed=request.form.get("number", "").strip()[:12] if refusal else "", say=speech.say, **context,
    )  # fmt: skip
    return make_response(shown, status)
