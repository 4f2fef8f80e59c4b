"""Days that nobody would think of, in one file because one machine plays every deed against every store.

The same deeds are done in memory, in SQLite and in PostgreSQL, each with two processes that take turns at random,
over midnight, with full disks, repeated requests and restarts. There must be no difference: not in an answer, not in
a refusal, not in the floor; and what must always hold (`hold_true`) holds after every step.

`day_removed` is the one deed that is not played. Retention works on a database alone: what stays in memory has no
records to remove, so there would be nothing to compare with; and it takes whole days, once they are months old and
their figures and scores are kept. tests/sql/test_retention.py plays it on both databases, on
days of every kind of event.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter as Count
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine

from server.actions.block import Taken, reserve, settle
from server.actions.call_next import call_chosen, call_next
from server.actions.check_in import check_in, give_up
from server.actions.close_counter import close_counter
from server.actions.close_day import ClosedDay, close_day
from server.actions.count import count as count_transactions
from server.actions.delay import delay
from server.actions.finish import OUTCOMES, finish
from server.actions.hold import hold, resume
from server.actions.issue import issue
from server.actions.join import join
from server.actions.leave import leave
from server.actions.no_show import no_show, undo
from server.actions.notice import disrupt
from server.actions.notice import make as make_notice
from server.actions.notice import withdraw as withdraw_notice
from server.actions.office import Actor, Answer, Office
from server.actions.open_counter import open_counter
from server.actions.outages import Down, log_outages
from server.actions.plan_visit import plan_visit
from server.actions.playbook import begin as begin_play
from server.actions.playbook import stop as stop_play
from server.actions.playbook import tick as tick_step
from server.actions.printed import printed
from server.actions.rate import rate
from server.actions.recall import recall
from server.actions.recovery import act as act_on_case
from server.actions.recovery import give_cause, watch
from server.actions.restore import restore
from server.actions.serve import serve
from server.actions.transfer import POSITIONS, release_untaken, transfer
from server.actions.walk_direct import walk_direct
from server.domain import events as e
from server.domain.blocks import Block
from server.domain.branch import Branch, Calling, Join, Kiosk
from server.domain.charter import Promise
from server.domain.counter import CounterState
from server.domain.discipline import KINDS, Choice, Policy
from server.domain.errors import QueueError
from server.domain.floor import Draft, Floor, fold
from server.domain.notices import Notice
from server.domain.playbook import Play, Run
from server.domain.recovery import ACTIONS, CAUSES, Case
from server.domain.ticket import AT_COUNTER, Status, Ticket
from server.ports import Store
from server.schedule import turn_of_day_step
from sql.store import SqlStore
from tests.builders import FakeClock, a_branch, a_service
from tests.memory_store import MemoryStore
from tests.stores import FullDisk, a_database, founded, opened

pytestmark = pytest.mark.slow

_codes = itertools.count(1)
Action = Callable[..., object]

counters = st.sampled_from(["K1", "K2", "K3"])
services = st.sampled_from(["A", "F", "H"])
lanes = st.sampled_from(["regular", "regular", "regular", "elderly", "priority", "emergency"])
some_services = st.lists(services, min_size=1, max_size=2, unique=True)
officers = st.sampled_from([None, None, 1, 2, 3])
an_index = st.integers(0, 200)
FREE = frozenset[Status]()
IN_HAND, CALLED = AT_COUNTER, frozenset({Status.CALLED})
MISSED, HELD = frozenset({Status.NO_SHOW}), frozenset({Status.HELD})
a_process = st.integers(0, 1)


PLAY = Play(
    "late", {"ms": "Lewat"}, "warned", {"ms": "Penyelia"}, ({"ms": "Buka"}, {"ms": "Lapor"}), text={"ms": "Maaf."}
)


def a_branch_for(kind: str, guard: int, measure: str) -> Branch:
    """Everything happens a little sooner than in an office, so that a short day meets every case."""
    return a_branch(
        ["A", "F", a_service("H", letter="F", digits=4)],
        {"K1": "AF", "K2": "FH", "K3": "HFA"},
        code=f"R{next(_codes)}",
        policy=Policy(kind=kind, guard=guard, guard_after_s=120),
        calling=Calling(
            no_show_after_s=20, no_show_calls=1, recall_gap_s=5, missed_for_s=900, transfer_timeout_s=120, max_held=2
        ),
        join=Join(enabled=True, most=5, grace_s=90.0),
        kiosks=(Kiosk("main", offline_block=4),),
        plays=(PLAY,),
        promises=(Promise(measure=measure, within_s=120), Promise("H", "wait_to_call", 30.0)),
    )


def in_malay(key: str, values: Mapping[str, Any]) -> dict[str, str]:
    return {"ms": f"{key} {sorted(values.items())}"}


def a_printer(draft: Draft, now: datetime, *, minutes: int, is_back: bool) -> int:
    """What the watch over the devices writes down of one."""
    down = Down("printer", "main", "", None, now - timedelta(minutes=minutes))
    return log_outages(draft, now, [] if is_back else [down], {down.key} if is_back else ())


def told(result: object) -> object:
    """What an action returned, as a JSON body."""
    match result:
        case Ticket():
            return {"id": result.id, "number": result.number, "status": str(result.status)}
        case Choice():
            return {"number": result.ticket.number, "why": result.why, "run": result.run}
        case CounterState():
            return {"open": result.is_open}
        case ClosedDay():
            return {"day": result.business_on.isoformat(), "carried": result.carried, "closed": result.closed}
        case Block():
            return {"block": result.id, "first": dict(result.first)}
        case Case():
            return {"case": result.id, "level": str(result.level), "deeds": len(result.deeds)}
        case Run():
            return {"run": result.id, "done": [tick is not None for tick in result.ticks], "open": result.is_open}
        case Notice():
            return {"notice": result.id, "ends_at": result.ends_at.isoformat()}
        case _:
            return result


@dataclass
class Place:
    """One kind of store with its processes, of which any may take the next request."""

    branch: Branch
    processes: list[Store]
    again: Callable[[], Store]
    fill: Callable[[bool], None]

    def do(self, which: int, clock: FakeClock, action: Action, stated: dict[str, Any], key: str | None) -> object:
        """The answer, or the refusal with all its facts."""
        office = Office(self.processes[which % len(self.processes)], clock, lambda: None)

        def decide(draft: Draft, now: datetime) -> Answer:
            return Answer(200, {"told": told(action(draft, now, **stated))})

        asked = hashlib.sha256(repr((action.__name__, sorted(stated.items()))).encode()).hexdigest()
        try:
            answer = office.act(Actor("test"), decide, key=key, asked=asked)
        except QueueError as refused:
            return (type(refused).__name__, refused.facts)
        except OSError as failed:
            return str(failed)
        return (answer.status, answer.body, answer.repeated)

    def floors(self) -> list[Floor]:
        for process in self.processes:
            process.catch_up()
        return [process.floor for process in self.processes]

    def restart(self) -> None:
        self.processes = [self.again() for _ in self.processes]


def in_memory(branch: Branch) -> Place:
    store = MemoryStore(branch)

    def again() -> Store:
        store._floor = fold(branch, entries(store))
        return store

    def fill(full: bool) -> None:
        store.fails_to_write = full

    return Place(branch, [store], again, fill)


def in_a_database(engine: Engine, disk: FullDisk) -> Callable[[Branch], Place]:
    def place(branch: Branch) -> Place:
        def fill(full: bool) -> None:
            disk.is_full = full

        def again() -> SqlStore:
            return opened(engine, branch)

        return Place(branch, [founded(engine, branch), again()], again, fill)

    return place


def entries(store: MemoryStore) -> list[tuple[int, e.Event]]:
    return [(seq, event) for seq, _, event in store.journal]


def hold_true(floor: Floor, journal: Sequence[tuple[int, e.Event]]) -> None:
    """What is so at every moment of every branch."""
    open_ones = {ticket.id: ticket for ticket in floor.open_tickets()}

    # nobody is lost: issued = finished + no-show + left + open, counted from the journal alone
    kinds = Count(event.kind for _, event in journal)
    missed = kinds["ticket_no_show"] - kinds["ticket_restored"]
    assert kinds["ticket_issued"] == kinds["service_ended"] + missed + kinds["ticket_left"] + len(open_ones)

    # no number is in the hall twice, and none is given twice in a day
    assert len({ticket.number for ticket in open_ones.values()}) == len(open_ones)
    assert all(floor.numbers[ticket.number] == ticket.id for ticket in open_ones.values())
    given = [(event.business_on, event.number) for _, event in journal if isinstance(event, e.TicketIssued)]
    assert len(set(given)) == len(given)

    # no ticket is at two counters, and whoever is at a counter is in its hand
    in_hand = {state.code: state.ticket for state in floor.counters.values() if state.ticket is not None}
    assert len(set(in_hand.values())) == len(in_hand)
    at_counters = {ticket.counter: ticket.id for ticket in open_ones.values() if ticket.status in AT_COUNTER}
    assert at_counters == in_hand
    assert all(floor.counters[code].is_open for code in in_hand)
    on_duty = [s.duty.officer for s in floor.counters.values() if s.duty and s.duty.officer is not None]
    assert len(set(on_duty)) == len(on_duty)
    assert all((s.idle_since is None) == (s.ticket is not None or not s.is_open) for s in floor.counters.values())

    # everybody who waits stands in exactly one line, their own, and the lines are in order
    standing = [i for ids in floor.lines.values() for i in ids]
    assert sorted(standing) == sorted(i for i, ticket in open_ones.items() if ticket.status is Status.WAITING)
    for line, ids in floor.lines.items():
        assert ids
        assert {floor.tickets[i].line for i in ids} == {line}
        assert list(ids) == sorted(ids, key=lambda i: (floor.tickets[i].rank_at, i))
    # nobody is called, served or put aside who joined from outside and has not checked in
    assert all(ticket.status in (Status.WAITING, Status.LEFT) for ticket in floor.tickets.values() if ticket.is_absent)
    assert all(ticket.is_absent for ticket in floor.tickets.values() if ticket.passed_at is not None)
    aside = [ticket.id for ticket in floor.tickets.values() if ticket.status in (Status.HELD, Status.NO_SHOW)]
    assert sorted(floor.aside) == sorted(aside)

    # time runs forward, the rows are numbered without a gap, and the journal gives the floor
    moments = [event.at for _, event in journal]
    assert moments == sorted(moments)
    assert [seq for seq, _ in journal] == list(range(1, floor.seq + 1))
    assert fold(floor.branch, journal) == floor
    assert all(count >= 0 for tally in floor.tallies.values() for count in astuple(tally))


class RandomDay(RuleBasedStateMachine):
    """A branch to which anything may happen next; most of it makes sense at the moment, some of it never does."""

    places: Sequence[Callable[[Branch], Place]] = ()

    @initialize(kind=st.sampled_from(KINDS), guard=st.integers(0, 2), measure=st.sampled_from(["wait", "sojourn"]))
    def begin(self, kind: str, guard: int, measure: str) -> None:
        self.clock = FakeClock()
        branch = a_branch_for(kind, guard, measure)
        self.at = [place(branch) for place in self.places]
        self.asked: list[tuple[Action, dict[str, Any], str]] = []
        self.serial = itertools.count(1)
        for counter, officer in (("K1", None), ("K2", 2), ("K3", 3)):
            self.act(open_counter, counter=counter, officer=officer)
        for service in "AFH":
            self.act(issue, service=service, token=self.a_token())

    def has(self, statuses: frozenset[Status]) -> bool:
        """Whether there is a ticket in one of these states; none given: whether a counter is free."""
        if not statuses:
            return any(state.is_open and state.ticket is None for state in self.floor.counters.values())
        return any(ticket.status in statuses for ticket in self.floor.tickets.values())

    def act(self, action: Action, process: int = 0, key: str | None = None, **stated: Any) -> object:
        """Let it happen everywhere; the one answer that all give."""
        if key is None:
            key = f"key-{next(self.serial)}"
            self.asked.append((action, stated, key))
        answers = [place.do(process, self.clock, action, stated, key) for place in self.at]
        assert all(answer == answers[0] for answer in answers), (action.__name__, stated, answers)
        self.look()
        return answers[0]

    def look(self) -> None:
        floors = [floor for place in self.at for floor in place.floors()]
        for floor in floors[1:]:
            differ = [
                f.name for f in fields(Floor) if f.compare and getattr(floor, f.name) != getattr(floors[0], f.name)
            ]
            assert differ == [], [(getattr(floors[0], name), getattr(floor, name)) for name in differ]
        memory = self.at[0].processes[0]
        assert isinstance(memory, MemoryStore)
        hold_true(floors[0], entries(memory))

    @property
    def floor(self) -> Floor:
        return self.at[0].processes[0].floor

    def a_token(self) -> str:
        return f"{self.floor.branch.code}-{next(self.serial)}"

    def a_counter(self, index: int, *statuses: Status) -> str:
        """One whose customer is in one of these states (none given: nobody in hand), where there is one."""
        codes = [counter.code for counter in self.floor.branch.counters]
        fit = []
        for code in codes:
            ticket = self.floor.serving(code)
            if self.floor.counter(code).is_open and (ticket.status in statuses if ticket else not statuses):
                fit.append(code)
        return (fit or codes)[index % len(fit or codes)]

    def a_ticket(self, index: int, *statuses: Status) -> Ticket | None:
        found = [ticket for ticket in self.floor.tickets.values() if ticket.status in statuses]
        return found[index % len(found)] if found else None

    def a_number(self, index: int, *statuses: Status) -> str:
        ticket = self.a_ticket(index, *statuses)
        return ticket.number if ticket else "A999"

    @rule(process=a_process, service=services, lane=lanes)
    def somebody_takes_a_number(self, process: int, service: str, lane: str) -> None:
        self.act(issue, process, service=service, lane=lane, token=self.a_token())

    @rule(process=a_process, visit=st.lists(services, min_size=1, max_size=3))
    def somebody_has_more_than_one_thing_to_do(self, process: int, visit: list[str]) -> None:
        self.act(issue, process, service=visit[0], further=tuple(visit[1:]), token=self.a_token())

    @precondition(lambda day: day.has(IN_HAND))
    @rule(process=a_process, index=an_index, visit=st.lists(services, max_size=2))
    def an_officer_plans_what_follows(self, process: int, index: int, visit: list[str]) -> None:
        counter = self.a_counter(index, Status.CALLED, Status.SERVING)
        self.act(plan_visit, process, counter=counter, services=tuple(visit))

    @rule(process=a_process, service=services, lane=lanes, comes=st.booleans())
    def somebody_joins_from_outside(self, process: int, service: str, lane: str, comes: bool) -> None:
        self.act(join, process, service=service, lane=lane, token=self.a_token())
        if comes:
            self.act(check_in, process, ticket_id=self.floor.seq, by="code")

    @rule(process=a_process, index=an_index, seconds=st.sampled_from([0, 100]))
    def somebody_from_outside_checks_in(self, process: int, index: int, seconds: float) -> None:
        absent = self.floor.absent()
        self.clock.advance(seconds=seconds)
        self.act(give_up, process)
        self.act(check_in, process, ticket_id=absent[index % len(absent)].id if absent else index, by="officer")

    @rule(process=a_process, how_many=st.integers(2, 5), service=services)
    def a_family_comes(self, process: int, how_many: int, service: str) -> None:
        for _ in range(how_many):
            self.act(issue, process, service=service, token=self.a_token())

    @rule(process=a_process, outcome=st.sampled_from(OUTCOMES))
    def every_counter_presses_next(self, process: int, outcome: str) -> None:
        for counter in ("K1", "K2", "K3"):
            self.act(call_next, process, counter=counter, outcome=outcome)

    @precondition(lambda day: day.has(FREE))
    @rule(process=a_process, index=an_index, serves=st.booleans(), seconds=st.sampled_from([0, 5, 25, 300]))
    def somebody_is_called(self, process: int, index: int, serves: bool, seconds: float) -> None:
        counter = self.a_counter(index)
        self.act(call_next, process, counter=counter)
        self.clock.advance(seconds=seconds)
        if serves:
            self.act(serve, process, counter=counter)

    @precondition(lambda day: day.has(FREE))
    @rule(process=a_process, index=an_index, chosen=st.sampled_from([Status.WAITING, Status.NO_SHOW, Status.HELD]))
    def a_number_is_chosen(self, process: int, index: int, chosen: Status) -> None:
        number = self.a_number(index, chosen)
        self.act(call_chosen, process, counter=self.a_counter(index), number=number, reason="asked")

    @precondition(lambda day: day.has(CALLED))
    @precondition(lambda day: day.has(AT_COUNTER))
    @rule(process=a_process, index=an_index, transactions=st.sampled_from([1, 2, 999, 1000]))
    def transactions_are_counted(self, process: int, index: int, transactions: int) -> None:
        counter = self.a_counter(index, Status.CALLED, Status.SERVING)
        self.act(count_transactions, process, counter=counter, transactions=transactions)

    @rule(process=a_process, count=st.sampled_from([0, 1, 3]), ago=st.sampled_from([0, 90, 900]), is_over=st.booleans())
    def a_kiosk_gave_numbers_by_itself(self, process: int, count: int, ago: int, is_over: bool) -> None:
        self.act(reserve, process, kiosk="main")
        for block in [one for one in self.floor.blocks if not one.is_returned]:
            tapped_at = self.clock.now() - timedelta(seconds=ago)
            given = [
                Taken(number, number[0], "regular", "ms", f"{self.floor.branch.code}-{block.id}-{number}", tapped_at)
                for number in block.unused[:count]
            ]
            for _ in range(2):
                self.act(settle, process, kiosk="main", block_id=block.id, taken=given, is_over=is_over)

    @rule(process=a_process, text=st.sampled_from(["Sila tunggu.", "Kebakaran"]), minutes=st.sampled_from([1, 90, 721]))
    def everybody_is_told_something(self, process: int, text: str, minutes: int) -> None:
        self.act(make_notice, process, text={"ms": text}, minutes=minutes)
        if minutes == 1:
            self.act(withdraw_notice, process, notice=self.floor.seq)

    @rule(process=a_process)
    def promises_are_watched(self, process: int) -> None:
        self.act(watch, process, say=in_malay)

    @rule(
        process=a_process, index=an_index, counter=counters, cause=st.sampled_from([*CAUSES, "weather"]),
        deed=st.sampled_from([*ACTIONS, "shout"]), officer=officers,
    )  # fmt: skip
    def a_supervisor_answers_for_a_promise(
        self, process: int, index: int, counter: str, cause: str, deed: str, officer: int | None
    ) -> None:
        cases = self.floor.cases
        case = cases[index % len(cases)].id if cases else 999
        self.act(give_cause, process, case=case, cause=cause, say=in_malay, officer=officer)
        self.act(act_on_case, process, case=case, deed=deed, counter=counter, to="K3", officer=officer)

    @rule(
        process=a_process, index=an_index, play=st.sampled_from(["late", "gone"]), step=st.sampled_from([1, 2, 3]),
        is_done=st.booleans(), tells=st.booleans(), officer=officers,
    )  # fmt: skip
    def a_supervisor_runs_a_play(
        self, process: int, index: int, play: str, step: int, is_done: bool, tells: bool, officer: int | None
    ) -> None:
        cases, runs = self.floor.cases, self.floor.runs
        case = cases[index % len(cases)].id if cases and tells else None
        self.act(begin_play, process, play=play, case=case, tells=tells, officer=officer)
        run = runs[index % len(runs)].id if runs else self.floor.seq
        self.act(tick_step, process, run=run, step=step, is_done=is_done, officer=officer)
        if step == 3:
            self.act(stop_play, process, run=run, note="Sudah pulih", officer=officer)

    @rule(process=a_process, minutes=st.integers(0, 300), is_back=st.booleans())
    def the_printer_fails_or_prints_again(self, process: int, minutes: int, is_back: bool) -> None:
        self.act(a_printer, process, minutes=minutes, is_back=is_back)

    @rule(process=a_process, template=st.sampled_from(["disruption.system", "disruption.power", "other"]))
    def the_hall_stands_still(self, process: int, template: str) -> None:
        self.act(disrupt, process, template=template, text={"ms": "Sistem kami terganggu."}, minutes=30)

    @rule(process=a_process, index=an_index, deed=st.sampled_from([recall, serve]))
    def something_is_done_with_one_who_was_called(self, process: int, index: int, deed: Action) -> None:
        self.act(deed, process, counter=self.a_counter(index, Status.CALLED))

    @precondition(lambda day: day.has(IN_HAND))
    @rule(process=a_process, index=an_index, outcome=st.sampled_from(OUTCOMES))
    def somebody_is_done(self, process: int, index: int, outcome: str) -> None:
        self.act(finish, process, counter=self.a_counter(index, Status.CALLED, Status.SERVING), outcome=outcome)

    @precondition(lambda day: day.has(CALLED))
    @rule(process=a_process, index=an_index, then=st.sampled_from(["nothing", "undo", "undo too late", "return"]))
    def somebody_does_not_come(self, process: int, index: int, then: str) -> None:
        counter = self.a_counter(index, Status.CALLED)
        ticket = self.floor.serving(counter)
        self.clock.advance(seconds=20)
        self.act(no_show, process, counter=counter)
        self.clock.advance(seconds=11 if then == "undo too late" else 9)
        if then.startswith("undo"):
            self.act(undo, process, counter=counter)
        elif then == "return" and ticket is not None:
            self.act(restore, process, counter=counter, number=ticket.number)

    @precondition(lambda day: day.has(MISSED))
    @rule(process=a_process, index=an_index)
    def a_missed_number_comes_back(self, process: int, index: int) -> None:
        self.act(restore, process, counter=self.a_counter(index), number=self.a_number(index, Status.NO_SHOW))

    @precondition(lambda day: day.has(IN_HAND))
    @rule(process=a_process, index=an_index, minutes=st.sampled_from([5, 10]))
    def somebody_is_put_aside(self, process: int, index: int, minutes: int) -> None:
        counter = self.a_counter(index, Status.SERVING, Status.CALLED)
        self.act(hold, process, counter=counter, reason="form", remind_minutes=minutes)

    @precondition(lambda day: day.has(HELD))
    @rule(process=a_process, index=an_index)
    def somebody_is_taken_up_again(self, process: int, index: int) -> None:
        self.act(resume, process, counter=self.a_counter(index), number=self.a_number(index, Status.HELD))

    @precondition(lambda day: day.has(IN_HAND))
    @rule(
        process=a_process,
        index=an_index,
        aim=st.sampled_from(["service", "service", "counter", "officer", "counter and service"]),
        service=services,
        position=st.sampled_from(POSITIONS),
    )
    def somebody_is_sent_on(self, process: int, index: int, aim: str, service: str, position: str) -> None:
        self.act(
            transfer,
            process,
            counter=self.a_counter(index, Status.SERVING, Status.CALLED),
            to_service=service if "service" in aim else None,
            to_counter=f"K{1 + index % 3}" if "counter" in aim else None,
            to_officer=1 + index % 3 if aim == "officer" else None,
            position=position,
            note="நன்றி",
        )

    @precondition(lambda day: day.has(FREE))
    @rule(process=a_process, index=an_index, service=services)
    def somebody_walks_up(self, process: int, index: int, service: str) -> None:
        self.act(walk_direct, process, counter=self.a_counter(index), service=service, token=self.a_token())

    @rule(process=a_process, index=an_index, status=st.sampled_from([Status.WAITING, Status.WAITING, Status.CALLED]))
    def somebody_runs_late(self, process: int, index: int, status: Status) -> None:
        ticket = self.a_ticket(index, status)
        self.act(delay, process, ticket_id=ticket.id if ticket else index)

    @precondition(lambda day: day.has(IN_HAND))
    @rule(process=a_process, index=an_index, said=st.lists(st.integers(0, 6), min_size=1, max_size=3))
    def somebody_says_how_it_was(self, process: int, index: int, said: list[int]) -> None:
        counter = self.a_counter(index, Status.CALLED, Status.SERVING)
        ticket = self.floor.serving(counter)
        self.act(finish, process, counter=counter)
        if ticket is not None:
            over = replace(ticket, status=Status.FINISHED, ended_at=self.floor.last_at)
            for rating in said:
                self.act(rate, process, ticket=over, rating=rating)
                self.clock.advance(seconds=200)

    @rule(process=a_process, index=an_index, status=st.sampled_from(Status))
    def somebody_leaves(self, process: int, index: int, status: Status) -> None:
        ticket = self.a_ticket(index, status)
        self.act(leave, process, ticket_id=ticket.id if ticket else index)

    @rule(process=a_process, index=an_index, fault=st.sampled_from(["", "paper_out"]), status=st.sampled_from(Status))
    def a_printer_reports(self, process: int, index: int, fault: str, status: Status) -> None:
        ticket = self.a_ticket(index, status)
        self.act(printed, process, ticket_id=ticket.id if ticket else index, fault=fault)

    @rule(process=a_process, counter=counters, officer=officers, of=st.none() | some_services, take_over=st.booleans())
    def a_counter_opens(
        self, process: int, counter: str, officer: int | None, of: list[str] | None, take_over: bool
    ) -> None:
        self.act(open_counter, process, counter=counter, officer=officer, services=of, take_over=take_over)

    @precondition(lambda day: day.has(FREE))
    @rule(process=a_process, index=an_index, officer=officers, opens=st.booleans())
    def a_counter_closes(self, process: int, index: int, officer: int | None, opens: bool) -> None:
        counter = self.a_counter(index)
        self.act(close_counter, process, counter=counter, officer=officer, reason="prayer")
        if opens:
            self.act(open_counter, process, counter=counter, officer=officer)

    @rule(seconds=st.sampled_from([0.001, 1, 5, 20, 130, 600, 3600]), process=a_process)
    def time_passes(self, seconds: float, process: int) -> None:
        self.clock.advance(seconds=seconds)
        self.act(release_untaken, process)

    @rule(process=a_process, index=an_index)
    def a_request_is_repeated(self, process: int, index: int) -> None:
        action, stated, key = self.asked[-1 - index % min(8, len(self.asked))]
        before = self.floor
        answer = self.act(action, process, key, **stated)
        if isinstance(answer, tuple) and answer[-1] is True:
            assert self.floor == before
            changed = self.act(action, process, key, **(stated | {"counter": "K4"}))
            assert isinstance(changed, tuple)
            assert changed[0] == "KeyReused"

    @rule(process=a_process, index=an_index, counter=counters)
    def something_senseless_is_asked(self, process: int, index: int, counter: str) -> None:
        senseless: list[tuple[Action, dict[str, Any]]] = [
            (call_next, {"outcome": "nonsense"}),
            (call_chosen, {"number": "A001", "reason": " "}),
            (resume, {"number": self.a_number(index, Status.WAITING)}),
            (restore, {"number": self.a_number(index, Status.CALLED, Status.SERVING)}),
            (hold, {"reason": "form", "remind_minutes": 99}),
            (transfer, {}),
            (transfer, {"to_service": "Z"}),
            (transfer, {"to_counter": "K1", "to_officer": 1}),
            (open_counter, {"services": []}),
            (open_counter, {"services": ["Z"]}),
            (close_counter, {"reason": ""}),
            (finish, {"officer": 99}),
            (serve, {}),
            (no_show, {}),
            (undo, {}),
        ]
        action, stated = senseless[index % len(senseless)]
        self.act(action, process, counter=counter, **stated)

    @rule(
        process=a_process,
        waiting=st.sampled_from(["", "carry", "carry", "close"]),
        reason=st.sampled_from(["", "storm"]),
        opens=st.booleans(),
    )
    def the_day_is_closed(self, process: int, waiting: str, reason: str, opens: bool) -> None:
        self.act(close_day, process, waiting=waiting, reason=reason)
        if opens:
            self.act(open_counter, process, counter="K1", officer=1)

    @rule(hours=st.sampled_from([3, 14, 24, 80]), swept=st.booleans(), process=a_process)
    def a_night_passes(self, hours: int, swept: bool, process: int) -> None:
        self.clock.advance(hours=hours)
        if swept:
            day = self.floor.business_on
            turned = [turn_of_day_step(self.office_of(place, process)) for place in self.at]
            self.look()
            assert turned == [turned[0]] * len(turned)
            assert turned[0] or self.floor.business_on == self.floor.branch.business_on(self.clock.now()) == day
            assert not any(turn_of_day_step(self.office_of(place, process)) for place in self.at)
        for counter in ("K1", "K2", "K3"):
            self.act(open_counter, process, counter=counter)

    def office_of(self, place: Place, process: int) -> Office:
        return Office(place.processes[process % len(place.processes)], self.clock, lambda: None)

    @rule(process=a_process, index=an_index, seconds=st.sampled_from([1, 59, 3600]))
    def the_clock_is_set_back(self, process: int, index: int, seconds: float) -> None:
        """It is put right again after one request."""
        self.clock.advance(seconds=-seconds)
        self.act(call_next, process, counter=self.a_counter(index))
        self.clock.advance(seconds=seconds)

    @rule(process=a_process, index=an_index)
    def the_disk_is_full(self, process: int, index: int) -> None:
        before = self.floor
        for place in self.at:
            place.fill(True)
        try:
            self.act(call_next, process, counter=self.a_counter(index))
        finally:
            for place in self.at:
                place.fill(False)
        assert self.floor == before

    @rule()
    def the_server_is_restarted(self) -> None:
        for place in self.at:
            place.restart()
        self.look()

    def teardown(self) -> None:
        if hasattr(self, "at"):
            self.the_server_is_restarted()


def played(places: Sequence[Callable[[Branch], Place]], *, days: int, deeds: int, phases: Sequence[Phase]) -> None:
    class ThisRandomDay(RandomDay):
        pass

    ThisRandomDay.places = places
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        ThisRandomDay,
        settings=settings(max_examples=days, stateful_step_count=deeds, phases=phases, suppress_health_check=checks),
    )


@contextmanager
def databases(*urls: str) -> Iterator[list[Callable[[Branch], Place]]]:
    with ExitStack() as stack:
        engines = [stack.enter_context(a_database(url)) for url in urls]
        yield [in_a_database(engine, FullDisk(engine)) for engine in engines]


def test_whatever_happens_in_whatever_order_the_branch_stays_right() -> None:
    played([in_memory], days=60, deeds=60, phases=(Phase.generate, Phase.shrink))


@pytest.mark.soak
@pytest.mark.slow
def test_whatever_happens_memory_sqlite_and_postgresql_never_differ(tmp_path: Path, postgresql_url: str) -> None:
    """What fails here is not made small, which would take an hour: the test above does, or this one in memory."""
    with databases(f"sqlite:///{tmp_path}/office.db", postgresql_url) as kept:
        played([in_memory, *kept], days=30, deeds=60, phases=(Phase.generate,))
