"""An officer comes on duty at a counter."""

from __future__ import annotations

from tests.builders import an_office


def test_an_officer_opens_a_counter_for_all_that_it_can_do() -> None:
    office = an_office(counters={"K1": "FA"})

    state = office.open(officer=7)

    assert state.is_open
    assert state.duty is not None
    assert (state.duty.officer, state.duty.services, state.duty.opened_at) == (7, ("F", "A"), office.clock.now())
    assert state.idle_since == office.clock.now()


def test_a_counter_may_open_for_some_of_its_services_in_its_own_order() -> None:
    office = an_office(services="AFH", counters={"K1": "HFA"})

    duty = office.open(services=["A", "H"]).duty

    assert duty is not None
    assert duty.services == ("H", "A")


def test_a_keypad_opens_a_counter_with_nobody_known_on_duty() -> None:
    office = an_office()

    duty = office.open().duty

    assert duty is not None
    assert duty.officer is None


def test_opening_again_as_it_stands_changes_nothing() -> None:
    office = an_office()
    state = office.open(officer=7)
    office.clock.advance(minutes=5)

    assert office.open(officer=7) == state
    assert office.open() == state
    assert office.floor.seq == 1


def test_the_services_may_change_while_a_customer_is_in_hand() -> None:
    office = an_office()
    office.open(officer=7)
    office.issue()
    office.next()

    state = office.open(officer=7, services=["F"])

    assert state.duty is not None
    assert (state.duty.services, state.duty.officer) == (("F",), 7)
    assert state.ticket is not None


def test_a_keypad_that_changes_the_services_does_not_send_the_officer_away() -> None:
    office = an_office()
    office.open(officer=7)

    duty = office.open(services=["F"]).duty

    assert duty is not None
    assert duty.officer == 7


def test_two_officers_at_one_counter_number_are_not_possible() -> None:
    office = an_office()
    office.open(officer=1)

    refused = office.refusal(office.open, officer=2)

    assert (refused.code, refused.facts) == ("counter_taken", {"counter": "K1"})


def test_an_officer_may_take_over_and_the_customer_in_hand_stays() -> None:
    office = an_office()
    office.open(officer=1)
    office.issue()
    office.next(officer=1)
    office.serve(officer=1)

    state = office.open(officer=2, take_over=True)

    assert state.duty is not None
    assert state.duty.officer == 2
    assert office.refusal(office.finish, officer=1).code == "counter_taken"
    assert office.finish(officer=2).number == "A001"


def test_an_officer_sits_at_one_counter() -> None:
    office = an_office()
    office.open("K1", officer=7)

    refused = office.refusal(office.open, "K2", officer=7)

    assert (refused.code, refused.facts) == ("already_on_duty", {"counter": "K1"})
    office.close("K1", officer=7)
    assert office.open("K2", officer=7).is_open


def test_an_officer_comes_to_a_counter_that_a_keypad_opened() -> None:
    office = an_office()
    office.open()

    duty = office.open(officer=7).duty

    assert duty is not None
    assert duty.officer == 7


def test_a_counter_opens_for_something_that_it_can_do() -> None:
    office = an_office(counters={"K1": "A"})

    assert office.refusal(office.open, services=[]).code == "malformed"
    assert office.refusal(office.open, services=["Z"]).code == "unknown_service"
    assert office.refusal(office.open, services=["F"]).facts == {"service": "F", "counter": "K1"}
    assert office.refusal(office.open, "K9").code == "unknown_counter"
