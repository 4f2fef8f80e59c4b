"""What the zones have heard, and the one process that speaks for a branch: a row that it keeps prolonging.

The calls are read from the journal; only what became of them in the zones is kept here, and as the log of every sound.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Engine, and_, cast, delete, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from server.domain.events import TicketCalled, TicketRecalled, decode
from server.ports import Sound
from sql.database import reading, writing_in_no_hurry
from sql.tables import journal, sounds, voices

FORGET_STEP = 500
STEP = 250
_KEY = (sounds.c.zone, sounds.c.id, sounds.c.attempt)
_FIELDS = tuple(column.name for column in sounds.columns if column.name != "branch")


class SqlSounds:
    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def lease(self, holder: str, lasts_s: float) -> bool:
        """With SQLite there is one server, and it need not wait for the one before it that was killed."""
        if self._engine.dialect.name == "sqlite":
            return True
        now = cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
        wish = insert(voices).values(branch=self._branch, holder=holder, until=now + round(lasts_s * 1000))
        taken = wish.on_conflict_do_update(
            index_elements=[voices.c.branch],
            set_={"holder": wish.excluded.holder, "until": wish.excluded.until},
            where=or_(voices.c.holder == holder, cast(voices.c.until, BigInteger) < now),
        ).returning(voices.c.holder)
        with writing_in_no_hurry(self._engine) as connection:
            return connection.execute(taken).first() is not None

    def release(self, holder: str) -> None:
        if self._engine.dialect.name == "sqlite":
            return
        with writing_in_no_hurry(self._engine) as connection:
            connection.execute(delete(voices).where(voices.c.branch == self._branch, voices.c.holder == holder))

    def write(self, new: Collection[Sound]) -> None:
        if not new:
            return
        keys = [(sound.zone, sound.id, sound.attempt) for sound in new]
        with writing_in_no_hurry(self._engine) as connection:
            connection.execute(delete(sounds).where(sounds.c.branch == self._branch, tuple_(*_KEY).in_(keys)))
            connection.execute(sounds.insert(), [_row(self._branch, sound) for sound in new])

    def since(self, at: datetime) -> list[Sound]:
        query = (
            select(*(sounds.c[name] for name in _FIELDS))
            .where(sounds.c.branch == self._branch, sounds.c.started_at >= at)
            .order_by(sounds.c.started_at, sounds.c.zone)
        )
        with self._engine.connect() as connection:
            return [_sound(row) for row in connection.execute(query)]

    def between(self, since: datetime, before: datetime) -> Iterator[Sound]:
        """The sounds that began in this time, in their order, in small steps: an export holds nobody up."""
        key = (sounds.c.started_at, *_KEY)
        own = and_(sounds.c.branch == self._branch, sounds.c.started_at >= since, sounds.c.started_at < before)
        query = select(*(sounds.c[name] for name in _FIELDS)).where(own).order_by(*key).limit(STEP)
        after: tuple[Any, ...] | None = None
        while True:
            with reading(self._engine) as connection:
                step = query if after is None else query.where(tuple_(*key) > tuple_(*after))
                found = [_sound(row) for row in connection.execute(step)]
            yield from found
            if len(found) < STEP:
                return
            after = tuple(literal(getattr(found[-1], column.name), column.type) for column in key)

    def calls(self, since: datetime) -> list[tuple[int, TicketCalled | TicketRecalled]]:
        j = journal.c
        query = (
            select(j.seq, j.at, j.kind, j.ticket, j.payload)
            .where(and_(j.branch == self._branch, j.at >= since, j.kind.in_([TicketCalled.kind, TicketRecalled.kind])))
            .order_by(j.seq)
        )
        with self._engine.connect() as connection:
            found = [(row.seq, decode(row.kind, row.at, row.ticket, json.loads(row.payload))) for row in
                     connection.execute(query)]  # fmt: skip
        return [(seq, event) for seq, event in found if isinstance(event, TicketCalled | TicketRecalled)]

    def forget(self, before: datetime) -> int:
        old = and_(sounds.c.branch == self._branch, sounds.c.started_at < before)
        with writing_in_no_hurry(self._engine) as connection:
            keys = connection.execute(select(*_KEY).where(old).limit(FORGET_STEP)).all()
            if keys:
                connection.execute(
                    delete(sounds).where(sounds.c.branch == self._branch, tuple_(*_KEY).in_([tuple(k) for k in keys]))
                )
        return len(keys)


def _row(branch: str, sound: Sound) -> dict[str, Any]:
    row = {name: getattr(sound, name) for name in _FIELDS}
    return row | {"branch": branch, "languages": " ".join(sound.languages), "player": sound.player[:40],
                  "outcome": sound.outcome[:40]}  # fmt: skip


def _sound(row: Any) -> Sound:
    return Sound(**dict(row._mapping) | {"languages": tuple(row.languages.split())})
