"""The customer who was called does not come; within ten seconds the officer may take that back."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import in_hand, on_duty
from server.domain.errors import TooEarlyForNoShow, UndoTooLate
from server.domain.events import TicketNoShow, TicketRestored
from server.domain.floor import Draft, Floor
from server.domain.ticket import Status, Ticket


def no_show(draft: Draft, now: datetime, counter: str, *, officer: int | None = None) -> Ticket:
    """The ticket goes to the missed list. Raises TooEarlyForNoShow before the calls and the time are over (T5)."""
    ticket = in_hand(draft, counter, officer)
    ticket.require("ticket_no_show")
    calls_left = max(0, draft.branch.calling.no_show_calls - ticket.leg.calls)
    may_at = may_be_missed_at(draft, ticket, now)
    if now < may_at or calls_left:
        raise TooEarlyForNoShow(at=may_at, number=ticket.number, calls_left=calls_left)
    gone = TicketNoShow(at=now, ticket=ticket.id, counter=counter)
    draft.record(gone)
    return draft.tickets[ticket.id]


def may_be_missed_at(floor: Floor, ticket: Ticket, now: datetime) -> datetime:
    """When a called ticket may be given up at the earliest: the branch's time after the first call, and no sooner than
    somebody can have walked from where the ticket was taken (N6)."""
    after = max(floor.branch.calling.no_show_after_s, floor.branch.walk_from(ticket.kiosk))
    return (ticket.leg.called_at or now) + timedelta(seconds=after)


def undo(draft: Draft, now: datetime, counter: str, *, officer: int | None = None) -> Ticket:
    """Take the counter's last no-show back: the ticket stands called there again.

    Raises UndoTooLate after ten seconds, once the counter has called somebody else, or with nothing to take back.
    """
    state, _ = on_duty(draft, counter, officer)
    ticket = draft.tickets.get(state.last_no_show or 0)
    if ticket is None or ticket.status is not Status.NO_SHOW or ticket.ended_at is None or state.ticket is not None:
        raise UndoTooLate(counter=counter)
    if ticket.leg.counter != counter:  # it came back meanwhile, and missed another counter's call
        raise UndoTooLate(counter=counter, number=ticket.number)
    if now > ticket.ended_at + timedelta(seconds=draft.branch.calling.undo_s):
        raise UndoTooLate(counter=counter, number=ticket.number)
    draft.record(TicketRestored(at=now, ticket=ticket.id, counter=counter, to=str(Status.CALLED)))
    return draft.tickets[ticket.id]
