"""Exports from a process of their own: the same file, a failure that is told, and no work for nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench.history import past
from config.settings import load
from server.actions.load_branch import read_plan
from server.exporting import ExportFailed, Exports
from server.office_folder import Opened, open_folder
from server.reports.export import JOURNAL_HEADER, TICKETS_HEADER, csv_lines, journal_rows, ticket_rows
from sql.plan import saved_plan
from sql.records import SqlRecords

ALL = ("2026-01-01", "2026-12-31")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("years")
    past(folder, 600, a_day=300, until=date(2026, 3, 2))
    opened = open_folder(load(folder))
    yield opened
    opened.engine.dispose()


def exports_of(opened: Opened) -> Exports:
    return Exports(opened.engine.url.render_as_string(hide_password=False), opened.branch)


def test_a_process_of_its_own_makes_the_same_tables(years: Opened) -> None:
    plan = read_plan(saved_plan(years.engine, years.branch), 1)
    records, exports = SqlRecords(years.engine, years.branch, lambda: plan), exports_of(years)

    tickets = b"".join(exports("tickets", "csv", *ALL))
    journal = b"".join(exports("journal", "csv", *ALL))

    found = records.tickets_between(date(2026, 1, 1), date(2026, 12, 31))
    assert tickets == b"".join(csv_lines(TICKETS_HEADER, ticket_rows(found, plan)))
    entries = records.journal_between(date(2026, 1, 1), date(2026, 12, 31))
    assert journal == b"".join(csv_lines(JOURNAL_HEADER, journal_rows(entries), bom=False))


def test_an_export_that_cannot_be_made_is_no_empty_file(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed):
        list(Exports(f"sqlite:///{tmp_path / 'nowhere' / 'giliran.sqlite3'}", "KL01")("tickets", "csv", *ALL))


def test_whoever_stops_listening_ends_the_work_and_makes_room_for_the_next(
    years: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def starting(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*args, **options))
        return started[-1]

    popen = subprocess.Popen
    monkeypatch.setattr("server.exporting.subprocess.Popen", starting)
    exports = exports_of(years)

    for _ in range(3):  # more than are made beside each other
        pieces = exports("tickets", "csv", *ALL)
        assert next(pieces).startswith(b"\xef\xbb\xbfbusiness_day,")
        pieces.close()

    assert [one.returncode is None for one in started] == [False] * 3
