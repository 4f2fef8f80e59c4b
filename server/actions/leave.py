"""A customer gives the number back."""

from __future__ import annotations

from datetime import datetime

from server.domain.errors import UnknownTicket
from server.domain.events import TicketLeft
from server.domain.floor import Draft
from server.domain.ticket import Ticket


def leave(draft: Draft, now: datetime, ticket_id: int, reason: str = "cancelled") -> Ticket:
    """The ticket, ended. Raises UnknownTicket (never issued, or over already), WrongMove once it is being served."""
    ticket = draft.tickets.get(ticket_id)
    if ticket is None:
        raise UnknownTicket(id=ticket_id)
    left = TicketLeft(at=now, ticket=ticket.id, counter=ticket.counter, reason=reason)
    after = ticket.after(left)
    draft.record(left)
    return after
