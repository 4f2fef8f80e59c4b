"""How long a ticket will wait: a range, from what is open now and how long services have taken.

First form: the work that stands before a ticket, shared among the open counters that can do it. The interface is
what the rest relies on (`joining`, `waiting`); a look-ahead over the real discipline can take its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.domain.discipline import rank, rank_of
from server.domain.floor import Floor
from server.domain.queue import Lane
from server.domain.ticket import Status, Ticket

LOW, HIGH = 0.6, 1.5
"""The range around the likely wait: with service times of cv 0.7 about four waits of five fall into it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds until the call: it should lie between `low` and `high` four times out of five."""

    low: float
    likely: float
    high: float
    as_of: datetime


def joining(floor: Floor, service: str, lane: Lane, now: datetime) -> Wait | None:
    """The wait of a ticket taken now. None when no open counter can serve it."""
    return _wait(floor, service, rank_of(floor.branch.policy, lane, now), floor.seq + 1, now)


def waiting(floor: Floor, ticket: Ticket, now: datetime) -> Wait | None:
    """What a waiting ticket still has before it. None when it does not wait, or nobody open can serve it."""
    if ticket.status is not Status.WAITING:
        return None
    return _wait(floor, ticket.service, rank(floor.branch.policy, ticket), ticket.id, now)


def _wait(floor: Floor, service: str, key: tuple[float, float], ticket_id: int, now: datetime) -> Wait | None:
    able = {state.code: state for state in floor.counters.values() if state.duty and service in state.duty.services}
    if not able:
        return None
    work = 0.0
    for other in floor.branch.services:
        shared = [s for s in floor.counters.values() if s.duty and other.code in s.duty.services]
        here = sum(1 for state in shared if state.code in able)
        if here:
            before = floor.ahead_of(other.code, key, ticket_id)
            work += before * (floor.service_mean(other.code) + floor.branch.calling.walk_s) * here / len(shared)
    residuals = [_residual(floor, state.ticket, now) for state in able.values()]
    soonest = min(residuals)
    likely = soonest + work / len(able)
    return Wait(low=likely * LOW, likely=likely, high=likely * HIGH + (60.0 if likely else 0.0), as_of=now)


def _residual(floor: Floor, ticket_id: int | None, now: datetime) -> float:
    """Expected seconds until a counter is free again."""
    if ticket_id is None:
        return 0.0
    ticket = floor.tickets[ticket_id]
    since = ticket.leg.began_at or ticket.leg.called_at or now
    expected = floor.service_mean(ticket.service)
    elapsed = (now - since).total_seconds()
    return max(expected - elapsed, expected * 0.25)
