"""The business day ends: nobody who still waits is dropped; each is carried over, or closed with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.actions.at_counter import REASON_LENGTH, short
from server.actions.finish import end_service
from server.domain.errors import DecisionNeeded, ReasonNeeded, StillServing, UnknownReason
from server.domain.events import CounterClosed, DayClosed, TicketCarried, TicketLeft
from server.domain.floor import Draft
from server.domain.ticket import Status


@dataclass(frozen=True, slots=True)
class ClosedDay:
    business_on: date
    carried: int
    closed: int


def close_day(
    draft: Draft, now: datetime, waiting: str = "", reason: str = "", *, unattended: bool = False
) -> ClosedDay:
    """Close every counter and decide about everybody who is still open.

    `waiting`: "carry" (they keep number and place) or "close" (with `reason`). At the turn of the day nobody is
    there to ask: `unattended` ends services left open, marked so that they spoil no mean, and puts those who were
    only called back into the line. Raises StillServing, DecisionNeeded, ReasonNeeded, UnknownReason.
    """
    if waiting not in ("", "carry", "close"):
        raise UnknownReason(waiting=waiting)
    reason = short(reason, REASON_LENGTH, "reason")
    at_counters = [state for state in draft.counters.values() if state.ticket is not None]
    if at_counters and not unattended:
        raise StillServing(counters=", ".join(sorted(state.code for state in at_counters)))
    for state in at_counters:
        ticket = draft.tickets[state.ticket or 0]
        if ticket.status is Status.SERVING:
            end_service(draft, now, ticket, state.code, "done", flag="overnight")
    undecided = sorted((t for t in draft.open_tickets()), key=lambda t: t.id)
    if undecided and not waiting:
        raise DecisionNeeded(waiting=len(undecided))
    if undecided and waiting == "close" and not reason:
        raise ReasonNeeded(waiting=len(undecided))
    closing = draft.business_on
    morning = max(closing, draft.branch.business_on(now)) + timedelta(days=1)
    if unattended:
        morning = draft.branch.business_on(now)
    for ticket in undecided:
        if waiting == "carry":
            draft.record(TicketCarried(at=now, ticket=ticket.id, counter=ticket.counter, to_on=morning))
        else:
            draft.record(TicketLeft(at=now, ticket=ticket.id, counter=ticket.counter, reason=f"day_closed: {reason}"))
    for state in sorted(draft.counters.values(), key=lambda s: s.code):
        if state.is_open:
            draft.record(CounterClosed(at=now, counter=state.code, reason="end"))
    draft.record(DayClosed(at=now, business_on=closing))
    carried = len(undecided) if waiting == "carry" else 0
    return ClosedDay(closing, carried, len(undecided) - carried)
