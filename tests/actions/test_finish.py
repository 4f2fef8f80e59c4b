"""The service ends, with its outcome."""

from __future__ import annotations

import pytest

from server.actions.finish import OUTCOMES
from server.domain.measures import of_ticket
from tests.builders import an_office


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_service_ends_with_its_outcome(outcome: str) -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(minutes=4)

    ended = office.finish(outcome=outcome)

    assert (ended.status, ended.leg.outcome, ended.counter) == ("finished", outcome, "")
    assert (ended.ended_at, of_ticket(ended).service) == (office.clock.now(), 240)
    assert office.floor.serving("K1") is None
    assert office.floor.counter("K1").idle_since == office.clock.now()


def test_where_nobody_pressed_serve_the_begin_is_the_last_call_and_the_walk_and_marked_as_reckoned() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.clock.advance(seconds=60)
    office.recall()
    office.clock.advance(minutes=5)

    ended = office.finish()

    assert ended.leg.began_assumed
    assert of_ticket(ended).wait == 90
    assert of_ticket(ended).service == 270


def test_a_reckoned_begin_is_never_after_the_end() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.clock.advance(seconds=5)

    ended = office.finish()

    assert ended.leg.began_at == ended.ended_at == office.clock.now()


def test_an_outcome_that_is_none_and_a_counter_without_customer_are_refused() -> None:
    office = an_office()
    office.open()
    assert office.refusal(office.finish).code == "no_ticket_in_hand"

    office.issue()
    office.next()

    assert office.refusal(office.finish, outcome="fine").code == "unknown_reason"


def test_a_finished_ticket_is_over_for_good() -> None:
    office = an_office()
    office.open()
    ticket = office.issue()
    office.next()
    office.finish()

    assert office.refusal(office.finish).code == "no_ticket_in_hand"
    assert office.refusal(office.leave, ticket.id).code == "unknown_ticket"
    assert office.refusal(office.call, "A001").code == "unknown_ticket"


def test_finishing_one_customer_finishes_no_other() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue_many(3)
    office.next("K1")
    office.next("K2")
    office.serve("K2")

    office.finish("K1")

    assert [(t.number, t.status) for t in office.floor.open_tickets()] == [("A002", "serving"), ("A003", "waiting")]
