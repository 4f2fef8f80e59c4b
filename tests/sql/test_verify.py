"""The proof of the journal, long because each way of tampering is tried and must be named."""

from __future__ import annotations

import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Connection, Engine, Float, Integer, event, select

from server.domain.floor import MISSED_KEPT
from server.domain.ticket import ENDED
from sql import verify as module
from sql.chain import entry_hash
from sql.tables import branches, counters, journal, legs, tickets
from sql.verify import Report, verify
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import a_database, founded
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Two days and a third on which people wait, are served, put aside and missed; nothing that a test does stays."""
    with a_database(f"sqlite:///{tmp_path_factory.mktemp('kept')}/office.db") as engine:
        office = two_days(founded(engine, TWO_DAYS_BRANCH), customers=12)
        office.clock.set(OPENING + timedelta(days=2))
        office.open("K1")
        office.open("K2", officer=2)
        office.issue_many(6)
        office.next("K1")
        office.miss("K1")
        office.next("K1")
        office.hold("K1")
        office.next("K1")
        office.serve("K1")
        office.next("K2")
        engine.dispose()
        # as in the programs with which people look into a database: only our own connections keep legs to their tickets
        event.listen(engine, "connect", lambda made, _: made.execute("pragma foreign_keys=off"))
        yield engine


@pytest.fixture
def hand(kept: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A hand in the database: what it does the proof sees, and afterwards it is undone."""
    with kept.execution_options(write=True).connect() as connection:
        inside = connection.begin()
        monkeypatch.setattr(module, "reading", lambda engine: _open(connection))
        yield connection
        inside.rollback()


class _open:
    """The connection as it is, for a block that must not close it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __enter__(self) -> Connection:
        return self.connection

    def __exit__(self, *_: object) -> None:
        pass


def faults(hand: Connection) -> list[str]:
    return verify(hand.engine, "KL01").faults


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_days_are_sound_and_every_ticket_is_counted(sqlite: Engine, seed: int) -> None:
    office = two_days(founded(sqlite, TWO_DAYS_BRANCH), seed)

    found = verify(sqlite, "KL01")

    assert found.faults == []
    assert found.entries == office.floor.seq
    entries = office.store.since(0)
    assert entries is not None
    made = sum(happened.kind == "ticket_issued" for _, happened in entries)
    assert sum(found.counts.values()) == made
    assert set(found.counts) <= {str(status) for status in ENDED}
    assert found.summary().startswith(f"{office.floor.seq} entries; {made} tickets issued = ")
    assert found.summary().endswith(" + 0 still open; sound")


def test_a_day_in_postgresql_is_sound_and_a_hand_in_it_is_found(postgresql: Engine) -> None:
    office = two_days(founded(postgresql, TWO_DAYS_BRANCH), customers=10)
    assert verify(postgresql, "KL01").faults == []
    assert verify(postgresql, "KL01").entries == office.floor.seq

    with postgresql.begin() as connection:
        connection.execute(tickets.update().where(tickets.c.number == "A001").values(note="paid"))

    assert any("differs from its journal in: note" in fault for fault in verify(postgresql, "KL01").faults)


def test_a_day_that_still_goes_on_is_sound(kept: Engine, hand: Connection) -> None:
    found = verify(kept, "KL01")

    assert found.faults == []
    assert {status: found.counts[status] for status in ("waiting", "called", "serving", "held")} == {
        "waiting": 2, "called": 1, "serving": 1, "held": 1,
    }  # fmt: skip
    assert found.summary().endswith(" + 5 still open; sound")


def test_an_empty_branch_is_sound(engine: Engine) -> None:
    founded(engine, a_branch())

    assert verify(engine, "KL01").summary() == (
        "0 entries; 0 tickets issued = 0 finished + 0 left + 0 no_show + 0 still open; sound"
    )


def an_entry(hand: Connection, kind: str) -> Any:
    """The last of its kind."""
    return hand.execute(select(journal).where(journal.c.kind == kind).order_by(journal.c.seq.desc())).mappings().first()


def test_an_edited_payload_is_found_with_its_entry(hand: Connection) -> None:
    entry = an_entry(hand, "service_ended")
    other = entry["payload"].replace("done", "referred") if "done" in entry["payload"] else '{"outcome":"done"}'
    hand.execute(journal.update().where(journal.c.seq == entry["seq"]).values(payload=other))

    assert any(fault.startswith(f"entry {entry['seq']} (service_ended)") for fault in faults(hand))


def test_a_deleted_entry_is_found(hand: Connection) -> None:
    entry = an_entry(hand, "ticket_recalled")
    hand.execute(journal.delete().where(journal.c.seq == entry["seq"]))

    found = faults(hand)

    assert f"entry {entry['seq']} is missing: the next one is {entry['seq'] + 1}" in found
    assert any(fault.startswith(f"entry {entry['seq'] + 1} (") and "hash" in fault for fault in found)
    assert any(f"({entry['ticket']}) differs from its journal in: legs" in fault for fault in found)


def test_the_first_and_the_last_entries_cannot_be_taken_away(hand: Connection) -> None:
    last = hand.execute(select(journal.c.seq).order_by(journal.c.seq.desc())).scalars().first()
    assert last is not None
    hand.execute(journal.delete().where((journal.c.seq == 1) | (journal.c.seq == last)))

    found = faults(hand)

    assert found[0] == "entry 1 is missing: the next one is 2"
    assert f"the branch is at {last}, but the journal ends at {last - 1}" in found
    assert "the hash that the branch keeps is not that of the last entry" in found


def test_entries_that_changed_their_places_are_found(hand: Connection) -> None:
    first = an_entry(hand, "ticket_held")["seq"]
    for old, new in ((first, -1), (first - 1, first), (-1, first - 1)):
        hand.execute(journal.update().where(journal.c.seq == old).values(seq=new))

    found = faults(hand)

    assert all(any(fault.startswith(f"entry {seq} (") for fault in found) for seq in (first - 1, first))


def test_a_forged_end_of_the_journal_is_found_by_the_hash_that_the_branch_keeps(hand: Connection) -> None:
    """Somebody who knows how the hashes are made changes an entry and computes all that follow anew."""
    entry = an_entry(hand, "ticket_held")
    payload = json.dumps(json.loads(entry["payload"]) | {"reason": "nothing"}, sort_keys=True, separators=(",", ":"))
    hand.execute(journal.update().where(journal.c.seq == entry["seq"]).values(payload=payload))
    before = hand.execute(select(journal.c.hash).where(journal.c.seq == entry["seq"] - 1)).scalar_one()
    for row in hand.execute(select(journal).where(journal.c.seq >= entry["seq"]).order_by(journal.c.seq)).all():
        before = entry_hash("KL01", row.seq, row.at, row.actor, row.kind, row.ticket, row.payload, before)
        hand.execute(journal.update().where(journal.c.seq == row.seq).values(hash=before))

    found = faults(hand)

    assert "the hash that the branch keeps is not that of the last entry" in found
    assert not any("the hash is wrong" in fault for fault in found)  # each link by itself holds
    assert any(f"({entry['ticket']}) differs from its journal in: hold_reason" in fault for fault in found)


def test_an_entry_that_was_never_made_is_found(hand: Connection) -> None:
    last = hand.execute(select(journal).order_by(journal.c.seq.desc())).mappings().first()
    assert last is not None
    hand.execute(journal.insert(), dict(last) | {"seq": last["seq"] + 1})

    found = faults(hand)

    assert f"the branch is at {last['seq']}, but the journal ends at {last['seq'] + 1}" in found


def test_a_missing_ticket_a_stranger_and_a_lost_leg_are_each_named(hand: Connection) -> None:
    gone = hand.execute(select(tickets).where(tickets.c.number == "A001")).mappings().first()
    assert gone is not None
    hand.execute(tickets.delete().where(tickets.c.id == gone["id"]))
    hand.execute(tickets.insert(), dict(gone) | {"id": 999_999, "number": "A900", "token": "stranger"})

    found = faults(hand)

    assert f"ticket A001 ({gone['id']}) was issued, but is not kept" in found
    assert "ticket A900 (999999) is kept, but was never issued" in found
    assert f"a leg of ticket {gone['id']} is kept, but no such ticket" in found


def test_a_leg_too_many_too_few_or_in_another_place_is_found(hand: Connection) -> None:
    rows = hand.execute(select(legs).where(legs.c.leg == 0).order_by(legs.c.ticket)).mappings().all()
    first, second, third = rows[:3]
    hand.execute(legs.insert(), dict(first) | {"leg": 7})
    hand.execute(legs.delete().where(legs.c.ticket == second["ticket"]))
    hand.execute(legs.update().where(legs.c.ticket == third["ticket"], legs.c.leg == 0).values(leg=-1))

    found = faults(hand)

    for row in (first, second, third):
        assert any(f"({row['ticket']}) differs from its journal in: legs" in fault for fault in found)


def test_a_counter_that_the_journal_does_not_know_and_one_that_is_gone_are_found(hand: Connection) -> None:
    row = hand.execute(select(counters).where(counters.c.code == "K1")).mappings().one()
    hand.execute(counters.update().where(counters.c.code == "K1").values(code="K9"))

    assert faults(hand) == [
        "counter K1 was opened, but is not kept", "counter K9 is kept, but was never opened",
    ]  # fmt: skip
    assert row["is_open"]


# ── every cell ───────────────────────────────────────────────────────────────────────────────────────────────

UNPROVED = {"branches.code", "branches.plan", "branches.version"}
"""What the journal does not tell: the branch's file, whose changes are in the audit."""
CELLS = [
    (table, column)
    for table in (journal, tickets, legs, counters, branches)
    for column in table.columns
    if f"{table.name}.{column.name}" not in UNPROVED and column.name != "branch"
]


def another(column: Column[Any], now: Any) -> Any:
    """A value that could be there, and is not the one that is."""
    if isinstance(column.type, Boolean):
        return not now
    if isinstance(column.type, Integer | BigInteger | Float) or column.name.endswith("_at") or column.name == "at":
        return (now or 0) + 1_000_000
    if column.name.endswith("_on"):
        return "2026-01-01"
    if column.name == "lane":
        return "disabled"
    if column.name == "status":
        return "left" if now != "left" else "finished"
    return f"{now or ''}x"


def raw(hand: Connection, table: Any, column: Column[Any], value: Any) -> str:
    """Write into one cell of the table's middle row, past every type; what the row is called."""
    keys = [key.name for key in table.primary_key.columns]
    names = ", ".join(keys)
    found = hand.exec_driver_sql(f"select {names}, {column.name} from {table.name} order by {names}").all()  # noqa: S608
    row = found[len(found) // 2]
    changed = value(row[-1]) if callable(value) else value
    where = " and ".join(f"{key} = ?" for key in keys)
    hand.exec_driver_sql(
        f"update {table.name} set {column.name} = ? where {where}",  # noqa: S608
        (changed, *row[:-1]),
    )
    return str(row)


def test_no_cell_can_be_changed_unnoticed(hand: Connection) -> None:
    unnoticed = []
    for table, column in CELLS:
        with hand.begin_nested() as inside:
            raw(hand, table, column, lambda now, column=column: another(column, now))
            if not faults(hand):
                unnoticed.append(str(column))
            inside.rollback()

    assert unnoticed == []


@pytest.mark.parametrize("rubbish", ["rubbish", "[]", 2**62, "\x00"], ids=["word", "list", "number", "nul"])
def test_whatever_is_written_into_a_cell_the_proof_goes_on_and_says_so(hand: Connection, rubbish: object) -> None:
    """SQLite takes anything in any column; a proof that ends in a traceback proves nothing about the rest."""
    raw(hand, tickets, tickets.c.note, "another hand")
    unnoticed = []
    for table, column in CELLS:
        with hand.begin_nested() as inside:
            raw(hand, table, column, rubbish)
            found = faults(hand)
            if len(found) < 2 and not (table is tickets and found):
                unnoticed.append(str(column))
            inside.rollback()

    assert unnoticed == []


def test_many_faults_are_counted_and_the_first_fifty_named(hand: Connection) -> None:
    hand.execute(journal.update().values(actor="somebody else"))

    found = verify(hand.engine, "KL01")

    assert len(found.faults) == 50
    assert found.found == found.entries
    assert found.summary().endswith(f"NOT sound, {found.entries} faults")


# ── beside a server ──────────────────────────────────────────────────────────────────────────────────────────


def test_it_proves_a_branch_while_people_work_there(engine: Engine) -> None:
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.open()
    stop, proved = threading.Event(), list[Report]()

    def work() -> None:
        while not stop.is_set():
            office.issue()
            office.next()
        office.issue()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(proved) < 8 or proved[0].entries == proved[-1].entries:  # on a busy machine the others come late
            proved.append(verify(engine, "KL01"))
    finally:
        stop.set()
        worker.join()

    assert all(found.faults == [] for found in proved)
    assert proved[0].entries < proved[-1].entries < office.floor.seq


def test_what_is_written_in_the_middle_of_the_proof_is_not_in_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", 3)
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.open()
    office.issue_many(5)
    pending: list[Callable[[], object]] = [office.finish, office.next]

    @event.listens_for(engine, "after_cursor_execute")
    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "journal.hash" in statement and statement.startswith("SELECT") and pending:
            pending.pop()()

    found = verify(engine, "KL01")

    assert pending == []
    assert (found.faults, found.entries) == ([], 6)
    assert verify(engine, "KL01").entries == 8


def test_a_no_show_that_is_long_over_can_have_no_other_end(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 1)
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.open()
    first = office.issue()
    office.next()
    office.miss()
    office.clock.advance(seconds=MISSED_KEPT.total_seconds())
    office.issue()  # still there, to the second
    office.clock.advance(seconds=1)
    office.issue()
    assert verify(sqlite, "KL01").faults == []
    last = office.floor.seq

    with sqlite.begin() as connection:
        before = connection.execute(select(journal.c.hash).where(journal.c.seq == last)).scalar_one()
        at, told = office.floor.last_at, '{"to":"waiting"}'
        late: dict[str, Any] = {
            "branch": "KL01", "seq": last + 1, "at": at, "actor": "x", "kind": "ticket_restored", "ticket": first.id,
            "payload": told, "hash": entry_hash("KL01", last + 1, at, "x", "ticket_restored", first.id, told, before),
        }  # fmt: skip
        connection.execute(journal.insert(), late)
        connection.execute(branches.update().values(seq=last + 1, last_hash=late["hash"]))

    assert f"entry {last + 1} (ticket_restored) is about ticket {first.id}, which is not there" in (
        verify(sqlite, "KL01").faults
    )


@pytest.mark.slow
def test_memory_holds_what_is_open_not_what_there_ever_was(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 200)
    monkeypatch.setattr(module, "TOGETHER", 50)
    office = AnOffice(founded(sqlite, a_branch()), FakeClock())
    office.open()

    def peak() -> int:
        tracemalloc.start()
        try:
            assert verify(sqlite, "KL01").faults == []
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def some_days(customers: int) -> None:
        for _ in range(customers):
            office.issue()
            office.next()
            office.clock.advance(minutes=5)

    some_days(150)
    verify(sqlite, "KL01")
    short = peak()
    some_days(1200)

    assert peak() < 2 * short  # nine times as many tickets
