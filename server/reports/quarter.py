"""The quarterly pack: what management is shown four times a year (R137), drafted by itself when a quarter has ended.

A draft is figures, kept as JSON: the promise month by month and per version, the indicators of Jadual 1, the quality
of the waiting times, ratings. Its page is set from them alone, so that what was issued never changes with the branch.

    a quarter ends ──► drafted ──► reminded of 14 days before it is due ──► issued: written down, read only
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from server.domain.branch import Branch
from server.domain.charter import Promise, Score, Version
from server.domain.quarter import Quarter, quarter_of
from server.domain.ticket import Ticket
from server.paperwork import Pack, Packs
from server.ports import JournalRow, ScoreBook
from server.reports.achievement import Line, achievement, begin_of_year, scores_between
from server.reports.indicators import Indicators

Json = dict[str, Any]
FORMAT = 1


class Past(Protocol):
    """The part of the records that this needs."""

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]: ...

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]: ...


def draft(records: Past, book: ScoreBook, branch: Branch, quarter: Quarter) -> Json:
    """The figures of a quarter."""
    counted = Indicators()
    day = quarter.first
    while day <= quarter.last:  # a day at a time: nothing holds the database for a quarter's length
        counted.add_tickets(records.tickets_between(day, day))
        counted.add_journal(day, records.journal_between(day, day), branch)
        day += timedelta(days=1)
    found = scores_between(book, records, branch, begin_of_year(quarter.first), quarter.last)
    return {
        "format": FORMAT,
        "quarter": str(quarter),
        "office": {"code": branch.code, "name": dict(branch.name)},
        "services": {service.code: dict(service.name) for service in branch.services},
        "lines": [line_json(line) for line in achievement(found, branch, quarter.first, quarter.last)],
        **counted.as_json(),
    }


def next_to_draft(packs: Packs, first: date | None, today: date) -> Quarter | None:
    """The oldest quarter that has ended, is not drafted yet, and in which somebody may have come; None: none is.

    `first` is the first business day of all. Only the last four are looked back at: an office that was upgraded has
    reported on what lies before.
    """
    if first is None:
        return None
    quarter, found = quarter_of(today).before, None
    have = {pack.quarter for pack in packs.all()}
    for _ in range(4):
        if quarter.last >= first and quarter not in have:
            found = quarter
        quarter = quarter.before
    return found


def draft_step(
    packs: Packs, records: Past, book: ScoreBook, branch: Branch, today: date, now: datetime, due_days: int
) -> bool:
    """Draft one quarter that has ended. False: none is left to draft."""
    quarter = next_to_draft(packs, packs.first_day(), today)
    if quarter is None:
        return False
    figures = draft(records, book, branch, quarter)
    packs.keep(Pack(quarter, now, quarter.due_on(due_days), figures))
    return True


def lines_of(figures: Mapping[str, Any]) -> list[Line]:
    """The table of the promise, as `achievement` made it."""
    return [_line_of(line) for line in figures["lines"]]


def line_json(line: Line) -> Json:
    version, promise = line.version, line.promise
    return {
        "month": line.month.isoformat(),
        "version": [version.number, _iso(version.since), _iso(version.until)],
        "service": promise.service, "measure": promise.measure, "within_s": promise.within_s, "share": promise.share,
        "least": promise.least, "score": [line.score.judged, line.score.kept],
        "year": [line.year.judged, line.year.kept],
    }  # fmt: skip


def _line_of(told: Json) -> Line:
    number, since, until = told["version"]
    return Line(
        date.fromisoformat(told["month"]),
        Version(number, _day(since), _day(until), ()),
        Promise(told["service"], told["measure"], told["within_s"], told["share"], least=told.get("least", 0)),
        Score(*told["score"]),
        Score(*told["year"]),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
