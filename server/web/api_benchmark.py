"""Branches compared: one's own figures as a file without a name, and another's file beside one's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from flask import Response
from pydantic import Field

from server.actions.office import Answer
from server.reports import export
from server.reports.benchmark import (
    BENCHMARK_HEADER,
    Benchmark,
    BenchmarkFault,
    benchmark,
    benchmark_rows,
    compared,
    read_benchmark,
)
from server.web import dto
from server.web.api import RECORDS, api, need, once
from server.web.api_records import CSV, csv_response, days, politely
from server.web.edge import edge
from server.web.refusals import Refused


class CompareAsked(dto.Asked):
    """The other branch's file, and the own days to hold against it."""

    first: Annotated[dto.Date, Field(alias="from")]
    last: Annotated[dto.Date, Field(alias="to")]
    file: Annotated[str, Field(max_length=40_000)]


@api.get(
    "/exports/benchmark.csv", tags=[RECORDS], summary="Figures without a name, for another branch",
    responses={"200": CSV},
)  # fmt: skip
def get_benchmark_csv(query: dto.DaysQuery) -> Response:
    need("export")
    first, last = days(query)
    rows = benchmark_rows(_own(first, last))
    return csv_response(f"benchmark-{first}-{last}.csv", export.csv_lines(BENCHMARK_HEADER, rows, bom=False))


@api.post("/history/compare", tags=[RECORDS], summary="Beside another branch's file", responses={"200": dto.Told})
def post_compare(body: CompareAsked) -> Response:
    """Nothing of the file is kept. A file with a fault is refused with the line that it is in."""
    asker = need("overview")
    first, last = days(dto.DaysQuery.model_validate({"from": body.first, "to": body.last}))
    try:
        other = read_benchmark(body.file)
    except BenchmarkFault as fault:
        raise Refused(422, "benchmark_unfit", str(fault), line=fault.line, what=fault.what) from fault

    def answer() -> Answer:
        return Answer(
            200, {"from": body.first, "to": body.last, "other_from": other.first.isoformat(),
                  "other_to": other.last.isoformat(), "rows": compared(_own(first, last), other)},
        )  # fmt: skip

    return once(asker, answer)


def _own(first: date, last: date) -> Benchmark:
    return benchmark(politely(edge().figures.between(first, last, ("all", "rating"))), first, last)
