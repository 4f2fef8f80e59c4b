"""What happens by itself: transfers that nobody took up, and the turn of the day."""

from __future__ import annotations

import logging
import threading

import pytest

from server.domain import events as e
from server.domain.tally import Tally
from server.schedule import release_step, run, turn_of_day_step
from tests.builders import AnOffice, an_office


def at_eight_in_the_evening(office: AnOffice) -> AnOffice:
    office.clock.advance(hours=12)
    return office


def test_a_transfer_that_nobody_took_up_is_given_to_everybody_once() -> None:
    office = an_office()
    office.open("K1")
    office.issue()
    office.next("K1")
    office.transfer("K1", to_counter="K2")
    assert not release_step(office.office)

    office.clock.advance(minutes=10)

    assert release_step(office.office)
    assert not release_step(office.office)
    assert office.call_next("K1").number == "A001"


def test_before_midnight_nothing_turns() -> None:
    office = an_office()
    office.open()
    office.issue()
    at_eight_in_the_evening(office)

    assert not turn_of_day_step(office.office)


def test_at_midnight_the_day_is_closed_once_and_nobody_is_lost() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    office.next()
    office.serve()
    at_eight_in_the_evening(office).clock.advance(hours=4)

    assert turn_of_day_step(office.office)
    assert not turn_of_day_step(office.office)

    assert [(t.number, t.status) for t in office.floor.open_tickets()] == [("A002", "waiting")]
    assert office.floor.counters_open() == 0


def test_a_branch_may_let_the_clock_close_who_still_waits() -> None:
    office = an_office(at_end="close")
    office.issue()
    at_eight_in_the_evening(office).clock.advance(hours=4)

    turn_of_day_step(office.office)

    left = office.journal[-2]
    assert isinstance(left, e.TicketLeft)
    assert left.reason.startswith("day_closed")
    assert list(office.floor.open_tickets()) == []


def test_the_boards_begin_the_new_day_even_where_nobody_was_left() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.finish()
    office.close()
    at_eight_in_the_evening(office).clock.advance(hours=4)

    assert turn_of_day_step(office.office)

    assert (office.floor.tally(), office.floor.recent) == (Tally(), ())


def test_a_server_that_was_off_over_the_night_closes_the_day_though_the_first_customer_was_faster() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(hours=24)
    fresh = office.issue()

    assert turn_of_day_step(office.office)
    assert not turn_of_day_step(office.office)

    assert [t.id for t in office.floor.open_tickets()] == [fresh.id]
    assert not office.floor.counter("K1").is_open


def test_a_branch_where_nothing_ever_happened_has_no_day_to_close() -> None:
    office = an_office()
    office.clock.advance(days=3)

    assert not turn_of_day_step(office.office)


def test_after_a_week_without_anybody_one_day_is_closed_and_not_seven() -> None:
    office = an_office()
    office.leave(office.issue().id)
    office.clock.advance(days=7)

    assert turn_of_day_step(office.office)
    assert not turn_of_day_step(office.office)


def test_a_step_that_fails_is_logged_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.schedule.EVERY_S", 0)
    stopping, done = threading.Event(), list[str]()

    def failing() -> bool:
        raise RuntimeError("the disk is full")

    def working() -> bool:
        done.append("once")
        if len(done) == 3:
            stopping.set()
        return len(done) == 1

    with caplog.at_level(logging.ERROR):
        run([failing, working], stopping)

    assert done == ["once"] * 3
    assert "failing failed" in caplog.text
