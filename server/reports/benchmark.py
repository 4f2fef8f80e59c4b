"""A branch's figures without its name: a small file that another branch reads, and the two beside each other (R023).

Pure. Both branches reckon by this module, so a figure is the same thing in both; volumes are rounded, and nothing tells
services, counters or people. A file with a fault is refused with the line that it is in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from math import isfinite
from typing import Any

from server.reports.figures import LEAST, Cell, Place, Spread, add_up

BENCHMARK_HEADER = ("figure", "unit", "n", "value")
FORMAT = "giliran_benchmark_1"
"""The first line's figure: the definitions of this version."""
SPANS = ("wait_to_call", "wait", "service", "sojourn")
PARTS = ("mean", "p50", "p90", "p95")
SHARES = {
    "kept": ("kept", "judged"), "no_show": ("no_show", "called"), "left": ("left", "issued"),
    "out_of_turn": ("out_of_turn", "calls"), "estimates": ("within", "told"),
}  # fmt: skip
FIGURES = (
    {"issued_a_day": "numbers"} | {f"{span}.{part}": "min" for span in SPANS for part in PARTS}
    | dict.fromkeys(SHARES, "%") | {"rating": "1-5"}
)  # fmt: skip
MOST_LINES = 200
MOST = 10_000_000


class BenchmarkFault(ValueError):
    """The file cannot be read: at `line` (from 1) stands `what`."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line, self.what = line, what


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Of the days from `first` to `last`: each figure that is known, with how many stand behind it."""

    first: date
    last: date
    figures: dict[str, tuple[int, float]]


def benchmark(kept: Iterable[tuple[date, int, Place, Cell]], first: date, last: date) -> Benchmark:
    """What the kept figures say; a figure of fewer than five is left out."""
    whole: dict[Place, Cell] = {}
    days = 0
    for _, span, place, cell in kept:
        add_up(whole, place, cell)
        days += span if place == ("all", "") else 0
    every, said = whole.get(("all", ""), Cell()), whole.get(("rating", ""), Cell())
    found: dict[str, tuple[int, float]] = {}
    if days and every.counts["issued"] >= LEAST:
        found["issued_a_day"] = (days, float(round(every.counts["issued"] / days, -1)))
    for name in SPANS:
        spread = every.spans.get(name, Spread())
        if spread.n >= LEAST:
            p50, p90, p95 = spread.percentiles((50, 90, 95))
            values = (round(spread.sum_ms / spread.n / 60_000, 1), p50 or 0.0, p90 or 0.0, p95 or 0.0)
            found |= {f"{name}.{part}": (spread.n, value) for part, value in zip(PARTS, values, strict=True)}
    for name, (part, whole_of) in SHARES.items():
        if every.counts[whole_of] >= LEAST:
            n = every.counts[whole_of]
            found[name] = (n, int(every.counts[part] * 1000 / n + 1e-9) / 10)
    if said.counts["n"] >= LEAST:
        found["rating"] = (said.counts["n"], round(said.counts["sum"] / said.counts["n"], 2))
    return Benchmark(first, last, found)


def benchmark_rows(found: Benchmark) -> Iterator[tuple[str | int | float | None, ...]]:
    """The file's rows below its header: the format, the days, and a figure each."""
    yield (FORMAT, "", "", "")
    yield ("from", "date", "", found.first.isoformat())
    yield ("to", "date", "", found.last.isoformat())
    for figure, unit in FIGURES.items():
        if figure in found.figures:
            n, value = found.figures[figure]
            yield (figure, unit, n, value)


def read_benchmark(text: str) -> Benchmark:
    """The file as another branch wrote it, also when a spreadsheet has saved it again. Raises BenchmarkFault."""
    lines = text.lstrip("\ufeff").splitlines()
    while lines and not lines[-1].strip(" ;,"):
        lines.pop()
    if not lines:
        raise BenchmarkFault(1, "empty")
    if len(lines) > MOST_LINES:
        raise BenchmarkFault(MOST_LINES, "too_long")
    between = ";" if lines[0].count(";") > lines[0].count(",") else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(StringIO("\n".join(lines)), delimiter=between)]
    if tuple(rows[0]) != BENCHMARK_HEADER:
        raise BenchmarkFault(1, "header")
    if len(rows) < 2 or rows[1][:1] != [FORMAT]:
        raise BenchmarkFault(2, "format")
    days: dict[str, date] = {}
    figures: dict[str, tuple[int, float]] = {}
    for line, row in enumerate(rows[2:], 3):
        if len(row) != len(BENCHMARK_HEADER):
            raise BenchmarkFault(line, "cells")
        figure, unit, n, value = row
        if figure in days or figure in figures:
            raise BenchmarkFault(line, "twice")
        if figure in ("from", "to"):
            days[figure] = _date(line, value)
        elif FIGURES.get(figure) != unit:
            raise BenchmarkFault(line, "figure" if figure not in FIGURES else "unit")
        else:
            figures[figure] = (int(_number(line, n)), _number(line, value))
    if len(days) < 2 or days["from"] > days["to"]:
        raise BenchmarkFault(len(rows), "days")
    return Benchmark(days["from"], days["to"], figures)


def compared(own: Benchmark, other: Benchmark) -> list[dict[str, Any]]:
    """Every figure that either knows, beside each other."""
    return [
        {"figure": figure, "unit": unit, "own": _told(own, figure), "other": _told(other, figure)}
        for figure, unit in FIGURES.items() if figure in own.figures or figure in other.figures
    ]  # fmt: skip


def _told(found: Benchmark, figure: str) -> dict[str, float] | None:
    if figure not in found.figures:
        return None
    n, value = found.figures[figure]
    return {"n": n, "value": value}


def _date(line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BenchmarkFault(line, "date") from error


def _number(line: int, text: str) -> float:
    try:
        found = float(text)
    except ValueError as error:
        raise BenchmarkFault(line, "number") from error
    if not isfinite(found) or not 0 <= found <= MOST:
        raise BenchmarkFault(line, "number")
    return found
