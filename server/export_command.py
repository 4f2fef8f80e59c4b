"""`giliran export`: the past as a table, or as a page to be signed, in a file or on standard output."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from config.phrases import say
from server.domain.branch import Branch
from server.office_folder import Opened
from server.reports import export as tables
from server.reports.achievement import (
    ACHIEVEMENT_HEADER,
    Line,
    achievement,
    achievement_rows,
    begin_of_year,
    scores_between,
)
from server.reports.benchmark import BENCHMARK_HEADER, benchmark, benchmark_rows
from server.reports.breaches import BREACHES_HEADER, breach_rows
from server.reports.covers import COVERS_HEADER, KINDS, covers_rows
from server.reports.disruptions import DISRUPTIONS_HEADER, ENDS_WITHIN, disruption_rows
from server.reports.disruptions import KINDS as DISRUPTION_KINDS
from server.reports.fairness import FAIRNESS_HEADER, TURNS_HEADER, fairness_rows, out_of_turn, turn_rows
from server.reports.plays import KINDS as PLAY_KINDS
from server.reports.plays import PLAYS_HEADER, play_rows
from server.reports.ratings import RATINGS_HEADER, rating_rows
from server.reports.recoveries import KINDS as CASE_KINDS
from server.reports.recoveries import RECOVERY_HEADER, recovery_rows
from server.reports.sound_log import SOUNDS_HEADER, sound_rows, span_of
from sql.figures import SqlFigures
from sql.records import SqlRecords
from sql.scores import SqlScores
from sql.sounds import SqlSounds
from sql.ticket_table import TicketTable

Write = Callable[[Path | None, Iterator[bytes]], None]
MARKED = ("tickets", "charter", "plays", "turns", "breaches")
"""What people open in a spreadsheet: it wants a mark at a file's begin, which a program would take for a letter."""


def run(given: argparse.Namespace, office: Opened, plan: Branch, period: tuple[date, date], write: Write) -> None:
    """Write the table. The arguments are as the command has checked them."""
    if given.what == "charter" and given.format == "pdf":
        write(given.out, iter([_charter_page(office, plan, period, given.language)]))
        return
    if given.format == "xlsx":
        from server.reports.spreadsheet import sheet_words, write_xlsx  # a table as CSV has no need of their library

        header, rows = _table(given, office, plan, period)
        write_xlsx(given.out, header, rows, words=sheet_words(given.language) if given.what == "tickets" else None)
    else:
        write(given.out, csv_pieces(given, office, plan, period, given.what in MARKED and given.out is not None))


def csv_pieces(
    given: argparse.Namespace, office: Opened, plan: Branch, period: tuple[date, date], is_marked: bool
) -> Iterator[bytes]:
    """The table as CSV; `is_marked` as people's spreadsheets want it."""
    if given.what == "tickets" and not given.legs:
        return TicketTable(office.engine, office.branch, plan, given.local).lines_between(*period, bom=is_marked)
    return tables.csv_lines(*_table(given, office, plan, period), bom=is_marked)


def _table(
    given: argparse.Namespace, office: Opened, plan: Branch, period: tuple[date, date]
) -> tuple[Sequence[str], Iterator[tables.Cells]]:
    records = SqlRecords(office.engine, office.branch, lambda: plan)
    match given.what:
        case "journal":
            return tables.JOURNAL_HEADER, tables.journal_rows(records.journal_between(*period))
        case "fairness":
            return FAIRNESS_HEADER, iter(fairness_rows(records.journal_between(*period), plan))
        case "turns":
            return TURNS_HEADER, turn_rows(out_of_turn(records.journal_between(*period)), plan)
        case "covers":
            return COVERS_HEADER, _covers(records, plan, period)
        case "disruptions":
            return DISRUPTIONS_HEADER, _disruptions(records, plan, period)
        case "recovery":
            return RECOVERY_HEADER, iter(recovery_rows(records.happened(*period, CASE_KINDS), plan))
        case "breaches":
            return BREACHES_HEADER, breach_rows(
                records.tickets_between(*period), records.happened(*period, CASE_KINDS), plan
            )
        case "plays":
            return PLAYS_HEADER, iter(play_rows(records.happened(*period, PLAY_KINDS), plan))
        case "ratings":
            return RATINGS_HEADER, iter(rating_rows(records.journal_between(*period), plan))
        case "sounds":
            sounds = SqlSounds(office.engine, office.branch)
            return SOUNDS_HEADER, sound_rows(sounds.between(*span_of(plan, *period)), plan)
        case "benchmark":
            kept = SqlFigures(office.engine, office.branch).between(*period, ("all", "rating"))
            return BENCHMARK_HEADER, benchmark_rows(benchmark(kept, *period))
        case "charter":
            return ACHIEVEMENT_HEADER, achievement_rows(_charter(office, plan, period))
        case _:
            if given.legs:
                header = (*tables.LEGS_HEADER, *tables.LOCAL_HEADER) if given.local else tables.LEGS_HEADER
                return header, tables.leg_rows(records.tickets_between(*period), plan, given.local)
            table = TicketTable(office.engine, office.branch, plan, given.local)
            return table.header, table.rows_between(*period)


def _covers(records: SqlRecords, plan: Branch, period: tuple[date, date]) -> Iterator[tables.Cells]:
    now = datetime.now(UTC)
    first, last = period[0], min(period[1], plan.business_on(now))
    gone = records.removed_until()
    if gone is not None and gone >= first:
        first = gone + timedelta(days=1)  # of a day without its journal nobody can say that a counter was shut
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    yield from covers_rows(plan, days, (event for _, event in records.happened(first, last, KINDS)), now)


def _disruptions(records: SqlRecords, plan: Branch, period: tuple[date, date]) -> Iterator[tables.Cells]:
    happened = records.happened(period[0], min(period[1], date.max - ENDS_WITHIN) + ENDS_WITHIN, DISRUPTION_KINDS)
    return disruption_rows(happened, plan, *period, datetime.now(UTC))


def _charter(office: Opened, plan: Branch, period: tuple[date, date]) -> list[Line]:
    records = SqlRecords(office.engine, office.branch, lambda: plan)
    book = SqlScores(office.engine, office.branch)
    found = scores_between(book, records, plan, begin_of_year(period[0]), period[1])
    return achievement(found, plan, *period)


def _charter_page(office: Opened, plan: Branch, period: tuple[date, date], language: str) -> bytes:
    from server.reports.achievement_pdf import achievement_pdf

    def say_it(key: str, **values: object) -> str:
        return say(key, language, **values)

    return achievement_pdf(_charter(office, plan, period), plan, period, datetime.now(UTC), language, say_it)
