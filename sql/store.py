"""The branch in SQLite or PostgreSQL: one row of `branches` is its turn, the journal its history.

Turns lock that row (SQLite: the whole database, by BEGIN IMMEDIATE), learn what others wrote since, let the actions
record their events in drafts, each on top of the one before, and write journal, tickets, legs, counters and answers
in one transaction. The last draft becomes this process's floor only after the commit.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Engine, Insert, and_, bindparam, delete, select, update

from server.domain.branch import Branch
from server.domain.events import Event, TicketIssued, decode, encode
from server.domain.floor import Draft, Floor, fold
from server.domain.ticket import Ticket
from server.ports import Given
from sql import rows
from sql.chain import entry_hash, payload_text
from sql.database import reading
from sql.floor_query import load_floor
from sql.tables import answers, branches, counters, journal, legs, tickets

FORGET_STEP = 200
REMEMBERED = 4096
"""How many events a process keeps in memory for screens that are a little behind."""

_head = select(branches.c.seq, branches.c.last_hash, branches.c.version).where(branches.c.code == bindparam("branch"))
_turn = (
    select(
        branches.c.seq,
        branches.c.last_hash,
        branches.c.version,
        answers.c.key,
        answers.c.asked,
        answers.c.status,
        answers.c.body,
    )
    .outerjoin(answers, and_(answers.c.branch == branches.c.code, answers.c.key.in_(bindparam("keys", expanding=True))))
    .where(branches.c.code == bindparam("branch"))
)
"""The branch's head, and with it what was answered under these keys before: one question instead of two."""
_lock = select(branches.c.seq).where(branches.c.code == bindparam("branch")).with_for_update()
"""PostgreSQL: whoever waited here asks `_turn` afterwards. In one question with the lock, the wait would end with the
newest head but with the answers as they were before it, and a repeated request would be carried out again."""
_insert_ticket, _insert_leg, _insert_journal = tickets.insert(), legs.insert(), journal.insert()
_insert_counter, _insert_answer = counters.insert(), answers.insert()
_advance = (
    update(branches)
    .where(branches.c.code == bindparam("of_branch"), branches.c.seq == bindparam("of_seq"))
    .values(seq=bindparam("seq"), last_at=bindparam("last_at"), last_hash=bindparam("last_hash"))
)
_change_ticket = (
    update(tickets)
    .where(
        tickets.c.branch == bindparam("of_branch"),
        tickets.c.id == bindparam("of_id"),
        tickets.c.status == bindparam("of_status"),
    )
    .values({name: bindparam(name) for name in rows.CHANGING})
)
_change_leg = (
    update(legs)
    .where(
        legs.c.branch == bindparam("of_branch"), legs.c.ticket == bindparam("of_id"), legs.c.leg == bindparam("of_leg")
    )
    .values({name: bindparam(name) for name in rows.LEG_FIELDS})
)
_COUNTER_FIELDS = tuple(c.name for c in counters.columns if c.name not in ("branch", "code"))
_change_counter = (
    update(counters)
    .where(counters.c.branch == bindparam("of_branch"), counters.c.code == bindparam("of_code"))
    .values({name: bindparam(name) for name in _COUNTER_FIELDS})
)
_since = (
    select(journal.c.seq, journal.c.at, journal.c.kind, journal.c.ticket, journal.c.payload)
    .where(journal.c.branch == bindparam("branch"), journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
)


class TurnBroken(RuntimeError):
    """The rows are not as this process believes: a bug or another hand in the database. Nothing was written."""


class SqlTurn:
    """A request's turn while it lasts; `draft` is what the action changes."""

    def __init__(self, draft: Draft, given: Given | None) -> None:
        self.draft = draft
        self.given = given
        self.answer: Given | None = None

    def give(self, answer: Given) -> None:
        self.answer = answer


class SqlTurns:
    """The turns of one transaction: `floor` is as the last of them left it, `events` are what they added. What else is
    written on its `connection` is written with them, or not at all."""

    def __init__(self, connection: Connection, floor: Floor, last_hash: str, given: dict[str, Given]) -> None:
        self.floor = floor
        self.events: list[tuple[int, Event]] = []
        self.connection = connection
        self._begin = floor.seq
        self._last_hash = last_hash
        self._given = given
        self._taken: list[tuple[str, Floor, Draft]] = []
        self._answers: list[dict[str, Any]] = []

    @contextmanager
    def take(self, actor: str, key: str | None = None) -> Iterator[SqlTurn]:
        turn = SqlTurn(self.floor.draft(), self._given.get(key) if key else None)
        yield turn
        draft = turn.draft
        if draft.events:
            self._taken.append((actor, self.floor, draft))
            self.events += draft.events
            self.floor = draft.settled()
        if key and turn.answer is not None:
            self._given[key] = given = turn.answer
            body = None if given.body is None else json.dumps(given.body, ensure_ascii=False)
            self._answers.append(
                {"branch": draft.branch.code, "key": key, "asked": given.asked, "status": given.status, "body": body,
                 "at": draft.last_at}
            )  # fmt: skip

    def write(self) -> None:
        """Everything that the turns recorded, on the open transaction."""
        if self._taken:
            self._write_new_tickets()
            for _, before, draft in self._taken:
                for ticket in draft.changed.values():
                    self._write_ticket(ticket, before.tickets.get(ticket.id))
                for code in draft.changed_counters:
                    self._write_counter(code, before, draft)
            self._write_journal()
        self._insert(_insert_answer, self._answers)

    def _insert(self, into: Insert, found: list[dict[str, Any]]) -> None:
        if found:
            self.connection.execute(into, found if len(found) > 1 else found[0])

    def _write_new_tickets(self) -> None:
        made = [
            rows.new_ticket(draft.branch.code, draft.changed[seq], event)
            for _, _, draft in self._taken
            for seq, event in draft.events
            if isinstance(event, TicketIssued)
        ]
        self._insert(_insert_ticket, made)

    def _write_journal(self) -> None:
        branch, entries = self.floor.branch.code, []
        for actor, _, draft in self._taken:
            for seq, event in draft.events:
                ticket = seq if isinstance(event, TicketIssued) else event.subject
                payload = payload_text(encode(event))
                self._last_hash = entry_hash(branch, seq, event.at, actor, event.kind, ticket, payload, self._last_hash)
                entries.append(
                    {"branch": branch, "seq": seq, "at": event.at, "actor": actor, "kind": event.kind,
                     "ticket": ticket, "payload": payload, "hash": self._last_hash}
                )  # fmt: skip
        self._insert(_insert_journal, entries)
        moved = self.connection.execute(
            _advance,
            {"of_branch": branch, "of_seq": self._begin, "seq": self.floor.seq, "last_at": self.floor.last_at,
             "last_hash": self._last_hash},
        )  # fmt: skip
        if moved.rowcount != 1:
            raise TurnBroken(f"branch {branch} moved past {self._begin} during a turn")

    def _write_ticket(self, ticket: Ticket, before: Ticket | None) -> None:
        branch = self.floor.branch.code
        if before is not None:
            row = rows.changed_ticket(branch, ticket) | {"of_status": str(before.status)}
            if self.connection.execute(_change_ticket, row).rowcount != 1:
                raise TurnBroken(f"ticket {ticket.id} is not {before.status} in the database")
        for place, leg in enumerate(ticket.legs):
            old = before.legs[place] if before is not None and place < len(before.legs) else None
            if not rows.is_kept(ticket, place) or leg == old:
                continue
            row = rows.leg_row(branch, ticket, place)
            if before is not None and old is not None and rows.is_kept(before, place):
                keys = {"of_branch": row.pop("branch"), "of_id": row.pop("ticket"), "of_leg": row.pop("leg")}
                self.connection.execute(_change_leg, row | keys)
            else:
                self.connection.execute(_insert_leg, row)

    def _write_counter(self, code: str, before: Floor, draft: Draft) -> None:
        row = rows.counter_row(draft.branch.code, draft.counters[code])
        if code in before.counters:
            keys = {"of_branch": row.pop("branch"), "of_code": row.pop("code")}
            self.connection.execute(_change_counter, row | keys)
        else:
            self.connection.execute(_insert_counter, row)


class SqlStore:
    """`read_plan` makes a branch of the plan's text and its version, as `branches` has them."""

    def __init__(self, engine: Engine, code: str, read_plan: Callable[[str, int], Branch]) -> None:
        self._engine = engine
        self._code = code
        self._read_plan = read_plan
        self._writing = engine.execution_options(write=True)
        self._locks_rows = engine.dialect.name == "postgresql"
        self._lock = threading.Lock()  # green under monkey-patching: other tasks wait their turn outside the database
        self._recent: deque[tuple[int, Event]] = deque(maxlen=REMEMBERED)
        with reading(engine) as connection:  # other processes may be writing
            self._floor = load_floor(connection, self._plan(connection))

    @property
    def floor(self) -> Floor:
        return self._floor

    @property
    def engine(self) -> Engine:
        return self._engine

    def since(self, seq: int) -> Sequence[tuple[int, Event]] | None:
        if seq >= self._floor.seq:
            return []
        if not self._recent or self._recent[0][0] > seq + 1:
            return None
        newest_first = takewhile(lambda entry: entry[0] > seq, reversed(self._recent))
        return list(newest_first)[::-1]

    def catch_up(self) -> None:
        with self._engine.connect() as connection:
            found = connection.execute(_head, {"branch": self._code}).one()
            if (found.seq, found.version) == (self._floor.seq, self._floor.branch.version):
                return
        with self._lock, self._engine.connect() as connection:
            found = connection.execute(_head, {"branch": self._code}).one()
            self._learn(connection, found.seq, found.version)

    @contextmanager
    def turns(self, keys: Collection[str]) -> Iterator[SqlTurns]:
        with self._lock:
            with self._writing.begin() as connection:
                if self._locks_rows:
                    connection.execute(_lock, {"branch": self._code})
                found = connection.execute(_turn, {"branch": self._code, "keys": [*keys] or [""]}).all()
                self._learn(connection, found[0].seq, found[0].version)
                given = {row.key: _given(row) for row in found if row.key is not None}
                turns = SqlTurns(connection, self._floor, found[0].last_hash, given)
                yield turns
                turns.write()
            if turns.events:
                self._recent.extend(turns.events)
                self._floor = turns.floor

    def forget_answers(self, before: datetime) -> int:
        some = select(answers.c.key).where(answers.c.branch == self._code, answers.c.at < before).limit(FORGET_STEP)
        with self._lock, self._writing.begin() as connection:
            keys = list(connection.scalars(some))
            if keys:
                connection.execute(delete(answers).where(answers.c.branch == self._code, answers.c.key.in_(keys)))
        return len(keys)

    def _learn(self, connection: Connection, seq: int, version: int) -> None:
        """Bring the floor to what is committed: a new plan, and what other processes wrote to the journal."""
        if version != self._floor.branch.version:
            self._floor = replace(self._floor, branch=self._plan(connection))
        if seq == self._floor.seq:
            return
        missed = read_journal(connection, self._code, self._floor.seq)
        self._floor = fold(self._floor.branch, missed, self._floor)
        self._recent.extend(missed)

    def _plan(self, connection: Connection) -> Branch:
        query = select(branches.c.plan, branches.c.version).where(branches.c.code == self._code)
        found = connection.execute(query).one()
        return self._read_plan(found.plan, found.version)


def _given(row: Any) -> Given:
    return Given(row.asked, row.status, None if row.body is None else json.loads(row.body))


def read_journal(connection: Connection, branch: str, after: int) -> list[tuple[int, Event]]:
    """The events with a seq above `after`, oldest first."""
    found = connection.execute(_since, {"branch": branch, "after": after})
    return [(row.seq, decode(row.kind, row.at, _subject(row), json.loads(row.payload))) for row in found]


def _subject(row: Any) -> int | None:
    subject: int | None = row.ticket
    return subject
