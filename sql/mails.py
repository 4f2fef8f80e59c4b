"""Letters in the database: each kind once to each address. Whoever sends one has it to itself meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from server.paperwork import Body, Mail
from sql.database import reading, writing
from sql.tables import mails


class SqlMails:
    """`server.paperwork.Mails` of a branch."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def put(self, key: str, recipient: str, about: Body, now: datetime) -> bool:
        row = {
            "branch": self._branch, "key": key, "recipient": recipient, "about": json.dumps(about, ensure_ascii=False),
            "made_at": now, "attempts": 0, "busy_until": None, "sent_at": None, "fault": "",
        }  # fmt: skip
        try:
            with writing(self._engine) as connection:
                connection.execute(mails.insert(), row)
        except IntegrityError:
            return False
        return True

    def keys(self) -> set[tuple[str, str]]:
        query = select(mails.c.key, mails.c.recipient).where(mails.c.branch == self._branch)
        with reading(self._engine) as connection:
            return {(row.key, row.recipient) for row in connection.execute(query)}

    def unsent(self) -> Sequence[Mail]:
        query = select(mails).where(mails.c.branch == self._branch, mails.c.sent_at.is_(None))
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(mails.c.made_at, mails.c.key)).all()
        return [
            Mail(row.key, row.recipient, json.loads(row.about), row.made_at, row.attempts, row.busy_until, row.fault)
            for row in found
        ]

    def failing(self, since: datetime) -> Sequence[tuple[str, str]]:
        fault = select(mails.c.key, mails.c.fault).where(mails.c.branch == self._branch, mails.c.fault != "")
        with reading(self._engine) as connection:
            found = connection.execute(fault.where(mails.c.made_at >= since).order_by(mails.c.made_at)).all()
        return [(row.key, row.fault) for row in found]

    def claim(self, mail: Mail, now: datetime, lasts: timedelta) -> bool:
        free = or_(mails.c.busy_until.is_(None), mails.c.busy_until <= now)
        taken = update(mails).where(self._is(mail), mails.c.sent_at.is_(None), free).values(busy_until=now + lasts)
        with writing(self._engine) as connection:
            return connection.execute(taken).rowcount == 1

    def write(self, mail: Mail, **changes: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(mails).where(self._is(mail)).values(**changes))

    def _is(self, mail: Mail) -> Any:
        return and_(mails.c.branch == self._branch, mails.c.key == mail.key, mails.c.recipient == mail.recipient)
