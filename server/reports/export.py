"""Tickets and the journal as rows of a table, with headers that never change.

The journal's form is the door for other systems: what `giliran replay` reads. A cell that a spreadsheet would take
for a formula is quoted with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.charter import verdict
from server.domain.measures import Measures, telling, telling_leg
from server.domain.ticket import Leg, Ticket
from server.ports import JournalRow

TICKETS_HEADER = (
    "business_day", "number", "service", "lane", "channel", "language", "status", "issued_at", "called_at", "began_at",
    "ended_at", "counter", "calls", "transfers", "wait_to_call_s", "wait_s", "service_s", "sojourn_s", "promise_s",
    "kept",
)  # fmt: skip
LEGS_HEADER = (*TICKETS_HEADER[:2], "leg", *TICKETS_HEADER[2:])
LOCAL_HEADER = ("issued_local", "called_local", "began_local", "ended_local", "utc_offset")
"""What is added for people: the instants by the branch's clock, as spreadsheets read them, and how far it is ahead."""
JOURNAL_HEADER = ("at", "kind", "ticket", "service", "lane", "counter", "services", "detail")
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What a cell that a spreadsheet would run begins with."""

Cells = Sequence[str | int | float | None]


def ticket_rows(tickets: Iterable[Ticket], branch: Branch, local: bool = False) -> Iterator[Cells]:
    """One row a ticket: waits of the first leg, service of all, sojourn from issue to end (R069, R070); `local`: and
    LOCAL_HEADER's cells.

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
            *(_local(branch, ticket.issued_at, first, ticket.ended_at) if local else ()),
        )  # fmt: skip


def leg_rows(tickets: Iterable[Ticket], branch: Branch, local: bool = False) -> Iterator[Cells]:
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
                *(_local(branch, leg.joined_at, leg, leg.ended_at) if local else ()),
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


def harmless(row: Cells) -> Cells:
    """The row without a cell that a spreadsheet would run, or that ends before it is over."""
    return [_as_text(cell) if isinstance(cell, str) and (cell[:1] in FORMULA or "\r" in cell) else cell for cell in row]


def _as_text(cell: str) -> str:
    """A carriage return becomes a line feed: alone it would end the row, for `csv` puts no quotes around it."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text[:1] in FORMULA else text


def stamp(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _local(branch: Branch, issued_at: datetime, leg: Leg, ended_at: datetime | None) -> Iterator[str]:
    for at in (issued_at, leg.called_at, leg.began_at, ended_at):
        yield "" if at is None else f"{at.astimezone(branch.timezone):%Y-%m-%d %H:%M:%S}"
    yield offset_of(branch, issued_at)


def offset_of(branch: Branch, at: datetime) -> str:
    """`UTC+08:00`: its letters before the sign, for no cell begins as a formula does."""
    offset = f"{at.astimezone(branch.timezone):%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"


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
