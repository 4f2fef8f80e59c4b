"""The tickets behind a figure, looked for from the newest back: the database leaves out whoever cannot be among them,
the rules of `server.reports.behind` have the last word.

Five years are two million tickets, and a figure may tell of two of them. So a search looks at some thousand tickets,
then at those before them, until it has found enough or has taken long enough; whoever asked goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from sqlalchemy import BigInteger, Connection, Engine, and_, exists, or_, select, type_coerce
from sqlalchemy.sql import ColumnElement

from server.domain.branch import Branch
from server.domain.events import TicketCalled, TicketIssued, TicketRated, decode
from server.domain.ticket import Ticket
from server.reports.behind import MOST_BEHIND, TENTH, Behind, Found, is_behind
from server.reports.day_figures import Told, told_by
from sql.database import reading
from sql.floor_query import read_tickets
from sql.records import id_range, seq_range
from sql.tables import journal, legs, tickets

STRIDE = 20_000
"""Entries of the journal, and so ids of some three thousand tickets, that one question spans."""
BATCH = 200
"""Whole tickets that are read at once: some 15 ms."""
HOUR = 3_600_000

t, j = tickets.c, journal.c
_first = legs.alias("first_leg")
_TO_CALL = type_coerce(_first.c.called_at, BigInteger) - type_coerce(_first.c.joined_at, BigInteger)
_WAIT = type_coerce(_first.c.began_at, BigInteger) - type_coerce(_first.c.joined_at, BigInteger)
_SOJOURN = type_coerce(t.ended_at, BigInteger) - type_coerce(t.issued_at, BigInteger)
_SPANS = {"wait_to_call": _TO_CALL, "wait": _WAIT, "sojourn": _SOJOURN}
Candidates = Sequence[tuple[int, int]]
"""Where it was found (an id, or the seq of an entry), and the ticket; newest first."""


class Search:
    def __init__(self, engine: Engine, code: str, which: Behind, branch: Branch, days: tuple[date, date]) -> None:
        self._engine, self._code, self._which, self._branch, self._days = engine, code, which, branch, days

    def found(self, before: int | None, enough: Callable[[], bool]) -> Found:
        """At most MOST_BEHIND tickets, the newest first, from below `before` on back, until `enough`."""
        with reading(self._engine) as connection:
            if self._which.is_of_journal:
                after, top = seq_range(connection, self._code, *self._instants())
            else:
                after, top = id_range(connection, self._code, *self._days)
        if before is not None:
            top = min(top, before - 1)
        seen: dict[int, Ticket] = {}
        while top > after:
            low = max(after, top - STRIDE)
            with reading(self._engine) as connection:
                candidates = iter(self._candidates(connection, low, top))
                while batch := list(islice(candidates, BATCH)):
                    for place, ticket in self._confirmed(connection, batch):
                        seen.setdefault(ticket.id, ticket)
                        if len(seen) == MOST_BEHIND:
                            return self._told(connection, seen, after, place)
                    if enough():
                        return self._told(connection, seen, after, batch[-1][0])
                if enough():
                    return self._told(connection, seen, after, low + 1)
            top = low
        return Found(list(seen.values()), None, None)

    def _told(self, connection: Connection, seen: dict[int, Ticket], after: int, place: int) -> Found:
        """With the day down to which was looked: that of the next ticket from `place` on."""
        if place - 1 <= after:
            return Found(list(seen.values()), None, None)
        day = select(t.business_on).where(t.branch == self._code, t.id >= place).order_by(t.id).limit(1)
        return Found(list(seen.values()), connection.scalar(day), place)

    def _candidates(self, connection: Connection, low: int, top: int) -> Candidates:
        if self._which.is_of_journal:
            return list(self._said(connection, low, top))
        query = (
            select(t.id)
            .outerjoin(_first, and_(_first.c.branch == t.branch, _first.c.ticket == t.id, _first.c.leg == 0))
            .where(t.branch == self._code, t.id > low, t.id <= top, *self._conditions()).order_by(t.id.desc())
        )  # fmt: skip
        return [(ticket, ticket) for ticket in connection.scalars(query)]

    def _said(self, connection: Connection, low: int, top: int) -> Iterator[tuple[int, int]]:
        """Calls out of turn, or ratings: the last word of each customer, which is the first that is met."""
        which = self._which
        kind = TicketRated.kind if which.counts == "rated" else TicketCalled.kind
        query = select(j.seq, j.at, j.kind, j.ticket, j.payload).where(
            j.branch == self._code, j.seq > low, j.seq <= top, j.kind == kind
        )
        if which.counts == "out_of_turn":
            query = query.where(j.payload.contains('"reason":'))
        met = set[int]()
        for seq, at, kind, ticket, payload in connection.execute(query.order_by(j.seq.desc())):
            event = decode(kind, at, ticket, json.loads(payload))
            if isinstance(event, TicketCalled):
                if event.reason and which.reason in ("", event.reason) and which.counter in ("", event.counter):
                    yield seq, ticket
            elif isinstance(event, TicketRated) and event.ticket not in met:
                met.add(event.ticket)
                hour = at.astimezone(self._branch.timezone).hour
                if (
                    which.rating in (None, event.rating)
                    and which.service in ("", event.service)
                    and which.hour in (None, hour)
                ):
                    yield seq, event.ticket

    def _confirmed(self, connection: Connection, batch: Candidates) -> Iterator[tuple[int, Ticket]]:
        ids = {ticket for _, ticket in batch}
        read = {one.id: one for one in read_tickets(connection, self._code, t.id.in_(ids))}
        told = self._estimates(connection, ids) if self._which.wants_told else {}
        first, last = self._days
        for place, ticket in batch:
            one = read[ticket]
            is_meant = self._which.is_of_journal or first <= one.business_on <= last
            if is_meant and is_behind(self._which, one, self._branch, told.get(ticket)):
                yield place, one

    def _estimates(self, connection: Connection, ids: set[int]) -> dict[int, Told]:
        """A ticket's id is the seq of its issue."""
        query = select(j.seq, j.at, j.kind, j.ticket, j.payload).where(j.branch == self._code, j.seq.in_(ids))
        found: dict[int, Told] = {}
        for seq, at, kind, ticket, payload in connection.execute(query):
            event = decode(kind, at, ticket, json.loads(payload))
            if isinstance(event, TicketIssued) and (told := told_by(event)) is not None:
                found[seq] = told
        return found

    def _instants(self) -> tuple[datetime, datetime | None]:
        """From when until when these days last; None: for ever."""
        first, last = self._days
        begin = datetime.combine(first, self._branch.turns_at, self._branch.timezone).astimezone(UTC)
        return begin, self._branch.day_ends_at(last) if last < date.max else None

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        """What every ticket that is meant has; others may have it too."""
        which = self._which
        for column, value in (
            (t.first_service, "" if which.sent_to else which.service), (t.lane, which.lane), (t.channel, which.channel),
            (t.status, which.status),
            (t.status, which.counts if which.counts in ("finished", "no_show", "left") else ""),
            (t.status, "finished" if which.outcome or which.counts == "sent_on" else ""),
        ):  # fmt: skip
            if value:
                yield column == value
        if which.counter:
            yield _has_leg(legs.c.counter == which.counter)
        if which.officer is not None:
            yield _has_leg(legs.c.officer == which.officer)
        if which.sent_to:
            yield _has_leg(and_(legs.c.leg > 0, legs.c.service == which.sent_to))
        if which.outcome:
            yield _has_leg(legs.c.outcome == which.outcome)
        if which.counts in ("sent_on", "wrong"):
            yield _has_leg(legs.c.outcome == "transferred")
        if which.counts == "called":
            yield _first.c.called_at.is_not(None)
        if which.counts == "carried":
            yield t.carried_on.is_not(None)
        if which.counts == "broken" and (of := [p.within_s for p in self._branch.promises if p.is_of_tickets]):
            shortest = min(of)
            yield or_(t.ended_at.is_(None), int(shortest * 1000) <= _SOJOURN)
        if which.span in _SPANS:
            yield _SPANS[which.span] >= which.least * TENTH
            if which.below is not None:
                yield _SPANS[which.span] < which.below * TENTH
        yield from self._of_slot()

    def _of_slot(self) -> Iterator[ColumnElement[bool]]:
        """Of hours only where the clock never changes, and of weekdays loosely: a day need not turn at midnight."""
        offsets = {_offset_ms(self._branch, date(self._days[1].year, month, 1)) for month in range(1, 13)}
        if len(offsets) > 1:
            return
        local = type_coerce(t.issued_at, BigInteger) + offsets.pop()
        if self._which.hour is not None:
            yield local // HOUR % 24 == self._which.hour
        if self._which.weekday is not None:  # the first day of 1970 was a Thursday
            yield ((local // (24 * HOUR) + 3) % 7).in_((self._which.weekday, (self._which.weekday + 1) % 7))


def _has_leg(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(legs.c.branch == t.branch, legs.c.ticket == t.id, which)


def _offset_ms(branch: Branch, day: date) -> int:
    """How far the branch's clock is ahead of UTC."""
    offset = datetime.combine(day, datetime.min.time(), branch.timezone).utcoffset() or timedelta(0)
    return round(offset.total_seconds() * 1000)
