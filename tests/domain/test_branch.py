"""The branch as its file describes it: what it knows, and when its day turns."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from server.domain.branch import Quiet, Zone
from server.domain.charter import Promise
from server.domain.errors import UnknownCounter, UnknownLane, UnknownLanguage, UnknownService
from server.domain.queue import Lane
from tests.builders import OPENING, a_branch

MONDAY = OPENING.date()


def test_the_day_turns_at_local_midnight_and_not_at_eight_in_the_morning() -> None:
    branch = a_branch()

    assert branch.business_on(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == date(2026, 3, 2)  # 07:59 there
    assert branch.business_on(datetime(2026, 3, 2, 0, 1, tzinfo=UTC)) == date(2026, 3, 2)  # 08:01
    assert branch.business_on(datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert branch.business_on(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == date(2026, 3, 3)


def test_a_branch_may_let_its_day_turn_at_another_hour() -> None:
    branch = a_branch(turns_at=time(4, 0))

    assert branch.business_on(datetime(2026, 3, 2, 19, 59, tzinfo=UTC)) == date(2026, 3, 2)  # 03:59
    assert branch.business_on(datetime(2026, 3, 2, 20, 0, tzinfo=UTC)) == date(2026, 3, 3)


def test_the_day_is_the_branches_own_wherever_it_is() -> None:
    branch = a_branch(timezone=ZoneInfo("America/Vancouver"))

    assert branch.business_on(datetime(2026, 3, 2, 7, 59, tzinfo=UTC)) == date(2026, 3, 1)


def test_a_branch_refuses_what_it_does_not_have() -> None:
    branch = a_branch(languages=("ms", "en"), lanes=(Lane.REGULAR, Lane.ELDERLY))

    with pytest.raises(UnknownService):
        branch.service("Z")
    with pytest.raises(UnknownCounter):
        branch.counter("K9")
    with pytest.raises(UnknownLanguage):
        branch.language("ta")
    for lane in ("pregnant", "royal", "ELDERLY", ""):
        with pytest.raises(UnknownLane):
            branch.lane(lane)
    assert branch.lane("elderly") is Lane.ELDERLY


def test_a_branch_knows_which_counters_can_do_a_service() -> None:
    branch = a_branch("AFH", {"K1": "A", "K2": "FA"})

    assert [branch.counters_able(code) for code in "AFHZ"] == [("K1", "K2"), ("K2",), (), ()]


def test_a_service_has_its_own_promise_or_that_of_the_branch() -> None:
    general, own = Promise(), Promise(service="F", within_s=60)

    assert a_branch(promises=(general, own)).promise("F", MONDAY) is own
    assert a_branch(promises=(general, own)).promise("A", MONDAY) is general
    assert a_branch(promises=(own,)).promise("A", MONDAY) is None


NAME = {"ms": "Ruang menunggu"}


@pytest.mark.parametrize(
    ("at", "volume"),
    [("12:59", 0.8), ("13:00", 0.3), ("13:29", 0.3), ("13:30", 0.8), ("22:15", 0.0)],
)
def test_a_zone_is_quieter_at_prayers_and_silent_at_night(at: str, volume: float) -> None:
    hall = Zone("hall", NAME, volume=0.8, quiet=(Quiet(780, 810, 0.3), Quiet(1320, 1440)))
    branch = a_branch(zones=(hall,))
    hour, minute = map(int, at.split(":"))

    assert branch.volume(hall, datetime(2026, 3, 2, hour, minute, tzinfo=branch.timezone)) == volume


def test_a_quiet_time_holds_on_its_days_alone() -> None:
    friday = Zone("hall", NAME, quiet=(Quiet(780, 840, 0.0, frozenset({4})),))
    branch = a_branch(zones=(friday,))

    assert branch.volume(friday, datetime(2026, 3, 6, 13, 10, tzinfo=branch.timezone)) == 0
    assert branch.volume(friday, datetime(2026, 3, 5, 13, 10, tzinfo=branch.timezone)) == 1


def test_a_zone_without_chime_and_words_never_sounds() -> None:
    branch = a_branch()
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)

    assert branch.volume(Zone("a", NAME, languages=(), chime=False), at) == 0
    assert branch.volume(Zone("a", NAME, languages=()), at) == 1
    assert branch.volume(Zone("a", NAME, chime=False), at) == 1
