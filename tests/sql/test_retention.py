"""Days of long ago go and the proof stands: from their anchor on, whoever cuts, changes or forges is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from server.domain.events import DayRemoved
from server.domain.retention import RecordsUnsound
from server.ports import Phone
from server.push.subscription import Subscription
from server.reports.figures import KEPT
from sql import retention as module
from sql.figures import SqlFigures
from sql.joiners import SqlJoiners
from sql.packs import SqlPacks
from sql.people import SqlPeople
from sql.records import SqlRecords
from sql.scores import SqlScores
from sql.subscriptions import SqlSubscriptions
from sql.tables import anchors, journal, legs, tickets
from sql.verify import verify
from tests.builders import OPENING, AnOffice, FakeClock
from tests.old_days import (
    CODE,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    YEARS_LATER,
    add_up,
    an_old_office,
    carried,
    count,
    engine_of,
    found_faults,
    hand,
    remove,
    shelf_of,
)
from tests.stores import FullDisk, founded, opened
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow


@pytest.fixture
def office(engine: Engine) -> AnOffice:
    """Two days of long ago with a night between them that left much undone, all added up; and somebody waits today."""
    return an_old_office(engine)


@pytest.fixture
def old(sqlite: Engine) -> AnOffice:
    """The same where one kind of database is enough."""
    return an_old_office(sqlite)


def test_a_day_goes_and_the_proof_goes_on_from_its_anchor(office: AnOffice) -> None:
    engine = engine_of(office)
    before = verify(engine, CODE)
    floor = office.floor

    (anchor,) = remove(office, TUESDAY).removed

    assert (anchor.n, anchor.business_on, anchor.before, anchor.actor) == (1, MONDAY, "", "system")
    assert count(engine, journal, journal.c.seq <= anchor.seq) == 0
    proof = verify(engine, CODE)
    assert proof.faults == []
    assert proof.entries == before.entries + 1 - anchor.entries
    assert (anchor.entries, anchor.noted) == (anchor.seq, floor.seq + 1)
    gone = f"{anchor.entries} entries of 1 day until 2026-03-02 removed by policy; sound"
    assert proof.summary().endswith(gone)
    event = office.store.since(floor.seq)
    assert event is not None
    assert isinstance(event[0][1], DayRemoved)
    assert event[0][1].anchor == anchor.own
    again = opened(engine, TWO_DAYS_BRANCH).floor
    assert again == office.floor
    assert again.waiting == 1


def test_who_was_carried_over_the_night_stays_until_the_day_on_which_he_left(old: AnOffice) -> None:
    engine = engine_of(old)
    (anchor,) = remove(old, TUESDAY).removed
    carried = count(engine, tickets, tickets.c.id <= anchor.seq)
    assert carried > 3
    assert count(engine, tickets, tickets.c.id <= anchor.seq, tickets.c.carried_on.is_(None)) < carried

    remove(old)

    assert count(engine, tickets, tickets.c.id <= anchor.seq) == 0
    assert found_faults(engine) == []
    old.next("K1")
    old.finish("K1")
    assert found_faults(engine) == []


def test_what_the_days_add_up_to_is_as_it_was(old: AnOffice) -> None:
    engine = engine_of(old)

    def told() -> Any:
        book, scores = SqlFigures(engine, CODE), SqlScores(engine, CODE)
        kept = [(on, days, place, cell) for on, days, place, cell in book.between(MONDAY, WEDNESDAY, KEPT)]
        return kept, scores.between(MONDAY, WEDNESDAY), SqlPacks(engine, CODE).first_day()

    before = told()
    assert before[0]

    assert len(remove(old).removed) == 2

    assert told() == before
    assert count(engine, tickets) == 1
    assert count(engine, legs) == 0
    records = SqlRecords(engine, CODE, lambda: TWO_DAYS_BRANCH)
    assert [*records.tickets_between(MONDAY, TUESDAY)] == []
    assert [*records.journal_between(MONDAY, TUESDAY)] == []


def test_the_next_day_still_reads_well_when_the_one_before_it_is_gone(old: AnOffice) -> None:
    records = SqlRecords(engine_of(old), CODE, lambda: TWO_DAYS_BRANCH)
    before = [*records.journal_between(TUESDAY, TUESDAY)]

    remove(old, TUESDAY)

    assert [*records.journal_between(TUESDAY, TUESDAY)] == before


def test_a_day_that_is_not_added_up_yet_stays(sqlite: Engine) -> None:
    office = two_days(founded(sqlite, TWO_DAYS_BRANCH), customers=4)
    office.clock.set(YEARS_LATER)
    shelf = shelf_of(office)
    assert shelf.last_day(WEDNESDAY) is None
    assert not shelf.step(WEDNESDAY, YEARS_LATER)

    add_up(sqlite, office)

    assert shelf.last_day(WEDNESDAY) == TUESDAY
    assert shelf.last_day(TUESDAY) == MONDAY
    assert shelf.last_day(YEARS_LATER.date()) == TUESDAY


def test_a_dry_run_says_what_then_goes_and_removes_nothing(office: AnOffice) -> None:
    engine, kinds = engine_of(office), (journal, tickets, legs)
    had = [count(engine, table) for table in kinds]

    said = shelf_of(office).amounts(WEDNESDAY, office.clock.now())[:3]

    assert [count(engine, table) for table in kinds] == had
    remove(office)
    noted = [2, 0, 0]  # the entries that tell of it
    stays = [count(engine, table) - new for table, new in zip(kinds, noted, strict=True)]
    assert [one.rows for one in said] == [n - left for n, left in zip(had, stays, strict=True)]
    assert [one.stays for one in said] == stays
    assert {(one.first, one.last) for one in said} == {(MONDAY, TUESDAY)}
    assert all(one.size > 40 * one.rows for one in said)


@pytest.mark.parametrize("after", [3, 8, 13, 21])
def test_a_crash_between_any_two_steps_leaves_it_sound_and_whoever_starts_next_goes_on(
    sqlite: Engine, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROVE_STEP", 30)
    monkeypatch.setattr(module, "TICKETS_STEP", 5)
    monkeypatch.setattr(module, "ENTRIES_STEP", 40)
    office = an_old_office(sqlite)
    shelf = shelf_of(office)
    for _ in range(after):
        shelf.step(WEDNESDAY, YEARS_LATER)

    assert found_faults(sqlite) == []
    office.store = opened(sqlite, TWO_DAYS_BRANCH)
    rest = remove(office)
    assert found_faults(sqlite) == []
    assert verify(sqlite, CODE).unswept == 0
    assert len(shelf.removed) + len(rest.removed) == 2
    assert count(sqlite, tickets) == 1


def test_rows_that_are_still_to_go_are_counted_and_no_fault(old: AnOffice) -> None:
    engine, shelf = engine_of(old), shelf_of(old)
    while not shelf.removed:
        shelf.step(TUESDAY, YEARS_LATER)

    proof = verify(engine, CODE)

    assert proof.faults == []
    assert proof.unswept == shelf.removed[0].entries + count(engine, tickets, tickets.c.business_on == MONDAY) - len(
        carried(engine)
    )
    assert f"{proof.unswept} rows of them still to go" in proof.summary()


def test_a_full_disk_at_the_cut_has_removed_nothing(old: AnOffice) -> None:
    engine = engine_of(old)
    disk, had = FullDisk(engine), count(engine, journal)
    disk.is_full = True

    with pytest.raises(OSError, match="no space left"):
        remove(old)

    disk.is_full = False
    assert (count(engine, journal), count(engine, anchors)) == (had, 0)
    assert found_faults(engine) == []
    assert len(remove(old).removed) == 2
    assert found_faults(engine) == []


def test_of_two_processes_that_remove_a_day_one_does(old: AnOffice) -> None:
    engine = engine_of(old)
    other = AnOffice(opened(engine, TWO_DAYS_BRANCH), old.clock)
    shelves = [shelf_of(old), shelf_of(other)]
    for _ in range(60):
        for shelf in shelves:
            shelf.step(TUESDAY, YEARS_LATER)

    assert sum(len(shelf.removed) for shelf in shelves) == 1
    assert found_faults(engine) == []


def test_a_day_that_is_not_as_its_journal_says_stays_and_those_after_it_too(old: AnOffice) -> None:
    engine, had = engine_of(old), count(engine_of(old), journal)
    hand(
        engine, tickets.update().where(tickets.c.number == "A001", tickets.c.business_on == MONDAY).values(note="paid")
    )

    with pytest.raises(RecordsUnsound, match="differs from its journal in: note") as refused:
        remove(old)

    assert refused.value.day == MONDAY
    assert (count(engine, journal), count(engine, anchors)) == (had, 0)


# ── what belongs to nobody's visit any more ──────────────────────────────────────────────────────────────────


def test_a_telephone_goes_when_its_visit_is_over_whether_messages_are_sent_or_not(engine: Engine) -> None:
    office = AnOffice(founded(engine, TWO_DAYS_BRANCH), FakeClock(YEARS_LATER))
    joiners, subscriptions = SqlJoiners(engine, CODE), SqlSubscriptions(engine, CODE)
    waits, left = office.issue(token="waits"), office.issue(token="left")
    for token in ("waits", "left", "never_issued"):
        joiners.keep_phone(Phone(token, "60123456789", "ms", office.clock.now()))
    for ticket in (waits, left):
        subscriptions.keep(
            Subscription(ticket.id, f"https://push.example/{ticket.id}", "key", "auth", "ms", office.clock.now()), 3
        )
    joiners.count("hash", "2028-05-09", "yesterday", 1)
    joiners.count("hash", "2028-05-10", "today", 1)
    office.leave(left.id)
    shelf = shelf_of(office)

    shelf.forget(MONDAY, office.clock.now())
    assert len(joiners.phones()) == 3  # a telephone is there a moment before its ticket

    office.clock.advance(hours=2)
    assert office.clock.now().date().isoformat() == "2028-05-10"
    shelf.forget(MONDAY, office.clock.now())

    assert [phone.token for phone in joiners.phones()] == ["waits"]
    assert [one.ticket for one in subscriptions.all()] == [waits.id]
    assert not joiners.count("hash", "2028-05-10", "another", 1)
    assert joiners.count("hash", "2028-05-09", "another", 1)
    assert shelf.forget(MONDAY, office.clock.now()) == 1  # that one


def test_tokens_that_ended_long_ago_go_and_those_in_force_stay(engine: Engine) -> None:
    office = AnOffice(founded(engine, TWO_DAYS_BRANCH), FakeClock(YEARS_LATER))
    people, day = SqlPeople(engine), timedelta(days=1)
    old, now = OPENING + day, office.clock.now()
    people.add_token("officer", "signed in long ago", OPENING, expires_at=old)
    people.add_token("kiosk", "in use since the first day", OPENING)
    people.add_token("kiosk", "lately revoked", OPENING)
    people.revoke(3, now - day)

    assert shelf_of(office).forget(WEDNESDAY, now) == 1

    assert [row.name for row in people.tokens()] == ["in use since the first day", "lately revoked"]
