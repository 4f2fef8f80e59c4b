"""What is kept for ever of a day that has passed: counts, and waits as whole distributions; and what they say together.

The figures of a group (a service, an hour of a weekday, a lane …) can be added to those of other days, and say the same
as all of their tickets at once: a distribution counts how many took how many tenths of a minute, and a percentile of
that is the tickets' own, cut to the tenth.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from typing import Any, Literal, Protocol

BINS = 6000
"""Milliseconds of a bin: a tenth of a minute."""
LANES = 32
"""Bits of a bin's count. All counts of a distribution are one number, so that adding two of them is one addition."""
PERCENTILES = (50, 80, 90, 95)
LEAST = 5
"""Fewer are nobody's business: they might be somebody."""
SPANS = ("wait_to_call", "wait", "service", "sojourn")
KEPT: Mapping[str, tuple[str, ...]] = {
    "all": (*SPANS, "error"), "service": (*SPANS, "error"), "slot": ("wait_to_call",), "lane": ("wait_to_call",),
    "channel": ("wait_to_call",), "counter": ("service",), "officer": ("service",), "flow": (), "rating": (),
    "rating_hour": (), "outcome": (), "reason": (),
}  # fmt: skip
"""By what the figures are kept, and which distributions of each; `error` is how far off an estimate was."""
Size = Literal["day", "month", "year"]
Place = tuple[str, str]
"""By what, and which: ("service", "A"), ("slot", "0-08") for Mondays from eight to nine, ("flow", "A>F"),
("rating_hour", "08") for what was said from eight to nine, ("outcome", "done"), ("reason", "frail") of a call out of
turn."""


@dataclass
class Spread:
    """How long something took: `bins` counts, `n` in all, their sum and the longest, in milliseconds."""

    bins: int = 0
    n: int = 0
    sum_ms: int = 0
    max_ms: int = 0

    def add(self, ms: int) -> None:
        self.bins += 1 << (LANES * (ms // BINS))
        self.n += 1
        self.sum_ms += ms
        self.max_ms = max(self.max_ms, ms)

    def __iadd__(self, other: Spread) -> Spread:
        self.bins += other.bins
        self.n += other.n
        self.sum_ms += other.sum_ms
        self.max_ms = max(self.max_ms, other.max_ms)
        return self

    def percentiles(self, shares: Iterable[int] = PERCENTILES) -> list[float | None]:
        """Minutes, cut to the tenth, that so many percent did not exceed (nearest rank); None of nothing."""
        if not self.n:
            return [None for _ in shares]
        so_far = list(accumulate(self.counts()))
        return [bisect_left(so_far, max(1, -(-self.n * share // 100))) / 10 for share in shares]

    def counts(self) -> array[int]:
        """How many took 0, 1, 2 … tenths of a minute."""
        counts = array("I")
        size = -(-self.bins.bit_length() // LANES)
        counts.frombytes(self.bins.to_bytes(size * LANES // 8, "little"))
        return counts

    def packed(self) -> bytes:
        return zlib.compress(self.bins.to_bytes(-(-self.bins.bit_length() // 8), "little"), 1)

    @classmethod
    def unpacked(cls, packed: bytes, n: int, sum_ms: int, max_ms: int) -> Spread:
        return cls(int.from_bytes(zlib.decompress(packed), "little"), n, sum_ms, max_ms)


@dataclass
class Cell:
    """The figures of one group."""

    counts: Counter[str] = field(default_factory=Counter)
    spans: dict[str, Spread] = field(default_factory=dict)

    def __iadd__(self, other: Cell) -> Cell:
        counts = self.counts
        for count, n in other.counts.items():  # `update` asks much more of each
            counts[count] += n
        for name, spread in other.spans.items():
            mine = self.spans.setdefault(name, Spread())
            mine += spread
        return self


Figures = dict[Place, Cell]


class FigureBook(Protocol):
    """The figures of the days that have passed."""

    def last(self) -> date | None:
        """The newest day that is kept; all before it are."""

    def next_day(self, before: date, settled: datetime) -> date | None:
        """The first day after it on which a number was given, if there is one before this date and nothing can happen
        to its tickets any more: the last of them ended before `settled`."""

    def keep(self, day: date, found: Figures) -> None: ...

    def between(
        self, first: date, last: date, by: Iterable[str], coarsest: Size = "year"
    ) -> Iterator[tuple[date, int, Place, Cell]]:
        """The figures of these days: of whole years and months together where they are kept so and no longer than
        `coarsest`, of the others day by day. The first day, on how many of them numbers were given (a day off is none
        of them), and the group."""


def add_up(found: Figures, place: Place, cell: Cell) -> None:
    mine = found.setdefault(place, Cell())
    mine += cell


def cell_json(cell: Cell) -> dict[str, Any]:
    """Counts, and of each distribution how many, mean, percentiles and longest in minutes; nothing of fewer than
    LEAST."""
    spans: dict[str, Any] = {}
    for name, spread in cell.spans.items():
        if spread.n < LEAST:
            spans[name] = {"n": spread.n}
            continue
        p50, p80, p90, p95 = spread.percentiles()
        spans[name] = {
            "n": spread.n, "mean": round(spread.sum_ms / spread.n / 60_000, 1), "p50": p50, "p80": p80, "p90": p90,
            "p95": p95, "max": spread.max_ms // BINS / 10,
        }  # fmt: skip
    return {**{name: n for name, n in cell.counts.items() if name != "open_ms"}, **spans}
