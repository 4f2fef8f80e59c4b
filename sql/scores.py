"""How the promises were kept, a row a day, service and measure: added up once, when the day has passed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine, and_, delete, func, select

from server.domain.charter import Score
from server.ports import Scores
from sql.database import reading, writing_in_no_hurry
from sql.tables import scores, tickets

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

    def between(self, first: date, last: date) -> Scores:
        is_whole = and_(scores.c.service == ALL, scores.c.measure == "")
        query = select(scores).where(
            scores.c.branch == self._branch, scores.c.business_on.between(first, last), ~is_whole
        )
        with reading(self._engine) as connection:
            return {
                (row.business_on, row.service, row.measure): Score(row.judged, row.kept)
                for row in connection.execute(query)
            }
