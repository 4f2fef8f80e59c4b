"""The figures of days that have passed: a row a day and group, and beside them rows of months and of years."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, or_, select

from server.domain.branch import Branch
from server.reports.behind import Behind, Found
from server.reports.figures import Cell, Figures, Place, Size, Spread, add_up
from sql.behind import Search
from sql.database import reading, writing_in_no_hurry
from sql.tables import figures, open_ticket, tickets

DAY: Size = "day"
MONTH: Size = "month"
YEAR: Size = "year"
ORDER: tuple[Size, ...] = (DAY, MONTH, YEAR)
Span = tuple[Size, date, date]
_f = figures.c


class SqlFigures:
    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def last(self) -> date | None:
        query = select(func.max(_f.business_on)).where(_f.branch == self._branch, _f.size == DAY)
        with reading(self._engine) as connection:
            found: date | None = connection.scalar(query)
        return found

    def next_day(self, before: date, settled: datetime) -> date | None:
        last, day = self.last(), tickets.c.business_on
        own = tickets.c.branch == self._branch
        query = select(day).where(own, day < before).order_by(day).limit(1)
        with reading(self._engine) as connection:
            found: date | None = connection.scalar(query if last is None else query.where(day > last))
            if found is None:
                return None
            unsettled = select(tickets.c.id).where(own, day == found, or_(open_ticket, tickets.c.ended_at >= settled))
            return None if connection.scalar(unsettled.limit(1)) is not None else found

    def keep(self, day: date, found: Figures) -> None:
        """With the month and the year before it, where this day is the first of a later one."""
        last = self.last()
        with writing_in_no_hurry(self._engine) as connection:
            if last is not None and last.replace(day=1) < day.replace(day=1):
                self._keep_sum(connection, MONTH, last.replace(day=1), DAY, last)
                if last.year < day.year:
                    self._keep_sum(connection, YEAR, last.replace(month=1, day=1), MONTH, last)
            self._write(connection, DAY, day, found)

    def between(
        self, first: date, last: date, by: Iterable[str], coarsest: Size = YEAR
    ) -> Iterator[tuple[date, int, Place, Cell]]:
        with reading(self._engine) as connection:
            kept = select(_f.size, _f.business_on).where(
                _f.branch == self._branch, _f.size.in_([MONTH, YEAR]), _f.by == "all"
            )
            sums: list[tuple[Size, date]] = [(size, on) for size, on in connection.execute(kept).all()]
            pieces = list(_spans(sums, first, last, coarsest))
            has_sums = any(size != DAY for size, _, _ in pieces)
            worked = self._days_worked(connection, first, last) if has_sums else []
            for piece, on, place, cell in self._read(connection, pieces, list(by)):
                days = 1 if piece == DAY else bisect_right(worked, _end_of(piece, on)) - bisect_left(worked, on)
                yield on, days, place, cell

    def behind(
        self, first: date, last: date, which: Behind, branch: Branch, before: int | None, enough: Callable[[], bool]
    ) -> Found:
        return Search(self._engine, self._branch, which, branch, (first, last)).found(before, enough)

    def _days_worked(self, connection: Connection, first: date, last: date) -> list[date]:
        """The days that are kept, in their order: on each a number was given."""
        day = _f.business_on
        own = (_f.branch == self._branch, _f.size == DAY, _f.by == "all", day.between(first, last))
        return list(connection.scalars(select(day).where(*own).order_by(day)))

    def _read(
        self, connection: Connection, spans: Iterable[Span], by: list[str]
    ) -> Iterator[tuple[Size, date, Place, Cell]]:
        for size, first, last in spans:
            query = select(_f.business_on, _f.by, _f.of, _f.counts, _f.spans).where(
                _f.branch == self._branch, _f.size == size, _f.business_on.between(first, last), _f.by.in_(by)
            )
            for on, name, of, counts, spread in connection.execute(query).all():
                yield size, on, (name, of), _cell(counts, spread)

    def _keep_sum(self, connection: Connection, size: Size, first: date, parts: Size, last: date) -> None:
        """Of the month or the year that begins on `first`, from the days or months that it is made of."""
        found: Figures = {}
        every = connection.scalars(
            select(_f.by).distinct().where(
                _f.branch == self._branch, _f.size == parts, _f.business_on.between(first, last)
            )
        ).all()  # fmt: skip
        for _, _, place, cell in self._read(connection, [(parts, first, last)], list(every)):
            add_up(found, place, cell)
        self._write(connection, size, first, found)

    def _write(self, connection: Connection, size: str, on: date, found: Figures) -> None:
        own = (_f.branch == self._branch, _f.size == size, _f.business_on == on)
        connection.execute(delete(figures).where(*own))
        rows = [
            {"branch": self._branch, "size": size, "business_on": on, "by": by, "of": of, **_packed(cell)}
            for (by, of), cell in found.items()
        ]
        if rows:
            connection.execute(figures.insert(), rows)


def _packed(cell: Cell) -> dict[str, Any]:
    """Counts as JSON; the distributions one behind the other, and where each ends beside the counts."""
    told: dict[str, Any] = {"counts": dict(cell.counts), "spans": {}}
    spans = b""
    for name, spread in cell.spans.items():
        packed = spread.packed()
        told["spans"][name] = [len(packed), spread.n, spread.sum_ms, spread.max_ms]
        spans += packed
    return {"counts": json.dumps(told, separators=(",", ":")), "spans": spans}


def _cell(counts: str, spans: bytes) -> Cell:
    told, cell, begin = json.loads(counts), Cell(), 0
    cell.counts.update(told["counts"])
    for name, (size, *rest) in told["spans"].items():
        cell.spans[name] = Spread.unpacked(spans[begin : begin + size], *rest)
        begin += size
    return cell


def _spans(sums: list[tuple[Size, date]], first: date, last: date, coarsest: Size) -> Iterator[Span]:
    """These days in as few pieces as are kept: the largest sums that lie in them, and the days between."""
    day = first
    inside = [
        (size, on) for size, on in sums
        if first <= on and _end_of(size, on) <= last and ORDER.index(size) <= ORDER.index(coarsest)
    ]  # fmt: skip
    for size, on in sorted(inside, key=lambda it: (it[1], -ORDER.index(it[0]))):
        if on < day:  # it is in a larger one
            continue
        if day < on:
            yield DAY, day, on - timedelta(days=1)
        yield size, on, on
        day = _end_of(size, on) + timedelta(days=1)
    if day <= last:
        yield DAY, day, last


def _end_of(size: Size, on: date) -> date:
    if size == DAY:
        return on
    if size == YEAR:
        return on.replace(month=12, day=31)
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
