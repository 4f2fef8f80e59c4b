"""A wait is shown by one rule, on paper and on every page; waits.json is tried on clock.js and waits.js as well."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.phrases import LANGUAGES, placeholders, table
from config.times import Around, around, hour_and_minute, wait_words, why_no_wait

WAITS = json.loads((Path(__file__).parent / "waits.json").read_text(encoding="utf-8"))
KL = ZoneInfo("Asia/Kuala_Lumpur")
MORNING = datetime(2026, 3, 2, 10, 42, tzinfo=KL)
SPANS = st.floats(0, 4 * 3600, allow_nan=False)


def a_wait(three: tuple[float, float, float]) -> tuple[float, float, float]:
    low, likely, high = sorted(three)
    return low, likely, high


@pytest.mark.parametrize("case", WAITS, ids=[case["name"] for case in WAITS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wait_is_shown_in_fives_of_minutes(case: dict[str, Any], language: str) -> None:
    seconds = case["low"], case["likely"], case["high"]
    as_of = datetime.fromisoformat(case["as_of"]).astimezone(KL)

    assert around(*seconds) == Around(*case["shown"])
    key, values = wait_words(*seconds, as_of, language)
    place = int(language == "zh")
    assert key == case["key"]
    assert values == {
        name: value[place] if isinstance(value, list) else value for name, value in case["values"].items()
    }


@given(st.tuples(SPANS, SPANS, SPANS).map(a_wait))
def test_what_is_shown_is_never_narrower_than_the_truth_and_never_nothing(wait: tuple[float, float, float]) -> None:
    low, likely, high = wait

    shown = around(*wait)

    assert shown.low * 60 <= low
    assert high <= shown.high * 60
    assert likely <= shown.likely * 60
    assert max(shown.low, 1) <= shown.likely <= shown.high
    assert shown.low < shown.high
    assert all(minutes % 5 == 0 for minutes in shown)


@given(st.tuples(SPANS, SPANS, SPANS).map(a_wait), st.sampled_from(LANGUAGES))
def test_a_likely_wait_is_never_told_without_its_range(wait: tuple[float, float, float], language: str) -> None:
    key, values = wait_words(*wait, MORNING, language)

    assert placeholders(table()[key][language]) == set(values)
    assert key == "wait.under" or {"n", "b"} <= set(values)
    assert 0 not in values.values()


@given(st.integers(45, 120), st.integers(0, 3000))
def test_the_time_of_a_call_stays_while_the_wait_for_it_runs_off(minutes: int, passed: int) -> None:
    later = datetime.fromtimestamp(MORNING.timestamp() + passed, KL)
    spans = [(minutes - 10) * 60, minutes * 60, (minutes + 15) * 60]

    before = wait_words(spans[0], spans[1], spans[2], MORNING, "ms")
    after = wait_words(*a_wait((spans[0] - passed, spans[1] - passed, spans[2] - passed)), later, "ms")

    if after[0] == "wait.clock":
        assert after == before


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [(0, 5, "12.05"), (9, 0, "9.00"), (12, 30, "12.30"), (13, 5, "1.05"), (23, 59, "11.59")],
)
def test_a_time_within_hours_needs_no_part_of_the_day(hour: int, minute: int, shown: str) -> None:
    at = MORNING.replace(hour=hour, minute=minute)

    assert [hour_and_minute(at, language) for language in LANGUAGES] == [shown, shown, shown.replace(".", ":"), shown]


def test_a_wait_that_is_not_told_is_excused_in_words() -> None:
    assert why_no_wait("no_counter") == "wait.no_counter"
    assert why_no_wait("not_yet") == why_no_wait(None) == "wait.unknown"
