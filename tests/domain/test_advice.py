"""What to do now: one counter more, one less, or nothing, and for whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from server.domain.advice import Advice, Step, advise
from server.domain.hall import Doing, Hall, Post
from server.domain.law import NEVER, Law
from server.domain.staffing import Goal
from tests.halls import a_hall, a_law, a_line, a_post, varied

GOAL = Goal(np.array([900.0, 900.0]), 0.9)


def closed(code: str, services: tuple[int, ...] = (0, 1), since: float = NEVER) -> Post:
    return a_post(code, services, Doing.AWAY, since=since)


def law_of(per_hour: tuple[float, float]) -> Law:
    return replace(a_law(5, 5, per_hour=per_hour), pools=varied(5, 5))


def asked(hall: Hall, per_hour: tuple[float, float] = (12, 12), least: int = 1, goal: Goal = GOAL) -> Advice:
    return advise(hall, law_of(per_hour), goal, least=least)


def a_crowd(n: int) -> list[float]:
    """So many who have come within the last minutes."""
    return [-10.0 * i for i in range(n)][::-1]


def everywhere(*open_now: str, shut: tuple[str, ...] = ()) -> list[Post]:
    return [*(a_post(code, (0, 1)) for code in open_now), *(closed(code) for code in shut)]


def test_a_hall_that_keeps_its_promise_is_left_as_it_is() -> None:
    said = asked(a_hall(everywhere("K1", "K2", "K3", shut=("K4",)), services="AF"), (14, 14))

    assert not said.changes
    assert said.kept_now == said.kept_then >= 0.9
    assert (said.open_now, said.open_then, said.helps) == (3, 3, "")


def test_a_crowd_asks_for_one_counter_more_and_says_what_that_does() -> None:
    hall = a_hall(everywhere("K1", "K2", shut=("K3", "K4", "K5")), [a_line(a_crowd(8))], services="AF")

    said = asked(hall)

    assert said.opens
    assert said.opens[0] == Step("K3", ("A", "F"))
    assert said.closes == ()
    assert said.kept_now < 0.9 <= said.kept_then
    assert said.open_then == said.open_now + len(said.opens)


def test_in_a_split_hall_the_counter_that_helps_is_named_and_so_is_the_service() -> None:
    posts = [a_post("K1", [0]), a_post("K2", [1]), closed("K3", (0,)), closed("K4", (1,))]
    hall = a_hall(posts, [a_line(a_crowd(6), service=1)], services="AF")

    said = asked(hall, (4, 8))

    assert said.opens == (Step("K4", ("F",)),)
    assert said.helps == "F"


def test_no_more_counters_are_opened_than_help() -> None:
    hall = a_hall(everywhere("K1", shut=tuple(f"K{n}" for n in range(2, 12))), [a_line(a_crowd(3))], services="AF")

    said = asked(hall, (9, 9))
    one_less = asked(replace(hall, posts=tuple(hall.posts[: len(said.opens)])), (9, 9))

    assert 1 <= len(said.opens) <= 6
    assert said.kept_then >= 0.9
    assert one_less.kept_now < 0.9


def test_where_nothing_is_left_to_open_the_advice_is_to_stay() -> None:
    said = asked(a_hall(everywhere("K1"), [a_line(a_crowd(20))], services="AF"))

    assert not said.changes
    assert said.kept_then == said.kept_now < 0.9


def test_a_counter_that_would_not_help_is_not_opened() -> None:
    posts = [a_post("K1", [0]), closed("K2", (1,))]

    assert not asked(a_hall(posts, [a_line(a_crowd(12))], services="AF"), (8, 0)).changes


def test_an_empty_hall_lets_counters_go_but_not_the_last_ones() -> None:
    hall = a_hall(everywhere(*(f"K{n}" for n in range(1, 7))), services="AF")

    assert asked(hall, (3, 0)).open_then == 1
    said = asked(hall, (3, 0), least=4)
    assert (said.open_then, len(said.closes), said.opens) == (4, 2, ())
    assert said.kept_then >= 0.92


@pytest.mark.parametrize(("spare", "stays"), [(0.01, True), (0.03, False)])
def test_a_counter_is_let_go_only_where_the_promise_is_kept_with_something_to_spare(spare: float, stays: bool) -> None:
    three = asked(a_hall(everywhere("K2", "K3", "K4"), services="AF"), (15, 15)).kept_now

    four = a_hall(everywhere("K1", "K2", "K3", "K4"), services="AF")
    said = asked(four, (15, 15), goal=Goal(GOAL.within, three - spare))

    assert said.changes != stays


def test_the_only_counter_for_a_service_is_not_closed_while_somebody_comes_for_it() -> None:
    posts = [a_post("K1", [0]), a_post("K2", [0]), a_post("K3", [1])]

    said = asked(a_hall(posts, services="AF"), (5, 4))

    assert "K3" not in [step.counter for step in said.closes]
    assert said.closes == (Step("K1", ("A",)),)


def test_of_two_alike_the_one_without_a_customer_is_let_go_and_the_one_planned_soonest_is_asked() -> None:
    posts = [a_post("K1", (0, 1), Doing.SERVING, service=0, since=-60.0), a_post("K2", (0, 1)), a_post("K3", (0, 1))]
    idle = asked(a_hall(posts, services="AF"), (2, 2), least=2)
    planned = [a_post("K1", (0, 1)), closed("K2"), closed("K3", since=1200.0)]
    soonest = asked(a_hall(planned, [a_line(a_crowd(5))], services="AF"), (3, 3))

    assert [step.counter for step in idle.closes] == ["K2"]
    assert [step.counter for step in soonest.opens] == ["K3"]


def test_a_counter_in_a_break_counts_as_open() -> None:
    posts = [a_post("K1", (0, 1)), a_post("K2", (0, 1), Doing.PLANNED_BREAK, since=-1700.0, lasts=1800.0)]

    said = asked(a_hall(posts, services="AF"), (3, 3))

    assert said.open_now == 2


def test_nobody_comes_and_nobody_waits() -> None:
    said = advise(a_hall(everywhere("K1", "K2"), services="AF"), a_law(5, 5), GOAL)

    assert (said.kept_now, said.open_then) == (1.0, 1)


def test_the_same_question_gets_the_same_answer() -> None:
    hall = a_hall(everywhere("K1", "K2", shut=("K3",)), [a_line(a_crowd(7))], services="AF")

    assert asked(hall) == asked(hall)


@pytest.mark.parametrize(("share", "crowd", "steps"), [(0.5, 4, -1), (0.8, 8, 0), (0.99, 8, 1)])
def test_the_goal_is_the_branchs_own(share: float, crowd: int, steps: int) -> None:
    hall = a_hall(everywhere("K1", "K2", "K3", shut=("K4", "K5")), [a_line(a_crowd(crowd))], services="AF")

    said = asked(hall, (14, 14), goal=Goal(GOAL.within, share))

    assert said.open_then - said.open_now == steps
