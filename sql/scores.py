"""How the promises were kept, a row a day, service and measure: added up once, when the day has passed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Connection, Engine, and_, delete, func, select

from server.domain.charter import Score
from server.ports import Scores
from server.reports.achievement import rated
from sql.database import reading, writing_in_no_hurry
from sql.tables import figures, scores, tickets

MARKS = range(1, 6)
ALL = ""
"""The service of a day's own row: there is one for each day that is kept."""


class SqlScores:
    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def last(self) -> date | None:
        with reading(self._engine) as connection:
            found: date | None = connection.scalar(
                select(func.max(scores.c.business_on)).where(scores.c.branch == self._branch)
            )
        return found

    def next_day(self, before: date) -> date | None:
        last, day = self.last(), tickets.c.business_on
        query = select(day).where(tickets.c.branch == self._branch, day < before).order_by(day).limit(1)
        with reading(self._engine) as connection:
            found: date | None = connection.scalar(query if last is None else query.where(day > last))
        return found

    def keep(self, day: date, found: Mapping[tuple[str, str], Score]) -> None:
        whole = sum(found.values(), Score())
        rows = [
            {"branch": self._branch, "business_on": day, "service": service, "measure": measure, "judged": one.judged,
             "kept": one.kept}
            for (service, measure), one in {(ALL, ""): whole, **found}.items()
        ]  # fmt: skip
        with writing_in_no_hurry(self._engine) as connection:
            connection.execute(delete(scores).where(scores.c.branch == self._branch, scores.c.business_on == day))
            connection.execute(scores.insert(), rows)

    def between(self, first: date, last: date, marks: Collection[int] = ()) -> Scores:
        is_whole = and_(scores.c.service == ALL, scores.c.measure == "")
        query = select(scores).where(
            scores.c.branch == self._branch, scores.c.business_on.between(first, last), ~is_whole
        )
        with reading(self._engine) as connection:
            found = {
                (row.business_on, row.service, row.measure): Score(row.judged, row.kept)
                for row in connection.execute(query)
            }
            return found | self._ratings(connection, first, last, marks) if marks else found

    def _ratings(self, connection: Connection, first: date, last: date, marks: Collection[int]) -> Scores:
        """What customers said is kept with the figures of the day already: how many of each mark."""
        query = select(figures.c.business_on, figures.c.of, figures.c.counts).where(
            figures.c.branch == self._branch, figures.c.size == "day", figures.c.by == "rating",
            figures.c.business_on.between(first, last),
        )  # fmt: skip
        found: Scores = {}
        for day, service, text in connection.execute(query):
            counts: dict[str, int] = json.loads(text)["counts"]
            for least in marks:
                kept = sum(counts.get(str(mark), 0) for mark in MARKS if mark >= least)
                found[day, service, rated(least)] = Score(counts["n"], kept)
        return found
