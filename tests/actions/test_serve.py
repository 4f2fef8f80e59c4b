"""The customer stands at the counter."""

from __future__ import annotations

from server.domain.measures import of_ticket
from tests.builders import an_office


def test_the_service_begins_and_the_wait_ends() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.clock.advance(minutes=9)
    office.next()
    office.clock.advance(seconds=40)

    serving = office.serve()

    assert serving.status == "serving"
    assert (of_ticket(serving).wait_to_call, of_ticket(serving).walk, of_ticket(serving).wait) == (540, 40, 580)


def test_a_service_begins_once() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(minutes=1)

    assert office.refusal(office.serve).code == "wrong_state"


def test_nobody_is_served_where_nobody_was_called() -> None:
    office = an_office()
    office.open("K1", officer=1)
    office.issue()

    assert office.refusal(office.serve).code == "no_ticket_in_hand"
    assert office.refusal(office.serve, officer=2).code == "counter_taken"
    assert office.refusal(office.serve, "K2").code == "counter_closed"
