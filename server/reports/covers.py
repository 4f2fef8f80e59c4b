"""Whether enough counters were open: over lunch, at the peak, and on time in the morning (R012, R013, R065).

Pure: the counters' openings and closings of a day in, figures out. `spans_of` folds them; every figure is arithmetic on
those spans, so that two people get the same from one journal.

    K1   ├────────────┤     ├──────────┤        a span a duty; lunch and peak are windows across them
    K2        ├──────────────────┤
              │ late  │     │ lunch │
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from server.domain.branch import Branch, Peak
from server.domain.covers import LUNCH, OPENING, PEAK
from server.domain.events import CounterClosed, CounterOpened, Event
from server.domain.hours import ALL_DAY

COVERS_HEADER = (
    "business_day", "cover", "counter", "from", "to", "wanted", "least_open", "counter_minutes", "minutes_short",
    "planned_at", "opened_at", "late_minutes", "kept",
)  # fmt: skip
KINDS = (CounterOpened.kind, CounterClosed.kind)

Spans = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""By counter, from when until when it was open."""


@dataclass(frozen=True, slots=True)
class Cover:
    """One window of a day: `wanted` counters should be open; `short_s` is how long fewer were, `counter_s` the time
    that all counters together were open in it."""

    on: date
    kind: str
    since: datetime
    to: datetime
    wanted: int
    least: int
    counter_s: float
    short_s: float

    @property
    def is_kept(self) -> bool:
        return self.short_s == 0


@dataclass(frozen=True, slots=True)
class Opening:
    """A counter that was planned to open, or (`counter` empty) the office itself; `opened_at` None: it never did."""

    on: date
    counter: str
    planned_at: datetime
    opened_at: datetime | None
    tolerance_s: float = 0.0

    @property
    def late_s(self) -> float | None:
        return None if self.opened_at is None else max(0.0, (self.opened_at - self.planned_at).total_seconds())

    @property
    def is_on_time(self) -> bool:
        return self.late_s is not None and self.late_s <= self.tolerance_s


def spans_of(happened: Iterable[Event], until: datetime) -> Spans:
    """Of one day's events, in order; a counter that never closed is open until `until`."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    open_since: dict[str, datetime] = {}
    for event in happened:
        if isinstance(event, CounterOpened):
            open_since.setdefault(event.counter, event.at)  # other services or another officer: still the same span
        elif isinstance(event, CounterClosed) and event.counter in open_since:
            found.setdefault(event.counter, []).append((open_since.pop(event.counter), event.at))
    for counter, since in open_since.items():
        found.setdefault(counter, []).append((since, max(since, until)))
    return found


def covers_on(branch: Branch, day: date, spans: Spans, now: datetime) -> list[Cover]:
    """Lunch and the peaks of a day, as far as they have passed and lie in the opening hours."""
    wanted = [(LUNCH, branch.lunch.since, branch.lunch.to, branch.lunch.minimum)] if branch.lunch.minimum else []
    wanted += [(PEAK, peak.since, peak.to, wanted_at(branch, peak)) for peak in branch.peaks_on(day)]
    found = []
    for kind, first, last, minimum in wanted:
        since, to = _instant(branch, day, first), min(now, _instant(branch, day, last))
        found += [_cover(branch, day, kind, *span, minimum, spans) for span in _open_hours(branch, day, since, to)]
    return found


def wanted_at(branch: Branch, peak: Peak) -> int:
    """So many counters; 0 in the file means every one there is."""
    return peak.minimum or len(branch.counters)


def openings_on(branch: Branch, day: date, spans: Spans, now: datetime) -> list[Opening]:
    """Each counter's first planned duty against its first opening; where nobody planned any, the office's hours against
    the first counter of all. What is planned later than `now` is not judged yet. A counter that opens early is on time.
    """
    if _hours(branch, day) == []:
        return []
    planned: dict[str, datetime] = {}
    for duty in branch.duties_on(day):
        at = _instant(branch, day, time(0)) + timedelta(minutes=duty.opens)
        planned[duty.counter] = min(at, planned.get(duty.counter, at))
    if not planned:
        first = min((span[0] for own in spans.values() for span in own), default=None)
        opens = [opens for opens, _ in _hours(branch, day) or ()]
        return [Opening(day, "", opens[0], first, branch.opening_tolerance_s)] if opens and opens[0] <= now else []
    firsts = {counter: min(span[0] for span in own) for counter, own in spans.items()}
    return [
        Opening(day, counter, at, firsts.get(counter), branch.opening_tolerance_s)
        for counter, at in sorted(planned.items(), key=lambda one: (one[1], one[0])) if at <= now
    ]  # fmt: skip


def covers_rows(
    branch: Branch, days: Sequence[date], happened: Iterable[Event], now: datetime
) -> Iterator[list[str | int | float]]:
    """The table's rows, day by day; `happened` are the openings and closings of these days, in their order."""
    by_day: dict[date, list[Event]] = {day: [] for day in days}
    for event in happened:
        by_day.setdefault(branch.business_on(event.at), []).append(event)
    names = {counter.code: counter.name for counter in branch.counters}
    for day, events in by_day.items():
        spans = spans_of(events, min(now, branch.day_ends_at(day)))
        for one in openings_on(branch, day, spans, now):
            late = None if one.late_s is None else round(one.late_s / 60, 1)
            yield [day.isoformat(), OPENING, names.get(one.counter, one.counter), "", "", "", "", "", "",
                   _local(branch, one.planned_at), _local(branch, one.opened_at), "" if late is None else late,
                   int(one.is_on_time)]  # fmt: skip
        for cover in covers_on(branch, day, spans, now):
            yield [day.isoformat(), cover.kind, "", _local(branch, cover.since), _local(branch, cover.to),
                   cover.wanted, cover.least, round(cover.counter_s / 60, 1), round(cover.short_s / 60, 1), "", "", "",
                   int(cover.is_kept)]  # fmt: skip


def _cover(
    branch: Branch, day: date, kind: str, since: datetime, to: datetime, wanted: int, spans: Spans
) -> Cover:  # fmt: skip
    """By the moments at which anything opens or closes: between two of them nothing changes."""
    inside = [
        (max(opened, since), min(closed, to)) for own in spans.values() for opened, closed in own
        if opened < to and closed > since
    ]  # fmt: skip
    edges = sorted({since, to, *(moment for span in inside for moment in span)})
    least, short = None, 0.0
    for begins, ends in pairwise(edges):
        open_ones = sum(1 for opened, closed in inside if opened <= begins and closed >= ends)
        least = open_ones if least is None else min(least, open_ones)
        short += (ends - begins).total_seconds() if open_ones < wanted else 0.0
    counter_s = sum((closed - opened).total_seconds() for opened, closed in inside)
    return Cover(day, kind, since, to, wanted, least or 0, counter_s, short)


def _open_hours(branch: Branch, day: date, since: datetime, to: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The part of a window in which the office is open; where it never closes, all of it."""
    spans = _hours(branch, day)
    parts = [(since, to)] if spans is None else [(max(since, opens), min(to, closes)) for opens, closes in spans]
    yield from ((begins, ends) for begins, ends in parts if begins < ends)


def _hours(branch: Branch, day: date) -> Sequence[tuple[datetime, datetime]] | None:
    """None: open around the clock."""
    if branch.hours is None or branch.hours.on(day).spans == ALL_DAY:
        return None
    return branch.hours.spans_on(datetime.combine(day, time(12), branch.timezone).astimezone(UTC))


def _instant(branch: Branch, day: date, at: time) -> datetime:
    return datetime.combine(day, at, branch.timezone).astimezone(UTC)


def _local(branch: Branch, at: datetime | None) -> str:
    return "" if at is None else at.astimezone(branch.timezone).isoformat(timespec="seconds")
