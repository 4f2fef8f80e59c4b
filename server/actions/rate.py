"""A customer says in one tap how the service was (P8): no log-in, and what is said anew soon after stands instead."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.domain.errors import AlreadyRated, Malformed, NotToBeRated
from server.domain.events import TicketRated
from server.domain.floor import Draft, Floor
from server.domain.ticket import Status, Ticket

BEST = 5
MAY_CHANGE_FOR = timedelta(minutes=5)
"""A finger slips; after that the figure stands."""


def rate(draft: Draft, now: datetime, ticket: Ticket, rating: int) -> int:
    """What stands now, BEST to 1. The ticket is over, so it comes from the records and not from the floor.

    Said twice, it is written once. Raises Malformed for a rating that is none, NotToBeRated where nobody was served
    or not today, and AlreadyRated once MAY_CHANGE_FOR has passed.
    """
    if not 1 <= rating <= BEST:
        raise Malformed(rating=rating, most=BEST)
    if not may_rate(draft, ticket, now):
        if ticket.id in draft.ratings:
            raise AlreadyRated(number=ticket.number)
        raise NotToBeRated(number=ticket.number)
    said = draft.ratings.get(ticket.id)
    if said is None or said.rating != rating:
        draft.record(TicketRated(at=now, ticket=ticket.id, service=ticket.service, rating=rating))
    return rating


def may_rate(floor: Floor, ticket: Ticket, now: datetime) -> bool:
    """Whether its holder may say now how it was, or say it anew."""
    if ticket.status is not Status.FINISHED or ticket.leg.flag == "unattended" or ticket.ended_at is None:
        return False
    said = floor.ratings.get(ticket.id)
    is_today = floor.branch.business_on(ticket.ended_at) == floor.branch.business_on(now)
    return is_today and (said is None or now - said.at <= MAY_CHANGE_FOR)
