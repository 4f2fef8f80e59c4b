"""What a look-ahead answers when it is asked "what if": other counters, the whole hour to come, a whole day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from server.domain.hall import Doing
from server.domain.law import NEVER, SLOT_S
from server.domain.lookahead import Options, Played, play
from server.domain.queue import Lane
from tests.halls import a_hall, a_law, a_line, a_post, varied

pytestmark = pytest.mark.slow

ONCE = Options(replications=3, arrivals=())


def waits(played: Played) -> list[float]:
    """The waits of the first play, whole seconds."""
    return [round(float(wait)) for wait in played.waits[0]]


def met(played: Played) -> list[float]:
    assert played.met is not None
    return [round(float(wait)) if wait < NEVER else NEVER for wait in played.met[0] if not np.isnan(wait)]


def test_only_the_counters_that_are_kept_call() -> None:
    hall = a_hall([a_post("K1"), a_post("K2")], [a_line([-60, -30, 0])])

    both = play(hall, a_law(5), ONCE)
    one = play(hall, a_law(5), replace(ONCE, keep=frozenset({"K2"})))

    assert waits(both) == [0, 0, 300]
    assert waits(one) == [0, 300, 600]


def test_a_counter_that_is_kept_but_closed_comes_after_the_time_that_setting_up_takes() -> None:
    hall = a_hall([a_post("K1", doing=Doing.AWAY, since=NEVER)], [a_line([0])])

    assert waits(play(hall, a_law(5), replace(ONCE, keep=frozenset({"K1"}), set_up=180.0))) == [180]
    assert play(hall, a_law(5), ONCE).waits[0, 0] == NEVER


def test_a_counter_that_is_kept_goes_neither_home_nor_to_lunch() -> None:
    hall = a_hall([a_post("K1", ends=60.0, breaks=((30.0, 1800.0),))], [a_line([0, 0, 0])])

    assert waits(play(hall, a_law(5), replace(ONCE, keep=frozenset({"K1"})))) == [0, 300, 600]


def test_until_then_everybody_who_comes_counts_with_the_whole_wait() -> None:
    hall = a_hall([a_post("K1")], [a_line([-100, 50, 700])])

    played = play(hall, a_law(5), replace(ONCE, until=600.0))

    assert met(played) == [100, 250]
    assert played.services is not None
    assert played.issued is not None
    assert played.services.tolist() == [0, 0, 0]
    assert played.issued[0].tolist() == [-100, 50, 700]


def test_who_comes_for_what_no_kept_counter_does_waits_for_ever_and_counts() -> None:
    posts = [a_post("K1", [0]), a_post("K2", [1])]
    hall = a_hall(posts, [a_line([-10]), a_line([-20], service=1, first=2)], services="AF")

    played = play(hall, a_law(5, 5), replace(ONCE, until=600.0, keep=frozenset({"K1"})))

    assert sorted(met(played)) == [10, NEVER]


def test_who_comes_for_what_no_counter_of_the_hall_ever_does_is_not_counted() -> None:
    hall = a_hall([a_post("K1", [0])], [a_line([-10]), a_line([-20], service=1, first=2)], services="AF")

    assert met(play(hall, a_law(5, 5), replace(ONCE, until=600.0))) == [10]


def test_as_many_people_are_drawn_as_the_law_says() -> None:
    hall = a_hall([a_post(f"K{n}", [0, 1]) for n in range(9)], services="AF")
    law = a_law(1, 1, per_hour=(30, 10))

    played = play(hall, law, Options(400, 3, arrivals=(0, 1, 2), until=3600.0))

    assert played.met is not None
    assert played.services is not None
    came = (~np.isnan(played.met)).sum(axis=0)
    assert came[played.services == 0].sum() / 400 == pytest.approx(30, rel=0.05)
    assert came[played.services == 1].sum() / 400 == pytest.approx(10, rel=0.05)


def test_whatever_counters_are_asked_about_the_same_people_come_and_the_services_in_hand_end_alike() -> None:
    serving = [a_post(f"K{n}", doing=Doing.SERVING, service=0, since=-60.0 * n) for n in range(1, 4)]
    hall = a_hall([*serving, a_post("K9", doing=Doing.AWAY, since=NEVER)], [a_line([-5])])
    law = a_law(per_hour=(40,), walk=np.array([5.0, 30.0]))
    law = replace(law, pools=varied(5))
    options = Options(50, 7, arrivals=(0, 1, 2), until=1800.0)

    three = play(hall, law, replace(options, keep=frozenset({"K1", "K2", "K3"})))
    one = play(hall, law, replace(options, keep=frozenset({"K3"})))
    four = play(hall, law, replace(options, keep=frozenset({"K1", "K2", "K3", "K9"}), set_up=1e6))

    assert three.issued is not None
    assert one.issued is not None
    assert np.array_equal(three.issued, one.issued)
    assert (one.waits >= three.waits).all()  # K3 is free when it was: one counter more only ever helps the first
    assert np.array_equal(three.waits, four.waits)


def test_the_same_seed_gives_the_same_answer() -> None:
    hall = a_hall([a_post("K1"), a_post("K2")], [a_line([-5, -4])])
    law = replace(a_law(per_hour=(40,)), pools=varied(5))
    options = Options(50, 7, arrivals=(0, 1, 2), until=1800.0, keep=frozenset({"K1"}))

    first, again, other = play(hall, law, options), play(hall, law, options), play(hall, law, replace(options, seed=8))

    assert first.met is not None
    assert again.met is not None
    assert other.met is not None
    assert np.array_equal(first.met, again.met, equal_nan=True)
    assert first.met.shape != other.met.shape or not np.array_equal(first.met, other.met, equal_nan=True)


def test_a_counter_with_nobody_to_call_goes_to_its_break_when_it_is_time() -> None:
    hall = a_hall([a_post("K1", breaks=((600.0, 1800.0),))], [a_line([900.0])])

    played = play(hall, a_law(5), replace(ONCE, jitter=0.0))

    assert waits(played) == [2400]


def test_a_whole_day_is_played_from_its_own_tickets_at_the_counters_that_were_open() -> None:
    posts = [a_post("K1", doing=Doing.AWAY, since=0.0, breaks=((1000.0, 500.0),)),
             a_post("K2", doing=Doing.AWAY, since=2000.0, ends=2400.0)]  # fmt: skip
    hall = a_hall(posts, [a_line([100, 200, 900, 1000, 2100, 2200, 2300, 2350])])

    called = waits(play(hall, a_law(5), replace(ONCE, jitter=0.0)))

    # K1: 100-400, 400-700, 900-1200, break to 1700, 1700-2000; then both, K2 for the last time before 2400.
    assert called == [100, 400, 900, 1700, 2100, 2200, 2400, 2700]


def test_a_long_day_at_many_counters_with_little_to_do_is_played_to_its_end() -> None:
    hall = a_hall([a_post(f"K{n}") for n in range(40)], [a_line([1000.0 * n for n in range(1000)])])

    assert set(waits(play(hall, a_law(5), replace(ONCE, replications=1)))) == {1000 * n for n in range(1000)}


def test_a_customer_with_a_head_start_who_comes_later_goes_before_those_who_wait() -> None:
    hall = a_hall([a_post("K1")], [a_line([-60, -30, 0]), a_line([100], lane=Lane.ELDERLY, first=9)])

    played = play(hall, a_law(5), ONCE)

    assert dict(zip(played.ids, waits(played), strict=True)) == {1: 0, 9: 300, 2: 600, 3: 900}


def test_the_half_hours_of_the_law_are_those_of_the_local_day() -> None:
    law = a_law()
    law.rates[int((8 * 3600 + 1800) // SLOT_S), 0, 2] = 1 / 60

    played = play(a_hall([a_post("K1")]), law, Options(40, 1, arrivals=(2,), until=7200.0))

    assert played.issued is not None
    came = played.issued[played.issued < NEVER]
    assert came.min() >= 1800
    assert came.max() < 3600
