"""The report on a quarter is drafted by itself, asked for before it is due, and nobody is written to twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.domain.quarter import quarter_named
from server.mail.secretary import Secretary
from server.paperwork import PackFile
from server.reports.achievement import keep_step
from sql.mails import SqlMails
from sql.packs import SqlPacks
from sql.records import SqlRecords
from sql.scores import SqlScores
from tests.builders import AnOffice, FakeClock, a_branch
from tests.stores import a_database, founded

FIRST = quarter_named("2026-Q1")
RECIPIENTS = {"supervisor": ["salmah@pejabat.my"], "manager": ["ketua@pejabat.my"], "auditor": ["audit@negeri.my"]}


@dataclass
class AnOfficeWithReports:
    office: AnOffice
    packs: SqlPacks
    mails: SqlMails
    scores: SqlScores
    records: SqlRecords
    news: list[int] = field(default_factory=list)

    def secretary(self) -> Secretary:
        """As after a start."""
        return Secretary(
            self.office.office, self.packs, self.records, self.scores, self.mails, RECIPIENTS,
            lambda: self.news.append(1),
        )  # fmt: skip

    def go_to(self, day: date, secretary: Secretary) -> None:
        """The morning of a day: the days before it are over."""
        self.office.clock.set(datetime(day.year, day.month, day.day, 1, tzinfo=UTC))
        self.office.close_day("carry", unattended=True)
        while keep_step(self.scores, self.records, self.office.floor.branch, self.office.floor.business_on):
            pass
        while secretary.step():
            pass

    def letters(self) -> list[tuple[str, str]]:
        return [(mail.key, mail.recipient) for mail in self.mails.unsent()]


@pytest.fixture
def reported(tmp_path: Path) -> Iterator[AnOfficeWithReports]:
    branch = a_branch("AF")
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        clock = FakeClock()
        clock.set(datetime(2026, 3, 30, 1, tzinfo=UTC))
        office = AnOffice(founded(engine, branch), clock)
        office.open()
        office.issue_many(3)
        clock.advance(minutes=5)
        office.call_next()
        office.serve()
        office.finish()
        yield AnOfficeWithReports(
            office, SqlPacks(engine, branch.code), SqlMails(engine, branch.code), SqlScores(engine, branch.code),
            SqlRecords(engine, branch.code, lambda: branch),
        )  # fmt: skip


def test_a_quarter_that_goes_on_has_no_report(reported: AnOfficeWithReports) -> None:
    reported.go_to(date(2026, 3, 31), reported.secretary())

    assert reported.packs.all() == []
    assert reported.letters() == []


def test_when_a_quarter_has_ended_its_report_is_there_and_somebody_is_told(reported: AnOfficeWithReports) -> None:
    reported.go_to(date(2026, 4, 1), reported.secretary())

    (pack,) = reported.packs.all()
    assert (pack.quarter, pack.due_on, pack.issued_at) == (FIRST, date(2026, 4, 30), None)
    drafted = reported.packs.one(FIRST)
    assert drafted is not None
    assert (drafted.figures["tickets"], drafted.figures["finished"]) == (3, 1)
    assert [line["score"] for line in drafted.figures["lines"]][-1] == [1, 1]
    assert reported.letters() == [("drafted:2026-Q1", "ketua@pejabat.my"), ("drafted:2026-Q1", "salmah@pejabat.my")]


def test_fourteen_days_before_it_is_due_it_is_asked_for_once_and_again_when_it_is_late(
    reported: AnOfficeWithReports,
) -> None:
    secretary = reported.secretary()
    for day in (date(2026, 4, 1), date(2026, 4, 15)):
        reported.go_to(day, secretary)
    assert {key for key, _ in reported.letters()} == {"drafted:2026-Q1"}
    assert secretary.alarms == []

    for day in (date(2026, 4, 16), date(2026, 4, 20), date(2026, 4, 30)):
        reported.go_to(day, secretary)
    assert sorted({key for key, _ in reported.letters()}) == ["drafted:2026-Q1", "due:2026-Q1"]
    assert secretary.alarms == [
        {"level": "warning", "key": "manage.report_due", "facts": {"quarter": "2026-Q1", "due_on": "30/04/2026"}}
    ]

    reported.go_to(date(2026, 5, 1), reported.secretary())
    assert len(reported.letters()) == 6
    assert len(reported.news) == 2


def test_once_it_is_issued_nobody_is_reminded_and_managers_and_auditors_get_it(reported: AnOfficeWithReports) -> None:
    secretary = reported.secretary()
    reported.go_to(date(2026, 4, 1), secretary)
    reported.packs.issue(FIRST, "Salmah", reported.office.clock.now(), [PackFile("a.pdf", "0" * 64, 1)])

    reported.go_to(date(2026, 4, 29), secretary)

    assert secretary.alarms == []
    assert [one for one in reported.letters() if not one[0].startswith("drafted")] == [
        ("issued:2026-Q1", "audit@negeri.my"), ("issued:2026-Q1", "ketua@pejabat.my"),
    ]  # fmt: skip


def test_a_server_that_was_off_drafts_what_it_has_missed_oldest_first(reported: AnOfficeWithReports) -> None:
    reported.go_to(date(2026, 10, 2), reported.secretary())

    assert [str(pack.quarter) for pack in reported.packs.all()] == ["2026-Q3", "2026-Q2", "2026-Q1"]


def test_an_office_that_was_upgraded_is_not_asked_for_years_gone_by(reported: AnOfficeWithReports) -> None:
    reported.go_to(date(2027, 10, 2), reported.secretary())

    assert [str(pack.quarter) for pack in reported.packs.all()] == ["2027-Q3", "2027-Q2", "2027-Q1", "2026-Q4"]
