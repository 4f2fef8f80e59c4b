"""The breach list: each ticket over its promise, with the cause and the action, and as many as the table counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.actions import recovery
from server.domain.charter import Promise
from server.reports.achievement import scores
from server.reports.breaches import BREACHES_HEADER, breach_rows
from server.reports.recoveries import KINDS
from sql.records import SqlRecords
from tests.actions import test_recovery as danger
from tests.builders import OPENING, AnOffice, FakeClock
from tests.stores import a_database, founded


def test_every_ticket_over_its_promise_is_listed_with_its_cause_and_what_was_done(tmp_path: Any) -> None:
    """Fifteen minutes are promised. A001 is called after 16, A002 after 17, F001 after 5, A003 after 2."""
    branch = danger.a_hall().floor.branch
    (promise,) = branch.promises
    branch = replace(branch, promises=(promise, Promise(None, "sojourn", 120)))
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        office = AnOffice(founded(engine, branch), FakeClock())
        office.issue_many(2)
        office.clock.advance(minutes=12)
        danger.watch(office)
        office.issue("F")
        office.do(recovery.give_cause, danger.case(office).id, "officers", danger.say, officer=7)
        office.clock.advance(minutes=4)
        danger.watch(office)
        office.do(recovery.act, danger.case(office).id, "open", counter="K1", officer=7)
        office.open("K1")
        office.next("K1")
        office.clock.advance(minutes=1)
        office.next("K1")
        office.next("K1")
        office.issue("A")
        office.clock.advance(minutes=10)
        danger.watch(office)
        office.next("K1")
        records, day = SqlRecords(engine, branch.code, lambda: branch), OPENING.date()

        happened = records.happened(day, day, KINDS)
        rows = [
            dict(zip(BREACHES_HEADER, row, strict=True))
            for row in breach_rows(records.tickets_between(day, day), happened, branch)
        ]
        counted = scores(records.tickets_between(day, day), branch)
    visits = [row for row in rows if row["measure"] == "sojourn"]
    rows = [row for row in rows if row["measure"] != "sojourn"]

    assert [(row["number"], row["took_s"], row["over_s"]) for row in rows] == [("A001", 960, 60), ("A002", 1020, 120)]
    assert {(row["cause"], row["first_action"], row["counter"], row["owner"]) for row in rows} == {
        ("officers", "open", "K1", 7)
    }
    assert rows[0]["broken_at"] == "2026-03-02T08:15:00+08:00"
    assert rows[0]["time_to_action_s"] == 240
    assert {(row["number"], row["case"]) for row in visits} == {("A001", None), ("A002", None), ("F001", None)}
    assert len(rows) + len(visits) == sum(score.not_kept for score in counted.values())
