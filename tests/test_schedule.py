"""What happens by itself: transfers nobody took up, and the turn of the day in the branch's zone. The clock is ours."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

import pytest

from server import schedule
from server.actions.office import Actor, Office
from server.domain import events as e
from server.domain.errors import ClockSetBack
from server.domain.ticket import Status
from server.ports import Store, Turns
from server.schedule import release_step, turn_of_day_step
from tests.builders import KUALA_LUMPUR, OPENING, AnOffice, FakeClock, a_branch, an_office
from tests.memory_store import MemoryStore

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), KUALA_LUMPUR).astimezone(UTC)


def at_eight_on_monday(at_end: str = "carry") -> AnOffice:
    return an_office(a_branch(at_end=at_end))


def left_behind(at_end: str = "carry") -> AnOffice:
    """Monday afternoon: one waits, one is held, one is being served, and everybody goes home."""
    office = at_eight_on_monday(at_end)
    office.clock.set(local(MONDAY, 16))
    office.open("K1")
    office.issue_many(3)
    office.next("K1")
    office.hold("K1", "form")
    office.next("K1")
    office.serve("K1")
    return office


# ── transfers ────────────────────────────────────────────────────────────────────────────────────────────────


def overtaken(office: AnOffice, step: Callable[[Office], object]) -> Office:
    """Another process of this office, in whose eyes nothing has happened until it gets its turn: `step` was faster."""

    class Behind:
        floor = office.floor

        def turns(self, keys: Collection[str]) -> AbstractContextManager[Turns]:
            step(office.office)
            return office.store.turns(keys)

    return Office(cast(Store, Behind()), office.clock, lambda: None)


def transferred(office: AnOffice) -> AnOffice:
    """A001 waits for counter K2 alone."""
    office.open("K1")
    office.issue()
    office.next("K1")
    office.transfer("K1", to_counter="K2")
    return office


def test_a_transfer_that_nobody_takes_up_goes_back_to_its_sender_after_its_time() -> None:
    office = transferred(an_office())
    assert office.next("K1") is None

    office.clock.advance(seconds=600)
    assert release_step(office.office) is True

    assert office.ticket("A001").only == "counter:K1"
    assert office.call_next("K1").number == "A001"
    assert office.ticket("A001").leg.called_at == office.clock.now()


def test_a_transfer_is_waited_for_until_its_time_is_over() -> None:
    office = transferred(an_office())

    office.clock.advance(seconds=599)

    assert release_step(office.office) is False
    assert office.next("K1") is None


def test_a_transfer_that_was_taken_up_is_left_alone() -> None:
    office = transferred(an_office())
    office.open("K2")
    office.next("K2")

    office.clock.advance(hours=1)

    assert release_step(office.office) is False
    assert office.ticket("A001").counter == "K2"


def test_a_released_transfer_is_released_once() -> None:
    office = transferred(an_office())
    office.clock.advance(minutes=11)
    release_step(office.office)
    journal = len(office.journal)

    assert release_step(office.office) is False
    assert len(office.journal) == journal


def test_of_two_processes_one_releases_a_transfer_and_neither_goes_on_for_ever() -> None:
    office = transferred(an_office())
    office.clock.advance(minutes=11)

    assert release_step(overtaken(office, release_step)) is False

    assert len([event for event in office.journal if isinstance(event, e.TicketReleased)]) == 1


# ── the turn of the day ──────────────────────────────────────────────────────────────────────────────────────


def test_at_eight_in_the_morning_which_is_midnight_in_utc_nothing_happens() -> None:
    """The whole hall would be sent home at the hour when it opens (peers: four of eight)."""
    office = at_eight_on_monday()
    office.clock.set(local(TUESDAY, 7, 59))
    office.open()
    office.issue_many(3)
    journal = len(office.journal)

    office.clock.set(local(TUESDAY, 8, 1))

    assert turn_of_day_step(office.office) is False
    assert len(office.journal) == journal
    assert office.issue().number == "A004"


def test_a_minute_before_midnight_nothing_happens() -> None:
    office = left_behind()

    office.clock.set(local(MONDAY, 23, 59, 59))

    assert turn_of_day_step(office.office) is False


def test_at_midnight_those_who_wait_are_carried_over_with_number_and_place() -> None:
    office = left_behind("carry")

    office.clock.set(local(TUESDAY, 0))
    assert turn_of_day_step(office.office) is True

    carried = [event for event in office.journal if isinstance(event, e.TicketCarried)]
    assert [(event.ticket, event.to_on) for event in carried] == [
        (office.ticket(number).id, TUESDAY) for number in ("A001", "A003")
    ]
    assert office.ticket("A003").status is Status.WAITING


def test_at_midnight_those_who_wait_are_closed_with_a_reason_where_the_branch_says_so() -> None:
    office = left_behind("close")

    office.clock.set(local(TUESDAY, 0))
    assert turn_of_day_step(office.office) is True

    left = [event for event in office.journal if isinstance(event, e.TicketLeft)]
    assert [event.reason for event in left] == ["day_closed: end of day"] * 2
    assert not list(office.floor.open_tickets())


def test_a_service_left_open_overnight_is_marked_and_spoils_no_mean() -> None:
    office = left_behind()
    usual = office.floor.service_mean("A")

    office.clock.set(local(TUESDAY, 0, 0, 5))
    turn_of_day_step(office.office)

    (ended,) = [event for event in office.journal if isinstance(event, e.ServiceEnded)]
    assert ended.flag == "unattended"
    assert office.floor.service_mean("A") == usual
    assert office.floor.tally().served == 0


def test_counters_left_open_are_closed_and_the_new_day_begins_with_one() -> None:
    office = left_behind("close")

    office.clock.set(local(TUESDAY, 0))
    turn_of_day_step(office.office)

    assert office.floor.counters_open() == 0
    assert office.journal[-1] == e.DayClosed(at=office.clock.now(), business_on=MONDAY)
    assert office.issue().number == "A001"


def test_the_day_turns_once() -> None:
    office = left_behind()
    office.clock.set(local(TUESDAY, 0))
    turn_of_day_step(office.office)
    journal = len(office.journal)

    for minutes in range(0, 24 * 60 - 1, 60):
        office.clock.set(local(TUESDAY, 0) + timedelta(minutes=minutes))
        assert turn_of_day_step(office.office) is False

    assert len(office.journal) == journal


def test_of_two_processes_at_midnight_one_closes_the_day() -> None:
    """Both have seen that it is over; the second takes its turn when the first has closed it."""
    office = left_behind()
    office.clock.set(local(TUESDAY, 0))

    assert turn_of_day_step(overtaken(office, turn_of_day_step)) is False

    assert [event.business_on for event in office.journal if isinstance(event, e.DayClosed)] == [MONDAY]


def test_a_server_that_was_off_for_the_night_closes_yesterday_before_the_first_customer() -> None:
    office = left_behind("close")

    office.clock.set(local(TUESDAY, 7, 30))
    assert turn_of_day_step(office.office) is True

    assert office.issue().number == "A001"
    assert not [t for t in office.floor.open_tickets() if t.business_on == MONDAY]


def test_a_server_that_was_off_finds_the_first_customer_there_and_still_closes_yesterday() -> None:
    office = left_behind("close")

    office.clock.set(local(TUESDAY, 8, 0, 3))
    early = office.issue()
    assert turn_of_day_step(office.office) is True

    assert [ticket.id for ticket in office.floor.open_tickets()] == [early.id]
    assert turn_of_day_step(office.office) is False


def test_an_office_that_turns_at_four_in_the_morning_keeps_its_night_together() -> None:
    office = an_office(a_branch(turns_at=time(4)))
    office.clock.set(local(MONDAY, 23))
    office.open()
    office.issue()

    office.clock.set(local(TUESDAY, 3, 59))
    assert turn_of_day_step(office.office) is False
    assert office.issue().number == "A002"

    office.clock.set(local(TUESDAY, 4, 0, 1))
    assert turn_of_day_step(office.office) is True


def test_an_office_that_never_opened_has_no_day_to_close() -> None:
    office = an_office()

    office.clock.advance(days=3)

    assert turn_of_day_step(office.office) is False


# ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────


class Steps:
    """A step that says `more` so often that there is more, then stops the loop."""

    def __init__(self, stopping: threading.Event, outcomes: list[bool | Exception]) -> None:
        self.calls = 0
        self._stopping = stopping
        self._outcomes = outcomes

    def step(self) -> bool:
        outcome = self._outcomes[self.calls]
        self.calls += 1
        if self.calls == len(self._outcomes):
            self._stopping.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "EVERY_S", 0)


@pytest.mark.usefixtures("at_once")
def test_a_step_is_called_until_it_has_no_more() -> None:
    stopping = threading.Event()
    steps = Steps(stopping, [True, True, False])

    schedule.run([steps.step], stopping)

    assert steps.calls == 3


@pytest.mark.usefixtures("at_once")
def test_a_step_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    stopping = threading.Event()
    steps = Steps(stopping, [RuntimeError("a bug"), False])

    schedule.run([steps.step], stopping)

    assert steps.calls == 2
    assert [record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.usefixtures("at_once")
def test_a_clock_set_back_is_said_in_one_line_and_not_as_a_bug(caplog: pytest.LogCaptureFixture) -> None:
    stopping = threading.Event()
    steps = Steps(stopping, [ClockSetBack(clock="08:00", journal="09:00"), False])

    schedule.run([steps.step], stopping)

    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert "09:00" in record.getMessage()


# ── the clock of the machine ─────────────────────────────────────────────────────────────────────────────────


def test_with_a_clock_set_back_by_an_hour_nothing_is_written_until_it_is_right_again() -> None:
    office = at_eight_on_monday()
    office.open()
    office.issue()
    right = office.clock.now()

    office.clock.set(right - timedelta(hours=1))
    refused = office.refusal(office.issue)
    assert refused.code == "clock_set_back"
    assert turn_of_day_step(office.office) is False
    assert release_step(office.office) is False

    office.clock.set(right + timedelta(seconds=1))
    assert office.issue().number == "A002"
    assert office.call_next().number == "A001"


def test_a_clock_that_steps_back_two_seconds_harms_nobody() -> None:
    clock = FakeClock(OPENING)
    office = Office(MemoryStore(a_branch()), clock, lambda: None)
    people = AnOffice(office.store, clock)
    people.open()
    people.issue()
    clock.advance(seconds=-2)
    people.issue()
    called = people.call_next()
    clock.advance(seconds=5)
    served = people.serve()

    at = [event.at for event in people.journal]
    assert at == sorted(at)
    assert (called.number, served.number) == ("A001", "A001")


def test_the_schedule_acts_in_its_own_name() -> None:
    office = left_behind()
    office.clock.set(local(TUESDAY, 0))

    turn_of_day_step(office.office)

    assert isinstance(office.store, MemoryStore)
    assert {actor for _, actor, event in office.store.journal if isinstance(event, e.DayClosed)} == {"system"}
    assert Actor("system") == schedule.SYSTEM
