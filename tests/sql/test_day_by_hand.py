"""One morning of three customers, small enough for a pencil; what is kept of it for ever is held to that.

The times are the branch's:

    8.00  K1 opens, A001 comes          8.04  A001 is called: waited 4
    8.01  A002 comes                    8.05  ... served; sent on to F at 8.06: it was the wrong service
    8.02  A003 comes                    8.08  A003 is called out of turn, past A002: waited 6
                                        8.09  ... served until 8.19, and says 4 of 5
                                        8.20  A001 gives up waiting for F
    8.30  K1 closes: open 30 minutes    8.21  A002 is called: waited 20; served from 8.22 to 8.27

    waits 4, 6, 20: P50 is 6, P90 is 20; 10 were promised: two of three kept
    served 1 + 10 + 5 = 16 of 30 minutes: occupied for 53.33 %; stayed 20, 26, 17
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.domain.charter import Promise
from server.reports.day_figures import keep_step
from server.reports.figures import KEPT, Figures, add_up, cell_json
from server.reports.history import history, kept_between
from sql.figures import SqlFigures
from sql.records import SqlRecords
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import founded

BRANCH = a_branch("AF", {"K1": "AF"}, promises=(Promise(within_s=600),))
MONDAY = OPENING.date()


def lived(office: AnOffice) -> None:
    def at(minutes: int) -> None:
        office.clock.set(OPENING + timedelta(minutes=minutes))

    office.open("K1", officer=1)
    first = office.issue("A")
    at(1)
    office.issue("A")
    at(2)
    office.issue("A")
    at(4)
    office.next()
    at(5)
    office.serve()
    at(6)
    office.transfer(to_service="F")
    at(8)
    office.call("A003", reason="frail")
    at(9)
    office.serve()
    at(19)
    office.rate(office.finish(), 4)
    at(20)
    office.leave(first.id)
    at(21)
    office.next()
    at(22)
    office.serve()
    at(27)
    office.finish(outcome="come_again")
    at(30)
    office.close("K1")


def test_a_morning_that_a_pencil_can_follow_is_kept_as_the_pencil_has_it(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, BRANCH), FakeClock())
    records, book = SqlRecords(sqlite, BRANCH.code, lambda: BRANCH), SqlFigures(sqlite, BRANCH.code)
    lived(office)
    tomorrow = MONDAY + timedelta(days=1)
    assert keep_step(book, records, BRANCH, tomorrow, OPENING + timedelta(days=1))

    found: Figures = {}
    for _, _, place, cell in book.between(MONDAY, MONDAY, KEPT):
        add_up(found, place, cell)
    whole, a, counter = found["all", ""], found["service", "A"], found["counter", "K1"]

    assert dict(whole.counts) == {
        "issued": 3, "finished": 2, "left": 1, "called": 3, "judged": 3, "kept": 2, "broken": 1, "wrong": 1,
        "calls": 3, "out_of_turn": 1, "passed_over": 1,
    }  # fmt: skip
    assert a == whole
    assert whole.spans["wait_to_call"].percentiles() == [6.0, 20.0, 20.0, 20.0]
    assert whole.spans["wait_to_call"].sum_ms == 30 * 60_000
    assert (whole.spans["sojourn"].sum_ms, whole.spans["service"].sum_ms) == ((20 + 26 + 17) * 60_000, 16 * 60_000)
    assert counter.counts["open_ms"] == 30 * 60_000
    assert {place: cell.counts["n"] for place, cell in found.items() if place[0] in ("flow", "outcome", "reason")} == {
        ("flow", "A>F"): 1, ("outcome", "done"): 1, ("outcome", "come_again"): 1, ("reason", "frail"): 1,
    }  # fmt: skip
    assert dict(found["rating_hour", "08"].counts) == {"n": 1, "sum": 4, "4": 1}
    assert found["slot", "0-08"].counts["issued"] == 3
    told = history(book.between(MONDAY, MONDAY, KEPT), MONDAY, MONDAY, with_officers=True)
    assert told["all"]["occupancy"] == 0.5333
    assert cell_json(whole)["wait_to_call"] == {"n": 3}  # fewer than five: their times are nobody's business


def test_a_time_of_three_months_is_told_day_by_day_though_a_whole_month_lies_in_it(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, BRANCH), FakeClock())
    records, book = SqlRecords(sqlite, BRANCH.code, lambda: BRANCH), SqlFigures(sqlite, BRANCH.code)
    for day in (0, 31, 33, 63):  # 2 March, 2 and 4 April, 4 May
        office.clock.set(OPENING + timedelta(days=day))
        office.leave(office.issue("A").id)
    end = OPENING + timedelta(days=65)
    while keep_step(book, records, BRANCH, end.date(), end):
        pass
    last = MONDAY + timedelta(days=80)

    told = history(kept_between(book, MONDAY, last, with_officers=False), MONDAY, last, with_officers=False)

    assert [one["on"] for one in told["trend"]] == ["2026-03-02", "2026-04-02", "2026-04-04", "2026-05-04"]
    assert (told["days"], told["all"]["issued"], told["service"][0]["issued"]) == (4, 4, 4)
    # Read as whole months too they are four days of work, not the 31 + 30 + 1 of the calendar: one number a day.
    year = MONDAY.replace(month=1, day=1), MONDAY.replace(month=12, day=31)
    whole = history(book.between(*year, KEPT), *year, with_officers=False)
    assert (whole["days"], whole["a_day"], whole["by"]) == (4, 1.0, "month")


@pytest.mark.parametrize("by", ["counter", "officer", "lane", "channel"])
def test_of_three_customers_no_group_is_told(sqlite: Engine, by: str) -> None:
    office = AnOffice(founded(sqlite, BRANCH), FakeClock())
    records, book = SqlRecords(sqlite, BRANCH.code, lambda: BRANCH), SqlFigures(sqlite, BRANCH.code)
    lived(office)
    assert keep_step(book, records, BRANCH, MONDAY + timedelta(days=1), OPENING + timedelta(days=1))

    told = history(book.between(MONDAY, MONDAY, KEPT), MONDAY, MONDAY, with_officers=True)

    assert [set(row) for row in told[by]] == [{"of", "hidden"}]
