"""Saved first, printed second."""

from __future__ import annotations

from tests.builders import an_office


def test_a_ticket_is_there_before_its_paper() -> None:
    office = an_office()
    ticket = office.issue()

    assert ticket.printed is None
    assert office.printed(ticket.id).printed is True


def test_a_printer_that_fails_loses_no_number_and_no_place() -> None:
    office = an_office()
    office.open()
    tickets = office.issue_many(3)

    failed = office.printed(tickets[0].id, "paper_out")

    assert (failed.printed, failed.print_fault, failed.status) == (False, "paper_out", "waiting")
    assert office.numbers_called() == ["A001", "A002", "A003"]


def test_the_same_said_twice_is_written_once() -> None:
    office = an_office()
    ticket = office.issue()
    office.printed(ticket.id, "paper_out")
    office.printed(ticket.id, "paper_out")
    assert office.floor.seq == 2

    again = office.printed(ticket.id)

    assert (again.printed, again.print_fault, office.floor.seq) == (True, "", 3)


def test_paper_for_a_ticket_that_is_over_or_never_was_is_refused() -> None:
    office = an_office()

    assert office.refusal(office.printed, 99).code == "unknown_ticket"
    assert office.refusal(office.printed, office.issue().id, "x" * 41).code == "too_long"


def test_paper_that_comes_late_moves_nobody_among_the_missed() -> None:
    office = an_office()
    office.open()
    tickets = office.issue_many(2)
    for _ in tickets:
        office.next()
        office.miss()

    office.printed(tickets[0].id)

    assert [t.number for t in office.floor.missed(office.clock.now())] == ["A002", "A001"]
