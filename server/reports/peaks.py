"""When an office is at its busiest, learnt from the hours of its weekdays as they are kept (R013). Pure.

A peak is a run of hours that bring a quarter more customers than the mean hour of that weekday. Weekdays with the same
run share one entry, as a person would write it into the branch's file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

from server.domain.branch import Peak
from server.reports.figures import Cell, FigureBook, Place

WEEKS = 13
"""So many weeks are looked at: a quarter."""
BUSY = 1.25
LEAST_DAYS = 10
"""Fewer days say nothing of a week."""
LEAST_A_DAY = 0.05
"""Hours that bring less than this share of a weekday's busiest are no hours of work: an hour early, a last one late."""
MOST_A_DAY = 2


def learned_peaks(book: FigureBook, today: date) -> tuple[Peak, ...]:
    """The peaks of the last weeks before `today`, in the order of their times; none while too little is known."""
    first, last = today - timedelta(weeks=WEEKS), today - timedelta(days=1)
    return peaks_of(book.between(first, last, ("all", "slot")))


def peaks_of(kept: Iterable[tuple[date, int, Place, Cell]]) -> tuple[Peak, ...]:
    """What figures of days, and of whole months together, say. Each peak wants every counter."""
    came: dict[int, dict[int, int]] = {}
    days = 0
    for _, span, (by, of), cell in kept:
        if by == "all":
            days += span
        elif by == "slot":
            hours = came.setdefault(int(of[0]), {})
            hours[int(of[2:])] = hours.get(int(of[2:]), 0) + cell.counts["issued"]
    if days < LEAST_DAYS:
        return ()
    found: dict[tuple[int, int], set[int]] = {}
    for weekday, hours in came.items():
        for run in _runs(hours):
            found.setdefault(run, set()).add(weekday)
    return tuple(
        Peak(time(begins), time(ends) if ends < 24 else time.max, frozenset(weekdays))
        for (begins, ends), weekdays in sorted(found.items())
    )


def _runs(hours: dict[int, int]) -> list[tuple[int, int]]:
    """The busiest runs of hours of one weekday: [from, to)."""
    most = max(hours.values(), default=0)
    worked = {hour: n for hour, n in hours.items() if n >= most * LEAST_A_DAY and n > 0}
    if len(worked) < 2:
        return []
    mean = sum(worked.values()) / len(worked)
    busy = sorted(hour for hour, n in worked.items() if n >= BUSY * mean)
    runs: list[list[int]] = []
    for hour in busy:
        if runs and runs[-1][-1] == hour - 1:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    runs.sort(key=lambda run: -sum(worked[hour] for hour in run))
    return sorted((run[0], run[-1] + 1) for run in runs[:MOST_A_DAY])
