"""The proof: hash chain, conservation, every ticket, leg and counter recomputed from the journal (`giliran verify`).

Every measure is arithmetic on a ticket's legs, so rows that are equal have equal measures. Memory holds the tickets
that are open at some moment of the past and a few steps of rows, whatever the history.

Where days of long ago were removed by policy, the proof begins at the newest anchor (`sql.anchors`): with its hash and
with the branch as it stood there. What lies behind it and has not been swept away yet is nobody's concern any more.
"""

from __future__ import annotations

import json
from collections import Counter as Count
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Row, and_, func, select, type_coerce

from server.domain import outages, playbook, recovery
from server.domain.blocks import Block, after
from server.domain.counter import CounterState
from server.domain.errors import QueueError
from server.domain.events import (
    BlockReserved,
    BlockReturned,
    CauseGiven,
    DayRemoved,
    Event,
    OutageEnded,
    PromiseBreached,
    TicketEvent,
    TicketIssued,
    decode,
)
from server.domain.floor import BEGINNING, MISSED_KEPT
from server.domain.outages import Outages
from server.domain.playbook import Runs
from server.domain.recovery import Cases
from server.domain.ticket import ENDED, Status, Ticket, issued
from sql import rows
from sql.anchors import Anchor, Standing, Told, faults_of, standing_at
from sql.chain import entry_hash
from sql.database import reading
from sql.tables import branches, counters, from_ms, journal, legs, tickets, to_ms

STEP = 2000
TOGETHER = 500
"""Ended tickets that are held against their rows at once."""
MOST_FAULTS = 50
CASE_KEPT = timedelta(days=2)
"""A promise in danger is answered for on its own day: more need not be remembered."""
UNREADABLE = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What a cell raises into which somebody wrote what does not belong there."""

_raw_at = type_coerce(journal.c.at, BigInteger).label("at")


@dataclass
class Report:
    """What was found: `counts` of tickets by status; `found` faults, of which `faults` names the first MOST_FAULTS.

    `anchors` stand for the days that were removed; `unswept` rows of theirs are still to go.
    """

    entries: int = 0
    anchors: list[Anchor] = field(default_factory=list)
    unswept: int = 0
    counts: Count[str] = field(default_factory=Count)
    faults: list[str] = field(default_factory=list)
    found: int = 0

    def fault(self, what: str) -> None:
        self.found += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(what)

    def summary(self) -> str:
        """One line for a person."""
        ended = " + ".join(f"{self.counts[str(status)]} {status}" for status in sorted(ENDED))
        still = sum(n for status, n in self.counts.items() if status not in ENDED)
        made = sum(self.counts.values())
        verdict = "sound" if not self.found else f"NOT sound, {self.found} fault{'s' * (self.found != 1)}"
        told = f"{self.entries} entries; {made} tickets issued = {ended} + {still} still open; "
        if self.anchors:
            gone = f"{sum(one.entries for one in self.anchors)} entries of {len(self.anchors)} "
            told += (
                f"{gone}day{'s' * (len(self.anchors) != 1)} until {self.anchors[-1].business_on} removed by policy; "
            )
            told += f"{self.unswept} rows of them still to go; " if self.unswept else ""
        return told + verdict


@dataclass
class Walk:
    """The journal up to some entry. `ended` are tickets to which nothing can happen any more."""

    report: Report
    open: dict[int, Told] = field(default_factory=dict)
    ended: dict[int, Told] = field(default_factory=dict)
    counters: dict[str, CounterState] = field(default_factory=dict)
    blocks: dict[int, Block] = field(default_factory=dict)
    cases: Cases = ()
    runs: Runs = ()
    outages: Outages = ()
    removals: list[tuple[int, DayRemoved]] = field(default_factory=list)
    issued: int = 0
    seq: int = 0
    at_ms: int = to_ms(BEGINNING)
    hash: str = ""

    @classmethod
    def begun(cls, report: Report, anchor: Anchor | None, at: Standing) -> Walk:
        """Where the newest anchor stands; without one, before the first entry."""
        return cls(
            report, open={told.ticket.id: told for told in at.open}, counters={one.code: one for one in at.counters},
            blocks={block.id: block for block in at.blocks}, cases=tuple(at.cases),
            outages=tuple(at.outages),
            seq=anchor.seq if anchor else 0, at_ms=at.at_ms, hash=anchor.hash if anchor else "",
        )  # fmt: skip

    def standing(self) -> Standing:
        """How the branch stands now: what a walk that begins here needs."""
        self.let_go()
        blocks = [block for block in self.blocks.values() if not block.is_returned]
        return Standing(
            [*self.open.values()], [*self.counters.values()], blocks, [*self.cases], [*self.outages], self.at_ms
        )

    def step(self, branch: str, row: Row[*tuple[Any, ...]]) -> None:
        """Hold one entry against the one before it, and let it happen."""
        seq, kind, report = row.seq, row.kind, self.report
        if seq != self.seq + 1:
            report.fault(f"entry {self.seq + 1} is missing: the next one is {seq}")
        report.entries += 1
        try:
            at = from_ms(row.at)
            wanted = entry_hash(branch, seq, at, row.actor, kind, row.ticket, row.payload, self.hash)
            if wanted != row.hash:
                report.fault(f"entry {seq} ({kind}) or the one before it was altered: the hash is wrong")
            if row.at < self.at_ms:
                report.fault(f"entry {seq} ({kind}) is earlier than the one before it")
            self._happen(seq, decode(kind, at, row.ticket, json.loads(row.payload)))
            self.at_ms = row.at
        except UNREADABLE as error:
            report.fault(f"entry {seq} ({kind}) cannot be read: {type(error).__name__} {error}")
        except QueueError as error:
            report.fault(f"entry {seq} ({kind}) cannot have happened: {error}")
        self.seq, self.hash = seq, row.hash

    def _happen(self, seq: int, event: Event) -> None:
        code: str = getattr(event, "counter", "")
        if code:
            self.counters[code] = self.counters.get(code, CounterState(code)).after(event)
        self._account_for(seq, event)
        self._answer_for(seq, event)
        if what := playbook.fault(self.runs, event):
            self.report.fault(f"entry {seq} ({event.kind}) {what}")
        self.runs = playbook.remembered(playbook.after(self.runs, seq, event), event.at - CASE_KEPT)
        if isinstance(event, DayRemoved):
            self.removals.append((seq, event))
        if isinstance(event, OutageEnded) and all(one.id != event.outage for one in self.outages):
            self.report.fault(f"entry {seq} ({event.kind}) ends outage {event.outage}, which is not there")
        self.outages = outages.after(self.outages, seq, event)
        if isinstance(event, TicketIssued):
            self.issued += 1
            self.open[seq] = Told(issued(event, seq), event.letter, event.ordinal)
        elif isinstance(event, TicketEvent):
            told = self.open.get(event.ticket)
            if told is None:
                self.report.fault(f"entry {seq} ({event.kind}) is about ticket {event.ticket}, which is not there")
                return
            told.ticket = told.ticket.after(event)
            if told.ticket.status in (Status.FINISHED, Status.LEFT):
                self.ended[event.ticket] = self.open.pop(event.ticket)

    def _account_for(self, seq: int, event: Event) -> None:
        """Every number that a kiosk held was given once or returned, and none that it did not hold was given."""
        which: int | None = getattr(event, "block", None)
        before = self.blocks.get(which or 0)
        if which is not None:
            if before is None or before.is_returned:
                self.report.fault(f"entry {seq} ({event.kind}) is about block {which}, which no kiosk holds")
                return
            if isinstance(event, TicketIssued) and (not before.holds(event.number) or event.number in before.taken):
                self.report.fault(f"entry {seq}: {event.number} is not the kiosk's to give, or was given twice")
            if isinstance(event, BlockReturned) and event.unused != before.unused:
                self.report.fault(f"entry {seq}: block {which} has other numbers left than were returned")
        if which is not None or isinstance(event, BlockReserved):
            self.blocks = {block.id: block for block in after(tuple(self.blocks.values()), seq, event, date.min)}

    def _answer_for(self, seq: int, event: Event) -> None:
        """Every promise in danger was warned of first, broken once at most, and over once at most."""
        which: int | None = getattr(event, "case", None)
        if which is not None:
            case = next((one for one in self.cases if one.id == which), None)
            if case is None:
                self.report.fault(f"entry {seq} ({event.kind}) is about case {which}, of which nobody was warned")
            elif not case.is_open and not isinstance(event, CauseGiven):
                self.report.fault(f"entry {seq} ({event.kind}) is about case {which}, which was over")
            elif isinstance(event, PromiseBreached) and case.breached_at is not None:
                self.report.fault(f"entry {seq}: case {which} was broken already")
        cases = recovery.after(self.cases, seq, event)
        if cases is not self.cases:  # the causes of a case may be given for the rest of its day
            self.cases = tuple(one for one in cases if one.is_open or event.at - one.warned_at < CASE_KEPT)

    def let_go(self) -> None:
        """Take the no-shows that are too old to come back for ended."""
        at = from_ms(self.at_ms)
        for ticket_id in [i for i, told in self.open.items() if _is_gone(told.ticket, at)]:
            self.ended[ticket_id] = self.open.pop(ticket_id)


def _is_gone(ticket: Ticket, at: datetime) -> bool:
    return ticket.status is Status.NO_SHOW and ticket.ended_at is not None and ticket.ended_at < at - MISSED_KEPT


def verify(engine: Engine, branch: str) -> Report:
    """Walk the whole journal once, and hold the tables against what it tells.

    A running server may go on meanwhile: everything is read in one transaction, as it stood when that began.
    """
    report = Report()
    with reading(engine) as connection:
        walk = _begin(connection, branch, report)
        carried, gone = set(walk.open), walk.seq
        for found in _steps(connection, branch, walk.seq):
            for row in found:
                walk.step(branch, row)
            walk.let_go()
            if len(walk.ended) >= TOGETHER:
                hold_against(connection, branch, walk.ended, report)
                walk.ended = {}
        hold_against(connection, branch, walk.ended | walk.open, report)
        _look_for_strangers(connection, branch, walk, carried, gone)
        _compare_counters(connection, branch, walk.counters, report)
        _compare_head(connection, branch, walk)
        _compare_anchors(walk)
    return report


def _begin(connection: Connection, branch: str, report: Report) -> Walk:
    try:
        report.anchors, faults = faults_of(connection, branch)
    except UNREADABLE as error:
        report.fault(f"the anchors cannot be read: {type(error).__name__} {error}")
        return Walk(report)
    for fault in faults:
        report.fault(fault)
    last = report.anchors[-1] if report.anchors else None
    try:
        standing = standing_at(connection, branch, last)
    except ValueError as error:
        report.fault(str(error))
        standing = Standing()
    return Walk.begun(report, last, standing)


def steps(
    connection: Connection, branch: str, after: int, until: int | None = None, size: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The next entries after a seq, at most so many, as `Walk.step` takes them."""
    j = journal.c
    query = select(j.seq, _raw_at, j.actor, j.kind, j.ticket, j.payload, j.hash).where(
        j.branch == branch, j.seq > after
    )
    if until is not None:
        query = query.where(j.seq <= until)
    return connection.execute(query.order_by(j.seq).limit(size or STEP)).all()


def _steps(connection: Connection, branch: str, after: int) -> Iterator[Sequence[Row[*tuple[Any, ...]]]]:
    while found := steps(connection, branch, after):
        yield found
        after = found[-1].seq


def hold_against(connection: Connection, branch: str, told: dict[int, Told], report: Report) -> None:
    """The rows of these tickets and of their legs are what the journal makes of them."""
    ids = list(told)
    for start in range(0, len(ids), TOGETHER):
        some = {i: told[i] for i in ids[start : start + TOGETHER]}
        try:
            _compare(connection, branch, some, report)
        except UNREADABLE:  # one of them cannot be read: which?
            for ticket_id, one in some.items():
                try:
                    _compare(connection, branch, {ticket_id: one}, report)
                except UNREADABLE as error:
                    name = f"ticket {one.ticket.number} ({ticket_id})"
                    report.fault(f"{name} cannot be read: {type(error).__name__} {error}")


def _compare(connection: Connection, branch: str, told: dict[int, Told], report: Report) -> None:
    """Reads all rows before it finds any fault, so that what raises has reported nothing."""
    query = select(tickets).where(tickets.c.branch == branch, tickets.c.id.in_(told))
    kept = {row["id"]: row for row in connection.execute(query).mappings()}
    own = select(legs).where(legs.c.branch == branch, legs.c.ticket.in_(told)).order_by(legs.c.ticket, legs.c.leg)
    of_ticket: dict[int, list[rows.Row]] = {}
    for row in connection.execute(own).mappings():
        of_ticket.setdefault(row["ticket"], []).append(row)
    read = {i: rows.to_ticket(row, of_ticket.get(i, ())) for i, row in kept.items()}
    for ticket_id, one in told.items():
        ticket = one.ticket
        report.counts[str(ticket.status)] += 1
        name = f"ticket {ticket.number} ({ticket_id})"
        if ticket_id not in read:
            report.fault(f"{name} was issued, but is not kept")
            continue
        differs = [n for n in Ticket.__dataclass_fields__ if getattr(read[ticket_id], n) != getattr(ticket, n)]
        series = {"letter": one.letter, "ordinal": one.ordinal, "first_service": ticket.legs[0].service}
        differs += [n for n, value in series.items() if kept[ticket_id][n] != value]
        places = [place for place in range(len(ticket.legs)) if rows.is_kept(ticket, place)]
        if [row["leg"] for row in of_ticket.get(ticket_id, ())] != places and "legs" not in differs:
            differs.append("legs")
        if differs:
            report.fault(f"{name} differs from its journal in: {', '.join(differs)}")


def _look_for_strangers(connection: Connection, branch: str, walk: Walk, carried: set[int], gone: int) -> None:
    """Rows that no entry of the journal made. Of the days that were removed, up to the seq `gone`, only the tickets
    `carried` over the cut belong here still."""
    report, made = walk.report, walk.issued + len(carried)
    issue = and_(journal.c.branch == tickets.c.branch, journal.c.seq == tickets.c.id, journal.c.kind == "ticket_issued")
    unmade = (
        select(tickets.c.id, tickets.c.number)
        .outerjoin(journal, issue)
        .where(tickets.c.branch == branch, tickets.c.id > gone, journal.c.seq.is_(None))
    )
    for row in connection.execute(unmade.limit(MOST_FAULTS)):
        report.fault(f"ticket {row.number} ({row.id}) is kept, but was never issued")
    every = select(func.count()).select_from(tickets).where(tickets.c.branch == branch)
    kept = connection.scalar(every.where(tickets.c.id > gone)) or 0
    if gone:
        old = [*connection.scalars(select(tickets.c.id).where(tickets.c.branch == branch, tickets.c.id <= gone))]
        entries = select(func.count()).select_from(journal).where(journal.c.branch == branch, journal.c.seq <= gone)
        kept += len(carried.intersection(old))
        report.unswept = len({*old} - carried) + (connection.scalar(entries) or 0)
    if kept != made:
        report.fault(f"{made} tickets were issued, but {kept} are kept")
    ticket = and_(tickets.c.branch == legs.c.branch, tickets.c.id == legs.c.ticket)
    lost = select(legs.c.ticket).outerjoin(tickets, ticket).where(legs.c.branch == branch, tickets.c.id.is_(None))
    for ticket_id in connection.scalars(lost.limit(MOST_FAULTS)):
        report.fault(f"a leg of ticket {ticket_id} is kept, but no such ticket")


def _compare_counters(connection: Connection, branch: str, told: dict[str, CounterState], report: Report) -> None:
    codes = set(connection.scalars(select(counters.c.code).where(counters.c.branch == branch)))
    for code in sorted(codes | told.keys()):
        own = select(counters).where(counters.c.branch == branch, counters.c.code == code)
        try:
            row = connection.execute(own).mappings().first()
            if row is None:
                report.fault(f"counter {code} was opened, but is not kept")
            elif code not in told:
                report.fault(f"counter {code} is kept, but was never opened")
            elif differs := [n for n, value in rows.counter_row(branch, told[code]).items() if row[n] != value]:
                report.fault(f"counter {code} differs from its journal in: {', '.join(differs)}")
        except UNREADABLE as error:
            report.fault(f"counter {code} cannot be read: {type(error).__name__} {error}")


def _compare_anchors(walk: Walk) -> None:
    """Each anchor is named by the entry that it says, as long as that is there; and no other entry names one."""
    report = walk.report
    first = report.anchors[-1].seq if report.anchors else 0
    by_entry = {one.noted: one for one in report.anchors}
    for seq, event in walk.removals:
        one = by_entry.pop(seq, None)
        said = (event.anchor, event.business_on, event.until, event.entries, event.tickets)
        if one is None or (one.own, one.business_on, one.seq, one.entries, one.tickets) != said:
            report.fault(f"entry {seq} tells of the removal of {event.business_on}, of which no such anchor is left")
    for noted, one in by_entry.items():
        if noted > first:
            report.fault(
                f"anchor {one.n} (of {one.business_on}) is not in the journal: nobody removed that day by policy"
            )


def _compare_head(connection: Connection, branch: str, walk: Walk) -> None:
    last_at = type_coerce(branches.c.last_at, BigInteger).label("last_at")
    query = select(branches.c.seq, branches.c.last_hash, last_at).where(branches.c.code == branch)
    head = connection.execute(query).one()
    if head.seq != walk.seq:
        walk.report.fault(f"the branch is at {head.seq}, but the journal ends at {walk.seq}")
    if head.last_hash != walk.hash:
        walk.report.fault("the hash that the branch keeps is not that of the last entry")
    if head.last_at != walk.at_ms:
        walk.report.fault("the time that the branch keeps is not that of the last entry")
