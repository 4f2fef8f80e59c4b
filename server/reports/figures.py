"""What is kept for ever of a day that has passed: counts, and waits as whole distributions; and what they say together.

The figures of a group (a service, an hour of a weekday, a lane …) can be added to those of other days, and say the same
as all of their tickets at once: a distribution counts how many took how many tenths of a minute, and a percentile of
that is the tickets' own, cut to the tenth.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.charter import verdict
from server.domain.measures import telling, telling_leg
from server.domain.ticket import Status, Ticket
from server.ports import JournalRow

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
}  # fmt: skip
"""By what the figures are kept, and which distributions of each; `error` is how far off an estimate was."""
Place = tuple[str, str]
"""By what, and which: ("service", "A"), ("slot", "0-08") for Mondays from eight to nine, ("flow", "A>F")."""


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
        ranks = [max(1, -(-self.n * share // 100)) for share in shares]
        found: list[float | None] = []
        so_far = 0
        for place, count in enumerate(self.counts()):
            so_far += count
            while len(found) < len(ranks) and so_far >= ranks[len(found)]:
                found.append(place / 10)
        return found

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
        self.counts.update(other.counts)
        for name, spread in other.spans.items():
            mine = self.spans.setdefault(name, Spread())
            mine += spread
        return self


Figures = dict[Place, Cell]
MOST_BEHIND = 200


@dataclass(frozen=True, slots=True)
class Behind:
    """Which tickets a figure tells of; None and "": all. Weekday (Monday is 0) and hour are those of the issue, the
    local clock being `offset_ms` ahead of UTC."""

    service: str = ""
    lane: str = ""
    counter: str = ""
    status: str = ""
    weekday: int | None = None
    hour: int | None = None
    offset_ms: int = 0


class FigureBook(Protocol):
    """The figures of the days that have passed."""

    def last(self) -> date | None:
        """The newest day that is kept; all before it are."""

    def next_day(self, before: date, settled: datetime) -> date | None:
        """The first day after it on which a number was given, if there is one before this date and nothing can happen
        to its tickets any more: the last of them ended before `settled`."""

    def keep(self, day: date, found: Figures) -> None: ...

    def between(self, first: date, last: date, by: Iterable[str]) -> Iterator[tuple[date, int, Place, Cell]]:
        """The figures of these days: of whole months together where they are kept so, of the others day by day. The
        first day, how many days of the calendar, and the group."""

    def behind(self, first: date, last: date, which: Behind) -> list[dict[str, Any]]:
        """The newest tickets of which a figure tells, at most MOST_BEHIND."""


class Past(Protocol):
    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]: ...

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]: ...


def day_figures(tickets: Iterable[Ticket], journal: Iterable[JournalRow], branch: Branch) -> Figures:
    """What is kept of a day; of several days it is the sum of theirs."""
    found: Figures = {}
    told: dict[int, int] = {}
    for row in journal:
        _entry(found, told, row)
    for ticket in tickets:
        _ticket(found, ticket, branch, told.get(ticket.id))
    return found


def add_up(found: Figures, place: Place, cell: Cell) -> None:
    mine = found.setdefault(place, Cell())
    mine += cell


def keep_step(book: FigureBook, records: Past, branch: Branch, today: date, settled: datetime) -> bool:
    """Keep the figures of the first day that is over for good and is not kept yet. False: there is none."""
    day = book.next_day(today, settled)
    if day is None:
        return False
    book.keep(day, day_figures(records.tickets_between(day, day), records.journal_between(day, day), branch))
    return True


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
    return {**dict(cell.counts), **spans}


def _ticket(found: Figures, ticket: Ticket, branch: Branch, told: int | None) -> None:
    first = ticket.legs[0]
    local = ticket.issued_at.astimezone(branch.timezone)
    spans = telling(ticket)
    promise = branch.promise(first.service, ticket.business_on)
    kept = verdict(promise, ticket) if promise is not None else None
    counts = {
        "issued": 1, "finished": int(ticket.status is Status.FINISHED), "no_show": int(ticket.status is Status.NO_SHOW),
        "left": int(ticket.status is Status.LEFT), "called": int(first.called_at is not None),
        "judged": int(kept is not None), "kept": int(kept is True), "carried": int(ticket.carried_on is not None),
    }  # fmt: skip
    known = {name: _ms(getattr(spans, name)) for name in SPANS}
    wait = known["wait_to_call"]
    if told is not None and wait is not None:
        known["error"] = abs(told // 1_000_000 * 1000 - wait)
        counts |= {"told": 1, "within": int(wait <= told % 1_000_000 * 1000)}
    for place in (
        ("all", ""), ("service", first.service), ("slot", f"{ticket.business_on.weekday()}-{local.hour:02d}"),
        ("lane", str(ticket.lane)), ("channel", ticket.channel),
    ):  # fmt: skip
        cell = found.setdefault(place, Cell())
        _count(cell, counts)
        _spread(cell, {name: known.get(name) for name in KEPT[place[0]]})
    for before, leg in zip((None, *ticket.legs), ticket.legs, strict=False):
        if before is not None and before.service != leg.service:
            _count(found.setdefault(("flow", f"{before.service}>{leg.service}"), Cell()), {"n": 1})
        if leg.counter and leg.called_at is not None:
            took = _ms(telling_leg(leg).service)
            groups = [("counter", leg.counter)] + ([("officer", str(leg.officer))] if leg.officer is not None else [])
            for place in groups:
                cell = found.setdefault(place, Cell())
                _count(cell, {"served": int(took is not None)})
                _spread(cell, {"service": took})


def _entry(found: Figures, told: dict[int, int], row: JournalRow) -> None:
    match row.event:
        case e.TicketIssued(told=(_, likely, high)):
            told[row.seq] = likely * 1_000_000 + min(high, 999_999)
        case e.TicketCalled(reason=reason, counter=counter):
            out = {"calls": 1, "out_of_turn": int(bool(reason))}
            for place in (("all", ""), ("service", row.service), ("counter", counter)):
                _count(found.setdefault(place, Cell()), out)
        case e.TicketRated(rating=rating, service=service):
            for place in (("rating", ""), ("rating", service)):
                _count(found.setdefault(place, Cell()), {"n": 1, "sum": rating, str(rating): 1})
        case _:
            pass


def _count(cell: Cell, counts: Mapping[str, int]) -> None:
    for name, n in counts.items():
        if n:
            cell.counts[name] += n


def _spread(cell: Cell, known: Mapping[str, int | None]) -> None:
    for name, ms in known.items():
        if ms is not None:
            cell.spans.setdefault(name, Spread()).add(ms)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
