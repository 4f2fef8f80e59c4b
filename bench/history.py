"""An office with years behind it: finished tickets with legs and a sound journal, written straight into the tables."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import load
from server.domain.counter import CounterState
from server.domain.events import (
    CounterClosed,
    CounterOpened,
    ServiceBegan,
    ServiceEnded,
    TicketCalled,
    TicketIssued,
    encode,
)
from server.office_folder import open_folder
from sql.chain import entry_hash, payload_text
from sql.tables import to_ms

A_DAY = 1500
COUNTERS = [f"K{n}" for n in range(1, 7)]


def past(data: Path, count: int, seed: int = 7) -> None:
    """Fill the folder `data` with `count` finished tickets, 1,500 a day, the last of them yesterday."""
    settings = load(data)
    opened = open_folder(settings)
    opened.engine.dispose()
    writer = Writer(opened.branch, random.Random(seed))
    days = -(-count // A_DAY)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with sqlite3.connect(data / "giliran.sqlite3") as database:
        database.execute("pragma synchronous=off")
        for back in range(days, 0, -1):
            writer.day(today - timedelta(days=back), min(A_DAY, count - writer.tickets_made))
            for table, rows in writer.taken():
                marks, names = ",".join("?" * len(rows[0])), ",".join(rows[0])
                insert = f"insert into {table} ({names}) values ({marks})"  # noqa: S608 - our own tables' names
                database.executemany(insert, [tuple(row.values()) for row in rows])
        for state in writer.counters.values():
            database.execute(
                "insert into counters (branch, code, is_open, services, run, closed_at, closed_reason) "
                "values (?, ?, false, '', 0, ?, ?)",
                (opened.branch, state.code, state.closed_at and to_ms(state.closed_at), state.closed_reason),
            )
        database.execute(
            "update branches set seq = ?, last_at = ?, last_hash = ? where code = ?",
            (writer.seq, writer.last_ms, writer.last_hash, opened.branch),
        )


class Writer:
    """Makes rows; `taken` hands them over and starts anew."""

    def __init__(self, branch: str, chance: random.Random) -> None:
        self.branch, self.chance = branch, chance
        self.seq, self.last_hash, self.last_ms, self.tickets_made = 0, "", 0, 0
        self.counters: dict[str, CounterState] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {"tickets": [], "legs": [], "journal": []}

    def taken(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        for table, rows in self._rows.items():
            if rows:
                yield table, rows
        self._rows = {"tickets": [], "legs": [], "journal": []}

    def day(self, midnight: datetime, count: int) -> None:
        """A business day from 00:00 to 09:00 UTC: eight to five in Malaysia."""
        for counter in COUNTERS:
            self._entry(CounterOpened(at=midnight, counter=counter, officer=None, services=tuple("AFHJ")), None)
        series: dict[str, int] = {}
        for place in range(count):
            service = self.chance.choice("AFHJ")
            series[service] = series.get(service, 0) + 1
            issued_at = midnight + timedelta(seconds=place * 9 * 3600 / count)
            self._ticket(service, series[service], issued_at)
            self.tickets_made += 1
        for counter in COUNTERS:
            closing = CounterClosed(at=midnight + timedelta(hours=9), counter=counter, reason="end")
            self.counters[counter] = CounterState(counter).after(closing)
            self._entry(closing, None)

    def _ticket(self, service: str, ordinal: int, issued_at: datetime) -> None:
        number, counter = f"{service}{ordinal:03d}", self.chance.choice(COUNTERS)
        at = issued_at.replace(microsecond=0)
        day = at.date()
        token = f"past-{self.tickets_made}"
        issue = TicketIssued(
            at=at, number=number, ordinal=ordinal, letter=service, business_on=day, service=service, lane="regular",
            language="ms", channel="kiosk", transactions=1, token=token,
        )  # fmt: skip
        ticket = self._entry(issue, None)
        self._entry(TicketCalled(at=at, ticket=ticket, counter=counter, officer=None, why="oldest", run=0), ticket)
        self._entry(ServiceBegan(at=at, ticket=ticket, counter=counter), ticket)
        self._entry(ServiceEnded(at=at, ticket=ticket, counter=counter, outcome="done"), ticket)
        ms = to_ms(at)
        self._rows["tickets"].append(
            {"branch": self.branch, "id": ticket, "number": number, "letter": service, "ordinal": ordinal,
             "business_on": day.isoformat(), "first_service": service, "service": service, "lane": "regular",
             "language": "ms", "channel": "kiosk", "transactions": 1, "token": token, "kiosk": "",
             "status": "finished", "issued_at": ms, "rank_at": ms, "counter": "", "only": "", "note": "",
             "hold_reason": "", "print_fault": "", "ended_at": ms}
        )  # fmt: skip
        self._rows["legs"].append(
            {"branch": self.branch, "ticket": ticket, "leg": 0, "service": service, "joined_at": ms, "called_at": ms,
             "last_called_at": ms, "calls": 1, "began_at": ms, "began_assumed": False, "held_s": 0.0, "ended_at": ms,
             "counter": counter, "outcome": "done", "flag": ""}
        )  # fmt: skip

    def _entry(self, event: Any, ticket: int | None) -> int:
        self.seq += 1
        subject = self.seq if isinstance(event, TicketIssued) else ticket
        payload = payload_text(encode(event))
        self.last_hash = entry_hash(
            self.branch, self.seq, event.at, "system", event.kind, subject, payload, self.last_hash
        )
        self.last_ms = to_ms(event.at)
        self._rows["journal"].append(
            {"branch": self.branch, "seq": self.seq, "at": self.last_ms, "actor": "system", "kind": event.kind,
             "ticket": subject, "payload": payload, "hash": self.last_hash}
        )  # fmt: skip
        return self.seq
