"""What is written down of what is down: once, after a minute of the opening hours, and when it is back."""

from __future__ import annotations

from datetime import timedelta

from server.actions.outages import Down, log_outages, server_was_down
from server.domain.events import OutageBegan, OutageEnded
from server.domain.hours import Hours, Pattern, Span
from tests.builders import KUALA_LUMPUR, OPENING, AnOffice, a_branch, an_office

PRINTER = ("printer", "main", None)


def printer(since_s: float = 0) -> Down:
    return Down(*PRINTER[:2], "", None, OPENING + timedelta(seconds=since_s))


def see(office: AnOffice, *down: Down, up: frozenset[tuple[str, str, int | None]] = frozenset()) -> int:
    return office.do(log_outages, down, up)


def test_a_printer_that_fails_is_written_down_after_a_minute_and_once_and_again_when_it_prints() -> None:
    office = an_office()
    office.clock.advance(seconds=59)
    assert see(office, printer()) == 0  # somebody is changing the roll

    office.clock.advance(seconds=1)
    assert see(office, printer()) == 1
    office.clock.advance(minutes=9)
    assert see(office, printer()) == 0
    assert [one.key for one in office.floor.outages] == [PRINTER]
    assert see(office, up=frozenset({PRINTER})) == 1

    began, ended = office.journal
    assert isinstance(began, OutageBegan)
    assert isinstance(ended, OutageEnded)
    assert (began.began_at, ended.outage, ended.ended_at) == (OPENING, 1, OPENING + timedelta(minutes=10))
    assert office.floor.outages == ()


def test_what_nobody_knows_to_be_back_stays_down() -> None:
    office = an_office()
    office.clock.advance(minutes=2)
    see(office, printer())

    assert see(office) == 0
    assert len(office.floor.outages) == 1


def test_after_a_week_nobody_remembers_it() -> None:
    office = an_office()
    office.clock.advance(minutes=2)
    see(office, printer())
    for days, remembered in ((7, 1), (1, 0)):
        office.clock.advance(days=days)
        office.issue()
        assert len(office.floor.outages) == remembered


def test_a_server_that_was_off_in_the_opening_hours_begins_and_ends_in_one_moment() -> None:
    office = an_office()
    office.clock.advance(minutes=11)

    assert office.do(server_was_down, OPENING)

    began, ended = office.journal
    assert isinstance(began, OutageBegan)
    assert isinstance(ended, OutageEnded)
    assert (began.what, began.began_at, ended.ended_at) == ("server", OPENING, OPENING + timedelta(minutes=11))


def test_a_server_that_was_off_over_the_night_was_not_missed() -> None:
    office = an_office(a_branch(hours=Hours(KUALA_LUMPUR, (Pattern(None, (Span(480, 1020),)),))))

    office.clock.advance(hours=24)
    assert not office.do(server_was_down, OPENING + timedelta(hours=9))
    assert office.journal == []
