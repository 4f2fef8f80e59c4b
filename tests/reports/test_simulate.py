"""What if: the same days with other counters or another discipline, by hand and on a day that is really random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from server.domain.branch import Branch
from server.domain.charter import Promise
from server.domain.discipline import Policy
from server.domain.law import NEVER, Law
from server.domain.queue import Lane
from server.reports.lived_day import Arrival, LivedDay, Opening
from server.reports.simulate import (
    FIGURES,
    SIMULATED_HEADER,
    Change,
    Close,
    Does,
    NothingToTry,
    Open,
    Range,
    Serves,
    Simulated,
    lines,
    rows,
    simulate,
)
from tests.builders import a_branch
from tests.halls import a_law, varied

EIGHT = 8 * 3600.0
BRANCH = a_branch("AF", {"K1": "A", "K2": "F", "K3": "AF"})


def a_day(*came: tuple[float, str] | tuple[float, str, Lane], openings: Sequence[Opening] = ()) -> LivedDay:
    """Arrivals as (minutes after eight, service[, lane]); K1 and K2 are open all day unless `openings` says else."""
    arrivals = [Arrival(EIGHT + 60 * c[0], n, c[1], c[2] if len(c) > 2 else Lane.REGULAR) for n, c in enumerate(came)]
    usual = [an_opening("K1", "A"), an_opening("K2", "F")]
    return LivedDay(date(2026, 3, 2), tuple(arrivals), tuple(openings or usual))


def an_opening(counter: str, services: str, since: float = 0, until: float = NEVER) -> Opening:
    return Opening(counter, EIGHT + 60 * since, EIGHT + 60 * until, tuple(services), f"counter:{counter}")


def asked(*days: LivedDay, law: Law | None = None, branch: Branch = BRANCH, seed: int = 0, **changes: Any) -> Simulated:
    change = Change(changes.pop("policy", branch.policy), **changes)
    return simulate(branch, [(day, law or a_law(10, 10)) for day in days], change, seed, replications=20)


def figure(found: Simulated, name: str, lane: str = "all") -> tuple[Range, Range, Range]:
    (one,) = [one for one in found.figures if (one.lane, one.figure) == (lane, name)]
    return one.before, one.after, one.difference


def exactly(value: float) -> Range:
    return Range(pytest.approx(value), pytest.approx(value))  # type: ignore[arg-type]


def test_a_counter_more_halves_the_wait_of_three_who_come_at_once() -> None:
    day = a_day((0, "A"), (0, "A"), (0, "A"))

    found = asked(day, opens=(Open("K3", EIGHT),))

    assert figure(found, "mean") == (exactly(600), exactly(200), exactly(-400))
    assert figure(found, "longest") == (exactly(1200), exactly(600), exactly(-600))
    assert figure(found, "p50") == (exactly(600), exactly(0), exactly(-600))
    assert figure(found, "kept") == (exactly(2 / 3), exactly(1), exactly(1 / 3))
    assert found.tickets == {"emergency": 0, "priority": 0, "regular": 3, "all": 3}


def test_a_counter_more_helps_from_when_it_opens_until_it_closes() -> None:
    day = a_day((0, "A"), (0, "A"), (0, "A"), (0, "A"))

    late = asked(day, opens=(Open("K3", EIGHT + 900, EIGHT + 1000),))

    assert figure(late, "longest")[1] == exactly(1200)  # 0, 10, 15 at K3, 20; K3 is gone by then
    assert figure(late, "mean") == (exactly(900), exactly(675), exactly(-225))


def test_a_counter_that_the_branch_does_not_have_may_be_tried() -> None:
    found = asked(a_day((0, "F"), (0, "F")), opens=(Open("K9", EIGHT, NEVER, ("F",)),))

    assert figure(found, "longest") == (exactly(600), exactly(0), exactly(-600))


def test_opening_a_counter_for_longer_fills_its_break() -> None:
    openings = [an_opening("K1", "A", 0, 20), an_opening("K1", "A", 50)]
    day = a_day((25, "A"), openings=openings)

    found = asked(day, opens=(Open("K1", EIGHT + 600, EIGHT + 3600),))

    assert figure(found, "mean") == (exactly(1500), exactly(0), exactly(-1500))


def test_a_break_that_a_service_delays_lasts_as_long_as_it_did() -> None:
    openings = [an_opening("K1", "A", 0, 5), an_opening("K1", "A", 35)]
    day = a_day((0, "A"), (1, "A"), openings=openings)

    assert figure(asked(day, opens=(Open("K3", EIGHT + 1e6),)), "longest")[0] == exactly(39 * 60)


def test_no_breaks_are_taken_but_those_that_were() -> None:
    law = a_law(10, 10, pause_p=0.9, pauses=np.array([3600.0]), planned_breaks=np.array([2.0]))

    assert figure(asked(a_day((0, "A"), (0, "A")), law=law, opens=(Open("K3", EIGHT),)), "longest")[0] == exactly(600)


def test_a_counter_that_goes_home_finishes_whom_it_serves_and_calls_nobody_more() -> None:
    day = a_day(*((n, "A") for n in range(4)), openings=[an_opening("K1", "A"), an_opening("K3", "AF")])

    found = asked(day, closes=(Close("K3", EIGHT + 300),))

    assert figure(found, "longest") == (exactly(480), exactly(1020), exactly(540))


def test_who_is_called_by_nobody_is_counted_and_breaks_the_promise() -> None:
    found = asked(a_day((0, "A"), (0, "F")), closes=(Close("K2", EIGHT),))

    assert figure(found, "not_called") == (exactly(0), exactly(1), exactly(1))
    assert figure(found, "kept") == (exactly(1), exactly(0.5), exactly(-0.5))
    assert figure(found, "mean") == (exactly(0), exactly(0), exactly(0))


def test_where_nobody_at_all_is_called_there_is_no_wait_to_tell() -> None:
    found = asked(a_day((0, "A")), closes=(Close("K1", EIGHT),))

    assert figure(found, "mean") == (exactly(0), Range(None, None), Range(None, None))
    assert next(line for line in lines(found) if "mean" in line).split() == ["regular", "mean", "0.0", "to", "0.0",
                                                                             "min", "–", "–"]  # fmt: skip


def test_another_rule_changes_who_waits_and_not_how_long_all_do_together() -> None:
    day = a_day((0, "A"), (1, "A"), (2, "A", Lane.ELDERLY))

    found = asked(day, policy=Policy(kind="first_come"))

    assert figure(found, "mean", "priority") == (exactly(480), exactly(1080), exactly(600))
    assert figure(found, "mean", "regular") == (exactly(570), exactly(270), exactly(-300))
    assert figure(found, "mean")[2] == exactly(0)


def test_a_wait_that_does_not_count_is_work_all_the_same() -> None:
    day = a_day((0, "A"), (0, "A"), (0, "A"))
    sent_on = replace(day, arrivals=(replace(day.arrivals[0], counts=False), *day.arrivals[1:]))

    found = asked(sent_on, opens=(Open("K3", EIGHT),))

    assert found.tickets["all"] == 2
    assert figure(found, "longest")[0] == exactly(1200)


def test_the_promise_of_each_service_is_its_own() -> None:
    promises = (Promise("A", within_s=300), Promise("F", "wait", 600), Promise("H", "sojourn", 60))
    branch = a_branch("AFH", {"K1": "AFH", "K3": "AFH"}, promises=promises)
    day = a_day((0, "H"), (0, "A"), (0, "F"), openings=[an_opening("K1", "AFH")])

    found = asked(day, law=a_law(5, 5, 5, walk=np.array([30.0])), branch=branch, opens=(Open("K3", EIGHT),))

    # Called after 330 and 660 s at one counter (broken, broken), after 0 and 330 s at two (kept, and 360 is kept).
    assert figure(found, "kept") == (exactly(0), exactly(1), exactly(1))


def test_without_a_promise_of_a_wait_there_is_no_share_to_tell() -> None:
    branch = a_branch("AF", {"K1": "A", "K3": "A"}, promises=(Promise(None, "sojourn", 60),))

    found = asked(a_day((0, "A")), branch=branch, opens=(Open("K3", EIGHT),))

    assert figure(found, "kept") == (Range(None, None), Range(None, None), Range(None, None))


def test_a_change_that_changes_nothing_is_not_tried() -> None:
    for same in ({"opens": (Open("K1", EIGHT + 600),)}, {"closes": (Close("K3", EIGHT),)}, {}):
        with pytest.raises(NothingToTry):
            asked(a_day((0, "A")), **same)


# ── a day that is really random ──


def a_random_day(n: int = 150) -> LivedDay:
    rng = np.random.default_rng(5)
    minutes = np.sort(rng.uniform(0, 420, n))
    lanes = rng.choice([Lane.REGULAR, Lane.ELDERLY, Lane.EMERGENCY], n, p=[0.8, 0.18, 0.02])
    return a_day(*((float(m), "AF"[i % 2], Lane(lane)) for i, (m, lane) in enumerate(zip(minutes, lanes, strict=True))))


def random_law() -> Law:
    return replace(a_law(5, 5, p0=0.03, walk=np.array([10.0, 40.0])), pools=varied(5, 5), day_sd=0.05)


def test_the_same_crowd_meets_both_variants_so_that_the_difference_is_closer_than_the_figures() -> None:
    found = asked(a_random_day(), law=random_law(), policy=Policy(guard=1, guard_after_s=300.0))

    before, after, difference = figure(found, "mean")

    assert None not in (before.low, before.high, difference.low, difference.high)
    assert difference.high - difference.low < (before.high - before.low) / 3  # type: ignore[operator]
    assert before != after


def test_the_same_seed_gives_the_same_table_and_another_seed_another() -> None:
    first, again, other = (
        list(rows(asked(a_random_day(), law=random_law(), seed=seed, opens=(Open("K3", EIGHT),)))) for seed in (1, 1, 2)
    )

    assert first == again != other


def test_two_days_alike_are_two_days_and_not_one_twice() -> None:
    day = a_random_day()

    one, two = (asked(*days, law=random_law(), opens=(Open("K3", EIGHT),)) for days in ([day], [day, day]))

    assert two.tickets["all"] == 2 * one.tickets["all"]
    assert figure(one, "mean") != figure(two, "mean")


def test_every_figure_of_every_lane_that_came_is_a_range_before_after_and_of_the_difference() -> None:
    found = asked(a_random_day(), law=random_law(), opens=(Open("K3", EIGHT),))

    table = [dict(zip(SIMULATED_HEADER, row, strict=True)) for row in rows(found)]

    assert [(row["lane"], row["figure"]) for row in table] == [
        (lane, name) for lane in ("emergency", "priority", "regular", "all") for name in FIGURES
    ]
    for row in table:
        for what in ("before", "after", "difference"):
            assert row[f"{what}_low"] <= row[f"{what}_high"]  # type: ignore[operator]
    assert len(list(lines(found))) == 1 + 4 * len(FIGURES)


@pytest.mark.parametrize(
    "change",
    [
        Change(BRANCH.policy, does=(Does("K1", ("A", "F")),)),
        Change(BRANCH.policy, serves=(Serves("K2", "officer:9"),)),
    ],
    ids=["other services", "another officer"],
)
def test_who_is_at_a_counter_and_what_it_does_may_change_for_the_day(change: Change) -> None:
    # Somebody every two minutes for F, which takes five at K2 alone; officer 9 takes half as long.
    day = a_day(*[(2.0 * n, "F") for n in range(10)])
    law = a_law(5, 5, speed={"officer:9": 0.5})

    found = simulate(BRANCH, [(day, law)], change, replications=4)

    mean = next(one for one in found.figures if (one.lane, one.figure) == ("all", "mean"))
    assert mean.difference.high is not None
    assert mean.difference.high < -300
