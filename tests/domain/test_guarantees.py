"""What the discipline promises, tried ticket by ticket on days of a town's office (the guarantees G1 to G4).

G1 who may overtake; G2 what that costs; G3 nobody starves; G4 first come, first called inside a lane and service. And
what the lanes are for: priority waits little, the others little longer, and all together as long as ever. The days are
lived under the real discipline; that the look-ahead chooses as it does is proved here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.discipline import ALWAYS, KINDS, Policy
from server.domain.hall import Queue, shift_of
from server.domain.lookahead import Options, play
from server.domain.queue import Lane
from tests.builders import OPENING, a_ticket
from tests.halls import a_hall, a_law, a_post
from tests.town import LANES, TOWN, Called, Customer, Desk, a_town_day, lived, without_lanes

pytestmark = pytest.mark.slow

FIRST_COME = Policy(kind="first_come", guard=0)
DAYS = 120
BAD = (0.01, 0.40, 0.59)
ABUSED = (0.0, 0.9, 0.1)


def head_start(minutes: float, guard: int = 0, after: float = 900.0) -> Policy:
    starts = dict.fromkeys(Lane, minutes * 60) | {Lane.EMERGENCY: ALWAYS, Lane.REGULAR: 0.0}
    return Policy(guard=guard, guard_after_s=after, head_start_s=starts)


# ── G1, G4 ──


def unfair(calls: Iterable[Called], policy: Policy) -> int:
    """How often somebody was overtaken who could have been called, by one whose head start does not reach so far.

    The first of each line came first: if anybody in it was overtaken unfairly, then this one.
    """
    found = 0
    for call in calls:
        ticket = call.customer.ticket
        for passed in call.heads:
            gap = (ticket.issued_at - passed.issued_at).total_seconds()
            start, its = policy.head_start(ticket.lane), policy.head_start(passed.lane)
            if gap <= 0 or start == ALWAYS:
                continue
            if call.why == "guard":
                found += ticket.lane is not Lane.REGULAR or passed.lane is Lane.REGULAR
            else:
                found += its == ALWAYS or gap >= start - its
    return found


def out_of_order(calls: Iterable[Called]) -> int:
    """How often somebody was called before another of the same service and lane who had come before."""
    last: dict[tuple[str, Lane], float] = {}
    found = 0
    for call in calls:
        line = (call.customer.ticket.service, call.customer.ticket.lane)
        found += call.customer.came < last.get(line, -1.0)
        last[line] = call.customer.came
    return found


@pytest.mark.soak
@pytest.mark.slow
def test_g1_and_g4_hold_for_a_hundred_thousand_tickets_at_any_load() -> None:
    tickets = overtaken = unfairly = disordered = 0
    seed = 0
    while tickets < 100_000:
        load, start, lanes = (0.7, 1.0, 1.2, 1.6)[seed % 4], (15, 30, 45, 60)[seed // 4 % 4], ((0.01, 0.17, 0.82), BAD)
        policy = head_start(start, guard=(0, 3)[seed // 16 % 2])
        calls = lived(a_town_day(seed, load, lanes[seed // 32 % 2]), TOWN, policy)
        tickets += len(calls)
        overtaken += sum(call.why == "head_start" for call in calls)
        unfairly += unfair(calls, policy)
        disordered += out_of_order(calls)
        seed += 1

    assert overtaken > 5_000
    assert (unfairly, disordered) == (0, 0)


@given(seed=st.integers(0, 10_000), kind=st.sampled_from(KINDS), guard=st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_g4_inside_a_lane_and_service_the_order_is_first_come_first_called_under_every_rule(
    seed: int, kind: str, guard: int
) -> None:
    assert out_of_order(lived(a_town_day(seed, 1.1, BAD)[:150], TOWN, Policy(kind=kind, guard=guard))) == 0


# ── G2 ──


def a_steady_crowd(counters: int, used: float, n: int = 2500) -> list[Customer]:
    """One service of six minutes on average, at counters that all do it, so much used, without end."""
    rng = Random(counters)
    came, found = 0.0, []
    for number in range(1, n + 1):
        came += rng.expovariate(used * counters / 360)
        (lane,) = rng.choices(LANES, (0.02, 0.20, 0.78))
        ticket = a_ticket(f"A{number:04d}", lane=lane, minutes=came / 60)
        found.append(Customer(ticket, came, rng.lognormvariate(0, 0.7) * 360 / 1.2776))
    return found


def costs(counters: int, used: float, minutes: float = 30) -> list[tuple[float, float, float]]:
    """Of each regular customer who waited: the wait, the wait under first come, and the work of who overtook."""
    day, desks = a_steady_crowd(counters, used), [Desk("A")] * counters
    plain = {call.customer.ticket.id: call.wait for call in lived(without_lanes(day), desks, FIRST_COME)}
    calls = lived(day, desks, head_start(minutes))
    found = []
    for place, call in enumerate(calls):
        if call.customer.ticket.lane is Lane.REGULAR and call.wait > 0:
            work = sum(other.customer.need for other in calls[:place] if other.customer.came > call.customer.came)
            found.append((call.wait, plain[call.customer.ticket.id], work))
    return found


def test_g2_at_one_counter_the_wait_grows_by_the_work_of_those_who_overtook_and_by_nothing_else() -> None:
    found = costs(1, 0.85)

    assert len(found) > 1000
    assert sum(work > 0 for _, _, work in found) > 200
    assert max(abs(wait - plain - work) for wait, plain, work in found) < 1e-3


@pytest.mark.parametrize(("counters", "used"), [(4, 0.92), (10, 0.95)])
def test_g2_at_several_counters_it_grows_by_no_more_than_that_work_shared_and_two_services(
    counters: int, used: float
) -> None:
    longest = max(customer.need for customer in a_steady_crowd(counters, used))

    assert max(wait - plain - work / counters for wait, plain, work in costs(counters, used)) <= 2 * longest


# ── G3 ──


def longest_run(calls: Sequence[Called], waited_s: float) -> int:
    """The most priority calls in a row at one counter past a regular customer who had waited so long."""
    found = 0
    for desk in {call.desk for call in calls}:
        run = 0
        for call in (call for call in calls if call.desk == desk):
            passed = any(
                head.lane is Lane.REGULAR and call.at - (head.issued_at - OPENING).total_seconds() >= waited_s
                for head in call.heads
            )
            run = run + 1 if passed and call.customer.ticket.lane is not Lane.REGULAR else 0
            found = max(found, run)
    return found


@pytest.mark.slow
def test_g3_where_nine_in_ten_ask_to_go_first_nobody_starves() -> None:
    policy = head_start(45, guard=3)
    runs, waits = [], list[float]()

    for seed in range(20):
        calls = lived(a_town_day(700 + seed, 1.1, ABUSED), TOWN, policy)
        runs.append(longest_run(calls, policy.guard_after_s))
        waits += [call.wait for call in calls if call.customer.ticket.lane is Lane.REGULAR]

    assert max(runs) == 3
    assert max(waits) <= 100 * 60


def test_g3_without_the_guard_many_go_past() -> None:
    calls = lived(a_town_day(701, 1.2, ABUSED), TOWN, replace(Policy(kind="strict"), guard=0))

    assert longest_run(calls, 900.0) > 10


# ── what lanes are for ──


@lru_cache(maxsize=8)
def waits(rule: str, load: float = 1.0, lanes: tuple[float, ...] = (0.01, 0.17, 0.82)) -> dict[str, np.ndarray]:
    """Minutes waited by lane over the days, under the default rule or under first come without lanes."""
    found: dict[str, list[float]] = {"all": [], **{str(lane): [] for lane in LANES}}
    for seed in range(DAYS):
        day = a_town_day(10_000 + seed, load, lanes)
        lane_of = {customer.ticket.id: str(customer.ticket.lane) for customer in day}
        asked = day if rule == "lanes" else without_lanes(day)
        for call in lived(asked, TOWN, Policy() if rule == "lanes" else FIRST_COME):
            found["all"].append(call.wait / 60)
            found[lane_of[call.customer.ticket.id]].append(call.wait / 60)
    return {lane: np.array(mine) for lane, mine in found.items()}


def p95(minutes: np.ndarray) -> float:
    return float(np.percentile(minutes, 95))


@pytest.mark.slow
def test_the_priority_lane_waits_little_and_the_regular_lane_little_longer() -> None:
    lanes, plain = waits("lanes"), waits("first come")

    assert p95(lanes["elderly"]) <= 18
    assert lanes["elderly"].mean() <= 4.5
    assert p95(lanes["regular"]) <= p95(plain["regular"]) + 15
    assert lanes["regular"].max() <= plain["regular"].max() + 30


@pytest.mark.slow
def test_what_one_lane_gains_another_pays_and_all_together_wait_as_long_as_ever() -> None:
    assert waits("lanes")["all"].mean() == pytest.approx(waits("first come")["all"].mean(), rel=0.05)


@pytest.mark.soak
@pytest.mark.slow
def test_on_a_bad_day_the_regular_lane_still_waits_little_longer() -> None:
    lanes, plain = waits("lanes", 1.15, BAD), waits("first come", 1.15, BAD)

    assert p95(lanes["regular"]) <= p95(plain["regular"]) + 30


# ── the look-ahead chooses as the discipline does ──

MINUTES = {"A": 4.5, "F": 3.0, "H": 8.5}


@st.composite
def a_known_day(draw: st.DrawFn) -> list[Customer]:
    """A short, crowded day on which every service takes as long as usual."""
    rng = Random(draw(st.integers(0, 10**6)))
    came, found = 0.0, []
    for number in range(1, draw(st.integers(1, 60)) + 1):
        came += rng.expovariate(1 / 70)
        service, lane = rng.choice("AFH"), rng.choice((*LANES, Lane.REGULAR, Lane.ELDERLY))
        ticket = a_ticket(f"{service}{number:03d}", lane=lane, minutes=came / 60)
        found.append(Customer(ticket, (ticket.issued_at - OPENING).total_seconds(), MINUTES[service] * 60))
    return found


def looked_ahead(day: Sequence[Customer], desks: Sequence[Desk], policy: Policy) -> dict[int, float]:
    """When each ticket is called if the look-ahead plays this day: all who will come stand in its lines already."""
    services = "".join(MINUTES)
    lines: dict[tuple[str, Lane], list[Customer]] = {}
    for customer in day:
        lines.setdefault((customer.ticket.service, customer.ticket.lane), []).append(customer)
    queues = [
        Queue(services.index(service), policy.kind_of(lane), shift_of(policy, lane), "",
              tuple(one.ticket.id for one in line), tuple(one.came for one in line))
        for (service, lane), line in lines.items()
    ]  # fmt: skip
    posts = [a_post(f"K{n}", [services.index(s) for s in desk.services]) for n, desk in enumerate(desks, start=1)]
    law = a_law(*MINUTES.values())
    played = play(a_hall(posts, queues, services, policy=policy), law, Options(2, arrivals=()))
    assert np.array_equal(played.waits[0], played.waits[1])
    return dict(zip(played.ids, played.waits[0].tolist(), strict=True))


some_desks = st.lists(st.sampled_from(["A", "AF", "FH", "AFH", "H"]), min_size=1, max_size=4).map(
    lambda skills: [Desk(services) for services in (*skills, "AFH")]
)


@given(
    day=a_known_day(),
    desks=some_desks,
    kind=st.sampled_from(KINDS),
    guard=st.integers(0, 4),
    minutes=st.sampled_from([5.0, 15.0, 45.0]),
    after=st.sampled_from([0.0, 300.0, 900.0]),
)
@settings(max_examples=150, deadline=None)
def test_the_look_ahead_calls_everybody_when_the_discipline_would(
    day: list[Customer], desks: list[Desk], kind: str, guard: int, minutes: float, after: float
) -> None:
    policy = replace(head_start(minutes, guard, after), kind=kind)

    really = {call.customer.ticket.id: call.at for call in lived(day, desks, policy, idle_first=lambda desk: (desk, 0))}
    seen = looked_ahead(day, desks, policy)

    assert seen.keys() == really.keys()
    for ticket, at in really.items():
        assert seen[ticket] == pytest.approx(at, abs=1e-3)
