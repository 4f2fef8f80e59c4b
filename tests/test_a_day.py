"""One long day lived at a branch: four hundred customers, six counters, and nobody lost, doubled or starved.

A small simulator with a fixed seed walks the hall through the actions, minute by minute, the way that people do:
arrivals in waves, priority lanes, officers on lunch, no-shows who return or do not, forms to fill in, transfers,
people who give up. At the end everybody and every minute is accounted for, from the journal alone.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter as Count
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from statistics import fmean

import pytest

from server.domain import events as e
from server.domain.charter import verdict
from server.domain.discipline import Policy
from server.domain.errors import TooManyHeld
from server.domain.floor import fold
from server.domain.measures import of_leg, of_ticket
from server.domain.ticket import Status, Ticket, issued
from tests.builders import OPENING, AnOffice, a_branch, a_service, an_office

pytestmark = pytest.mark.slow

CUSTOMERS = 420
MINUTES = {"A": 5.0, "F": 7.0, "H": 2.5, "J": 6.0}
COUNTERS = {"K1": "AF", "K2": "AF", "K3": "AFJ", "K4": "HJ", "K5": "AFHJ", "K6": "FAJ"}
LANES = ["regular"] * 82 + ["elderly"] * 9 + ["priority"] * 5 + ["pregnant"] * 3 + ["emergency"]


@dataclass
class Hall:
    """The branch, its customers and its officers; `plans` holds what will be done and when."""

    office: AnOffice
    chance: random.Random
    plans: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    order: count[int] = field(default_factory=count)
    resting: set[str] = field(default_factory=set)
    lunches: dict[str, datetime] = field(default_factory=dict)
    resigned: set[str] = field(default_factory=set)

    def plan(self, minutes: float, deed: Callable[[], None]) -> None:
        at = self.office.clock.now() + timedelta(milliseconds=round(max(0.0, minutes) * 60_000))
        heapq.heappush(self.plans, (at, next(self.order), deed))

    def live(self) -> None:
        while self.plans:
            at, _, deed = heapq.heappop(self.plans)
            self.office.clock.set(at)
            deed()

    def customer_comes(self) -> None:
        service = self.chance.choices(list(MINUTES), [35, 30, 20, 15])[0]
        ticket = self.office.issue(service, self.chance.choice(LANES), language=self.chance.choice(["ms", "en", "ta"]))
        if self.chance.random() < 0.02:
            self.plan(self.chance.uniform(5, 40), lambda: self.customer_gives_up(ticket))
        for counter in COUNTERS:
            if self.is_free(counter):
                self.officer_presses_next(counter)
                break

    def customer_gives_up(self, ticket: Ticket) -> None:
        now = self.office.floor.tickets.get(ticket.id)
        if now is not None and now.status is Status.WAITING:
            self.office.leave(ticket.id)

    def is_free(self, counter: str) -> bool:
        state = self.office.floor.counter(counter)
        return state.is_open and state.ticket is None

    def officer_presses_next(self, counter: str) -> None:
        state = self.office.floor.counter(counter)
        if not state.is_open:
            return
        lunch = self.lunches.get(counter)
        if lunch is not None and self.office.clock.now() >= lunch:
            if state.ticket is not None:
                self.office.finish(counter)
            self.office.close(counter, "lunch")
            del self.lunches[counter]
            self.plan(45, lambda: self.officer_comes(counter))
            return
        choice = self.office.next(counter, outcome=self.chance.choice(["done", "done", "referred", "come_again"]))
        if choice is not None:
            if self.chance.random() < 0.06:
                self.plan(0.5, lambda: self.nobody_comes(counter, choice.ticket))
            else:
                self.plan(self.chance.uniform(0.2, 1.2), lambda: self.customer_steps_up(counter, choice.ticket))

    def officer_comes(self, counter: str) -> None:
        self.office.open(counter, officer=int(counter[1:]))
        self.officer_presses_next(counter)

    def customer_steps_up(self, counter: str, ticket: Ticket) -> None:
        self.office.serve(counter)
        self.plan(self.chance.expovariate(1 / MINUTES[ticket.service]), lambda: self.service_goes_on(counter, ticket))

    def service_goes_on(self, counter: str, ticket: Ticket) -> None:
        fate = self.chance.random()
        if fate < 0.05:
            try:
                self.office.hold(counter, "a form to fill in")
            except TooManyHeld:
                pass
            else:
                self.plan(self.chance.uniform(4, 12), lambda: self.form_is_filled_in(ticket))
        elif fate < 0.15:
            other = self.chance.choice([s for s in MINUTES if s != ticket.service])
            self.office.transfer(counter, to_service=other, position=self.chance.choice(["arrival", "last", "first"]))
        elif fate < 0.18:
            self.office.transfer(counter, to_counter="K5", note="to the supervisor")
        self.officer_presses_next(counter)

    def form_is_filled_in(self, ticket: Ticket) -> None:
        free = next((counter for counter in COUNTERS if self.is_free(counter)), None)
        if free is None:
            self.plan(1, lambda: self.form_is_filled_in(ticket))
            return
        resumed = self.office.resume(ticket.number, free)
        self.plan(self.chance.uniform(1, 3), lambda: self.service_goes_on(free, resumed))

    def nobody_comes(self, counter: str, ticket: Ticket) -> None:
        serving = self.office.floor.serving(counter)
        if serving is None or serving.id != ticket.id:
            return
        if serving.leg.calls < 2:
            self.office.recall(counter)
            self.plan(0.6, lambda: self.nobody_comes(counter, ticket))
            return
        self.office.no_show(counter)
        if self.chance.random() < 0.3:
            self.office.clock.advance(seconds=4)
            self.office.undo(counter)
            self.customer_steps_up(counter, ticket)
            return
        if self.chance.random() < 0.5:
            self.plan(self.chance.uniform(2, 20), lambda: self.customer_comes_after_all(ticket))
        self.officer_presses_next(counter)

    def customer_comes_after_all(self, ticket: Ticket) -> None:
        self.office.restore(ticket.number, next(c for c in COUNTERS if self.office.floor.counter(c).is_open))

    def sweep(self) -> None:
        self.office.release_untaken()
        for counter in COUNTERS:
            if self.is_free(counter):
                self.officer_presses_next(counter)


@pytest.fixture(scope="module")
def day() -> AnOffice:
    """A Monday from 08:00, until the last customer is gone in the evening, and closed."""
    services = [a_service(code, minutes=minutes) for code, minutes in MINUTES.items()]
    office = an_office(a_branch(services, COUNTERS, policy=Policy()))
    hall = Hall(office, random.Random(20260302))
    for counter in COUNTERS:
        hall.plan(0, partial(hall.officer_comes, counter))
        hall.lunches[counter] = OPENING + timedelta(minutes=240 + 15 * int(counter[1:]))
    for _ in range(CUSTOMERS):
        wave = hall.chance.choices([hall.chance.gauss(110, 50), hall.chance.gauss(330, 70)], [6, 4])[0]
        hall.plan(min(max(wave, 0), 520), hall.customer_comes)
    for minute in range(1, 900):
        hall.plan(minute, hall.sweep)
    hall.live()
    office.clock.set(OPENING + timedelta(hours=16, seconds=-1))
    office.close_day("carry")
    return office


def tickets_of(day: AnOffice) -> dict[int, Ticket]:
    """Every ticket as the journal leaves it."""
    found: dict[int, Ticket] = {}
    for seq, event in enumerate(day.journal, start=1):
        if isinstance(event, e.TicketIssued):
            found[seq] = issued(event, seq)
        elif isinstance(event, e.TicketEvent):
            found[event.ticket] = found[event.ticket].after(event)
    return found


def test_the_day_was_a_real_one(day: AnOffice) -> None:
    kinds = Count(event.kind for event in day.journal)

    assert kinds["ticket_issued"] == CUSTOMERS
    for kind in e.CONTRACT_KINDS - {"ticket_carried"}:
        assert kinds[kind] >= 5, f"{kind}: {kinds[kind]}"


def test_everybody_is_accounted_for(day: AnOffice) -> None:
    fates = Count(ticket.status for ticket in tickets_of(day).values())

    assert fates[Status.FINISHED] + fates[Status.NO_SHOW] + fates[Status.LEFT] == CUSTOMERS
    assert list(day.floor.open_tickets()) == []
    tally = day.floor.tally()
    assert (tally.issued, tally.served, tally.no_show, tally.left) == (
        CUSTOMERS, fates[Status.FINISHED], fates[Status.NO_SHOW], fates[Status.LEFT],
    )  # fmt: skip


def test_every_number_was_given_once_and_each_series_has_no_hole(day: AnOffice) -> None:
    numbers = sorted(ticket.number for ticket in tickets_of(day).values())

    for letter in MINUTES:
        own = [number for number in numbers if number.startswith(letter)]
        assert own == [f"{letter}{n:03d}" for n in range(1, len(own) + 1)]


def test_the_parts_of_every_leg_add_up_and_no_time_is_negative(day: AnOffice) -> None:
    for ticket in tickets_of(day).values():
        for leg in ticket.legs:
            found = of_leg(leg)
            assert all(
                part is None or part >= 0 for part in (found.wait_to_call, found.walk, found.wait, found.service)
            )
            if found.service is not None and found.wait is not None and found.sojourn is not None:
                assert found.sojourn == pytest.approx(found.wait + found.service + leg.held_s, abs=1e-6)
        for leg, following in zip(ticket.legs, ticket.legs[1:], strict=False):
            assert leg.ended_at is not None
            assert leg.ended_at <= following.joined_at


def time_in_hand(day: AnOffice, whose: Callable[[int, e.Event], object]) -> timedelta:
    """From each call, undo or resumption to whatever ends the time at the counter, added up over all that `whose`
    tells apart."""
    since: dict[object, datetime] = {}
    total = timedelta()
    for seq, event in enumerate(day.journal, start=1):
        key = whose(seq, event)
        begins = isinstance(event, e.TicketCalled | e.TicketResumed) or getattr(event, "to", "") == "called"
        if begins:
            since[key] = event.at
        elif key in since and not isinstance(event, e.TicketRecalled | e.ServiceBegan):
            total += event.at - since.pop(key)
    assert not since
    return total


def test_the_hours_of_the_counters_are_the_hours_of_the_customers(day: AnOffice) -> None:
    by_counter = time_in_hand(day, lambda _, event: getattr(event, "counter", ""))
    by_ticket = time_in_hand(day, lambda _, event: event.subject)

    assert by_counter == by_ticket > timedelta(hours=20)


def test_the_promise_that_was_shown_live_is_the_one_that_the_tickets_give(day: AnOffice) -> None:
    promise = day.floor.branch.promise("A", day.floor.business_on)
    assert promise is not None
    verdicts = [verdict(promise, ticket) for ticket in tickets_of(day).values()]
    tally = day.floor.tally()

    assert tally.judged == sum(found is not None for found in verdicts)
    assert tally.kept == sum(found is True for found in verdicts)
    assert 0 < tally.kept < tally.judged


def test_no_lane_starved_and_priority_waited_less(day: AnOffice) -> None:
    waits: dict[str, list[float]] = {"regular": [], "priority": []}
    for ticket in tickets_of(day).values():
        waited = of_ticket(ticket).wait_to_call
        if waited is not None and ticket.lane != "emergency":
            waits["regular" if ticket.lane == "regular" else "priority"].append(waited)

    assert fmean(waits["priority"]) < fmean(waits["regular"])
    assert max(waits["regular"]) < 3 * 3600


def test_a_regular_customer_was_overtaken_only_within_the_head_start(day: AnOffice) -> None:
    """G1, on every call of the day that the rule made; who was sent somewhere or came late has another place."""
    journal, tickets = day.journal, tickets_of(day)
    plain = {t.id for t in tickets.values() if len(t.legs) == 1}
    waiting: dict[int, e.TicketIssued] = {}
    overtaken = 0
    for seq, event in enumerate(journal, start=1):
        if isinstance(event, e.TicketIssued):
            waiting[seq] = event
        elif isinstance(event, e.TicketCalled) and event.ticket in waiting:
            called = waiting.pop(event.ticket)
            if event.why in ("guard", "emergency") or event.ticket not in plain:
                continue
            for other, passed in waiting.items():
                able = passed.service in COUNTERS[event.counter]
                if able and other in plain and passed.at < called.at:
                    overtaken += 1
                    assert called.lane != "regular"
                    assert passed.lane == "regular"
                    assert called.at - passed.at < timedelta(minutes=45)
        elif isinstance(event, e.TicketLeft):
            waiting.pop(event.ticket, None)
    assert overtaken > 20


def test_the_journal_gives_the_floor_and_a_second_look_gives_the_same(day: AnOffice) -> None:
    journal = list(enumerate(day.journal, start=1))

    assert fold(day.floor.branch, journal) == day.floor
    half = fold(day.floor.branch, journal[: len(journal) // 2])
    assert fold(day.floor.branch, journal[len(journal) // 2 :], half) == day.floor


def test_the_service_times_were_learned(day: AnOffice) -> None:
    served: dict[str, list[float]] = {service: [] for service in MINUTES}
    for ticket in tickets_of(day).values():
        for leg in ticket.legs:
            seconds = of_leg(leg).service
            if seconds is not None:
                served[leg.service].append(seconds)

    for service, times in served.items():
        assert day.floor.service_mean(service) == pytest.approx(fmean(times), rel=0.35)
