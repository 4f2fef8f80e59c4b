"""How many counters a half hour needs: Erlang's formulas, and where the counters' skills differ, days played forward.

Erlang C is exact for one pool of counters that do everything, exponential services and a steady half hour; its tail
is corrected for how much services really vary (M/G/s). It knows nothing of skills: where some service can be done by
fewer than two counters in three, plans are searched for by playing days. What to do now is in `server.domain.advice`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

import numpy as np

from server.domain.branch import Branch
from server.domain.charter import Promise
from server.domain.erlang import counters_for
from server.domain.hall import Doing, Hall, Post
from server.domain.law import NEVER, SLOT_S, SLOTS, Floats, Law
from server.domain.lookahead import Options, play

BUSY_DAY = 1.28
"""Plans are made for a day so many standard deviations above the mean: nine days in ten bring fewer customers."""
POOLED = 2 / 3
"""A hall is one pool when so many of its counters can do each service."""
DAYS_PLAYED = 40
WORST_BELOW = 0.10
"""No half hour may keep the promise less often than the goal less this."""
MOST_PLAYS = 240


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How long one call keeps a counter: mean in seconds, and coefficient of variation."""

    mean_s: float
    cv: float


def occupancy(law: Law, shares: Floats, waited_s: float = 0.0, speed: float = 1.0) -> Occupancy:
    """Service, walk and the short breaks between services; who is gone when called costs the time-out alone.

    `shares` of the services among the tickets, in their order; `waited_s` is the wait that absence is reckoned with.
    """
    shares = shares / shares.sum()
    means = speed * np.array([pool.mean() for pool in law.pools])
    squares = speed**2 * np.array([(pool**2).mean() for pool in law.pools])
    mean, square = float(shares @ means), float(shares @ squares)
    pause, pause_square = law.pause_p * float(law.pauses.mean()), law.pause_p * float((law.pauses**2).mean())
    beside = float(law.walk.mean()) + pause
    spread = square - mean**2 + float(law.walk.var()) + pause_square - pause**2
    served, served_square = mean + beside, spread + (mean + beside) ** 2
    gone = law.absent(waited_s)
    whole = (1 - gone) * served + gone * float(law.gone_s.mean())
    whole_square = (1 - gone) * served_square + gone * float((law.gone_s**2).mean())
    return Occupancy(whole, sqrt(max(whole_square / whole**2 - 1, 0.0)))


@dataclass(frozen=True, eq=False)
class Goal:
    """What a hall is staffed for: `share` of the tickets called within `within` seconds, by service in its order."""

    within: Floats
    share: float

    def usual(self, shares: Floats) -> float:
        """One limit for all: the mean of those of the services, by their shares of the tickets."""
        return float(self.within @ shares / shares.sum())


def goal_of(branch: Branch, on: date) -> Goal:
    """The goal that the branch's promises of a day make; where none is of a wait, 15 minutes for nine in ten.

    The share is that of the promise for every service, else the highest.
    """
    promises = [p for p in branch.promises_on(on) if p.measure in ("wait_to_call", "wait")] or [Promise()]
    usual = next((p for p in promises if p.service is None), None)
    own = {p.service: p.within_s for p in reversed(promises)}  # of several the first
    within = [own.get(s.code, usual.within_s if usual else max(own.values())) for s in branch.services]
    return Goal(np.array(within), usual.share if usual else max(p.share for p in promises))


# ── the week's plan ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Group:
    """Counters that do the same services (places of the services in the branch's order)."""

    services: frozenset[int]
    counters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HalfHour:
    """`counters` wanted from `slot` half hours after midnight; `of` each group, where a group makes a difference."""

    slot: int
    counters: int
    of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DayPlan:
    """`kept` is the share within the promise on the days played, None where formulas made the plan.

    `is_enough` says whether the branch has so many counters.
    """

    half_hours: tuple[HalfHour, ...]
    groups: tuple[Group, ...]
    kept: float | None
    is_enough: bool


def groups_of(branch: Branch) -> tuple[Group, ...]:
    """The branch's counters by what they can do, in its order."""
    places = {service.code: place for place, service in enumerate(branch.services)}
    found: dict[frozenset[int], list[str]] = {}
    for counter in branch.counters:
        found.setdefault(frozenset(places[s] for s in counter.services), []).append(counter.code)
    return tuple(Group(services, tuple(codes)) for services, codes in found.items())


def is_pooled(groups: Sequence[Group], services: int) -> bool:
    """Whether each service can be done by two counters in three: only then do Erlang's formulas hold."""
    all_of_them = sum(len(group.counters) for group in groups)
    able = [sum(len(g.counters) for g in groups if service in g.services) for service in range(services)]
    return all(count >= POOLED * all_of_them for count in able)


def day_plan(
    hall: Hall, law: Law, groups: Sequence[Group], goal: Goal, volume_cv: float = 0.0, seed: int = 0
) -> DayPlan:
    """The fewest counters, half hour by half hour, that keep the promise on a busy day of this kind.

    `hall` is empty and stands at local midnight; `law.rates` are the arrivals of such a day, `volume_cv` how much
    days differ in volume.
    """
    busy = replace(law, rates=law.rates * (1 + BUSY_DAY * volume_cv))
    by_slot = busy.rates.sum(axis=(1, 2))
    shares = busy.rates.sum(axis=(0, 2))
    slots = np.flatnonzero(by_slot > 0)
    available = sum(len(group.counters) for group in groups)
    if not len(slots):
        return DayPlan((), tuple(groups), None, is_enough=True)
    usual = goal.usual(shares)
    one = occupancy(law, shares, usual / 3, float(np.mean([*law.speed.values()] or [1.0])))
    wanted = [counters_for(by_slot[slot], one.mean_s, usual, goal.share, one.cv) for slot in slots]
    if is_pooled(groups, len(hall.services)):
        half_hours = tuple(HalfHour(int(slot), k) for slot, k in zip(slots, wanted, strict=True))
        return DayPlan(half_hours, tuple(groups), None, max(wanted) <= available)
    search = _Search(hall, busy, tuple(groups), goal, (int(slots[0]), int(slots[-1])), seed)
    start = [shared_out(busy.rates[slot].sum(axis=1) * busy_s(busy), k, groups)
             for slot, k in zip(slots, wanted, strict=True)]  # fmt: skip
    return search.run(dict(zip(map(int, slots), start, strict=True)))


def busy_s(law: Law) -> Floats:
    """The mean seconds of each service."""
    found: Floats = np.array([pool.mean() for pool in law.pools])
    return found


def shared_out(load: Floats, k: int, groups: Sequence[Group]) -> list[int]:
    """`k` counters among the groups, each where most of the load is that no counter has taken on yet."""
    left = load * k / load.sum()
    counts = [0] * len(groups)
    for _ in range(k):
        spare = [g for g, group in enumerate(groups) if counts[g] < len(group.counters)]
        if not spare:
            break
        best = max(spare, key=lambda g: (min(1.0, sum(left[list(groups[g].services)])), -len(groups[g].services)))
        counts[best] += 1
        takes = 1.0
        for service in sorted(groups[best].services, key=lambda s: -left[s]):
            taken = min(takes, left[service])
            left[service] -= taken
            takes -= taken
    return counts


@dataclass(frozen=True, eq=False)
class Kept:
    """How often the promise was kept on the days played: in all, by slot, and the broken by slot and service; `people`
    are those who came, by slot, on all the days together."""

    share: float
    by_slot: Floats
    broken: Floats
    people: Floats


class _Search:
    """Looks for a plan by playing it: add a counter before the first half hour that fails, then leave out what the
    promise does not need. The same crowds come to every plan (iterative staffing by simulation)."""

    def __init__(
        self, hall: Hall, law: Law, groups: tuple[Group, ...], goal: Goal, span: tuple[int, int], seed: int
    ) -> None:
        self.hall, self.law, self.groups, self.goal = replace(hall, closes=NEVER, queues=()), law, groups, goal
        self.first, self.last = span
        self.options = Options(DAYS_PLAYED, seed, arrivals=(0, 1, 2), until=SLOTS * SLOT_S, horizon=SLOTS * SLOT_S)
        self.plays = 0

    def run(self, start: dict[int, list[int]]) -> DayPlan:
        plan = {slot: start.get(slot, [0] * len(self.groups)) for slot in range(self.first, self.last + 1)}
        kept = self._played(plan)
        while not self._is_enough(kept) and self.plays < MOST_PLAYS and self._add(plan, kept):
            kept = self._played(plan)
        is_enough = self._is_enough(kept)
        if is_enough:
            kept = self._leave_out(plan, kept)
        half_hours = tuple(HalfHour(slot, sum(of), tuple(of)) for slot, of in sorted(plan.items()))
        return DayPlan(half_hours, self.groups, kept.share, is_enough)

    def _is_enough(self, kept: Kept) -> bool:
        return kept.share >= self.goal.share and float(kept.by_slot.min()) >= self.goal.share - WORST_BELOW

    def _add(self, plan: dict[int, list[int]], kept: Kept) -> bool:
        """One counter more where it is first needed, of the group that helps most; False where there is none left."""
        floor = self.goal.share - WORST_BELOW
        limit = floor if float(kept.by_slot.min()) < floor else self.goal.share
        for slot in np.flatnonzero(kept.by_slot < limit):
            for g in sorted(range(len(self.groups)), key=lambda g: -self._broken(kept, int(slot), g)):
                if self._broken(kept, int(slot), g) <= 0:
                    break
                # The queue that is met in a half hour was built in the one before.
                added = False
                for at in (int(slot) - 1, int(slot)):
                    if at in plan and plan[at][g] < len(self.groups[g].counters):
                        plan[at][g] += 1
                        added = True
                if added:
                    return True
        return False

    def _broken(self, kept: Kept, slot: int, group: int) -> float:
        return float(kept.broken[slot, list(self.groups[group].services)].sum())

    def _leave_out(self, plan: dict[int, list[int]], kept: Kept) -> Kept:
        is_better = True
        while is_better and self.plays < MOST_PLAYS:
            is_better = False
            for slot in sorted(plan, key=lambda slot: -sum(plan[slot])):
                for g in range(len(self.groups)):
                    if plan[slot][g] == 0:
                        continue
                    plan[slot][g] -= 1
                    tried = self._played(plan)
                    if self._is_enough(tried):
                        kept, is_better = tried, True
                    else:
                        plan[slot][g] += 1
        return kept

    def _played(self, plan: dict[int, list[int]]) -> Kept:
        self.plays += 1
        return kept_with(self.hall, self.law, self.goal, posts_of(plan, self.groups, len(self.law.pools)), self.options)


def kept_with(
    hall: Hall, law: Law, goal: Goal, posts: Sequence[Post], options: Options, slot_s: float = SLOT_S
) -> Kept:
    """How the promise is kept where these counters are open at these times. Slots are counted from local midnight;
    `options.until` says whose waits count."""
    slots = round(SLOTS * SLOT_S / slot_s)
    played = play(replace(hall, posts=tuple(posts)), law, options)
    assert played.met is not None
    assert played.services is not None
    assert played.issued is not None
    row, column = np.nonzero(~np.isnan(played.met))
    service = played.services[column]
    slot = np.clip((played.issued[row, column] + hall.into_day) // slot_s, 0, slots - 1).astype(np.intp)
    is_broken = played.met[row, column] > goal.within[service]
    count, broken = np.zeros((slots, len(law.pools))), np.zeros((slots, len(law.pools)))
    np.add.at(count, (slot, service), 1)
    np.add.at(broken, (slot, service), is_broken)
    in_slot = count.sum(axis=1)
    by_slot = 1 - broken.sum(axis=1) / np.maximum(in_slot, 1)
    return Kept(float(1 - broken.sum() / max(in_slot.sum(), 1)), by_slot, broken, in_slot)


def posts_of(
    plan: Mapping[int, Sequence[int]], groups: Sequence[Group], services: int, slot_s: float = SLOT_S
) -> list[Post]:
    """Every counter that a plan of one day ever has open, once for each time that it is; `plan` has at each slot how
    many of each group."""
    found, first, last = [], min(plan), max(plan)
    for g, group in enumerate(groups):
        for place, code in enumerate(group.counters):
            opened: int | None = None
            for slot in range(first, last + 2):
                is_open = slot in plan and plan[slot][g] > place
                if is_open and opened is None:
                    opened = slot
                elif not is_open and opened is not None:
                    ends = NEVER if slot > last else slot * slot_s
                    found.append(Post(code, group.services, Doing.AWAY, f"counter:{code}", opened * slot_s, ends=ends))
                    opened = None
    # A counter for every service stands by, closed, so that a ticket for which none is open counts as broken.
    return [*found, nobody(services)]


def nobody(services: int) -> Post:
    return Post("", frozenset(range(services)), Doing.AWAY, "", NEVER)
