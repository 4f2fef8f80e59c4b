"""`giliran retention`: a table of what is to go, and then it is gone, with a line of the audit for each day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from server.actions.load_branch import read_plan
from server.domain.floor import MISSED_KEPT
from server.domain.retention import Amount
from server.reports import achievement, day_figures
from server.retention_command import table
from sql.figures import SqlFigures
from sql.records import SqlRecords
from sql.scores import SqlScores
from sql.store import SqlStore
from tests.builders import OPENING, AnOffice, FakeClock
from tests.command_line import DONE, FAILED, Command

LONG_AGO = datetime(2020, 3, 2, 0, 0, tzinfo=UTC)


def test_amounts_are_a_table_that_people_read() -> None:
    day = OPENING.date()

    amounts = [
        Amount("journal", 12345, day, day + timedelta(days=9), 3_120_000, 9),
        Amount("joins", 0, None, None, 0, 0),
    ]

    assert table(amounts) == [
        "                      rows  first day   last day       about         stays",
        "journal             12 345  2026-03-02  2026-03-11    3.1 MB             9",
        "joins                    0                               0 B             0",
    ]  # fmt: skip


def long_ago(typed: Command) -> None:
    """The same folder, with days of six years before in front of what it has."""
    from sqlalchemy import delete

    from sql.tables import answers, branches, counters, journal, legs, tickets

    with typed.engine.begin() as connection:
        for table in (legs, tickets, counters, journal, answers):
            connection.execute(delete(table))
        connection.execute(branches.update().values(seq=0, last_hash="", last_at=LONG_AGO - timedelta(days=1)))
    store = SqlStore(typed.engine, "KL01", read_plan)
    office = AnOffice(store, FakeClock(LONG_AGO))
    for day in range(3):
        office.clock.set(LONG_AGO + timedelta(days=day))
        office.open("K1")
        office.issue_many(2)
        office.next("K1")
        office.finish("K1")
        office.close("K1")
        office.close_day("close", "end of day")
    typed.engine.dispose()


def add_up(typed: Command) -> None:
    branch = SqlStore(typed.engine, "KL01", read_plan).floor.branch
    records, now = SqlRecords(typed.engine, "KL01", lambda: branch), LONG_AGO + timedelta(days=9)
    while achievement.keep_step(SqlScores(typed.engine, "KL01"), records, branch, now.date()):
        pass
    while day_figures.keep_step(SqlFigures(typed.engine, "KL01"), records, branch, now.date(), now - MISSED_KEPT):
        pass
    typed.engine.dispose()


def test_a_dry_run_changes_nothing_and_then_the_days_are_gone_and_the_journal_is_sound(typed: Command) -> None:
    long_ago(typed)
    said = typed("retention", "--dry-run")
    assert said.status == DONE
    assert "No day has been added up yet" in said.out
    add_up(typed)

    dry = typed("retention", "--dry-run")

    assert dry.status == DONE
    assert re.search(r"^Records are kept for 24 months: those from before \d{4}-\d\d-\d\d are to go\.$", dry.out, re.M)
    assert re.search(r"^tickets +6  2020-03-02  2020-03-04 +\d+ B +0$", dry.out, re.M)
    assert dry.out.endswith("Nothing was removed.\n")
    assert "by policy" not in typed("verify").out

    done = typed("retention")

    assert done.status == DONE
    assert done.out.splitlines()[-1] == "2020-03-02 to 2020-03-04 removed: 3 days, 24 entries, 6 tickets."
    assert typed.audit()[:3] == [("command line", "day_removed")] * 3
    proof = typed("verify")
    assert proof.status == DONE
    assert "24 entries of 3 days until 2020-03-04 removed by policy; sound" in proof.out
    assert typed("retention").out.endswith("No day was removed.\n")


def test_a_day_that_somebody_has_changed_stays_and_is_named(typed: Command) -> None:
    long_ago(typed)
    add_up(typed)
    with typed.engine.begin() as connection:
        connection.exec_driver_sql("update tickets set note = 'paid' where business_on = '2020-03-03'")
    typed.engine.dispose()

    said = typed("retention")

    assert said.status == FAILED
    (line,) = said.err.splitlines()
    assert line.startswith("giliran: 2020-03-03 stays, and so does every day after it: ticket A00")
    assert typed("verify").status == FAILED
