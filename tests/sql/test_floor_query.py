"""The floor that a process reads from the tables at its start is the one that the whole journal gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from server.domain.branch import Calling
from server.domain.charter import Promise
from server.domain.floor import MISSED_KEPT, Floor, fold
from server.domain.measures import PACE_MEMORY
from server.domain.tally import RECENT_KEPT
from server.schedule import turn_of_day_step
from sql.floor_query import day_begins
from sql.store import SqlStore, read_journal
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import founded, opened
from tests.test_a_day import Hall
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow


def from_rows(office: AnOffice) -> Floor:
    store = office.store
    assert isinstance(store, SqlStore)
    return opened(store.engine, office.floor.branch).floor


def from_the_journal(office: AnOffice) -> Floor:
    store = office.store
    assert isinstance(store, SqlStore)
    with store.engine.connect() as connection:
        return fold(office.floor.branch, read_journal(connection, office.floor.branch.code, 0))


def assert_alike(office: AnOffice) -> None:
    assert from_rows(office) == from_the_journal(office) == office.floor


@pytest.mark.parametrize("seed", range(1, 5))
def test_after_two_random_days_and_the_night_between(sqlite: Engine, seed: int) -> None:
    assert_alike(two_days(founded(sqlite, TWO_DAYS_BRANCH), seed))


def test_after_two_random_days_in_postgresql(postgresql: Engine) -> None:
    assert_alike(two_days(founded(postgresql, TWO_DAYS_BRANCH), 5))


def test_at_every_step_of_a_random_morning(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, TWO_DAYS_BRANCH), FakeClock())
    hall = Hall(office, random.Random(11))
    for place, counter in enumerate(("K1", "K3", "K5")):
        hall.plan(place, lambda counter=counter: hall.officer_comes(counter))  # type: ignore[misc]
    for _ in range(25):
        hall.plan(hall.chance.uniform(0, 30), hall.customer_comes)
    for minute in range(1, 60, 2):
        hall.plan(minute, hall.sweep)
    looked = 0
    while hall.plans:
        at, _, deed = hall.plans[0]
        del hall.plans[0]
        hall.plans.sort()
        office.clock.set(max(at, office.clock.now()))
        before = office.floor.seq
        deed()
        if office.floor.seq != before:
            looked += 1
            assert from_rows(office) == office.floor
    assert looked > 60
    assert_alike(office)


def test_a_carried_ticket_that_is_served_keeps_its_number_from_being_given_again(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.issue_many(3)
    office.close_day("carry")
    office.clock.advance(hours=24)
    office.open()
    office.next()
    office.finish()
    assert office.floor.earlier == {"A001", "A002", "A003"}

    assert_alike(office)
    again = AnOffice(opened(sqlite, office.floor.branch), office.clock, tokens="again")
    assert again.issue().number == "A004"


def test_a_no_show_of_yesterday_that_may_still_come_back(sqlite: Engine) -> None:
    branch = a_branch(calling=Calling(missed_for_s=MISSED_KEPT.total_seconds()))
    office = AnOffice(founded(sqlite, branch), FakeClock(OPENING + timedelta(hours=15, minutes=50)))
    office.open()
    office.issue()
    office.next()
    office.miss()
    office.clock.set(OPENING + timedelta(hours=16, minutes=1))
    turn_of_day_step(office.office)
    office.open("K2")
    assert_alike(office)

    again = AnOffice(opened(sqlite, branch), office.clock)
    again.restore("A001", "K2")
    office.store.catch_up()

    assert again.floor == office.floor
    assert_alike(office)


@pytest.mark.parametrize("millisecond", [-1, 0, 1])
def test_a_no_show_fades_at_the_same_moment_for_everybody(sqlite: Engine, millisecond: int) -> None:
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.open()
    office.issue()
    office.next()
    office.miss()
    office.clock.advance(seconds=MISSED_KEPT.total_seconds(), milliseconds=millisecond)
    office.issue()

    assert ("A001" in office.floor.numbers) == (millisecond <= 0)
    assert_alike(office)


def test_an_empty_branch_and_one_that_only_opened_a_counter(engine: Engine) -> None:
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    assert_alike(office)

    office.open()

    assert_alike(office)


def test_the_last_calls_are_the_last_ones_of_today_however_many_there_were(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.open()
    office.issue_many(RECENT_KEPT + 5)
    for _ in range(RECENT_KEPT + 3):
        office.clock.advance(seconds=1)
        office.next()
    for _ in range(3):  # one number sent round and called again and again hides no other
        office.transfer(to_service="A", position="first")
        office.clock.advance(seconds=1)
        office.next()
    assert len(office.floor.recent) == RECENT_KEPT

    assert_alike(office)


def test_a_number_that_is_called_many_times_hides_no_other_from_the_list(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.open()
    for _ in range(RECENT_KEPT):
        office.issue()
        office.next()
        office.finish()
        office.clock.advance(seconds=1)
    office.issue()
    office.next()
    for _ in range(RECENT_KEPT * 4):
        office.clock.advance(seconds=1)
        office.transfer(to_counter="K1")
        office.next()

    assert_alike(office)


def test_what_was_learned_is_learned_again(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.open()
    chance = random.Random(3)
    for _ in range(60):
        office.issue()
        office.next()
        office.serve()
        office.clock.advance(seconds=chance.randint(60, 900))
        office.finish()

    assert from_rows(office).pace == office.floor.pace
    assert PACE_MEMORY > 60


@pytest.mark.parametrize("measure", ["wait_to_call", "wait", "sojourn"])
def test_a_promise_is_counted_on_the_day_on_which_it_is_judged(sqlite: Engine, measure: str) -> None:
    branch = replace(TWO_DAYS_BRANCH, promises=(Promise(measure=measure, within_s=300),))

    assert_alike(two_days(founded(sqlite, branch), 2))


def test_the_day_of_an_instant_begins_at_local_time() -> None:
    branch = a_branch(turns_at=OPENING.replace(hour=4).time())

    assert day_begins(branch, OPENING) == OPENING - timedelta(hours=4)
    assert day_begins(branch, OPENING - timedelta(hours=4, milliseconds=1)) == OPENING - timedelta(hours=28)


def test_a_process_that_starts_while_others_work_begins_at_one_moment(engine: Engine) -> None:
    """Rows read at different moments gave a floor on which the next event could not happen: no turn ever came again."""
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.open()
    office.issue_many(4)
    pending: list[Callable[[], object]] = [office.issue, office.finish, office.next]

    @event.listens_for(engine, "after_cursor_execute")
    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT branches.code") and len(pending) == 3:
            while pending:
                pending.pop()()

    late = AnOffice(opened(engine, office.floor.branch), office.clock, tokens="late")

    assert pending == []
    late.open("K2")
    late.next("K2")
    office.store.catch_up()
    assert late.floor == office.floor
    assert_alike(office)
