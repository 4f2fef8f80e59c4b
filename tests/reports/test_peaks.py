"""The busiest times of an office, learnt from the hours of its weekdays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta

from server.domain.branch import Peak
from server.reports.figures import Cell, Place
from server.reports.peaks import peaks_of

MONDAY = date(2026, 3, 2)
USUAL = {7: 1, 8: 40, 9: 90, 10: 80, 11: 40, 12: 30, 13: 35, 14: 70, 15: 40, 16: 20}
"""Hours of a weekday: without 7, which is hardly worked, a mean of 49.4; 9, 10 and 14 bring a quarter more."""


def cell(issued: int) -> Cell:
    found = Cell()
    found.counts = Counter({"issued": issued})
    return found


def days(n: int, usual: dict[int, int] | None = None) -> Iterator[tuple[date, int, Place, Cell]]:
    for back in range(n):
        on = MONDAY + timedelta(days=back)
        if on.weekday() < 5:
            hours = USUAL if usual is None else usual
            yield on, 1, ("all", ""), cell(sum(hours.values()))
            for hour, issued in hours.items():
                yield on, 1, ("slot", f"{on.weekday()}-{hour:02d}"), cell(issued)


def test_hours_that_bring_a_quarter_more_are_a_peak_of_every_such_weekday() -> None:
    week = frozenset(range(5))

    assert peaks_of(days(28)) == (Peak(time(9), time(11), week), Peak(time(14), time(15), week))


def test_a_weekday_of_its_own_has_a_peak_of_its_own() -> None:
    monday = [(on, span, place, cell(400) if place == ("slot", "0-16") else one) for on, span, place, one in days(28)]

    found = peaks_of(monday)

    assert Peak(time(16), time(17), frozenset({0})) in found
    assert Peak(time(9), time(11), frozenset({1, 2, 3, 4})) in found


def test_even_days_and_too_few_days_have_no_peak() -> None:
    assert peaks_of(days(28, dict.fromkeys(range(8, 17), 30))) == ()
    assert peaks_of(days(7)) == ()
    assert peaks_of([]) == ()


def test_no_more_than_the_two_busiest_times_of_a_day_are_told() -> None:
    many = {hour: 100 if hour % 2 else 10 for hour in range(8, 18)} | {9: 200, 13: 150}

    found = peaks_of(days(28, many))

    assert [one.since for one in found] == [time(9), time(13)]
