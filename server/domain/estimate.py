"""How long a ticket will wait: a range, from the newest forecast and what has happened since.

The forecast itself is made elsewhere (`server.domain.lookahead`, in a process of its own). Where there is none, or
nobody will come to serve, there is no estimate, and a reason why.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime

from server.domain.floor import Floor
from server.domain.forecast import NOT_YET, Told
from server.domain.queue import Lane
from server.domain.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds from `as_of` until the call: it should lie between `low` and `high` four times out of five."""

    low: float
    likely: float
    high: float
    as_of: datetime


def joining(floor: Floor, service: str, lane: Lane, now: datetime) -> Wait | None:
    """The wait of a ticket taken now. None where nobody can say, or nobody will serve it."""
    return _wait(told_at_issue(floor, service, lane), now)


def waiting(floor: Floor, ticket: Ticket, now: datetime) -> Wait | None:
    """What a waiting ticket still has before it. None when it does not wait, or nobody can say."""
    forecast = floor.outlook.forecast
    if ticket.status is not Status.WAITING or forecast is None:
        return None
    if ticket.delayed_at is not None and ticket.delayed_at > forecast.as_of:
        return None  # it has let others pass since: the next pass knows
    told = forecast.waiting.get(ticket.id)
    if told is not None:
        return _wait(told.after((now - forecast.as_of).total_seconds()), now)
    if (ticket.only and not ticket.is_absent) or ticket.id <= forecast.seq:
        return None  # transferred since: the next pass knows
    return _wait(told_at_issue(floor, ticket.service, ticket.lane, ticket), now)


def told_at_issue(floor: Floor, service: str, lane: Lane, ticket: Ticket | None = None) -> Told | None:
    """What whoever takes a number now is told (or `ticket`, which was issued since the forecast).

    Those who came since the forecast and go before stand before it too.
    """
    forecast = floor.outlook.forecast
    if forecast is None:
        return None
    told = forecast.joining.get((service, floor.branch.policy.kind_of(lane)))
    if told is None:
        return None
    return told.later(_come_since(floor, service, lane, forecast.seq, ticket) * forecast.step_s.get(service, 0.0))


def why_unknown(floor: Floor, service: str) -> str | None:
    """Why there is no estimate for a service: `no_counter` serves it, or nobody can say `not_yet`. None if there is."""
    forecast = floor.outlook.forecast
    if forecast is None:
        return NOT_YET
    return forecast.reasons.get(service)


def _come_since(floor: Floor, service: str, lane: Lane, seq: int, ticket: Ticket | None) -> int:
    """How many tickets of a service came after `seq` and before this one (None: one yet to come), of its kind of lane
    and those that go before it. Lines are long on a bad day, and their ids all but ascend: looked up, not counted."""
    policy = floor.branch.policy
    kind = policy.kind_of(lane)
    found = 0
    for line, ids in floor.lines.items():
        if line.service == service and policy.kind_of(line.lane) <= kind:
            end = len(ids) if ticket is None else bisect_left(ids, ticket.id)
            found += max(0, end - bisect_right(ids, seq))
    return found


def _wait(told: Told | None, now: datetime) -> Wait | None:
    return None if told is None else Wait(told.low, told.likely, told.high, now)
