"""Whether enough counters were open, how promises in danger were repaired, and what was down: tables of any days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask import Response, jsonify

from server.reports import export
from server.reports.breaches import BREACHES_HEADER, breach_rows
from server.reports.covers import COVERS_HEADER, KINDS, covers_rows
from server.reports.disruptions import DISRUPTIONS_HEADER, ENDS_WITHIN, disruption_rows
from server.reports.disruptions import KINDS as DISRUPTION_KINDS
from server.reports.recoveries import KINDS as CASE_KINDS
from server.reports.recoveries import RECOVERY_HEADER, recovery_rows
from server.web import dto
from server.web.api import RECORDS, api, need
from server.web.api_records import CSV, csv_response, days, made_elsewhere, politely, removed_until
from server.web.edge import edge
from server.web.refusals import Refused

MOST_DAYS = 92
"""On the page: a quarter. The file has no such limit."""


@api.get("/covers", tags=[RECORDS], summary="Lunch, peak, and counters opened on time", responses={"200": dto.Told})
def get_covers(query: dto.DaysQuery) -> Response:
    need("overview")
    first, last = days(query)
    if (last - first).days >= MOST_DAYS:
        raise Refused(422, "malformed", f"at most {MOST_DAYS} days at a time")
    rows = [dict(zip(COVERS_HEADER, row, strict=True)) for row in _covers(first, last)]
    return jsonify({"from": query.first, "to": query.last, "rows": rows, "removed_until": _told(removed_until(first))})


@api.get("/exports/covers.csv", tags=[RECORDS], summary="The same, as a table", responses={"200": CSV})
def get_covers_csv(query: dto.DaysQuery) -> Response:
    need("export")
    first, last = days(query)
    if (made := made_elsewhere("covers", "csv", query)) is not None:
        return made
    return csv_response(f"covers-{first}-{last}.csv", export.csv_lines(COVERS_HEADER, _covers(first, last), bom=False))


@api.get("/exports/recovery.csv", tags=[RECORDS], summary="Promises that were in danger", responses={"200": CSV})
def get_recovery_csv(query: dto.DaysQuery) -> Response:
    need("export")
    first, last = days(query)
    if (made := made_elsewhere("recovery", "csv", query)) is not None:
        return made
    door = edge()
    rows = recovery_rows(politely(door.records.happened(first, last, CASE_KINDS)), door.office.floor.branch)
    return csv_response(f"recovery-{first}-{last}.csv", export.csv_lines(RECOVERY_HEADER, rows, bom=False))


@api.get("/exports/breaches.csv", tags=[RECORDS], summary="Each ticket over its promise", responses={"200": CSV})
def get_breaches_csv(query: dto.DaysQuery) -> Response:
    """With the case that it belongs to, the cause and what was done; as many as the table of the promise counts."""
    need("export")
    first, last = days(query)
    if (made := made_elsewhere("breaches", "csv", query)) is not None:
        return made
    door = edge()
    tickets = politely(door.records.tickets_between(first, last))
    rows = breach_rows(tickets, politely(door.records.happened(first, last, CASE_KINDS)), door.office.floor.branch)
    return csv_response(f"breaches-{first}-{last}.csv", export.csv_lines(BREACHES_HEADER, rows))


@api.get("/disruptions", tags=[RECORDS], summary="What was down, and for how long", responses={"200": dto.Told})
def get_disruptions(query: dto.DaysQuery) -> Response:
    """What was down by itself (`source` auto: the server, a printer, a kiosk, a display …) and what was announced."""
    need("overview")
    first, last = days(query)
    if (last - first).days >= MOST_DAYS:
        raise Refused(422, "malformed", f"at most {MOST_DAYS} days at a time")
    rows = [dict(zip(DISRUPTIONS_HEADER, row, strict=True)) for row in _disruptions(first, last)]
    return jsonify({"from": query.first, "to": query.last, "rows": rows, "removed_until": _told(removed_until(first))})


@api.get("/exports/disruptions.csv", tags=[RECORDS], summary="The same, as a table", responses={"200": CSV})
def get_disruptions_csv(query: dto.DaysQuery) -> Response:
    need("export")
    first, last = days(query)
    if (made := made_elsewhere("disruptions", "csv", query)) is not None:
        return made
    lines = export.csv_lines(DISRUPTIONS_HEADER, _disruptions(first, last), bom=False)
    return csv_response(f"disruptions-{first}-{last}.csv", lines)


def _disruptions(first: date, last: date) -> Iterator[list[str | int | float]]:
    door = edge()
    until = min(last, date.max - ENDS_WITHIN) + ENDS_WITHIN
    happened = politely(door.records.happened(first, until, DISRUPTION_KINDS))
    return disruption_rows(happened, door.office.floor.branch, first, last, door.office.now())


def _told(gone: date | None) -> str | None:
    return None if gone is None else gone.isoformat()


def _covers(first: date, last: date) -> Iterator[list[str | int | float]]:
    door = edge()
    branch, now = door.office.floor.branch, door.office.now()
    last = min(last, branch.business_on(now))
    if (gone := removed_until(first)) is not None:
        first = gone + timedelta(days=1)  # of a day without its journal nobody can say that a counter was shut
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return covers_rows(branch, wanted, (event for _, event in politely(door.records.happened(first, last, KINDS))), now)
