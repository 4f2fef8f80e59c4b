"""The office stays open longer today: a dated override, so it ends by itself and every screen hears of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from config import phrases
from server.domain.branch import Branch
from server.domain.errors import CannotExtend
from server.domain.hours import ALL_DAY, MINUTES_A_DAY, Span

LONGEST = 8 * 60


def extension(branch: Branch, now: datetime, minutes: int) -> tuple[date, tuple[Span, ...]]:
    """Today and when it is open with the last closing so many minutes later, at midnight at the latest; also when
    that closing has passed. Services with hours of their own keep them.

    Raises CannotExtend: where no hours are set, on a day that is closed, past midnight, and when the later closing
    has passed too.
    """
    hours = branch.hours
    today = now.astimezone(branch.timezone).date()
    spans = hours.on(today).spans if hours is not None else ALL_DAY
    if not spans or spans[-1].end >= MINUTES_A_DAY:
        raise CannotExtend()
    end = min(spans[-1].end + minutes, MINUTES_A_DAY)
    if closing_at(branch, today, end) <= now:
        raise CannotExtend()
    return today, (*spans[:-1], Span(spans[-1].start, end))


def closing_at(branch: Branch, day: date, minute: int) -> datetime:
    """The instant of a minute after local midnight."""
    midnight = datetime.combine(day, datetime.min.time(), branch.timezone)
    return midnight + timedelta(minutes=minute)


def with_extension(overrides: Sequence[Mapping[str, Any]], day: date, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The file's dated overrides with these hours on that day, in the place of what it said of that day."""
    on = day.isoformat()
    kept = [dict(each) for each in overrides if each.get("date") != on]
    was = next((each for each in overrides if each.get("date") == on), {})
    reason = was.get("reason") or phrases.everywhere("extend.reason")
    return [*kept, {"date": on, "open": [[_clock(span.start), _clock(span.end)] for span in spans], "reason": reason}]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
