"""Tickets, legs and counters as rows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import RowMapping

from server.domain.counter import CounterState, Duty
from server.domain.events import TicketIssued
from server.domain.queue import Lane
from server.domain.ticket import Leg, Status, Ticket

LEG_FIELDS = (
    "service", "joined_at", "called_at", "last_called_at", "calls", "began_at", "began_assumed", "held_s",
    "ended_at", "counter", "officer", "outcome", "flag",
)  # fmt: skip
CHANGING = (
    "service", "status", "rank_at", "counter", "only", "note", "hold_reason", "held_at", "remind_at", "printed",
    "print_fault", "carried_on", "ended_at", "transactions", "further", "passed_at", "delayed_at",
)  # fmt: skip
FIXED = (
    "id", "number", "business_on", "lane", "language", "channel", "token", "kiosk", "issued_at", "asked",
)  # fmt: skip
TICKET_FIELDS = (*FIXED, *CHANGING)
_of_leg, _of_ticket = itemgetter(*LEG_FIELDS), itemgetter(*TICKET_FIELDS)
"""All the values of a row at once: a long export reads a hundred thousand of them."""

BETWEEN = "|"
"""Stands between the codes of services."""

Row = RowMapping


def new_ticket(branch: str, ticket: Ticket, issue: TicketIssued) -> dict[str, Any]:
    row = {name: getattr(ticket, name) for name in TICKET_FIELDS}
    return row | {
        "branch": branch,
        "letter": issue.letter,
        "ordinal": issue.ordinal,
        "first_service": issue.service,
        "lane": str(ticket.lane),
        "status": str(ticket.status),
        "further": BETWEEN.join(ticket.further),
    }


def changed_ticket(branch: str, ticket: Ticket) -> dict[str, Any]:
    """The columns that change, with the keys that the update's WHERE asks for."""
    row = {name: getattr(ticket, name) for name in CHANGING}
    own = {"status": str(ticket.status), "further": BETWEEN.join(ticket.further)}
    return row | own | {"of_branch": branch, "of_id": ticket.id}


def is_kept(ticket: Ticket, place: int) -> bool:
    """Whether a leg has a row of its own: the first one gets it with its first call, for until then the ticket's
    own row says all there is."""
    leg = ticket.legs[place]
    return place > 0 or leg.called_at is not None or leg.ended_at is not None or bool(leg.flag)


def leg_row(branch: str, ticket: Ticket, place: int) -> dict[str, Any]:
    leg = ticket.legs[place]
    return {"branch": branch, "ticket": ticket.id, "leg": place} | {name: getattr(leg, name) for name in LEG_FIELDS}


def to_leg(row: Row) -> Leg:
    return Leg(**dict(zip(LEG_FIELDS, _of_leg(row), strict=True)))


def to_ticket(row: Row, leg_rows: Sequence[Row]) -> Ticket:
    """A ticket from its row and those of its legs, in order."""
    values = dict(zip(TICKET_FIELDS, _of_ticket(row), strict=True))
    values["lane"], values["status"] = Lane(values["lane"]), Status(values["status"])
    values["further"] = tuple(values["further"].split(BETWEEN)) if values["further"] else ()
    legs = tuple([to_leg(leg) for leg in leg_rows])
    return Ticket(**values, legs=legs or (Leg(service=row["first_service"], joined_at=row["issued_at"]),))


def counter_row(branch: str, state: CounterState) -> dict[str, Any]:
    duty = state.duty
    return {
        "branch": branch, "code": state.code, "is_open": duty is not None,
        "officer": duty.officer if duty else None, "opened_at": duty.opened_at if duty else None,
        "services": BETWEEN.join(duty.services) if duty else "", "ticket": state.ticket, "run": state.run,
        "closed_at": state.closed_at, "closed_reason": state.closed_reason, "idle_since": state.idle_since,
        "last_no_show": state.last_no_show,
    }  # fmt: skip


def to_counter(row: Row) -> CounterState:
    duty = None
    if row["is_open"]:
        duty = Duty(row["officer"], row["opened_at"], tuple(row["services"].split(BETWEEN)))
    return CounterState(
        code=row["code"], duty=duty, ticket=row["ticket"], run=row["run"], closed_at=row["closed_at"],
        closed_reason=row["closed_reason"], idle_since=row["idle_since"], last_no_show=row["last_no_show"],
    )  # fmt: skip
