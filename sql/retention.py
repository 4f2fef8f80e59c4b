"""Removes the records of business days of long ago, one proven day after another, and says beforehand what would go.

    prove the day ──► one transaction: its anchor, how the branch stood then, `day_removed` in the journal ──► sweep

A day is gone with its anchor. A crash before that leaves the day whole; one after it leaves rows that are swept away by
the next step, a few at a time, so that no officer waits. What the days add up to is kept before, or nothing is removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, and_, cast, delete, func, not_, or_, select

from server.domain.branch import Branch
from server.domain.events import DayRemoved
from server.domain.floor import MISSED_KEPT
from server.domain.retention import Amount, RecordsUnsound
from server.domain.ticket import Status
from sql.anchors import FIELDS, Anchor, Standing, digest, faults_of, is_named, newest, own_hash, standing_at
from sql.database import reading, writing_in_no_hurry
from sql.figures import SqlFigures
from sql.scores import SqlScores
from sql.store import SqlStore
from sql.tables import (
    anchors,
    joins,
    journal,
    legs,
    open_ticket,
    phones,
    sounds,
    standings,
    subscriptions,
    tickets,
    tokens,
)
from sql.verify import Report, Walk, hold_against, steps

PROVE_STEP, TICKETS_STEP, ENTRIES_STEP, OTHERS_STEP = 100, 100, 400, 500
"""Rows of one step: a few milliseconds."""
LATE = timedelta(hours=1)
"""A telephone is kept a moment before its ticket: younger ones are left alone."""


@dataclass(slots=True)
class _Proof:
    """A day on its way out: what `walk` has seen of it, up to the seq `until`, from anchor `after` on."""

    day: date
    until: int
    after: int
    walk: Walk


class SqlRetention:
    """`removed` are the anchors that this object has set."""

    def __init__(self, store: SqlStore, actor: str) -> None:
        self._store, self._engine, self._actor = store, store.engine, actor
        self._scores = SqlScores(store.engine, store.floor.branch.code)
        self._figures = SqlFigures(store.engine, store.floor.branch.code)
        self._proof: _Proof | None = None
        self._swept = 0
        self.removed: list[Anchor] = []

    @property
    def branch(self) -> Branch:
        return self._store.floor.branch

    def last_day(self, before: date) -> date | None:
        """The last day that may go: before this date, and kept as figures and as scores. None: no day may."""
        kept = [self._scores.last(), self._figures.last()]
        days = [day for day in kept if day is not None]
        return min(*days, before - timedelta(days=1)) if len(days) == len(kept) else None

    def step(self, before: date, now: datetime) -> bool:
        """A little of the work on days before this date. False: there is none left.

        Raises RecordsUnsound for a day that is not as its journal says; it stays, and so do all after it.
        """
        if self._sweep():
            return True
        if self._proof is None:
            self._proof = self._next(before)
            return self._proof is not None
        try:
            if self._proof.walk.seq < self._proof.until:
                self._prove(self._proof)
                return True
            self._cut(self._proof, now)
        except BaseException:
            self._proof = None
            raise
        self._proof = None
        return True

    def _next(self, before: date) -> _Proof | None:
        """The first day that is still there, if it may go."""
        last, code = self.last_day(before), self.branch.code
        if last is None:
            return None
        with reading(self._engine) as connection:
            anchor = self._anchor(connection)
            end, j = anchor.seq if anchor else 0, journal.c
            at = connection.scalar(select(j.at).where(j.branch == code, j.seq > end).order_by(j.seq).limit(1))
            if at is None or (day := self.branch.business_on(at)) > last:
                return None
            until = self._last_seq(connection, self._ends(day))
            found = select(func.max(tickets.c.business_on))
            latest = connection.scalar(found.where(tickets.c.branch == code, tickets.c.id.between(end + 1, until)))
            if latest is not None and latest > last:
                return None
            standing = self._standing(connection, anchor)
        return _Proof(day, until, anchor.n if anchor else 0, Walk.begun(Report(), anchor, standing))

    def _anchor(self, connection: Connection) -> Anchor | None:
        """The newest, if it is what the journal says. Raises RecordsUnsound."""
        found, faults = faults_of(connection, self.branch.code)
        if not found:
            return None
        if not faults and not is_named(connection, self.branch.code, found[-1]):
            faults = [f"anchor {found[-1].n} is not in the journal"]
        if faults:
            raise RecordsUnsound(found[-1].business_on, faults)
        return found[-1]

    def _standing(self, connection: Connection, anchor: Anchor | None) -> Standing:
        """Raises RecordsUnsound."""
        try:
            return standing_at(connection, self.branch.code, anchor)
        except ValueError as error:
            raise RecordsUnsound(anchor.business_on if anchor else date.min, [str(error)]) from error

    def _prove(self, proof: _Proof) -> None:
        walk, code = proof.walk, self.branch.code
        with reading(self._engine) as connection:
            found = steps(connection, code, walk.seq, proof.until, PROVE_STEP)
            for row in found:
                walk.step(code, row)
            if not found or walk.seq >= proof.until:
                walk.let_go()
            hold_against(connection, code, walk.ended, walk.report)
            walk.ended = {}
        if not found:
            walk.report.fault(f"the entries after {walk.seq} are missing")
        if walk.report.found:
            raise RecordsUnsound(proof.day, walk.report.faults)

    def _cut(self, proof: _Proof, now: datetime) -> None:
        walk, code = proof.walk, self.branch.code
        text = walk.standing().text()
        with self._store.turns([]) as turns, turns.take(self._actor) as turn:
            last, draft = newest(turns.connection, code), turn.draft
            if (last.n if last else 0) != proof.after:  # another process was faster
                return
            anchor = Anchor(
                proof.after + 1, proof.day, walk.seq, walk.hash, walk.report.entries, walk.issued,
                max(now, draft.last_at), self._actor, draft.seq + 1, digest(text), last.own if last else "",
            )  # fmt: skip
            anchor = replace(anchor, own=own_hash(code, anchor))
            draft.record(DayRemoved(
                at=anchor.at, business_on=anchor.business_on, until=anchor.seq, entries=anchor.entries,
                tickets=anchor.tickets, anchor=anchor.own,
            ))  # fmt: skip
            row = dict(zip(FIELDS, astuple(anchor), strict=True))
            turns.connection.execute(anchors.insert(), row | {"branch": code})
            turns.connection.execute(delete(standings).where(standings.c.branch == code))
            turns.connection.execute(standings.insert(), {"branch": code, "n": anchor.n, "text": text})
        self.removed.append(anchor)

    def _sweep(self) -> bool:
        """Some of the rows behind the newest anchor. False: none are left."""
        code = self.branch.code
        with reading(self._engine) as connection:
            anchor = newest(connection, code)
            if anchor is None or anchor.n == self._swept:
                return False
            carried = [told.ticket.id for told in self._standing(connection, anchor).open]
        t, j = tickets.c, journal.c
        gone = and_(t.branch == code, t.id <= anchor.seq, t.id.not_in(carried))
        with writing_in_no_hurry(self._engine) as connection:
            ids = connection.scalars(select(t.id).where(gone).order_by(t.id).limit(TICKETS_STEP)).all()
            if ids:
                connection.execute(delete(legs).where(legs.c.branch == code, legs.c.ticket.in_(ids)))
                connection.execute(delete(tickets).where(t.branch == code, t.id.in_(ids)))
                return True
            behind = select(j.seq).where(j.branch == code, j.seq <= anchor.seq).order_by(j.seq).limit(ENTRIES_STEP)
            seqs = connection.scalars(behind).all()
            if seqs:
                connection.execute(delete(journal).where(j.branch == code, j.seq <= seqs[-1]))
                return True
        self._swept = anchor.n
        return False

    def forget(self, before: date, now: datetime) -> int:
        """Let go of some of what belongs to nobody's visit any more: telephones and browsers whose ticket has ended,
        yesterday's counts of who joined, and of before this date what sounded and tokens that are over. How many."""
        found = 0
        for table, old in self._others(before, now):
            key = [*table.primary_key.columns]
            with writing_in_no_hurry(self._engine) as connection:
                rows = connection.execute(select(*key).where(old).limit(OTHERS_STEP)).all()
                for row in rows:
                    connection.execute(delete(table).where(*(c == v for c, v in zip(key, row, strict=True))))
            found += len(rows)
        return found

    def _others(self, before: date, now: datetime) -> Iterator[tuple[Table, Any]]:
        code, begins, today = self.branch.code, self._begins(before), self.branch.business_on(now)
        own = (tickets.c.branch == code, open_ticket)
        visits, numbers = select(tickets.c.token).where(*own), select(tickets.c.id).where(*own)
        p, s = phones.c, subscriptions.c
        yield phones, and_(p.branch == code, p.kept_at < now - LATE, p.token.not_in(visits))
        yield subscriptions, and_(s.branch == code, s.kept_at < now - LATE, s.ticket.not_in(numbers))
        yield joins, and_(joins.c.branch == code, joins.c.period < today.isoformat())
        yield sounds, and_(sounds.c.branch == code, sounds.c.started_at < begins)
        yield tokens, or_(tokens.c.expires_at < begins, tokens.c.revoked_at < begins)

    def amounts(self, before: date, now: datetime) -> list[Amount]:
        """What is to go before this date, and what stays, table by table; nothing is removed."""
        last, code = self.last_day(before), self.branch.code
        with reading(self._engine) as connection:
            until = 0 if last is None else self._last_seq(connection, self._ends(last))
            at = connection.scalar(select(journal.c.at).where(journal.c.branch == code, journal.c.seq == until))
            old = and_(tickets.c.branch == code, tickets.c.id <= until, tickets.c.ended_at <= (at or now))
            if at is not None:  # who was called in vain may come back for a while, and stays until the next day goes
                missed = and_(tickets.c.status == Status.NO_SHOW, tickets.c.ended_at >= at - MISSED_KEPT)
                old = and_(old, not_(missed))
            told = [
                self._amount(connection, journal, and_(journal.c.branch == code, journal.c.seq <= until), journal.c.at),
                self._amount(connection, tickets, old, tickets.c.issued_at),
                self._amount(
                    connection, legs, and_(legs.c.branch == code, legs.c.ticket.in_(select(tickets.c.id).where(old))),
                    legs.c.joined_at,
                ),
            ]  # fmt: skip
            when = {phones: phones.c.kept_at, subscriptions: subscriptions.c.kept_at, sounds: sounds.c.started_at,
                    tokens: tokens.c.created_at, joins: None}  # fmt: skip
            told += [self._amount(connection, table, which, when[table]) for table, which in self._others(before, now)]
        return told

    def _amount(self, connection: Connection, table: Table, old: Any, at: Column[Any] | None) -> Amount:
        size = sum((func.coalesce(func.length(cast(column, Text)), 0) for column in table.columns), start=0)
        counted = select(func.count(), func.sum(size)).select_from(table).where(old)
        n, chars = connection.execute(counted).one()
        own = [table.c.branch == self.branch.code] if "branch" in table.c else []
        every = connection.scalar(select(func.count()).select_from(table).where(*own)) or 0
        first = last = None
        if n and at is not None:
            first, last = connection.execute(select(func.min(at), func.max(at)).select_from(table).where(old)).one()
        days = [None if moment is None else self.branch.business_on(moment) for moment in (first, last)]
        return Amount(table.name, n, days[0], days[1], int(chars or 0), every - n)

    def _last_seq(self, connection: Connection, before: datetime) -> int:
        j = journal.c
        query = select(j.seq).where(j.branch == self.branch.code, j.at < before).order_by(j.at.desc(), j.seq.desc())
        return connection.scalar(query.limit(1)) or 0

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, self.branch.turns_at, self.branch.timezone)

    def _ends(self, day: date) -> datetime:
        return self._begins(day + timedelta(days=1))
