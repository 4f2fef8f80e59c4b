"""Somebody steps up to a free counter without a ticket."""

from __future__ import annotations

from server.domain.hours import Hours, Pattern, Span
from server.domain.measures import of_ticket
from tests.builders import KUALA_LUMPUR, an_office


def test_a_visit_without_a_ticket_is_written_down_as_one_that_did_not_wait() -> None:
    office = an_office()
    office.open(officer=7)

    ticket = office.walk_direct(service="F", officer=7)

    assert (ticket.number, ticket.status, ticket.channel, ticket.counter) == ("F001", "serving", "walk_direct", "K1")
    assert (of_ticket(ticket).wait, ticket.leg.officer) == (0, 7)
    assert [event.kind for event in office.journal[1:]] == ["ticket_issued", "ticket_called", "service_began"]


def test_it_does_not_flatter_the_share_of_those_who_waited_no_longer_than_was_promised() -> None:
    office = an_office()
    office.issue()
    office.clock.advance(minutes=20)
    office.open()
    office.next()
    office.finish()

    office.walk_direct()
    office.finish()

    tally = office.floor.tally()
    assert (tally.served, tally.judged, tally.kept) == (2, 1, 0)


def test_it_takes_its_number_from_the_series() -> None:
    office = an_office()
    office.open()
    office.issue()

    assert office.walk_direct().number == "A002"
    assert office.issue().number == "A003"


def test_it_is_the_officers_own_decision_whether_the_doors_are_open() -> None:
    office = an_office(hours=Hours(KUALA_LUMPUR, week=(Pattern(None, (Span(600, 660),)),)))
    office.open()

    assert office.refusal(office.issue).code == "not_open"
    assert office.walk_direct().status == "serving"


def test_a_counter_with_a_customer_takes_no_other() -> None:
    office = an_office()
    office.open()
    office.walk_direct()

    assert office.refusal(office.walk_direct).code == "ticket_in_hand"
    office.finish()
    assert office.refusal(office.walk_direct, service="Z").code == "unknown_service"
    assert office.refusal(office.walk_direct, "K2").code == "counter_closed"


def test_it_leaves_the_guards_count_as_it_is() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.issue(lane="elderly")
    office.next()
    office.finish()

    office.walk_direct()

    assert office.floor.counter("K1").run == 1
