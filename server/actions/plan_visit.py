"""One visit, several services: which of them follow on one number, said at the issue or by an officer (R008, R018)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server.actions.at_counter import in_hand
from server.domain.branch import Branch
from server.domain.errors import Malformed
from server.domain.events import VisitPlanned
from server.domain.floor import Draft
from server.domain.ticket import Ticket

MOST_SERVICES = 4
"""Of one visit, the first included."""


def plan_visit(
    draft: Draft, now: datetime, counter: str, services: Sequence[str], *, officer: int | None = None
) -> Ticket:
    """The ticket in hand, which goes on to these services after this one, in this order; none: it ends here.

    Said twice, it is written once. Hours do not bind the officer: a service that is closed is waited for.
    Raises NoTicketInHand, UnknownService, and Malformed for the service it is at, one twice, or more than three.
    """
    ticket = in_hand(draft, counter, officer)
    further = require_further(draft.branch, ticket.service, services)
    if further != ticket.further:
        draft.record(VisitPlanned(at=now, ticket=ticket.id, counter=counter, further=further))
    return draft.tickets[ticket.id]


def require_further(branch: Branch, first: str, further: Sequence[str]) -> tuple[str, ...]:
    """What may follow `first` in one visit. Raises UnknownService, and Malformed for one twice or too many."""
    codes = tuple(branch.service(code).code for code in further)
    if len({first, *codes}) != 1 + len(codes) or len(codes) >= MOST_SERVICES:
        raise Malformed(further=", ".join(codes), most=MOST_SERVICES - 1)
    return codes
