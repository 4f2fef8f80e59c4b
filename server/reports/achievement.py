"""How the Piagam Pelanggan was kept, as Malaysian offices report it: a row a month for each promise of each version.

Janji · Menepati (n, %) · Tidak Menepati (n, %) · Jumlah, for the month and for the year so far. A ticket counts in the
month of its business day, under the promises that held for its first service on that day (R029, R130); who is judged at
all says `server.domain.charter.verdict`. Under a promise of outputs each day counts once (`day_verdict`), under one of
a rating whoever said how it was; of fewer than five of them nothing is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from server.domain.branch import Branch
from server.domain.charter import ONE_DAY, OUTPUTS, RATING, Promise, Score, Version, day_verdict, verdict, versions
from server.domain.ticket import Ticket
from server.ports import ScoreBook, Scores

LEAST_TOLD = 5


class Tickets(Protocol):
    """The part of the records that this needs."""

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]: ...


ACHIEVEMENT_HEADER = (
    "month", "version", "service", "measure", "promise_minutes", "target_share", "kept", "kept_share", "not_kept",
    "not_kept_share", "judged", "year_kept", "year_kept_share", "year_not_kept", "year_not_kept_share", "year_judged",
    "promise_least",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A promise in a month. `month` is its first day; `year` is the score from January on, of the same promise."""

    month: date
    version: Version
    promise: Promise
    score: Score
    year: Score


def scores(tickets: Iterable[Ticket], branch: Branch) -> Scores:
    """Every judged ticket, counted on its day; and every judged day."""
    judged: Counter[tuple[date, str, str]] = Counter()
    kept: Counter[tuple[date, str, str]] = Counter()
    has_outputs = any(promise.measure == OUTPUTS for promise in branch.promises)
    of_day: dict[date, list[Ticket]] = {}
    for ticket in tickets:
        service = ticket.legs[0].service
        for promise in branch.promises_for(service, ticket.business_on):
            found = verdict(promise, ticket)
            if found is not None:
                judged[ticket.business_on, service, promise.measure] += 1
                kept[ticket.business_on, service, promise.measure] += found
        if has_outputs:
            of_day.setdefault(ticket.business_on, []).append(ticket)
    for day, its in of_day.items():
        for promise in branch.promises_on(day):
            found = day_verdict(promise, its) if promise.measure == OUTPUTS else None
            if found is not None:
                judged[day, promise.service or "", OUTPUTS] += 1
                kept[day, promise.service or "", OUTPUTS] += found
    return {place: Score(n, kept[place]) for place, n in judged.items()}


def scores_between(book: ScoreBook, records: Tickets, branch: Branch, first: date, last: date) -> Scores:
    """The scores of these days: those that are kept, and of the days since then what the tickets say."""
    found = book.between(first, last, marks_of(branch))
    since = book.last()
    after = first if since is None else max(first, since + ONE_DAY)
    if after <= last:
        found |= scores(records.tickets_between(after, last), branch)
    return found


def keep_step(book: ScoreBook, records: Tickets, branch: Branch, today: date) -> bool:
    """Keep the scores of the first day that has passed and is not kept yet. False: there is none.

    They stand: whoever was carried over the night without a verdict gets none (`verdict`), and no promise of a day that
    has passed is rewritten (`succeed`).
    """
    day = book.next_day(today)
    if day is None:
        return False
    found = scores(records.tickets_between(day, day), branch)
    book.keep(day, {(service, measure): score for (_, service, measure), score in found.items()})
    return True


def begin_of_year(day: date) -> date:
    """From when on the scores are needed for a table that begins on this day."""
    return day.replace(month=1, day=1)


def achievement(found: Scores, branch: Branch, first: date, last: date) -> list[Line]:
    """The table of the months from that of `first` to that of `last`.

    `found` reaches back to the begin of the year. A promise that held in a month has a line in it, though nobody came.
    """
    history = versions(branch.promises)
    by_month: dict[tuple[date, Version, Promise], Score] = {}
    for month in _months(begin_of_year(first), last):
        for version in history:
            if _meets(version, month):
                by_month |= {(month, version, promise): Score() for promise in version.promises}
    for (day, service, measure), score in found.items():
        version = next(v for v in history if _holds(v, day))
        promise = _counted(branch, day, service, measure)
        place = day.replace(day=1), version, promise
        if promise is not None and place in by_month:
            by_month[place] += score
    lines: list[Line] = []
    years: dict[tuple[int, Version, Promise], Score] = {}
    for (month, version, promise), score in by_month.items():
        year = years.get((month.year, version, promise), Score()) + score
        years[month.year, version, promise] = year
        if month >= first.replace(day=1):
            lines.append(Line(month, version, promise, _told(promise, score), _told(promise, year)))
    return lines


def rated(least: int) -> str:
    """The measure of what customers said, of so much or better."""
    return f"{RATING}_{least}"


def marks_of(branch: Branch) -> set[int]:
    """What ratings are promised at least."""
    return {promise.least for promise in branch.promises if promise.measure == RATING}


def of_leading(found: Scores, branch: Branch) -> Scores:
    """Those of the leading promises: each ticket is in them once."""
    return {
        (day, service, measure): score
        for (day, service, measure), score in found.items()
        if (promise := branch.promise(service, day)) is not None and measure in ("", promise.measure)
    }


def _counted(branch: Branch, day: date, service: str, measure: str) -> Promise | None:
    """Which promise a score is of."""
    if measure == "":
        return branch.promise(service, day)
    own = (p for p in branch.promises_on(day) if p.service == (service or None))
    if measure == OUTPUTS:
        return next((p for p in own if p.measure == OUTPUTS), None)
    if measure.startswith(RATING):
        return next((p for p in own if p.measure == RATING and measure == rated(p.least)), None)
    return next((p for p in branch.promises_for(service, day) if p.measure == measure), None)


def _told(promise: Promise, score: Score) -> Score:
    return Score() if promise.measure == RATING and score.judged < LEAST_TOLD else score


def achievement_rows(lines: Iterable[Line]) -> Iterator[tuple[str | int | float | None, ...]]:
    for line in lines:
        yield (
            f"{line.month:%Y-%m}", line.version.number, line.promise.service or "", line.promise.measure,
            round(line.promise.within_s / 60, 2) if line.promise.is_of_tickets else None, line.promise.share,
            *_cells(line.score), *_cells(line.year), None if line.promise.is_of_tickets else line.promise.least,
        )  # fmt: skip


def _cells(score: Score) -> tuple[int | float | None, ...]:
    def share(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return score.kept, share(score.kept_share), score.not_kept, share(score.not_kept_share), score.judged


def _holds(version: Version, day: date) -> bool:
    return (version.since or date.min) <= day <= (version.until or date.max)


def _meets(version: Version, month: date) -> bool:
    """Whether the version holds on some day of the month."""
    return (version.since or date.min) < _next(month) and (version.until or date.max) >= month


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return (month.replace(day=28) + (date(2000, 1, 5) - date(2000, 1, 1))).replace(day=1)
