"""When the records of long ago are removed: at night or when nobody serves, a month of them a day at most."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.retention import RecordsUnsound
from server.retention import MOST_A_DAY, Keeper
from tests.builders import OPENING, AnOffice, an_office


@dataclass(frozen=True)
class Gone:
    business_on: date
    entries: int = 9
    tickets: int = 2


@dataclass
class FakeShelf:
    """`days` that are there, oldest first; each takes two steps."""

    days: list[date]
    unsound: date | None = None
    removed: list[Gone] = field(default_factory=list)
    forgets: list[datetime] = field(default_factory=list)
    old: int = 0
    is_proven: bool = False

    def step(self, before: date, now: datetime) -> bool:
        if not self.days or self.days[0] >= before:
            return False
        if self.days[0] == self.unsound:
            raise RecordsUnsound(self.days[0], ["ticket A001 differs"])
        if self.is_proven:
            self.removed.append(Gone(self.days.pop(0)))
        self.is_proven = not self.is_proven
        return True

    def forget(self, before: date, now: datetime) -> int:
        self.forgets.append(now)
        gone, self.old = min(self.old, 5), max(0, self.old - 5)
        return gone


@dataclass
class Town:
    office: AnOffice
    shelf: FakeShelf
    keeper: Keeper
    notes: list[tuple[Any, ...]]
    news: list[int]

    def night(self) -> int:
        """One look of the keeper; how many days went."""
        had = len(self.shelf.removed)
        while self.keeper.step():
            pass
        return len(self.shelf.removed) - had


OLD = date(2024, 2, 25)


@pytest.fixture
def town() -> Town:
    office, notes, news = an_office(), list[tuple[Any, ...]](), list[int]()
    shelf = FakeShelf([OLD + timedelta(days=n) for n in range(20)])
    keeper = Keeper(office.office, shelf, lambda *told, **facts: notes.append((*told, facts)), lambda: news.append(1))
    return Town(office, shelf, keeper, notes, news)


def test_what_is_older_than_two_years_goes_and_is_noted(town: Town) -> None:
    assert town.night() == 6  # today is 2 March 2026: 25 February to 1 March 2024

    assert town.shelf.days[0] == date(2024, 3, 2)
    assert town.notes[0] == ("system", "day_removed", OPENING, {"day": "2024-02-25", "entries": 9, "tickets": 2})
    assert len(town.notes) == 6
    assert town.office.published >= 6
    town.office.clock.advance(days=1)
    assert town.night() == 1


def test_while_somebody_serves_nothing_goes_but_in_the_small_hours(town: Town) -> None:
    town.office.open("K1")
    assert town.night() == 0

    town.office.clock.set(datetime(2026, 3, 2, 17, 30, tzinfo=UTC))  # half past one in Kuala Lumpur

    assert town.night() == 7


def test_a_clock_that_is_years_ahead_takes_a_month_with_it_and_not_everything(town: Town) -> None:
    town.shelf.days = [OLD + timedelta(days=n) for n in range(700)]
    town.office.clock.advance(days=3650)

    assert town.night() == MOST_A_DAY
    assert town.night() == 0
    town.office.clock.advance(days=1)
    assert town.night() == MOST_A_DAY


def test_a_clock_behind_the_journal_removes_nothing(town: Town) -> None:
    town.office.issue()
    town.office.clock.set(OPENING - timedelta(hours=1))

    assert town.night() == 0


def test_a_day_that_is_not_as_its_journal_says_is_an_alarm_and_is_tried_again_tomorrow(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.shelf.unsound = OLD + timedelta(days=1)

    assert town.night() == 1
    assert town.night() == 0

    assert [alarm["facts"] for alarm in town.keeper.alarms] == [{"on": "26/02/2024"}]
    assert caplog.text.count("2024-02-26 stays: ticket A001 differs") == 1
    assert town.news == [1]
    town.shelf.unsound = None
    town.office.clock.advance(days=1)
    assert town.night() == 6
    assert town.keeper.alarms == []
    assert town.news == [1, 1]


def test_telephones_are_looked_for_every_hour_whoever_serves(town: Town) -> None:
    town.office.open("K1")
    town.shelf.old = 12

    town.night()

    assert town.shelf.old == 0
    looks = len(town.shelf.forgets)
    town.night()
    assert len(town.shelf.forgets) == looks
    town.office.clock.advance(hours=1)
    town.night()
    assert len(town.shelf.forgets) == looks + 1
