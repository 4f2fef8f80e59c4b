"""What everybody is told survives the process that was told to tell it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from server.actions import playbook, recovery
from server.domain.events import PlayStepped, PromiseBreached
from sql.store import SqlStore
from sql.verify import verify
from tests.actions import test_recovery as danger
from tests.actions.test_notice import tell, with_zones, withdraw
from tests.actions.test_playbook import LATE
from tests.builders import AnOffice, FakeClock
from tests.stores import founded


def started(engine: Engine, office: AnOffice) -> SqlStore:
    """Another process of the same office, as it begins."""
    return SqlStore(engine, "KL01", lambda plan, version: office.floor.branch)


def test_a_process_that_starts_knows_the_notices_as_the_others_do(engine: Engine) -> None:
    office = AnOffice(founded(engine, with_zones()), FakeClock())
    tell(office, minutes=60)
    office.clock.advance(minutes=5)
    taken_back = tell(office, zones=["canteen"], is_spoken=False)
    withdraw(office, taken_back.id)
    office.clock.advance(minutes=45)
    office.open()

    assert started(engine, office).floor.notices == office.floor.notices
    assert [one.stands(office.clock.now()) for one in office.floor.notices] == [True, False]

    office.clock.advance(minutes=30)
    office.issue()
    assert (
        SqlStore(engine, "KL01", lambda plan, version: office.floor.branch).floor.notices == office.floor.notices == ()
    )


def test_a_process_that_starts_knows_which_promises_are_in_danger(engine: Engine) -> None:
    office = AnOffice(founded(engine, danger.a_hall().floor.branch), FakeClock())
    office.issue("A")
    office.clock.advance(minutes=16)
    danger.watch(office)
    office.do(recovery.give_cause, danger.case(office).id, "crowd", danger.say)
    office.do(recovery.act, danger.case(office).id, "open", counter="K3", officer=7)

    assert started(engine, office).floor.cases == office.floor.cases != ()
    assert verify(engine, "KL01").faults == []


def test_a_breach_of_which_nobody_was_warned_is_no_sound_history(engine: Engine) -> None:
    office = AnOffice(founded(engine, danger.a_hall().floor.branch), FakeClock())
    office.do(lambda draft, now: draft.record(PromiseBreached(at=now, case=99)))

    assert verify(engine, "KL01").faults == ["entry 1 (promise_breached) is about case 99, of which nobody was warned"]


def test_a_process_that_starts_knows_which_plays_are_under_way(engine: Engine) -> None:
    branch = replace(danger.a_hall().floor.branch, plays=(LATE,))
    office = AnOffice(founded(engine, branch), FakeClock())
    office.issue("A")
    office.clock.advance(minutes=16)
    danger.watch(office)
    office.do(playbook.begin, "late", case=danger.case(office).id, tells=True, officer=7)
    office.do(playbook.tick, office.floor.runs[0].id, 1, officer=7)

    assert started(engine, office).floor.runs == office.floor.runs != ()
    assert verify(engine, "KL01").faults == []


def test_a_step_of_a_play_that_nobody_began_is_no_sound_history(engine: Engine) -> None:
    office = AnOffice(founded(engine, danger.a_hall().floor.branch), FakeClock())
    office.do(lambda draft, now: draft.record(PlayStepped(at=now, run=99, step=1)))

    assert verify(engine, "KL01").faults == ["entry 1 (play_stepped) is about run 99, which does not go on"]
