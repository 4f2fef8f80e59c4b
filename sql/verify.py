"""The proof: hash chain, conservation, and every ticket and measure recomputed from the journal (`giliran verify`)."""

from __future__ import annotations

import json
from collections import Counter as Count
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, RowMapping, and_, select

from server.domain.errors import QueueError
from server.domain.events import Event, TicketEvent, TicketIssued, decode
from server.domain.measures import of_leg, of_ticket
from server.domain.ticket import ENDED, Ticket, issued
from sql.chain import entry_hash
from sql.floor_query import read_tickets
from sql.tables import branches, journal, tickets

STEP = 5000
MOST_FAULTS = 50


@dataclass
class Report:
    """What was found: `counts` by status, and the faults, the first MOST_FAULTS of them."""

    entries: int = 0
    counts: Count[str] = field(default_factory=Count)
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(what)

    def summary(self) -> str:
        """One line for a person."""
        ended = " + ".join(f"{self.counts[str(status)]} {status}" for status in sorted(ENDED))
        still = sum(n for status, n in self.counts.items() if status not in ENDED)
        verdict = "sound" if not self.faults else f"NOT sound, {len(self.faults)} faults"
        made = sum(self.counts.values())
        return f"{self.entries} entries; {made} tickets issued = {ended} + {still} still open; {verdict}"


def verify(engine: Engine, branch: str) -> Report:
    """Walk the whole journal once, then hold the tables against what it tells.

    A running server may go on meanwhile: everything is read in one transaction, as it stood when that began.
    """
    report = Report()
    reading = engine.execution_options(isolation_level="REPEATABLE READ") if _has_levels(engine) else engine
    with reading.begin() as connection:
        head = connection.execute(select(branches).where(branches.c.code == branch)).mappings().one()
        told: dict[int, Ticket] = {}
        before, expected = "", 1
        for row in _entries(connection, branch):
            if row["seq"] != expected:
                report.fault(f"entry {expected} is missing: the next one is {row['seq']}")
                expected = row["seq"]
            wanted = entry_hash(
                branch, row["seq"], row["at"], row["actor"], row["kind"], row["ticket"], row["payload"], before
            )
            if wanted != row["hash"]:
                report.fault(f"entry {row['seq']} ({row['kind']}) or the one before it was altered: the hash is wrong")
            before, expected = row["hash"], expected + 1
            report.entries += 1
            _tell(report, told, row)
        if expected - 1 != head["seq"]:
            report.fault(f"the branch is at {head['seq']}, but the journal ends at {expected - 1}")
        if before != head["last_hash"]:
            report.fault("the hash that the branch keeps is not that of the last entry")
        _hold_against(connection, branch, told, report)
    report.counts = Count(str(ticket.status) for ticket in told.values())
    return report


def _has_levels(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _entries(connection: Connection, branch: str) -> Iterator[RowMapping]:
    after = 0
    while True:
        query = (
            select(journal).where(journal.c.branch == branch, journal.c.seq > after).order_by(journal.c.seq).limit(STEP)
        )
        found = connection.execute(query).mappings().all()
        yield from found
        if len(found) < STEP:
            return
        after = found[-1]["seq"]


def _tell(report: Report, told: dict[int, Ticket], row: RowMapping) -> None:
    """Let an entry happen to its ticket; a ticket that could not have moved so is a fault."""
    try:
        event: Event = decode(row["kind"], row["at"], row["ticket"], json.loads(row["payload"]))
    except (KeyError, TypeError, ValueError) as error:
        report.fault(f"entry {row['seq']} ({row['kind']}) cannot be read: {error}")
        return
    if isinstance(event, TicketIssued):
        told[row["seq"]] = issued(event, row["seq"])
    elif isinstance(event, TicketEvent):
        ticket = told.get(event.ticket)
        if ticket is None:
            report.fault(f"entry {row['seq']} ({row['kind']}) is about ticket {event.ticket}, which was never issued")
            return
        try:
            told[ticket.id] = ticket.after(event)
        except QueueError as error:
            report.fault(f"entry {row['seq']}: {error}")


def _hold_against(connection: Connection, branch: str, told: dict[int, Ticket], report: Report) -> None:
    """Every row of `tickets` and `legs` is what the journal makes of it, and none is missing or too many."""
    seen, after = 0, 0
    while True:
        step = and_(tickets.c.id > after)
        ids = list(
            connection.scalars(
                select(tickets.c.id).where(tickets.c.branch == branch, step).order_by(tickets.c.id).limit(STEP)
            )
        )
        if not ids:
            break
        for kept in read_tickets(connection, branch, and_(step, tickets.c.id <= ids[-1])):
            seen += 1
            _compare(kept, told.get(kept.id), report)
        after = ids[-1]
    if seen != len(told):
        report.fault(f"{len(told)} tickets were issued, but {seen} are kept")


def _compare(kept: Ticket, told: Ticket | None, report: Report) -> None:
    if told is None:
        report.fault(f"ticket {kept.number} ({kept.id}) is kept, but was never issued")
    elif kept != told:
        differs = [name for name in Ticket.__dataclass_fields__ if getattr(kept, name) != getattr(told, name)]
        report.fault(f"ticket {kept.number} ({kept.id}) differs from its journal in: {', '.join(differs)}")
    elif of_ticket(kept) != of_ticket(told) or [of_leg(leg) for leg in kept.legs] != [of_leg(leg) for leg in told.legs]:
        report.fault(f"ticket {kept.number} ({kept.id}): its measures differ from those of its journal")
