"""The fate of a ticket's paper, a slip once more, and how the printers are."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, jsonify

from server.actions.office import Answer
from server.actions.printed import printed
from server.domain.branch import Branch
from server.domain.errors import WrongMove
from server.domain.floor import Draft, Floor
from server.domain.recovery import APOLOGY
from server.domain.ticket import Leg, Status, Ticket
from server.ports import AuditRow
from server.web import dto
from server.web.access import Place, chosen
from server.web.api import TICKETS, act, api, need, once
from server.web.api_tickets import find, taken_at
from server.web.boards import Json, instant, news, ticket_json
from server.web.edge import edge
from server.web.refusals import Refused

COPY_WITHIN = timedelta(seconds=60)
"""A reprint that no printer took up by then is no longer waited for: whoever asked for it has gone."""
STAFF = ("manage.", "admin.", "plan.", "history.", "terminal.", "what_if.", "charter.", "quarter.", "needs.")
"""Phrases of pages that no customer sees."""
MAY_BE_COPIED = frozenset({Status.WAITING, Status.CALLED, Status.SERVING, Status.HELD})


@api.post(
    "/tickets/<int:ticket_id>/printed", tags=[TICKETS], summary="What became of the paper",
    responses={"200": dto.TicketTold},
)  # fmt: skip
def tell_printed(path: dto.TicketPath, body: dto.PrintedAsked) -> Response:
    asker = need("print", _prints_at(path.ticket_id, body.copy_of_slip))
    fault = "" if body.result == "printed" else body.fault or "unknown"
    door = edge()

    def decide(draft: Draft, now: datetime) -> Answer:
        ticket = draft.tickets.get(path.ticket_id)
        if ticket is None:
            return Answer(200, ticket_json(draft, find(path.ticket_id, door), now))  # served before the paper came out
        if not (body.copy_of_slip and fault):  # a copy that failed takes no paper out of anybody's hand
            ticket = printed(draft, now, path.ticket_id, fault)
        return Answer(200, ticket_json(draft, ticket, now))

    return act(asker, decide)


def _prints_at(ticket: int, copy: int) -> Place | None:
    """The kiosk whose printer has it: the ticket's own, or the one of a reprint. Raises Refused 422 malformed."""
    if not copy:
        return taken_at(ticket)
    row = edge().people.noted(copy)
    if row is None or row.kind != "slip" or row.detail.get("ticket") != ticket:
        raise Refused(422, "malformed", f"nobody asked for copy {copy} of this ticket")
    return "kiosk", str(row.detail["kiosk"])


@api.get(
    "/kiosks/<kiosk>/unprinted", tags=[TICKETS], summary="Tickets whose paper nobody has reported on",
    responses={"200": dto.Told},
)  # fmt: skip
def unprinted(path: dto.KioskPath) -> Response:
    if chosen("watch") is None:
        need("print", ("kiosk", path.kiosk))
    door = edge()
    floor, now = door.office.floor, door.office.now()
    known_kiosk(floor.branch, path.kiosk)
    waiting = [one for one in floor.open_tickets() if one.kiosk == path.kiosk and one.printed is None]
    slips = [paper_json(ticket, now) for ticket in waiting]
    for row in door.people.lately("slip", now - COPY_WITHIN):
        if row.detail.get("kiosk") == path.kiosk:
            slips.append(copy_json(row))
    return jsonify({"tickets": slips})


@api.post(
    "/tickets/<int:ticket_id>/slip", tags=[TICKETS], summary="A slip once more", responses={"202": dto.Told},
)  # fmt: skip
def post_slip(path: dto.TicketPath, body: dto.SlipAsked) -> Response:
    """The number on paper again, marked as a copy; of a ticket that was referred, its referral slip."""
    asker = need("counter")
    door = edge()
    ticket = find(path.ticket_id)
    if ticket.status not in MAY_BE_COPIED and referred_leg(ticket) is None:
        raise WrongMove(number=ticket.number, status=str(ticket.status), wanted="slip")
    kiosk = _printing_kiosk(body.kiosk, ticket)

    def ask() -> Answer:
        row = door.people.note(asker.actor, "slip", door.office.now(), ticket=ticket.id, kiosk=kiosk)
        if door.live is not None:
            door.live.print_again(kiosk, row)
        is_referral = referred_leg(ticket) is not None
        return Answer(202, {"kiosk": kiosk, "number": ticket.number, "copy": row, "referral": is_referral})

    return once(asker, ask)


def _printing_kiosk(said: str | None, ticket: Ticket) -> str:
    """Where it comes out: at the kiosk that was named, else at the ticket's own, else at any that has a printer.

    Raises Refused 422 unknown_kiosk, 409 no_printer.
    """
    door = edge()
    branch = door.office.floor.branch
    if said is not None:
        known_kiosk(branch, said, 422)
    wanted = [said] if said is not None else [ticket.kiosk, *(kiosk.code for kiosk in branch.kiosks)]
    found = next((code for code in wanted if code and door.live is not None and door.live.has_printer(code)), None)
    if found is None:
        raise Refused(409, "no_printer", "no printer is connected there")
    return found


def known_kiosk(branch: Branch, code: str, status: int = 404) -> None:
    """Raises Refused unknown_kiosk."""
    if code not in (kiosk.code for kiosk in branch.kiosks):
        raise Refused(status, "unknown_kiosk", f"no kiosk has the code {code}", kiosk=code)


def referred_leg(ticket: Ticket) -> Leg | None:
    """The part of a visit that was referred elsewhere: of one that goes on, the part that has just ended."""
    ended = [leg for leg in ticket.legs if leg.ended_at is not None]
    asked = ended if ticket.status is Status.FINISHED else ended[-1:]
    return next((leg for leg in reversed(asked) if leg.outcome == "referred"), None)


def copy_json(row: AuditRow) -> Json:
    """The slip that a line of the audit asks for. Raises UnknownTicket."""
    return paper_json(find(int(row.detail["ticket"])), edge().office.now()) | {
        "copy": row.id, "copied_at": instant(row.at),
    }  # fmt: skip


def office_json(branch: Branch, service_code: str, kiosk_code: str, now: datetime) -> Json:
    """What every slip of this service says that is taken there today."""
    service = next((s for s in branch.services if s.code == service_code), None)
    kiosk = next((k for k in branch.kiosks if k.code == kiosk_code), branch.kiosks[0])
    zone = next((z for z in branch.zones if z.code == kiosk.zone), branch.zones[0])
    promise = branch.promise(service_code, branch.business_on(now))
    return {
        "service": service_code, "service_name": dict(service.name) if service else {},
        "office": {"code": branch.code, "name": dict(branch.name)},
        "zone": {"code": zone.code, "name": dict(zone.name)}, "kiosk": kiosk_code, "way": kiosk.way or None,
        "timezone": str(branch.timezone), "promise_s": round(promise.within_s) if promise else None,
        "bring": dict(service.bring) if service and service.bring else None,
        "missed_at": dict(branch.missed_at),
        "hours": [
            [instant(opens), instant(closes)] for opens, closes in (branch.hours.spans_on(now) if branch.hours else ())
        ],
        "feedback": branch.feedback or None,
        "words": own_words(branch), "practice": branch.is_practice,
    }  # fmt: skip


def own_words(branch: Branch) -> Json:
    """What the office says in words of its own, as far as it may stand on a slip: phrase → language → text."""
    found: Json = {}
    known = edge().phrases
    for key, language, text in branch.own_words:
        if not key.startswith(STAFF) and known.get(key, {}).get(language) == text:
            found.setdefault(key, {})[language] = text
    return found


def paper_json(ticket: Ticket, now: datetime) -> Json:
    """Everything that a slip says, and nothing that it must not: no lane, no officer, no name of a customer."""
    floor, door = edge().office.floor, edge()
    branch = floor.branch
    shown = ticket_json(floor, ticket, now)
    public = door.settings.public_url or ""
    return office_json(branch, ticket.service, ticket.kiosk, now) | {
        "id": ticket.id, "number": ticket.number, "language": ticket.language,
        "issued_at": instant(ticket.issued_at), "ahead": shown["ahead"], "wait": shown["wait"],
        "wait_reason": shown["wait_reason"], "url": f"{public}{shown['url']}", "transactions": ticket.transactions,
        "further": [dict(s.name) for code in ticket.further for s in branch.services if s.code == code],
        "notices": slip_news(floor, ticket, shown["wait"], now),
        "referral": referral_json(branch, leg) if (leg := referred_leg(ticket)) else None,
    }  # fmt: skip


def slip_news(floor: Floor, ticket: Ticket, wait: Json | None, now: datetime) -> list[Json]:
    """What stands when a slip is printed. Where the wait is beyond the promise and nobody has apologised yet, because
    it is so only since this moment, the slip does (R042)."""
    told: list[Json] = [one["text"] for one in news(floor, now, ticket.service)]
    promise = floor.branch.promise(ticket.service, ticket.business_on)
    has_apology = any(one.case and one.service == ticket.service and one.stands(now) for one in floor.notices)
    if promise is not None and wait is not None and wait["likely"] > promise.within_s and not has_apology:
        told.append(edge().say(APOLOGY, {"x": round(promise.within_s / 60)}))
    return told


def referral_json(branch: Branch, leg: Leg) -> Json:
    """Until when the holder hears of a referred matter, and whom to ask: lines with their words by language."""
    whom = branch.referral(leg.service)
    due = branch.referred_until(leg.service, branch.business_on(leg.ended_at or leg.joined_at))
    names = {counter.code: counter.name for counter in branch.counters}
    lines: list[Json] = [{"ms": line} for line in (whom.name,) if line]
    lines += [dict(whom.post)] if whom.post else []
    lines += [{"ms": line} for line in (whom.phone, whom.email) if line]
    return {
        "due_on": due.isoformat() if due else None, "contact": lines or [dict(branch.missed_at)],
        "counter": names.get(leg.counter, leg.counter),
    }  # fmt: skip
