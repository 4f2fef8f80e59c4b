"""The service ends, with its outcome: done, referred elsewhere, or to come again."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import in_hand
from server.domain.errors import UnknownReason
from server.domain.events import ServiceEnded
from server.domain.floor import Draft
from server.domain.ticket import Ticket

OUTCOMES = ("done", "referred", "come_again")


def finish(draft: Draft, now: datetime, counter: str, *, officer: int | None = None, outcome: str = "done") -> Ticket:
    """The ticket, ended. Raises NoTicketInHand and UnknownReason (an outcome that is none)."""
    ticket = in_hand(draft, counter, officer)
    require_outcome(outcome)
    return end_service(draft, now, ticket, counter, outcome)


def require_outcome(outcome: str) -> None:
    """Raises UnknownReason for an outcome that is none."""
    if outcome not in OUTCOMES:
        raise UnknownReason(outcome=outcome)


def end_service(draft: Draft, now: datetime, ticket: Ticket, counter: str, outcome: str, flag: str = "") -> Ticket:
    """End whatever state the ticket is in at the counter. Where nobody pressed "serve", the begin is reckoned as
    the call plus the expected walk, and marked so."""
    assumed = None
    if ticket.leg.began_at is None:
        walked = (ticket.leg.last_called_at or now) + timedelta(seconds=draft.branch.calling.walk_s)
        assumed = min(now, walked)
    ended = ServiceEnded(
        at=now, ticket=ticket.id, counter=counter, outcome=outcome, assumed_began_at=assumed, flag=flag
    )
    after = ticket.after(ended)
    draft.record(ended)
    return after
