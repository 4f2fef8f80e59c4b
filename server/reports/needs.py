"""Today's counters: needed, open and planned by quarter hour, with the reason and the share of the promise they keep.

Pure: the days before, today so far and the hall in; one JSON value out, as the manager's page tells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from server.domain.branch import Branch, Peak
from server.domain.floor import Floor
from server.domain.hall import Hall, hall_of
from server.domain.law import Law
from server.domain.needs import (
    LUNCH,
    PEAK,
    QUARTER_S,
    QUARTERS,
    day_needs,
    kept_as_planned,
    open_at,
    quarter_rates,
)
from server.domain.staffing import goal_of, groups_of
from server.reports.covers import Spans, wanted_at
from server.reports.diary import Diary, Lessons
from server.reports.learn import learn
from server.reports.plan import volume

READY, NO_HISTORY, CLOSED, NOBODY = "ready", "no_history", "closed", "nobody"
"""`nobody`: on such a weekday nobody has come so far."""


def needs_today(
    floor: Floor, days: Sequence[Lessons], diary: Diary | None, spans: Spans, now: datetime
) -> dict[str, Any]:
    """`days` came before today, `spans` are the openings of today's counters until now."""
    branch = floor.branch
    today = branch.business_on(now)
    told: dict[str, Any] = {"at": now.isoformat(), "on": today.isoformat(), "days": len(days), "quarters": []}
    if branch.hours is not None and not branch.hours.on(today).spans:
        return told | {"state": CLOSED}
    if not days:
        return told | {"state": NO_HISTORY}
    past, expected = learn(branch, days), volume(days)
    usual = sum(sum(day.issued.values()) for day in days) / len(days)
    share = expected.of.get(today.weekday(), usual) / usual if usual else 1.0
    hall = hall_of(floor, now, diary.begun if diary is not None else None)
    # The weekday's own volume first; then the law of the moment moves it by who has come today.
    law = replace(past, rates=np.array(past.rates * share)).law(hall, diary)
    goal, groups = goal_of(branch, today), groups_of(branch)
    midnight = datetime.combine(today, time(0), branch.timezone)
    empty = replace(hall, now=midnight, posts=(), queues=(), into_day=0.0, absent=frozenset())
    seed = today.toordinal()
    found = day_needs(empty, law, groups, goal, expected.cv, _least(branch, now), seed)
    if not found.quarters:
        return told | {"state": NOBODY}
    planned = kept_as_planned(hall, law, goal, seed)
    current = int(hall.into_day // QUARTER_S)
    return told | {
        "state": READY, "current": current, "share": goal.share,
        "within_s": float(goal.within[0]) if len(set(goal.within.tolist())) == 1 else None,
        "counters": len(branch.counters), "is_enough": found.is_enough, "kept": _rounded(found.kept),
        "groups": [
            {"counters": list(group.counters), "services": [branch.services[s].code for s in sorted(group.services)]}
            for group in found.groups
        ],
        "quarters": [
            {
                "at": quarter.at * 15, "expected": round(quarter.expected, 1), "busy": round(quarter.busy, 1),
                "needed": quarter.needed, "of": list(quarter.of), "why": quarter.why, "kept": _rounded(quarter.kept),
                "kept_open": _rounded(planned.get(quarter.at)),
                **(_open(hall, law, quarter.at) if quarter.at >= current else _opened(spans, midnight, quarter.at)),
            }
            for quarter in found.quarters
        ],
    }  # fmt: skip


def _least(branch: Branch, now: datetime) -> dict[int, tuple[int, str]]:
    """What the branch's own rules want of each quarter hour of the day."""
    found: dict[int, tuple[int, str]] = {}
    rules: list[tuple[time, time, int, str]] = []
    if branch.lunch.minimum:
        rules.append((branch.lunch.since, branch.lunch.to, branch.lunch.minimum, LUNCH))
    peaks: list[Peak] = branch.peaks_on(branch.business_on(now))
    rules += [(peak.since, peak.to, wanted_at(branch, peak), PEAK) for peak in peaks]
    for at in range(QUARTERS):
        local = time(at // 4, at % 4 * 15)
        for since, to, minimum, rule in rules:
            if since <= local < to and minimum > found.get(at, (0, ""))[0]:
                found[at] = (minimum, rule)
    return found


def _open(hall: Hall, law: Law, quarter: int) -> dict[str, Any]:
    """How many are or will be open, and what somebody comes for that none of them does."""
    count, does = open_at(hall, quarter)
    comes = quarter_rates(law.rates)[quarter].sum(axis=1) > 0
    return {
        "open": count,
        "lacks": [code for place, code in enumerate(hall.services) if comes[place] and place not in does],
    }


def _opened(spans: Spans, midnight: datetime, quarter: int) -> dict[str, Any]:
    """How many counters were open in the middle of a quarter that has passed."""
    middle = midnight + timedelta(seconds=(quarter + 0.5) * QUARTER_S)
    count = sum(1 for own in spans.values() if any(since <= middle < to for since, to in own))
    return {"open": count, "lacks": []}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
