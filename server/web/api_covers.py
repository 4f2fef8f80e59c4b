"""Whether enough counters were open, how promises in danger were repaired, and what was down: tables of any days."""

from __future__ import annotations

from flask import Response, jsonify

from server.web import dto
from server.web.api import RECORDS, api, need
from server.web.api_records import CSV, csv_export, days, removed_json, table_here
from server.web.refusals import Refused

MOST_DAYS = 92
"""On the page: a quarter. The file has no such limit."""


@api.get("/covers", tags=[RECORDS], summary="Lunch, peak, and counters opened on time", responses={"200": dto.Told})
def get_covers(query: dto.DaysQuery) -> Response:
    return _on_the_page("covers", query)


@api.get("/exports/covers.csv", tags=[RECORDS], summary="The same, as a table", responses={"200": CSV})
def get_covers_csv(query: dto.DaysQuery) -> Response:
    return csv_export("covers", query)


@api.get("/exports/recovery.csv", tags=[RECORDS], summary="Promises that were in danger", responses={"200": CSV})
def get_recovery_csv(query: dto.DaysQuery) -> Response:
    return csv_export("recovery", query)


@api.get("/exports/breaches.csv", tags=[RECORDS], summary="Each ticket over its promise", responses={"200": CSV})
def get_breaches_csv(query: dto.DaysQuery) -> Response:
    """With the case that it belongs to, the cause and what was done; as many as the table of the promise counts."""
    return csv_export("breaches", query)


@api.get("/disruptions", tags=[RECORDS], summary="What was down, and for how long", responses={"200": dto.Told})
def get_disruptions(query: dto.DaysQuery) -> Response:
    """What was down by itself (`source` auto: the server, a printer, a kiosk, a display …) and what was announced."""
    return _on_the_page("disruptions", query)


@api.get("/exports/disruptions.csv", tags=[RECORDS], summary="The same, as a table", responses={"200": CSV})
def get_disruptions_csv(query: dto.DaysQuery) -> Response:
    return csv_export("disruptions", query)


def _on_the_page(what: str, query: dto.DaysQuery) -> Response:
    """Each row as an object with the names of the table's header. Raises Refused 422 for more than a quarter."""
    need("overview")
    first, last = days(query)
    if (last - first).days >= MOST_DAYS:
        raise Refused(422, "malformed", f"at most {MOST_DAYS} days at a time")
    header, found = table_here(what, first, last)
    rows = [dict(zip(header, row, strict=True)) for row in found]
    return jsonify({"from": query.first, "to": query.last, "rows": rows, "removed_until": removed_json(first)})
