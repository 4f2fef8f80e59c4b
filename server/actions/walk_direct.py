"""Somebody steps up to a free counter without a ticket: the visit is written down as a ticket all the same."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import free
from server.actions.issue import issue
from server.domain.events import ServiceBegan, TicketCalled
from server.domain.floor import Draft
from server.domain.ticket import WALK_DIRECT, Ticket


def walk_direct(
    draft: Draft, now: datetime, counter: str, service: str, token: str, *, officer: int | None = None
) -> Ticket:
    """The ticket, being served. Raises TicketInHand and UnknownService."""
    state, duty = free(draft, counter, officer)
    ticket = issue(draft, now, service=service, token=token, channel=WALK_DIRECT)
    draft.record(
        TicketCalled(at=now, ticket=ticket.id, counter=counter, officer=duty.officer, why="walk_direct", run=state.run)
    )
    draft.record(ServiceBegan(at=now, ticket=ticket.id, counter=counter))
    return draft.tickets[ticket.id]
