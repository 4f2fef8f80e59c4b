"""The past in the tables: whole tickets, and the journal of any days, streamed in steps of a few thousand rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, and_, select

from server.domain.branch import Branch
from server.domain.events import TicketIssued, decode
from server.domain.ticket import Ticket
from server.ports import JournalRow
from sql.floor_query import read_tickets
from sql.tables import journal, tickets

STEP = 2000
LAST_DAY = date.max - timedelta(days=2)
"""Of the calendar, with room for the next one and for any zone."""


class SqlRecords:
    """`branch` is asked each time, for its plan may change while the server runs."""

    def __init__(self, engine: Engine, code: str, branch: Callable[[], Branch]) -> None:
        self._engine = engine
        self._code = code
        self._branch = branch

    def ticket(self, ticket_id: int) -> Ticket | None:
        with self._engine.connect() as connection:
            found = read_tickets(connection, self._code, tickets.c.id == ticket_id)
        return found[0] if found else None

    def ticket_of(self, token: str) -> Ticket | None:
        with self._engine.connect() as connection:
            found = read_tickets(connection, self._code, tickets.c.token == token)
        return found[0] if found else None

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]:
        after = 0
        while True:
            # One connection a step: a slow reader of the export holds no transaction open meanwhile.
            with self._engine.connect() as connection:
                days = and_(tickets.c.business_on >= first, tickets.c.business_on <= last, tickets.c.id > after)
                ids = list(
                    connection.scalars(
                        select(tickets.c.id)
                        .where(tickets.c.branch == self._code, days)
                        .order_by(tickets.c.id)
                        .limit(STEP)
                    )
                )
                found = read_tickets(connection, self._code, and_(days, tickets.c.id <= ids[-1])) if ids else []
            yield from found
            if len(ids) < STEP:
                return
            after = ids[-1]

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]:
        since, until = self._begins(first), self._begins(min(last, LAST_DAY) + timedelta(days=1))
        query = (
            select(
                journal.c.seq, journal.c.at, journal.c.kind, journal.c.ticket, journal.c.payload,
                tickets.c.number, tickets.c.first_service, tickets.c.lane,
            )
            .outerjoin(tickets, and_(tickets.c.branch == journal.c.branch, tickets.c.id == journal.c.ticket))
            .where(journal.c.branch == self._code, journal.c.at >= since, journal.c.at < until)
            .order_by(journal.c.seq)
            .limit(STEP)
        )  # fmt: skip
        after = -1
        while True:
            with self._engine.connect() as connection:
                found = connection.execute(query.where(journal.c.seq > after)).all()
            yield from (_journal_row(row) for row in found)
            if len(found) < STEP:
                return
            after = found[-1].seq

    def _begins(self, day: date) -> datetime:
        branch = self._branch()
        return datetime.combine(day, branch.turns_at, branch.timezone)


def _journal_row(row: Row[*tuple[Any, ...]]) -> JournalRow:
    event = decode(row.kind, row.at, row.ticket, json.loads(row.payload))
    service = event.service if isinstance(event, TicketIssued) else row.first_service
    return JournalRow(row.seq, event, row.number or "", service or "", row.lane or "")
