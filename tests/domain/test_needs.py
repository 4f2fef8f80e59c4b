"""Today's counters by quarter hour: the formula's number, the branch's own rules, and what is open beside it."""

from __future__ import annotations

import numpy as np
import pytest

from server.domain.hall import Doing
from server.domain.law import SLOTS
from server.domain.needs import LUNCH, QUARTERS, SKILLS, day_needs, kept_as_planned, open_at, quarter_rates
from server.domain.staffing import Goal, Group
from tests.halls import a_hall, a_law, a_line, a_post

POOLED = (Group(frozenset({0}), ("K1", "K2", "K3", "K4", "K5", "K6")),)
GOAL = Goal(np.array([900.0]), 0.9)


def rates(*per_hour: float, first: int = 16) -> np.ndarray:
    found = np.zeros((SLOTS, 1, 3))
    found[first : first + len(per_hour), 0, 2] = np.array(per_hour) / 3600
    return found


def test_quarter_hours_lean_towards_their_neighbours_and_bring_as_many() -> None:
    halves = rates(8, 16, 32, 16)

    quarters = quarter_rates(halves)

    assert np.allclose(quarters.reshape(SLOTS, 2, 1, 3).mean(axis=1), halves)
    assert list(np.round(quarters[32:40, 0, 2] * 3600, 6)) == [8, 8, 13, 19, 32, 32, 16, 16]


def test_a_busy_hour_needs_more_counters_and_they_keep_the_promise() -> None:
    # 36 an hour for five minutes each keep three counters busy, 12 an hour one.
    law = a_law(5, rates=rates(12, 12, 36, 36, 12, 12))

    found = day_needs(a_hall([], into_day=0.0), law, POOLED, GOAL)

    needed = {quarter.at: quarter.needed for quarter in found.quarters}
    assert sorted(needed) == list(range(32, 44))
    assert needed[32] == 2 < needed[36]
    assert next(one.busy for one in found.quarters if one.at == 33) < 3
    assert found.kept is not None
    assert found.kept >= 0.9
    assert found.is_enough


def test_the_rule_for_lunch_goes_before_the_formula_and_is_the_reason() -> None:
    law = a_law(5, rates=rates(6, 6, 6))

    found = day_needs(a_hall([], into_day=0.0), law, POOLED, GOAL, least={34: (4, LUNCH)})

    assert [(quarter.needed, quarter.why) for quarter in found.quarters[1:4]] == [
        (found.quarters[0].needed, "arrivals"),
        (4, LUNCH),
        (found.quarters[0].needed, "arrivals"),
    ]


def test_a_hall_with_too_few_counters_says_so() -> None:
    found = day_needs(a_hall([], into_day=0.0), a_law(5, rates=rates(120, 120)), POOLED, GOAL)

    assert not found.is_enough
    assert max(quarter.needed for quarter in found.quarters) > 6
    assert found.quarters[-1].kept is not None
    assert found.quarters[-1].kept < 0.9


def test_nobody_who_comes_needs_no_counter() -> None:
    assert day_needs(a_hall([]), a_law(5), POOLED, GOAL).quarters == ()


def test_counters_that_do_not_do_everything_are_the_reason_for_one_more() -> None:
    groups = (Group(frozenset({0}), ("K1", "K2")), Group(frozenset({1}), ("K3", "K4")))
    law = a_law(5, 5, rates=np.repeat(rates(6, 6), 2, axis=1))

    found = day_needs(a_hall([], services="AF", into_day=0.0), law, groups, Goal(np.array([300.0, 300.0]), 0.9))

    assert [quarter.of[0] > 0 and quarter.of[1] > 0 for quarter in found.quarters] == [True] * 4
    assert {quarter.why for quarter in found.quarters} <= {"arrivals", SKILLS}


def test_what_is_open_now_keeps_less_where_it_is_too_little() -> None:
    # At eight, 24 an hour for five minutes each: two counters are kept busy, one is not enough.
    law = a_law(5, rates=rates(24, 24, 24, 24))
    one, four = a_post("K1"), [a_post(f"K{n}") for n in range(1, 5)]

    little = kept_as_planned(a_hall([one], [a_line([-60.0, -30.0])]), law, GOAL)
    plenty = kept_as_planned(a_hall(four, [a_line([-60.0, -30.0])]), law, GOAL)

    assert set(little) == set(range(32, QUARTERS))
    assert little[38] == pytest.approx(0.0, abs=0.1)
    assert plenty[38] == pytest.approx(1.0, abs=0.1)
    assert plenty[60] is None, "nobody comes any more"


def test_a_counter_in_its_lunch_or_after_its_duty_is_not_planned_to_be_open() -> None:
    hall = a_hall(
        [
            a_post("K1", ends=3600.0),
            a_post("K2", breaks=((900.0, 1800.0),)),
            a_post("K3", (0,), Doing.AWAY, since=1800.0),
        ]
    )

    assert [open_at(hall, 32 + n)[0] for n in range(6)] == [2, 1, 2, 3, 2, 2]
    assert open_at(hall, 32)[1] == {0}
