"""A customer goes on to another service, counter or officer."""

from __future__ import annotations

from typing import Any

import pytest

from server.actions.transfer import came_back
from server.domain.discipline import Policy
from server.domain.measures import of_leg
from tests.builders import AnOffice, an_office


def in_hand(**stated: Any) -> AnOffice:
    """A001, issued at opening, is being served at K1; K2 (F, officer 2) and K3 are open."""
    office = an_office(counters={"K1": "AF", "K2": "F", "K3": "AF"}, **stated)
    office.open("K1", officer=1)
    office.open("K2", officer=2)
    office.open("K3", officer=3)
    office.issue()
    office.next()
    office.serve()
    return office


def test_the_number_the_history_and_the_place_go_along_to_another_service() -> None:
    office = in_hand()
    office.clock.advance(minutes=10)
    office.issue("F")

    moved = office.transfer(to_service="F", note=" has paid ")

    assert (moved.number, moved.service, moved.status, moved.note) == ("A001", "F", "waiting", "has paid")
    assert (moved.legs[0].outcome, of_leg(moved.legs[0]).service) == ("transferred", 600)
    assert office.call_next("K2").number == "A001"  # it came before F001


def test_the_second_leg_has_a_wait_and_calls_of_its_own() -> None:
    office = in_hand()
    first_called_at = office.ticket("A001").leg.called_at
    office.clock.advance(minutes=10)
    office.transfer(to_service="F")
    office.clock.advance(minutes=4)

    called = office.call_next("K2")

    assert [leg.calls for leg in called.legs] == [1, 1]
    assert of_leg(called.leg).wait_to_call == 240
    assert called.legs[0].called_at == first_called_at


def test_one_who_is_sent_to_a_counter_is_called_there_and_nowhere_else() -> None:
    office = in_hand()

    office.transfer(to_counter="K2")

    assert office.next("K3") is None
    choice = office.next("K2")
    assert choice is not None
    assert (choice.ticket.number, choice.why) == ("A001", "for_you")  # though K2 does not do service A


def test_one_who_is_sent_to_an_officer_is_called_wherever_that_officer_sits() -> None:
    office = in_hand()
    office.close("K2", officer=2)
    office.transfer(to_officer=2)
    office.close("K3", officer=3)

    office.open("K3", officer=2)

    assert office.next("K1") is None
    assert office.call_next("K3").number == "A001"


def test_a_counter_may_be_combined_with_a_service() -> None:
    office = in_hand()

    moved = office.transfer(to_service="F", to_counter="K3")

    assert (moved.service, moved.only) == ("F", "counter:K3")
    assert office.next("K2") is None
    assert office.call_next("K3").number == "A001"


def test_a_transfer_that_nobody_takes_up_in_ten_minutes_goes_back_to_the_officer_who_sent_it() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")
    office.clock.advance(minutes=9, seconds=59.999)
    assert office.release_untaken() == 0

    office.clock.advance(seconds=0.001)

    assert office.release_untaken() == 1
    assert office.release_untaken() == 0
    assert office.ticket("A001").only == "officer:1"
    assert office.next("K2") is None
    assert office.next("K3") is None
    assert office.call_next("K1").number == "A001"


def test_it_goes_back_to_the_officer_even_where_he_sits_elsewhere_now() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")
    office.close("K1")
    office.close("K3")
    office.open("K3", officer=1)
    office.clock.advance(minutes=10)

    office.release_untaken()

    assert office.call_next("K3").number == "A001"


def test_where_nobody_knows_who_sent_it_it_goes_back_to_the_counter() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue()
    office.next()
    office.transfer(to_counter="K2")
    office.clock.advance(minutes=10)

    office.release_untaken()

    assert office.ticket("A001").only == "counter:K1"


def test_whoever_took_the_counter_over_and_sent_it_on_gets_it_back() -> None:
    office = in_hand()
    office.open("K1", officer=4, take_over=True)
    office.transfer(to_counter="K2")
    office.clock.advance(minutes=10)

    office.release_untaken()

    assert office.ticket("A001").only == "officer:4"


def test_a_transfer_that_nobody_takes_up_waits_for_everybody_once_the_sender_has_gone() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")
    office.close("K1")
    office.clock.advance(minutes=10)

    assert office.release_untaken() == 1
    assert office.call_next("K3").number == "A001"


def test_one_who_came_back_waits_for_everybody_when_the_sender_closes() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")
    office.clock.advance(minutes=10)
    office.release_untaken()

    office.close("K1")

    assert office.call_next("K3").number == "A001"


def test_one_whom_the_sender_leaves_waiting_too_waits_for_everybody_after_twenty_minutes() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")
    office.clock.advance(minutes=10)
    office.release_untaken()
    office.clock.advance(minutes=9, seconds=59.999)
    assert office.release_untaken() == 0

    office.clock.advance(seconds=0.001)

    assert office.release_untaken() == 1
    assert office.call_next("K3").number == "A001"


def test_after_an_hour_without_a_server_an_untaken_transfer_waits_for_everybody_at_once() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")
    office.clock.advance(hours=1)

    assert (office.release_untaken(), office.release_untaken()) == (1, 0)
    assert office.ticket("A001").only == ""


def test_only_the_sender_is_told_that_a_customer_came_back() -> None:
    office = in_hand()
    office.transfer(to_counter="K2")

    def told() -> dict[str, list[str]]:
        floor, now = office.floor, office.clock.now()
        return {code: [t.number for t in came_back(floor, floor.counter(code), now)] for code in ("K1", "K2", "K3")}

    assert told() == {"K1": [], "K2": [], "K3": []}
    office.clock.advance(minutes=10)
    office.release_untaken()
    assert told() == {"K1": ["A001"], "K2": [], "K3": []}
    office.next("K1")
    assert told() == {"K1": [], "K2": [], "K3": []}


@pytest.mark.parametrize(
    ("position", "order"), [("arrival", ["F002", "A001", "F003"]), ("last", ["F002", "F003", "A001"])]
)
def test_the_place_is_that_of_the_arrival_or_the_last(position: str, order: list[str]) -> None:
    office = an_office()
    office.open("K1", services=["F"])
    office.open("K2", services=["A"])
    office.issue("F")
    office.next("K1")
    office.clock.advance(minutes=1)
    office.issue("F")
    office.clock.advance(minutes=1)
    office.issue("A")
    office.clock.advance(minutes=1)
    office.issue("F")
    office.next("K2")
    office.clock.advance(minutes=1)

    office.transfer("K2", to_service="F", position=position)

    assert office.numbers_called("K1") == order


@pytest.mark.parametrize("kind", ["head_start", "first_come"])
def test_the_first_place_is_before_all_who_wait_there_whatever_their_lane(kind: str) -> None:
    office = in_hand(policy=Policy(kind=kind))
    office.issue("F", "elderly")
    office.issue("F")
    office.clock.advance(minutes=1)

    office.transfer(to_service="F", position="first")

    assert office.numbers_called("K2") == ["A001", "F001", "F002"]


def test_the_first_place_is_behind_an_emergency() -> None:
    office = in_hand()
    office.issue("F", "emergency")

    office.transfer(to_service="F", position="first")

    assert office.numbers_called("K2") == ["F001", "A001"]


def test_under_the_strict_rule_the_first_place_is_the_first_of_the_lane() -> None:
    office = in_hand(policy=Policy(kind="strict", guard=0))
    office.issue("F")
    office.issue("F", "elderly")

    office.transfer(to_service="F", position="first")

    assert office.numbers_called("K2") == ["F002", "A001", "F001"]


def test_the_first_place_at_a_counter_is_before_all_whom_that_counter_serves() -> None:
    office = in_hand()
    office.issue("F", "elderly")
    office.clock.advance(minutes=1)
    office.issue("A", "elderly")

    office.transfer(to_counter="K3", position="first")

    assert office.call_next("K3").number == "A001"


def test_the_first_place_never_costs_the_place_that_one_had() -> None:
    office = in_hand()
    before = office.ticket("A001").rank_at

    assert office.transfer(to_service="F", position="first").rank_at == before


def test_a_transfer_has_an_aim_and_only_one_person_or_counter() -> None:
    office = in_hand()

    assert office.refusal(office.transfer).code == "malformed"
    assert office.refusal(office.transfer, to_counter="K2", to_officer=2).code == "malformed"
    assert office.refusal(office.transfer, to_service="F", position="middle").code == "malformed"
    assert office.refusal(office.transfer, to_service="Z").code == "unknown_service"
    assert office.refusal(office.transfer, to_counter="K9").code == "unknown_counter"
    assert office.refusal(office.transfer, to_service="F", note="x" * 201).code == "too_long"
    assert office.refusal(office.transfer, "K2", to_service="A").code == "no_ticket_in_hand"


def test_a_note_may_have_two_hundred_characters_in_any_script() -> None:
    office = in_hand()

    assert office.transfer(to_service="F", note="நன்றி 谢谢 " * 20).note.endswith("谢谢")


def test_a_customer_who_was_only_called_may_be_sent_on() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.clock.advance(minutes=1)

    moved = office.transfer(to_service="F")

    assert of_leg(moved.legs[0]).service is None
    assert office.floor.service_mean("A") == 300
