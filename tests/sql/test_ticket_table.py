"""The quick way to the table of tickets says what the careful one does, whatever happened to the tickets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from server.domain.branch import Branch
from server.domain.charter import ONE_DAY, Promise
from server.reports.export import LOCAL_HEADER, TICKETS_HEADER, Cells, csv_lines, ticket_rows
from sql import ticket_table
from sql.records import SqlRecords
from sql.ticket_table import TicketTable
from tests.builders import OPENING, AnOffice, FakeClock
from tests.sql.test_scores import BRANCH, MONDAY, live
from tests.stores import founded


def careful(records: SqlRecords, plan: Branch, first: date, last: date) -> bytes:
    return b"".join(csv_lines(TICKETS_HEADER, ticket_rows(records.tickets_between(first, last), plan)))


def _of(records: SqlRecords, first: date, last: date) -> Iterator[Cells]:
    return ticket_rows(records.tickets_between(first, last), BRANCH)


@pytest.mark.parametrize("seed", range(2))
def test_the_quick_table_has_the_lines_of_the_careful_one(
    engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_table, "PAGE", 7)
    office = AnOffice(founded(engine, BRANCH), FakeClock())
    dice = random.Random(seed)
    for day in (0, 1, 2):
        live(office, dice, day)
    records, tuesday = SqlRecords(engine, BRANCH.code, lambda: BRANCH), MONDAY + timedelta(days=1)

    for first, last in ((MONDAY, date.max), (tuesday, tuesday), (date.min, MONDAY), (date.max, date.max)):
        quick = b"".join(TicketTable(engine, BRANCH.code, BRANCH).lines_between(first, last))
        assert quick == careful(records, BRANCH, first, last)
        cells = [["" if cell is None else cell for cell in row] for row in _of(records, first, last)]
        local = b"".join(TicketTable(engine, BRANCH.code, BRANCH, local=True).lines_between(first, last))
        rows = ticket_rows(records.tickets_between(first, last), BRANCH, local=True)
        assert local == b"".join(csv_lines((*TICKETS_HEADER, *LOCAL_HEADER), rows))
        again = TicketTable(engine, BRANCH.code, BRANCH).rows_between(first, last)
        assert [["" if cell is None else cell for cell in row] for row in again] == cells
    assert len(list(records.tickets_between(MONDAY, date.max))) > 100


def test_what_was_promised_is_judged_alike(engine: Engine) -> None:
    """Each measure, none at all, and one that was changed in between."""
    office = AnOffice(founded(engine, BRANCH), FakeClock())
    for day in (0, 1):
        live(office, random.Random(5), day)
    records = SqlRecords(engine, BRANCH.code, lambda: BRANCH)
    each = (Promise("A", "sojourn", 300), Promise("F", "wait", 240.5), Promise("H", "wait_to_call", 60))
    for promises in ((), each, (Promise(within_s=300, until=MONDAY), Promise(within_s=60, since=MONDAY + ONE_DAY))):
        plan = replace(BRANCH, promises=promises)
        quick = b"".join(TicketTable(engine, BRANCH.code, plan).lines_between(MONDAY, date.max))
        assert quick == careful(records, plan, MONDAY, date.max)


def test_a_cell_that_a_spreadsheet_would_run_is_made_text_here_too(engine: Engine) -> None:
    branch = replace(BRANCH, counters=tuple(replace(one, code="=1+1") for one in BRANCH.counters[:1]))
    office = AnOffice(founded(engine, branch), FakeClock())
    office.open("=1+1")
    for _ in range(2):
        office.issue("A")
        office.next("=1+1")

    quick = b"".join(TicketTable(engine, branch.code, branch).lines_between(MONDAY, MONDAY, bom=False))

    assert quick.count(b",'=1+1,") == 2


def test_where_the_clock_changes_each_ticket_has_the_hour_of_its_own_season(engine: Engine) -> None:
    plan = replace(BRANCH, timezone=ZoneInfo("Europe/Berlin"))
    office = AnOffice(founded(engine, plan), FakeClock())
    for day in (0, 60):
        office.clock.set(OPENING + timedelta(days=day))
        office.issue("A")
        office.close_day("close", "end of day")

    table = TicketTable(engine, plan.code, plan, local=True).lines_between(date.min, date.max)

    assert [line.split(b",")[-5:][::4] for line in b"".join(table).splitlines()[1:]] == [
        [b"2026-03-02 01:00:00", b"UTC+01:00"], [b"2026-05-01 02:00:00", b"UTC+02:00"],
    ]  # fmt: skip
