"""The quarters of a year, after each of which the office reports to its management (R137)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 3
REMINDED_BEFORE = timedelta(days=14)
"""So long before it is due, a report that is not issued yet is asked for (D6)."""
_NAME = re.compile(r"(\d{4})-Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """`number` is 1 to 4."""

    year: int
    number: int

    def __str__(self) -> str:
        """`2026-Q1`."""
        return f"{self.year:04d}-Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, MONTHS * (self.number - 1) + 1, 1)

    @property
    def last(self) -> date:
        after = self.next
        return after.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def due_on(self, days: int) -> date:
        """The day by which its report is issued: so many days after its end."""
        return self.last + timedelta(days=days)


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


def quarter_named(name: str) -> Quarter:
    """Raises ValueError for what names none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no quarter: write 2026-Q1")
    return Quarter(int(found[1]), int(found[2]))
