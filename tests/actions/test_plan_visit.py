"""One number for several services: the ticket goes on by itself, and each part of the visit is measured."""

from __future__ import annotations

import pytest

from server.actions.finish import OUTCOMES
from server.domain.measures import of_leg, of_ticket
from server.domain.ticket import Status
from tests.builders import AnOffice, a_branch, a_service, an_office, fold_of


def three_counters() -> AnOffice:
    """K1 does A, K2 does F, K3 does H."""
    office = an_office(a_branch("AFH", {"K1": "A", "K2": "F", "K3": "H"}))
    for counter, officer in (("K1", 1), ("K2", 2), ("K3", 3)):
        office.open(counter, officer=officer)
    return office


def test_a_visit_of_three_services_is_one_number_and_three_legs_each_with_its_own_wait() -> None:
    office = three_counters()
    ended = office.issue("A", further=("F", "H"))

    for counter in ("K1", "K2", "K3"):
        office.clock.advance(minutes=4)
        assert office.call_next(counter).number == "A001"
        office.clock.advance(minutes=1)
        office.serve(counter)
        office.clock.advance(minutes=5)
        ended = office.finish(counter)

    assert ended.status is Status.FINISHED
    assert [leg.service for leg in ended.legs] == ["A", "F", "H"]
    assert [leg.counter for leg in ended.legs] == ["K1", "K2", "K3"]
    assert [of_leg(leg).wait for leg in ended.legs] == [300, 300, 300]
    assert [leg.outcome for leg in ended.legs] == ["done", "done", "done"]
    assert (of_ticket(ended).service, of_ticket(ended).sojourn) == (900, 1800)
    assert fold_of(office) == office.floor


def test_the_visit_keeps_its_place_by_arrival_at_the_next_service() -> None:
    office = three_counters()
    office.issue("A", further=("F",))
    office.clock.advance(minutes=1)
    office.issue("F")
    office.next("K1")
    office.clock.advance(minutes=10)

    moved = office.finish("K1")

    assert (moved.status, moved.service, moved.further) == ("waiting", "F", ())
    assert office.call_next("K2").number == "A001"


def test_next_sends_the_visit_on_and_the_same_counter_may_call_it_again() -> None:
    office = an_office()
    office.open("K1", officer=1)
    office.issue("A", further=("F",))
    office.next("K1")

    again = office.call_next("K1")

    assert (again.number, again.service, len(again.legs)) == ("A001", "F", 2)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_service_of_a_visit_is_a_matter_of_its_own_whatever_became_of_the_one_before(outcome: str) -> None:
    office = three_counters()
    office.issue("A", further=("F",))
    office.next("K1")

    moved = office.finish("K1", outcome=outcome)

    assert (moved.status, moved.service, moved.legs[0].outcome) == ("waiting", "F", outcome)
    assert moved.sent is None  # nobody sent it: it does not go back to K1 when F takes long


def test_a_service_whose_begin_nobody_told_is_reckoned_as_at_the_end_of_a_visit() -> None:
    office = three_counters()
    office.issue("A", further=("F",))
    office.next("K1")
    office.clock.advance(minutes=5)

    first = office.finish("K1").legs[0]

    assert first.began_assumed
    assert of_leg(first).walk == office.floor.branch.calling.walk_s


def test_an_officer_adds_a_service_and_strikes_the_others() -> None:
    office = three_counters()
    office.issue("A")
    office.next("K1")

    assert office.plan("H", "F").further == ("H", "F")
    assert office.plan("H", "F").further == ("H", "F")
    assert [event.kind for event in office.journal].count("visit_planned") == 1
    assert office.plan().further == ()
    assert office.finish("K1").status is Status.FINISHED


def test_one_who_is_sent_by_hand_to_a_service_of_the_visit_is_not_served_there_twice() -> None:
    office = three_counters()
    office.issue("A", further=("F", "H"))
    office.next("K1")
    office.transfer("K1", to_service="H")
    office.next("K3")

    moved = office.finish("K3")

    assert (moved.service, moved.further) == ("F", ())


def test_a_service_that_nobody_serves_is_waited_for() -> None:
    office = three_counters()
    office.close("K2")
    office.issue("A", further=("F",))
    office.next("K1")

    waits = office.finish("K1")

    assert (waits.status, waits.service, office.floor.counters_open("F")) == ("waiting", "F", 0)
    office.open("K2", officer=2)
    assert office.call_next("K2").number == "A001"


def test_one_who_misses_the_second_call_comes_back_for_it_and_goes_on_after_it() -> None:
    office = three_counters()
    office.issue("A", further=("F", "H"))
    office.next("K1")
    office.finish("K1")
    office.next("K2")
    office.miss("K2")

    back = office.restore("A001", "K2")
    office.next("K2")

    assert (back.service, back.further) == ("F", ("H",))
    assert office.finish("K2").service == "H"


def test_at_the_end_of_the_day_a_visit_is_carried_over_with_what_is_left_of_it() -> None:
    office = three_counters()
    office.issue("A", further=("F",))

    office.close_day("carry")

    assert office.ticket("A001").further == ("F",)


@pytest.mark.parametrize("further", [("A",), ("F", "F"), ("F", "H", "J", "K")])
def test_a_visit_is_at_most_four_different_services(further: tuple[str, ...]) -> None:
    office = an_office(a_branch([a_service(code) for code in "AFHJK"]))

    assert office.refusal(office.issue, "A", further=further).code == "malformed"


def test_a_visit_names_only_services_that_there_are_and_that_are_open() -> None:
    office = three_counters()

    assert office.refusal(office.issue, "A", further=("Z",)).code == "unknown_service"
    office.issue("A")
    office.next("K1")
    assert office.refusal(office.plan, "Z").code == "unknown_service"
    assert office.refusal(office.plan, "F", counter="K2").code == "no_ticket_in_hand"
