"""Journals as files: read strictly, each fault named with its line, and made into the branch's own events.

The form is the one that `giliran export journal` writes, so that a back-test runs on an office's own past and on the
journals of other systems. What a row says must be able to follow from the rows before it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.discipline import behind
from server.domain.errors import QueueError, WrongMove
from server.domain.floor import Floor
from server.domain.ticket import AT_COUNTER, Ticket
from server.reports.diary import Reader
from server.reports.export import JOURNAL_HEADER
from server.reports.journal_fault import JournalFault

NIGHT = timedelta(hours=2)
"""What a day has left undone is ended after so long without a row; an office that works through the night goes on."""
WORK = frozenset({"counter_opened", "ticket_issued", "ticket_called"})
"""With these a new day begins; other rows may still decide about what the day before has left."""
NUMBER_LENGTH = 20
NAMED = 20
"""So many faults are named one by one; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: `at` is the instant, `stamp` how the file writes it."""

    line: int
    at: datetime
    stamp: str
    kind: str
    ticket: str
    service: str
    lane: str
    counter: str
    services: tuple[str, ...]
    detail: str


class BadRow(Exception):
    """One row cannot be used; the message says why."""


@dataclass(slots=True)
class Journal:
    """Reads files, one after another, into the branch's events.

    With `skip_bad` a row that cannot be used is left out and counted in `skipped`, else it ends in a JournalFault
    once the whole file has been looked through.
    """

    branch: Branch
    skip_bad: bool = False
    skipped: int = 0
    reader: Reader = field(init=False)
    _numbers: dict[str, int] = field(default_factory=dict)
    _day: date = date.min
    _last_at: datetime | None = None

    def __post_init__(self) -> None:
        self.reader = Reader(Floor(self.branch).draft())

    def read(self, path: Path, seen: Callable[[Row, e.Event, int], None] = lambda row, event, seq: None) -> None:
        """Live through a file; `seen` hears of each row, its event and the event's seq. Raises JournalFault."""
        faults: list[str] = []
        for line, cells in _lines(path):
            try:
                row = self._row(line, cells)
                for event in self._before(row):
                    self.reader.see(event)
                event = self._event(row)
                seq = self.reader.see(event)
            except (BadRow, QueueError) as fault:
                self.skipped += 1
                faults.append(f"{path}:{line}: {_words(fault)}")
                continue
            self._last_at = row.at
            if isinstance(event, e.TicketIssued):
                self._numbers[event.number] = seq
            seen(row, event, seq)
        if faults and not self.skip_bad:
            more = len(faults) - NAMED
            raise JournalFault(faults[:NAMED] + ([f"{path}: and {more} more"] if more > 0 else []))

    @property
    def floor(self) -> Floor:
        return self.reader.draft

    def _row(self, line: int, cells: list[str]) -> Row:
        if len(cells) != len(JOURNAL_HEADER):
            raise BadRow(f"has {len(cells)} columns instead of {len(JOURNAL_HEADER)}: it is cut off or not a journal")
        stamp, kind, ticket, service, lane, counter, services, detail = cells
        at = _instant(stamp)
        if self._last_at is not None and at < self._last_at:
            raise BadRow(f"is earlier ({stamp}) than the row before it: rows must be in order")
        if kind not in e.CONTRACT_KINDS:
            raise BadRow(f"kind {kind!r} is unknown")
        for code in filter(None, (service, *services.split("|"))):
            if not any(known.code == code for known in self.branch.services):
                raise BadRow(f"service {code!r} is not one of the branch's")
        if counter and not any(known.code == counter for known in self.branch.counters):
            raise BadRow(f"counter {counter!r} is not one of the branch's")
        return Row(line, at, stamp, kind, ticket, service, lane, counter, tuple(filter(None, services.split("|"))),
                   detail)  # fmt: skip

    def _before(self, row: Row) -> Iterator[e.Event]:
        """What must have happened by then, though the file does not say so."""
        closing = f"counter:{row.counter}" if row.kind == "counter_closed" else None
        limit = timedelta(seconds=self.branch.calling.transfer_timeout_s)
        for ticket_id in sorted(i for line, ids in self.floor.lines.items() if line.only for i in ids):
            ticket = self.floor.tickets[ticket_id]
            if ticket.only == closing or row.at - ticket.leg.joined_at >= limit:
                yield e.TicketReleased(at=row.at, ticket=ticket_id)
        today = self.branch.business_on(row.at)
        if today > self._day and row.kind in WORK:
            if self._last_at is None or row.at - self._last_at >= NIGHT:
                yield from self._left_undone(row.at, today)
            self._numbers = {ticket.number: ticket.id for ticket in self.floor.open_tickets()}
            self._day = today
        if row.kind == "ticket_called" and row.counter and not self.floor.counter(row.counter).is_open:
            yield self._opened(row)  # who calls is there, whether or not somebody said so

    def _left_undone(self, at: datetime, today: date) -> Iterator[e.Event]:
        """What a journal that says nothing of the night leaves behind: tickets nobody closed, counters left open."""
        for ticket in list(self.floor.open_tickets()):
            if ticket.status in AT_COUNTER:
                yield e.ServiceEnded(
                    at=at, ticket=ticket.id, counter=ticket.counter, outcome="done", flag="unattended"
                )  # fmt: skip
            elif ticket.carried_on is None or ticket.carried_on < today:
                yield e.TicketLeft(at=at, ticket=ticket.id, reason="day_closed", flag="unattended")
        for state in list(self.floor.counters.values()):
            if state.is_open:
                yield e.CounterClosed(at=at, counter=state.code, reason="end")

    def _event(self, row: Row) -> e.Event:
        if row.kind in ("counter_opened", "counter_closed"):
            return self._of_counter(row)
        if not row.ticket:
            raise BadRow(f"{row.kind} names no ticket")
        if row.kind == "ticket_issued":
            return self._issued(row)
        return self._of_ticket(row, self._ticket(row))

    def _of_counter(self, row: Row) -> e.Event:
        if not row.counter:
            raise BadRow(f"{row.kind} names no counter")
        if row.kind == "counter_opened":
            return self._opened(row)
        return e.CounterClosed(at=row.at, counter=row.counter, reason=row.detail)

    def _opened(self, row: Row) -> e.Event:
        services = row.services or self.branch.counter(row.counter).services
        return e.CounterOpened(at=row.at, counter=row.counter, officer=None, services=services)

    def _issued(self, row: Row) -> e.Event:
        if row.ticket in self._numbers:
            raise BadRow(f"ticket {row.ticket} was issued before on this day")
        if not row.service:
            raise BadRow(f"ticket {row.ticket} is issued for no service")
        if len(row.ticket) > NUMBER_LENGTH:
            raise BadRow(f"ticket {row.ticket[:NUMBER_LENGTH]}… has more than {NUMBER_LENGTH} characters")
        letter = row.ticket.rstrip("0123456789")
        return e.TicketIssued(
            at=row.at, number=row.ticket, ordinal=int(row.ticket[len(letter) :] or 0), letter=letter,
            business_on=self.branch.business_on(row.at), service=row.service, lane=_lane(self.branch, row.lane),
            language=self.branch.languages[0], channel="journal", transactions=1, token=f"line-{row.line}",
        )  # fmt: skip

    def _ticket(self, row: Row) -> Ticket:
        found = self._numbers.get(row.ticket)
        ticket = None if found is None else self.floor.tickets.get(found)
        if ticket is None:
            was = "was not issued on this day" if found is None else "is over"
            raise BadRow(f"{row.kind}: ticket {row.ticket} {was}")
        return ticket

    def _of_ticket(self, row: Row, ticket: Ticket) -> e.Event:
        """The event of a row about a ticket that is in the hall."""
        at, number, counter = row.at, ticket.id, row.counter
        if ticket.status in AT_COUNTER and counter and counter != ticket.counter:
            raise BadRow(f"{row.kind} at {counter}: ticket {ticket.number} is at counter {ticket.counter}")
        counter = counter or (ticket.counter if ticket.status in AT_COUNTER else "")
        match row.kind:
            case "ticket_called":
                return self._called(row, ticket)
            case "ticket_recalled":
                return e.TicketRecalled(at=at, ticket=number, counter=counter)
            case "service_began":
                return e.ServiceBegan(at=at, ticket=number, counter=counter)
            case "service_ended":
                return self._ended(row, ticket, counter)
            case "ticket_no_show":
                return e.TicketNoShow(at=at, ticket=number, counter=counter)
            case "ticket_restored":
                return self._restored(row, ticket)
            case "ticket_held":
                return e.TicketHeld(at=at, ticket=number, counter=counter, reason=row.detail)
            case "ticket_resumed":
                return e.TicketResumed(at=at, ticket=number, counter=counter)
            case "ticket_transferred":
                only = row.detail if row.detail in self._aims else ""
                return e.TicketTransferred(at=at, ticket=number, counter=counter, service=row.service or ticket.service,
                                           only=only, rank_at=ticket.rank_at)  # fmt: skip
            case "ticket_carried":
                return e.TicketCarried(at=at, ticket=number, counter=counter, to_on=_day(row.detail))
            case _:
                is_over = row.detail.startswith("day_closed") and self._is_overnight(ticket.issued_at, at)
                return e.TicketLeft(at=at, ticket=number, counter=counter, reason=row.detail,
                                    flag="unattended" if is_over else "")  # fmt: skip

    def _ended(self, row: Row, ticket: Ticket, counter: str) -> e.Event:
        """The end of a service. Nobody saw it of one that lasted all night, nor the begin of one that has none."""
        began_at, called_at = ticket.leg.began_at, ticket.leg.last_called_at or row.at
        walked_at = min(row.at, called_at + timedelta(seconds=self.branch.calling.walk_s))
        flag = "unattended" if self._is_overnight(began_at or called_at, row.at) else ""
        return e.ServiceEnded(
            at=row.at, ticket=ticket.id, counter=counter, outcome=row.detail or "done",
            assumed_began_at=walked_at if began_at is None else None, flag=flag,
        )  # fmt: skip

    def _restored(self, row: Row, ticket: Ticket) -> e.Event:
        """A missed customer: back at the counter, or late, and then behind the next ones of the service."""
        if row.counter:
            return e.TicketRestored(at=row.at, ticket=ticket.id, counter=row.counter, to="called")
        next_ones = self.floor.first_of(ticket.service, self.branch.calling.return_behind)
        rank_at = behind(self.branch.policy, ticket.lane, next_ones, ticket.rank_at)
        return e.TicketRestored(at=row.at, ticket=ticket.id, to="waiting", rank_at=rank_at)

    def _is_overnight(self, since: datetime, at: datetime) -> bool:
        return at - since >= NIGHT and self.branch.business_on(at) > self.branch.business_on(since)

    @property
    def _aims(self) -> frozenset[str]:
        """Whom alone a transfer can be for. Of officers the file knows nothing: what is for one is for everybody."""
        return frozenset(f"counter:{counter.code}" for counter in self.branch.counters)

    def _called(self, row: Row, ticket: Ticket) -> e.Event:
        if not row.counter:
            raise BadRow(f"ticket {ticket.number} is called to no counter")
        state = self.floor.counter(row.counter)
        if state.ticket is not None and state.ticket != ticket.id:
            raise BadRow(
                f"counter {row.counter} calls {ticket.number} while it has {self.floor.tickets[state.ticket].number}"
            )
        choice = next(iter(self.floor.next_for(state, row.at)), None)
        run = choice.run if choice is not None and choice.ticket.id == ticket.id else self._run(row, ticket)
        return e.TicketCalled(at=row.at, ticket=ticket.id, counter=row.counter, officer=None, why="", run=run)

    def _run(self, row: Row, ticket: Ticket) -> int:
        """The counter's run after a call that the discipline would not have made."""
        return self.floor.counter(row.counter).run + 1 if self.branch.policy.is_priority(ticket.lane) else 0


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, with the number of their line. Raises JournalFault, OSError."""
    with path.open("rb") as file:
        table = csv.reader(_texts(path, file), strict=True)
        try:
            header = next(table, [])
            if tuple(header) != JOURNAL_HEADER:
                raise JournalFault([f"{path}:1: the header must be {','.join(JOURNAL_HEADER)}"])
            for cells in table:
                if cells:
                    yield table.line_num, cells
        except csv.Error as error:
            raise JournalFault([f"{path}:{table.line_num}: is not a row of a table: {error}"]) from error


def _texts(path: Path, file: BinaryIO) -> Iterator[str]:
    for line, raw in enumerate(file, 1):
        try:
            yield raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise JournalFault([f"{path}:{line}: is not UTF-8 text (byte {error.start + 1} of the line)"]) from error


def _instant(text: str) -> datetime:
    try:
        if text.endswith("Z") and text[:2] in ("19", "20", "21"):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise BadRow(f"{text!r} is not an instant in UTC such as 2026-03-02T00:00:12.250Z")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(f"{text!r} is not a day such as 2026-03-02") from None


def _lane(branch: Branch, text: str) -> str:
    try:
        return str(branch.lane(text or "regular"))
    except QueueError:
        raise BadRow(f"lane {text!r} is not one of the branch's") from None


def _words(fault: Exception) -> str:
    if isinstance(fault, WrongMove):
        facts = fault.facts
        return f"ticket {facts.get('number')} is {facts.get('status')}: {facts.get('wanted')} cannot follow"
    return str(fault)
