"""A ticket that is carried over a night, through every figure that speaks of waits; by a pencil.

Monday    8.00  K1 opens, A001 comes; 8.10 it is called: waited 10, served 8.12 to 8.20
         16.50  A002 comes and is not called; the day ends and carries it over
Tuesday   8.00  K1 opens
          8.05  A001 of Tuesday comes
          8.20  A002 is not measured: it waits since yesterday; the longest wait is 15 minutes
          8.21  A002 is called, first; served 8.22 to 8.30
          8.35  A001 is called: waited 30, served 8.36 to 8.40

waits 10 and 30; A002 has none, neither in a mean nor as the longest, and no promise of a wait is judged on it
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from server.domain.charter import Promise
from server.reports.day_figures import day_figures
from server.reports.export import TICKETS_HEADER, ticket_rows
from server.web.boards import queues_json
from server.web.staff_boards import Officers, counter_json, overview_json
from sql.records import SqlRecords
from sql.verify import verify
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import founded

BRANCH = a_branch("A", {"K1": "A"}, promises=(Promise(within_s=900),))
MONDAY = OPENING.date()
TUESDAY = MONDAY + timedelta(days=1)


def say(key: str, facts: object) -> dict[str, str]:
    return {"en": key}


def test_the_night_of_a_ticket_that_was_carried_over_is_in_no_figure_of_waits(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, BRANCH), FakeClock())

    def at(day: int, minutes: int) -> None:
        office.clock.set(OPENING + timedelta(days=day, minutes=minutes))

    def visit(day: int, called: int, began: int, ended: int) -> None:
        at(day, called)
        office.next()
        at(day, began)
        office.serve()
        at(day, ended)
        office.finish()

    office.open("K1", officer=1)
    office.issue("A")
    visit(0, 10, 12, 20)
    at(0, 8 * 60 + 50)
    office.issue("A")
    at(0, 9 * 60 + 30)
    office.close_day("carry", "end of day")
    at(1, 0)
    office.open("K1", officer=1)

    alone = overview_json(office.floor, office.clock.now(), Officers({}))
    assert (alone["waiting"], alone["overnight"], alone["longest_wait_s"]) == (1, 1, 0)

    at(1, 5)
    office.issue("A")
    at(1, 20)
    now = office.clock.now()
    counter = counter_json(office.floor, "K1", now, say, Officers({}))
    for board in (
        overview_json(office.floor, now, Officers({})),
        counter,
        queues_json(office.floor, now, say)["queues"][0],
    ):
        assert (board["waiting"], board["overnight"], board["longest_wait_s"]) == (2, 1, 15 * 60)
    assert {one["number"]: one["waited_s"] for one in counter["next"]} == {"A002": None, "A001": 900}

    at(1, 21)
    office.next()
    hand = counter_json(office.floor, "K1", office.clock.now(), say, Officers({}))["ticket"]
    assert (hand["number"], hand["waited_s"]) == ("A002", None)
    at(1, 22)
    office.serve()
    at(1, 30)
    office.finish()
    visit(1, 35, 36, 40)

    records = SqlRecords(sqlite, BRANCH.code, lambda: BRANCH)
    tickets = list(records.tickets_between(MONDAY, TUESDAY))
    whole = day_figures(tickets, records.journal_between(MONDAY, TUESDAY), BRANCH)["all", ""]
    waits = whole.spans["wait_to_call"]
    assert (waits.n, waits.sum_ms, waits.max_ms) == (2, 40 * 60_000, 30 * 60_000)
    assert {name: whole.counts[name] for name in ("issued", "finished", "carried", "judged", "kept")} == {
        "issued": 3, "finished": 3, "carried": 1, "judged": 2, "kept": 1,
    }  # fmt: skip
    rows = [dict(zip(TICKETS_HEADER, row, strict=False)) for row in ticket_rows(tickets, BRANCH)]
    assert [row["wait_to_call_s"] for row in rows] == [600, None, 1800]
    assert verify(sqlite, BRANCH.code).faults == []
