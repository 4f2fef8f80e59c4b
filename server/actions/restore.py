"""A customer who missed the call comes after all, within half an hour: back into the line, behind the next two."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import on_duty
from server.domain.discipline import behind
from server.domain.errors import UnknownTicket
from server.domain.events import TicketRestored
from server.domain.floor import Draft
from server.domain.ticket import Status, Ticket


def restore(draft: Draft, now: datetime, counter: str, number: str, *, officer: int | None = None) -> Ticket:
    """Raises UnknownTicket once the half hour is over, WrongMove when the number was not missed."""
    on_duty(draft, counter, officer)
    return bring_back(draft, now, number)


def bring_back(draft: Draft, now: datetime, number: str) -> Ticket:
    """The missed ticket, waiting: at its own place or behind the next two of its service, whichever is later."""
    ticket = draft.ticket_numbered(number)
    ticket.require("ticket_restored")
    if ticket not in draft.missed(now):
        raise UnknownTicket(number=number)
    next_ones = draft.first_of(ticket.service, draft.branch.calling.return_behind)
    rank_at = behind(draft.branch.policy, ticket.lane, next_ones, ticket.rank_at)
    draft.record(TicketRestored(at=now, ticket=ticket.id, to=str(Status.WAITING), rank_at=rank_at))
    return draft.tickets[ticket.id]
