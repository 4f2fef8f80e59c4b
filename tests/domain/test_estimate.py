"""The wait that is told: a range, an honest silence where nobody can serve, and never an exact figure from nothing."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.discipline import Policy
from server.domain.estimate import Wait, joining, waiting
from server.domain.queue import Lane
from tests.builders import AnOffice, an_office


def wait_of(office: AnOffice, service: str = "A", lane: str = "regular") -> Wait | None:
    return joining(office.floor, service, Lane(lane), office.clock.now())


def likely(office: AnOffice, service: str = "A", lane: str = "regular") -> float:
    found = wait_of(office, service, lane)
    assert found is not None
    return found.likely


def test_no_wait_is_told_where_no_open_counter_serves() -> None:
    office = an_office(counters={"K1": "A", "K2": "F"})
    office.open("K2")
    issued = office.issue("A")

    assert wait_of(office) is None
    assert waiting(office.floor, issued, office.clock.now()) is None


def test_who_comes_to_an_idle_counter_does_not_wait() -> None:
    office = an_office()
    office.open()

    assert wait_of(office) == Wait(low=0, likely=0, high=0, as_of=office.clock.now())


def test_more_people_wait_longer_and_more_counters_shorten_it() -> None:
    office = an_office()
    office.open("K1")
    office.next()
    found = []
    for _ in range(3):
        office.issue_many(4)
        found.append(likely(office))
    office.open("K2")

    assert found == sorted(set(found))
    assert likely(office) < found[-1]


def test_a_priority_customer_is_told_a_shorter_wait_and_an_emergency_the_shortest() -> None:
    office = an_office()
    office.open()
    office.issue_many(3)
    office.next()
    office.clock.advance(minutes=50)
    office.issue_many(5)

    assert likely(office, lane="emergency") < likely(office, lane="elderly") < likely(office)


def test_the_ticket_in_hand_is_told_the_same_wait_as_one_who_would_take_its_place() -> None:
    for kind in ("head_start", "strict", "interleave", "first_come"):
        office = an_office(policy=Policy(kind=kind))
        office.open()
        office.issue_many(4)
        told = wait_of(office, lane="elderly")
        ticket = office.issue(lane="elderly")

        assert waiting(office.floor, ticket, office.clock.now()) == told


def test_a_ticket_that_does_not_wait_has_no_wait() -> None:
    office = an_office()
    office.open()
    office.issue()
    called = office.call_next()

    assert waiting(office.floor, called, office.clock.now()) is None


def test_a_customer_who_has_been_served_for_long_is_expected_to_go_soon_but_not_at_once() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    told = []
    for minutes in (1, 1, 30):
        office.clock.advance(minutes=minutes)
        told.append(likely(office))

    assert told == [240, 180, 75]


@given(before=st.integers(0, 30), counters=st.integers(1, 4), passed=st.integers(0, 3600))
def test_a_range_is_a_range(before: int, counters: int, passed: int) -> None:
    office = an_office(counters=("K1", "K2", "K3", "K4"))
    for n in range(counters):
        office.open(f"K{n + 1}")
    office.issue_many(before)
    for n in range(counters):
        office.next(f"K{n + 1}")
    office.clock.advance(seconds=passed)

    found = wait_of(office)

    assert found is not None
    assert 0 <= found.low <= found.likely <= found.high
    assert found.high < timedelta(days=1).total_seconds()
