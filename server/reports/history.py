"""The past of an office as its manager reads it: days or months, hours of weekdays, services, lanes, counters.

Pure: the figures that are kept in, one JSON value out. What fewer than five customers would stand behind is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from server.reports.figures import LEAST, Cell, Figures, Place, Spread, add_up, cell_json

MOST_DAYS = 92
"""A longer time is told by months."""
BAR = 50
"""Tenths of a minute that a bar of the distribution stands for."""
BARS = 24
"""The last one is for all that took longer."""
FEW = frozenset({"lane", "channel", "counter", "officer"})
"""Groups of people: of fewer than five nothing is told."""
Kept = Iterable[tuple[date, int, Place, Cell]]


def history(kept: Kept, first: date, last: date, with_officers: bool) -> dict[str, Any]:
    """What is told of these days; `days` of them are kept."""
    by_month = (last - first).days >= MOST_DAYS
    whole: Figures = {}
    trend: dict[date, Cell] = {}
    days = 0
    until: date | None = None
    for on, span, place, cell in kept:
        add_up(whole, place, cell)
        if place == ("all", ""):
            mine = trend.setdefault(on.replace(day=1) if by_month else on, Cell())
            mine += cell
            days += span
            until = on if until is None else max(until, on)
    every = whole.get(("all", ""), Cell())
    told = {
        "from": first.isoformat(), "to": last.isoformat(), "days": days,
        "by": "month" if by_month else "day",
        "all": cell_json(every),
        "trend": [{"on": on.isoformat(), **cell_json(cell)} for on, cell in sorted(trend.items())],
        "distribution": bars(every.spans.get("wait_to_call", Spread())),
        "slots": [
            {"weekday": int(of[0]), "hour": int(of[2:]), **cell_json(cell)} for of, cell in _of(whole, "slot")
        ],
        "flows": [
            {"from": of.partition(">")[0], "to": of.partition(">")[2], "n": cell.counts["n"]}
            for of, cell in sorted(_of(whole, "flow"), key=lambda it: -it[1].counts["n"])
            if cell.counts["n"] >= LEAST
        ],
        "ratings": [
            {"of": of, "n": cell.counts["n"], "mean": round(cell.counts["sum"] / cell.counts["n"], 2),
             "each": [cell.counts[str(one)] for one in (5, 4, 3, 2, 1)]}
            for of, cell in _of(whole, "rating") if cell.counts["n"] >= LEAST
        ],
    }  # fmt: skip
    for name in ("service", "lane", "channel", "counter"):
        told[name] = _groups(whole, name)
    if with_officers:
        told["officer"] = _groups(whole, "officer")
    return told


def bars(spread: Spread) -> list[int]:
    """How many waited 0–5, 5–10 … minutes; the last bar is for all that waited longer."""
    found = [0] * BARS
    for place, count in enumerate(spread.counts()):
        found[min(place // BAR, BARS - 1)] += count
    return found


def _of(whole: Figures, by: str) -> list[tuple[str, Cell]]:
    return sorted(((of, cell) for (name, of), cell in whole.items() if name == by), key=lambda it: it[0])


def _groups(whole: Figures, by: str) -> list[dict[str, Any]]:
    """In the order of their codes, never of their figures: this is no ranking."""
    rows = []
    for of, cell in _of(whole, by):
        n = cell.counts["issued"] or cell.counts["served"] or cell.counts["calls"]
        rows.append({"of": of, "hidden": True} if by in FEW and n < LEAST else {"of": of, **cell_json(cell)})
    return rows
