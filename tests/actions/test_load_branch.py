"""An edited plan takes effect, unless somebody in the hall still needs what it takes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.branch_file import EXAMPLE, parse
from server.actions.load_branch import branch_of, refuse_removals
from server.domain.branch import Branch, Calling
from server.domain.errors import StillWaiting
from server.domain.queue import Lane
from tests.builders import AnOffice, a_branch, an_office

LANES = tuple(lane for lane in Lane if lane is not Lane.ELDERLY)
WITHOUT: dict[str, Callable[..., Branch]] = {
    "service": lambda **stated: a_branch("A", **stated),
    "counter": lambda **stated: a_branch(counters=("K1",), **stated),
    "lane": lambda **stated: a_branch(lanes=LANES, **stated),
}
"""The branch of these tests without service F, without counter K2, without the lane of the elderly."""


def facts(office: AnOffice, new: Branch) -> dict[str, Any]:
    """What the refusal names; that the plan is refused is asserted."""
    with pytest.raises(StillWaiting) as refused:
        refuse_removals(office.floor, new, office.clock.now())
    return refused.value.facts


def is_taken(office: AnOffice, new: Branch) -> bool:
    refuse_removals(office.floor, new, office.clock.now())
    return True


def an_open_office() -> AnOffice:
    """K1 and K2 are on duty; the first of F is elderly."""
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue("F", "elderly")
    return office


@pytest.mark.parametrize("what", ["service", "counter", "lane"])
def test_what_nobody_needs_may_go(what: str) -> None:
    office = an_office()
    office.open("K1")
    office.issue("A")
    office.next("K1")

    assert is_taken(office, WITHOUT[what]())


@pytest.mark.parametrize(("what", "named"), [("service", {"service": "F"}), ("lane", {"lane": "elderly"})])
@pytest.mark.parametrize("fate", ["waiting", "called", "serving", "held", "missed"])
def test_a_service_or_a_lane_stays_while_somebody_is_there_who_needs_it(
    what: str, named: dict[str, str], fate: str
) -> None:
    office = an_open_office()
    if fate != "waiting":
        office.next("K1")
    if fate in ("serving", "held"):
        office.serve("K1")
    if fate == "held":
        office.hold("K1")
    if fate == "missed":
        office.miss("K1")

    assert facts(office, WITHOUT[what]()) == {**named, "number": "F001"}


@pytest.mark.parametrize("what", ["service", "lane"])
def test_nobody_is_waited_for_who_is_gone_for_good(what: str) -> None:
    office = an_open_office()
    office.next("K1")
    office.finish("K1")
    office.leave(office.issue("F", "elderly").id)

    assert is_taken(office, WITHOUT[what]())


@pytest.mark.parametrize("what", ["service", "lane"])
def test_whoever_missed_the_call_is_waited_for_as_long_as_the_branch_lets_them_come_back(what: str) -> None:
    """The service was gone when the customer came, and nobody could call the number any more."""
    office = an_open_office()
    office.next("K1")
    office.miss("K1")
    half_an_hour = timedelta(seconds=office.floor.branch.calling.missed_for_s)

    office.clock.advance(seconds=half_an_hour.total_seconds())
    assert facts(office, WITHOUT[what]())["number"] == "F001"
    office.restore("F001", "K2")
    assert office.ticket("F001").status == "waiting"
    office.next("K1")
    office.miss("K1")
    office.clock.advance(seconds=half_an_hour.total_seconds() + 0.001)
    assert is_taken(office, WITHOUT[what]())


def test_it_is_the_new_plan_that_says_how_long_a_missed_number_may_come_back() -> None:
    office = an_open_office()
    office.next("K1")
    office.miss("K1")
    office.clock.advance(hours=1)

    assert is_taken(office, WITHOUT["service"]())
    assert facts(office, WITHOUT["service"](calling=Calling(missed_for_s=2 * 3600.0)))["number"] == "F001"
    office.clock.advance(minutes=-59)
    assert is_taken(office, WITHOUT["service"](calling=Calling(missed_for_s=0.0)))


def test_a_counter_stays_while_it_is_open_or_has_a_customer_put_aside() -> None:
    office = an_open_office()
    assert facts(office, WITHOUT["counter"]()) == {"counter": "K2"}
    office.next("K2")
    office.serve("K2")
    office.hold("K2")
    office.close("K2")

    assert facts(office, WITHOUT["counter"]()) == {"counter": "K2", "number": "F001"}

    office.resume("F001", "K1")
    assert is_taken(office, WITHOUT["counter"]())


def test_a_counter_stays_while_a_customer_is_sent_to_it() -> None:
    office = an_open_office()
    office.next("K1")
    office.transfer("K1", to_counter="K2")

    assert facts(office, WITHOUT["counter"]()) == {"counter": "K2", "number": "F001"}


def test_a_counter_whose_call_was_missed_may_go_for_the_customer_comes_back_to_the_line() -> None:
    office = an_open_office()
    office.next("K2")
    office.miss("K2")
    office.close("K2")

    assert is_taken(office, WITHOUT["counter"]())
    assert office.restore("F001", "K1").status == "waiting"


def test_a_service_goes_though_a_counter_on_duty_offers_it() -> None:
    office = an_office()
    office.open("K1", services=["A", "F"])

    assert is_taken(office, WITHOUT["service"]())


def test_the_example_file_describes_a_branch() -> None:
    branch = branch_of(parse(EXAMPLE.read_text(encoding="utf-8")), version=7)

    assert (branch.code, branch.version) == ("KL01", 7)
    assert [service.code for service in branch.services] == ["A", "F", "H", "J"]
    assert branch.counter("K1").services == ("A", "F")
