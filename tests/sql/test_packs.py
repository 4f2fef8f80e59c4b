"""A report is drafted anew as often as one likes, and issued once, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Engine

from server.domain.quarter import quarter_named
from server.paperwork import Pack, PackFile
from sql.packs import SqlPacks
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import founded

FIRST = Pack(quarter_named("2026-Q1"), OPENING, date(2026, 4, 30), {"tickets": 3})
FILES = (PackFile("quarter-2026-Q1-ms-0a.pdf", "0a" * 32, 1200),)


def test_a_draft_is_kept_and_drafted_anew_with_its_remarks(engine: Engine) -> None:
    packs = SqlPacks(engine, a_branch().code)

    assert packs.keep(FIRST)
    assert packs.remark(FIRST.quarter, "Dua kaunter ditambah.")
    assert packs.one(FIRST.quarter) == replace(FIRST, remarks="Dua kaunter ditambah.")
    assert packs.keep(replace(FIRST, figures={"tickets": 4}))
    kept = packs.one(FIRST.quarter)
    assert kept is not None
    assert kept.figures == {"tickets": 4}
    assert packs.all() == [replace(kept, figures={})]  # asked for every minute: without what is long


def test_what_is_issued_is_issued_once_and_never_changed(engine: Engine) -> None:
    packs, at = SqlPacks(engine, a_branch().code), OPENING + timedelta(days=40)
    packs.keep(FIRST)

    assert packs.issue(FIRST.quarter, "Salmah", at, FILES)

    assert not packs.issue(FIRST.quarter, "Farid", at, ())
    assert not packs.remark(FIRST.quarter, "later")
    assert not packs.keep(replace(FIRST, figures={"tickets": 9}))
    assert packs.one(FIRST.quarter) == replace(FIRST, issued_at=at, issued_by="Salmah", files=FILES)


def test_a_report_that_was_never_drafted_cannot_be_issued(engine: Engine) -> None:
    packs = SqlPacks(engine, a_branch().code)

    assert not packs.issue(FIRST.quarter, "Salmah", OPENING, FILES)
    assert packs.one(FIRST.quarter) is None


def test_the_first_day_is_that_of_the_first_number(engine: Engine) -> None:
    branch = a_branch()
    office, packs = AnOffice(founded(engine, branch), FakeClock()), SqlPacks(engine, branch.code)

    assert packs.first_day() is None
    office.issue()
    assert packs.first_day() == OPENING.date()
