"""When the branch is open, why it is closed and when it opens again; which days count as working days.

    a dated override  >  a holiday  >  an override over a range of dates  >  the pattern of the week

A closed day says why: the first of these that closes it, else the weekend of its state, else the hours. Local wall
time comes in, instants in UTC go out: the day never turns at UTC midnight, which is opening time in Malaysia.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
MINUTES_A_DAY = 24 * 60
FRIDAY_PRAYER_AT = 13 * 60
FRIDAY_BREAK_MINUTES = 90
"""A gap on a Friday over 13:00 of at least so many minutes is the prayer break; a shorter one is a lunch."""
LOOK_AHEAD_DAYS = 400
CLOSES_WITHIN_DAYS = 32

REASONS = ("hours", "holiday", "override", "friday", "weekend")


class Span(NamedTuple):
    """Open from `start` until `end`, in minutes after local midnight; `end` itself is closed; 1440 is midnight.

    Wherever spans stand in a tuple, they are in order and do not overlap.
    """

    start: int
    end: int


ALL_DAY = (Span(0, MINUTES_A_DAY),)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What opens on these weekdays (Monday is 0); `days` None means the working days of the state.

    A weekday that any pattern names takes nothing from the patterns for working days.
    """

    days: frozenset[int] | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """The branch on certain dates, `first` to `last`, both included.

    One date alone is opened or closed whatever it was. Over a range, `spans` replace the hours of those `days`
    (None: all) that are open anyway, so Ramadan hours do not open a Sunday; no spans close them.
    """

    first: date
    last: date
    spans: tuple[Span, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    days: frozenset[int] | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last and (self.days is None or day.weekday() in self.days)


@dataclass(frozen=True, slots=True)
class Weekend:
    """The two days that a state rests, from a date on."""

    valid_from: date
    days: frozenset[int]


_ALWAYS = date.min
_FRIDAY_SATURDAY = frozenset({FRIDAY, SATURDAY})
_SATURDAY_SUNDAY = frozenset({SATURDAY, SUNDAY})
USUAL_WEEKEND = (Weekend(_ALWAYS, _SATURDAY_SUNDAY),)
WEEKENDS: Mapping[str, tuple[Weekend, ...]] = {
    "JHR": (
        Weekend(_ALWAYS, _SATURDAY_SUNDAY),
        Weekend(date(2014, 1, 1), _FRIDAY_SATURDAY),
        Weekend(date(2025, 1, 1), _SATURDAY_SUNDAY),
    ),
    "KDH": (Weekend(_ALWAYS, _FRIDAY_SATURDAY),),
    "KTN": (Weekend(_ALWAYS, _FRIDAY_SATURDAY),),
    "TRG": (Weekend(_ALWAYS, _FRIDAY_SATURDAY),),
}
"""The states whose weekend is not, or was not always, Saturday and Sunday; the last entry that has begun holds."""


def weekend_of(state: str | None) -> tuple[Weekend, ...]:
    """The weekends of a state or federal territory, by its three letters (JHR, KUL …), oldest first."""
    return WEEKENDS.get(state or "", USUAL_WEEKEND)


@dataclass(frozen=True, slots=True)
class Open:
    """`closes_at` is None where no closing is in sight (a month ahead)."""

    closes_at: datetime | None
    is_open: bool = field(default=True, init=False)


@dataclass(frozen=True, slots=True)
class Closed:
    """`reason` is one of REASONS; `words` name the holiday or the occasion; `opens_at` is None for never."""

    opens_at: datetime | None
    reason: str
    words: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = field(default=False, init=False)


State = Open | Closed


@dataclass(frozen=True, slots=True)
class Day:
    """One date: when it is open and, where something other than the week decides, what ("" = the week)."""

    spans: tuple[Span, ...]
    decided_by: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hours:
    """The calendar of a branch, or of one of its services. Without patterns it is open around the clock."""

    tz: ZoneInfo
    week: tuple[Pattern, ...] = ()
    overrides: tuple[Override, ...] = ()
    holidays: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    weekend: tuple[Weekend, ...] = USUAL_WEEKEND

    def state(self, now: datetime) -> State:
        """Open until when, or closed until when and why."""
        day = now.astimezone(self.tz).date()
        for span in self.on(day).spans:
            opens_at, closes_at = self._instants(day, span)
            if opens_at <= now < closes_at:
                return Open(self._really_closes_at(day, closes_at))
        reason, words = self._why_closed(day, now)
        return Closed(self._opens_after(day, now), reason, words)

    def is_open(self, now: datetime) -> bool:
        return self.state(now).is_open

    def closes_at(self, now: datetime) -> datetime | None:
        """The end of the present opening; None while closed and where no closing is in sight."""
        state = self.state(now)
        return state.closes_at if isinstance(state, Open) else None

    def opens_at(self, now: datetime) -> datetime | None:
        """The next opening; None while open and where there is none within 400 days."""
        state = self.state(now)
        return state.opens_at if isinstance(state, Closed) else None

    def on(self, day: date) -> Day:
        """What holds on a date."""
        usual = self._usual(day)
        ranged: Override | None = None
        for override in self.overrides:
            if override.covers(day):
                if override.first == override.last:
                    return Day(override.spans, "override", override.words)
                ranged = override
        if day in self.holidays:
            return Day((), "holiday", self.holidays[day])
        if ranged is not None and (usual or not ranged.spans):
            return Day(ranged.spans, "override", ranged.words)
        return Day(usual)

    def spans_on(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """When it is open on the local date of `now`, from and to; none where it is open around the clock."""
        day = now.astimezone(self.tz).date()
        spans = self.on(day).spans
        return [] if spans == ALL_DAY else [self._instants(day, span) for span in spans]

    def is_working_day(self, day: date) -> bool:
        """Neither weekend nor holiday: the days that a deadline counts, whether or not the counters are open."""
        return day.weekday() not in self._rest_days(day) and day not in self.holidays

    def add_working_days(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`, which itself is not counted; n = 0 is `day` or the next working day.

        Raises ValueError where n is negative or the calendar leaves no working days.
        """
        if n < 0:
            raise ValueError(f"working days are counted forward, not {n}")
        found = day
        if n == 0:
            found, n = day - timedelta(days=1), 1
        for _ in range(7 * n + 3 * LOOK_AHEAD_DAYS):
            found += timedelta(days=1)
            n -= self.is_working_day(found)
            if n == 0:
                return found
        raise ValueError(f"the calendar has no working days after {day.isoformat()}")

    def working_days(self, since: datetime, until: datetime) -> int:
        """How many working days have begun after the day of `since`, that of `until` included: 0 on the same day, and
        `n` from the `n`-th working day on, as `add_working_days` counts them. Negative where `until` is before."""
        first, last = (at.astimezone(self.tz).date() for at in sorted((since, until)))
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        found = sum(self.is_working_day(day) for day in days)
        return found if since <= until else -found

    def begin_of_week(self, day: date) -> int:
        """The weekday after the days of rest: Sunday (6) where Friday and Saturday are, else mostly Monday (0)."""
        rest = self._rest_days(day)
        return next((one for one in range(7) if one not in rest and (one - 1) % 7 in rest), 0)

    def _usual(self, day: date) -> tuple[Span, ...]:
        """The pattern of the week, whatever the date is."""
        if not self.week:
            return ALL_DAY
        weekday = day.weekday()
        named = [p for p in self.week if p.days is not None and weekday in p.days]
        if not named and weekday not in self._rest_days(day):
            named = [p for p in self.week if p.days is None]
        return tuple(sorted(span for pattern in named for span in pattern.spans))

    def _rest_days(self, day: date) -> frozenset[int]:
        days: frozenset[int] = frozenset()
        for weekend in self.weekend:
            if weekend.valid_from <= day:
                days = weekend.days
        return days

    def _instants(self, day: date, span: Span) -> tuple[datetime, datetime]:
        midnight = datetime.combine(day, time(0), self.tz)
        return (
            (midnight + timedelta(minutes=span.start)).astimezone(UTC),
            (midnight + timedelta(minutes=span.end)).astimezone(UTC),
        )

    def _openings(self, day: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(days):
            later = day + timedelta(days=offset)
            for span in self.on(later).spans:
                yield self._instants(later, span)

    def _really_closes_at(self, day: date, closes_at: datetime) -> datetime | None:
        """An opening that ends where the next begins, as at midnight, goes on."""
        if not self.week and not self.overrides and not self.holidays:
            return None
        until = closes_at
        for opens_at, ends_at in self._openings(day, CLOSES_WITHIN_DAYS):
            if opens_at > until:
                return until
            until = max(until, ends_at)
        return until if until - closes_at < timedelta(days=CLOSES_WITHIN_DAYS - 2) else None

    def _opens_after(self, day: date, now: datetime) -> datetime | None:
        openings = self._openings(day, LOOK_AHEAD_DAYS)
        return next((opens_at for opens_at, closes_at in openings if opens_at > now and closes_at > opens_at), None)

    def _why_closed(self, day: date, now: datetime) -> tuple[str, Mapping[str, str]]:
        found = self.on(day)
        if not found.spans:
            weekly = "weekend" if day.weekday() in self._rest_days(day) else "hours"
            return found.decided_by or weekly, found.words
        if found.decided_by == "override":
            usually = (self._instants(day, span) for span in self._usual(day))
            if any(opens_at <= now < closes_at for opens_at, closes_at in usually):
                return "override", found.words
        return ("friday" if self._in_friday_break(day, found.spans, now) else "hours"), {}

    def _in_friday_break(self, day: date, spans: tuple[Span, ...], now: datetime) -> bool:
        if day.weekday() != FRIDAY:
            return False
        for before, after in pairwise(spans):
            is_prayer = before.end <= FRIDAY_PRAYER_AT < after.start
            if is_prayer and after.start - before.end >= FRIDAY_BREAK_MINUTES:
                starts_at, ends_at = self._instants(day, Span(before.end, after.start))
                return starts_at <= now < ends_at
        return False


def business_day(now: datetime, tz: ZoneInfo, turns_at: time = time(0, 0)) -> date:
    """The local date to which an instant belongs; before `turns_at` local time it is still the day before."""
    local = now.astimezone(tz)
    return local.date() - timedelta(days=int(local.time() < turns_at))
