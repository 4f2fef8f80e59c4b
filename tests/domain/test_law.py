"""The pools from which a look-ahead draws: by their place, what is left of them, and who is gone when called."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.law import LEAST_TAIL, MOST_ABSENT, Floats, Law, drawn, left_of, mean_left

TEN = np.arange(60.0, 660.0, 60.0)
"""One to ten minutes."""
PLACES = (np.arange(1000) + 0.5) / 1000


def a_pool(*minutes: float) -> Floats:
    found: Floats = np.sort(np.array(minutes, dtype=float)) * 60
    return found


def test_a_place_in_a_pool_is_a_duration_that_was_seen() -> None:
    assert drawn(TEN, np.array([0.0, 0.099, 0.1, 0.55, 0.999])).tolist() == [60, 60, 120, 360, 600]


def test_what_is_left_of_a_service_is_drawn_from_those_that_took_longer() -> None:
    left = left_of(TEN, 300, PLACES)

    assert sorted(set(left.tolist())) == [60, 120, 180, 240, 300]


def test_a_service_that_has_lasted_exactly_as_long_as_one_that_was_seen_lasts_longer() -> None:
    assert left_of(TEN, 300, PLACES).min() > 0


def test_a_service_that_has_not_begun_has_all_of_it_left() -> None:
    assert left_of(TEN, 0, PLACES).mean() == pytest.approx(TEN.mean())


def test_beyond_what_was_seen_what_is_left_is_exponential() -> None:
    left = left_of(TEN, 3600, PLACES)

    assert left.mean() == pytest.approx(0.25 * 3600, rel=0.01)
    assert np.median(left) == pytest.approx(0.25 * 3600 * math.log(2), rel=0.01)


def test_the_last_few_of_a_pool_are_too_few_to_draw_from() -> None:
    elapsed = float(TEN[-LEAST_TAIL])  # of those that took longer, one is wanting

    assert len(np.unique(left_of(TEN, elapsed, PLACES))) == len(PLACES)
    assert len(np.unique(left_of(TEN, elapsed - 1, PLACES))) == LEAST_TAIL


@given(elapsed=st.floats(0, 7200), minutes=st.lists(st.floats(0.5, 90), min_size=1, max_size=60))
def test_the_mean_of_what_is_left_is_the_mean_of_what_is_drawn(elapsed: float, minutes: list[float]) -> None:
    pool = a_pool(*minutes)

    left = left_of(pool, elapsed, (np.arange(200_000) + 0.5) / 200_000)

    assert (left >= 0).all()
    assert left.mean() == pytest.approx(mean_left(pool, elapsed), rel=0.01)


def a_law(**stated: float | dict[str, float]) -> Law:
    return Law(services=("A", "F"), pools=(TEN, TEN), **stated)  # type: ignore[arg-type]


def test_the_longer_somebody_has_waited_the_likelier_is_nobody_there() -> None:
    law = a_law(p0=0.1, k=0.01 / 60)

    assert law.absent(0) == pytest.approx(0.1)
    assert law.absent(3600) == pytest.approx(1 - 0.9 * math.exp(-0.6))
    assert law.absent(-5) == law.absent(0)


def test_a_day_on_which_many_are_gone_moves_the_absences_but_never_to_certainty() -> None:
    assert a_law(p0=0.1, k=0.0, absence_today=1.5).absent(0) == pytest.approx(0.15)
    assert a_law(p0=0.1, k=0.0, absence_today=50.0).absent(0) == MOST_ABSENT


def test_the_speed_of_an_officer_is_moved_by_the_day() -> None:
    law = a_law(speed={"officer:7": 1.2}, today=1.1)

    assert law.speed_of("officer:7") == pytest.approx(1.32)
    assert law.speed_of("officer:8") == pytest.approx(1.1)
