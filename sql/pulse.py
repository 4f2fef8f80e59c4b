"""The server's sign of life: when it was last at work, so that the next start knows how long it was not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from sql.database import writing_in_no_hurry
from sql.tables import pulses


class SqlPulse:
    """Of a branch; several processes are one server."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def beat(self, now: datetime) -> datetime | None:
        """The server is at work; when it was before. None: it never was, or another process was faster."""
        own = pulses.c.branch == self._branch
        try:
            with writing_in_no_hurry(self._engine) as connection:
                before: datetime | None = connection.scalar(select(pulses.c.at).where(own))
                if before is None:
                    connection.execute(pulses.insert(), {"branch": self._branch, "at": now})
                    return None
                beaten = connection.execute(update(pulses).where(own, pulses.c.at == before).values(at=now))
                return before if beaten.rowcount == 1 else None
        except IntegrityError:
            return None
