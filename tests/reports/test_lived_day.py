"""A day read from the journal so that it can be played again: who came, and when each counter was open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.law import NEVER
from server.domain.queue import Lane
from server.reports.lived_day import Arrival, DayBook, LivedDay, Opening
from tests.builders import OPENING, a_branch

EIGHT = 8 * 3600.0
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def heard(*events: e.Event, branch: Branch | None = None) -> list[LivedDay]:
    book = DayBook(branch or a_branch("AF", {"K1": "A", "K2": "AF"}))
    for seq, event in enumerate(events, start=1):
        book.see(event, seq)
    return book.days()


def at(minutes: float) -> dict[str, Any]:
    return {"at": OPENING + timedelta(minutes=minutes)}


def issued(minutes: float, service: str = "A", lane: str = "regular", channel: str = "kiosk") -> e.TicketIssued:
    return e.TicketIssued(
        **at(minutes), number="A001", ordinal=1, letter="A", business_on=MONDAY, service=service, lane=lane,
        language="ms", channel=channel, transactions=1, token="token",
    )  # fmt: skip


def opened(minutes: float, counter: str = "K1", services: str = "A", officer: int | None = None) -> e.CounterOpened:
    return e.CounterOpened(**at(minutes), counter=counter, officer=officer, services=tuple(services))


def closed(minutes: float, counter: str = "K1", reason: str = "rest") -> e.CounterClosed:
    return e.CounterClosed(**at(minutes), counter=counter, reason=reason)


def called(minutes: float, ticket: int, counter: str = "K1") -> e.TicketCalled:
    return e.TicketCalled(**at(minutes), ticket=ticket, counter=counter, officer=None, why="oldest", run=0)


def test_everybody_comes_when_the_number_was_issued_and_a_counter_is_open_as_it_was() -> None:
    (day,) = heard(opened(0), issued(1), called(2, 2), closed(30), opened(45), issued(50, lane="elderly"), closed(60))

    assert day.on == MONDAY
    assert day.arrivals == (Arrival(EIGHT + 60, 2, "A", Lane.REGULAR), Arrival(EIGHT + 3000, 6, "A", Lane.ELDERLY))
    assert day.openings == (
        Opening("K1", EIGHT, EIGHT + 1800, ("A",), "counter:K1"),
        Opening("K1", EIGHT + 2700, NEVER, ("A",), "counter:K1"),
    )


def test_who_was_open_after_the_last_number_stays_until_the_hall_is_empty_and_who_went_before_does_not() -> None:
    (day,) = heard(opened(0), opened(0, "K2"), issued(10), closed(9, "K2"), closed(20, reason="end"))

    assert {one.counter: one.until for one in day.openings} == {"K1": NEVER, "K2": EIGHT + 540}


def test_after_the_last_number_nobody_is_said_to_open_again_who_never_left() -> None:
    (day,) = heard(opened(0), issued(10), closed(20), opened(25), closed(60, reason="end"))

    assert [(one.since, one.until) for one in day.openings] == [(EIGHT, NEVER)]


def test_one_officer_after_another_is_two_openings_without_a_break() -> None:
    (day,) = heard(opened(0, officer=7), opened(60, officer=8), issued(61))

    assert [(one.who, one.since - EIGHT, one.until) for one in day.openings] == [
        ("officer:7", 0, EIGHT + 3600),
        ("officer:8", 3600, NEVER),
    ]


def test_a_counter_that_calls_is_open_even_if_the_journal_forgot_to_say_so() -> None:
    (day,) = heard(issued(0), called(5, 1, "K2"), issued(6))

    assert day.openings == (Opening("K2", EIGHT + 300, NEVER, ("A", "F"), "counter:K2"),)


def test_who_left_before_the_call_is_left_out_and_who_left_after_it_is_not() -> None:
    (day,) = heard(
        opened(0), issued(1), issued(2), called(3, 2),
        e.TicketLeft(**at(4), ticket=3, reason="gave up"), e.TicketLeft(**at(5), ticket=2, reason="gave up"),
    )  # fmt: skip

    assert [one.ticket for one in day.arrivals] == [2]
    assert day.left_out == 1


def test_a_transferred_ticket_comes_twice_and_its_second_wait_does_not_count() -> None:
    transfer = e.TicketTransferred(**at(9), ticket=2, counter="K1", service="F", rank_at=OPENING)

    (day,) = heard(opened(0), issued(1, lane="disabled"), called(2, 2), transfer)

    assert day.arrivals[1:] == (Arrival(EIGHT + 540, 2, "F", Lane.DISABLED, counts=False),)


def test_who_steps_up_without_a_number_is_work_and_no_wait() -> None:
    (day,) = heard(opened(0), issued(1), issued(2, channel="walk_direct"))

    assert [one.counts for one in day.arrivals] == [True, False]


def test_who_was_carried_over_waits_at_the_next_opening_and_is_not_judged_by_the_night() -> None:
    day = 24 * 60
    carried = e.TicketCarried(**at(500), ticket=2, to_on=TUESDAY)

    _, tuesday = heard(opened(0), issued(480), carried, closed(500), opened(day), issued(day + 1))

    assert tuesday.arrivals[0] == Arrival(0.0, 2, "A", Lane.REGULAR, counts=False)
    assert len(tuesday.arrivals) == 2


def test_who_came_for_what_the_branch_no_longer_does_is_left_out_and_counted() -> None:
    (day,) = heard(opened(0), issued(1), issued(2, service="Z"))

    assert ([one.service for one in day.arrivals], day.left_out) == (["A"], 1)


def test_a_day_on_which_nobody_came_is_none() -> None:
    assert heard(opened(0), closed(60)) == []
