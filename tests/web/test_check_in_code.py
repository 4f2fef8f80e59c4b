"""The hall's check-in code: good for five minutes, made by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.check_in_code import CodeTooOld, CodeUnknown, code_at, require_good

SECRET = b"s" * 32
NOW = datetime(2026, 3, 2, 1, 0, 30, tzinfo=UTC)


def test_a_code_is_the_same_for_a_minute_and_then_another() -> None:
    assert code_at(SECRET, "KL01", NOW) == code_at(SECRET, "KL01", NOW + timedelta(seconds=29))
    assert code_at(SECRET, "KL01", NOW) != code_at(SECRET, "KL01", NOW + timedelta(seconds=30))


@pytest.mark.parametrize("later", [0, 60, 269])
def test_a_code_is_good_for_a_few_minutes(later: float) -> None:
    require_good(SECRET, "KL01", code_at(SECRET, "KL01", NOW), NOW + timedelta(seconds=later))


@pytest.mark.parametrize("later", [270, 3600, 86400, -91])
def test_a_code_of_another_hour_is_too_old(later: float) -> None:
    with pytest.raises(CodeTooOld):
        require_good(SECRET, "KL01", code_at(SECRET, "KL01", NOW), NOW + timedelta(seconds=later))


def test_a_code_of_another_office_or_another_secret_is_unknown() -> None:
    for other in (code_at(SECRET, "KL02", NOW), code_at(b"t" * 32, "KL01", NOW)):
        with pytest.raises(CodeUnknown):
            require_good(SECRET, "KL01", other, NOW)


@given(st.text(max_size=40))
def test_nobody_guesses_a_code(guess: str) -> None:
    with pytest.raises(CodeUnknown):
        require_good(SECRET, "KL01", guess, NOW)


def test_the_minute_of_a_code_cannot_be_moved() -> None:
    minute, digest = code_at(SECRET, "KL01", NOW).split("-")

    with pytest.raises(CodeUnknown):
        require_good(SECRET, "KL01", f"{int(minute, 16) + 5:x}-{digest}", NOW + timedelta(minutes=5))
