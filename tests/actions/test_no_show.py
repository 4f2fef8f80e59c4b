"""The customer who was called does not come; within ten seconds that may be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.actions.no_show import may_be_missed_at
from server.domain.branch import Calling, Kiosk, Zone
from tests.builders import AnOffice, a_branch, an_office


def called(**stated: object) -> AnOffice:
    office = an_office(**stated)  # type: ignore[arg-type]
    office.open("K1")
    office.open("K2")
    office.issue_many(3)
    office.next("K1")
    return office


@pytest.mark.parametrize(
    ("seconds", "calls", "facts"),
    [
        (59.999, 2, {"at": "2026-03-02T00:01:00Z", "number": "A001", "calls_left": 0}),
        (300, 1, {"at": "2026-03-02T00:01:00Z", "number": "A001", "calls_left": 1}),
    ],
)
def test_a_no_show_may_not_be_marked_before_the_customer_had_the_calls_and_the_time(
    seconds: float, calls: int, facts: dict[str, object]
) -> None:
    office = called()
    if calls == 2:
        office.clock.advance(seconds=10)
        office.recall()
        seconds -= 10
    office.clock.advance(seconds=seconds)

    refused = office.refusal(office.no_show)

    assert (refused.code, refused.facts) == ("too_early_for_no_show", facts)


def test_after_two_calls_and_sixty_seconds_the_number_goes_to_the_missed() -> None:
    office = called()

    missed = office.miss()

    assert (missed.status, missed.counter, missed.ended_at) == ("no_show", "", office.clock.now())
    assert office.floor.missed(office.clock.now()) == [missed]
    assert office.floor.serving("K1") is None
    assert office.call_next().number == "A002"


def test_a_branch_may_ask_for_more_calls_or_more_time_or_neither() -> None:
    office = called(calling=Calling(no_show_after_s=0, no_show_calls=1))

    assert office.no_show().status == "no_show"


def test_a_customer_who_is_being_served_came() -> None:
    office = called()
    office.serve()
    office.clock.advance(minutes=5)

    assert office.refusal(office.no_show).code == "wrong_state"


def test_a_no_show_is_taken_back_within_ten_seconds_and_stands_called_as_before() -> None:
    office = called()
    office.clock.advance(seconds=10)
    office.recall()
    before = office.ticket("A001")
    office.clock.advance(seconds=60)
    office.no_show()
    office.clock.advance(seconds=10)

    back = office.undo()

    assert back == before
    assert office.floor.serving("K1") == before
    assert office.serve().status == "serving"


def test_after_ten_seconds_a_no_show_stands() -> None:
    office = called()
    office.miss()
    office.clock.advance(seconds=10.001)

    refused = office.refusal(office.undo)

    assert (refused.code, refused.facts) == ("undo_too_late", {"counter": "K1", "number": "A001"})


def test_after_the_next_call_nothing_is_taken_back() -> None:
    office = called()
    office.miss()
    office.next()
    office.finish()

    assert office.refusal(office.undo).code == "undo_too_late"


def test_with_nothing_marked_there_is_nothing_to_take_back() -> None:
    office = called()

    assert office.refusal(office.undo).code == "undo_too_late"
    assert office.refusal(office.undo, "K2").code == "undo_too_late"


def test_a_counter_takes_back_its_own_no_show_and_not_that_of_another() -> None:
    office = called(calling=Calling(no_show_after_s=0, no_show_calls=1))
    office.no_show("K1")
    office.call("A001", "K2")
    office.no_show("K2")

    assert office.refusal(office.undo, "K1").code == "undo_too_late"
    assert office.undo("K2").counter == "K2"


def test_what_came_back_by_itself_is_not_taken_back_any_more() -> None:
    office = called()
    office.miss()
    office.restore("A001")

    assert office.refusal(office.undo).code == "undo_too_late"


def test_taken_back_twice_it_is_refused() -> None:
    office = called()
    office.miss()
    office.undo()

    assert office.refusal(office.undo).code == "undo_too_late"


def test_after_an_undo_the_no_show_may_be_marked_again_at_once() -> None:
    office = called()
    office.miss()
    office.undo()

    assert office.no_show().status == "no_show"


def test_whoever_took_the_ticket_far_away_has_the_time_to_walk() -> None:
    zones = (Zone("hall", {"ms": "Ruang menunggu"}, walk_s=30), Zone("canteen", {"ms": "Kantin"}, walk_s=180))
    office = an_office(a_branch(zones=zones, kiosks=(Kiosk("main"), Kiosk("far", "canteen"))))
    office.open("K1")
    office.issue("A", kiosk="far")
    office.issue("A", kiosk="main")
    since = office.clock.now()
    office.next("K1")

    office.clock.advance(seconds=10)
    office.recall()
    office.clock.advance(seconds=169)
    refused = office.refusal(office.no_show)
    office.clock.advance(seconds=1)
    far = office.no_show()

    assert refused.code == "too_early_for_no_show"
    assert far.number == "A001"
    near = office.call_next()
    assert may_be_missed_at(office.floor, near, since) == office.clock.now() + timedelta(seconds=60)
