"""The look-ahead once more, the slow way: one replication at a time, one event at a time, in plain Python.

Written from the description of the rule, for the tests alone; whom a counter calls is asked of the live discipline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import exp, inf
from random import Random
from typing import Any

import numpy as np

from server.domain.branch import Branch
from server.domain.discipline import discipline
from server.domain.floor import Floor
from server.domain.hall import Doing, Hall, Post
from server.domain.law import SLOT_S, SLOTS, Floats, Law, left_of
from server.domain.queue import Lane
from server.domain.ticket import Status, Ticket
from tests.builders import a_ticket

LANES = {0: Lane.EMERGENCY, 1: Lane.ELDERLY, 2: Lane.REGULAR}


@dataclass
class Day:
    """One replication of what has not happened yet."""

    hall: Hall
    law: Law
    branch: Branch
    rnd: Random
    jitter: float
    kinds: tuple[int, ...]
    tickets: list[Ticket]
    called: dict[int, float] = field(default_factory=dict)

    def play(self) -> dict[int, float]:
        """Seconds until the call of each ticket that waits now."""
        law, rnd = self.law, self.rnd
        wanted = {ticket.id for ticket in self.tickets}
        arrivals = sorted(self._to_come(), key=lambda ticket: ticket.rank_at)
        doubt = [rnd.gauss(0, law.day_sd)] * len(law.services)
        self.doubt = [exp(d - law.day_sd**2 / 2 + rnd.gauss(0, sd) - sd**2 / 2)
                      for d, sd in zip(doubt, law.service_sd.tolist(), strict=True)]  # fmt: skip
        free = [self._free(post) for post in self.hall.posts]
        runs = [post.run for post in self.hall.posts]
        due = [[(max(0.001, begins + off), lasts) for begins, lasts in post.breaks]
               for post in self.hall.posts for off in [rnd.gauss(0, self.jitter)]]  # fmt: skip
        while not wanted <= self.called.keys():
            c = min(range(len(free)), key=lambda k: free[k], default=-1)
            if c < 0 or free[c] == inf:
                return self.called
            post, t = self.hall.posts[c], free[c]
            if due[c] and t >= due[c][0][0]:
                free[c] = t + due[c].pop(0)[1] * self._any(law.planned_breaks)
                continue
            if t >= post.ends:
                free[c] = inf
                continue
            here = [one for one in self.tickets if self._may_call(post, one)]
            here += [one for one in arrivals if self._may_call(post, one) and self._at(one) <= t]
            order = {code: place for place, code in enumerate(self.hall.services)}
            rule = discipline(self.hall.policy, order, runs[c], post.only)
            choice = rule(here, self.hall.now + timedelta(seconds=t))
            if choice is None:
                free[c] = min((self._at(one) for one in arrivals if self._may_call(post, one)), default=inf)
                continue
            ticket, runs[c] = choice.ticket, choice.run
            self.called[ticket.id] = t
            gone = rnd.random() < law.absent(t - self._at(ticket))
            free[c] = t + (self._any(law.gone_s) if gone else self._visit(post, law.services.index(ticket.service)))
        return self.called

    def _visit(self, post: Post, service: int) -> float:
        """The walk, the service, and perhaps a short break after it."""
        law = self.law
        lasts = self._any(law.pools[service]) * law.speed_of(post.who) * self.doubt[service]
        return self._any(law.walk) + lasts + self._pause()

    def _pause(self) -> float:
        return self._any(self.law.pauses) if self.rnd.random() < self.law.pause_p else 0.0

    def _may_call(self, post: Post, ticket: Ticket) -> bool:
        if ticket.id in self.called:
            return False
        if ticket.only:
            return ticket.only in post.only
        return self.hall.services.index(ticket.service) in post.services

    def _at(self, ticket: Ticket) -> float:
        return (ticket.rank_at - self.hall.now).total_seconds()

    def _any(self, pool: Floats) -> float:
        return float(pool[int(self.rnd.random() * len(pool))])

    def _left(self, pool: Floats, elapsed: float) -> float:
        return float(left_of(pool, elapsed, np.array([self.rnd.random()]))[0])

    def _free(self, post: Post) -> float:
        law, speed, elapsed = self.law, self.law.speed_of(post.who), -post.since
        match post.doing:
            case Doing.IDLE:
                return 0.0
            case Doing.SERVING:
                return speed * self._left(law.pools[post.service], elapsed / speed) + self._pause()
            case Doing.CALLING:
                return self._called(post, speed, elapsed)
            case Doing.PLANNED_BREAK:
                return post.lasts * self._left(law.planned_breaks, elapsed / post.lasts)
            case Doing.PAUSE:
                return self._left(law.pauses, elapsed)
        return post.since

    def _called(self, post: Post, speed: float, elapsed: float) -> float:
        """Who was called so long ago is gone, or on the way, or already served by an officer who pressed nothing."""
        law, pool = self.law, self.law.pools[post.service]
        absent, served = law.absent(post.waited), max(0.0, elapsed - float(law.walk.mean())) / speed
        gone = absent * float(np.mean(law.gone_s > elapsed))
        coming = (1 - absent) * float(np.mean(law.walk > elapsed))
        silent = (1 - absent) * law.unpressed * float(np.mean(pool > served))
        if gone + coming + silent == 0:
            gone, silent = 0.0, 1.0
        (what,) = self.rnd.choices(("gone", "coming", "silent"), (gone, coming, silent))
        if what == "gone":
            return self._left(law.gone_s, elapsed)
        if what == "coming":
            return self._left(law.walk, elapsed) + speed * self._any(pool) + self._pause()
        return speed * self._left(pool, served) + self._pause()

    def _to_come(self) -> list[Ticket]:
        """Whoever may still come and go before somebody: a Poisson number in every half hour, service and kind."""
        found: list[Ticket] = []
        end = min(self.hall.closes, 4 * 3600.0)
        for slot in range(SLOTS):
            begins = max(0.0, slot * SLOT_S - self.hall.into_day)
            ends = min(end, (slot + 1) * SLOT_S - self.hall.into_day)
            for service, code in enumerate(self.hall.services):
                for kind in self.kinds:
                    t = begins
                    rate = float(self.law.rates[slot, service, kind])
                    while rate > 0 and (t := t + self.rnd.expovariate(rate)) < ends:
                        at = self.hall.now + timedelta(seconds=t)
                        found.append(a_ticket(f"{code}{900_000 + len(found)}", lane=LANES[kind], issued_at=at))
        return found


def reference(
    floor: Floor, hall: Hall, law: Law, seed: int, replications: int, *, jitter: float = 180.0, **stated: Any
) -> tuple[Sequence[int], Floats]:
    """Ids of who waits, and (replications, tickets): the seconds until each is called."""
    waiting = [ticket for ticket in floor.tickets.values() if ticket.status is Status.WAITING]
    kinds = (0,) if hall.policy.kind == "first_come" else (0, 1)
    rnd = Random(seed)
    rows = [Day(hall, law, floor.branch, rnd, jitter, kinds, waiting, **stated).play() for _ in range(replications)]
    return [ticket.id for ticket in waiting], np.array([[row.get(t.id, inf) for t in waiting] for row in rows])
