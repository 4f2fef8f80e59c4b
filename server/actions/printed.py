"""What became of a ticket's paper is a fact of the ticket: saved first, printed second (K11)."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import short
from server.domain.errors import UnknownTicket
from server.domain.events import TicketPrinted
from server.domain.floor import Draft
from server.domain.ticket import Ticket

FAULT_LENGTH = 40


def printed(draft: Draft, now: datetime, ticket_id: int, fault: str = "") -> Ticket:
    """`fault` is empty when the paper came out. Said twice, it is written once. Raises UnknownTicket."""
    ticket = draft.tickets.get(ticket_id)
    if ticket is None:
        raise UnknownTicket(id=ticket_id)
    fault = short(fault, FAULT_LENGTH, "fault")
    if ticket.printed is None or (ticket.printed, ticket.print_fault) != (not fault, fault):
        draft.record(TicketPrinted(at=now, ticket=ticket.id, fault=fault))
    return draft.tickets[ticket.id]
