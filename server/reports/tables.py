"""The tables of the past that are exported: each one's header, and its rows from the records of some business days.

One place for all who make them: the command line, the process that makes an export, and a server that has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from server.domain.branch import Branch
from server.domain.events import Event
from server.domain.ticket import Ticket
from server.ports import JournalRow
from server.reports import export
from server.reports.breaches import BREACHES_HEADER, breach_rows
from server.reports.covers import COVERS_HEADER, covers_rows
from server.reports.covers import KINDS as COVER_KINDS
from server.reports.disruptions import DISRUPTIONS_HEADER, ENDS_WITHIN, disruption_rows
from server.reports.disruptions import KINDS as DISRUPTION_KINDS
from server.reports.fairness import FAIRNESS_HEADER, TURNS_HEADER, fairness_rows, out_of_turn, turn_rows
from server.reports.plays import KINDS as PLAY_KINDS
from server.reports.plays import PLAYS_HEADER, play_rows
from server.reports.ratings import RATINGS_HEADER, rating_rows
from server.reports.recoveries import KINDS as CASE_KINDS
from server.reports.recoveries import RECOVERY_HEADER, recovery_rows

MARKED = frozenset({"tickets", "charter", "plays", "turns", "breaches"})
"""What people open in a spreadsheet: it wants a mark at a file's begin, which a program would take for a letter."""

Table = tuple[Sequence[str], Iterator[export.Cells]]


class Past(Protocol):
    """The part of the records that tables are made of."""

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]: ...

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]: ...

    def happened(self, first: date, last: date, kinds: Collection[str]) -> Iterator[tuple[int, Event]]: ...

    def removed_until(self) -> date | None: ...


def table(what: str, records: Past, branch: Branch, period: tuple[date, date], now: datetime) -> Table:
    """The table of this name. Raises KeyError for one that is not made of these records."""
    match what:
        case "journal":
            return export.JOURNAL_HEADER, export.journal_rows(records.journal_between(*period))
        case "fairness":
            return FAIRNESS_HEADER, iter(fairness_rows(records.journal_between(*period), branch))
        case "turns":
            return TURNS_HEADER, turn_rows(out_of_turn(records.journal_between(*period)), branch)
        case "ratings":
            return RATINGS_HEADER, iter(rating_rows(records.journal_between(*period), branch))
        case "recovery":
            return RECOVERY_HEADER, iter(recovery_rows(records.happened(*period, CASE_KINDS), branch))
        case "plays":
            return PLAYS_HEADER, play_rows(records.happened(*period, PLAY_KINDS), branch)
        case "breaches":
            cases = records.happened(*period, CASE_KINDS)
            return BREACHES_HEADER, breach_rows(records.tickets_between(*period), cases, branch)
        case "covers":
            return COVERS_HEADER, covers(records, branch, period, now)
        case "disruptions":
            return DISRUPTIONS_HEADER, disruptions(records, branch, period, now)
    raise KeyError(what)


def covers(records: Past, branch: Branch, period: tuple[date, date], now: datetime) -> Iterator[export.Cells]:
    """Of the days until today whose journal there is: of others nobody can say that a counter was shut."""
    first, last = period[0], min(period[1], branch.business_on(now))
    gone = records.removed_until()
    if gone is not None and gone >= first:
        first = gone + timedelta(days=1)
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    happened = (event for _, event in records.happened(first, last, COVER_KINDS))
    return iter(covers_rows(branch, wanted, happened, now))


def disruptions(records: Past, branch: Branch, period: tuple[date, date], now: datetime) -> Iterator[export.Cells]:
    """Also of those whose end was written down only later."""
    until = min(period[1], date.max - ENDS_WITHIN) + ENDS_WITHIN
    return iter(disruption_rows(records.happened(period[0], until, DISRUPTION_KINDS), branch, *period, now))
