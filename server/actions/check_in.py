"""Whoever took a number from outside is here, or was not here when the turn came, or never came (R017).

A number from outside keeps its place and cannot be called before its holder has checked in: by the code on the
screen of the hall, or seen by an officer. Whoever is not here when the turn comes is passed over. Their place stays
theirs for the branch's grace, so that whoever checks in then is the next; after it the number is given up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from server.domain.counter import CounterState
from server.domain.discipline import rank
from server.domain.errors import UnknownTicket
from server.domain.events import TicketCheckedIn, TicketLeft, TicketPassed
from server.domain.floor import Draft, Floor
from server.domain.ticket import Ticket

NEVER_CAME = "not_here"
"""Why a ticket left whose holder did not check in."""
BY = ("code", "officer")


def check_in(draft: Draft, now: datetime, ticket_id: int, by: str = "code") -> Ticket:
    """The ticket, which may be called from now on. Raises UnknownTicket (never issued, or over), AlreadyHere for one
    that was taken here or checked in before, WrongMove for one that does not wait."""
    ticket = draft.tickets.get(ticket_id)
    if ticket is None:
        raise UnknownTicket(id=ticket_id)
    here = TicketCheckedIn(at=now, ticket=ticket.id, by=by)
    after = ticket.after(here)
    draft.record(here)
    return after


def pass_over(draft: Draft, now: datetime, state: CounterState, called: Ticket | None) -> int:
    """Note whose turn came at a counter while they were not here; returns how many.

    All who go before whom it calls; where nobody else waits, the first of them.
    """
    absent = draft.absent(state.duty.services if state.duty else ())
    if called is not None:
        policy = draft.branch.policy
        key = (rank(policy, called), called.id)
        absent = [ticket for ticket in absent if (rank(policy, ticket), ticket.id) < key]
    passed = [ticket for ticket in absent if ticket.passed_at is None][: None if called is not None else 1]
    for ticket in passed:
        draft.record(TicketPassed(at=now, ticket=ticket.id))
    return len(passed)


def given_up_at(floor: Floor, ticket: Ticket) -> datetime | None:
    """When a number is given up whose holder still is not here; None while its turn has not come."""
    if not ticket.is_absent or ticket.passed_at is None:
        return None
    return ticket.passed_at + timedelta(seconds=floor.branch.join.grace_s)


def overdue(floor: Floor, now: datetime) -> list[Ticket]:
    """Those whose grace is over."""
    return [ticket for ticket in floor.absent() if (at := given_up_at(floor, ticket)) is not None and now >= at]


def give_up(draft: Draft, now: datetime) -> int:
    """End the numbers whose holders did not come within the grace. Returns how many."""
    late = overdue(draft, now)
    for ticket in late:
        draft.record(TicketLeft(at=now, ticket=ticket.id, reason=NEVER_CAME))
    return len(late)
