"""The calendar: four states, the Friday break, the turn of the day, and what must hold at any instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours import (
    ALL_DAY,
    FRIDAY,
    Closed,
    Hours,
    Open,
    Override,
    Pattern,
    Span,
    Weekend,
    business_day,
    weekend_of,
)

KL = ZoneInfo("Asia/Kuala_Lumpur")


def at(day: str, clock: str, tz: ZoneInfo = KL) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=tz)


def span(start: str, end: str) -> Span:
    def minutes(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    return Span(minutes(start), minutes(end))


OFFICE_WEEK = (
    Pattern(frozenset(range(4)), (span("08:00", "17:00"),)),
    Pattern(frozenset({FRIDAY}), (span("08:00", "12:15"), span("14:45", "17:00"))),
)
RAYA = {date(2026, 3, 20): {"ms": "Hari Raya Puasa"}, date(2026, 3, 21): {"ms": "Hari Raya Puasa (hari kedua)"}}


def an_office(
    week: tuple[Pattern, ...] = OFFICE_WEEK,
    overrides: tuple[Override, ...] = (),
    holidays: dict[date, dict[str, str]] | None = None,
    state: str = "KUL",
    tz: ZoneInfo = KL,
) -> Hours:
    return Hours(tz, week, overrides, holidays or {}, weekend_of(state))


# 2026-03-02 is a Monday.
@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2026-03-02", "07:59:59", Closed(at("2026-03-02", "08:00"), "hours")),
        ("2026-03-02", "08:00", Open(at("2026-03-02", "17:00"))),
        ("2026-03-02", "16:59:59", Open(at("2026-03-02", "17:00"))),
        ("2026-03-02", "17:00", Closed(at("2026-03-03", "08:00"), "hours")),
        ("2026-03-06", "12:14", Open(at("2026-03-06", "12:15"))),
        ("2026-03-06", "12:15", Closed(at("2026-03-06", "14:45"), "friday")),
        ("2026-03-06", "14:44:59", Closed(at("2026-03-06", "14:45"), "friday")),
        ("2026-03-06", "14:45", Open(at("2026-03-06", "17:00"))),
        ("2026-03-06", "17:00", Closed(at("2026-03-09", "08:00"), "hours")),
        ("2026-03-07", "10:00", Closed(at("2026-03-09", "08:00"), "weekend")),
        ("2026-03-08", "10:00", Closed(at("2026-03-09", "08:00"), "weekend")),
    ],
)
def test_a_week_at_an_office_in_kuala_lumpur(day: str, clock: str, expected: Open | Closed) -> None:
    assert an_office().state(at(day, clock)) == expected


def test_a_lunch_on_a_friday_is_not_called_the_friday_prayer_break() -> None:
    lunch = (Pattern(frozenset({FRIDAY}), (span("08:00", "13:00"), span("14:00", "17:00"))),)

    state = an_office(week=lunch).state(at("2026-03-06", "13:30"))

    assert state == Closed(at("2026-03-06", "14:00"), "hours")


def test_a_long_break_on_another_day_is_not_called_the_friday_prayer_break() -> None:
    monday = (Pattern(frozenset({0}), (span("08:00", "12:15"), span("14:45", "17:00"))),)

    state = an_office(week=monday).state(at("2026-03-02", "13:30"))

    assert isinstance(state, Closed)
    assert state.reason == "hours"


def test_a_branch_without_hours_is_open_around_the_clock_for_ever() -> None:
    assert an_office(week=()).state(at("2026-03-08", "03:00")) == Open(None)


def test_a_branch_without_hours_still_keeps_its_holidays() -> None:
    hours = an_office(week=(), holidays={date(2026, 3, 20): {"ms": "Hari Raya Puasa"}})

    eve, day = hours.state(at("2026-03-19", "22:00")), hours.state(at("2026-03-20", "10:00"))

    assert eve == Open(at("2026-03-20", "00:00"))
    assert day == Closed(at("2026-03-21", "00:00"), "holiday", {"ms": "Hari Raya Puasa"})


def test_a_distant_holiday_is_not_shown_as_tonight_s_closing_time() -> None:
    hours = an_office(week=(), holidays={date(2026, 12, 25): {"ms": "Hari Krismas"}})

    assert hours.state(at("2026-03-02", "10:00")) == Open(None)


def test_an_opening_across_midnight_closes_in_the_morning_and_not_at_midnight() -> None:
    night = (
        Pattern(frozenset({0}), (span("20:00", "24:00"),)),
        Pattern(frozenset({1}), (span("00:00", "02:00"),)),
    )
    hours = an_office(week=night)

    assert hours.closes_at(at("2026-03-02", "23:00")) == at("2026-03-03", "02:00")
    assert hours.is_open(at("2026-03-03", "00:00"))
    assert hours.opens_at(at("2026-03-03", "02:00")) == at("2026-03-09", "20:00")


def test_a_holiday_closes_the_whole_day_and_is_named() -> None:
    state = an_office(holidays=RAYA).state(at("2026-03-20", "10:00"))

    assert state == Closed(at("2026-03-23", "08:00"), "holiday", {"ms": "Hari Raya Puasa"})


def test_an_override_of_one_date_opens_even_a_holiday() -> None:
    special = Override(date(2026, 3, 20), date(2026, 3, 20), (span("09:00", "12:00"),))
    hours = an_office(holidays=RAYA, overrides=(special,))

    assert hours.state(at("2026-03-20", "10:00")) == Open(at("2026-03-20", "12:00"))


def test_a_half_day_says_so_in_the_afternoon_and_not_at_night() -> None:
    eve = Override(date(2026, 3, 19), date(2026, 3, 19), (span("08:00", "13:00"),), {"ms": "Malam Raya"})
    hours = an_office(overrides=(eve,))

    afternoon, evening = hours.state(at("2026-03-19", "14:00")), hours.state(at("2026-03-19", "18:00"))

    assert afternoon == Closed(at("2026-03-20", "08:00"), "override", {"ms": "Malam Raya"})
    assert evening == Closed(at("2026-03-20", "08:00"), "hours")


def test_ramadan_hours_shorten_the_working_days_and_open_no_weekend_or_holiday() -> None:
    ramadan = Override(date(2026, 2, 18), date(2026, 3, 19), (span("08:00", "16:30"),))
    hours = an_office(overrides=(ramadan,), holidays={date(2026, 3, 7): {"ms": "Nuzul al-Quran"}})

    assert hours.closes_at(at("2026-03-02", "10:00")) == at("2026-03-02", "16:30")
    assert hours.state(at("2026-03-08", "10:00")) == Closed(at("2026-03-09", "08:00"), "weekend")
    assert hours.on(date(2026, 3, 7)).spans == ()
    assert hours.closes_at(at("2026-03-20", "10:00")) == at("2026-03-20", "12:15")


def test_a_range_may_name_the_weekdays_that_it_changes() -> None:
    fridays = Override(date(2026, 2, 18), date(2026, 3, 19), (span("08:00", "12:30"),), days=frozenset({FRIDAY}))
    hours = an_office(overrides=(fridays,))

    assert hours.on(date(2026, 3, 6)).spans == (span("08:00", "12:30"),)
    assert hours.on(date(2026, 3, 5)).spans == (span("08:00", "17:00"),)


def test_a_flood_closes_a_range_of_dates() -> None:
    flood = Override(date(2026, 3, 2), date(2026, 3, 6), (), {"ms": "Banjir"})
    hours = an_office(overrides=(flood,))

    assert hours.state(at("2026-03-04", "10:00")) == Closed(at("2026-03-09", "08:00"), "override", {"ms": "Banjir"})


def test_a_branch_that_never_opens_again_promises_no_opening() -> None:
    shut = Override(date(2026, 1, 1), date(2030, 1, 1), ())

    assert an_office(overrides=(shut,)).state(at("2026-03-02", "10:00")) == Closed(None, "override")


@pytest.mark.parametrize(
    ("state", "day", "is_working"),
    [
        ("JHR", "2013-12-27", True),  # a Friday before Johor changed to Friday and Saturday
        ("JHR", "2024-12-27", False),  # the last Friday that Johor rested
        ("JHR", "2024-12-29", True),  # … and the last Sunday that it worked
        ("JHR", "2025-01-03", True),
        ("JHR", "2025-01-05", False),
        ("KTN", "2025-01-03", False),
        ("KTN", "2025-01-05", True),
        ("KDH", "2025-01-04", False),
        ("TRG", "2025-01-04", False),
        ("TRG", "2025-01-05", True),
        ("SGR", "2025-01-03", True),
        ("SGR", "2025-01-04", False),
    ],
)
def test_each_state_rests_on_its_own_days(state: str, day: str, is_working: bool) -> None:
    assert an_office(state=state).is_working_day(date.fromisoformat(day)) is is_working


def test_the_johor_weekend_moves_on_new_year_s_day_2025_by_the_branch_s_own_date() -> None:
    working_days = (Pattern(None, (span("08:00", "17:00"),)),)
    johor = an_office(week=working_days, state="JHR")

    assert johor.is_open(at("2024-12-29", "10:00"))  # Sunday
    assert johor.is_open(at("2024-12-31", "10:00"))  # Tuesday
    assert johor.is_open(at("2025-01-03", "10:00"))  # Friday
    assert johor.state(at("2025-01-05", "10:00")) == Closed(at("2025-01-06", "08:00"), "weekend")


def test_a_weekday_with_hours_of_its_own_takes_nothing_from_the_working_days() -> None:
    week = (
        Pattern(None, (span("08:00", "17:00"),)),
        Pattern(frozenset({3}), (span("08:00", "15:30"),)),
    )
    kelantan = an_office(week=week, state="KTN")

    assert kelantan.on(date(2026, 3, 5)).spans == (span("08:00", "15:30"),)  # Thursday
    assert kelantan.on(date(2026, 3, 6)).spans == ()  # Friday
    assert kelantan.on(date(2026, 3, 8)).spans == (span("08:00", "17:00"),)  # Sunday


MALAYSIA_DAY = {date(2026, 9, 16): {"ms": "Hari Malaysia"}}


@pytest.mark.parametrize(
    ("state", "start", "n", "due"),
    [
        ("KTN", "2026-03-05", 3, "2026-03-10"),  # Thursday → Tuesday: Friday and Saturday do not count
        ("KUL", "2026-03-05", 3, "2026-03-10"),  # Thursday → Tuesday: Saturday and Sunday do not
        ("KTN", "2026-03-04", 3, "2026-03-09"),
        ("KUL", "2026-03-04", 3, "2026-03-09"),
        ("KUL", "2026-03-06", 1, "2026-03-09"),
        ("KDH", "2026-03-06", 1, "2026-03-08"),
        ("TRG", "2026-03-01", 7, "2026-03-10"),
        ("KUL", "2026-03-02", 7, "2026-03-11"),
        ("JHR", "2024-12-26", 3, "2024-12-31"),  # Thursday: Sunday, Monday, Tuesday
        ("JHR", "2024-12-31", 3, "2025-01-03"),  # Tuesday: Wednesday, Thursday and the first working Friday
        ("KUL", "2026-09-15", 1, "2026-09-17"),  # over Hari Malaysia
        ("KUL", "2026-03-07", 0, "2026-03-09"),
        ("KUL", "2026-03-09", 0, "2026-03-09"),
    ],
)
def test_working_days_are_counted_by_the_calendar_of_the_state(state: str, start: str, n: int, due: str) -> None:
    hours = an_office(state=state, holidays=MALAYSIA_DAY)

    assert hours.add_working_days(date.fromisoformat(start), n) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("state", "since", "until", "days"),
    [
        ("KUL", "2026-03-06", "2026-03-09", 1),  # over Saturday and Sunday
        ("KTN", "2026-03-05", "2026-03-08", 1),  # over Friday and Saturday
        ("KDH", "2026-03-05", "2026-03-12", 5),
        ("TRG", "2026-03-06", "2026-03-07", 0),
        (
            "JHR",
            "2024-12-26",
            "2024-12-31",
            3,
        ),  # Sunday, Monday and Tuesday; Friday and Saturday rest for the last time
        ("JHR", "2024-12-31", "2025-01-03", 3),  # Wednesday, Thursday and the first working Friday
        ("JHR", "2024-12-31", "2025-01-06", 4),  # … and the first resting Sunday
        ("KUL", "2026-09-15", "2026-09-17", 1),  # over Hari Malaysia
        ("KUL", "2026-03-02", "2026-03-02", 0),
        ("KUL", "2026-03-09", "2026-03-06", -1),
    ],
)
def test_the_working_day_clock_says_how_many_days_have_gone(state: str, since: str, until: str, days: int) -> None:
    hours = an_office(state=state, holidays=MALAYSIA_DAY)

    assert hours.working_days(at(since, "16:59"), at(until, "08:01")) == days


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(1, 30), st.sampled_from(["JHR", "KTN", "KUL", "KDH"]))
def test_the_clock_counts_as_deadlines_do(start: date, n: int, state: str) -> None:
    hours = an_office(state=state, holidays=RAYA | MALAYSIA_DAY)
    due = hours.add_working_days(start, n)

    noon = [datetime.combine(day, time(12), KL) for day in (start, due, due - timedelta(days=1))]
    assert (hours.working_days(noon[0], noon[1]), hours.working_days(noon[0], noon[2])) == (n, n - 1)


def test_working_days_refuse_to_run_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        an_office().add_working_days(date(2026, 3, 2), -1)


def test_a_calendar_without_working_days_is_an_error_and_not_an_endless_loop() -> None:
    never = Hours(KL, weekend=(Weekend(date.min, frozenset(range(7))),))

    with pytest.raises(ValueError, match="no working days"):
        never.add_working_days(date(2026, 3, 2), 1)


@pytest.mark.parametrize(
    ("day", "clock", "turns_at", "expected"),
    [
        ("2026-03-02", "07:59", time(0), "2026-03-02"),
        ("2026-03-02", "08:01", time(0), "2026-03-02"),  # UTC midnight lies between
        ("2026-03-01", "23:59:59", time(0), "2026-03-01"),
        ("2026-03-02", "00:00", time(0), "2026-03-02"),
        ("2026-03-02", "03:59:59", time(4), "2026-03-01"),
        ("2026-03-02", "04:00", time(4), "2026-03-02"),
    ],
)
def test_the_business_day_turns_by_the_branch_s_clock(day: str, clock: str, turns_at: time, expected: str) -> None:
    now = at(day, clock).astimezone(UTC)

    assert business_day(now, KL, turns_at) == date.fromisoformat(expected)


def test_a_zone_whose_clocks_change_opens_and_closes_by_the_wall_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = an_office(week=(Pattern(frozenset(range(7)), (span("08:00", "17:00"),)),), tz=berlin)

    assert hours.closes_at(datetime(2026, 3, 28, 9, tzinfo=UTC)) == datetime(2026, 3, 28, 16, tzinfo=UTC)
    assert hours.closes_at(datetime(2026, 3, 29, 9, tzinfo=UTC)) == datetime(2026, 3, 29, 15, tzinfo=UTC)
    assert hours.opens_at(datetime(2026, 3, 28, 20, tzinfo=UTC)) == datetime(2026, 3, 29, 6, tzinfo=UTC)


DAYS = st.dates(date(2024, 11, 1), date(2027, 2, 1))


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Span(start * 15, end * 15) for start, end in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Hours:
    week = tuple(Pattern(frozenset({weekday}), draw(spans())) for weekday in range(7) if draw(st.booleans()))
    working = (Pattern(None, draw(spans())),) if draw(st.booleans()) else ()
    overrides = []
    for first in draw(st.lists(DAYS, max_size=3, unique=True)):
        last = first + timedelta(days=draw(st.integers(0, 20)))
        overrides.append(Override(first, last, draw(spans())))
    holidays = {day: {"ms": "Cuti"} for day in draw(st.lists(DAYS, max_size=4))}
    tz = ZoneInfo(draw(st.sampled_from(["Asia/Kuala_Lumpur", "UTC", "Europe/Berlin", "America/St_Johns"])))
    weekend = weekend_of(draw(st.sampled_from(["JHR", "KTN", "KUL"])))
    return Hours(tz, week + working, tuple(overrides), holidays, weekend)


INSTANTS = st.datetimes(datetime(2024, 11, 1), datetime(2027, 2, 1), timezones=st.just(UTC))


@given(calendars(), INSTANTS)
def test_whatever_the_calendar_the_next_change_lies_ahead_and_is_one(hours: Hours, now: datetime) -> None:
    state = hours.state(now)

    if isinstance(state, Open):
        if state.closes_at is not None:
            assert state.closes_at > now
            assert not hours.is_open(state.closes_at)
            assert hours.is_open(state.closes_at - timedelta(microseconds=1))
    elif state.opens_at is not None:
        assert state.opens_at > now
        assert hours.is_open(state.opens_at)
        assert not hours.is_open(state.opens_at - timedelta(microseconds=1))


@given(calendars(), INSTANTS, st.floats(0, 1))
def test_nothing_changes_before_the_change_that_was_announced(hours: Hours, now: datetime, share: float) -> None:
    state = hours.state(now)
    change = state.closes_at if isinstance(state, Open) else state.opens_at
    between = now + share * (min(change or now, now + timedelta(days=40)) - now)

    if between != change:
        assert hours.is_open(between) == state.is_open


@given(calendars(), DAYS, st.integers(1, 30))
def test_n_working_days_later_there_are_n_working_days_in_between(hours: Hours, day: date, n: int) -> None:
    due = hours.add_working_days(day, n)

    between = [day + timedelta(days=i + 1) for i in range((due - day).days)]
    assert sum(hours.is_working_day(each) for each in between) == n
    assert hours.is_working_day(due)


def test_the_whole_day_is_one_span() -> None:
    assert an_office(week=()).on(date(2026, 3, 2)).spans == ALL_DAY
