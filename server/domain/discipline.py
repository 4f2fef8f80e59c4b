"""Who is next, and why: a function of (waiting, now), the same for the live queue, the forecast and the back-test.

Every ticket has a key, its rank instant less the head start of its lane; the lowest key of what the counter can
serve goes first, emergencies before everybody. A guard keeps the regular lane moving: at one counter at most
`guard` priority calls in a row go past a regular ticket that it could serve and that has waited `guard_after`.

    head_start    the key as above (the default: 45 minutes, guard 3 after 15)
    strict        priority lanes before regular, whatever the waits
    interleave    strict, but after `ratio` priority calls past a waiting regular ticket comes a regular one
    first_come    by the rank instant alone (but for emergencies)

Guarantees of head_start: a regular ticket is overtaken only by priority tickets issued within the head start of
it, and by emergencies; inside a lane the order is first come, first called, always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from server.domain.queue import Lane
from server.domain.ticket import Ticket

KINDS = ("head_start", "strict", "interleave", "first_come")
ALWAYS = inf
TICK = timedelta(milliseconds=1)
"""The smallest step between two instants that the journal tells apart."""
DEFAULT_HEAD_START_S: Mapping[Lane, float] = {
    Lane.EMERGENCY: ALWAYS,
    Lane.ELDERLY: 2700.0,
    Lane.DISABLED: 2700.0,
    Lane.PREGNANT: 2700.0,
    Lane.WITH_CHILDREN: 2700.0,
    Lane.PRIORITY: 2700.0,
    Lane.REGULAR: 0.0,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The published rule of a branch. Times in seconds; `guard` 0 means none; `ratio` is for interleave alone."""

    kind: str = "head_start"
    guard: int = 3
    guard_after_s: float = 900.0
    head_start_s: Mapping[Lane, float] = field(default_factory=lambda: dict(DEFAULT_HEAD_START_S))
    ratio: int = 2

    def head_start(self, lane: Lane) -> float:
        """Seconds by which a ticket of `lane` counts as having come earlier; ALWAYS is before everybody."""
        return self.head_start_s.get(lane, 0.0)

    def is_priority(self, lane: Lane) -> bool:
        return self.head_start(lane) > 0

    def kind_of(self, lane: Lane) -> int:
        """The class of a lane: 0 before everybody, 1 priority, 2 regular."""
        if self.head_start(lane) == ALWAYS:
            return 0
        return 1 if self.is_priority(lane) else 2

    @property
    def offers_priority(self) -> bool:
        """Whether asking for a priority lane changes anything here."""
        return self.kind != "first_come"


@dataclass(frozen=True, slots=True)
class Choice:
    """The next ticket, why it is that one, and the counter's run of priority calls once it has been called."""

    ticket: Ticket
    why: str
    run: int


Discipline = Callable[[Sequence[Ticket], datetime], Choice | None]
"""`waiting` needs to hold no more than the first two of each line that the counter serves; any order will do."""


def discipline(
    policy: Policy, order: Mapping[str, int], run: int = 0, only: frozenset[str] = frozenset()
) -> Discipline:
    """The rule as one counter applies it.

    `order` gives the place of each service among the counter's own (it only breaks ties), `run` the counter's
    priority calls in a row so far, `only` what it is called in a transfer ({"counter:K1", "officer:7"}).
    """

    def key(ticket: Ticket) -> tuple[float, float, datetime, int, int]:
        return (*rank(policy, ticket), ticket.rank_at, order.get(ticket.service, len(order)), ticket.id)

    def choose(waiting: Sequence[Ticket], now: datetime) -> Choice | None:
        if not waiting:
            return None
        first = min(waiting, key=key)
        if policy.head_start(first.lane) == ALWAYS:
            return Choice(first, "emergency" if first.lane is Lane.EMERGENCY else "strict", run)
        regular = min((t for t in waiting if not policy.is_priority(t.lane)), key=key, default=None)
        passed = policy.is_priority(first.lane) and regular is not None and policy.kind != "first_come"
        if passed and regular is not None and _guarded(policy, run, regular, now):
            return Choice(regular, "guard", 0)
        if not policy.is_priority(first.lane):
            return Choice(first, _why_regular(first, waiting, only), 0)
        oldest = min(waiting, key=lambda t: (t.rank_at, t.id))
        if first.only in only and first.only:
            why = "for_you"
        elif len(waiting) == 1:
            why = "only_waiting"
        elif oldest is first:
            why = "oldest"
        else:
            why = policy.kind
        return Choice(first, why, run + 1 if passed else run)

    return choose


def rank(policy: Policy, ticket: Ticket) -> tuple[float, float]:
    """The sort key of a ticket under `policy` (lower goes first); the order of two waiting tickets never changes."""
    return rank_of(policy, ticket.lane, ticket.rank_at)


def rank_of(policy: Policy, lane: Lane, rank_at: datetime) -> tuple[float, float]:
    """The key of a ticket of `lane` that counts as having come at `rank_at`: its band, then the instant in it."""
    band, head_start = _band(policy, lane)
    return (band, rank_at.timestamp() - head_start)


def before(policy: Policy, lane: Lane, others: Iterable[Ticket], rank_at: datetime) -> datetime:
    """The latest instant, not after `rank_at`, from which a ticket of `lane` goes before all `others` of its band."""
    band, head_start = _band(policy, lane)
    for other in others:
        other_band, its_head_start = _band(policy, other.lane)
        if other_band == band:
            rank_at = min(rank_at, other.rank_at + timedelta(seconds=head_start - its_head_start) - TICK)
    return rank_at


def behind(policy: Policy, lane: Lane, others: Iterable[Ticket], rank_at: datetime) -> datetime:
    """The earliest instant, not before `rank_at`, from which a ticket of `lane` goes after all `others` of its band."""
    band, head_start = _band(policy, lane)
    for other in others:
        other_band, its_head_start = _band(policy, other.lane)
        if other_band == band:
            rank_at = max(rank_at, other.rank_at + timedelta(seconds=head_start - its_head_start) + TICK)
    return rank_at


def _band(policy: Policy, lane: Lane) -> tuple[float, float]:
    """Every ticket of a lower band goes before every one of a higher; inside a band the head start (seconds) counts."""
    head_start = policy.head_start(lane)
    if head_start == ALWAYS:
        return (0.0, 0.0)
    match policy.kind:
        case "first_come":
            return (1.0, 0.0)
        case "head_start":
            return (1.0, head_start)
        case _:
            return (1.0 if head_start > 0 else 2.0, 0.0)


def _guarded(policy: Policy, run: int, regular: Ticket, now: datetime) -> bool:
    if policy.kind == "interleave" and run >= policy.ratio:
        return True
    waited = now - regular.rank_at
    return 0 < policy.guard <= run and waited >= timedelta(seconds=policy.guard_after_s)


def _why_regular(first: Ticket, waiting: Sequence[Ticket], only: frozenset[str]) -> str:
    if first.only and first.only in only:
        return "for_you"
    return "only_waiting" if len(waiting) == 1 else "oldest"


def sentence(policy: Policy) -> tuple[str, dict[str, int]]:
    """The rule as the public reads it: the key of a phrase (`rule.…`) and what to put into it."""
    if policy.kind == "head_start":
        starts = {s for lane, s in policy.head_start_s.items() if s not in (0.0, ALWAYS) and lane is not Lane.EMERGENCY}
        return "rule.head_start", {"minutes": round(max(starts, default=0.0) / 60)}
    if policy.kind == "interleave":
        return "rule.interleave", {"n": policy.ratio}
    return f"rule.{policy.kind}", {}
