"""The customer stands at the counter: the service begins, the wait ends."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import in_hand
from server.domain.events import ServiceBegan
from server.domain.floor import Draft
from server.domain.ticket import Ticket


def serve(draft: Draft, now: datetime, counter: str, *, officer: int | None = None) -> Ticket:
    """Raises NoTicketInHand, and WrongMove when it has begun already."""
    ticket = in_hand(draft, counter, officer)
    ticket.require("service_began")
    draft.record(ServiceBegan(at=now, ticket=ticket.id, counter=counter))
    return draft.tickets[ticket.id]
