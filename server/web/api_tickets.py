"""Taking a number, reading it, giving it back."""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify

from server.actions.issue import issue
from server.actions.leave import leave
from server.actions.office import Answer
from server.domain.errors import UnknownTicket, WrongMove
from server.domain.floor import Draft
from server.domain.queue import Lane
from server.domain.ticket import Ticket
from server.ports import Identity
from server.web import dto
from server.web.access import Place, may, not_allowed
from server.web.addresses import new_token
from server.web.api import TICKETS, act, api, need
from server.web.api_joining import join_by_api
from server.web.boards import legs_json, ticket_json
from server.web.edge import Edge, edge
from server.web.refusals import Refused

CHANNEL = {"kiosk": "kiosk", "officer": "staff", "supervisor": "staff"}


def kiosk_of(asker: Identity, said: str | None) -> str:
    """The kiosk that a ticket is taken at: the one it names, else the device's own, else the branch's first.

    Empty for tickets that no kiosk gave. Raises Refused 422 unknown_kiosk.
    """
    kiosks = [kiosk.code for kiosk in edge().office.floor.branch.kiosks]
    if asker.role != "kiosk" and said is None:
        return ""
    found = said or (asker.scope[0] if asker.role == "kiosk" and asker.scope else kiosks[0])
    if found not in kiosks:
        raise Refused(422, "unknown_kiosk", f"no kiosk has the code {found}", kiosk=found)
    return found


@api.post("/tickets", tags=[TICKETS], summary="Take a number", responses={"201": dto.TicketTold})
def take_number(body: dto.IssueAsked) -> Response:
    if body.channel is not None:
        return join_by_api(body)
    if body.phone:
        raise Refused(422, "malformed", "phone goes with channel")
    asker = need("issue", None if body.kiosk is None else ("kiosk", body.kiosk))
    kiosk = kiosk_of(asker, body.kiosk)
    if body.lane == Lane.EMERGENCY and not may_rush(asker, kiosk):
        raise not_allowed("emergency")
    if body.reason and body.lane != Lane.EMERGENCY:
        raise Refused(422, "malformed", "reason goes with the emergency lane")
    channel = CHANNEL.get(asker.role, "api")
    given: list[str] = []
    token, has_paper = new_token(), has_printer(kiosk)

    def decide(draft: Draft, now: datetime) -> Answer:
        ticket = issue(
            draft, now, service=body.service, lane=body.lane, language=body.language,
            transactions=body.transactions, token=token, channel=channel, kiosk=kiosk, further=body.further,
        )  # fmt: skip
        given[:] = [ticket.number]
        return Answer(201, ticket_json(draft, ticket, now) | {"paper": has_paper})

    answer = act(asker, decide)
    if body.reason and given:  # not of a request that was only answered again
        edge().people.note(asker.actor, "emergency", edge().office.now(), number=given[0], reason=body.reason)
    return answer


def may_rush(asker: Identity, kiosk: str) -> bool:
    """Whether this asker may put a customer before everybody: staff, and a kiosk of which the branch's file says so.

    Anybody can tap on a kiosk; who takes a tap for an emergency is a person, whom the kiosk rings.
    """
    of_file = (one.emergency for one in edge().office.floor.branch.kiosks if one.code == kiosk)
    return may(asker, "emergency") or (asker.role == "kiosk" and any(of_file))


def has_printer(kiosk: str) -> bool:
    """Whether a kiosk's printer agent listens now; without one the number stays on the screen."""
    live = edge().live
    return bool(kiosk) and live is not None and live.has_printer(kiosk)


def find(ticket_id: int, door: Edge | None = None) -> Ticket:
    """An open ticket from the floor, any other from the records. Raises UnknownTicket. `door`: within a turn, which
    another task may carry out for this request, and then there is no request."""
    door = door or edge()
    ticket = door.office.floor.tickets.get(ticket_id) or door.records.ticket(ticket_id)
    if ticket is None:
        raise UnknownTicket(id=ticket_id)
    found: Ticket = ticket
    return found


def taken_at(ticket_id: int) -> Place | None:
    """The kiosk that gave an open ticket: one that is bound to another has nothing to do with it."""
    ticket = edge().office.floor.tickets.get(ticket_id)
    return ("kiosk", ticket.kiosk) if ticket is not None else None


@api.get("/tickets/<int:ticket_id>", tags=[TICKETS], summary="A ticket", responses={"200": dto.VisitTold})
def get_ticket(path: dto.TicketPath) -> Response:
    need("ticket")
    office = edge().office
    ticket = find(path.ticket_id)
    return jsonify(ticket_json(office.floor, ticket, office.now()) | legs_json(ticket))


@api.post(
    "/tickets/<int:ticket_id>/leave", tags=[TICKETS], summary="Give a number back", responses={"200": dto.TicketTold}
)
def leave_queue(path: dto.TicketPath, body: dto.NoBody) -> Response:
    asker, door = need("leave", taken_at(path.ticket_id)), edge()

    def decide(draft: Draft, now: datetime) -> Answer:
        if path.ticket_id not in draft.tickets:
            ended = find(path.ticket_id, door)
            raise WrongMove(number=ended.number, status=str(ended.status), wanted="ticket_left")
        return Answer(200, ticket_json(draft, leave(draft, now, path.ticket_id), now))

    return act(asker, decide)
