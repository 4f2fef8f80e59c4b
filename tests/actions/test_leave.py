"""A customer gives the number back."""

from __future__ import annotations

from server.domain import events as e
from tests.builders import an_office


def test_one_who_waits_may_leave_and_the_others_move_up() -> None:
    office = an_office()
    office.open()
    tickets = office.issue_many(3)

    left = office.leave(tickets[0].id)

    assert (left.status, left.ended_at, left.leg.outcome) == ("left", office.clock.now(), "left")
    assert office.numbers_called() == ["A002", "A003"]


def test_leaving_takes_one_ticket_away_and_no_other() -> None:
    office = an_office()
    tickets = office.issue_many(5)

    office.leave(tickets[2].id)

    assert [t.number for t in office.floor.open_tickets()] == ["A001", "A002", "A004", "A005"]


def test_one_who_was_called_may_leave_and_the_counter_is_free() -> None:
    office = an_office()
    office.open()
    ticket = office.issue()
    office.next()

    office.leave(ticket.id)

    assert office.floor.serving("K1") is None
    assert office.floor.counter("K1").idle_since == office.clock.now()


def test_one_who_was_held_may_leave_and_the_counter_keeps_its_customer() -> None:
    office = an_office()
    office.open()
    held = office.issue()
    office.issue()
    office.next()
    office.hold()
    office.next()

    office.leave(held.id)

    serving = office.floor.serving("K1")
    assert serving is not None
    assert serving.number == "A002"
    assert office.floor.held_at("K1") == []


def test_one_who_is_being_served_cannot_leave_the_queue() -> None:
    office = an_office()
    office.open()
    ticket = office.issue()
    office.next()
    office.serve()

    assert office.refusal(office.leave, ticket.id).code == "wrong_state"


def test_a_number_is_given_back_once() -> None:
    office = an_office()
    ticket = office.issue()
    office.leave(ticket.id)

    assert office.refusal(office.leave, ticket.id).code == "unknown_ticket"
    assert office.refusal(office.leave, 999).code == "unknown_ticket"


def test_a_number_that_was_given_back_is_not_given_to_another_today() -> None:
    office = an_office()
    office.leave(office.issue().id)

    assert office.issue().number == "A002"


def test_why_somebody_left_is_written_down() -> None:
    office = an_office()
    office.leave(office.issue().id, reason="from the phone")

    written = office.journal[-1]
    assert isinstance(written, e.TicketLeft)
    assert written.reason == "from the phone"
