"""How busy a zone's voice is."""

from __future__ import annotations

import pytest

from server.domain.announcement_load import load, seconds_of


def test_a_call_in_two_languages_keeps_the_zone_as_long_as_its_parts() -> None:
    assert seconds_of(("ms", "en")) == pytest.approx(1.2 + 0.3 + 5.0 + 0.3 + 4.3 + 0.5)
    assert seconds_of(("ms",), chime=False) == pytest.approx(5.0 + 0.5)
    assert seconds_of(()) == pytest.approx(1.2 + 0.5)


def test_fifteen_counters_of_four_minutes_are_too_much_for_four_languages() -> None:
    """The evidence's own hall: 3.75 calls a minute."""
    told = load(38, ("ms", "en", "zh", "ta"))

    assert told.calls_per_minute == pytest.approx(3.8)
    assert told.busy > 1
    assert told.drop == ("ta", "zh", "en")
    assert not load(38, ("ms",)).is_too_busy


def test_only_as_many_languages_as_needed_are_named() -> None:
    assert load(20, ("ms", "en", "zh", "ta")).drop == ("ta",)
    assert load(10, ("ms", "en", "zh", "ta")).drop == ()
    assert load(0, ("ms", "en")).busy == 0


def test_the_first_language_is_never_dropped() -> None:
    told = load(100, ("ms",))

    assert told.is_too_busy
    assert told.drop == ()
