"""What every store keeps to, one file because memory, SQLite and PostgreSQL must agree: durable, all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.actions.block import Taken, reserve, settle
from server.actions.call_next import call_next
from server.actions.delay import may_delay
from server.actions.issue import issue
from server.actions.office import Actor, Answer
from server.domain.branch import Branch, Join, Kiosk
from server.domain.events import CounterOpened, TicketEvent, TicketIssued
from server.domain.floor import Draft, Floor, fold
from server.ports import Given, Store
from sql.store import SqlStore, TurnBroken
from sql.tables import tickets
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.memory_store import MemoryStore
from tests.stores import FullDisk, a_database, a_turn, founded, opened

pytestmark = pytest.mark.slow

COUNTERS = [f"K{n}" for n in range(1, 7)]


@dataclass
class Kept:
    """A branch in a store. `again` opens it as another process would; `fill` and `clear` its disk."""

    store: Store
    again: Callable[[], Store]
    beside: Callable[[Branch], Store]
    fill: Callable[[bool], None]
    office: AnOffice = field(init=False)

    def __post_init__(self) -> None:
        self.office = AnOffice(self.store, FakeClock())


BRANCH = a_branch(counters=COUNTERS, join=Join(enabled=True), kiosks=(Kiosk("main", offline_block=5),))


def in_memory() -> Kept:
    store = MemoryStore(BRANCH)

    def again() -> Store:
        other = MemoryStore(BRANCH)
        other._floor = fold(BRANCH, [(seq, event) for seq, _, event in store.journal])
        other.journal, other.answers = store.journal, store.answers
        return other

    def fill(full: bool) -> None:
        store.fails_to_write = full

    return Kept(store, again, MemoryStore, fill)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "memory":
        yield in_memory()
        return
    url = f"sqlite:///{tmp_path}/office.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with a_database(url) as engine:
        disk = FullDisk(engine)

        def fill(full: bool) -> None:
            disk.is_full = full

        yield Kept(founded(engine, BRANCH), lambda: opened(engine, BRANCH), lambda b: founded(engine, b), fill)


def a_morning(office: AnOffice) -> None:
    """Something of everything."""
    office.open("K1", officer=7)
    office.open("K2")
    tickets_of = [office.issue("AF"[n % 2], ("regular", "elderly")[n % 3 == 0], language="ta") for n in range(8)]
    office.printed(tickets_of[0].id, "paper_out")
    office.clock.advance(minutes=3, milliseconds=137)
    office.next("K1")
    office.next("K2")
    office.miss("K1")
    office.serve("K2")
    office.next("K1")
    office.hold("K1", reason="borang 表格 படிவம்")
    office.next("K1")
    office.transfer("K1", to_service="F", to_counter="K2", note="sudah bayar")
    office.leave(tickets_of[-1].id)
    here, away = office.join("F"), office.join("F", "elderly", channel="sms")
    office.check_in(here.id)
    office.next("K2")
    assert office.floor.tickets[away.id].passed_at is not None
    office.delay(next(ticket.id for ticket in office.floor.open_tickets() if may_delay(office.floor, ticket)))
    office.clock.advance(seconds=41)
    office.restore(office.floor.missed(office.clock.now())[0].number)
    office.next("K2", outcome="come_again")
    office.walk_direct("K1")
    office.plan("F", counter="K1")
    office.finish("K1", outcome="referred")
    office.issue("F", further=("A",))
    office.finish("K2")
    office.next("K2")
    rated = office.finish("K2")
    for rating in (2, 5):
        office.rate(rated, rating)
    offline(office, "F995")


def offline(office: AnOffice, *numbers: str, is_over: bool = False) -> None:
    """The kiosk gave these by itself, a minute ago."""
    block = office.do(reserve, kiosk="main")
    assert block is not None
    tapped_at = office.clock.now() - timedelta(minutes=1)
    given = [Taken(number, number[0], "regular", "ms", f"offline-{block.id}-{number}", tapped_at) for number in numbers]
    office.do(settle, kiosk="main", block_id=block.id, taken=given, is_over=is_over)


def test_a_new_branch_has_an_empty_floor(kept: Kept) -> None:
    assert kept.store.floor == Floor(BRANCH)
    assert kept.store.since(0) == []


def test_what_a_turn_recorded_is_there_when_it_ends_and_not_before(kept: Kept) -> None:
    with a_turn(kept.store, "test") as turn:
        turn.draft.record(CounterOpened(at=OPENING, counter="K1", officer=None, services=("A",)))
        assert kept.store.floor.seq == 0

    assert kept.store.floor.counter("K1").is_open


def test_another_process_finds_the_branch_exactly_as_it_stands(kept: Kept) -> None:
    a_morning(kept.office)

    assert kept.again().floor == kept.store.floor


def test_another_process_finds_what_each_kiosk_holds_today_and_yesterday(kept: Kept) -> None:
    a_morning(kept.office)
    offline(kept.office, "A996", is_over=True)
    offline(kept.office, "A991")
    kept.office.clock.advance(hours=24)
    yesterdays = kept.store.floor.blocks[-1]
    kept.office.issue("A")
    kept.office.do(reserve, kiosk="main")

    assert kept.again().floor == kept.store.floor

    kept.office.do(settle, kiosk="main", block_id=yesterdays.id, taken=[], is_over=True)
    assert kept.again().floor == kept.store.floor
    assert len(kept.store.floor.blocks) == 1


def test_another_process_counts_no_number_that_a_kiosk_gave_by_itself(kept: Kept) -> None:
    offline(kept.office, "A995")

    again = kept.again()

    assert again.floor == kept.store.floor
    assert AnOffice(again, kept.office.clock).issue("A").number == "A001"


def test_another_process_finds_what_was_learned(kept: Kept) -> None:
    a_morning(kept.office)
    for _ in range(5):
        kept.office.clock.advance(minutes=7)
        kept.office.next("K1")

    again = kept.again().floor

    for service in "AF":
        assert again.service_mean(service) == pytest.approx(kept.store.floor.service_mean(service))


def test_another_process_finds_the_branch_after_midnight_too(kept: Kept) -> None:
    a_morning(kept.office)
    kept.office.clock.advance(hours=15)
    kept.office.close_day("carry", unattended=True)
    assert kept.again().floor == kept.store.floor

    kept.office.open("K1")
    kept.office.issue()
    kept.office.next("K1")

    assert kept.again().floor == kept.store.floor


def test_what_happened_is_told_in_order_from_where_a_screen_stands(kept: Kept) -> None:
    kept.office.issue_many(3)

    told = kept.store.since(1)

    assert told is not None
    assert [(seq, event.kind) for seq, event in told] == [(2, "ticket_issued"), (3, "ticket_issued")]
    assert kept.store.since(3) == []
    assert kept.store.since(99) == []


def test_the_events_fold_to_the_floor(kept: Kept) -> None:
    a_morning(kept.office)
    told = kept.store.since(0)

    assert told is not None
    assert fold(BRANCH, told) == kept.store.floor


def test_a_turn_that_is_broken_off_leaves_no_trace(kept: Kept) -> None:
    a_morning(kept.office)
    before = kept.store.floor

    def broken_off() -> None:
        with a_turn(kept.store, "test", "key-1") as turn:
            turn.draft.record(CounterOpened(at=kept.office.clock.now(), counter="K6", officer=None, services=("A",)))
            turn.give(Given("asked", 200, {}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()

    assert kept.store.floor == kept.again().floor == before
    with a_turn(kept.store, "test", "key-1") as turn:
        assert turn.given is None


def test_a_full_disk_leaves_everything_as_it_was_and_the_next_turn_works(kept: Kept) -> None:
    a_morning(kept.office)
    before = kept.store.floor
    kept.fill(True)

    with pytest.raises(OSError, match="no space"):
        kept.office.issue()
    assert kept.store.floor == before

    kept.fill(False)
    assert kept.again().floor == before
    kept.office.issue()
    assert kept.again().floor == kept.store.floor


def _half_a_deed(draft: Draft, now: datetime) -> None:
    issue(draft, now, service="A", token="nobody's")
    raise KeyError("the other half")


def test_turns_in_one_transaction_build_on_each_other_and_are_there_together(kept: Kept) -> None:
    now = kept.office.clock.now()
    with kept.store.turns(["key-1", "key-2"]) as turns:
        with turns.take("kiosk:main", "key-1") as turn:
            first = issue(turn.draft, now, service="A", token="one")
            turn.give(Given("", 201, {"number": first.number}))
        with pytest.raises(KeyError), turns.take("kiosk:main", "key-3") as turn:
            _half_a_deed(turn.draft, now)
        with turns.take("officer:7", "key-2") as turn:
            turn.draft.record(CounterOpened(at=now, counter="K1", officer=7, services=("A",)))
            call_next(turn.draft, now, "K1")
        with turns.take("kiosk:main", "key-1") as turn:
            assert turn.given == Given("", 201, {"number": "A001"})
        with turns.take("kiosk:main") as turn:
            assert issue(turn.draft, now, service="A", token="two").number == "A002"
        assert kept.store.floor.seq == 0

    told = kept.store.since(0)
    assert told is not None
    assert [event.kind for _, event in told] == ["ticket_issued", "counter_opened", "ticket_called", "ticket_issued"]
    assert kept.again().floor == kept.store.floor == fold(BRANCH, told)
    with a_turn(kept.again(), "kiosk:main", "key-1") as turn:
        assert turn.given == Given("", 201, {"number": "A001"})


def test_an_answer_is_remembered_under_its_key_and_only_there(kept: Kept) -> None:
    answer = Given("asked", 201, {"number": "A001", "name": "表格 படிவம்", "wait": None, "at": 1.5})
    with a_turn(kept.store, "test", "key-1") as turn:
        assert turn.given is None
        turn.give(answer)

    for store in (kept.store, kept.again()):
        with a_turn(store, "somebody else", "key-1") as turn:
            assert turn.given == answer
        with a_turn(store, "test", "key-2") as turn:
            assert turn.given is None
        with a_turn(store, "test") as turn:
            assert turn.given is None


def test_an_answer_without_a_body_is_remembered_as_one(kept: Kept) -> None:
    with a_turn(kept.store, "test", "key-1") as turn:
        turn.give(Given("", 204, None))

    with a_turn(kept.again(), "test", "key-1") as turn:
        assert turn.given == Given("", 204, None)


def test_two_branches_in_one_store_know_nothing_of_each_other(kept: Kept) -> None:
    a_morning(kept.office)
    before = kept.store.floor
    other = AnOffice(kept.beside(replace(BRANCH, code="JB02")), FakeClock(), tokens="other")

    other.open("K1")
    assert other.issue().number == "A001"
    with a_turn(other.store, "test", "key-1") as turn:
        turn.give(Given("", 200, None))

    assert (other.floor.seq, other.floor.waiting) == (2, 1)
    assert kept.again().floor == before
    with a_turn(kept.store, "test", "key-1") as turn:
        assert turn.given is None


def test_a_process_learns_what_another_wrote(kept: Kept) -> None:
    if isinstance(kept.store, MemoryStore):
        return  # one process is all that memory has
    here, there = kept.office, AnOffice(kept.again(), kept.office.clock, tokens="there")
    a_morning(here)
    assert there.floor.seq == 0

    there.store.catch_up()
    assert there.floor == here.floor
    there.issue()
    there.next("K1")
    here.next("K2")  # takes its turn without having caught up

    there.store.catch_up()
    assert here.floor == there.floor == kept.again().floor
    assert here.store.since(there.floor.seq - 2) == there.store.since(there.floor.seq - 2)


def test_a_screen_that_is_too_far_behind_is_told_to_take_the_whole_board(kept: Kept) -> None:
    if isinstance(kept.store, MemoryStore):
        return  # memory forgets nothing
    a_morning(kept.office)

    assert kept.again().since(0) is None


def test_two_officers_who_press_at_once_wait_for_each_other(kept: Kept) -> None:
    for n, counter in enumerate(COUNTERS[:4]):
        kept.office.open(counter, officer=n)
    kept.office.issue_many(40)
    called: list[str] = []
    stores = [kept.store] * 2 + ([kept.again(), kept.again()] if isinstance(kept.store, SqlStore) else [kept.store] * 2)
    together = threading.Barrier(4)

    def press(office: AnOffice, counter: str) -> None:
        together.wait()
        while choice := office.next(counter):
            called.append(choice.ticket.number)

    officers = [
        threading.Thread(target=press, args=(AnOffice(store, kept.office.clock), counter))
        for store, counter in zip(stores, COUNTERS[:4], strict=True)
    ]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()

    assert sorted(called) == [f"A{n:03d}" for n in range(1, 41)]
    kept.store.catch_up()
    assert kept.again().floor == kept.store.floor


def test_a_request_that_is_repeated_while_the_first_is_still_being_written_gets_the_first_answer(kept: Kept) -> None:
    """A kiosk that heard nothing asks again, and another process takes the second request."""
    kept.office.open()
    kept.office.issue_many(2)
    other = kept.again() if isinstance(kept.store, SqlStore) else kept.store
    has_the_turn, may_end = threading.Event(), threading.Event()
    answers: list[Answer] = []

    def ask(office: AnOffice, *, slowly: bool) -> None:
        def decide(draft: object, now: object) -> Answer:
            if slowly:
                has_the_turn.set()
                may_end.wait(10)
            choice = call_next(draft, now, "K1")  # type: ignore[arg-type]
            return Answer(200, {"number": choice.ticket.number if choice else None})

        answers.append(office.office.act(Actor("officer:7"), decide, key="press-1", asked="next"))

    first = threading.Thread(target=ask, args=(kept.office,), kwargs={"slowly": True})
    second = threading.Thread(target=ask, args=(AnOffice(other, kept.office.clock),), kwargs={"slowly": False})
    first.start()
    assert has_the_turn.wait(10)
    second.start()
    second.join(0.3)  # it stands before the door now
    may_end.set()
    first.join()
    second.join()

    assert [answer.body for answer in answers] == [{"number": "A001"}] * 2
    assert sorted(answer.repeated for answer in answers) == [False, True]


def test_a_row_that_another_hand_changed_breaks_the_turn_and_nothing_is_written(kept: Kept) -> None:
    if not isinstance(kept.store, SqlStore):
        return  # nobody else reaches into memory
    kept.office.open()
    kept.office.issue_many(2)
    before = kept.store.floor
    with kept.store.engine.execution_options(write=True).begin() as connection:
        connection.execute(tickets.update().where(tickets.c.number == "A001").values(status="left"))

    with pytest.raises(TurnBroken):
        kept.office.next()

    assert kept.store.floor == before


def test_the_same_number_twice_in_a_day_is_impossible_even_if_the_rules_failed(kept: Kept) -> None:
    if not isinstance(kept.store, SqlStore):
        return  # the database's own guard
    ticket = kept.office.issue()
    again = TicketIssued(
        at=OPENING + timedelta(seconds=1), number=ticket.number, ordinal=1, letter="A", business_on=ticket.business_on,
        service="A", lane="regular", language="ms", channel="kiosk", transactions=1, token="another",
    )  # fmt: skip

    with pytest.raises(Exception, match=r"(?i)unique"), a_turn(kept.store, "test") as turn:
        turn.draft.record(again)

    assert kept.again().floor.seq == 1


def test_every_event_of_a_ticket_is_told_with_its_ticket(kept: Kept) -> None:
    a_morning(kept.office)
    if isinstance(kept.store, SqlStore):
        other = kept.again()
        kept.office.next("K2")
        other.catch_up()
        assert other.floor == kept.store.floor
    told = kept.store.since(0)

    assert told is not None
    assert all(event.ticket in {seq for seq, _ in told} for _, event in told if isinstance(event, TicketEvent))
