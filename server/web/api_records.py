"""The past for managers and other systems: measures, and exports that stream, whatever their length."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from flask import Response, jsonify, request, send_file

from config.phrases import say
from server.domain.events import Event
from server.domain.ticket import Ticket
from server.ports import JournalRow, Records
from server.reports import export
from server.reports.achievement import (
    ACHIEVEMENT_HEADER,
    Line,
    achievement,
    achievement_rows,
    begin_of_year,
    scores_between,
)
from server.reports.daily import measures
from server.reports.spreadsheet import sheet_words, write_xlsx
from server.reports.tables import MARKED, Table, table
from server.web import dto
from server.web.api import RECORDS, api, need
from server.web.edge import edge
from server.web.refusals import Refused

T = TypeVar("T")
REMOVED = "Giliran-Removed-Until"
"""The header of an export that asks for days whose raw records are gone: the last of them."""
RAW = frozenset({
    "tickets", "journal", "fairness", "turns", "covers", "recovery", "breaches", "disruptions", "plays", "ratings",
})  # fmt: skip
"""Tables made of raw records; the others are of figures that stay."""
ROWS_A_BREATH = 20
"""So many rows are made in some two milliseconds."""

CSV = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = {"description": "OK", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
XLSX = {"description": "OK", "content": {SPREADSHEET: {"schema": {"type": "string", "format": "binary"}}}}


def days(query: dto.DaysQuery) -> tuple[date, date]:
    """The two business days of a query. Raises Refused 422."""
    found = []
    for name, text in (("from", query.first), ("to", query.last)):
        try:
            found.append(date.fromisoformat(text))
        except ValueError as error:
            raise Refused(422, "malformed", f"{name}: {text} is no date") from error
    if found[0] > found[1]:
        raise Refused(422, "malformed", f"from {query.first} is after to {query.last}")
    return found[0], found[1]


def politely(rows: Iterable[T]) -> Iterator[T]:
    """The rows, with everybody else let through again and again: an export of a year must hold up no counter."""
    for place, row in enumerate(rows):
        if place % ROWS_A_BREATH == 0:
            time.sleep(0)
        yield row


def csv_response(name: str, pieces: Iterator[bytes]) -> Response:
    """Streams; the first piece is made before the headers go out, so that a failure is still an answer."""
    started = chain([next(pieces)], pieces)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(started, content_type="text/csv; charset=utf-8", headers=headers)


def made_elsewhere(what: str, form: str, query: dto.DaysQuery) -> Response | None:
    """The file from a process of its own, as it comes; None where this server makes none and does it itself."""
    door = edge()
    if door.exports is None:
        return None
    asked: dict[str, Any] = {}
    if isinstance(query, dto.TicketsQuery):
        asked = {"legs": query.wants_legs, "local": query.wants_local, "language": query.language}
    pieces = door.exports(what, form, query.first, query.last, **asked)
    answer = csv_response(f"{what}-{query.first}-{query.last}.{form}", pieces)
    if form == "xlsx":
        answer.content_type = SPREADSHEET
    answer.call_on_close(pieces.close)
    return answer


def removed_until(first: date) -> date | None:
    """Retention has removed the raw records up to this day, and days from `first` on are asked for; None: all stand."""
    gone = edge().records.removed_until()
    return gone if gone is not None and gone >= first else None


def removed_json(first: date) -> str | None:
    gone = removed_until(first)
    return None if gone is None else gone.isoformat()


@api.after_request
def say_what_was_removed(answer: Response) -> Response:
    place, _, table = request.path.rpartition("/")
    if place.endswith("/exports") and table.partition(".")[0] in RAW and answer.status_code == 200:
        gone = removed_json(date.fromisoformat(request.args["from"]))
        if gone is not None:
            answer.headers[REMOVED] = gone
    return answer


class Breathing:
    """Records that let everybody else through again and again."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]:
        return politely(self._records.tickets_between(first, last))

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]:
        return politely(self._records.journal_between(first, last))

    def happened(self, first: date, last: date, kinds: Collection[str]) -> Iterator[tuple[int, Event]]:
        return politely(self._records.happened(first, last, kinds))

    def removed_until(self) -> date | None:
        return self._records.removed_until()


def table_here(what: str, first: date, last: date) -> Table:
    """The table of this name, made in this server."""
    door = edge()
    return table(what, Breathing(door.records), door.office.floor.branch, (first, last), door.office.now())


def csv_export(what: str, query: dto.DaysQuery) -> Response:
    """The table of this name as a file. Raises Refused 403, 422."""
    need("export")
    first, last = days(query)
    if (made := made_elsewhere(what, "csv", query)) is not None:
        return made
    lines = export.csv_lines(*table_here(what, first, last), bom=what in MARKED)
    return csv_response(f"{what}-{first}-{last}.csv", lines)


@api.get("/measures", tags=[RECORDS], summary="Waits and service times", responses={"200": dto.Told})
def get_measures(query: dto.MeasuresQuery) -> Response:
    need("overview")
    first, last = days(query)
    door = edge()
    branch = door.office.floor.branch
    rows = measures(politely(door.records.tickets_between(first, last)), branch, query.by)
    return jsonify({"from": query.first, "to": query.last, "by": query.by, "rows": rows})


def tickets_table(first: date, last: date, query: dto.TicketsQuery) -> tuple[Sequence[str], Iterator[export.Cells]]:
    """The header and the rows of the tickets of these days, or of their legs."""
    door = edge()
    branch, tickets = door.office.floor.branch, politely(door.records.tickets_between(first, last))
    local = query.wants_local
    more = export.LOCAL_HEADER if local else ()
    if query.wants_legs:
        return (*export.LEGS_HEADER, *more), export.leg_rows(tickets, branch, local)
    return (*export.TICKETS_HEADER, *more), export.ticket_rows(tickets, branch, local)


@api.get("/exports/tickets.csv", tags=[RECORDS], summary="Tickets of business days", responses={"200": CSV})
def get_tickets_csv(query: dto.TicketsQuery) -> Response:
    need("export")
    first, last = days(query)
    if (made := made_elsewhere("tickets", "csv", query)) is not None:
        return made
    header, rows = tickets_table(first, last, query)
    return csv_response(f"tickets-{first}-{last}.csv", export.csv_lines(header, rows))


@api.get("/exports/tickets.xlsx", tags=[RECORDS], summary="The same, as a spreadsheet", responses={"200": XLSX})
def get_tickets_xlsx(query: dto.TicketsQuery) -> Response:
    need("export")
    first, last = days(query)
    if (answer := made_elsewhere("tickets", "xlsx", query)) is not None:
        return answer
    header, rows = tickets_table(first, last, query)
    made = tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False)  # noqa: SIM115 - it outlives this function
    made.close()
    path = Path(made.name)
    try:
        write_xlsx(path, header, rows, edge().offload, sheet_words(query.language))
        answer = send_file(path.open("rb"), mimetype=SPREADSHEET, download_name=f"tickets-{first}-{last}.xlsx")
    finally:
        path.unlink(missing_ok=True)  # what is open can still be read
    return answer


def charter_table(first: date, last: date) -> list[Line]:
    door = edge()
    branch, records = door.office.floor.branch, Breathing(door.records)
    found = scores_between(door.scores, records, branch, begin_of_year(first), last)
    return achievement(found, branch, first, last)


@api.get("/charter/achievement", tags=[RECORDS], summary="How the promise was kept", responses={"200": dto.Told})
def get_achievement(query: dto.DaysQuery) -> Response:
    need("overview")
    rows = achievement_rows(charter_table(*days(query)))
    lines = [dict(zip(ACHIEVEMENT_HEADER, row, strict=True)) for row in rows]
    return jsonify({"from": query.first, "to": query.last, "lines": lines})


@api.get("/exports/charter.csv", tags=[RECORDS], summary="The promise, month by month", responses={"200": CSV})
def get_charter_csv(query: dto.DaysQuery) -> Response:
    need("export")
    first, last = days(query)
    rows = achievement_rows(charter_table(first, last))
    return csv_response(f"charter-{first}-{last}.csv", export.csv_lines(ACHIEVEMENT_HEADER, rows))


@api.get("/exports/charter.pdf", tags=[RECORDS], summary="The same, to be signed", responses={"200": PDF})
def get_charter_pdf(query: dto.CharterQuery) -> Response:
    from server.reports.achievement_pdf import achievement_pdf  # fpdf2 takes its time and its memory

    need("export")
    first, last = days(query)
    door = edge()

    def say_it(key: str, **values: object) -> str:
        return say(key, query.language, **values)

    content = door.offload(
        achievement_pdf, charter_table(first, last), door.office.floor.branch, (first, last), door.office.now(),
        query.language, say_it,
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="charter-{first}-{last}.pdf"'}
    return Response(content, content_type="application/pdf", headers=headers)


@api.get("/exports/fairness.csv", tags=[RECORDS], summary="Calls out of turn, by counter", responses={"200": CSV})
def get_fairness_csv(query: dto.DaysQuery) -> Response:
    return csv_export("fairness", query)


@api.get("/exports/turns.csv", tags=[RECORDS], summary="Each call out of turn, and why", responses={"200": CSV})
def get_turns_csv(query: dto.DaysQuery) -> Response:
    """Every one of them, with the reason as the officer typed it."""
    return csv_export("turns", query)


@api.get("/exports/journal.csv", tags=[RECORDS], summary="The journal of business days", responses={"200": CSV})
def get_journal_csv(query: dto.DaysQuery) -> Response:
    return csv_export("journal", query)
