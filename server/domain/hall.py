"""The hall as a look-ahead needs to see it: who waits in which order, and when each counter can next call.

Taken from the floor, the plan of the day and what has happened today; seconds from `now`, so that what lies behind is
negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from itertools import pairwise

from server.domain.branch import Branch, PlannedBreak
from server.domain.breaks import planned_minutes
from server.domain.counter import CounterState
from server.domain.discipline import Policy, rank_of
from server.domain.floor import Floor
from server.domain.law import NEVER
from server.domain.queue import ABSENT, Lane
from server.domain.ticket import Status

BAND_S = 1e8
"""Seconds between two bands of the discipline: more than anybody can wait or be given as a head start."""
LATE_S = 3600.0
"""A planned duty that has not begun so long after its time is not counted on."""
GONE_S = 5400.0
"""Nor is a counter that closed for a moment so long ago."""
HESITATES_S = 60.0
"""An open counter that has called nobody for so long while somebody waits is taken to be away for a moment."""
NOT_BEGUN_S = 300.0
"""A duty that should have begun is expected within so many seconds."""


class Doing(IntEnum):
    """What a counter is at."""

    IDLE = 0
    SERVING = 1
    CALLING = 2
    PLANNED_BREAK = 3
    PAUSE = 4
    AWAY = 5


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of waiting tickets, first to be called first.

    `kind` is the class of its lane (0 emergency, 1 priority, 2 regular). A ticket's key is its rank instant plus
    `shift`; the lowest goes first. `ids` and `ranks` (seconds from now) go together, and so do `units`, how many
    service times each takes; none: one each.
    """

    service: int
    kind: int
    shift: float
    only: str = ""
    ids: tuple[int, ...] = ()
    ranks: tuple[float, ...] = ()
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A counter: `since` (seconds, negative) is when it began what it is `doing`, `who` serves there.

    `waited` is the wait of the customer it has called, `units` how many service times that one takes. `ends` is when
    its duty ends (NEVER: it stays until the hall is empty), `breaks` the planned ones still to come as (begins, lasts).
    While AWAY it is back at `since` ≥ 0.
    """

    code: str
    services: frozenset[int]
    doing: Doing
    who: str
    since: float = 0.0
    service: int = -1
    waited: float = 0.0
    run: int = 0
    ends: float = NEVER
    breaks: tuple[tuple[float, float], ...] = ()
    lasts: float = 0.0
    only: frozenset[str] = frozenset()
    units: int = 1

    def calls_from(self, queue: Queue) -> bool:
        """Whether it may call from this queue."""
        return queue.only in self.only if queue.only else queue.service in self.services


@dataclass(frozen=True, slots=True)
class Hall:
    """`into_day` are the seconds since local midnight, `closes` those until the branch stops issuing numbers. Those of
    `absent` stand in their queue as everybody does, and come in some plays only (`Law.comes`)."""

    now: datetime
    into_day: float
    closes: float
    policy: Policy
    services: tuple[str, ...]
    queues: tuple[Queue, ...]
    posts: tuple[Post, ...]
    absent: frozenset[int] = frozenset()

    @property
    def waiting(self) -> int:
        return sum(len(queue.ids) for queue in self.queues)

    def is_next(self, ticket: int) -> bool:
        """Whether a counter is free now that has nobody but this ticket to call."""
        for post in self.posts:
            if post.doing is Doing.IDLE and post.ends > 0:
                waiting = [queue.ids for queue in self.queues if queue.ids and post.calls_from(queue)]
                if waiting == [(ticket,)]:
                    return True
        return False


def shift_of(policy: Policy, lane: Lane) -> float:
    """What a lane adds to a ticket's rank instant (seconds) to give its key."""
    epoch = datetime.fromtimestamp(0, UTC)
    band, value = rank_of(policy, lane, epoch)
    return band * BAND_S + value


def hall_of(floor: Floor, now: datetime, breaks: Mapping[str, Sequence[str]] | None = None) -> Hall:
    """The hall as it stands; `breaks` are the reasons of the planned breaks that each counter has begun today."""
    branch = floor.branch
    places = {service.code: place for place, service in enumerate(branch.services)}
    local = now.astimezone(branch.timezone)
    midnight = datetime.combine(local.date(), time(0), branch.timezone)
    closes_at = branch.hours.closes_at(now) if branch.hours else None
    plan = _Plan(branch, local.date(), now)
    return Hall(
        now=now,
        into_day=(now - midnight).total_seconds(),
        closes=plan.last_close if closes_at is None else (closes_at - now).total_seconds(),
        policy=branch.policy,
        services=tuple(places),
        queues=_queues(floor, places, now),
        absent=frozenset(ticket.id for ticket in floor.absent()),
        posts=tuple(_post(floor, counter.code, places, plan, now, breaks or {}) for counter in branch.counters),
    )


class _Plan:
    """The roster of one day, in seconds from now."""

    def __init__(self, branch: Branch, day: date, now: datetime) -> None:
        self._midnight = datetime.combine(day, time(0), branch.timezone)
        self._now = now
        duties = branch.duties_on(day)
        self._duties = {code: [d for d in duties if d.counter == code] for code in {d.counter for d in duties}}
        self.last_close = max((self.at(duty.closes) for duty in duties), default=NEVER)

    def at(self, minutes: float) -> float:
        return (self._midnight + timedelta(minutes=minutes) - self._now).total_seconds()

    def ends(self, counter: str) -> float:
        """When the last duty of the day ends, NEVER for a counter without one. Who closes last of all stays until the
        hall is empty."""
        duties = self._duties.get(counter)
        if not duties:
            return NEVER
        last = max(self.at(duty.closes) for duty in duties)
        return NEVER if last >= self.last_close else last

    def opens(self, counter: str, closed: float) -> float:
        """When a counter that closed at `closed` is expected to open (seconds from now); NEVER if no duty is left, or
        it has gone home from this one."""
        for duty in self._duties.get(counter, ()):
            opens = self.at(duty.opens)
            if opens > 0:
                return opens
            if opens > -LATE_S and self.at(duty.closes) > 0 and closed <= opens:
                return NOT_BEGUN_S
        return NEVER

    def is_on_duty(self, counter: str) -> bool:
        """Whether it is planned to be open; a counter without a plan always is."""
        duties = self._duties.get(counter, ())
        return not duties or any(self.at(duty.opens) <= 0 < self.at(duty.closes) for duty in duties)

    def breaks(self, counter: str) -> list[PlannedBreak]:
        """The planned breaks of the day, the time between two duties being one, which begins with reason "end"."""
        duties = self._duties.get(counter, ())
        gaps = [PlannedBreak(one.closes, other.opens - one.closes, "end") for one, other in pairwise(duties)]
        return [*(pause for duty in duties for pause in duty.breaks), *(gap for gap in gaps if gap.minutes > 0)]


def _queues(floor: Floor, places: dict[str, int], now: datetime) -> tuple[Queue, ...]:
    """The lines. Who came late, behind those who came before, may have a rank that lies ahead: it waits now all the
    same, in a line of its own whose shift is so much larger."""
    policy = floor.branch.policy
    found: dict[tuple[int, int, float, str], list[tuple[float, int]]] = {}
    for line, ids in floor.lines.items():
        if line.service in places:
            place, kind, shift = places[line.service], policy.kind_of(line.lane), shift_of(policy, line.lane)
            for rank, ticket in [((floor.tickets[i].rank_at - now).total_seconds(), i) for i in ids]:
                only = "" if line.only == ABSENT else line.only
                own = found.setdefault((place, kind, shift, only), [])
                (own if rank <= 0 else found.setdefault((place, kind, shift + rank, only), [])).append(
                    (min(rank, 0.0), ticket)
                )
    made = []
    for (service, kind, shift, only), waiting in found.items():
        waiting.sort()
        ids, ranks = tuple(i for _, i in waiting), tuple(rank for rank, _ in waiting)
        units = tuple(floor.branch.units(floor.tickets[i], floor.tickets[i].service) for i in ids)
        made.append(Queue(service, kind, shift, only, ids, ranks, units if max(units, default=1) > 1 else ()))
    return tuple(made)


def _post(
    floor: Floor, code: str, places: dict[str, int], plan: _Plan, now: datetime, begun: Mapping[str, Sequence[str]]
) -> Post:
    state = floor.counter(code)
    who, offered = f"counter:{code}", floor.branch.counter(code).services
    if state.duty is not None:
        offered = state.duty.services
        if state.duty.officer is not None:
            who = f"officer:{state.duty.officer}"
    skills = frozenset(places[service] for service in offered if service in places)
    to_come = _still_to_come(plan.breaks(code), begun.get(code, ()), plan)
    if state.duty is None and state.ticket is None:
        return _closed(state, code, skills, who, plan, now, begun.get(code, ()), to_come)
    only = floor.mine(state)
    ticket = None if state.ticket is None else floor.tickets[state.ticket]
    ends = plan.ends(code)
    if ends <= 0 and (ticket is None or (ticket.leg.called_at or now) >= now + timedelta(seconds=ends)):
        ends = NEVER  # past its time, and still at work: it stays
    away = 0.0 if ticket is not None else _not_calling(floor, state, now)
    if away > HESITATES_S:
        return Post(code, skills, Doing.PAUSE, who, -away, run=state.run, ends=ends, breaks=to_come, only=only)
    if ticket is None or ticket.service not in places:
        return Post(code, skills, Doing.IDLE, who, run=state.run, ends=ends, breaks=to_come, only=only)
    leg, service = ticket.leg, places[ticket.service]
    units = floor.branch.units(ticket, ticket.service)
    if ticket.status is Status.SERVING and leg.began_at is not None:
        since = (leg.began_at - now).total_seconds() + leg.held_s
        return Post(code, skills, Doing.SERVING, who, min(since, 0.0), service, run=state.run, ends=ends,
                    breaks=to_come, only=only, units=units)  # fmt: skip
    called_at = leg.called_at or now
    waited = (called_at - leg.joined_at).total_seconds()
    return Post(code, skills, Doing.CALLING, who, (called_at - now).total_seconds(), service, waited, state.run, ends,
                to_come, only=only, units=units)  # fmt: skip


def _not_calling(floor: Floor, state: CounterState, now: datetime) -> float:
    """For how long an open counter has called nobody though somebody was there: its officer has stepped away without
    a key, or does something else."""
    came = [floor.tickets[floor.lines[line][0]].leg.joined_at for line in floor.lines_of(state)]
    if not came or state.idle_since is None:
        return 0.0
    return (now - max(min(came), state.idle_since)).total_seconds()


def _closed(
    state: CounterState, code: str, skills: frozenset[int], who: str, plan: _Plan, now: datetime, begun: Sequence[str],
    to_come: tuple[tuple[float, float], ...],
) -> Post:  # fmt: skip
    """A counter that is closed: in a planned break, away for a moment, not yet open, or not to be counted on."""
    since = -NEVER if state.closed_at is None else (state.closed_at - now).total_seconds()
    ends = plan.ends(code)
    if state.closed_reason not in ("", "end") and plan.is_on_duty(code):
        lasts = 60 * planned_minutes(plan.breaks(code), state.closed_reason, begun.count(state.closed_reason))
        if lasts and -since < GONE_S + lasts:
            return Post(code, skills, Doing.PLANNED_BREAK, who, since, ends=ends, breaks=to_come, lasts=lasts)
        if -since < GONE_S:
            return Post(code, skills, Doing.PAUSE, who, since, ends=ends, breaks=to_come)
    opens = plan.opens(code, since)
    left = tuple((begins, lasts) for begins, lasts in to_come if begins > opens)
    return Post(code, skills, Doing.AWAY, who, opens, ends=ends, breaks=left)


def _still_to_come(
    planned: Sequence[PlannedBreak], begun: Sequence[str], plan: _Plan
) -> tuple[tuple[float, float], ...]:
    """The planned breaks that were not begun: each reason that was begun strikes the first of its kind."""
    left = list(begun)
    found = []
    for pause in planned:
        if pause.reason in left:
            left.remove(pause.reason)
        elif plan.at(pause.at) > -GONE_S:
            found.append((plan.at(pause.at), pause.minutes * 60))
    return tuple(sorted(found))
