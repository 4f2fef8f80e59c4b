"""What is written down about the charter, and what a promise would have been in the days that have passed.

That is counted in the database: the same tickets, judged as `server.domain.charter.verdict` says it; a
test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Engine, and_, case, func, select, type_coerce
from sqlalchemy.exc import IntegrityError

from server.domain.charter import Promise
from server.domain.charter_checks import Measured
from server.domain.ticket import WALK_DIRECT
from server.paperwork import Mix, Review
from sql.database import reading, writing
from sql.tables import charter_reads, from_ms, legs, reviews, tickets

HALF_HOUR_MS = 1_800_000


class SqlCharterBook:
    """`server.paperwork.CharterBook` of a branch."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def measured(self, promise: Promise, first: date, last: date) -> Measured:
        own = [tickets.c.branch == self._branch, tickets.c.business_on.between(first, last)]
        if promise.service is not None:
            own.append(tickets.c.first_service == promise.service)
        span, judged = _judged(promise.measure)
        place = 0 if promise.measure != "sojourn" else _last_leg()
        joined = tickets.join(
            legs, and_(legs.c.branch == tickets.c.branch, legs.c.ticket == tickets.c.id, legs.c.leg == place)
        )
        kept = func.sum(case((span <= round(promise.within_s * 1000), 1), else_=0))
        served = select(func.avg(_ms(legs.c.ended_at) - _ms(legs.c.began_at) - legs.c.held_s * 1000)).select_from(
            tickets.join(legs, and_(legs.c.branch == tickets.c.branch, legs.c.ticket == tickets.c.id))
        )
        slot = _ms(tickets.c.issued_at).op("/")(HALF_HOUR_MS)  # of whole numbers: whole in both databases
        with reading(self._engine) as connection:
            row = connection.execute(select(func.count(), kept).select_from(joined).where(*own, *judged)).one()
            mean = connection.scalar(served.where(*own, legs.c.began_at.is_not(None), legs.c.flag == "",
                                                  legs.c.ended_at.is_not(None)))  # fmt: skip
            counts = select(func.count()).where(*own, tickets.c.channel != WALK_DIRECT).group_by(slot)
            slots = sorted(connection.scalars(counts))
        busy = slots[max(0, -(-len(slots) * 9 // 10) - 1)] / 1800 if slots else None
        return Measured(row[0], int(row[1] or 0), busy, None if mean is None else float(mean) / 1000)

    def mix(self, first: date, last: date, zone: ZoneInfo) -> Mix:
        own = [tickets.c.branch == self._branch, tickets.c.business_on.between(first, last)]
        hour = _ms(tickets.c.issued_at).op("/")(2 * HALF_HOUR_MS)
        mean = select(func.avg(_ms(legs.c.ended_at) - _ms(legs.c.began_at) - legs.c.held_s * 1000)).select_from(
            tickets.join(legs, and_(legs.c.branch == tickets.c.branch, legs.c.ticket == tickets.c.id))
        )
        with reading(self._engine) as connection:
            found: list[dict[Any, int]] = [
                dict(connection.execute(select(of, func.count()).where(*own).group_by(of)).tuples().all())
                for of in (tickets.c.first_service, tickets.c.language, hour)
            ]
            served = connection.scalar(mean.where(*own, legs.c.began_at.is_not(None), legs.c.ended_at.is_not(None),
                                                  legs.c.flag == ""))  # fmt: skip
        local: Counter[str] = Counter()
        for since, n in found[2].items():
            local[f"{from_ms(since * 2 * HALF_HOUR_MS).astimezone(zone):%H}"] += n
        return Mix(found[0], found[1], local, None if served is None else float(served) / 1000)

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
