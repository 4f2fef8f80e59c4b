"""The counters that a day needs, quarter hour by quarter hour: how many, why so many, and what they would keep.

How many is the plan of `server.domain.staffing`; where its formulas hold, of each quarter hour. Beside it stands what
is open, or planned to be, with the share of the promise that this would keep: the same days are played with both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.domain.erlang import counters_for
from server.domain.hall import Doing, Hall, Post
from server.domain.law import SLOT_S, SLOTS, Floats, Law
from server.domain.lookahead import Options
from server.domain.staffing import (
    BUSY_DAY,
    DAYS_PLAYED,
    Goal,
    Group,
    Kept,
    busy_s,
    day_plan,
    is_pooled,
    kept_with,
    nobody,
    occupancy,
    posts_of,
    shared_out,
)

QUARTER_S = 900.0
QUARTERS = round(SLOTS * SLOT_S / QUARTER_S)
DAY_S = SLOTS * SLOT_S
FEWEST = 0.5
"""Customers on a usual day: of fewer in a quarter hour no share is told."""

ARRIVALS, SKILLS, LUNCH, PEAK = "arrivals", "skills", "lunch", "peak"
"""Why so many: the formula's own number; more, because not every counter does everything; a rule of the branch."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter hour from `at` quarters after midnight: `expected` customers on a usual day, who keep `busy` counters
    busy at the mean; `needed` counters, `of` each group; `kept` is the share of the promise with them, None where
    hardly anybody comes."""

    at: int
    expected: float
    busy: float
    needed: int
    of: tuple[int, ...]
    why: str
    kept: float | None


@dataclass(frozen=True, slots=True)
class Needs:
    """`kept` in all; `is_enough` says whether the branch has so many counters."""

    quarters: tuple[Quarter, ...]
    groups: tuple[Group, ...]
    kept: float | None
    is_enough: bool


def day_needs(
    hall: Hall, law: Law, groups: Sequence[Group], goal: Goal, volume_cv: float = 0.0,
    least: Mapping[int, tuple[int, str]] | None = None, seed: int = 0,
) -> Needs:  # fmt: skip
    """Planned for a busy day, its share told of a usual one.

    `hall` is empty and stands at local midnight; `law.rates` are the arrivals of a usual day of this kind. `least`:
    how many the branch's own rules want at a quarter, and which rule.
    """
    rates = quarter_rates(law.rates)
    by_quarter = rates.sum(axis=(1, 2))
    quarters = [int(at) for at in np.flatnonzero(by_quarter > 0)]
    if not quarters:
        return Needs((), tuple(groups), None, is_enough=True)
    shares = rates.sum(axis=(0, 2))
    usual = goal.usual(shares)
    speed = float(np.mean([*law.speed.values()] or [1.0]))
    one = occupancy(law, shares, usual / 3, speed)
    busy_day = 1 + BUSY_DAY * volume_cv
    available = sum(len(group.counters) for group in groups)
    plain = {at: counters_for(by_quarter[at] * busy_day, one.mean_s, usual, goal.share, one.cv) for at in quarters}
    if is_pooled(groups, len(hall.services)):
        needed, is_enough = plain, max(plain.values()) <= available
        of = {at: shared_out(rates[at].sum(axis=1) * busy_s(law), k, groups) for at, k in needed.items()}
    else:
        plan = day_plan(hall, law, groups, goal, volume_cv, seed)
        halves = {half.slot: half.of for half in plan.half_hours}
        of = {at: list(halves.get(at * round(QUARTER_S) // round(SLOT_S), (0,) * len(groups))) for at in quarters}
        needed, is_enough = {at: sum(counts) for at, counts in of.items()}, plan.is_enough
    why = {at: SKILLS if needed[at] > plain[at] else ARRIVALS for at in quarters}
    for at, (minimum, rule) in (least or {}).items():
        if at in needed and minimum > needed[at]:
            needed[at], why[at] = minimum, rule
            of[at] = _with_more(of[at], min(minimum, available), groups)
    kept = kept_with(
        replace(hall, queues=(), into_day=0.0), law, goal, posts_of(of, groups, len(law.pools), QUARTER_S),
        _options(seed, DAY_S), QUARTER_S,
    )  # fmt: skip
    return Needs(
        tuple(
            Quarter(at, float(by_quarter[at]) * QUARTER_S, float(by_quarter[at]) * one.mean_s, needed[at],
                    tuple(of[at]), why[at], _share(kept, at))
            for at in quarters
        ), tuple(groups), kept.share, is_enough,
    )  # fmt: skip


def quarter_rates(rates: Floats) -> Floats:
    """Arrivals by quarter hours: those of a half hour lean towards its neighbours, and stay as many."""
    whole = rates.sum(axis=(1, 2))
    lean = np.zeros(len(rates))
    inner = (whole[:-2] > 0) & (whole[1:-1] > 0) & (whole[2:] > 0)
    lean[1:-1][inner] = ((whole[2:] - whole[:-2]) / 8 / np.where(whole[1:-1] > 0, whole[1:-1], 1))[inner]
    lean = np.clip(lean, -0.5, 0.5)[:, None, None]
    found = np.empty((2 * len(rates), *rates.shape[1:]))
    found[0::2], found[1::2] = rates * (1 - lean), rates * (1 + lean)
    return found


def kept_as_planned(hall: Hall, law: Law, goal: Goal, seed: int = 0) -> dict[int, float | None]:
    """The share of the promise by quarter, for the rest of the day, with the counters that are open and planned now."""
    left = DAY_S - hall.into_day
    posts = (*hall.posts, nobody(len(law.pools)))
    kept = kept_with(hall, law, goal, posts, _options(seed, left), QUARTER_S)
    return {at: _share(kept, at) for at in range(int(hall.into_day // QUARTER_S), QUARTERS)}


def open_at(hall: Hall, quarter: int) -> tuple[int, frozenset[int]]:
    """How many counters are planned to be open in the middle of a quarter that is now or to come, and what they do."""
    at = max(0.0, (quarter + 0.5) * QUARTER_S - hall.into_day)
    posts = [post for post in hall.posts if _is_open(post, at)]
    return len(posts), frozenset(service for post in posts for service in post.services)


def _is_open(post: Post, at: float) -> bool:
    begins = post.since if post.doing is Doing.AWAY else 0.0
    return begins <= at < post.ends and not any(begins <= at < begins + lasts for begins, lasts in post.breaks)


def _options(seed: int, left: float) -> Options:
    return Options(DAYS_PLAYED, seed, arrivals=(0, 1, 2), until=left, horizon=left)


def _share(kept: Kept, at: int) -> float | None:
    return float(kept.by_slot[at]) if kept.people[at] >= FEWEST * DAYS_PLAYED else None


def _with_more(of: Sequence[int], wanted: int, groups: Sequence[Group]) -> list[int]:
    """One of the group with the most skills first, then the next: a rule asks for counters and not for which."""
    counts = list(of)
    order = sorted(range(len(groups)), key=lambda g: -len(groups[g].services))
    while sum(counts) < wanted:
        spare = [g for g in order if counts[g] < len(groups[g].counters)]
        if not spare:
            break
        counts[spare[0]] += 1
    return counts
