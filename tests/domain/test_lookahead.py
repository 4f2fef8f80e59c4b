"""The hall played forward, long because it is held against the live rule, a slow engine and the theory of queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from server.domain.branch import PlannedBreak, PlannedDuty
from server.domain.discipline import ALWAYS, KINDS, Policy
from server.domain.hall import Doing, Hall, Post, Queue, hall_of
from server.domain.law import NEVER, SLOTS, Floats, Law, mean_left
from server.domain.lookahead import Options, Played, play, quantiles
from server.domain.queue import Lane
from tests.builders import OPENING, AnOffice, a_branch, an_office
from tests.domain.reference_engine import reference

pytestmark = pytest.mark.slow

MINUTES = np.array([1, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 13, 20]) * 60
MIXED = {"elderly": 3, "disabled": 1, "emergency": 1, "priority": 1, "regular": 14}
LONG_AND_SHORT: Mapping[Lane, float] = {Lane.EMERGENCY: ALWAYS, Lane.ELDERLY: 900.0, Lane.DISABLED: 2700.0,
                                        Lane.PRIORITY: 300.0}  # fmt: skip


def a_law(services: int = 3, **stated: Any) -> Law:
    """Everything varies: services, walks, absences, breaks, officers, and what is not known of them."""
    rates = np.zeros((SLOTS, services, 3))
    rates[:, :, 1], rates[:, :, 0] = 1 / 1500, 1 / 9000
    ordinary: dict[str, Any] = {
        "services": tuple("AFH"[:services]), "pools": tuple(MINUTES * factor for factor in (1.0, 0.6, 2.0)[:services]),
        "speed": {"officer:7": 1.2, "counter:K2": 0.8}, "today": 1.1, "p0": 0.08, "k": 0.004 / 60,
        "gone_s": np.array([45.0, 60.0, 90.0]), "pause_p": 0.05, "rates": rates, "day_sd": 0.08,
        "service_sd": np.full(services, 0.1),
    }  # fmt: skip
    return Law(**(ordinary | stated))


def a_certain_law(services: int = 3, seconds: tuple[float, ...] = (300.0, 200.0, 470.0)) -> Law:
    """Nothing varies and nobody else comes: every replication is the same."""
    return Law(
        services=tuple("AFH"[:services]), pools=tuple(np.full(9, x) for x in seconds[:services]),
        speed={"officer:7": 1.3, "counter:K2": 0.7}, walk=np.full(9, 20.0), p0=0.0, k=0.0, unpressed=0.0,
        pause_p=0.0, pauses=np.full(9, 400.0), planned_breaks=np.ones(9), rates=np.zeros((SLOTS, services, 3)),
        service_sd=np.zeros(services),
    )  # fmt: skip


def an_office_at_work(seed: int, policy: Policy, steps: int = 70) -> AnOffice:
    """An office in the middle of a day of its own: counters at everything that a counter may be at."""
    rnd = Random(seed)
    able = {"K1": "AFH", "K2": "AF", "K3": "HF", "K4": "A"}
    lunch = PlannedBreak(500 + rnd.randrange(40), 30, "lunch")
    roster = (PlannedDuty("K1", None, 480, 960, (lunch,)), PlannedDuty("K2", None, 480, 600),
              PlannedDuty("K3", None, 480, 960, (PlannedBreak(530, 15, "rest"),)),
              PlannedDuty("K4", None, 545, 960))  # fmt: skip
    office = an_office(a_branch("AFH", able, policy=policy, roster=roster))
    office.open("K1", officer=7)
    office.open("K2")
    office.open("K3", officer=8)
    for _ in range(steps):
        office.clock.advance(seconds=rnd.randrange(5, 75))
        if rnd.random() < 0.45:
            (lane,) = rnd.choices(list(MIXED), list(MIXED.values()))
            office.issue(rnd.choice("AFH"), lane)
            continue
        _step(office, rnd.choice(("K1", "K2", "K3")), rnd)
    return office


def _step(office: AnOffice, counter: str, rnd: Random) -> None:
    """What somebody at this counter might do now."""
    ticket = office.floor.serving(counter)
    if not office.floor.counter(counter).is_open:
        return
    if ticket is None:
        if rnd.random() < 0.05 and office.floor.counters_open() > 2:
            office.close(counter, rnd.choice(("lunch", "rest")))
        else:
            office.next(counter)
    elif ticket.leg.began_at is None:
        office.serve(counter)
    elif rnd.random() < 0.08:
        to = next(code for code in ("K1", "K2", "K3") if code != counter)
        office.transfer(counter, to_counter=to)
    else:
        office.finish(counter)


def hall(office: AnOffice) -> Hall:
    return hall_of(office.floor, office.clock.now())


def just_begun(hall: Hall) -> Hall:
    """The same hall, but nothing in hand has lasted so long that its end would be a matter of chance."""
    posts = tuple(replace(post, since=max(post.since, -10.0)) for post in hall.posts)
    return replace(hall, posts=posts)


def a_hall(*posts: Post, waiting: int = 0, policy: Policy | None = None, ranks: tuple[float, ...] = ()) -> Hall:
    """One service; so many regular tickets wait, a minute apart, the last since now."""
    came = ranks or tuple(-60.0 * n for n in range(waiting - 1, -1, -1))
    queue = Queue(0, 2, 2e8, ids=tuple(range(1, len(came) + 1)), ranks=came)
    return Hall(OPENING, 8 * 3600.0, NEVER, policy or Policy(), ("A",), (queue,), posts)


def a_post(code: str = "K1", doing: Doing = Doing.IDLE, **stated: Any) -> Post:
    return Post(code, frozenset({0}), doing, f"counter:{code}", **({"service": 0} | stated))


def later(office: AnOffice) -> AnOffice:
    """The same office, a minute later."""
    office.clock.advance(minutes=1)
    return office


def means(played: Played) -> dict[int, float]:
    return dict(zip(played.ids, played.waits.mean(axis=0).tolist(), strict=True))


# ── one seed, one answer ─────────────────────────────────────────────────────────────────────────────────────


def test_asked_twice_it_says_the_same_and_with_another_seed_nearly_the_same() -> None:
    office, law = an_office_at_work(1, Policy()), a_law()

    first, again, other = (play(hall(office), law, Options(seed=seed, replications=400)).waits for seed in (0, 0, 6))

    assert (first == again).all()
    assert not (first == other).all()
    error = np.hypot(first.std(axis=0), other.std(axis=0)) / 400**0.5
    assert (np.abs(first.mean(axis=0) - other.mean(axis=0)) < 4 * error).all()


def test_the_wait_of_one_ticket_alone_is_its_wait_among_all() -> None:
    office, law = an_office_at_work(2, Policy()), a_law()
    everybody = play(hall(office), law)

    for column, ticket in enumerate(everybody.ids):
        alone = play(hall(office), law, Options(only=ticket))
        assert (alone.waits[:, alone.ids.index(ticket)] == everybody.waits[:, column]).all()


# ── the live rule ────────────────────────────────────────────────────────────────────────────────────────────

POLICIES = {
    **{kind: Policy(kind=kind) for kind in KINDS},
    "head_start without a guard": Policy(guard=0),
    "head_start with a guard at once": Policy(guard=1, guard_after_s=0),
    "head_starts of several lengths": Policy(head_start_s=LONG_AND_SHORT, guard=2, guard_after_s=120),
    "strict without a guard": Policy(kind="strict", guard=0),
    "interleave 1 : 1": Policy(kind="interleave", ratio=1, guard=0),
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_each_counter_calls_whom_the_live_rule_would_call(policy: Policy) -> None:
    law, compared = a_certain_law(), 0
    for seed in range(25):
        office = an_office_at_work(seed, policy)
        now = just_begun(hall(office))

        played = play(now, law, Options(replications=2, jitter=0.0))

        ids, waits = reference(office.floor, now, law, seed, 1, jitter=0.0)
        expected = dict(zip(ids, waits[0].tolist(), strict=True))
        assert means(played) == pytest.approx(expected, abs=1e-6), seed
        compared += len(expected)
    assert compared > 100


@pytest.mark.parametrize("late", [Lane.ELDERLY, Lane.REGULAR])
def test_who_comes_late_goes_behind_the_next_two_and_no_further(late: Lane) -> None:
    office = an_office(a_branch("A", ("K1",)))
    office.open()
    missed = office.issue(lane=late)
    office.next()
    office.miss()
    first, second, third = (later(office).issue() for _ in range(3))
    office.restore(missed.number)
    office.close()
    office.open()  # back from a moment away: a counter that calls nobody is not taken to be free

    waits = means(play(hall(office), a_certain_law(1), Options(replications=2)))

    assert sorted(waits, key=lambda ticket: waits[ticket]) == [first.id, second.id, missed.id, third.id]
    assert waits == pytest.approx({first.id: 0, second.id: 320, missed.id: 640, third.id: 960})


def test_a_customer_sent_to_one_counter_waits_for_that_counter() -> None:
    office = an_office(counters={"K1": "A", "K2": "F"})
    office.open("K1")
    office.open("K2")
    sent = office.issue("A")
    office.next("K1")
    office.transfer("K1", to_counter="K2")
    office.issue("F")
    office.call("F001", "K2")
    office.serve("K2")

    waits = means(play(hall(office), a_certain_law(2), Options(replications=2)))

    assert waits == pytest.approx({sent.id: 0.7 * 200})


# ── the slow engine ──────────────────────────────────────────────────────────────────────────────────────────


def _deviations(seeds: range, replications: int) -> Floats:
    """By how many standard errors the mean waits of the two engines differ, office by office."""
    found = []
    kinds = list(POLICIES.values())
    for seed in seeds:
        office, law = an_office_at_work(1000 + seed, kinds[seed % len(kinds)]), a_law()
        now = hall(office)
        fast = play(now, law, Options(replications=400))
        ids, slow = reference(office.floor, now, law, seed, replications)
        mine = fast.waits[:, [fast.ids.index(i) for i in ids]]
        assert ((mine < NEVER).any(axis=0) == (slow < NEVER).any(axis=0)).all(), seed
        always = (mine < NEVER).all(axis=0) & (slow < NEVER).all(axis=0)
        if not always.any():
            continue
        ours, theirs = mine[:, always].mean(axis=1), slow[:, always].mean(axis=1)
        error = np.hypot(ours.std() / len(ours) ** 0.5, theirs.std() / len(theirs) ** 0.5)
        found.append((ours.mean() - theirs.mean()) / max(error, 1e-9))
    return np.array(found)


def test_the_fast_engine_agrees_with_the_slow_one() -> None:
    assert (np.abs(_deviations(range(4), 60)) < 3).all()


@pytest.mark.soak
@pytest.mark.slow
def test_in_fifty_offices_the_fast_engine_agrees_with_the_slow_one() -> None:
    found = _deviations(range(50), 150)

    assert len(found) >= 45
    # Of fifty honest means one lies beyond three standard errors in one run of eight; a bias would move their mean.
    assert np.sort(np.abs(found))[-2] < 3
    assert np.abs(found).max() < 4
    assert abs(np.mean(found)) < 3 / len(found) ** 0.5
    assert np.mean(found**2) < 1.6


# ── what must hold of any estimate ───────────────────────────────────────────────────────────────────────────


def _pooled(seed: int, rnd: Random) -> Hall:
    """Everybody does everything; some counters serve, the hall is full."""
    serving = [a_post(f"K{n}", Doing.SERVING, since=-rnd.uniform(0, 500)) for n in range(3)]
    ranks = tuple(sorted(-rnd.uniform(0, 1500) for _ in range(12)))
    return a_hall(*serving, a_post("K4", Doing.AWAY, since=NEVER), ranks=ranks)


def _no_higher(before: Played, after: Played) -> bool:
    """Whether nobody's mean wait has gone up by more than three standard errors."""
    place = {ticket: column for column, ticket in enumerate(before.ids)}
    for column, ticket in enumerate(after.ids):
        was, now = (np.minimum(waits, 1e5) for waits in (before.waits[:, place[ticket]], after.waits[:, column]))
        error = max(1e-6, np.hypot(was.std(), now.std()) / len(was) ** 0.5)
        if now.mean() - was.mean() > 3 * error:
            return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_in_a_pooled_hall_nobody_waits_longer_because_somebody_left(seed: int) -> None:
    rnd = Random(seed)
    before = _pooled(seed, rnd)
    (queue,) = before.queues
    gone = rnd.randrange(len(queue.ids))
    ids, ranks = list(queue.ids), list(queue.ranks)
    del ids[gone], ranks[gone]
    left = replace(queue, ids=tuple(ids), ranks=tuple(ranks))

    law, options = a_law(1), Options(replications=400)

    assert _no_higher(play(before, law, options), play(replace(before, queues=(left,)), law, options))


@pytest.mark.parametrize("seed", range(6))
def test_in_a_pooled_hall_nobody_waits_longer_because_a_counter_opened(seed: int) -> None:
    before = _pooled(seed, Random(seed))
    opened = replace(before, posts=(*before.posts[:-1], a_post("K4")))

    law, options = a_law(1), Options(replications=400)

    assert _no_higher(play(before, law, options), play(opened, law, options))


def test_the_only_one_waiting_waits_for_what_is_left_of_the_service_in_hand() -> None:
    pool = np.sort(np.random.default_rng(4).lognormal(5.5, 0.7, 300))
    law = replace(a_certain_law(1), pools=(pool,))

    waits = play(a_hall(a_post(doing=Doing.SERVING, since=-300.0), waiting=1), law, Options(replications=400)).waits

    assert abs(waits.mean() - mean_left(pool, 300.0)) < 3 * waits.std() / 20


def test_who_takes_a_number_now_would_wait_as_long_as_who_has_just_taken_one() -> None:
    law = a_law(1)
    busy = tuple(a_post(f"K{n}", Doing.SERVING, since=-60.0 * n) for n in range(1, 4))

    asked = play(a_hall(*busy, waiting=9), law, Options(replications=400, ghosts=((0, 2),)))
    taken = play(a_hall(*busy, waiting=10), law, Options(replications=400))

    assert asked.ghosts.mean() == pytest.approx(taken.waits[:, -1].mean(), abs=12)


def test_asking_does_not_change_what_the_others_are_told() -> None:
    office, law = an_office_at_work(7, Policy()), a_law()
    everywhere = tuple((service, kind) for service in range(3) for kind in range(3))

    plain, asked = (play(hall(office), law, Options(ghosts=ghosts, replications=400)) for ghosts in ((), everywhere))

    assert asked.ghosts.shape == (400, 9)
    assert _no_higher(plain, asked)
    assert _no_higher(asked, plain)


def test_nobody_is_called_where_no_counter_will_come() -> None:
    nobody = a_hall(a_post(doing=Doing.AWAY, since=NEVER), waiting=2)
    unable = a_hall(replace(a_post(), services=frozenset()), waiting=2)

    for empty in (nobody, unable, a_hall(waiting=2)):
        assert (play(empty, a_law(1), Options(ghosts=((0, 2),))).waits == NEVER).all()
        assert (play(empty, a_law(1), Options(ghosts=((0, 2),))).ghosts == NEVER).all()


def test_an_empty_hall_has_nothing_to_tell() -> None:
    played = play(a_hall(a_post()), a_law(1))

    assert (played.ids, played.waits.shape, played.ghosts.shape) == ((), (200, 0), (200, 0))


def test_a_counter_that_goes_home_calls_nobody_after_its_time() -> None:
    leaving = a_post("K1", ends=600.0)
    waits = play(a_hall(leaving, waiting=5), a_certain_law(1), Options(replications=2)).waits

    assert waits[0].tolist() == [0.0, 320.0, NEVER, NEVER, NEVER]


def test_a_counter_that_goes_to_lunch_calls_again_after_it() -> None:
    hungry = a_post("K1", breaks=((300.0, 1800.0),))
    waits = play(a_hall(hungry, waiting=3), a_certain_law(1), Options(replications=2, jitter=0.0)).waits

    assert waits[0].tolist() == [0.0, 320.0 + 1800, 640.0 + 1800]


def test_a_counter_that_is_free_when_its_break_is_due_serves_who_is_there_before_it_goes() -> None:
    overdue = a_post("K1", breaks=((-300.0, 1800.0),))
    waits = play(a_hall(overdue, waiting=2), a_certain_law(1), Options(replications=50)).waits

    assert (waits[:, 0] == 0).all()
    assert (waits[:, 1] == 320 + 1800).all()


def test_the_quantiles_are_the_order_statistics() -> None:
    waits = np.arange(1.0, 10.0)[:, None]

    assert quantiles(waits, (0.1, 0.5, 0.9)).ravel().tolist() == [1, 5, 9]


# ── the theory of queues ─────────────────────────────────────────────────────────────────────────────────────


def _markovian(rnd: Random, counters: int, mean: float, load: float, customers: int) -> list[tuple[Hall, float]]:
    """M/M/s: the hall as each fortieth customer who has to wait finds it, and how long it was in the end."""
    t, asked, waiting = 0.0, list[tuple[Hall, float]](), list[tuple[float, float]]()
    services = [[(0.0, 0.0)] for _ in range(counters)]  # begin and end of each, by counter
    for customer in range(customers):
        t += rnd.expovariate(load * counters / mean)
        mine = min(services, key=lambda theirs: theirs[-1][1])
        begins = max(t, mine[-1][1])
        mine.append((begins, begins + rnd.expovariate(1 / mean)))
        waiting = [(came, called) for came, called in waiting if called > t]
        waiting.append((t, begins))
        if begins > t and customer % 40 == 0:
            in_hand = [next(begin for begin, end in reversed(theirs) if begin <= t) for theirs in services]
            posts = [a_post(f"K{n}", Doing.SERVING, since=begin - t) for n, begin in enumerate(in_hand)]
            asked.append((a_hall(*posts, ranks=tuple(came - t for came, _ in waiting)), begins - t))
    return asked


@pytest.mark.slow
def test_in_the_textbook_queue_nothing_is_lost_against_the_textbook_formula() -> None:
    mean, counters = 360.0, 8
    pool = -mean * np.log1p(-(np.arange(2000) + 0.5) / 2000)
    law = replace(a_certain_law(1), pools=(pool,), walk=np.zeros(1), speed={})
    asked = _markovian(Random(8), counters, mean, 0.93, 60_000)

    wait = np.array([wait for _, wait in asked])
    ours = np.array([play(hall, law, Options(only=hall.waiting)).waits[:, -1].mean() for hall, _ in asked])
    formula = np.array([hall.waiting * mean / counters for hall, _ in asked])

    assert len(asked) > 800
    assert np.sqrt(np.mean((ours - wait) ** 2)) <= 1.05 * np.sqrt(np.mean((formula - wait) ** 2))
    assert abs(np.mean(ours - wait)) <= 0.05 * wait.mean()


def test_a_pass_a_moment_later_expects_the_same_people_after_the_same_time() -> None:
    law = a_law(1)
    now = a_hall(a_post(doing=Doing.SERVING, since=-100.0), waiting=2)
    later = replace(now, into_day=now.into_day + 30)

    one, other = (play(hall, law, Options(until=1800.0, arrivals=(1,))).issued for hall in (now, later))

    assert one is not None
    assert other is not None
    assert (one < NEVER).sum() > 300
    assert np.allclose(one, other)


# ── several transactions at one turn ─────────────────────────────────────────────────────────────────────────


def test_whoever_brings_five_transactions_keeps_the_next_one_waiting_five_times_as_long() -> None:
    hall, law = a_hall(a_post(), waiting=2), steady_law()
    together = replace(hall, queues=(replace(hall.queues[0], units=(5, 1)),))

    alone, after = (means(play(one, law, Options(arrivals=())))[2] for one in (hall, together))

    assert after == pytest.approx(5 * alone, rel=0.01)


def test_five_transactions_in_hand_are_over_when_five_service_times_are() -> None:
    posts = [a_post(doing=Doing.SERVING, since=-600.0, units=units) for units in (1, 5)]

    waits = [means(play(a_hall(post, waiting=1), steady_law(), Options(arrivals=())))[1] for post in posts]

    assert waits[1] == pytest.approx(5 * 300 - 600, rel=0.01)
    assert waits[0] < waits[1]


def steady_law() -> Law:
    """Every service takes five minutes, and nobody walks, pauses or is gone."""
    pool = np.full(50, 300.0)
    return Law(("A",), (pool,), walk=np.zeros(1), p0=0.0, k=0.0, pause_p=0.0, unpressed=0.0,
               rates=np.zeros((48, 1, 3)), service_sd=np.zeros(1))  # fmt: skip
