"""Tickets and the journal as rows of a table, with headers that never change.

The journal's form is the door for other systems: what `giliran replay` reads. A cell that a spreadsheet would take
for a formula is quoted with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.charter import verdict
from server.domain.measures import Measures, telling, telling_leg
from server.domain.ticket import Ticket
from server.ports import JournalRow

TICKETS_HEADER = (
    "business_day", "number", "service", "lane", "channel", "language", "status", "issued_at", "called_at", "began_at",
    "ended_at", "counter", "calls", "transfers", "wait_to_call_s", "wait_s", "service_s", "sojourn_s", "promise_s",
    "kept",
)  # fmt: skip
LEGS_HEADER = (*TICKETS_HEADER[:2], "leg", *TICKETS_HEADER[2:])
JOURNAL_HEADER = ("at", "kind", "ticket", "service", "lane", "counter", "services", "detail")
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What a cell that a spreadsheet would run begins with."""
SHEET_ROWS = 1_048_575
"""What a sheet of a spreadsheet holds below its header; what is more goes on in a further sheet."""

Cells = Sequence[str | int | float | None]


def _now(work: Callable[[], None]) -> None:
    work()


def ticket_rows(tickets: Iterable[Ticket], branch: Branch) -> Iterator[Cells]:
    """One row a ticket: waits of the first leg, service of all, sojourn from issue to end (R069, R070).

    A span that runs over a night is left empty, for it would spoil every mean; its instants are there.
    """
    for ticket in tickets:
        first, last = ticket.legs[0], ticket.leg
        promise = branch.promise(first.service, ticket.business_on)
        kept = verdict(promise, ticket) if promise is not None else None
        yield (
            ticket.business_on.isoformat(), ticket.number, first.service, str(ticket.lane), ticket.channel,
            ticket.language, str(ticket.status), stamp(ticket.issued_at), stamp(first.called_at),
            stamp(first.began_at), stamp(ticket.ended_at), last.counter, sum(leg.calls for leg in ticket.legs),
            sum(leg.outcome == "transferred" for leg in ticket.legs), *_spans(telling(ticket)),
            round(promise.within_s) if promise is not None else None, _yes_no(kept),
        )  # fmt: skip


def leg_rows(tickets: Iterable[Ticket], branch: Branch) -> Iterator[Cells]:
    """One row a leg, with the measures of that leg; the promise is judged on the ticket and stands in its first row."""
    for ticket in tickets:
        promise = branch.promise(ticket.legs[0].service, ticket.business_on)
        kept = verdict(promise, ticket) if promise is not None else None
        for place, leg in enumerate(ticket.legs, 1):
            is_first = place == 1 and promise is not None
            yield (
                ticket.business_on.isoformat(), ticket.number, place, leg.service, str(ticket.lane), ticket.channel,
                ticket.language, leg.outcome or str(ticket.status), stamp(leg.joined_at), stamp(leg.called_at),
                stamp(leg.began_at), stamp(leg.ended_at), leg.counter, leg.calls,
                int(leg.outcome == "transferred"), *_spans(telling_leg(leg)),
                round(promise.within_s) if is_first and promise else None, _yes_no(kept) if is_first else None,
            )  # fmt: skip


def journal_rows(rows: Iterable[JournalRow]) -> Iterator[Cells]:
    """The kinds of the contract, as the contract has them; our own bookkeeping is left out."""
    for row in rows:
        event = row.event
        if event.kind not in e.CONTRACT_KINDS:
            continue
        services = "|".join(event.services) if isinstance(event, e.CounterOpened) else ""
        counter: str = getattr(event, "counter", "")
        yield (stamp(event.at), event.kind, row.number, row.service, row.lane, counter, services, detail(event))


def detail(event: e.Event) -> str:
    """The outcome of a service, also of one after which the visit goes on; the reason of a closing, hold, transfer,
    leaving or call out of turn."""
    match event:
        case e.ServiceEnded():
            return event.outcome
        case e.CounterClosed() | e.TicketHeld() | e.TicketLeft() | e.TicketCalled():
            return event.reason
        case e.TicketTransferred():
            return event.outcome or event.reason or event.only or event.note
        case e.TicketCarried():
            return event.to_on.isoformat()
        case _:
            return ""


def csv_lines(header: Sequence[str], rows: Iterable[Cells], bom: bool = True) -> Iterator[bytes]:
    """The table as UTF-8 CSV in pieces of some thousand characters; the first begins with the byte-order mark that
    spreadsheets look for, unless `bom` is False."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n" if bom else "\n")
    if bom:
        buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow(header)
    for row in rows:
        writer.writerow(harmless(row))
        if buffer.tell() > 60_000:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def csv_line(row: Cells, end: str) -> str:
    """One row of it, with the end of its line."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=end).writerow(harmless(row))
    return buffer.getvalue()


def write_xlsx(
    out: Path, header: Sequence[str], rows: Iterable[Cells], close: Callable[[Callable[[], None]], object] = _now
) -> None:
    """The table as a spreadsheet, in constant memory; it appears whole or not at all. Raises OSError.

    Packing the rows takes a second for every 50,000 or so: `close` is given this work to do where it harms nobody.
    """
    part = out.with_name(out.name + ".part")
    with tempfile.TemporaryDirectory(prefix="giliran-export-") as scratch:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": scratch}
        book = xlsxwriter.Workbook(str(part), options)
        try:
            left = iter(rows)
            _write_sheet(book, header, islice(left, SHEET_ROWS))
            for row in left:
                _write_sheet(book, header, chain([row], islice(left, SHEET_ROWS - 1)))
        except BaseException:
            with suppress(XlsxWriterException):
                book.close()  # lets go of its files
            part.unlink(missing_ok=True)
            raise
        try:
            close(book.close)
        except XlsxWriterException as error:
            part.unlink(missing_ok=True)
            raise OSError(f"{out} cannot be written: {error}") from error
    part.replace(out)


def _write_sheet(book: xlsxwriter.Workbook, header: Sequence[str], rows: Iterable[Cells]) -> None:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, header, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    for place, row in enumerate(rows, 1):
        for column, cell in enumerate(row):  # by its kind at once: asking each cell takes half as long again
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(place, column, cell)
            elif cell is not None:
                sheet.write_number(place, column, cell)


def harmless(row: Cells) -> Cells:
    """The row without a cell that a spreadsheet would run, or that ends before it is over."""
    return [_as_text(cell) if isinstance(cell, str) and (cell[:1] in FORMULA or "\r" in cell) else cell for cell in row]


def _as_text(cell: str) -> str:
    """A carriage return becomes a line feed: alone it would end the row, for `csv` puts no quotes around it."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text[:1] in FORMULA else text


def stamp(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _spans(found: Measures) -> tuple[int | float | None, ...]:
    return tuple(_short(span) for span in (found.wait_to_call, found.wait, found.service, found.sojourn))


def _short(span: float | None) -> int | float | None:
    """Whole seconds as whole numbers, others to the millisecond."""
    if span is None:
        return None
    span = round(span, 3)
    return int(span) if span == int(span) else span


def _yes_no(kept: bool | None) -> str:
    return "" if kept is None else "yes" if kept else "no"
