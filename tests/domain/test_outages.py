"""What an outage costs: the minutes of the opening hours that lie in it, and no night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from server.domain.hours import Hours, Pattern, Span
from server.domain.outages import lost_s
from tests.builders import KUALA_LUMPUR, OPENING, a_branch

OFFICE = a_branch(hours=Hours(KUALA_LUMPUR, (Pattern(None, (Span(480, 780), Span(840, 1020))),)))
"""Eight to one and two to five, on working days; 2 March 2026 is a Monday."""


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, 3, day), datetime.min.time(), KUALA_LUMPUR).astimezone(UTC) + timedelta(
        hours=hour, minutes=minute
    )


@pytest.mark.parametrize(
    ("began_at", "ended_at", "minutes"),
    [
        (local(2, 9), local(2, 9, 30), 30),
        (local(2, 12, 50), local(2, 14, 5), 15),  # over lunch
        (local(2, 16, 30), local(3, 8, 10), 40),  # over a night
        (local(6, 16), local(9, 9), 120),  # over a weekend
        (local(2, 17), local(3, 8), 0),
        (local(2, 9), local(2, 9), 0),
        (local(2, 9), local(2, 8), 0),
    ],
)
def test_only_the_opening_hours_are_lost(began_at: datetime, ended_at: datetime, minutes: int) -> None:
    assert lost_s(OFFICE, began_at, ended_at) == minutes * 60


def test_an_office_that_never_closes_loses_all_of_it() -> None:
    assert lost_s(a_branch(), OPENING, OPENING + timedelta(days=2)) == 2 * 86_400
    always = a_branch(hours=Hours(KUALA_LUMPUR))
    assert lost_s(always, OPENING, OPENING + timedelta(days=2)) == 2 * 86_400
