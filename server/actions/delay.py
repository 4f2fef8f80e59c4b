"""A customer who runs late lets the next three of the line pass, once, and keeps the number (P5)."""

from __future__ import annotations

from datetime import datetime

from server.domain.discipline import behind
from server.domain.errors import AlreadyDelayed, NobodyBehind, UnknownTicket
from server.domain.events import TicketDelayed
from server.domain.floor import Draft, Floor
from server.domain.ticket import Status, Ticket

LETS_PASS = 3


def delay(draft: Draft, now: datetime, ticket_id: int) -> Ticket:
    """The ticket, behind the next three of its own line, or behind all of them where they are fewer.

    Raises UnknownTicket (never issued, or over already), WrongMove once it is called, AlreadyDelayed the second time,
    and NobodyBehind: it would move nothing, and the one chance is kept for when it does.
    """
    ticket = draft.tickets.get(ticket_id)
    if ticket is None:
        raise UnknownTicket(id=ticket_id)
    ticket.require(TicketDelayed.kind)
    if ticket.delayed_at is not None:
        raise AlreadyDelayed(number=ticket.number)
    passing = [draft.tickets[i] for i in _behind(draft, ticket)[:LETS_PASS]]
    if not passing:
        raise NobodyBehind(number=ticket.number)
    rank_at = behind(draft.branch.policy, ticket.lane, passing, ticket.rank_at)
    draft.record(TicketDelayed(at=now, ticket=ticket.id, rank_at=rank_at))
    return draft.tickets[ticket.id]


def may_delay(floor: Floor, ticket: Ticket) -> bool:
    """Whether its holder may let others pass now."""
    is_free = ticket.status is Status.WAITING and ticket.delayed_at is None and not ticket.is_absent
    return is_free and floor.lines[ticket.line][-1] != ticket.id


def _behind(floor: Floor, ticket: Ticket) -> tuple[int, ...]:
    ids = floor.lines.get(ticket.line, ())
    return ids[ids.index(ticket.id) + 1 :] if ticket.id in ids else ()
