"""The plan of the week: how many counters each half hour of each weekday needs, from the days before.

The volume of a weekday is that of its own days, drawn towards the mean of all while there are few of them; how a day
is shared out over its half hours and services is alike on all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import sqrt

import numpy as np

from server.domain.branch import Branch
from server.domain.floor import Floor
from server.domain.hall import hall_of
from server.domain.law import Floats
from server.domain.staffing import DayPlan, HalfHour, day_plan, goal_of, groups_of
from server.reports.diary import Lessons
from server.reports.learn import LEARNED_DAYS, learn

WEEKDAY_DAYS = 4.0
"""The mean of all days counts as so many days of each weekday."""
WIDE = 16
USUAL_CV, CV_DAYS = 0.12, 5.0
"""How much days differ in volume as long as nothing is known of it, and as how many days that counts."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Tickets on a usual day of each weekday (Monday is 0); `cv`: how much such days differ (sd / mean)."""

    of: dict[int, float]
    cv: float


def volume(days: Iterable[Lessons]) -> Volume:
    """What the days before bring. Days on which nobody came were no days of work, and count for nothing."""
    totals: dict[int, list[int]] = {}
    for day in days:
        if day.issued:
            totals.setdefault(day.on.weekday(), []).append(sum(day.issued.values()))
    every = [total for mine in totals.values() for total in mine]
    if not every:
        return Volume({}, USUAL_CV)
    usual = sum(every) / len(every)
    of = {day: (sum(mine) + WEEKDAY_DAYS * usual) / (len(mine) + WEEKDAY_DAYS) for day, mine in totals.items()}
    # What chance alone makes of a steady volume (Poisson) is no difference between days.
    squares = [((total - of[day]) ** 2 - of[day]) / of[day] ** 2 for day, mine in totals.items() for total in mine]
    between = max(0.0, sum(squares) / len(squares))
    return Volume(of, sqrt((CV_DAYS * USUAL_CV**2 + len(every) * between) / (CV_DAYS + len(every))))


def week_plan(branch: Branch, days: Iterable[Lessons], monday: date, seed: int = 0) -> dict[date, DayPlan]:
    """The plan of each day of the week from `monday` on for which the past says who comes.

    Days on which the branch is closed have none.
    """
    kept = sorted(days, key=lambda lessons: lessons.on)[-LEARNED_DAYS:]
    past, expected = learn(branch, kept), volume(kept)
    usual = sum(sum(day.issued.values()) for day in kept) / max(1, len(kept))
    groups, goal = groups_of(branch), goal_of(branch, monday)
    found: dict[date, DayPlan] = {}
    for on in (monday + timedelta(days=n) for n in range(7)):
        if on.weekday() not in expected.of or (branch.hours is not None and not branch.hours.on(on).spans):
            continue
        midnight = datetime.combine(on, time(0), branch.timezone)
        hall = replace(hall_of(Floor(branch), midnight), posts=(), into_day=0.0)
        rates: Floats = past.rates * (expected.of[on.weekday()] / usual)
        law = replace(past.law(hall, None), rates=np.array(rates))
        found[on] = day_plan(hall, law, groups, goal, expected.cv, seed)
    return found


def table(branch: Branch, plan: Mapping[date, DayPlan]) -> Iterator[str]:
    """The plan as lines of text: a row each half hour, a column each day; where counters differ, how many of each
    group, and below what the groups are."""
    days = sorted(plan)
    yield "     " + "".join(f"{on:%a %d.%m.}".rjust(WIDE) for on in days)
    needed = {on: {half.slot: half for half in plan[on].half_hours} for on in days}
    for slot in sorted({slot for day in needed.values() for slot in day}):
        cells = (_cell(needed[on].get(slot)) for on in days)
        yield f"{slot // 2:02}:{slot % 2 * 30:02}" + "".join(cell.rjust(WIDE) for cell in cells)
    groups = plan[days[0]].groups if days else ()
    if any(half.of for day in plan.values() for half in day.half_hours):
        yield ""
        for place, group in enumerate(groups, 1):
            codes = [branch.services[service].code for service in sorted(group.services)]
            yield f"{place}. of the sum: of {', '.join(group.counters)}, which do {', '.join(codes)}"
    for on in days:
        if not plan[on].is_enough:
            yield f"{on:%a %d.%m.}: the branch has too few counters to keep its promise"


def _cell(half: HalfHour | None) -> str:
    if half is None:
        return ""
    return f"{half.counters} = {'+'.join(map(str, half.of))}" if half.of else str(half.counters)
