"""The plan of the week from the days before it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.domain.hours import Hours, Pattern, Span
from server.reports.diary import Lessons
from server.reports.plan import USUAL_CV, Volume, volume, week_plan
from tests.builders import KUALA_LUMPUR, a_branch

MONDAY = date(2026, 3, 2)


def a_day(on: date, tickets: int, slots: range = range(16, 20)) -> Lessons:
    each = tickets // len(slots)
    return Lessons(on, services=[("A", "counter:K1", 300.0)] * 20, issued={(slot, "A", 2): each for slot in slots})


def weeks(n: int, mondays: int = 80, others: int = 40) -> list[Lessons]:
    days = [MONDAY + timedelta(days=7 * week + day) for week in range(n) for day in range(5)]
    return [a_day(on, mondays if on.weekday() == 0 else others) for on in days]


def test_a_weekday_has_the_volume_of_its_own_days_drawn_towards_the_mean_while_they_are_few() -> None:
    few, many = volume(weeks(1)), volume(weeks(30))

    assert set(few.of) == {0, 1, 2, 3, 4}
    assert few.of[0] == pytest.approx((80 + 4 * 48) / 5)
    assert many.of[0] == pytest.approx((30 * 80 + 4 * 48) / 34)
    assert 48 < few.of[0] < many.of[0] < 80


def test_days_that_differ_as_chance_alone_would_have_them_differ_are_alike() -> None:
    steady = volume([a_day(MONDAY + timedelta(days=7 * n), 40) for n in range(50)])
    wild = volume([a_day(MONDAY + timedelta(days=7 * n), 20 if n % 2 else 60) for n in range(50)])

    assert steady.cv < USUAL_CV / 2
    assert wild.cv == pytest.approx(0.46, abs=0.03)


def test_without_a_past_days_differ_as_days_do() -> None:
    assert volume([]) == Volume({}, USUAL_CV)
    assert week_plan(a_branch("A"), [], MONDAY) == {}


def test_a_monday_with_twice_the_customers_needs_more_counters() -> None:
    branch = a_branch("A", tuple(f"K{n}" for n in range(1, 9)))

    plan = week_plan(branch, weeks(10), MONDAY + timedelta(days=70))

    assert [on.weekday() for on in plan] == [0, 1, 2, 3, 4]
    assert plan[date(2026, 5, 11)].half_hours[0].counters > plan[date(2026, 5, 12)].half_hours[0].counters
    assert [half.slot for half in plan[date(2026, 5, 11)].half_hours] == [16, 17, 18, 19]


def test_a_day_on_which_the_branch_is_closed_has_no_plan() -> None:
    hours = Hours(KUALA_LUMPUR, (Pattern(frozenset({0, 2}), (Span(480, 960),)),))

    plan = week_plan(a_branch("A", hours=hours), weeks(2), MONDAY + timedelta(days=70))

    assert [on.weekday() for on in plan] == [0, 2]
