"""The past read back from the tables: in small steps, whole, in order, by the branch's own days."""

from __future__ import annotations

import tracemalloc
from collections import Counter as Count
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.ticket import Status, Ticket, issued
from sql import records
from sql.records import SqlRecords
from sql.store import SqlStore
from tests.builders import OPENING, AnOffice, FakeClock, a_branch, a_service
from tests.stores import a_database, a_turn, founded
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def records_of(office: AnOffice, branch: Branch | None = None) -> SqlRecords:
    store = office.store
    assert isinstance(store, SqlStore)
    return SqlRecords(store.engine, store.floor.branch.code, lambda: branch or store.floor.branch)


def told(office: AnOffice) -> dict[int, Ticket]:
    """Every ticket as its journal tells it."""
    entries = office.store.since(0)
    assert entries is not None
    found: dict[int, Ticket] = {}
    for seq, happened in entries:
        if isinstance(happened, e.TicketIssued):
            found[seq] = issued(happened, seq)
        elif isinstance(happened, e.TicketEvent):
            found[happened.ticket] = found[happened.ticket].after(happened)
    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnOffice]:
    """Two days in SQLite, for tests that only read."""
    with a_database(f"sqlite:///{tmp_path_factory.mktemp('past')}/office.db") as engine:
        yield two_days(founded(engine, TWO_DAYS_BRANCH))


def test_both_databases_tell_the_same_past(office: AnOffice, postgresql: Engine) -> None:
    here, there = records_of(office), records_of(two_days(founded(postgresql, TWO_DAYS_BRANCH)))

    for days in ((MONDAY, TUESDAY), (MONDAY, MONDAY), (TUESDAY, TUESDAY), (date.min, date.max)):
        assert list(there.tickets_between(*days)) == list(here.tickets_between(*days))
        assert list(there.journal_between(*days)) == list(here.journal_between(*days))


def test_the_tickets_of_some_days_are_those_of_the_journal_each_once_and_in_order(office: AnOffice) -> None:
    found = list(records_of(office).tickets_between(MONDAY, TUESDAY))

    assert found == list(told(office).values())


def test_each_day_has_the_tickets_that_were_issued_on_it_wherever_they_ended(office: AnOffice) -> None:
    past = records_of(office)
    monday, tuesday = (list(past.tickets_between(day, day)) for day in (MONDAY, TUESDAY))

    assert {ticket.business_on for ticket in monday} == {MONDAY}
    assert {ticket.business_on for ticket in tuesday} == {TUESDAY}
    assert len(monday) + len(tuesday) == len(told(office))
    assert any(ticket.carried_on == TUESDAY for ticket in monday)
    assert list(past.tickets_between(TUESDAY + timedelta(days=1), date.max)) == []
    assert list(past.tickets_between(date.min, MONDAY - timedelta(days=1))) == []


def test_the_journal_of_some_days_is_told_in_order_each_entry_once(office: AnOffice) -> None:
    found = list(records_of(office).journal_between(date.min, date.max))

    assert [(row.seq, row.event) for row in found] == office.store.since(0)


def test_a_day_of_the_journal_turns_at_local_midnight(office: AnOffice) -> None:
    past = records_of(office)
    monday, tuesday = (list(past.journal_between(day, day)) for day in (MONDAY, TUESDAY))

    assert [*monday, *tuesday] == list(past.journal_between(MONDAY, TUESDAY))
    midnight = OPENING + timedelta(hours=16)
    assert max(row.event.at for row in monday) < midnight <= min(row.event.at for row in tuesday)
    assert tuesday[0].event.kind == "service_ended"  # what the night had left open


@pytest.mark.parametrize("step", [1, 7, 250])
def test_whatever_the_step_nothing_is_lost_or_told_twice(
    office: AnOffice, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [row.seq for row in records_of(office).journal_between(MONDAY, TUESDAY)]
    monkeypatch.setattr(records, "STEP", step)

    assert [row.seq for row in records_of(office).journal_between(MONDAY, TUESDAY)] == whole
    assert [t.id for t in records_of(office).tickets_between(MONDAY, TUESDAY)] == list(told(office))
    assert [t.id for t in records_of(office).tickets_between(TUESDAY, TUESDAY)] == [
        t.id for t in told(office).values() if t.business_on == TUESDAY
    ]


def test_the_queue_of_an_entry_is_the_one_that_the_ticket_is_in(office: AnOffice) -> None:
    """Also after it was sent on, and also where the days asked for begin with it carried over."""
    entries = office.store.since(0)
    assert entries is not None
    where: dict[int, str] = {}
    expected: dict[int, str] = {}
    for seq, happened in entries:
        subject = seq if isinstance(happened, e.TicketIssued) else happened.subject
        if isinstance(happened, e.TicketIssued | e.TicketTransferred):
            assert subject is not None
            where[subject] = happened.service
        expected[seq] = where[subject] if subject is not None else ""
    assert len({told(office)[i].legs[0].service != service for i, service in where.items()}) == 2

    for first, last in ((MONDAY, TUESDAY), (MONDAY, MONDAY), (TUESDAY, TUESDAY)):
        rows = list(records_of(office).journal_between(first, last))
        assert {row.seq: row.service for row in rows} == {row.seq: expected[row.seq] for row in rows}


def test_a_transfer_before_midnight_is_remembered_on_the_day_after(sqlite: Engine) -> None:
    office = AnOffice(founded(sqlite, a_branch()), FakeClock(OPENING + timedelta(hours=10)))
    office.open()
    office.issue("A")
    office.next()
    office.transfer(to_service="F")
    office.close_day("carry")
    office.clock.set(OPENING + timedelta(days=1))
    office.open()
    office.next()
    office.finish()

    rows = list(records_of(office).journal_between(TUESDAY, TUESDAY))

    assert [(row.event.kind, row.number, row.service) for row in rows] == [
        ("counter_opened", "", ""),
        ("ticket_called", "A001", "F"),
        ("service_ended", "A001", "F"),
    ]


@pytest.mark.parametrize("turns_at", ["00:00", "04:00"])
def test_a_business_day_begins_when_the_branch_says(sqlite: Engine, turns_at: str) -> None:
    """Failure 9: the day of the UTC calendar turns at 08:00 in Malaysia, when the doors open."""
    hour = int(turns_at[:2])
    branch = a_branch(turns_at=(OPENING.replace(hour=hour)).time())
    office = AnOffice(founded(sqlite, branch), FakeClock())
    turn = OPENING + timedelta(hours=16 + hour)  # local midnight is 16:00 UTC
    office.clock.set(turn - timedelta(milliseconds=1))
    office.issue()
    office.clock.set(turn)
    office.issue()
    office.clock.set(OPENING + timedelta(days=1))
    office.issue()

    past = records_of(office)

    assert [t.number for t in past.tickets_between(MONDAY, MONDAY)] == ["A001"]
    assert [t.number for t in past.tickets_between(TUESDAY, TUESDAY)] == ["A002", "A003"]  # A001 is in the hall still
    assert [row.number for row in past.journal_between(MONDAY, MONDAY)] == ["A001"]
    assert len(list(past.journal_between(TUESDAY, TUESDAY))) == 2


def test_another_branch_in_the_same_database_stays_out(sqlite: Engine) -> None:
    office = two_days(founded(sqlite, TWO_DAYS_BRANCH), customers=10)
    other = AnOffice(founded(sqlite, a_branch(code="JB02")), FakeClock(), tokens="other")
    other.open()
    other.issue_many(3)
    other.next()

    past = records_of(other)

    assert [t.number for t in past.tickets_between(date.min, date.max)] == ["A001", "A002", "A003"]
    assert len(list(past.journal_between(date.min, date.max))) == 5
    assert list(records_of(office).tickets_between(date.min, date.max)) == list(told(office).values())


def test_an_empty_branch_has_no_past(engine: Engine) -> None:
    past = records_of(AnOffice(founded(engine, a_branch()), FakeClock()))

    assert list(past.tickets_between(date.min, date.max)) == []
    assert list(past.journal_between(date.min, date.max)) == []
    assert past.ticket(1) is None
    assert past.ticket_of("nothing") is None


def test_one_ticket_is_found_by_its_id_and_by_its_address(office: AnOffice) -> None:
    past = records_of(office)
    for ticket in islice(told(office).values(), 5):
        assert past.ticket(ticket.id) == past.ticket_of(ticket.token) == ticket


def a_long_past(engine: Engine, tickets: int) -> AnOffice:
    """Finished tickets, some of them in a single turn of the branch."""
    office = AnOffice(founded(engine, a_branch([a_service("A", digits=4)])), FakeClock())
    office.open()
    actors = office.office
    for begin in range(0, tickets, 100):
        with a_turn(actors.store, "test") as turn:
            for n in range(begin, begin + 100):
                draft, at = turn.draft, office.clock.advance(seconds=1)
                service = draft.branch.service("A")
                ordinal, number = draft.next_number(service, MONDAY)
                made = e.TicketIssued(
                    at=at, number=number, ordinal=ordinal, letter="A", business_on=draft.branch.business_on(at),
                    service="A", lane="regular", language="ms", channel="kiosk", transactions=1, token=f"t{n}",
                )  # fmt: skip
                ticket = draft.record(made)
                draft.record(e.TicketCalled(at=at, ticket=ticket, counter="K1", officer=None, why="oldest", run=0))
                draft.record(e.ServiceBegan(at=at, ticket=ticket, counter="K1"))
                draft.record(e.ServiceEnded(at=at, ticket=ticket, counter="K1", outcome="done"))
    return office


@pytest.mark.soak
@pytest.mark.slow
def test_five_thousand_tickets_are_all_there_and_only_a_step_of_them_is_in_memory(sqlite: Engine) -> None:
    """Failure 12: other systems cut their statistics at 1,000 rows without a word."""
    office = a_long_past(sqlite, 5000)
    past = records_of(office)
    entries = 5000 * 4 + 1

    counted = Count(t.status for t in past.tickets_between(MONDAY, MONDAY))
    assert counted == {Status.FINISHED: 5000}
    assert sum(1 for _ in past.journal_between(MONDAY, MONDAY)) == entries

    def peak(rows: Callable[[], Iterator[object]]) -> int:
        tracemalloc.start()
        try:
            for _ in rows():
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(lambda: past.tickets_between(MONDAY, MONDAY)) < 4_000_000  # 5,000 tickets would be 12 MB
    assert peak(lambda: past.journal_between(MONDAY, MONDAY)) < 4_000_000  # 20,001 entries would be 20 MB


def test_what_is_issued_while_an_export_runs_is_not_in_it_and_spoils_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "STEP", 2)
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.issue_many(5)
    office.open()
    past = records_of(office)
    tickets, journal = past.tickets_between(MONDAY, MONDAY), past.journal_between(MONDAY, MONDAY)
    first, entry = next(tickets), next(journal)

    office.issue_many(3)
    office.next()

    assert [first.number, *(t.number for t in tickets)] == ["A001", "A002", "A003", "A004", "A005"]
    assert [entry.seq, *(row.seq for row in journal)] == [1, 2, 3, 4, 5, 6]


def test_no_connection_is_held_between_two_steps(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever downloads an export over a slow line would otherwise keep one for hours."""
    monkeypatch.setattr(records, "STEP", 2)
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.issue_many(5)
    out = 0

    @event.listens_for(sqlite, "checkout")
    def taken(*_: object) -> None:
        nonlocal out
        out += 1

    @event.listens_for(sqlite, "checkin")
    def given_back(*_: object) -> None:
        nonlocal out
        out -= 1

    for _ in records_of(office).tickets_between(MONDAY, MONDAY):
        assert out == 0
    for _ in records_of(office).journal_between(MONDAY, MONDAY):
        assert out == 0


def test_a_ticket_and_its_legs_are_read_as_of_one_moment(engine: Engine) -> None:
    """Between the two questions another process calls it: half of that must not be seen."""
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.open()
    ticket = office.issue()
    busy = AnOffice(SqlStore(engine, "KL01", lambda plan, version: office.floor.branch), office.clock)
    pending = [lambda: busy.next("K1")]

    @event.listens_for(engine, "after_cursor_execute")
    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM tickets" in statement and "FROM legs" not in statement and pending:
            pending.pop()()

    found = records_of(office).ticket(ticket.id)

    assert pending == []
    assert found == ticket  # waiting and not called; or, read later, called once: never something between


@pytest.mark.slow
def test_a_day_costs_the_same_whatever_the_years_before_and_after_it(tmp_path: Path) -> None:
    def work(tickets: int) -> int:
        """What SQLite does, in fives of the steps of its machine."""
        with a_database(f"sqlite:///{tmp_path}/{tickets}.db") as engine:
            office = a_long_past(engine, tickets)
            office.clock.set(OPENING + timedelta(days=1))
            office.issue()
            for _ in range(4):
                office.clock.advance(hours=24)
                office.issue_many(tickets // 100)
            steps: list[int] = []
            engine.dispose()
            event.listen(engine, "connect", lambda made, _: made.set_progress_handler(lambda: steps.append(1), 5))
            assert len(list(records_of(office).tickets_between(TUESDAY, TUESDAY))) == 1
            assert len(list(records_of(office).journal_between(TUESDAY, TUESDAY))) == 1
            return len(steps)

    assert work(5000) < 1.2 * work(500)
