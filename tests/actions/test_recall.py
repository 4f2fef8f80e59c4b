"""The call is made again."""

from __future__ import annotations

from server.domain import events as e
from tests.builders import an_office


def test_a_recall_rings_again_but_keeps_the_first_call_time() -> None:
    office = an_office()
    office.open()
    office.issue()
    first_called_at = office.call_next().leg.called_at
    office.clock.advance(seconds=25)

    recalled = office.recall()

    assert recalled.leg.called_at == first_called_at
    assert recalled.leg.last_called_at == office.clock.now()
    assert (recalled.leg.calls, recalled.status) == (2, "called")
    assert office.floor.recent[0].calls == 2


def test_two_recalls_are_ten_seconds_apart_so_that_the_screens_can_follow() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.clock.advance(seconds=9.999)

    refused = office.refusal(office.recall)

    assert refused.code == "too_soon_to_recall"
    assert refused.facts == {"at": "2026-03-02T00:00:10Z", "number": "A001"}
    office.clock.advance(seconds=0.001)
    assert office.recall().leg.calls == 2
    assert office.refusal(office.recall).code == "too_soon_to_recall"


def test_the_recall_after_which_a_no_show_may_be_marked_is_the_last_one() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    for _ in range(3):
        office.clock.advance(seconds=10)
        office.recall()

    assert [event.last for event in office.journal if isinstance(event, e.TicketRecalled)] == [False, True, True]


def test_a_customer_who_is_being_served_is_not_called_again() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(minutes=1)

    assert office.refusal(office.recall).code == "wrong_state"


def test_without_a_customer_in_hand_there_is_nobody_to_recall() -> None:
    office = an_office()
    office.open()

    assert office.refusal(office.recall).code == "no_ticket_in_hand"
    assert office.refusal(office.recall, "K2").code == "counter_closed"
