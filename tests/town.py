"""A town's office as a world for tests: its customers, its counters, and a day lived under the real discipline.

Everything that chance decides belongs to the customer (when, what for, how long, how patient), so that two rules meet
the very same day. Times are seconds after the opening.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import inf, log, sqrt
from random import Random

from server.domain.discipline import Policy, discipline
from server.domain.queue import Lane
from server.domain.ticket import Ticket
from tests.builders import OPENING, a_ticket

LANES = (Lane.EMERGENCY, Lane.ELDERLY, Lane.REGULAR)
USUAL_LANES = (0.01, 0.17, 0.82)
NO_SHOW_S = 60.0
HALF_HOUR = 1800.0
COMES, FREE = 0, 1
"""What happens at a moment; who comes as a counter is freed can be called by it."""


@dataclass(frozen=True, slots=True)
class Customer:
    """`patience`: gone, unseen, once the wait is longer; `pause` is the officer's after the service."""

    ticket: Ticket
    came: float
    need: float
    walk: float = 0.0
    pause: float = 0.0
    patience: float = inf


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter: its services, how slow it is, and when it is open; `lunch` begins once it is free after that."""

    services: str
    speed: float = 1.0
    opens: float = 0.0
    closes: float = inf
    lunch: float = inf


@dataclass(slots=True)
class Called:
    """`heads` are the first of each other line that the counter could have called from."""

    customer: Customer
    desk: int
    at: float
    why: str
    heads: list[Ticket]

    @property
    def wait(self) -> float:
        return self.at - self.customer.came


Order = Callable[[int], tuple[float, float]]


def lived(
    day: Sequence[Customer], desks: Sequence[Desk], policy: Policy, idle_first: Order | None = None
) -> list[Called]:
    """Every call of the day, in order. Of several idle counters the one with the fewest skills calls, then the one
    that has been idle longest; `idle_first` gives another order (the lowest first)."""
    living = _Day(day, desks, policy)
    return living.calls(idle_first or (lambda desk: (len(desks[desk].services), living.idle[desk])))


class _Day:
    def __init__(self, day: Sequence[Customer], desks: Sequence[Desk], policy: Policy) -> None:
        self.day, self.desks, self.policy = day, desks, policy
        self.lines: dict[tuple[str, Lane], deque[Customer]] = {}
        self.order = [{service: place for place, service in enumerate(desk.services)} for desk in desks]
        self.run, self.lunched = [0] * len(desks), [False] * len(desks)
        self.idle: dict[int, float] = {}
        self.made: list[Called] = []
        self.events = [(customer.came, COMES, n) for n, customer in enumerate(day)]
        self.events += [(desk.opens, FREE, n) for n, desk in enumerate(desks)]
        heapq.heapify(self.events)

    def calls(self, idle_first: Order) -> list[Called]:
        while self.events:
            now, what, n = heapq.heappop(self.events)
            if what == FREE:
                self._free(n, now)
                continue
            ticket = self.day[n].ticket
            self.lines.setdefault((ticket.service, ticket.lane), deque()).append(self.day[n])
            able = sorted((d for d in self.idle if ticket.service in self.desks[d].services), key=idle_first)
            for desk in able:
                if self._free(desk, now):
                    break
        return self.made

    def _free(self, desk: int, now: float) -> bool:
        """A counter that can call does; False where it goes home, to lunch, or stays idle."""
        self.idle.pop(desk, None)
        mine = self.desks[desk]
        if now >= mine.closes:
            return False
        if now >= mine.lunch and not self.lunched[desk]:
            self.lunched[desk] = True
            heapq.heappush(self.events, (now + HALF_HOUR, FREE, desk))
            return False
        heads = [line[0].ticket for (service, _), line in self.lines.items() if line and service in mine.services]
        choice = discipline(self.policy, self.order[desk], self.run[desk])(heads, OPENING + timedelta(seconds=now))
        if choice is None:
            self.idle[desk] = now
            return False
        self.run[desk] = choice.run
        called = self.lines[choice.ticket.service, choice.ticket.lane].popleft()
        self.made.append(Called(called, desk, now, choice.why, [head for head in heads if head is not choice.ticket]))
        lasts = called.walk + called.need * mine.speed + called.pause
        heapq.heappush(self.events, (now + (NO_SHOW_S if now - called.came > called.patience else lasts), FREE, desk))
        return True


# ── who comes ────────────────────────────────────────────────────────────────────────────────────────────────────

SERVICES = {"A": (4.5, 0.6, 34), "F": (3.0, 0.5, 22), "H": (8.5, 0.65, 20), "J": (14.0, 0.8, 14), "K": (18.0, 0.7, 10)}
"""Mean minutes, coefficient of variation, share in percent."""
TICKETS_A_DAY = 375
CROWD = (0.9, 1.2, 1.45, 1.5, 1.45, 1.3, 1.05, 0.75, 0.7, 0.95, 1.2, 1.2, 1.05, 0.85, 0.6)
"""How many come in each half hour, against the mean."""
TOWN = (
    Desk("AF", 1.05, lunch=12600), Desk("AF", 0.95, lunch=14400), Desk("AFH", 1.1, lunch=12600),
    Desk("AFH", 0.9, lunch=14400), Desk("AFHJK", 1.0, lunch=12600), Desk("AFHJK", 0.95, lunch=14400),
    Desk("AFHJK", 1.05, lunch=16200), Desk("HJK", 1.0, opens=1800, closes=19800),
)  # fmt: skip


def a_town_day(seed: int, load: float = 1.0, lanes: Sequence[float] = USUAL_LANES) -> list[Customer]:
    """Who comes on one day; days differ in volume and in speed."""
    rng = Random(seed)
    volume, slow = rng.gammavariate(69.4, 1 / 69.4), rng.gammavariate(156.25, 1 / 156.25)
    found: list[Customer] = []
    for slot, crowd in enumerate(CROWD):
        rate = TICKETS_A_DAY * load * volume * crowd / sum(CROWD) / HALF_HOUR
        came = slot * HALF_HOUR + rng.expovariate(rate)
        while came < (slot + 1) * HALF_HOUR:
            found.append(a_customer(rng, len(found) + 1, came, lanes, slow))
            came += rng.expovariate(rate)
    return found


def a_customer(rng: Random, n: int, came: float, lanes: Sequence[float], slow: float = 1.0) -> Customer:
    (service,) = rng.choices(list(SERVICES), [share for _, _, share in SERVICES.values()])
    (lane,) = rng.choices(LANES, lanes)
    mean, cv, _ = SERVICES[service]
    spread = log(1 + cv * cv)
    need = 60 * slow * rng.lognormvariate(log(mean) - spread / 2, sqrt(spread))
    patience = 0.0 if rng.random() < 0.03 else rng.expovariate(1 / 14400)
    pause = rng.expovariate(1 / 360) if rng.random() < 0.025 else 0.0
    ticket = a_ticket(f"{service}{n:03d}", lane=lane, minutes=came / 60)
    return Customer(ticket, came, need, rng.uniform(12, 42), pause, patience)


def without_lanes(day: Sequence[Customer]) -> list[Customer]:
    """The same day where nobody asks to go first."""
    return [
        Customer(
            a_ticket(one.ticket.number, minutes=one.came / 60), one.came, one.need, one.walk, one.pause, one.patience
        )
        for one in day
    ]
