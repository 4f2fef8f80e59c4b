"""What is written down about the charter, and what a promise would have been in the days that have passed.

That is counted in the database: the same tickets, judged as `server.domain.charter.verdict` says it; a
test holds the two together.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Engine, Select, and_, case, func, or_, select, type_coerce
from sqlalchemy.exc import IntegrityError

from server.domain.charter import OUTPUTS, RATING, Promise
from server.domain.charter_checks import Measured
from server.domain.ticket import WALK_DIRECT
from server.paperwork import Mix, Review
from server.reports.achievement import rated
from sql.database import reading, writing
from sql.scores import SqlScores
from sql.tables import charter_reads, from_ms, legs, reviews, tickets

HALF_HOUR_MS = 1_800_000
DAYS_AT_ONCE = 6
"""While an administrator waits for the answer."""


class SqlCharterBook:
    """`server.paperwork.CharterBook` of a branch."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch
        self._scores = SqlScores(engine, branch)

    def measured(self, promise: Promise, first: date, last: date) -> Measured:
        if promise.measure == OUTPUTS:
            return self._days(promise, first, last)
        if promise.measure == RATING:
            wanted = promise.service or "", rated(promise.least)
            said = [
                score
                for (_, *of), score in self._scores.between(first, last, (promise.least,)).items()
                if tuple(of) == wanted
            ]
            return Measured(sum(score.judged for score in said), sum(score.kept for score in said))
        judged, kept, served, served_ms = 0, 0, 0, 0.0
        slots: list[int] = []
        for since, until in _steps(first, last):
            own = [tickets.c.branch == self._branch, tickets.c.business_on.between(since, until)]
            if promise.service is not None:
                own.append(tickets.c.first_service == promise.service)
            span, counts = _judged(promise.measure)
            place = 0 if promise.measure != "sojourn" else _last_leg()
            is_leg = and_(legs.c.branch == tickets.c.branch, legs.c.ticket == tickets.c.id, legs.c.leg == place)
            within = func.sum(case((span <= round(promise.within_s * 1000), 1), else_=0))
            slot = _ms(tickets.c.issued_at).op("/")(HALF_HOUR_MS)  # of whole numbers: whole in both databases
            with reading(self._engine) as connection:
                found = select(func.count(), within).select_from(tickets.join(legs, is_leg)).where(*own, *counts)
                row = connection.execute(found).one()
                times = connection.execute(_services().where(*own)).one()
                of_slots = select(func.count()).where(*own, tickets.c.channel != WALK_DIRECT).group_by(slot)
                slots += connection.scalars(of_slots)
            judged, kept = judged + row[0], kept + int(row[1] or 0)
            served, served_ms = served + times[0], served_ms + float(times[1] or 0)
        slots.sort()
        busy = slots[max(0, -(-len(slots) * 9 // 10) - 1)] / 1800 if slots else None
        return Measured(judged, kept, busy, served_ms / served / 1000 if served else None)

    def _days(self, promise: Promise, first: date, last: date) -> Measured:
        """As `server.domain.charter.day_verdict` judges days that are over."""
        judged = kept = 0
        is_served = and_(tickets.c.status == "finished", tickets.c.carried_on.is_(None))
        is_unserved = or_(tickets.c.carried_on.is_not(None), tickets.c.status.not_in(("finished", "no_show")))
        outputs = func.sum(case((is_served, tickets.c.transactions), else_=0))
        unserved = func.sum(case((is_unserved, 1), else_=0))
        for since, until in _steps(first, last):
            own = [tickets.c.branch == self._branch, tickets.c.business_on.between(since, until)]
            if promise.service is not None:
                own.append(tickets.c.first_service == promise.service)
            with reading(self._engine) as connection:
                days = connection.execute(select(outputs, unserved).where(*own).group_by(tickets.c.business_on)).all()
            judged += len(days)
            kept += sum(done >= promise.least or not left for done, left in days)
        return Measured(judged, kept)

    def mix(self, first: date, last: date, zone: ZoneInfo) -> Mix:
        services, languages, local = Counter[str](), Counter[str](), Counter[str]()
        served, served_ms = 0, 0.0
        hour = _ms(tickets.c.issued_at).op("/")(2 * HALF_HOUR_MS)
        for since, until in _steps(first, last, days=1):  # nobody waits for this one, and counters work meanwhile
            own = [tickets.c.branch == self._branch, tickets.c.business_on.between(since, until)]
            with reading(self._engine) as connection:
                of_service, of_language, of_hour = (
                    connection.execute(select(of, func.count()).where(*own).group_by(of)).all()
                    for of in (tickets.c.first_service, tickets.c.language, hour)
                )
                times = connection.execute(_services().where(*own)).one()
            for name, n in of_service:
                services[name] += n
            for name, n in of_language:
                languages[name] += n
            for begins, n in of_hour:
                local[f"{from_ms(begins * 2 * HALF_HOUR_MS).astimezone(zone):%H}"] += n
            served, served_ms = served + times[0], served_ms + float(times[1] or 0)
        return Mix(services, languages, local, served_ms / served / 1000 if served else None)

    def reads(self) -> dict[tuple[str, int], datetime]:
        query = select(charter_reads).where(charter_reads.c.branch == self._branch)
        with reading(self._engine) as connection:
            return {(row.since, row.person): row.at for row in connection.execute(query)}

    def read(self, since: str, person: int, now: datetime) -> None:
        row = {"branch": self._branch, "since": since, "person": person, "at": now}
        with suppress(IntegrityError), writing(self._engine) as connection:
            connection.execute(charter_reads.insert(), row)

    def reviews(self) -> list[Review]:
        query = (
            select(reviews).where(reviews.c.branch == self._branch).order_by(reviews.c.at.desc(), reviews.c.id.desc())
        )
        with reading(self._engine) as connection:
            return [Review(row.at, row.actor, row.kind, row.note) for row in connection.execute(query)]

    def review(self, review: Review) -> None:
        row = {"branch": self._branch, "at": review.at, "actor": review.actor, "kind": review.kind, "note": review.note}
        with writing(self._engine) as connection:
            connection.execute(reviews.insert(), row)


def _steps(first: date, last: date, days: int = DAYS_AT_ONCE) -> Iterator[tuple[date, date]]:
    """The days in a few at a time, with everybody else let through between them: no counter waits for a quarter."""
    while first <= last:
        until = min(last, first + timedelta(days=days - 1))
        yield first, until
        time.sleep(0)
        first = until + timedelta(days=1)


def _services() -> Select[int, Any]:
    """How many services there were, and their milliseconds together; those whose end nobody saw are left out."""
    took = _ms(legs.c.ended_at) - _ms(legs.c.began_at) - legs.c.held_s * 1000
    both = tickets.join(legs, and_(legs.c.branch == tickets.c.branch, legs.c.ticket == tickets.c.id))
    known = (legs.c.began_at.is_not(None), legs.c.ended_at.is_not(None), legs.c.flag == "")
    return select(func.count(), func.sum(took)).select_from(both).where(*known)


def _ms(column: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


def _judged(measure: str) -> tuple[ColumnElement[int], list[ColumnElement[bool]]]:
    """The span of a ticket in milliseconds, and which tickets have one that counts."""
    if measure == "sojourn":
        return _ms(tickets.c.ended_at) - _ms(tickets.c.issued_at), [
            tickets.c.status == "finished", tickets.c.carried_on.is_(None), legs.c.flag == "",
        ]  # fmt: skip
    reached = legs.c.called_at if measure == "wait_to_call" else legs.c.began_at
    overnight = and_(tickets.c.carried_on.is_not(None), legs.c.flag != "")
    return _ms(reached) - _ms(legs.c.joined_at), [
        tickets.c.channel != WALK_DIRECT, reached.is_not(None), ~overnight,
    ]  # fmt: skip


def _last_leg() -> Any:
    other = legs.alias("other")
    return (
        select(func.max(other.c.leg))
        .where(other.c.branch == tickets.c.branch, other.c.ticket == tickets.c.id)
        .scalar_subquery()
        .correlate(tickets)
    )
