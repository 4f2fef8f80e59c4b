"""The past of an office as its manager reads it: days or months, hours of weekdays, services, lanes, counters.

Pure: the figures that are kept in, one JSON value out. What fewer than five customers would stand behind is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from server.reports.figures import KEPT, LEAST, SPANS, Cell, FigureBook, Figures, Place, Size, Spread, add_up, cell_json

MOST_DAYS = 92
"""A longer time is told by months."""
BAR = 50
"""Tenths of a minute that a bar of the distribution stands for."""
BARS = 24
"""The last one is for all that took longer."""
FEW = frozenset({"lane", "channel", "counter", "officer"})
"""Groups of people: of fewer than five nothing is told."""
TOLD_ONE_BY_ONE = ("all", "rating")
MINUTE_MS = 60_000
Kept = Iterable[tuple[date, int, Place, Cell]]


def history(kept: Kept, first: date, last: date, with_officers: bool) -> dict[str, Any]:
    """What is told of these days; on `days` of them numbers were given, and a mean per day is of those (`a_day`)."""
    by_month = _is_by_month(first, last)
    whole: Figures = {}
    trend: dict[date, Cell] = {}
    said: dict[date, Cell] = {}
    days = 0
    for on, span, place, cell in kept:
        add_up(whole, place, cell)
        under = on.replace(day=1) if by_month else on
        if place == ("all", ""):
            _add(trend, under, cell)
            days += span
        elif place == ("rating", ""):
            _add(said, under, cell)
    every = whole.get(("all", ""), Cell())
    told = {
        "from": first.isoformat(), "to": last.isoformat(), "days": days,
        "a_day": round(every.counts["issued"] / days, 1) if days else None,
        "by": "month" if by_month else "day",
        "all": cell_json(every) | _occupied([cell for _, cell in _of(whole, "counter")]),
        "trend": [{"on": on.isoformat(), **cell_json(cell)} for on, cell in sorted(trend.items())],
        "distributions": {name: bars(every.spans.get(name, Spread())) for name in SPANS},
        "slots": [
            {"weekday": int(of[0]), "hour": int(of[2:]), **cell_json(cell)} for of, cell in _of(whole, "slot")
        ],
        "flows": [
            {"from": of.partition(">")[0], "to": of.partition(">")[2], "n": cell.counts["n"]}
            for of, cell in sorted(_of(whole, "flow"), key=lambda it: -it[1].counts["n"])
            if cell.counts["n"] >= LEAST
        ],
        "ratings": [{"of": of, **_rated(cell)} for of, cell in _of(whole, "rating") if cell.counts["n"] >= LEAST],
        "rating_hours": [{"hour": int(of), **_rated(cell)} for of, cell in _of(whole, "rating_hour")],
        "rating_trend": [{"on": on.isoformat(), **_rated(cell)} for on, cell in sorted(said.items())],
    }  # fmt: skip
    for name in ("outcome", "reason"):
        told[name] = [{"of": of, "n": cell.counts["n"]} for of, cell in _of(whole, name) if cell.counts["n"] >= LEAST]
    for name in ("service", "lane", "channel", "counter"):
        told[name] = _groups(whole, name)
    if with_officers:
        told["officer"] = _groups(whole, "officer")
    return told


def kept_between(book: FigureBook, first: date, last: date, with_officers: bool) -> Kept:
    """What `history` wants of the book: what is told one by one, and all else as it is read fastest."""
    fine: Size = "month" if _is_by_month(first, last) else "day"
    yield from book.between(first, last, TOLD_ONE_BY_ONE, fine)
    yield from book.between(
        first, last, [by for by in KEPT if by not in TOLD_ONE_BY_ONE and (with_officers or by != "officer")]
    )


def _is_by_month(first: date, last: date) -> bool:
    return (last - first).days >= MOST_DAYS


def bars(spread: Spread) -> list[int]:
    """How many took 0–5, 5–10 … minutes; the last bar is for all that took longer."""
    found = [0] * BARS
    for place, count in enumerate(spread.counts()):
        found[min(place // BAR, BARS - 1)] += count
    return found


def size_of(cell: Cell) -> int:
    """How many stand behind a group."""
    counts = cell.counts
    return counts["issued"] or counts["served"] or counts["calls"] or counts["n"]


def _add(found: dict[date, Cell], on: date, cell: Cell) -> None:
    mine = found.setdefault(on, Cell())
    mine += cell


def _of(whole: Figures, by: str) -> list[tuple[str, Cell]]:
    return sorted(((of, cell) for (name, of), cell in whole.items() if name == by), key=lambda it: it[0])


def _groups(whole: Figures, by: str) -> list[dict[str, Any]]:
    """In the order of their codes, never of their figures: this is no ranking."""
    rows = []
    for of, cell in _of(whole, by):
        is_hidden = by in FEW and size_of(cell) < LEAST
        rows.append({"of": of, "hidden": True} if is_hidden else {"of": of, **cell_json(cell), **_occupied([cell])})
    return rows


def _occupied(cells: Iterable[Cell]) -> dict[str, Any]:
    """Of counters: minutes open, and the share of them in which somebody was served; nothing of what has no hours."""
    opened = serving = 0
    for cell in cells:
        opened += cell.counts["open_ms"]
        serving += cell.spans.get("service", Spread()).sum_ms if cell.counts["open_ms"] else 0
    if not opened:
        return {}
    return {"open_minutes": round(opened / MINUTE_MS, 1), "occupancy": round(serving / opened, 4)}


def _rated(cell: Cell) -> dict[str, Any]:
    """Their mean, and how many said 5, 4 … 1; nothing where fewer than LEAST said anything."""
    n = cell.counts["n"]
    if n < LEAST:
        return {"hidden": True}
    return {
        "n": n,
        "mean": round(cell.counts["sum"] / n, 2),
        "each": [cell.counts[str(one)] for one in (5, 4, 3, 2, 1)],
    }
