"""The first day that is kept: whole months back, by the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from server.domain.retention import first_kept


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 3, 2), 24, date(2024, 3, 2)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 31), 15, date(2025, 9, 30)),
    ],
)
def test_what_is_kept_begins_on_the_same_day_of_an_earlier_month(today: date, months: int, first: date) -> None:
    assert first_kept(today, months) == first
