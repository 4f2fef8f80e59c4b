"""Whose turn it is for lunch: the plan first, then who has been on duty longest; and who makes room by coming back."""

from __future__ import annotations

from datetime import UTC, datetime, time

from server.domain.branch import Lunch, PlannedBreak, PlannedDuty
from server.domain.breaks import turn_of
from tests.builders import KUALA_LUMPUR, OPENING, AnOffice, a_branch, an_office

COUNTERS = ("K1", "K2", "K3")


def local(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(OPENING.astimezone(KUALA_LUMPUR).date(), time(hour, minute), KUALA_LUMPUR).astimezone(UTC)


def at_noon(*duties: PlannedDuty) -> AnOffice:
    """K1 opened at eight, K2 at nine, K3 at ten; it is noon."""
    office = an_office(a_branch("A", COUNTERS, lunch=Lunch(2), roster=duties))
    for hour, code in enumerate(COUNTERS, 8):
        office.clock.set(local(hour))
        office.open(code)
    office.clock.set(local(12))
    return office


def test_without_a_plan_whoever_has_been_on_duty_longest_goes_first() -> None:
    office = at_noon()

    assert turn_of(office.floor, local(12), "K1").before == ()
    assert turn_of(office.floor, local(12), "K3").before == ("K1", "K2")


def test_a_planned_lunch_goes_before_whoever_has_none() -> None:
    lunch = PlannedBreak(750, 30, "lunch")
    office = at_noon(PlannedDuty("K3", None, 480, 1020, (lunch,)))

    assert turn_of(office.floor, local(12), "K3").before == ()
    assert turn_of(office.floor, local(12), "K2").before == ("K3", "K1")


def test_who_is_at_lunch_is_expected_back_after_the_planned_minutes_or_half_an_hour_and_never_in_the_past() -> None:
    lunch = PlannedBreak(720, 45, "lunch")
    office = at_noon(PlannedDuty("K2", None, 480, 1020, (lunch,)))
    office.close("K2", "lunch")

    assert turn_of(office.floor, local(12, 10), "K1").at == local(12, 45)
    assert turn_of(office.floor, local(12, 10), "K1").back == "K2"
    assert turn_of(office.floor, local(13), "K1").at == local(13, 5)
    office.clock.set(local(12, 5))
    office.close("K3", "lunch")
    assert (turn_of(office.floor, local(12, 10), "K1").back, turn_of(office.floor, local(12, 10), "K1").at) == (
        "K3", local(12, 35),
    )  # fmt: skip


def test_with_nobody_at_lunch_nobody_is_expected() -> None:
    office = at_noon()
    office.close("K2", "meeting")

    assert turn_of(office.floor, local(12), "K1") == turn_of(office.floor, local(12), "K1")
    assert (turn_of(office.floor, local(12), "K1").at, turn_of(office.floor, local(12), "K1").back) == (None, "")
