"""How many transactions a visit is, as the officer counts them."""

from __future__ import annotations

import pytest

from server.domain.events import TransactionsCounted
from tests.builders import AnOffice, an_office


def called() -> AnOffice:
    office = an_office()
    office.open("K1", officer=1)
    office.issue()
    office.next()
    return office


def test_a_visit_of_three_transactions_is_counted_before_and_while_it_is_served() -> None:
    office = called()

    assert office.count(2).transactions == 2
    office.serve()
    assert office.count(3).transactions == 3
    assert office.finish().transactions == 3


def test_a_count_changes_neither_state_nor_times_nor_the_counter() -> None:
    office = called()
    before = office.ticket("A001")
    office.clock.advance(minutes=1)

    after = office.count(999)

    assert (after.status, after.leg, after.counter) == (before.status, before.leg, before.counter)
    serving = office.floor.serving("K1")
    assert serving is not None
    assert serving.number == "A001"


def test_the_same_count_said_twice_is_written_once() -> None:
    office = called()
    office.count(4)

    office.count(4)

    assert [event.transactions for event in office.journal if isinstance(event, TransactionsCounted)] == [4]


@pytest.mark.parametrize("transactions", [0, -1, 1000])
def test_a_visit_is_one_to_nine_hundred_and_ninety_nine_transactions(transactions: int) -> None:
    office = called()

    assert office.refusal(office.count, transactions).code == "malformed"


def test_only_the_customer_in_hand_is_counted_and_by_who_is_on_duty() -> None:
    office = called()

    assert office.refusal(office.count, 2, officer=2).code == "counter_taken"
    office.finish()
    assert office.refusal(office.count, 2).code == "no_ticket_in_hand"
    assert office.refusal(office.count, 2, "K2").code == "counter_closed"
