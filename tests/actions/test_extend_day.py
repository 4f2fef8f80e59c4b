"""Today lasts longer, and tomorrow is as always."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.actions.extend_day import closing_at, extension, with_extension
from server.domain.branch import Branch
from server.domain.errors import CannotExtend
from server.domain.hours import FRIDAY, Hours, Override, Pattern, Span
from tests.builders import a_branch

WEEK = (
    Pattern(frozenset(range(4)), (Span(480, 780), Span(840, 1020))),
    Pattern(frozenset({FRIDAY}), (Span(480, 1440),)),
)
RAYA = date(2026, 3, 5)


def an_office() -> Branch:
    branch = a_branch()
    shut = Override(RAYA, RAYA, ())
    return a_branch(hours=Hours(branch.timezone, WEEK, (shut,)))


def local(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02d}T{clock}+08:00").astimezone(UTC)


@pytest.mark.parametrize(("clock", "minutes", "end"), [("10:00", 60, 1080), ("17:30", 60, 1080), ("23:00", 480, 1440)])
def test_the_last_closing_is_moved_also_when_it_has_passed(clock: str, minutes: int, end: int) -> None:
    day, spans = extension(an_office(), local(2, clock), minutes)

    assert (day, spans) == (date(2026, 3, 2), (Span(480, 780), Span(840, end)))
    assert closing_at(an_office(), day, 1080) == local(2, "18:00")


@pytest.mark.parametrize(
    ("day", "clock"),
    [(2, "18:00"), (5, "10:00"), (6, "10:00"), (7, "10:00")],
    ids=["too late", "a day that is closed", "open until midnight already", "the weekend"],
)
def test_what_cannot_last_longer_is_refused(day: int, clock: str) -> None:
    with pytest.raises(CannotExtend):
        extension(an_office(), local(day, clock), 60)


def test_an_office_without_hours_has_nothing_to_extend() -> None:
    with pytest.raises(CannotExtend):
        extension(a_branch(), local(2, "10:00"), 60)


def test_what_the_file_said_of_the_day_is_replaced_and_its_reason_kept() -> None:
    before: list[dict[str, Any]] = [
        {"date": "2026-03-02", "open": [["08:00", "13:00"]], "reason": {"ms": "Separuh hari"}},
        {"date": "2026-03-05"},
    ]

    after = with_extension(before, date(2026, 3, 2), (Span(480, 840),))

    assert after == [
        {"date": "2026-03-05"},
        {"date": "2026-03-02", "open": [["08:00", "14:00"]], "reason": {"ms": "Separuh hari"}},
    ]
    assert with_extension([], date(2026, 3, 2), (Span(480, 1440),))[0]["open"] == [["08:00", "24:00"]]
