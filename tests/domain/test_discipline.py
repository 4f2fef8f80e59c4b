"""Who is next, and why, long because each guarantee is tried under each rule: the four rules and the guard.

The guarantees are named as in the research: G1 (who may overtake), G3 (nobody starves), G4 (first come, first called
inside a lane). They are tried on days that hypothesis makes up: any arrivals, any lanes, any counters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.discipline import (
    ALWAYS,
    KINDS,
    Choice,
    Policy,
    before,
    behind,
    discipline,
    rank,
    rank_of,
    sentence,
)
from server.domain.queue import Lane
from server.domain.ticket import Ticket
from tests.builders import OPENING, a_ticket, no_guard

PRIORITY_LANES = ("elderly", "disabled", "pregnant", "with_children", "priority")


def choose(
    waiting: Sequence[Ticket], policy: Policy | None = None, *, minutes: float = 60, run: int = 0, services: str = "AF",
    only: frozenset[str] = frozenset(),
) -> Choice:  # fmt: skip
    order = {service: place for place, service in enumerate(services)}
    choice = discipline(policy or Policy(), order, run, only)(waiting, OPENING + timedelta(minutes=minutes))
    assert choice is not None
    return choice


def picked(
    waiting: Sequence[Ticket], policy: Policy | None = None, *, minutes: float = 60, run: int = 0, services: str = "AF"
) -> tuple[str, str]:
    choice = choose(waiting, policy, minutes=minutes, run=run, services=services)
    return choice.ticket.number, choice.why


def test_nobody_is_next_when_nobody_waits() -> None:
    assert discipline(Policy(), {})([], OPENING) is None


def test_the_only_one_waiting_is_next_because_nobody_else_waits() -> None:
    assert picked([a_ticket("A001")]) == ("A001", "only_waiting")
    assert picked([a_ticket("A001", lane="elderly")]) == ("A001", "only_waiting")


def test_the_one_who_has_waited_longest_is_next() -> None:
    assert picked([a_ticket("A002", minutes=3), a_ticket("F001", minutes=2)]) == ("F001", "oldest")


def test_the_order_in_which_the_tickets_are_looked_at_does_not_matter() -> None:
    waiting = [a_ticket(f"A{n:03d}", minutes=n, lane="elderly" if n % 3 else "regular") for n in range(1, 9)]

    assert picked(waiting) == picked(waiting[::-1])


@pytest.mark.parametrize("lane", PRIORITY_LANES)
def test_a_priority_customer_goes_before_those_who_came_up_to_45_minutes_earlier(lane: str) -> None:
    regular, priority = a_ticket("A001"), a_ticket("A002", minutes=44, lane=lane)

    assert picked([regular, priority]) == ("A002", "head_start")


def test_a_priority_customer_goes_behind_one_who_came_46_minutes_earlier() -> None:
    regular, priority = a_ticket("A001"), a_ticket("A002", minutes=46, lane="elderly")

    assert picked([regular, priority]) == ("A001", "oldest")


def test_at_exactly_the_head_start_the_one_who_came_first_is_first() -> None:
    regular, priority = a_ticket("A009"), a_ticket("A002", minutes=45, lane="elderly")

    assert picked([regular, priority]) == ("A009", "oldest")


def test_a_priority_customer_who_came_first_needs_no_other_reason() -> None:
    assert picked([a_ticket("A001", lane="elderly"), a_ticket("A002", minutes=1)]) == ("A001", "oldest")


def test_an_emergency_goes_before_everybody() -> None:
    elderly, emergency = a_ticket("A001", lane="elderly"), a_ticket("A002", minutes=600, lane="emergency")

    for kind in KINDS:
        assert picked([elderly, emergency], Policy(kind=kind), minutes=601) == ("A002", "emergency")


def test_a_lane_that_always_goes_first_is_not_called_an_emergency() -> None:
    policy = Policy(head_start_s={Lane.PREGNANT: ALWAYS, Lane.EMERGENCY: ALWAYS})

    assert picked([a_ticket("A001"), a_ticket("A002", minutes=500, lane="pregnant")], policy) == ("A002", "strict")


def test_the_first_of_two_emergencies_goes_first() -> None:
    assert picked([a_ticket("A002", minutes=2, lane="emergency"), a_ticket("A001", minutes=1, lane="emergency")]) == (
        "A001",
        "emergency",
    )


def test_a_branch_may_give_each_lane_its_own_head_start() -> None:
    policy = Policy(head_start_s={Lane.ELDERLY: 3600, Lane.PRIORITY: 600})
    regular = a_ticket("A001")

    assert picked([regular, a_ticket("A002", minutes=50, lane="elderly")], policy)[0] == "A002"
    assert picked([regular, a_ticket("A002", minutes=50, lane="priority")], policy)[0] == "A001"


def test_a_lane_that_the_branch_does_not_know_has_no_head_start() -> None:
    assert picked([a_ticket("A001"), a_ticket("A002", minutes=1, lane="elderly")], Policy(head_start_s={}))[0] == "A001"


def test_of_two_who_came_at_the_same_moment_the_counters_own_order_of_services_decides() -> None:
    both = [a_ticket("A001"), a_ticket("F002")]

    assert picked(both, services="AF")[0] == "A001"
    assert picked(both, services="FA")[0] == "F002"


def test_a_ticket_that_was_sent_to_this_counter_says_so() -> None:
    mine = frozenset({"counter:K1"})
    sent = a_ticket("A002", minutes=1, only="counter:K1")

    assert choose([sent, a_ticket("A003", minutes=2)], only=mine).why == "for_you"
    assert choose([replace(sent, lane=Lane.ELDERLY), a_ticket("A003", minutes=2)], only=mine).why == "for_you"


def test_under_the_strict_rule_priority_goes_first_however_late_it_came() -> None:
    policy = no_guard("strict")

    assert picked([a_ticket("A001"), a_ticket("A002", minutes=400, lane="elderly")], policy) == ("A002", "strict")


def test_under_first_come_lanes_do_not_matter() -> None:
    policy = Policy(kind="first_come")
    waiting = [a_ticket("A001"), a_ticket("A002", minutes=1, lane="elderly"), a_ticket("A003", minutes=2)]

    assert picked(waiting, policy) == ("A001", "oldest")
    assert picked(waiting[1:], policy) == ("A002", "oldest")


def test_under_first_come_a_priority_customer_of_the_same_moment_is_never_said_to_be_favoured() -> None:
    both = [a_ticket("F001"), a_ticket("A002", lane="elderly")]

    assert picked(both, Policy(kind="first_come"), services="AF") == ("A002", "first_come")


def test_interleaving_calls_a_regular_customer_after_so_many_of_priority() -> None:
    policy = no_guard("interleave", ratio=2)
    both = [a_ticket("A001"), a_ticket("A002", minutes=1, lane="elderly")]

    assert picked(both, policy, run=0) == ("A002", "interleave")
    assert picked(both, policy, run=1) == ("A002", "interleave")
    assert picked(both, policy, run=2) == ("A001", "guard")


def test_the_guard_calls_a_regular_customer_who_was_passed_three_times_and_has_waited_fifteen_minutes() -> None:
    both = [a_ticket("A001"), a_ticket("A002", minutes=1, lane="elderly")]

    assert picked(both, run=2, minutes=15) == ("A002", "head_start")
    assert picked(both, run=3, minutes=14) == ("A002", "head_start")
    assert picked(both, run=3, minutes=15) == ("A001", "guard")


def test_the_guard_takes_the_oldest_of_the_regular_customers() -> None:
    waiting = [a_ticket("A002", minutes=2), a_ticket("F001", minutes=1), a_ticket("A003", minutes=3, lane="elderly")]

    assert picked(waiting, run=3) == ("F001", "guard")


def test_the_guard_never_holds_up_an_emergency() -> None:
    assert picked([a_ticket("A001"), a_ticket("A002", minutes=1, lane="emergency")], run=9) == ("A002", "emergency")


def test_without_a_guard_nothing_stops_the_priority_lane() -> None:
    assert picked([a_ticket("A001"), a_ticket("A002", minutes=1, lane="elderly")], no_guard(), run=99)[0] == "A002"


def test_the_guard_counts_priority_calls_that_pass_somebody_and_no_others() -> None:
    regular, elderly = a_ticket("A001"), a_ticket("A002", minutes=1, lane="elderly")
    emergency = a_ticket("A003", minutes=2, lane="emergency")

    assert choose([regular, elderly], run=1).run == 2
    assert choose([elderly], run=1).run == 1
    assert choose([regular, emergency], run=1).run == 1
    assert choose([regular], run=1).run == 0
    assert choose([regular, elderly], run=3).run == 0


def test_the_rule_in_one_sentence_names_the_minutes() -> None:
    assert sentence(Policy()) == ("rule.head_start", {"minutes": 45})
    assert sentence(Policy(kind="interleave", ratio=3)) == ("rule.interleave", {"n": 3})
    assert sentence(Policy(kind="strict")) == ("rule.strict", {})
    assert sentence(Policy(kind="first_come")) == ("rule.first_come", {})


# ── keys ──

a_lane = st.sampled_from([str(lane) for lane in Lane])
a_kind = st.sampled_from(KINDS)
some_tickets = st.lists(st.tuples(a_lane, st.integers(0, 120 * 60)), min_size=1, max_size=12).map(
    lambda found: [
        a_ticket(f"A{n:03d}", lane=lane, minutes=second / 60) for n, (lane, second) in enumerate(found, start=1)
    ]
)


@given(waiting=some_tickets, kind=a_kind, later=st.integers(0, 86_400))
def test_the_order_of_two_waiting_tickets_never_changes(waiting: list[Ticket], kind: str, later: int) -> None:
    policy = no_guard(kind, ratio=100)

    def order_at(now: datetime) -> list[str]:
        left, found = list(waiting), []
        while left:
            choice = discipline(policy, {"A": 0})(left, now)
            assert choice is not None
            left.remove(choice.ticket)
            found.append(choice.ticket.number)
        return found

    early = order_at(OPENING + timedelta(hours=2))

    assert early == order_at(OPENING + timedelta(hours=2, seconds=later))
    assert early == [t.number for t in sorted(waiting, key=lambda t: (rank(policy, t), t.rank_at, t.id))]


@given(waiting=some_tickets, kind=a_kind, lane=a_lane, minutes=st.integers(0, 120))
def test_who_is_put_before_others_goes_just_before_them_unless_their_lane_always_does(
    waiting: list[Ticket], kind: str, lane: str, minutes: int
) -> None:
    policy, own = Policy(kind=kind), OPENING + timedelta(minutes=minutes)

    moved = before(policy, Lane(lane), waiting, own)

    band, since = rank_of(policy, Lane(lane), moved)
    rivals = [of_rival for of_band, of_rival in (rank(policy, t) for t in waiting) if of_band == band]
    assert all(since < of_rival for of_rival in rivals)
    assert moved == own or since == pytest.approx(min(rivals) - 0.001, abs=1e-6)
    assert moved <= own


@given(waiting=some_tickets, kind=a_kind, lane=a_lane, minutes=st.integers(0, 120))
def test_who_is_put_behind_others_goes_just_behind_them_unless_ones_own_lane_always_goes_first(
    waiting: list[Ticket], kind: str, lane: str, minutes: int
) -> None:
    policy, own = Policy(kind=kind), OPENING + timedelta(minutes=minutes)

    moved = behind(policy, Lane(lane), waiting, own)

    band, since = rank_of(policy, Lane(lane), moved)
    rivals = [of_rival for of_band, of_rival in (rank(policy, t) for t in waiting) if of_band == band]
    assert all(since > of_rival for of_rival in rivals)
    assert moved == own or since == pytest.approx(max(rivals) + 0.001, abs=1e-6)
    assert moved >= own


def test_the_rules_and_what_they_are_unless_the_branch_says_otherwise() -> None:
    assert KINDS == ("head_start", "strict", "interleave", "first_come")
    assert Policy() == Policy("head_start", 3, 900.0, ratio=2)
    assert [Policy(kind=kind).offers_priority for kind in KINDS] == [True, True, True, False]
    assert not Policy(head_start_s={}).is_priority(Lane.ELDERLY)


def test_under_first_come_no_guard_and_no_count_touch_the_order() -> None:
    both = [a_ticket("A001", lane="elderly"), a_ticket("A002", minutes=1)]

    choice = choose(both, Policy(kind="first_come"), run=9)

    assert (choice.ticket.number, choice.run) == ("A001", 9)


# ── guarantees, on days made up by hypothesis ──


@dataclass(frozen=True)
class Called:
    ticket: Ticket
    counter: int
    why: str
    past: tuple[Ticket, ...]
    at: datetime


@st.composite
def a_day(draw: st.DrawFn, lanes: Sequence[str] = ("regular", "elderly", "priority", "emergency")) -> list[Ticket]:
    gaps = draw(st.lists(st.tuples(st.integers(0, 900), st.sampled_from(lanes), st.sampled_from("AF")), max_size=60))
    second, found = 0, []
    for n, (gap, lane, service) in enumerate(gaps, start=1):
        second += gap
        found.append(a_ticket(f"{service}{n:03d}", lane=lane, minutes=second / 60))
    return found


def lived(day: list[Ticket], policy: Policy, skills: Sequence[str], pauses: Sequence[int]) -> list[Called]:
    """The calls of a day at counters with these skills, each calling again after the next of `pauses` (seconds)."""
    waiting: list[Ticket] = []
    arriving, calls, run = list(day), list[Called](), [0] * len(skills)
    free_at = [OPENING] * len(skills)
    for step in range(4 * len(day) + len(skills)):
        counter = min(range(len(skills)), key=lambda i: free_at[i])
        now = free_at[counter]
        while arriving and arriving[0].issued_at <= now:
            waiting.append(arriving.pop(0))
        able = [t for t in waiting if t.service in skills[counter]]
        order = {service: place for place, service in enumerate(skills[counter])}
        choice = discipline(policy, order, run[counter])(able, now)
        free_at[counter] = now + timedelta(seconds=pauses[step % len(pauses)])
        if choice is not None:
            waiting.remove(choice.ticket)
            run[counter] = choice.run
            past = tuple(t for t in able if t is not choice.ticket)
            calls.append(Called(choice.ticket, counter, choice.why, past, now))
    return calls


some_pauses = st.lists(st.integers(1, 600), min_size=1, max_size=7)
some_skills = st.lists(st.sampled_from(["A", "F", "AF", "FA"]), min_size=1, max_size=4)
a_guard = st.integers(0, 4)


@given(day=a_day(), guard=a_guard, skills=some_skills, pauses=some_pauses, hours=st.sampled_from([0.25, 0.75, 2]))
def test_g1_a_customer_is_overtaken_only_by_the_head_start_by_an_emergency_or_where_the_guard_acts(
    day: list[Ticket], guard: int, skills: list[str], pauses: list[int], hours: float
) -> None:
    starts = {Lane.EMERGENCY: ALWAYS, Lane.ELDERLY: hours * 3600, Lane.PRIORITY: 900.0, Lane.REGULAR: 0.0}
    policy = Policy(guard=guard, head_start_s=starts)

    for call in lived(day, policy, skills, pauses):
        for passed in call.past:
            if passed.issued_at >= call.ticket.issued_at:
                continue
            assert call.why in ("emergency", "guard", "head_start")
            if call.why == "head_start":
                gap = (call.ticket.issued_at - passed.issued_at).total_seconds()
                assert gap < starts[call.ticket.lane] - starts[passed.lane]
            if call.why == "guard":
                assert call.ticket.lane == "regular"
                assert passed.lane != "regular"


@given(day=a_day(("regular", "elderly")), guard=st.integers(1, 4), skills=some_skills, pauses=some_pauses, kind=a_kind)
def test_g3_at_most_k_priority_calls_in_a_row_go_past_a_regular_customer_who_has_waited_long_enough(
    day: list[Ticket], guard: int, skills: list[str], pauses: list[int], kind: str
) -> None:
    policy = Policy(kind=kind, guard=guard, ratio=100)
    calls = lived(day, policy, skills, pauses)

    for counter in range(len(skills)):
        in_a_row = 0
        for call in (c for c in calls if c.counter == counter):
            waited = [t for t in call.past if t.lane == "regular" and call.at - t.issued_at >= timedelta(minutes=15)]
            in_a_row = in_a_row + 1 if waited and call.ticket.lane != "regular" else 0
            assert in_a_row <= guard or kind == "first_come"


@settings(max_examples=60)
@given(ahead=st.integers(0, 5), guard=st.integers(1, 4), run=st.integers(0, 4), kind=st.sampled_from(KINDS[:3]))
def test_g3_with_r_regular_customers_ahead_one_is_called_within_k_plus_1_times_r_plus_1_calls(
    ahead: int, guard: int, run: int, kind: str
) -> None:
    policy = Policy(kind=kind, guard=guard, ratio=100)
    mine = a_ticket("A999", minutes=ahead)
    regular = [a_ticket(f"A{n:03d}", minutes=n) for n in range(1, ahead + 1)] + [mine]
    endless = [a_ticket(f"F{n:03d}", minutes=ahead + 1, lane="elderly") for n in range(1, 60)]
    waiting, now, calls = [*regular, *endless], OPENING + timedelta(minutes=16 + ahead), 0

    while mine in waiting:
        choice = discipline(policy, {"A": 0, "F": 1}, run)(waiting, now)
        assert choice is not None
        waiting.remove(choice.ticket)
        run, calls = choice.run, calls + 1

    assert calls <= (guard + 1) * (ahead + 1)


@given(day=a_day(), policy=st.builds(Policy, kind=a_kind, guard=a_guard), skills=some_skills, pauses=some_pauses)
def test_g4_inside_a_service_and_lane_it_is_first_come_first_called(
    day: list[Ticket], policy: Policy, skills: list[str], pauses: list[int]
) -> None:
    calls = lived(day, policy, skills, pauses)

    for line in {(t.service, t.lane) for t in day}:
        order = [call.ticket.id for call in calls if (call.ticket.service, call.ticket.lane) == line]
        assert all(one < other for one, other in pairwise(order))


@given(day=a_day(), policy=st.builds(Policy, kind=a_kind, guard=a_guard), skills=some_skills, pauses=some_pauses)
def test_the_reason_that_is_given_is_true(
    day: list[Ticket], policy: Policy, skills: list[str], pauses: list[int]
) -> None:
    for call in lived(day, policy, skills, pauses):
        older = [t for t in call.past if t.issued_at < call.ticket.issued_at]
        match call.why:
            case "only_waiting":
                assert not call.past
            case "oldest":
                assert not [t for t in older if t.lane != "emergency"]
            case "emergency":
                assert call.ticket.lane == "emergency"
            case "head_start" | "strict" | "interleave":
                assert call.why == policy.kind
                assert policy.is_priority(call.ticket.lane)
                assert [t for t in call.past if t.issued_at <= call.ticket.issued_at]
            case "guard":
                assert call.ticket.lane == "regular"
                assert [t for t in call.past if t.lane != "regular"]
            case "first_come":
                assert not older
            case other:
                raise AssertionError(f"an unknown reason: {other}")
