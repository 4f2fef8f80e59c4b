"""The business day ends: nobody who still waits is dropped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.domain import events as e
from server.domain.hours import Hours, Pattern, Span
from server.domain.tally import Tally
from tests.builders import KUALA_LUMPUR, AnOffice, an_office

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
ON_WORKING_DAYS = Hours(KUALA_LUMPUR, week=(Pattern(None, (Span(8 * 60, 17 * 60),)),))


def at_five() -> AnOffice:
    """17:00: one finished, one held, two waiting (one of them for K2 alone); two counters open."""
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue_many(4)
    office.next("K1")
    office.serve("K1")
    office.hold("K1")
    office.next("K1")
    office.transfer("K1", to_counter="K2")
    office.next("K1")
    office.serve("K1")
    office.clock.advance(hours=9)
    office.finish("K1")
    return office


def test_the_day_closes_when_nobody_is_left() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.finish()

    closed = office.close_day()

    assert (closed.business_on, closed.carried, closed.closed) == (MONDAY, 0, 0)
    assert office.floor.counters_open() == 0
    assert office.journal[-1] == e.DayClosed(at=office.clock.now(), business_on=MONDAY)


def test_while_people_wait_somebody_has_to_decide() -> None:
    office = at_five()

    refused = office.refusal(office.close_day)

    assert (refused.code, refused.facts) == ("decision_needed", {"waiting": 3})


def test_those_who_wait_are_carried_over_with_number_and_place() -> None:
    office = at_five()

    closed = office.close_day("carry")

    assert (closed.carried, closed.closed) == (3, 0)
    assert {(t.number, t.status, t.carried_on, t.only) for t in office.floor.open_tickets()} == {
        (number, "waiting", TUESDAY, "") for number in ("A001", "A002", "A004")
    }
    office.clock.advance(hours=15)
    office.open()
    office.issue()
    assert office.numbers_called() == ["A001", "A002", "A004", "A003"]


def test_those_who_wait_are_closed_with_a_reason() -> None:
    office = at_five()
    assert office.refusal(office.close_day, "close").code == "reason_needed"

    closed = office.close_day("close", "power failure")

    assert (closed.carried, closed.closed) == (0, 3)
    assert list(office.floor.open_tickets()) == []
    assert office.floor.tally().left == 3
    reasons = {event.reason for event in office.journal if isinstance(event, e.TicketLeft)}
    assert reasons == {"day_closed: power failure"}


def test_the_day_does_not_close_over_a_customer_at_a_counter() -> None:
    office = an_office()
    office.open("K2")
    office.open("K1")
    office.issue_many(2)
    office.next("K1")
    office.next("K2")
    office.serve("K2")

    refused = office.refusal(office.close_day, "carry")

    assert (refused.code, refused.facts) == ("still_serving", {"counters": "K1, K2"})


def test_only_two_things_can_become_of_those_who_wait() -> None:
    office = an_office()

    assert office.refusal(office.close_day, "forget").code == "unknown_reason"
    assert office.refusal(office.close_day, "close", "x" * 101).code == "too_long"


def test_on_friday_people_are_carried_over_to_monday() -> None:
    office = an_office(hours=ON_WORKING_DAYS)
    office.clock.advance(days=4)
    office.issue()

    office.close_day("carry")

    assert office.ticket("A001").carried_on == date(2026, 3, 9)


def test_a_day_that_is_closed_the_morning_after_carries_people_to_that_morning() -> None:
    office = an_office()
    office.issue()
    office.clock.advance(days=1)

    closed = office.close_day("carry")

    assert closed.business_on == MONDAY
    assert office.ticket("A001").carried_on == TUESDAY


def test_a_day_on_which_nothing_ever_happened_closes_too() -> None:
    office = an_office()

    assert office.close_day().business_on == MONDAY


def test_a_person_may_decide_otherwise_later() -> None:
    office = an_office()
    office.issue()
    office.close_day("carry")

    assert office.close_day("close", "the office moves").closed == 1


# ── nobody there to ask ──


def at_midnight(office: AnOffice) -> AnOffice:
    office.clock.set(office.clock.now().replace(hour=16, minute=0))  # 00:00 on 3 March
    return office


def test_a_service_left_open_overnight_is_ended_and_marked_so_that_no_mean_is_spoilt() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    at_midnight(office)

    office.close_day("carry", unattended=True)

    ended = next(event for event in office.journal if isinstance(event, e.ServiceEnded))
    assert (ended.flag, ended.outcome, ended.counter) == ("unattended", "done", "K1")
    assert office.floor.service_mean("A") == 300
    assert (office.floor.counters_open(), list(office.floor.open_tickets())) == (0, [])


def test_who_was_only_called_waits_again_in_the_morning() -> None:
    office = an_office()
    office.open()
    office.issue()
    first_called_at = office.call_next().leg.called_at
    at_midnight(office)

    office.close_day("carry", unattended=True)

    ticket = office.ticket("A001")
    assert (ticket.status, ticket.counter, ticket.carried_on) == ("waiting", "", TUESDAY)
    assert ticket.legs[0].called_at == first_called_at


@pytest.mark.parametrize("waiting", ["carry", "close"])
def test_what_was_left_lying_is_in_nobodys_figures_the_next_morning(waiting: str) -> None:
    office = at_five()
    at_midnight(office)

    office.close_day(waiting, "end of day", unattended=True)

    assert office.floor.tally() == Tally()
    assert (office.floor.recent, office.floor.business_on) == ((), TUESDAY)


def test_the_clock_does_not_overrule_a_manager_who_carried_people_over() -> None:
    office = at_five()
    office.close_day("carry")
    at_midnight(office)

    closed = office.close_day("close", "end of day", unattended=True)

    assert (closed.carried, closed.closed) == (0, 0)
    assert len(list(office.floor.open_tickets())) == 3


def test_people_who_were_carried_to_monday_are_left_alone_over_the_weekend() -> None:
    office = an_office(hours=ON_WORKING_DAYS)
    office.clock.advance(days=4)
    office.issue()
    office.close_day("carry")
    for _ in range(3):
        office.clock.advance(days=1)
        assert office.close_day("close", "end of day", unattended=True).closed == 0

    office.clock.advance(days=1)

    assert office.close_day("close", "end of day", unattended=True).closed == 1


def test_a_ticket_of_the_new_day_is_not_closed_with_the_old_one() -> None:
    office = an_office()
    office.issue()
    at_midnight(office)
    office.clock.advance(seconds=3)
    office.issue()

    closed = office.close_day("close", "end of day", unattended=True)

    assert closed.closed == 1
    assert [t.number for t in office.floor.open_tickets()] == ["A002"]


def test_the_first_customers_of_the_morning_do_not_hide_a_service_left_open() -> None:
    office = an_office()
    office.open("K1")
    office.issue_many(2)
    office.next("K1")
    office.serve("K1")
    office.clock.advance(days=1)  # the server was off over the night
    office.open("K2")
    office.issue("F")
    office.call("F001", "K2")

    office.close_day("carry", unattended=True)

    assert office.floor.counter("K2").is_open
    assert not office.floor.counter("K1").is_open
    assert {(t.number, t.status, t.carried_on) for t in office.floor.open_tickets()} == {
        ("A002", "waiting", TUESDAY),
        ("F001", "called", None),
    }


def test_an_office_that_works_through_the_night_goes_on_working() -> None:
    office = an_office()
    at_midnight(office)
    office.clock.advance(minutes=-20)
    office.open("K1")
    office.open("K2")
    office.issue_many(3)
    office.next("K1")
    office.serve("K1")
    office.clock.advance(minutes=20)
    before = office.floor

    closed = office.close_day("close", "end of day", unattended=True)

    assert (closed.carried, closed.closed) == (0, 0)
    assert (office.floor.counters, office.floor.lines) == (before.counters, before.lines)
    assert office.floor.business_on == TUESDAY


@pytest.mark.parametrize(("minutes", "works"), [(119, True), (120, False)])
def test_who_did_nothing_for_two_hours_before_midnight_does_not_work_through_it(minutes: int, works: bool) -> None:
    office = an_office()
    at_midnight(office)
    office.clock.advance(minutes=-minutes)
    office.open()
    office.issue()
    office.next()
    office.serve()
    at_midnight(office)

    office.close_day("carry", unattended=True)

    assert office.floor.counter("K1").is_open is works
    assert (office.floor.serving("K1") is not None) is works


def test_where_one_works_through_the_night_a_counter_that_was_forgotten_is_closed_all_the_same() -> None:
    office = an_office()
    office.open("K1")
    office.issue_many(3)
    office.next("K1")
    at_midnight(office)
    office.clock.advance(minutes=-20)
    office.open("K2")
    office.next("K2")
    office.clock.advance(minutes=20)

    office.close_day("carry", unattended=True)

    assert [code for code in ("K1", "K2") if office.floor.counter(code).is_open] == ["K2"]
    assert {(t.number, t.status, t.carried_on) for t in office.floor.open_tickets()} == {
        ("A001", "waiting", TUESDAY),
        ("A002", "called", None),
        ("A003", "waiting", None),
    }


def test_closing_by_the_clock_twice_does_nothing_more() -> None:
    office = at_five()
    at_midnight(office)
    office.close_day("carry", unattended=True)
    before = list(office.floor.open_tickets())
    office.clock.advance(seconds=5)

    closed = office.close_day("carry", unattended=True)

    assert (closed.carried, closed.closed) == (0, 0)
    assert list(office.floor.open_tickets()) == before


def test_numbers_and_dates_follow_the_branchs_own_midnight() -> None:
    office = an_office()
    office.issue()
    office.clock.advance(hours=16)

    closed = office.close_day("carry", unattended=True)

    assert closed.business_on == MONDAY
    assert office.ticket("A001").carried_on == TUESDAY == MONDAY + timedelta(days=1)
