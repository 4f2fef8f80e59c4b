"""What if: past days played again with other counters or another discipline, beside the same days as they were.

Each day has its own arrivals and its own counters, breaks included; how long services take is drawn from what was
learned, with that day's speed, many times over. Both variants meet the same crowds and the same services (common
random numbers), so that the difference is the change and not chance. Every figure is a range, never a point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import pairwise

import numpy as np

from server.domain.branch import Branch
from server.domain.charter import Promise
from server.domain.crowd import Ints
from server.domain.discipline import Policy
from server.domain.hall import Doing, Hall, Post, Queue, shift_of
from server.domain.law import NEVER, Floats, Law
from server.domain.lookahead import Options, play, quantiles
from server.domain.queue import Lane
from server.reports.diary import Diary, Lessons
from server.reports.learn import Past
from server.reports.lived_day import Arrival, LivedDay, Opening

REPLICATIONS = 100
LOW, HIGH = 0.1, 0.9
"""The range of a figure: eight plays in ten lie in it."""
SIMULATED_HEADER = ("lane", "figure", "unit", "before_low", "before_high", "after_low", "after_high",
                    "difference_low", "difference_high")  # fmt: skip
GROUPS = ("emergency", "priority", "regular", "all")
FIGURES = dict.fromkeys(("mean", "p50", "p80", "p90", "p95", "longest"), "s") | {
    "kept": "share",
    "not_called": "tickets",
}
"""Waits to the call in seconds; `kept` is the share of the promise; `not_called` are those nobody came to call."""


class NothingToTry(ValueError):
    """The change leaves every one of the days as it was; the message says which."""


@dataclass(frozen=True, slots=True)
class Open:
    """One counter more from `since` until `until` (seconds after midnight); `services` of one the branch has not."""

    counter: str
    since: float
    until: float = NEVER
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Close:
    """A counter that goes home at `since` (seconds after midnight)."""

    counter: str
    since: float


@dataclass(frozen=True, slots=True)
class Serves:
    """Another officer at a counter, all day: `who` as the journal knows them ("officer:7")."""

    counter: str
    who: str


@dataclass(frozen=True, slots=True)
class Does:
    """A counter that does these services, all day."""

    counter: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is tried: counters, who is at them, what they do, and the rule."""

    policy: Policy
    opens: tuple[Open, ...] = ()
    closes: tuple[Close, ...] = ()
    serves: tuple[Serves, ...] = ()
    does: tuple[Does, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure lies in eight plays of ten; None where there is nothing to measure."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    lane: str
    figure: str
    before: Range
    after: Range
    difference: Range

    @property
    def unit(self) -> str:
        return FIGURES[self.figure]


@dataclass(frozen=True, slots=True)
class Simulated:
    """`tickets` a group over all the days; `left_out` are those that were not played."""

    figures: tuple[Figure, ...]
    tickets: dict[str, int]
    left_out: int


def simulate(
    branch: Branch,
    days: Sequence[tuple[LivedDay, Law]],
    change: Change,
    seed: int = 0,
    replications: int = REPLICATIONS,
    progress: Callable[[float], None] = lambda _done: None,
) -> Simulated:
    """The days as they were and with the change, each with the law of its own day; `progress` is told the share that
    is done. Raises NothingToTry."""
    changed = [_changed(branch, day, change) for day, _ in days]
    if change.policy == branch.policy and changed == [day for day, _ in days]:
        raise NothingToTry("the change leaves every one of these days as it was")
    before, after = [], []
    for n, ((day, law), new) in enumerate(zip(days, changed, strict=True)):
        options = Options(replications, seed + n, arrivals=(), jitter=0.0)
        progress(n / len(days))
        before.append(_played(branch, branch.policy, day, law, options))
        progress((n + 0.5) / len(days))
        after.append(_played(branch, change.policy, new, law, options))
    counted = [one for day, _ in days for one in day.arrivals if one.counts]
    group = np.array([GROUPS.index(_group(one.lane)) for one in counted])
    within = np.array([
        _within(branch.promise(one.service, day.on), law) for day, law in days for one in day.arrivals if one.counts
    ])  # fmt: skip
    old, new_waits = np.concatenate(before, axis=1), np.concatenate(after, axis=1)
    figures: list[Figure] = []
    tickets = {}
    for place, lane in enumerate(GROUPS):
        mine = np.flatnonzero(group == place) if lane != "all" else np.arange(len(group))
        tickets[lane] = len(mine)
        if len(mine):
            figures += _compared(lane, old[:, mine], new_waits[:, mine], within[mine])
    return Simulated(tuple(figures), tickets, sum(day.left_out for day, _ in days))


def law_of(past: Past, lessons: Lessons) -> Law:
    """What the past teaches of a day, with that day's own speed and absences."""
    branch = past.branch
    midnight = datetime.combine(lessons.on, time(0), branch.timezone)
    nobody = Hall(midnight, 0.0, NEVER, branch.policy, tuple(service.code for service in branch.services), (), ())
    return past.law(nobody, Diary(lessons))


def rows(simulated: Simulated) -> Iterator[tuple[str | float | None, ...]]:
    """The table of SIMULATED_HEADER: seconds, shares between 0 and 1, tickets."""
    for one in simulated.figures:
        places = 4 if one.unit == "share" else 1
        cells = (
            one.before.low,
            one.before.high,
            one.after.low,
            one.after.high,
            one.difference.low,
            one.difference.high,
        )
        yield (one.lane, one.figure, one.unit, *(None if cell is None else round(cell, places) for cell in cells))


def lines(simulated: Simulated) -> Iterator[str]:
    """The same for people: minutes and percent."""
    yield f"{'lane':<11}{'figure':<13}{'before':>19}{'after':>19}{'difference':>22}"
    for one in simulated.figures:
        name = {"kept": "promise kept", "not_called": "not called"}.get(one.figure, one.figure)
        spans = (_words(one.before, one.unit), _words(one.after, one.unit), _words(one.difference, one.unit, sign="+"))
        yield f"{one.lane:<11}{name:<13}{spans[0]:>19}{spans[1]:>19}{spans[2]:>22}"


def _words(span: Range, unit: str, sign: str = "") -> str:
    if span.low is None or span.high is None:
        return "–"
    scale, places, name = {"s": (1 / 60, 1, "min"), "share": (100.0, 0, "%"), "tickets": (1.0, 0, "")}[unit]
    low, high = (round(edge * scale, places) + 0.0 for edge in (span.low, span.high))
    return f"{low:{sign}.{places}f} to {high:{sign}.{places}f} {name}".rstrip()


# ── one day ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _changed(branch: Branch, day: LivedDay, change: Change) -> LivedDay:
    openings = list(day.openings)
    for close in change.closes:
        openings = [_cut(one, close) for one in openings if one.counter != close.counter or one.since < close.since]
    for more in change.opens:
        openings = _joined(branch, openings, more)
    who = {one.counter: one for one in change.serves}
    does = {one.counter: one for one in change.does}
    openings = [
        replace(
            one,
            who=who[one.counter].who if one.counter in who else one.who,
            services=does[one.counter].services if one.counter in does else one.services,
        )
        for one in openings
    ]
    return replace(day, openings=tuple(sorted(openings, key=lambda one: (one.since, one.counter))))


def _cut(opening: Opening, close: Close) -> Opening:
    if opening.counter != close.counter:
        return opening
    return replace(opening, until=min(opening.until, close.since))


def _joined(branch: Branch, openings: list[Opening], more: Open) -> list[Opening]:
    """With one counter open for longer: the times between its own openings are filled, so far as they overlap."""
    touching = [one for one in openings
                if one.counter == more.counter and one.since <= more.until and one.until >= more.since]  # fmt: skip
    others = [one for one in openings if one not in touching]
    services = more.services or branch.counter(more.counter).services
    own = Opening(more.counter, more.since, more.until, services, f"counter:{more.counter}")
    if not touching:
        return [*others, own]
    whole = replace(
        touching[0], since=min(own.since, touching[0].since), until=max(own.until, max(one.until for one in touching))
    )
    return [*others, whole]


def _played(branch: Branch, policy: Policy, day: LivedDay, law: Law, options: Options) -> Floats:
    """(replications, tickets that count): the waits to the call in the order of the arrivals; NEVER where none came."""
    places = {service.code: place for place, service in enumerate(branch.services)}
    midnight = datetime.combine(day.on, time(0), branch.timezone)
    hall = Hall(midnight, 0.0, NEVER, policy, tuple(places), _queues(policy, day.arrivals, places),
                _posts(day.openings, places))  # fmt: skip
    # Counters are closed when they were: no further breaks are drawn, and theirs last as long as they did.
    played = play(hall, replace(law, pause_p=0.0, planned_breaks=np.ones(1)), options)
    waits = np.empty((options.replications, len(day.arrivals)))
    waits[:, list(played.ids)] = played.waits
    waits -= np.array([one.at for one in day.arrivals])
    counted: Floats = waits[:, [place for place, one in enumerate(day.arrivals) if one.counts]]
    return counted


def _queues(policy: Policy, arrivals: Sequence[Arrival], places: dict[str, int]) -> tuple[Queue, ...]:
    """The lines, with everybody in them who will come; a ticket is known by its place among the arrivals."""
    found: dict[tuple[int, int, float], list[int]] = {}
    for place, one in enumerate(arrivals):
        key = (places[one.service], policy.kind_of(one.lane), shift_of(policy, one.lane))
        found.setdefault(key, []).append(place)
    return tuple(
        Queue(*key, ids=tuple(ids), ranks=tuple(arrivals[place].at for place in ids)) for key, ids in found.items()
    )


def _posts(openings: Sequence[Opening], places: dict[str, int]) -> tuple[Post, ...]:
    """A counter once for each officer and set of services; the times between its openings are its breaks."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Opening]] = {}
    for one in openings:
        found.setdefault((one.counter, one.who, one.services), []).append(one)
    posts = []
    for (code, who, services), mine in found.items():
        breaks = tuple((one.until, other.since - one.until) for one, other in pairwise(mine))
        skills = frozenset(places[service] for service in services if service in places)
        posts.append(Post(code, skills, Doing.AWAY, who, mine[0].since, ends=mine[-1].until, breaks=breaks))
    return tuple(posts)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _group(lane: Lane) -> str:
    return str(lane) if lane in (Lane.EMERGENCY, Lane.REGULAR) else "priority"


def _within(promise: Promise | None, law: Law) -> float:
    """Seconds within which a ticket must be called to keep its promise, nan where no wait is promised."""
    if promise is None or promise.measure == "sojourn":
        return float("nan")
    return promise.within_s - (float(law.walk.mean()) if promise.measure == "wait" else 0.0)


def _compared(lane: str, before: Floats, after: Floats, within: Floats) -> Iterator[Figure]:
    old, new = _figures(before, within), _figures(after, within)
    for name in FIGURES:
        yield Figure(lane, name, _range(old[name]), _range(new[name]), _range(new[name] - old[name]))


def _figures(waits: Floats, within: Floats) -> dict[str, Floats]:
    """Each figure in each replication. Waits of those who were not called count as broken promises alone."""
    is_called = waits < NEVER
    ordered = np.sort(np.where(is_called, waits, NEVER), axis=1)
    n = is_called.sum(axis=1)
    judged = ~np.isnan(within)
    found = {
        "mean": np.where(is_called, waits, 0.0).sum(axis=1) / np.where(n, n, np.nan),
        "longest": _nearest_rank(ordered, n, 100),
        "kept": (waits[:, judged] <= within[judged]).mean(axis=1) if judged.any() else np.full(len(waits), np.nan),
        "not_called": (~is_called).sum(axis=1).astype(float),
    }
    return found | {f"p{share}": _nearest_rank(ordered, n, share) for share in (50, 80, 90, 95)}


def _nearest_rank(ordered: Floats, n: Ints, share: int) -> Floats:
    """The smallest of the first `n` of each row that at least `share` percent of them do not exceed."""
    place = np.maximum(-(-n * share // 100), 1) - 1
    return np.where(n > 0, ordered[np.arange(len(ordered)), place], np.nan)


def _range(values: Floats) -> Range:
    known = values[~np.isnan(values)]
    if not len(known):
        return Range(None, None)
    low, high = quantiles(known, (LOW, HIGH))
    return Range(float(low), float(high))
