"""How many counters a half hour needs: the formulas against exact fractions, and plans against days played."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.charter import Promise
from server.domain.erlang import counters_for, erlang_b, erlang_c, wait_beyond
from server.domain.law import SLOTS, Law
from server.domain.staffing import DayPlan, Goal, day_plan, goal_of, groups_of, is_pooled, occupancy
from tests.builders import OPENING, a_branch
from tests.halls import a_hall, a_law, varied

MONDAY = OPENING.date()

pytestmark = pytest.mark.slow

QUARTER = 900.0


def exact(load: Fraction, counters: int) -> tuple[Fraction, Fraction]:
    """Erlang B and C by their definition: sums of a^k / k!, all in whole numbers."""
    term, total = Fraction(1), Fraction(1)
    for k in range(1, counters + 1):
        term *= load / k
        total += term
    blocked = term / total
    waits = term * counters / (counters - load)
    return blocked, waits / (total - term + waits)


@pytest.mark.parametrize("counters", [1, 2, 3, 8, 20, 60, 150])
@pytest.mark.parametrize("used", [Fraction(1, 100), Fraction(1, 2), Fraction(9, 10), Fraction(999, 1000)])
def test_erlangs_formulas_equal_exact_fractions(counters: int, used: Fraction) -> None:
    load = Fraction(float(counters * used))  # the very number that the formula is given

    blocked, waits = exact(load, counters)

    assert erlang_b(float(load), counters) == pytest.approx(float(blocked), rel=1e-12)
    assert erlang_c(float(load), counters) == pytest.approx(float(waits), rel=1e-12)


@pytest.mark.parametrize(("load", "counters"), [(9_950, 10_000), (9_000, 10_000), (4_990, 5_000), (1_000, 1_001)])
def test_ten_thousand_counters_are_reckoned_as_exactly(load: int, counters: int) -> None:
    # 1 / B = Σ counters! / (counters - j)! / load^j, multiplied by load^counters.
    one = term = load**counters
    total = term
    for j in range(counters):
        term = term * (counters - j) // load
        total += term
    waits = Fraction(counters * one, counters * total - load * (total - one))

    assert erlang_c(load, counters) == pytest.approx(float(waits), rel=1e-12)


@given(load=st.floats(0, 3e4), counters=st.integers(0, 300))
def test_the_share_that_waits_is_a_share_and_one_where_the_counters_do_not_suffice(load: float, counters: int) -> None:
    waits = erlang_c(load, counters)

    assert 0 <= waits <= 1
    assert load < counters or waits == 1
    assert wait_beyond(load / 300, 300, counters, QUARTER) <= waits


def test_a_known_case_of_the_textbooks() -> None:
    assert erlang_c(10, 14) == pytest.approx(0.1741319335950498, rel=1e-12)
    assert 1 - wait_beyond(100 / 1800, 180, 14, 20) == pytest.approx(0.8883500191794669, rel=1e-12)


def test_steadier_services_mean_shorter_waits_and_the_same_number_who_wait() -> None:
    tails = [wait_beyond(0.04, 240, 10, 600, cv) for cv in (0.5, 1.0, 1.5)]

    assert tails == sorted(tails)
    assert wait_beyond(0.04, 240, 10, 0, 0.5) == erlang_c(9.6, 10)
    assert tails[0] == pytest.approx(erlang_c(9.6, 10) * exp(-2 / 1.25 * 0.4 * 600 / 240))


@given(
    per_hour=st.floats(0.5, 400),
    minutes=st.floats(0.5, 40),
    within=st.floats(0, 3600),
    share=st.floats(0.5, 0.99),
    cv=st.floats(0, 2),
)
def test_one_counter_less_would_break_the_promise(
    per_hour: float, minutes: float, within: float, share: float, cv: float
) -> None:
    rate, mean = per_hour / 3600, minutes * 60

    k = counters_for(rate, mean, within, share, cv)

    assert wait_beyond(rate, mean, k, within, cv) <= 1 - share + 1e-12
    assert wait_beyond(rate, mean, k - 1, within, cv) >= 1 - share - 1e-12


def test_nobody_needs_no_counter_and_nonsense_is_refused() -> None:
    assert counters_for(0, 300, QUARTER, 0.9) == 0
    with pytest.raises(ValueError, match="not that of a hall"):
        counters_for(1e9, 300, QUARTER, 0.9)
    with pytest.raises(ValueError, match="not that of a hall"):
        counters_for(float("nan"), 300, QUARTER, 0.9)
    with pytest.raises(ValueError, match="no number of counters"):
        counters_for(0.1, 300, 0.0, 1.5)


def test_a_call_keeps_a_counter_for_the_service_the_walk_and_the_breaks_or_for_a_no_show() -> None:
    law = a_law(4, 8, walk=np.array([20.0, 40.0]), p0=0.1, pause_p=0.05, pauses=np.array([600.0]))

    one = occupancy(law, np.array([3.0, 1.0]))

    mean = 0.75 * 240 + 0.25 * 480 + 30 + 0.05 * 600
    whole = 0.9 * mean + 0.1 * 60
    square = 0.75 * 240**2 + 0.25 * 480**2 - 300**2 + 100 + 0.05 * 600**2 - 30**2 + mean**2
    assert one.mean_s == pytest.approx(whole)
    assert one.cv == pytest.approx(((0.9 * square + 0.1 * 60**2) / whole**2 - 1) ** 0.5)
    assert occupancy(law, np.array([3.0, 1.0]), waited_s=0, speed=2).mean_s > one.mean_s


def test_the_goal_is_what_the_branch_promises() -> None:
    promises = (Promise(within_s=900, share=0.9), Promise("F", "wait", 600, 0.95), Promise("A", "sojourn", 3600, 0.5))

    goal = goal_of(a_branch("AF", promises=promises), MONDAY)

    assert goal.within.tolist() == [900, 600]
    assert goal.share == 0.9
    assert goal.usual(np.array([1.0, 3.0])) == 675


def test_without_a_promise_of_a_wait_it_is_a_quarter_of_an_hour_for_nine_in_ten() -> None:
    goal = goal_of(a_branch("AF", promises=(Promise(None, "sojourn", 3600, 0.5),)), MONDAY)

    assert (goal.within.tolist(), goal.share) == ([900, 900], 0.9)


def test_without_a_promise_for_all_the_highest_share_counts() -> None:
    goal = goal_of(a_branch("AFH", promises=(Promise("A", within_s=300, share=0.8), Promise("F", share=0.95))), MONDAY)

    assert (goal.within.tolist(), goal.share) == ([300, 900, 900], 0.95)


def test_a_hall_is_one_pool_when_two_counters_in_three_can_do_each_service() -> None:
    two_of_three = groups_of(a_branch("AF", {"K1": "AF", "K2": "AF", "K3": "A"}))
    one_of_two = groups_of(a_branch("AF", {"K1": "AF", "K2": "A"}))

    assert [group.counters for group in two_of_three] == [("K1", "K2"), ("K3",)]
    assert is_pooled(two_of_three, 2)
    assert not is_pooled(one_of_two, 2)


# ── plans ──


def busy_law(per_hour: tuple[float, ...], minutes: tuple[float, ...], slots: range) -> Law:
    law = replace(a_law(*minutes), pools=varied(*minutes))
    rates = np.zeros((SLOTS, len(minutes), 3))
    for slot in slots:
        rates[slot, :, 2] = np.array(per_hour) / 3600
    return replace(law, rates=rates)


def planned(counters: dict[str, str], law: Law, volume_cv: float = 0.0, share: float = 0.9) -> DayPlan:
    branch = a_branch("AF", counters)
    goal = Goal(np.array([QUARTER, QUARTER]), share)
    return day_plan(a_hall([], services="AF", into_day=0.0), law, groups_of(branch), goal, volume_cv)


def test_the_plan_of_one_pool_is_that_of_the_formula_for_a_busy_day() -> None:
    law = busy_law((30, 30), (6, 6), range(16, 20))
    hall = {f"K{n}": "AF" for n in range(1, 13)}

    usual, busy = planned(hall, law), planned(hall, law, volume_cv=0.2)

    one = occupancy(law, np.array([1.0, 1.0]))
    assert [half.slot for half in usual.half_hours] == [16, 17, 18, 19]
    assert {half.counters for half in usual.half_hours} == {counters_for(1 / 60, one.mean_s, QUARTER, 0.9, one.cv)}
    assert {half.counters for half in busy.half_hours} == {counters_for(1.256 / 60, one.mean_s, QUARTER, 0.9, one.cv)}
    assert (usual.kept, usual.is_enough) == (None, True)


def test_a_plan_that_needs_more_counters_than_there_are_says_so() -> None:
    assert not planned({"K1": "AF", "K2": "AF"}, busy_law((30, 30), (6, 6), range(16, 18))).is_enough


def test_a_day_on_which_nobody_comes_needs_no_plan() -> None:
    assert planned({"K1": "AF"}, a_law(5, 5)) == DayPlan((), groups_of(a_branch("AF", {"K1": "AF"})), None, True)


def test_where_skills_differ_the_plan_says_of_whom_how_many_and_keeps_the_promise_on_the_days_played() -> None:
    law = busy_law((20, 5), (5, 20), range(16, 22))
    hall = {f"K{n}": "A" for n in range(1, 6)} | {f"K{n}": "F" for n in range(6, 11)}

    plan = planned(hall, law)

    assert plan.is_enough
    assert plan.kept is not None
    assert plan.kept >= 0.9
    assert [group.counters[0] for group in plan.groups] == ["K1", "K6"]
    for half in plan.half_hours:
        assert half.counters == sum(half.of)
        assert 1 <= half.of[0] <= 4
        assert 1 <= half.of[1] <= 4
    assert sum(half.counters for half in plan.half_hours) <= 6 * 5
    assert plan == planned(hall, law)


def test_where_skills_differ_and_counters_lack_the_plan_uses_what_there_is_and_says_that_it_is_not_enough() -> None:
    plan = planned({"K1": "A", "K2": "A", "K3": "F"}, busy_law((20, 12), (5, 20), range(16, 20)))

    assert not plan.is_enough
    assert plan.kept is not None
    assert plan.kept < 0.9
    assert all(half.of[1] == 1 for half in plan.half_hours[1:])
