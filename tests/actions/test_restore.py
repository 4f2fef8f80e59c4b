"""A customer who missed the call comes after all."""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.branch import Calling
from server.domain.discipline import Policy
from tests.builders import AnOffice, an_office


def missed(waiting: int = 4, **stated: Any) -> AnOffice:
    """A001 missed its call; so many others wait."""
    office = an_office(**stated)
    office.open("K1")
    office.issue()
    office.next()
    for _ in range(waiting):
        office.clock.advance(minutes=1)
        office.issue()
    office.clock.advance(minutes=1)
    office.recall()
    office.no_show()
    return office


def test_a_late_customer_comes_behind_the_next_two() -> None:
    office = missed()

    back = office.restore("A001")

    assert back.status == "waiting"
    assert office.numbers_called() == ["A002", "A003", "A001", "A004", "A005"]


@pytest.mark.parametrize("behind", [0, 1, 3, 20])
def test_a_branch_may_say_behind_how_many(behind: int) -> None:
    office = missed(calling=Calling(return_behind=behind))

    office.restore("A001")

    assert office.numbers_called().index("A001") == min(behind, 4)


def test_behind_the_next_two_whatever_their_lane() -> None:
    office = missed(waiting=1)
    office.issue(lane="elderly")
    office.issue(lane="elderly")

    office.restore("A001")

    assert office.numbers_called() == ["A003", "A004", "A001", "A002"]


def test_a_late_priority_customer_keeps_the_head_start_but_for_the_next_two() -> None:
    office = an_office(policy=Policy(guard=0))
    office.open()
    office.issue(lane="elderly")
    office.next()
    for _ in range(3):
        office.clock.advance(minutes=1)
        office.issue()
    office.recall()
    office.no_show()

    office.restore("A001")

    assert office.numbers_called() == ["A002", "A003", "A001", "A004"]


def test_where_nobody_else_waits_a_late_customer_is_next() -> None:
    office = missed(waiting=0)

    office.restore("A001")

    assert office.numbers_called() == ["A001"]


def test_one_whose_own_place_is_further_back_keeps_that() -> None:
    office = missed(waiting=2)
    office.numbers_called()
    office.clock.advance(minutes=1)
    before = office.ticket("A001").rank_at
    office.issue("F")

    assert office.restore("A001").rank_at == before


@pytest.mark.parametrize(("seconds", "comes_back"), [(1800, True), (1800.001, False)])
def test_a_number_may_come_back_for_half_an_hour(seconds: float, comes_back: bool) -> None:
    office = missed()
    office.clock.advance(seconds=seconds)

    if comes_back:
        assert office.restore("A001").status == "waiting"
    else:
        assert office.refusal(office.restore, "A001").code == "unknown_ticket"


def test_the_missed_calls_stay_on_record_and_the_next_ones_count_anew() -> None:
    office = missed(waiting=0)
    first_called_at = office.floor.missed(office.clock.now())[0].leg.called_at
    office.restore("A001")
    office.clock.advance(minutes=1)

    called = office.call_next()

    assert [leg.calls for leg in called.legs] == [2, 1]
    assert called.legs[0].called_at == first_called_at
    assert office.refusal(office.no_show).code == "too_early_for_no_show"


def test_who_did_not_miss_a_call_has_nothing_to_come_back_to() -> None:
    office = missed()

    assert office.refusal(office.restore, "A002").code == "wrong_state"
    assert office.refusal(office.restore, "A099").code == "unknown_ticket"
    assert office.refusal(office.restore, "A001", "K2").code == "counter_closed"


def test_a_number_comes_back_once() -> None:
    office = missed()
    office.restore("A001")

    assert office.refusal(office.restore, "A001").code == "wrong_state"
