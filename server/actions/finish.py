"""The service ends, with its outcome: done, referred elsewhere, or to come again.

Where the visit has more services, the ticket goes on to the next of them by itself, whatever the outcome: each of them
is a matter of its own, and who must bring a form again for one may still pay for another. An officer who knows better
strikes the others first (`plan_visit`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import in_hand
from server.domain.errors import UnknownReason
from server.domain.events import ServiceEnded, TicketTransferred
from server.domain.floor import Draft
from server.domain.ticket import Ticket

OUTCOMES = ("done", "referred", "come_again")


def finish(draft: Draft, now: datetime, counter: str, *, officer: int | None = None, outcome: str = "done") -> Ticket:
    """The ticket, ended, or waiting for the next service of its visit with its number and its place by arrival.

    Raises NoTicketInHand and UnknownReason (an outcome that is none).
    """
    ticket = in_hand(draft, counter, officer)
    require_outcome(outcome)
    if ticket.further:
        return _go_on(draft, now, ticket, counter, outcome)
    return end_service(draft, now, ticket, counter, outcome)


def require_outcome(outcome: str) -> None:
    """Raises UnknownReason for an outcome that is none."""
    if outcome not in OUTCOMES:
        raise UnknownReason(outcome=outcome)


def end_service(draft: Draft, now: datetime, ticket: Ticket, counter: str, outcome: str, flag: str = "") -> Ticket:
    """End whatever state the ticket is in at the counter. Where nobody pressed "serve", the begin is reckoned as
    the call plus the expected walk, and marked so."""
    assumed = _assumed_begin(draft, now, ticket)
    ended = ServiceEnded(
        at=now, ticket=ticket.id, counter=counter, outcome=outcome, assumed_began_at=assumed, flag=flag
    )
    after = ticket.after(ended)
    draft.record(ended)
    return after


def _go_on(draft: Draft, now: datetime, ticket: Ticket, counter: str, outcome: str) -> Ticket:
    """To the next service of the visit that the branch still has; ended where it has none of them any more."""
    known = {service.code for service in draft.branch.services}
    to = next((code for code in ticket.further if code in known), None)
    if to is None:
        return end_service(draft, now, ticket, counter, outcome)
    draft.record(
        TicketTransferred(
            at=now, ticket=ticket.id, counter=counter, service=to, rank_at=ticket.rank_at, note=ticket.note,
            outcome=outcome, assumed_began_at=_assumed_begin(draft, now, ticket),
        )
    )  # fmt: skip
    return draft.tickets[ticket.id]


def _assumed_begin(draft: Draft, now: datetime, ticket: Ticket) -> datetime | None:
    if ticket.leg.began_at is not None:
        return None
    walked = (ticket.leg.last_called_at or now) + timedelta(seconds=draft.branch.calling.walk_s)
    return min(now, walked)
