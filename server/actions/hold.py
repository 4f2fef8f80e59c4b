"""A customer is put aside for a while (a form to fill in, a copy to make) and taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import REASON_LENGTH, free, in_hand, on_duty, short
from server.domain.errors import Malformed, ReasonNeeded, TooManyHeld
from server.domain.events import TicketHeld, TicketResumed
from server.domain.floor import Draft
from server.domain.ticket import Ticket

MOST_REMIND_MINUTES = 60


def hold(
    draft: Draft, now: datetime, counter: str, reason: str, *, officer: int | None = None, remind_minutes: int = 5
) -> Ticket:
    """Raises ReasonNeeded, NoTicketInHand and TooManyHeld (T7: three for an officer, wherever they were put aside;
    where the officer is unknown, for the counter)."""
    state, duty = on_duty(draft, counter, officer)
    ticket = in_hand(draft, counter, officer)
    reason = short(reason, REASON_LENGTH, "reason")
    if not reason:
        raise ReasonNeeded(number=ticket.number)
    if not 1 <= remind_minutes <= MOST_REMIND_MINUTES:
        raise Malformed(remind_minutes=remind_minutes)
    most = draft.branch.calling.max_held
    if len(draft.held_by(state)) >= most:
        raise TooManyHeld(counter=counter, most=most)
    remind_at = now + timedelta(minutes=remind_minutes)
    draft.record(
        TicketHeld(
            at=now, ticket=ticket.id, counter=counter, reason=reason, remind_at=remind_at, officer=duty.officer
        )
    )  # fmt: skip
    return draft.tickets[ticket.id]


def resume(draft: Draft, now: datetime, counter: str, number: str, *, officer: int | None = None) -> Ticket:
    """Take up a held ticket, where it was held or elsewhere. Raises TicketInHand, UnknownTicket and WrongMove."""
    _, duty = free(draft, counter, officer)
    ticket = draft.ticket_numbered(number)
    ticket.require("ticket_resumed")
    draft.record(TicketResumed(at=now, ticket=ticket.id, counter=counter, officer=duty.officer))
    return draft.tickets[ticket.id]
