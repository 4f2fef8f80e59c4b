"""Lunch, peak and openings of a day that is small enough to reckon by hand.

Monday, 2 March 2026, three counters, lunch 12:00–14:00 with at least 2 open, peak 09:00–11:00 with all 3, hours 8–17:

    08          09     10     11     12     13     14        17
    K1 ├─08:00───────────────────────────12:30   13:15────────┤
    K2    ├─08:04────────────10:30┤      12:10──────┤14:30
    K3               ├─09:30────────────────12:45┤

    peak   09:00–09:30 two open (30 min short), –10:30 three, –11:00 two (30 short): 60 min short, fewest 2,
           counter minutes 120 (K1) + 90 (K2) + 90 (K3) = 300
    lunch  12:00–12:10 K1 K3; –12:30 all; –12:45 K2 K3; –13:15 K2 alone (30 short); –14:00 K1 K2:
           30 min short, fewest 1, counter minutes K1 30 + 45, K2 110, K3 45 = 230
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from server.domain.branch import Branch, Lunch, Peak, PlannedDuty
from server.domain.covers import LEARNED, LUNCH, OPENING, PEAK, short_now
from server.domain.events import CounterClosed, CounterOpened, Event
from server.domain.hours import Hours, Pattern, Span
from server.reports.covers import COVERS_HEADER, covers_on, covers_rows, openings_on, spans_of
from tests.builders import KUALA_LUMPUR, a_branch, an_office

MONDAY = date(2026, 3, 2)


def local(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(MONDAY, time(hour, minute), KUALA_LUMPUR).astimezone(UTC)


EVENING = local(18)


def a_branch_that_promises(**stated: object) -> Branch:
    hours = Hours(KUALA_LUMPUR, (Pattern(None, (Span(480, 1020),)),))
    branch = a_branch(
        "A", {"K1": "A", "K2": "A", "K3": "A"}, hours=hours, lunch=Lunch(2),
        peaks=(Peak(time(9), time(11)),),
    )  # fmt: skip
    return replace(branch, **stated)  # type: ignore[arg-type]


def opened(counter: str, hour: int, minute: int = 0) -> Event:
    return CounterOpened(at=local(hour, minute), counter=counter, officer=None, services=("A",))


def closed(counter: str, hour: int, minute: int = 0) -> Event:
    return CounterClosed(at=local(hour, minute), counter=counter, reason="rest")


def the_day() -> Iterator[Event]:
    yield opened("K1", 8)
    yield opened("K2", 8, 4)
    yield opened("K3", 9, 30)
    yield closed("K2", 10, 30)
    yield opened("K2", 12, 10)
    yield closed("K1", 12, 30)
    yield closed("K3", 12, 45)
    yield opened("K1", 13, 15)
    yield closed("K2", 14, 30)


def test_lunch_and_peak_are_what_a_hand_reckons() -> None:
    lunch, peak = covers_on(a_branch_that_promises(), MONDAY, spans_of(the_day(), EVENING), EVENING)

    assert (lunch.kind, lunch.wanted, lunch.least, lunch.counter_s / 60, lunch.short_s / 60) == (LUNCH, 2, 1, 230, 30)
    assert (peak.kind, peak.wanted, peak.least, peak.counter_s / 60, peak.short_s / 60) == (PEAK, 3, 2, 300, 60)
    assert not lunch.is_kept
    assert not peak.is_kept


def test_a_lunch_that_is_not_over_is_judged_as_far_as_it_has_come() -> None:
    now = local(12, 20)
    (lunch,) = [
        c for c in covers_on(a_branch_that_promises(), MONDAY, spans_of(the_day(), now), now) if c.kind == LUNCH
    ]

    assert (lunch.to, lunch.short_s) == (now, 0)


def test_a_window_outside_the_opening_hours_is_nobodys_duty() -> None:
    early = a_branch_that_promises(lunch=Lunch(), peaks=(Peak(time(7), time(8, 30)),))

    (peak,) = covers_on(early, MONDAY, spans_of(the_day(), EVENING), EVENING)

    assert (peak.since, peak.to) == (local(8), local(8, 30))
    assert covers_on(early, date(2026, 3, 1), {}, EVENING) == []  # a Sunday


def test_a_counter_that_opens_four_minutes_late_is_four_minutes_late() -> None:
    roster = tuple(PlannedDuty(counter, None, 480, 1020) for counter in ("K1", "K2"))
    late = PlannedDuty("K3", None, 480, 1020)

    found = openings_on(a_branch_that_promises(roster=roster), MONDAY, spans_of(the_day(), EVENING), EVENING)
    assert [(one.counter, one.late_s, one.is_on_time) for one in found] == [("K1", 0, True), ("K2", 240, False)]
    never = openings_on(a_branch_that_promises(roster=(late,)), MONDAY, {}, EVENING)
    assert [(one.counter, one.late_s, one.is_on_time) for one in never] == [("K3", None, False)]


def test_without_a_roster_the_first_counter_stands_for_the_office() -> None:
    (office,) = openings_on(a_branch_that_promises(), MONDAY, spans_of([opened("K2", 8, 7)], EVENING), EVENING)

    assert (office.counter, office.planned_at, office.late_s) == ("", local(8), 420)
    assert openings_on(a_branch_that_promises(), date(2026, 3, 1), {}, EVENING) == []


def test_the_table_has_a_row_for_each_opening_and_each_window() -> None:
    rows = list(covers_rows(a_branch_that_promises(), [MONDAY], the_day(), EVENING))

    told = [dict(zip(COVERS_HEADER, row, strict=True)) for row in rows]
    assert [(one["cover"], one["kept"]) for one in told] == [(OPENING, 1), (LUNCH, 0), (PEAK, 0)]
    assert (told[1]["from"], told[1]["minutes_short"], told[1]["counter_minutes"]) == (
        "2026-03-02T12:00:00+08:00", 30.0, 230.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ((8, 30), []),
        ((9, 30), [(PEAK, 1, 3)]),
        ((12, 30), [(LUNCH, 1, 2)]),
        ((17, 30), []),
    ],
)  # fmt: skip
def test_too_few_counters_are_told_of_at_once_and_never_of_a_closed_office(
    at: tuple[int, int], told: list[tuple[str, int, int]]
) -> None:
    office = an_office(a_branch_that_promises())
    office.open("K1")
    office.clock.set(local(*at))

    assert [(one.kind, one.is_open, one.wanted) for one in short_now(office.floor, office.clock.now())] == told


def test_a_counter_that_was_planned_and_has_not_opened_is_named_after_a_minute() -> None:
    roster = (PlannedDuty("K1", None, 480, 1020), PlannedDuty("K2", None, 480, 1020))
    office = an_office(a_branch_that_promises(lunch=Lunch(), peaks=(), roster=roster))
    office.open("K1")
    office.close("K1")  # a break is no late opening
    office.clock.advance(seconds=59)
    assert short_now(office.floor, office.clock.now()) == []

    office.clock.advance(seconds=1)

    (late,) = short_now(office.floor, office.clock.now())
    assert (late.kind, late.counters) == (OPENING, ("K2",))


def test_a_counter_that_opens_within_the_tolerance_is_on_time_and_its_minutes_are_told_all_the_same() -> None:
    roster = tuple(PlannedDuty(counter, None, 480, 1020) for counter in ("K1", "K2", "K3"))
    branch = a_branch_that_promises(roster=roster, opening_tolerance_s=300.0)

    found = openings_on(branch, MONDAY, spans_of(the_day(), EVENING), EVENING)

    assert [(one.counter, one.late_s, one.is_on_time) for one in found] == [
        ("K1", 0, True), ("K2", 240, True), ("K3", 5400, False),
    ]  # fmt: skip


def test_nobody_is_alarmed_for_a_counter_within_the_tolerance() -> None:
    roster = (PlannedDuty("K2", None, 480, 1020),)
    office = an_office(a_branch_that_promises(roster=roster, lunch=Lunch(), peaks=(), opening_tolerance_s=300.0))

    alarms = []
    for minute in (2, 5):
        office.clock.set(local(8, minute))
        alarms.append([one.kind for one in short_now(office.floor, office.clock.now())])

    assert alarms == [[], [OPENING]]


def test_peaks_that_were_learned_are_held_against_the_counters_where_none_is_set() -> None:
    learned = (Peak(time(9), time(11), frozenset({0})), Peak(time(9), time(11), frozenset({1})))
    without, with_own = (an_office(a_branch_that_promises(lunch=Lunch(), peaks=peaks))
                         for peaks in ((), (Peak(time(15), time(16)),)))  # fmt: skip
    told = []
    for office in (without, with_own):
        office.floor.outlook.peaks = learned
        office.open("K1")
        office.clock.set(local(9, 30))
        told.append([(one.kind, one.is_open, one.wanted) for one in short_now(office.floor, office.clock.now())])

    assert told == [[(LEARNED, 1, 3)], []]
