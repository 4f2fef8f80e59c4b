"""How long everything that happened is kept, entry by entry; what it adds up to is kept for ever."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


def first_kept(today: date, months: int) -> date:
    """The first business day whose records stay: the same day of the month so many months before, or the last day of a
    month that is too short for it."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


class RecordsUnsound(Exception):
    """A day that was to be removed is not as its journal says."""

    def __init__(self, day: date, faults: Sequence[str]) -> None:
        super().__init__(f"{day}: {'; '.join(faults)}")
        self.day, self.faults = day, list(faults)


@dataclass(frozen=True, slots=True)
class Amount:
    """What a table has of days that are to be removed: rows, of which days, about how many bytes; and how many stay."""

    table: str
    rows: int
    first: date | None
    last: date | None
    size: int
    stays: int
