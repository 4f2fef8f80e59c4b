"""The call is made again: screens and voice repeat it, the first call's time stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import in_hand
from server.domain.errors import TooSoonToRecall
from server.domain.events import TicketRecalled
from server.domain.floor import Draft
from server.domain.ticket import Ticket


def recall(draft: Draft, now: datetime, counter: str, *, officer: int | None = None) -> Ticket:
    """Raises NoTicketInHand, WrongMove once the service has begun, TooSoonToRecall within the gap (T4)."""
    ticket = in_hand(draft, counter, officer)
    ticket.require("ticket_recalled")
    may_at = (ticket.leg.last_called_at or now) + timedelta(seconds=draft.branch.calling.recall_gap_s)
    if now < may_at:
        raise TooSoonToRecall(at=may_at, number=ticket.number)
    last = ticket.leg.calls + 1 > draft.branch.calling.no_show_calls
    draft.record(TicketRecalled(at=now, ticket=ticket.id, counter=counter, last=last))
    return draft.tickets[ticket.id]
