"""One visit may be several transactions: the officer counts them, for reports and for nobody's place in the queue."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import in_hand
from server.domain.errors import Malformed
from server.domain.events import TransactionsCounted
from server.domain.floor import Draft
from server.domain.ticket import Ticket

MOST_TRANSACTIONS = 999


def count(draft: Draft, now: datetime, counter: str, transactions: int, *, officer: int | None = None) -> Ticket:
    """The ticket in hand, of so many transactions (T9). Said twice, it is written once.

    Raises NoTicketInHand, and Malformed for a number that is not 1 to 999.
    """
    ticket = in_hand(draft, counter, officer)
    if not 1 <= transactions <= MOST_TRANSACTIONS:
        raise Malformed(transactions=transactions)
    if transactions != ticket.transactions:
        draft.record(TransactionsCounted(at=now, ticket=ticket.id, counter=counter, transactions=transactions))
    return draft.tickets[ticket.id]
