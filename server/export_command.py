"""`giliran export`: the past as a table, or as a page to be signed, in a file or on standard output."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from config.phrases import say
from server.domain.branch import Branch
from server.office_folder import Opened
from server.reports import export
from server.reports.achievement import (
    ACHIEVEMENT_HEADER,
    Line,
    achievement,
    achievement_rows,
    begin_of_year,
    scores_between,
)
from server.reports.benchmark import BENCHMARK_HEADER, benchmark, benchmark_rows
from server.reports.sound_log import SOUNDS_HEADER, sound_rows, span_of
from server.reports.tables import MARKED, Table, table
from sql.figures import SqlFigures
from sql.records import SqlRecords
from sql.scores import SqlScores
from sql.sounds import SqlSounds
from sql.ticket_table import TicketTable

Write = Callable[[Path | None, Iterator[bytes]], None]


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
    return export.csv_lines(*_table(given, office, plan, period), bom=is_marked)


def _table(given: argparse.Namespace, office: Opened, plan: Branch, period: tuple[date, date]) -> Table:
    records = SqlRecords(office.engine, office.branch, lambda: plan)
    match given.what:
        case "sounds":
            sounds = SqlSounds(office.engine, office.branch)
            return SOUNDS_HEADER, sound_rows(sounds.between(*span_of(plan, *period)), plan)
        case "benchmark":
            kept = SqlFigures(office.engine, office.branch).between(*period, ("all", "rating"))
            return BENCHMARK_HEADER, benchmark_rows(benchmark(kept, *period))
        case "charter":
            return ACHIEVEMENT_HEADER, achievement_rows(_charter(office, plan, period))
        case "tickets" if given.legs:
            header = (*export.LEGS_HEADER, *export.LOCAL_HEADER) if given.local else export.LEGS_HEADER
            return header, export.leg_rows(records.tickets_between(*period), plan, given.local)
        case "tickets":
            tickets = TicketTable(office.engine, office.branch, plan, given.local)
            return tickets.header, tickets.rows_between(*period)
        case _:
            return table(given.what, records, plan, period, datetime.now(UTC))


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
