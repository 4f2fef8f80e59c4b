"""Who took numbers from outside: how many today, by keyed hash alone, and the telephones that are told of their turn.

A telephone is kept for as long as its ticket lives and no longer; neither is in the journal, nor in any export. The
hashes of a day are forgotten with the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from server.ports import Phone
from sql.database import reading, writing
from sql.tables import joins, phones


class SqlJoiners:
    """Of one branch."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def count(self, who: str, period: str, key: str, most: int) -> bool:
        """Let this one join in the period, unless `most` others did; the same `key` again is the same joining."""
        mine = and_(joins.c.branch == self._branch, joins.c.period == period, joins.c.who == who)
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":  # two at one instant would both find room for the last of them
                name = f"joins {self._branch} {period} {who}"
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
            if connection.execute(select(joins.c.key).where(mine, joins.c.key == key)).first() is not None:
                return True
            had = connection.scalar(select(func.count()).select_from(joins).where(mine)) or 0
            if had >= most:
                return False
            connection.execute(joins.insert(), {"branch": self._branch, "period": period, "who": who, "key": key})
        return True

    def uncount(self, key: str) -> None:
        """The number was refused after all: it does not count."""
        with writing(self._engine) as connection:
            connection.execute(delete(joins).where(joins.c.branch == self._branch, joins.c.key == key))

    def forget(self, before: str) -> int:
        """Let go of the counts of earlier periods (they begin with the date); returns how many."""
        with writing(self._engine) as connection:
            old = and_(joins.c.branch == self._branch, joins.c.period < before)
            return connection.execute(delete(joins).where(old)).rowcount

    def keep_phone(self, phone: Phone) -> None:
        """Keep a telephone beside the ticket with this token; kept already is kept."""
        row = {name: getattr(phone, name) for name in PHONE_FIELDS} | {"branch": self._branch}
        row["said"] = " ".join(phone.said)
        try:
            with writing(self._engine) as connection:
                connection.execute(phones.insert(), row)
        except IntegrityError:
            pass

    def drop_phone(self, token: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(phones).where(_of(self._branch, token)))

    def phones(self) -> Sequence[Phone]:
        """All that are kept, oldest first."""
        query = select(phones).where(phones.c.branch == self._branch).order_by(phones.c.kept_at, phones.c.token)
        with reading(self._engine) as connection:
            return [_phone(row) for row in connection.execute(query).mappings()]

    def claim(self, token: str, now: datetime, lasts: timedelta) -> bool:
        """Take the right to send to this telephone, until `now` + `lasts`; False while another process has it."""
        free = or_(phones.c.busy_until.is_(None), phones.c.busy_until <= now)
        wish = update(phones).where(_of(self._branch, token), free).values(busy_until=now + lasts)
        with writing(self._engine) as connection:
            return connection.execute(wish).rowcount == 1

    def write(self, token: str, **changes: Any) -> None:
        """What came of it: `said`, `attempts`, `busy_until`, `fault`."""
        if "said" in changes:
            changes["said"] = " ".join(changes["said"])
        with writing(self._engine) as connection:
            connection.execute(update(phones).where(_of(self._branch, token)).values(**changes))


PHONE_FIELDS = ("token", "number", "language", "kept_at", "said", "attempts", "busy_until", "fault")


def _of(branch: str, token: str) -> Any:
    return and_(phones.c.branch == branch, phones.c.token == token)


def _phone(row: Any) -> Phone:
    values = {name: row[name] for name in PHONE_FIELDS}
    values["said"] = tuple(values["said"].split())
    return Phone(**values)
