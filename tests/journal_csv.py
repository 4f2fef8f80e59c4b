"""A strict reader of the exported journal, from its contract alone: what it lets pass, other systems can read.

It shares no code with the program, and refuses rather than guesses.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HEADER = "at,kind,ticket,service,lane,counter,services,detail"
LANES = {"emergency", "elderly", "disabled", "pregnant", "with_children", "priority", "regular"}
OUTCOMES = {"done", "referred", "come_again"}
AT_A_COUNTER = {
    "ticket_called", "ticket_recalled", "service_began", "service_ended", "ticket_no_show", "ticket_held",
    "ticket_resumed", "ticket_transferred",
}  # fmt: skip
KINDS = AT_A_COUNTER | {
    "counter_opened", "counter_closed", "ticket_issued", "ticket_left", "ticket_restored", "ticket_carried",
}  # fmt: skip
MUST_SAY = {"counter_closed", "service_ended", "ticket_held"}
"""Kinds that have a detail always."""
MAY_SAY = MUST_SAY | {"ticket_transferred", "ticket_called", "ticket_left", "ticket_carried"}

AT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
NUMBER = re.compile(r"[A-Z]{1,2}\d{3,}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
FOLLOWS: dict[str, set[str]] = {
    "ticket_called": {"waiting"},
    "ticket_recalled": {"called"},
    "service_began": {"called"},
    "service_ended": {"called", "serving"},
    "ticket_no_show": {"called"},
    "ticket_restored": {"missed"},
    "ticket_held": {"called", "serving"},
    "ticket_resumed": {"held"},
    "ticket_transferred": {"called", "serving", "held"},
    "ticket_left": {"waiting", "called", "held"},
    "ticket_carried": {"waiting", "called", "held"},
}
BECOMES = {
    "ticket_issued": "waiting", "ticket_called": "called", "ticket_recalled": "called", "service_began": "serving",
    "service_ended": "ended", "ticket_no_show": "missed", "ticket_held": "held", "ticket_resumed": "serving",
    "ticket_transferred": "waiting", "ticket_left": "ended", "ticket_carried": "waiting",
}  # fmt: skip


class NotTheContract(Exception):
    """What is in the way of reading the journal, with its row."""


@dataclass(frozen=True)
class Entry:
    """One row; an empty cell is ""."""

    at: datetime
    kind: str
    ticket: str
    service: str
    lane: str
    counter: str
    services: tuple[str, ...]
    detail: str


@dataclass
class Visit:
    """All the rows of one ticket, in order; `issued_on` is the local business day on which its number was given."""

    number: str
    issued_on: date
    entries: list[Entry] = field(default_factory=list)
    state: str = ""

    def first(self, kind: str) -> datetime | None:
        return next((entry.at for entry in self.entries if entry.kind == kind), None)


def entries_of(content: bytes) -> list[Entry]:
    """The rows, each looked at by itself. Raises NotTheContract with the number of the row."""
    text = content.decode("utf-8")
    header, _, _ = text.partition("\n")
    if header.rstrip("\r") != HEADER:
        raise NotTheContract(f"header: {header!r}")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]
    found: list[Entry] = []
    for place, row in enumerate(rows, 2):
        try:
            found.append(_entry(row))
        except (NotTheContract, ValueError) as error:
            raise NotTheContract(f"row {place}: {error}: {row}") from error
        if len(found) > 1 and found[-1].at < found[-2].at:
            raise NotTheContract(f"row {place}: is earlier than the one before it: {row}")
    return found


def _entry(row: list[str]) -> Entry:
    if len(row) != 8:
        raise NotTheContract(f"{len(row)} cells")
    at, kind, ticket, service, lane, counter, services, detail = row
    _expect(AT.fullmatch(at), "at")
    _expect(kind in KINDS, "kind")
    if kind.startswith("counter_"):
        _expect((ticket, service, lane) == ("", "", ""), "a counter's row is of no ticket")
    else:
        _expect(NUMBER.fullmatch(ticket), "ticket")
        _expect(CODE.fullmatch(service), "service")
        _expect(lane in LANES, "lane")
    _expect(CODE.fullmatch(counter) if counter else kind not in AT_A_COUNTER | {"counter_opened"}, "counter")
    _expect(kind != "ticket_issued" or not counter, "a number is given at no counter")
    codes = tuple(services.split("|")) if services else ()
    _expect(bool(codes) == (kind == "counter_opened"), "services")
    _expect(all(map(CODE.fullmatch, codes)) and len(set(codes)) == len(codes), "services")
    _expect(bool(detail) or kind not in MUST_SAY, "detail is missing")
    _expect(not detail or kind in MAY_SAY, "detail does not belong here")
    _expect(kind != "service_ended" or detail in OUTCOMES, "outcome")
    return Entry(
        datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC), kind, ticket, service, lane, counter,
        codes, detail,
    )  # fmt: skip


def visits_of(entries: list[Entry], business_on: Callable[[datetime], date] | None = None) -> list[Visit]:
    """The tickets of a whole journal, in order of issue. Raises NotTheContract where a row cannot follow.

    Two numbers of one business day are two tickets never; the number of an earlier day is free again only when its
    ticket has ended.
    """
    day = business_on or (lambda at: at.astimezone(ZoneInfo("Asia/Kuala_Lumpur")).date())
    given: dict[tuple[date, str], Visit] = {}
    latest: dict[str, Visit] = {}
    open_counters: set[str] = set()
    for entry in entries:
        if not entry.ticket:
            _expect((entry.counter in open_counters) == (entry.kind == "counter_closed"), f"counter: {entry}")
            open_counters ^= {entry.counter}
            continue
        if entry.kind == "ticket_issued":
            key = day(entry.at), entry.ticket
            before = latest.get(entry.ticket)
            _expect(key not in given, f"the number was given on this day already: {entry}")
            _expect(before is None or before.state in ("ended", "missed"), f"the number is in the hall: {entry}")
            given[key] = latest[entry.ticket] = Visit(entry.ticket, key[0])
        visit = latest.get(entry.ticket)
        if visit is None:
            raise NotTheContract(f"of a ticket that was never issued: {entry}")
        _step(visit, entry, open_counters)
    return list(given.values())


def _step(visit: Visit, entry: Entry, open_counters: set[str]) -> None:
    """Adds the row to its ticket."""
    before = visit.entries[-1] if visit.entries else entry
    _expect(entry.kind == "ticket_issued" or visit.state in FOLLOWS[entry.kind], f"after {visit.state}: {entry}")
    _expect(entry.lane == before.lane, f"lane: {entry}")
    _expect(entry.service == before.service or entry.kind == "ticket_transferred", f"service: {entry}")
    _expect(not entry.counter or entry.counter in open_counters or visit.state == "held", f"closed counter: {entry}")
    if visit.state in ("called", "serving") and entry.kind not in ("ticket_left", "ticket_carried"):
        _expect(entry.counter == before.counter, f"at another counter: {entry}")
    returns = "called" if entry.counter else "waiting"
    visit.state = BECOMES.get(entry.kind, returns)
    visit.entries.append(entry)


def _expect(claim: object, what: str) -> None:
    if not claim:
        raise NotTheContract(what)
