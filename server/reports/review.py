"""The charter's yearly review (R044), and the seven reasons for an earlier one (R045 to R051).

content      the achievement of each of three months is below 80 % or above 99 %          by itself
initiative   the organisation does something new                                         somebody says so
focus        another field is in focus                                                   somebody says so
core         services came or went, or are core services now, or no more                  by itself
delivery     counters, kiosks or numbers from outside work in another way                by itself
capacity     services take a fifth less time, or there are more counters                 by itself
customers    a fifth of the customers come for something else, speak otherwise, come at other hours
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from server.domain.branch import Branch
from server.domain.charter import Score
from server.paperwork import Mix, Review

SIGNED = "signed"
REASONS = ("content", "initiative", "focus", "core", "delivery", "capacity", "customers")
STAGES = (60, 30, 0)
LOW, HIGH, MONTHS = 0.80, 0.99, 3
SHIFT = 0.20
LEAST = 100
"""Numbers in a period, of fewer nothing is concluded."""
PERIOD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Fired:
    """A reason that the records give; `note` is what they say, as a figure."""

    kind: str
    note: str


def a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)


def due_on(reviews: Iterable[Review], first: date | None, branch: Branch) -> date | None:
    """The day by which the charter is to be reviewed: a year after the last review, else after the first day of all."""
    signed = [branch.business_on(review.at) for review in reviews if review.kind == SIGNED]
    last = max(signed) if signed else first
    return None if last is None else a_year_after(last)


def stage(due: date, today: date) -> int | None:
    """60, 30 or 0: so many days, at most, are left; None: more than that."""
    left = (due - today).days
    return next((days for days in reversed(STAGES) if left <= days), None)


def is_overdue(due: date, today: date) -> bool:
    return today > due


def open_reasons(reviews: Sequence[Review]) -> list[Review]:
    """The reasons that were named since the last review, the newest of each kind."""
    found: dict[str, Review] = {}
    for review in reviews:  # the newest first
        if review.kind == SIGNED:
            break
        found.setdefault(review.kind, review)
    return list(found.values())


def of_content(months: Sequence[Score]) -> Fired | None:
    """`months` are the last full ones."""
    shares = [month.kept_share for month in months if month.kept_share is not None]
    if len(shares) < MONTHS:
        return None
    if all(share < LOW for share in shares) or all(share > HIGH for share in shares):
        return Fired("content", ", ".join(f"{int(1000 * share) / 10:.1f} %" for share in shares))
    return None


def of_branch(was: Branch, now: Branch) -> list[Fired]:
    """What is different from the branch as it was at the last review."""
    found = []
    before, after = ({one.code: one.is_core for one in branch.services} for branch in (was, now))
    services = [code for code in sorted({*before, *after}) if before.get(code) != after.get(code)]
    if services:
        found.append(Fired("core", ", ".join(services)))
    ways = {
        "counters": _skills(was) != _skills(now),
        "kiosks": {k.code for k in was.kiosks} != {k.code for k in now.kiosks},
        "join": was.join.enabled != now.join.enabled,
        "discipline": was.policy.kind != now.policy.kind,
    }
    if changed := [name for name, is_so in ways.items() if is_so]:
        found.append(Fired("delivery", ", ".join(changed)))
    if len(now.counters) > len(was.counters):
        found.append(Fired("capacity", f"{len(was.counters)} → {len(now.counters)}"))
    return found


def of_records(before: Mix, now: Mix) -> list[Fired]:
    """What is different between two periods."""
    found: list[Fired] = []
    if before.n < LEAST or now.n < LEAST:
        return found
    if before.service_s and now.service_s and now.service_s < (1 - SHIFT) * before.service_s:
        found.append(Fired("capacity", f"{before.service_s / 60:.1f} → {now.service_s / 60:.1f} min"))
    moved = {name: _moved(getattr(before, name), getattr(now, name)) for name in ("services", "languages", "hours")}
    if any(share > SHIFT for share in moved.values()):
        most = max(moved, key=lambda name: moved[name])
        found.append(Fired("customers", f"{most}: {100 * moved[most]:.0f} %"))
    return found


def _skills(branch: Branch) -> dict[str, frozenset[Any]]:
    return {counter.code: frozenset(counter.services) for counter in branch.counters}


def _moved(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """The share of the customers who would have to move for the two to be alike."""
    n, m = sum(before.values()), sum(now.values())
    return sum(abs(before.get(key, 0) / n - now.get(key, 0) / m) for key in {*before, *now}) / 2 if n and m else 0.0
