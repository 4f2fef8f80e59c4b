"""The list of holidays that an administrator is offered."""

from __future__ import annotations

from datetime import date

import pytest

from config.branch_values import STATES
from config.holidays_my import suggested_holidays


def test_a_holiday_is_suggested_in_malay_and_english() -> None:
    found = {holiday.on: holiday for holiday in suggested_holidays("SGR", 2026)}

    assert found[date(2026, 8, 31)].words == {"ms": "Hari Kebangsaan", "en": "National Day"}
    assert not found[date(2026, 8, 31)].is_estimate


def test_every_state_has_a_list_and_its_own_days() -> None:
    lists = {state: {holiday.on for holiday in suggested_holidays(state, 2026)} for state in STATES}

    assert all(date(2026, 9, 16) in days for days in lists.values())
    assert date(2026, 3, 23) in lists["JHR"]  # the Sultan's birthday
    assert date(2026, 9, 29) in lists["KTN"]
    assert date(2026, 9, 29) not in lists["JHR"]


def test_a_saturday_holiday_moves_to_sunday_where_friday_and_saturday_are_the_weekend() -> None:
    kelantan = {holiday.on: holiday.words["ms"] for holiday in suggested_holidays("KTN", 2026)}

    assert kelantan[date(2026, 3, 7)] == "Hari Nuzul Al-Quran"
    assert kelantan[date(2026, 3, 8)] == "Cuti Hari Nuzul Al-Quran"


def test_a_date_that_hangs_on_the_moon_is_marked_and_its_name_is_clean() -> None:
    far = suggested_holidays("KUL", 2032)

    assert any(holiday.is_estimate for holiday in far)
    assert not [text for holiday in far for text in holiday.words.values() if "anggaran" in text or "estimated" in text]


def test_a_state_that_is_not_malaysian_is_refused() -> None:
    with pytest.raises(ValueError, match="SIN"):
        suggested_holidays("SIN", 2026)
