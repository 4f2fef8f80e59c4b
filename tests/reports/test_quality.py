"""How well the estimates have done: figures that anybody can reckon again from what was told and what happened."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from server.reports.diary import Answered, Lessons, place_of
from server.reports.quality import Levels, is_alarming, lanes, levels_of, quality, table


def an_answer(wait: float = 600, **stated: object) -> Answered:
    ordinary: dict[str, object] = {"service": "A", "kind": 2, "slot": 18, "low": 300, "likely": 500, "high": 900,
                                   "wait": wait, "place": 0.6}  # fmt: skip
    return Answered(**(ordinary | stated))  # type: ignore[arg-type]


def test_the_figures_are_those_of_a_hand_calculation() -> None:
    found = quality([an_answer(600), an_answer(200), an_answer(1000)])

    assert found.n == 3
    assert found.cover == pytest.approx(1 / 3)
    assert found.bias_s == pytest.approx((500 - 600 + 500 - 200 + 500 - 1000) / 3)
    assert found.rmse_s == pytest.approx(((100**2 + 300**2 + 500**2) / 3) ** 0.5)
    assert (found.wait_s, found.width_s) == (600, 600)
    assert found.under == pytest.approx(2 / 3)
    assert found.median_s == 300


def test_without_answers_there_are_no_figures_and_no_alarm() -> None:
    assert quality([]).cover is None
    assert table([])["all"] == {
        "n": 0, "cover": None, "under": None, "bias_s": None, "median_s": None, "rmse_s": None, "wait_s": None,
        "width_s": None,
    }  # fmt: skip
    assert not is_alarming([])


def test_who_was_served_at_once_and_was_told_so_is_not_counted() -> None:
    at_once = an_answer(3, low=0, likely=0, high=0)

    assert table([at_once] * 200)["all"]["n"] == 0
    assert not is_alarming([at_once] * 200)


def test_a_wait_that_was_told_as_none_is_counted() -> None:
    assert table([an_answer(400, low=0, likely=0, high=0)])["all"] == {
        "n": 1, "cover": 0.0, "under": 0.0, "bias_s": -400.0, "median_s": 400.0, "rmse_s": 400.0, "wait_s": 400.0,
        "width_s": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(("held", "alarm"), [(71, True), (72, False), (80, False), (88, False), (89, True)])
def test_somebody_is_told_when_the_range_holds_too_seldom_or_says_nothing(held: int, alarm: bool) -> None:
    answers = [an_answer(600 if n % 100 < held else 2000) for n in range(500)]

    assert is_alarming(answers) is alarm


def test_the_alarm_looks_at_the_last_five_hundred_and_waits_for_a_hundred() -> None:
    good, bad = [an_answer(600 if n % 5 else 2000) for n in range(500)], [an_answer(2000)] * 500

    assert not is_alarming(bad + good)
    assert is_alarming(good + bad)
    assert not is_alarming(bad[:99])


def test_the_table_tells_by_service_lane_and_hour() -> None:
    found = table([an_answer(), an_answer(service="F", kind=1, slot=19), an_answer(slot=20)])

    assert {name: row["n"] for name, row in found["by_service"].items()} == {"A": 2, "F": 1}
    assert {name: row["n"] for name, row in found["by_lane"].items()} == {"priority": 1, "regular": 2}
    assert {name: row["n"] for name, row in found["by_hour"].items()} == {"09": 2, "10": 1}


def test_the_levels_stay_where_the_law_is_true() -> None:
    dice = random.Random(7)

    levels = levels_of(an_answer(place=dice.random()) for _ in range(1000))

    assert levels.low == pytest.approx(0.1, abs=0.03)
    assert levels.high == pytest.approx(0.9, abs=0.03)


def test_the_levels_widen_where_too_many_fall_outside() -> None:
    dice = random.Random(7)
    outside = [an_answer(place=place) for place in (0.01, 0.99) for _ in range(200)]

    levels = levels_of([*outside, *(an_answer(place=dice.random()) for _ in range(600))])

    assert levels.low < 0.06
    assert levels.high > 0.94


def test_few_answers_move_the_levels_little_and_none_not_at_all() -> None:
    assert levels_of([]) == Levels(0.1, 0.9)
    assert levels_of([an_answer(place=0.99)] * 10).high == pytest.approx(0.9 + 10 / 310 * 0.07)


def test_a_waits_place_in_its_law() -> None:
    law = (100, 200, 300, 400, 500, 600, 700)

    assert place_of(400, law) == pytest.approx(0.5, abs=0.005)
    assert place_of(650, law) == pytest.approx(0.935, abs=0.005)
    assert place_of(50, law) == pytest.approx(0.015)
    assert place_of(5000, law) == pytest.approx(0.985)
    assert place_of(10, ()) == 0.5


def test_a_wait_of_none_that_was_told_as_none_is_no_surprise() -> None:
    assert 0.3 < place_of(0, (0, 0, 0, 0, 0, 0, 0)) < 0.7


def test_the_share_of_the_priority_lanes_is_counted_for_today_and_for_the_days_before() -> None:
    today = date(2026, 3, 4)
    days = [Lessons(today - timedelta(days=back), issued={(18, "A", 2): 8, (19, "F", 1): 2 + back}) for back in (2, 1)]
    now = Lessons(today, issued={(18, "A", 2): 5, (18, "A", 1): 3, (20, "F", 1): 1, (20, "F", 0): 1})

    assert lanes([*days, now], today) == {
        "today": {"issued": 10, "emergency": 1, "priority": 4, "regular": 5},
        "before": {"issued": 23, "emergency": 0, "priority": 7, "regular": 16},
    }
    assert lanes([], today)["today"]["issued"] == 0
