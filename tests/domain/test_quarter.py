"""A year has four quarters, and each owes a report by a day."""

from __future__ import annotations

from datetime import date

import pytest

from server.domain.quarter import Quarter, quarter_named, quarter_of


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        (date(2026, 1, 1), "2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), "2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 12, 31), "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_each_day_is_in_one_quarter(day: date, name: str, first: date, last: date) -> None:
    quarter = quarter_of(day)

    assert (str(quarter), quarter.first, quarter.last) == (name, first, last)
    assert quarter_named(name) == quarter


def test_the_years_follow_one_another() -> None:
    assert Quarter(2026, 4).next == Quarter(2027, 1)
    assert Quarter(2027, 1).before == Quarter(2026, 4)
    assert Quarter(2026, 1).due_on(30) == date(2026, 4, 30)


@pytest.mark.parametrize("name", ["2026-Q5", "2026", "2026-Q1x", ""])
def test_what_names_no_quarter_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no quarter"):
        quarter_named(name)
