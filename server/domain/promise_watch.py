"""How each service stands against its promise at this moment, and what has to be written down of it.

A warning comes when somebody has waited four fifths of what was promised, or when the forecast says that somebody will
wait longer than all of it. Both ends differ, and a case lasts five minutes at least: a hall at the edge of its promise
must not ring every minute (R040). Pure: a floor and the moment in, changes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain import estimate
from server.domain import events as e
from server.domain.charter import Promise
from server.domain.floor import Floor
from server.domain.hours import Closed
from server.domain.queue import Lane
from server.domain.recovery import Case, Level, open_case
from server.domain.ticket import Ticket

WARNED_FROM = 0.8
"""Of the promise waited; a foreseen breach warns too, …"""
CALM_WAITED, CALM_PREDICTED = 0.7, 0.9
"""… and it is calm again when nobody has waited so much of it, or will."""
LASTS_AT_LEAST = timedelta(minutes=5)
SAMPLED = 100
"""So many of those who wait are asked for what is foretold of them: neighbours in a line hear about the same."""
MOST_NAMED = 20
"""So many numbers are written down with a warning or a breach: the report has them all."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One service and its promise. Seconds; `predicted_s` is what whoever waits, or would come now, will have waited
    in all, None where nobody can say. `near` have waited four fifths of it, `over` all of it, the longest first."""

    service: str
    within_s: float
    longest_s: float = 0.0
    predicted_s: float | None = None
    near: tuple[str, ...] = ()
    over: tuple[str, ...] = ()

    @property
    def is_foreseen(self) -> bool:
        return self.predicted_s is not None and self.predicted_s > self.within_s

    @property
    def level(self) -> Level:
        if self.over:
            return Level.BREACHED
        return Level.WARNED if self.near or self.is_foreseen else Level.CALM

    @property
    def is_well_below(self) -> bool:
        predicted = self.predicted_s or 0.0
        return self.longest_s < CALM_WAITED * self.within_s and predicted < CALM_PREDICTED * self.within_s


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written down: `event`, or (None) that the apology for `case` is to be made."""

    reading: Reading
    case: Case | None
    event: e.PromiseWarned | e.PromiseBreached | e.PromiseCalmed | None


def readings(floor: Floor, now: datetime) -> dict[str, Reading]:
    """By service, in the branch's order; a service without a promise has none."""
    today = floor.branch.business_on(now)
    waiting = _waiting(floor)
    found = {}
    for service in floor.branch.services:
        promise = floor.branch.promise(service.code, today)
        if promise is not None:
            found[service.code] = _reading(floor, now, service.code, promise, waiting.get(service.code, []))
    return found


def changes(floor: Floor, now: datetime) -> Iterator[Change]:
    """What has to be written down now; nothing on a day that has not begun in the journal, or is over."""
    if floor.branch.business_on(now) != floor.business_on:
        return
    found = readings(floor, now)
    for reading in found.values():
        case = open_case(floor.cases, reading.service)
        if case is None:
            if reading.level is not Level.CALM:
                yield Change(reading, None, _warning(reading, now))
        elif case.breached_at is None and reading.over:
            yield Change(reading, case, e.PromiseBreached(at=now, case=case.id, numbers=reading.over[:MOST_NAMED]))
        elif case.apologised_at is None and (reading.over or reading.is_foreseen):
            yield Change(reading, case, None)
        elif reading.is_well_below and now - (case.breached_at or case.warned_at) >= LASTS_AT_LEAST:
            yield Change(reading, case, e.PromiseCalmed(at=now, case=case.id))
    for case in floor.cases:
        if case.is_open and case.service not in found:  # nothing is promised any more
            yield Change(Reading(case.service, case.within_s), case, e.PromiseCalmed(at=now, case=case.id))


def _warning(reading: Reading, now: datetime) -> e.PromiseWarned:
    predicted = None if reading.predicted_s is None else round(reading.predicted_s)
    return e.PromiseWarned(
        at=now, service=reading.service, why="waited" if reading.near else "predicted",
        within_s=round(reading.within_s), longest_s=round(reading.longest_s), predicted_s=predicted,
        numbers=reading.near[:MOST_NAMED],
    )  # fmt: skip


def _reading(floor: Floor, now: datetime, service: str, promise: Promise, waiting: list[Ticket]) -> Reading:
    is_sojourn = promise.measure == "sojourn"
    more = floor.service_mean(service) if is_sojourn else 0.0
    more += floor.branch.calling.walk_s if promise.measure != "wait_to_call" else 0.0
    within = promise.within_s
    near_since, over_since = now - timedelta(seconds=WARNED_FROM * within), now - timedelta(seconds=within)
    first, near = now, list[Ticket]()
    for ticket in waiting:  # by instants alone: on a bad day there are thousands, and every five seconds
        if len(ticket.legs) > 1 and not is_sojourn:
            continue  # judged already: a promise of a wait is about the first one
        if ticket.issued_at < first:
            first = ticket.issued_at
        if ticket.issued_at <= near_since:
            near.append(ticket)
    near.sort(key=lambda ticket: (ticket.issued_at, ticket.number))
    predicted = list(_foretold(floor, now, waiting, is_sojourn=is_sojourn))
    if _takes_numbers(floor, service, now):
        wait = estimate.joining(floor, service, Lane.REGULAR, now)
        if wait is not None:
            predicted.append(wait.likely)
    return Reading(
        service, within, (now - first).total_seconds(), max(predicted) + more if predicted else None,
        tuple(ticket.number for ticket in near),
        tuple(ticket.number for ticket in near if ticket.issued_at < over_since),
    )  # fmt: skip


def _foretold(floor: Floor, now: datetime, waiting: list[Ticket], *, is_sojourn: bool) -> Iterator[float]:
    """What those who wait will have waited until their call, of a long line of some of them all along it."""
    forecast = floor.outlook.forecast
    if forecast is None:
        return
    since = (now - forecast.as_of).total_seconds()
    for ticket in waiting[:: max(1, len(waiting) // SAMPLED)]:
        told = forecast.waiting.get(ticket.id)
        if told is not None and (is_sojourn or len(ticket.legs) == 1):
            yield (now - ticket.issued_at).total_seconds() + max(0.0, told.likely - since)


def _waiting(floor: Floor) -> dict[str, list[Ticket]]:
    """Who waits, by the service that is judged. Not who was carried over a night, and not who is still on the way:
    neither waits because of today's hall."""
    found: dict[str, list[Ticket]] = {}
    for ids in floor.lines.values():
        for ticket_id in ids:
            ticket = floor.tickets[ticket_id]
            if ticket.carried_on is None and not ticket.is_absent:
                found.setdefault(ticket.legs[0].service, []).append(ticket)
    return found


def _takes_numbers(floor: Floor, service: str, now: datetime) -> bool:
    """Whether somebody could come now: a hall that is closed foresees nothing."""
    calendars = (floor.branch.hours, floor.branch.service_hours.get(service))
    return not any(hours is not None and isinstance(hours.state(now), Closed) for hours in calendars)
