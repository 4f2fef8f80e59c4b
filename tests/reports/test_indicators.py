"""Jadual 1 from a day that is small enough to be added up by hand.

The branch: K1 and K2, planned 08:00 to 12:00. Services A and F.

    07:58 K1 opens            on time          A001 taken 08:00, called 08:05, served 08:06 to 08:16, done
    08:04 K2 opens            4 minutes late   A002 taken 08:00, called 08:20, begins 08:21, sent to F at 08:22 (1 min:
    08:30 "down" for 30 min   taken back at         the wrong service), called by K2 08:30, until 08:40, come again
    08:40                     10 minutes       A003 taken 08:01, called 08:25 out of turn, no-show
                                               F001 walk-direct at K2, 08:50 to 08:55, done

4 numbers: 3 finished (2 done, 1 come again), 1 no-show; sent on 1 of 3. Calls: A001, A002, A003, A002 again, F001 = 5,
one out of turn. Waits to the call of A001, A002, A003: 5, 20, 24 minutes; the walk-direct 0.
Half of 0, 5, 20, 24 wait 5 minutes or less, 90 % 24 or less.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from server.actions import notice as notices
from server.actions import recovery
from server.domain.branch import Branch, PlannedDuty
from server.reports.fairness import turn_rows
from server.reports.indicators import Indicators, turns_of
from server.reports.quarter_pdf import result
from sql.records import SqlRecords
from tests.actions import test_recovery as danger
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import a_database, founded

DAY = OPENING.date()
ROSTER = tuple(PlannedDuty(counter, None, 8 * 60, 12 * 60) for counter in ("K1", "K2"))
BRANCH = a_branch("AF", {"K1": "A", "K2": "AF"}, roster=ROSTER)


def at(office: AnOffice, hour: int, minute: int) -> None:
    office.clock.set(OPENING + timedelta(hours=hour - 8, minutes=minute))


def counted(office: AnOffice, engine: Any, branch: Branch = BRANCH) -> dict[str, Any]:
    records = SqlRecords(engine, branch.code, lambda: branch)
    found = Indicators()
    found.add_tickets(records.tickets_between(DAY, DAY))
    found.add_journal(DAY, records.journal_between(DAY, DAY), branch)
    return found.as_json()


@pytest.fixture
def the_day(tmp_path: Any) -> Any:
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        office = AnOffice(founded(engine, BRANCH), FakeClock())
        at(office, 7, 58)
        office.open("K1")
        at(office, 8, 0)
        office.issue("A")
        office.issue("A")
        at(office, 8, 1)
        third = office.issue("A")
        at(office, 8, 4)
        office.open("K2")
        at(office, 8, 5)
        office.next("K1")
        at(office, 8, 6)
        office.serve("K1")
        at(office, 8, 16)
        office.finish("K1")
        at(office, 8, 20)
        office.next("K1")
        at(office, 8, 21)
        office.serve("K1")
        at(office, 8, 22)
        office.transfer("K1", to_service="F")
        at(office, 8, 25)
        office.call(third.number, "K1", "asked")
        at(office, 8, 28)
        office.recall("K1")
        office.no_show("K1")
        at(office, 8, 30)
        notice = office.do(notices.make, {"ms": "Gangguan sistem."}, minutes=30, template="down")
        office.next("K2")
        office.serve("K2")
        at(office, 8, 40)
        office.do(notices.withdraw, notice.id)
        office.finish("K2", outcome="come_again")
        at(office, 8, 50)
        office.walk_direct("K2", "F")
        at(office, 8, 55)
        office.finish("K2")
        yield counted(office, engine)


def test_the_day_says_what_was_added_up_by_hand(the_day: dict[str, Any]) -> None:
    expected = {
        "tickets": 4, "finished": 3, "no_show": 1, "left": 0, "sent_on": 1, "wrong_service": 1,
        "outcomes": {"done": 2, "come_again": 1}, "channels": {"kiosk": 3, "walk_direct": 1},
        "duties": 2, "on_time": 1, "never_open": 0, "late_s": 240,
        "disruptions": 1, "down_s": 600, "calls": 5, "out_of_turn": 1, "reasons": {"asked": 1},
        "waits": 4, "wait_p50_s": 300, "wait_p90_s": 24 * 60,
    }  # fmt: skip

    assert {key: the_day[key] for key in expected} == expected


def test_each_call_out_of_turn_is_kept_with_what_was_typed(the_day: dict[str, Any]) -> None:
    (told,) = the_day["turns"]
    (call,) = turns_of(the_day)

    assert told == ["2026-03-02T00:25:00+00:00", "K1", "A003", "A", 0, None, "asked"]
    assert list(turn_rows([call], BRANCH)) == [
        ("2026-03-02", "2026-03-02T08:25:00+08:00", "K1", "A003", "A", 0, None, "asked")
    ]


def test_a_promise_in_danger_is_counted_with_its_cause_and_the_time_until_somebody_acted(tmp_path: Any) -> None:
    """Two cases: of A, warned at 12:00 minutes, an officer's cause, an action 2 minutes later; of F, nothing done."""
    branch = danger.a_hall().floor.branch
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        office = AnOffice(founded(engine, branch), FakeClock())
        office.issue("A")
        office.clock.advance(minutes=12)
        danger.watch(office)
        office.issue("F")
        office.clock.advance(minutes=2)
        office.do(recovery.give_cause, danger.case(office).id, "officers", danger.say)
        office.do(recovery.act, danger.case(office).id, "open", counter="K3")
        office.clock.advance(minutes=14)
        danger.watch(office)

        found = counted(office, engine, branch)["recovery"]

    assert found == {
        "cases": 2, "broken": 2, "foreseen": 1, "causes": {"officers": 1, "": 1}, "acted": 1, "action_p50_s": 120,
        "action_p90_s": 120, "plays": 0,
    }  # fmt: skip


def test_jadual_1_says_it_in_words(the_day: dict[str, Any]) -> None:
    from config.phrases import say

    figures = the_day | {"lines": []}

    def said(item: str) -> str:
        return result(item, figures, lambda key, **values: say(key, "en", **values))

    assert said("opened") == "1 of 2 (50.0 %); late ones: 4 minutes (median)"
    assert said("down") == "1 times, 10 minutes in all"
    assert said("one") == "2 of 3 (66.6 %)"
    assert said("equal") == "1 of 5 calls were out of turn (20.0 %)"
    assert said("attended") == "half within 5 minutes, 90 % within 24 minutes"
    assert said("smile") == "Fewer than 5 ratings"


def test_fewer_than_five_ratings_have_no_mean() -> None:
    found = Indicators(ratings=dict.fromkeys(range(5), ("A", 4)) | {9: ("F", 1)})

    assert found.as_json()["ratings"] == [
        {"service": "A", "n": 5, "mean": 4.0}, {"service": "F", "n": 1, "mean": None},
        {"service": "", "n": 6, "mean": 3.5},
    ]  # fmt: skip
