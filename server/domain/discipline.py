"""Who is next, and why: a function of (waiting, now), the same for the live queue, the forecast and the back-test.

Every ticket has a key, its rank instant less the head start of its lane; the lowest key of what the counter can
serve goes first, emergencies before everybody. A guard keeps the regular lane moving: at one counter at most
`guard` priority calls in a row go past a regular ticket that it could serve and that has waited `guard_after`.

    head_start    the key as above (the default: 45 minutes, guard 3 after 15)
    strict        priority lanes before regular, whatever the waits
    interleave    strict, but after `ratio` priority calls past a waiting regular ticket comes a regular one
    first_come    by the rank instant alone

Guarantees of head_start: a regular ticket is overtaken only by priority tickets issued within the head start of
it, and by emergencies; inside a lane the order is first come, first called, always.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from server.domain.queue import Lane
from server.domain.ticket import Ticket

KINDS = ("head_start", "strict", "interleave", "first_come")
ALWAYS = inf
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
"""`waiting` needs to hold no more than the head of each line that the counter serves; any order will do."""


def discipline(
    policy: Policy, order: Mapping[str, int], run: int = 0, only: frozenset[str] = frozenset()
) -> Discipline:
    """The rule as one counter applies it.

    `order` gives the place of each service among the counter's own (it only breaks ties), `run` the counter's
    priority calls in a row so far, `only` what it is called in a transfer ({"counter:K1", "officer:7"}).
    """

    def key(ticket: Ticket) -> tuple[float, float, int, int]:
        return (*rank(policy, ticket), order.get(ticket.service, len(order)), ticket.id)

    def choose(waiting: Sequence[Ticket], now: datetime) -> Choice | None:
        if not waiting:
            return None
        first = min(waiting, key=key)
        if policy.head_start(first.lane) == ALWAYS:
            return Choice(first, "emergency", run)
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
            why = policy.kind if policy.kind in ("head_start", "strict") else "strict"
        return Choice(first, why, run + 1 if passed else run)

    return choose


def rank(policy: Policy, ticket: Ticket) -> tuple[float, float]:
    """The sort key of a ticket under `policy` (lower goes first); the order of two waiting tickets never changes."""
    since = ticket.rank_at.timestamp()
    head_start = policy.head_start(ticket.lane)
    if head_start == ALWAYS:
        return (-inf, since)
    match policy.kind:
        case "first_come":
            return (since, since)
        case "head_start":
            return (since - head_start, since)
        case _:
            return (0.0 if head_start > 0 else 1.0, since)


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
