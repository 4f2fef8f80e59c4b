"""Branches, tickets and whole offices for tests: a test states what matters to it, everything else is ordinary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import pytest

from server.actions.call_next import call_chosen, call_next
from server.actions.check_in import check_in, give_up
from server.actions.close_counter import close_counter
from server.actions.close_day import ClosedDay, close_day
from server.actions.count import count as count_transactions
from server.actions.delay import delay
from server.actions.finish import finish
from server.actions.hold import hold, resume
from server.actions.issue import issue
from server.actions.join import join
from server.actions.leave import leave
from server.actions.no_show import no_show, undo
from server.actions.office import Actor, Answer, Office
from server.actions.open_counter import open_counter
from server.actions.plan_visit import plan_visit
from server.actions.printed import printed
from server.actions.rate import rate
from server.actions.recall import recall
from server.actions.restore import restore
from server.actions.serve import serve
from server.actions.transfer import release_untaken, transfer
from server.actions.walk_direct import walk_direct
from server.domain.branch import Branch
from server.domain.counter import Counter, CounterState
from server.domain.discipline import Choice, Policy
from server.domain.errors import QueueError
from server.domain.events import Event
from server.domain.floor import Draft, Floor, fold
from server.domain.queue import Lane, Service
from server.domain.ticket import Leg, Ticket
from server.forecast.seer import look_ahead
from server.ports import Store
from server.reports.learn import learn
from tests.memory_store import MemoryStore

P = ParamSpec("P")
T = TypeVar("T")

OPENING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 08:00 in Kuala Lumpur: midnight in UTC."""

KUALA_LUMPUR = ZoneInfo("Asia/Kuala_Lumpur")


class FakeClock:
    """Stands still until it is advanced."""

    def __init__(self, now: datetime = OPENING) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now

    def advance(self, **span: float) -> datetime:
        """`advance(minutes=5)`, with the names that timedelta has."""
        self._now += timedelta(**span)
        return self._now


def a_service(code: str = "A", **stated: Any) -> Service:
    ordinary: dict[str, Any] = {"letter": code, "name": {"ms": f"Perkhidmatan {code}"}, "minutes": 5.0}
    return Service(code, **(ordinary | stated))


def a_branch(services: Sequence[str | Service] = "AF", counters: Any = ("K1", "K2"), **stated: Any) -> Branch:
    """Every counter does every service, unless `counters` is a mapping: {"K1": "A", "K2": "AF"}."""
    offered = tuple(a_service(s) if isinstance(s, str) else s for s in services)
    able = counters if isinstance(counters, dict) else dict.fromkeys(counters, tuple(s.code for s in offered))
    ordinary: dict[str, Any] = {"code": "KL01", "name": {"ms": "Kaunter Utama"}, "timezone": KUALA_LUMPUR}
    return Branch(
        services=offered,
        counters=tuple(Counter(code, code[1:], tuple(services)) for code, services in able.items()),
        **(ordinary | stated),
    )


def a_ticket(number: str = "A001", *, lane: str = "regular", minutes: float = 0, **stated: Any) -> Ticket:
    """A waiting ticket, issued `minutes` after the opening; its service is the letter of its number."""
    issued_at = stated.pop("issued_at", OPENING + timedelta(minutes=minutes))
    service = stated.pop("service", number[0])
    ordinary: dict[str, Any] = {
        "id": int(number[1:]), "business_on": issued_at.astimezone(KUALA_LUMPUR).date(), "language": "ms",
        "channel": "kiosk", "transactions": 1, "token": f"token-{number}", "rank_at": issued_at,
        "legs": (Leg(service=service, joined_at=issued_at),),
    }  # fmt: skip
    return Ticket(number=number, lane=Lane(lane), service=service, issued_at=issued_at, **(ordinary | stated))


def a_floor(branch: Branch | None = None, *events: Event) -> Floor:
    """The floor after `events`, numbered from 1."""
    draft = Floor(branch or a_branch()).draft()
    for event in events:
        draft.record(event)
    return draft.settled()


def a_draft(branch: Branch | None = None, *events: Event) -> Draft:
    return a_floor(branch, *events).draft()


@dataclass
class AnOffice:
    """A branch at work, and what people do there, one word each; `published` counts the pokes to the screens.

    Every word takes the branch's turn through `Office.act`, as the API and the pages do. `key` and `by` may be given
    to each: an idempotency key, and the officer who does it.
    """

    store: Store
    clock: FakeClock
    tokens: str = "token"
    published: int = 0
    serial: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.office = Office(self.store, self.clock, self._publish)

    def _publish(self) -> None:
        self.published += 1

    @property
    def floor(self) -> Floor:
        return self.store.floor

    def do(self, action: Callable[Concatenate[Draft, datetime, P], T], *args: P.args, **named: P.kwargs) -> T:
        """What the action returns; what it refuses is raised."""
        returned: list[T] = []

        def decide(draft: Draft, now: datetime) -> Answer:
            returned.append(action(draft, now, *args, **named))
            return Answer(200)

        self.office.act(Actor("test"), decide)
        return returned[0]

    def issue(self, service: str = "A", lane: str = "regular", **named: Any) -> Ticket:
        named.setdefault("token", f"{self.tokens}-{next(self.serial)}")
        return self.do(issue, service=service, lane=lane, **named)

    def foresee(self) -> None:
        """Let everybody be told how long they will wait, as the look-ahead sees it from the guesses alone."""
        past = learn(self.floor.branch, [])
        self.floor.outlook.forecast = look_ahead(self.floor, past, self.clock.now())

    def join(self, service: str = "A", lane: str = "regular", **named: Any) -> Ticket:
        """A number taken from outside."""
        named.setdefault("token", f"{self.tokens}-{next(self.serial)}")
        return self.do(join, service=service, lane=lane, **named)

    def check_in(self, ticket_id: int, by: str = "code") -> Ticket:
        return self.do(check_in, ticket_id, by)

    def give_up(self) -> int:
        return self.do(give_up)

    def issue_many(self, how_many: int, service: str = "A", lane: str = "regular") -> list[Ticket]:
        return [self.issue(service, lane) for _ in range(how_many)]

    def open(self, counter: str = "K1", **named: Any) -> CounterState:
        return self.do(open_counter, counter, **named)

    def close(self, counter: str = "K1", reason: str = "rest", **named: Any) -> CounterState:
        return self.do(close_counter, counter, reason, **named)

    def next(self, counter: str = "K1", **named: Any) -> Choice | None:
        return self.do(call_next, counter, **named)

    def call_next(self, counter: str = "K1", **named: Any) -> Ticket:
        """The ticket that "next" calls, where somebody waits."""
        choice = self.next(counter, **named)
        assert choice is not None, "nobody waits"
        return choice.ticket

    def numbers_called(self, counter: str = "K1", how_many: int = 1000) -> list[str]:
        """The numbers that so many presses of "next" call, as far as there are any."""
        found: list[str] = []
        while len(found) < how_many and (choice := self.next(counter)) is not None:
            found.append(choice.ticket.number)
        return found

    def call(self, number: str, counter: str = "K1", reason: str = "asked for", **named: Any) -> Ticket:
        return self.do(call_chosen, counter, number, reason, **named)

    def recall(self, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(recall, counter, **named)

    def serve(self, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(serve, counter, **named)

    def finish(self, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(finish, counter, **named)

    def count(self, transactions: int, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(count_transactions, counter, transactions, **named)

    def plan(self, *services: str, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(plan_visit, counter, services, **named)

    def no_show(self, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(no_show, counter, **named)

    def miss(self, counter: str = "K1") -> Ticket:
        """The one in hand does not come: called again, waited for, marked."""
        self.clock.advance(seconds=30)
        self.recall(counter)
        self.clock.advance(seconds=31)
        return self.no_show(counter)

    def undo(self, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(undo, counter, **named)

    def restore(self, number: str, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(restore, counter, number, **named)

    def hold(self, counter: str = "K1", reason: str = "form", **named: Any) -> Ticket:
        return self.do(hold, counter, reason, **named)

    def resume(self, number: str, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(resume, counter, number, **named)

    def transfer(self, counter: str = "K1", **named: Any) -> Ticket:
        return self.do(transfer, counter, **named)

    def release_untaken(self) -> int:
        return self.do(release_untaken)

    def walk_direct(self, counter: str = "K1", service: str = "A", **named: Any) -> Ticket:
        return self.do(walk_direct, counter, service, f"{self.tokens}-{next(self.serial)}", **named)

    def leave(self, ticket_id: int, **named: Any) -> Ticket:
        return self.do(leave, ticket_id, **named)

    def delay(self, ticket_id: int, **named: Any) -> Ticket:
        return self.do(delay, ticket_id, **named)

    def rate(self, ticket: Ticket, rating: int, **named: Any) -> int:
        return self.do(rate, ticket, rating, **named)

    def printed(self, ticket_id: int, fault: str = "") -> Ticket:
        return self.do(printed, ticket_id, fault)

    def close_day(self, waiting: str = "", reason: str = "", **named: Any) -> ClosedDay:
        return self.do(close_day, waiting, reason, **named)

    def ticket(self, number: str) -> Ticket:
        return self.floor.ticket_numbered(number)

    @property
    def journal(self) -> list[Event]:
        """Everything that ever happened, where the store is in memory."""
        assert isinstance(self.store, MemoryStore)
        return [event for _, _, event in self.store.journal]

    def refusal(self, action: Callable[..., object], *args: Any, **named: Any) -> QueueError:
        """The refusal that a word meets; that it meets one is asserted, and that nothing at all has happened."""
        before = self.floor
        with pytest.raises(QueueError) as refused:
            action(*args, **named)
        assert self.floor == before, f"{refused.value}, and yet something happened"
        return refused.value


def an_office(branch: Branch | None = None, *, store: Store | None = None, **stated: Any) -> AnOffice:
    """An office in memory at opening time; what is stated goes to its branch (`policy=`, `calling=`, …)."""
    return AnOffice(store or MemoryStore(branch or a_branch(**stated)), FakeClock())


def fold_of(office: AnOffice) -> Floor:
    """What the journal alone gives, of an office in memory."""
    assert isinstance(office.store, MemoryStore)
    return fold(office.floor.branch, [(seq, event) for seq, _, event in office.store.journal])


def no_guard(kind: str = "head_start", **stated: Any) -> Policy:
    return Policy(kind=kind, guard=0, **stated)
