"""An officer leaves the counter."""

from __future__ import annotations

from tests.builders import an_office


def test_a_counter_closes_with_its_reason() -> None:
    office = an_office()
    office.open(officer=7)

    state = office.close(reason=" prayer ", officer=7)

    assert (state.is_open, state.closed_reason, state.closed_at) == (False, "prayer", office.clock.now())
    assert office.floor.counters_open() == 0


def test_a_counter_that_opens_again_has_no_reason_any_more() -> None:
    office = an_office()
    office.open()
    office.close()

    state = office.open()

    assert (state.closed_reason, state.closed_at) == ("", None)


def test_a_counter_with_a_customer_stays_open() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()

    refused = office.refusal(office.close)

    assert (refused.code, refused.facts) == ("ticket_in_hand", {"counter": "K1", "number": "A001"})


def test_closing_needs_a_reason_an_open_counter_and_its_own_officer() -> None:
    office = an_office()
    office.open(officer=1)

    assert office.refusal(office.close, reason="").code == "reason_needed"
    assert office.refusal(office.close, reason="x" * 101).code == "too_long"
    assert office.refusal(office.close, officer=2).code == "counter_taken"
    office.close()
    assert office.refusal(office.close).code == "counter_closed"


def test_who_was_sent_to_the_counter_or_its_officer_waits_for_everybody_now() -> None:
    office = an_office(counters=("K1", "K2"))
    office.open("K1", officer=1)
    office.open("K2", officer=2)
    office.issue_many(3)
    office.next("K1")
    office.transfer("K1", to_counter="K2")
    office.next("K1")
    office.transfer("K1", to_officer=2)

    office.close("K2")

    assert {t.only for t in office.floor.open_tickets()} == {""}
    assert office.numbers_called("K1") == ["A001", "A002", "A003"]


def test_who_was_sent_to_another_counter_is_left_alone() -> None:
    office = an_office(counters=("K1", "K2", "K3"))
    office.open("K1")
    office.open("K2")
    office.issue()
    office.next("K1")
    office.transfer("K1", to_counter="K3")

    office.close("K2")

    assert office.ticket("A001").only == "counter:K3"


def test_a_closed_counter_forgets_how_many_priority_customers_it_called() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.issue(lane="elderly")
    office.next()
    office.finish()
    assert office.floor.counter("K1").run == 1

    office.close()
    office.open()

    assert office.floor.counter("K1").run == 0
