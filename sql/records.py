"""The past in the tables: whole tickets, and the journal of any days, streamed in small steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select

from server.domain.branch import Branch
from server.domain.events import Event, ServiceEnded, TicketIssued, TicketLeft, TicketTransferred, decode
from server.domain.ticket import Ticket
from server.ports import JournalRow
from sql.anchors import newest
from sql.database import reading
from sql.floor_query import read_tickets
from sql.tables import journal, legs, of_no_ticket, tickets

STEP = 250
"""Rows a step: so few that an officer who presses "next" meanwhile does not notice the work between two steps."""

SENT, GONE = (TicketIssued, TicketTransferred), (ServiceEnded, TicketLeft)
"""What puts a ticket into a queue, and what takes it out of every one."""


class SqlRecords:
    """`branch` is asked each time, for its plan may change while the server runs.

    Each step has a connection of its own, so that a slow reader of an export holds no transaction open. What is
    written after an export has begun is not in it.
    """

    def __init__(self, engine: Engine, code: str, branch: Callable[[], Branch]) -> None:
        self._engine = engine
        self._code = code
        self._branch = branch

    def ticket(self, ticket_id: int) -> Ticket | None:
        return self._one(tickets.c.id == ticket_id)

    def ticket_of(self, token: str) -> Ticket | None:
        return self._one(tickets.c.token == token)

    def _one(self, which: Any) -> Ticket | None:
        with reading(self._engine) as connection:
            found = read_tickets(connection, self._code, which)
        return found[0] if found else None

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]:
        with reading(self._engine) as connection:
            after, end = id_range(connection, self._code, first, last)
        ids_of = select(tickets.c.id).where(tickets.c.branch == self._code, tickets.c.id <= end).order_by(tickets.c.id)
        while after < end:
            step = and_(tickets.c.business_on.between(first, last), tickets.c.id > after)
            with reading(self._engine) as connection:
                ids = connection.scalars(ids_of.where(step).limit(STEP)).all()
                found = read_tickets(connection, self._code, and_(step, tickets.c.id <= ids[-1])) if ids else []
            yield from found
            after = ids[-1] if ids else end

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]:
        since = self._begins(first)
        until = self._begins(last + timedelta(days=1)) if last < date.max else None
        with reading(self._engine) as connection:
            after, end = seq_range(connection, self._code, since, until)
        query = (
            select(
                journal.c.seq, journal.c.at, journal.c.kind, journal.c.ticket, journal.c.payload,
                tickets.c.number, tickets.c.first_service, tickets.c.lane,
            )
            .outerjoin(tickets, and_(tickets.c.branch == journal.c.branch, tickets.c.id == journal.c.ticket))
            .where(journal.c.branch == self._code, journal.c.seq <= end)
            .order_by(journal.c.seq)
            .limit(STEP)
        )  # fmt: skip
        in_queue: dict[int, str] = {}
        while after < end:
            with reading(self._engine) as connection:
                found = connection.execute(query.where(journal.c.seq > after)).all()
                met = {row.ticket for row in found if row.ticket is not None} - in_queue.keys()
                in_queue |= self._queues_before(connection, met, since)
            yield from (_journal_row(in_queue, *row) for row in found)
            after = found[-1].seq if found else end

    def _queues_before(self, connection: Connection, ids: Collection[int], since: datetime) -> dict[int, str]:
        """The service for which each of these tickets waited, or was served, when `since` came; of those only that
        had been sent on by then."""
        query = (
            select(legs.c.ticket, legs.c.service)
            .where(legs.c.branch == self._code, legs.c.ticket.in_(ids), legs.c.joined_at < since)
            .order_by(legs.c.ticket, legs.c.leg)
        )
        return {row.ticket: row.service for row in connection.execute(query)} if ids else {}

    def happened(self, first: date, last: date, kinds: Collection[str]) -> Iterator[tuple[int, Event]]:
        since, until = self._begins(first), self._begins(last + timedelta(days=1)) if last < date.max else None
        j = journal.c
        with reading(self._engine) as connection:
            after, end = seq_range(connection, self._code, since, until)
        own = select(j.seq, j.at, j.kind, j.ticket, j.payload).where(
            j.branch == self._code, j.kind.in_(kinds), of_no_ticket, j.seq <= end
        )
        while True:
            with reading(self._engine) as connection:
                found = connection.execute(own.where(j.seq > after).order_by(j.seq).limit(STEP)).all()
            if not found:
                return
            for row in found:
                yield row.seq, decode(row.kind, row.at, row.ticket, json.loads(row.payload))
            after = found[-1].seq

    def removed_until(self) -> date | None:
        with reading(self._engine) as connection:
            anchor = newest(connection, self._code)
        return None if anchor is None else anchor.business_on

    def _begins(self, day: date) -> datetime:
        branch = self._branch()
        return datetime.combine(day, branch.turns_at, branch.timezone)


def id_range(connection: Connection, branch: str, first: date, last: date) -> tuple[int, int]:
    """The ids before the first and of the last ticket of these days; ids grow with the days, so that all others
    need not be looked at. (0, 0) where there is none."""
    own, day = tickets.c.branch == branch, tickets.c.business_on
    earliest = connection.scalar(select(func.min(day)).where(own, day >= first))
    latest = connection.scalar(select(func.max(day)).where(own, day <= last))
    if earliest is None or latest is None:
        return 0, 0
    # Both ends, and a range of one day: else SQLite would seek the lowest by walking through all the years before.
    ends = select(func.min(tickets.c.id), func.max(tickets.c.id)).where(own)
    lowest: int = connection.execute(ends.where(day.between(earliest, earliest))).one()[0]
    highest: int = connection.execute(ends.where(day.between(latest, latest))).one()[1]
    return lowest - 1, highest


def seq_range(connection: Connection, branch: str, since: datetime, until: datetime | None) -> tuple[int, int]:
    """The seq before the first entry from `since` on, and that of the last one before `until`; (0, 0) for none."""
    at, seq = journal.c.at, journal.c.seq
    own = select(seq).where(journal.c.branch == branch)
    lowest = connection.scalar(own.where(at >= since).order_by(at, seq).limit(1))
    earlier = own if until is None else own.where(at < until)
    highest = connection.scalar(earlier.order_by(at.desc(), seq.desc()).limit(1))
    return (0, 0) if lowest is None or highest is None else (lowest - 1, highest)


def _journal_row(
    in_queue: dict[int, str], seq: int, at: datetime, kind: str, ticket: int | None, payload: str, number: str,
    first_service: str, lane: str,
) -> JournalRow:  # fmt: skip
    """The row, with the queue that its ticket is in afterwards; `in_queue` follows those that are still open."""
    event = decode(kind, at, ticket, json.loads(payload))
    if ticket is None:
        return JournalRow(seq, event, "", "", "")
    if isinstance(event, SENT):
        in_queue[ticket] = event.service
    service = in_queue.get(ticket, first_service)
    if isinstance(event, GONE):
        in_queue.pop(ticket, None)
    return JournalRow(seq, event, number, service, lane)
