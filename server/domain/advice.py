"""What to do now: which counter to open or to close, and what that does to the promise, in figures.

The hall is played forward with the counters that are open, then with one more or one less of each kind, always with
the same crowd. An answer is a value; the screens make a sentence of it. Asked every quarter of an hour or half hour,
never closer: who has just sat down is not sent away again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from server.domain.hall import Doing, Hall, Post
from server.domain.law import NEVER, Law
from server.domain.lookahead import Options, play
from server.domain.staffing import Goal

AHEAD_S = 3600.0
"""Everybody who comes within the next hour counts, not only who waits now."""
AFTER_S = 2700.0
"""Who comes after that counts for nothing, but may still go before somebody who does."""
REPLICATIONS = 48
SPARE = 0.02
"""A counter is released only where the promise is kept so much more often than it must be."""
MOST_STEPS = 6
"""At most so many counters are opened or closed at once."""
GAIN = 0.001


@dataclass(frozen=True, slots=True)
class Step:
    """A counter to open or to close, and the codes of what it does."""

    counter: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """`open_now` counters are open and would keep the promise for a share `kept_now` of those who wait or come within
    the hour; with these steps it would be `kept_then`. No steps: stay as it is. `helps` is the service that gains
    most from them ("" for none)."""

    open_now: int
    kept_now: float
    opens: tuple[Step, ...]
    closes: tuple[Step, ...]
    open_then: int
    kept_then: float
    helps: str = ""

    @property
    def changes(self) -> bool:
        return bool(self.opens or self.closes)


def advise(hall: Hall, law: Law, goal: Goal, *, ahead_s: float = AHEAD_S, least: int = 1, seed: int = 0) -> Advice:
    """The fewest changes that keep the promise, or with fewer counters still keep it.

    A counter in a break counts as open: it comes back. At least `least` stay open.
    """
    return _Question(hall, law, goal, ahead_s, least, seed).answer()


@dataclass(frozen=True, eq=False)
class _Outcome:
    """The share kept in all, and of each service."""

    kept: float
    of: np.ndarray[tuple[int], np.dtype[np.float64]]


class _Question:
    def __init__(self, hall: Hall, law: Law, goal: Goal, ahead_s: float, least: int, seed: int) -> None:
        self.hall, self.law, self.goal, self.least = hall, law, goal, least
        self.options = (ahead_s, seed)
        self.posts = {post.code: post for post in hall.posts}
        self.open = frozenset(post.code for post in hall.posts if post.doing is not Doing.AWAY)

    def answer(self) -> Advice:
        now = self._outcome(self.open)
        if now.kept >= self.goal.share:
            kept, then = self._fewer(now)
        else:
            kept, then = self._more(now)
        gains = then.of - now.of
        helps = self.hall.services[int(gains.argmax())] if kept != self.open and gains.max() > GAIN else ""
        return Advice(
            open_now=len(self.open), kept_now=now.kept, opens=self._steps(kept - self.open),
            closes=self._steps(self.open - kept), open_then=len(kept), kept_then=then.kept, helps=helps,
        )  # fmt: skip

    def _fewer(self, now: _Outcome) -> tuple[frozenset[str], _Outcome]:
        kept, outcome = self.open, now
        while len(kept) > self.least and len(self.open - kept) < MOST_STEPS:
            tried = [(kept - {code}, self._outcome(kept - {code})) for code in self._one_of_each(kept)]
            fewer, then = max(tried, key=lambda one: one[1].kept)
            if then.kept < self.goal.share + SPARE:
                break
            kept, outcome = fewer, then
        return kept, outcome

    def _more(self, now: _Outcome) -> tuple[frozenset[str], _Outcome]:
        """One more at a time, the one that helps most; what was opened for nothing in the end is left out."""
        kept, best = self.open, (self.open, now)
        closed = frozenset(self.posts) - self.open
        for _ in range(MOST_STEPS):
            tried = [(kept | {code}, self._outcome(kept | {code})) for code in self._one_of_each(closed - kept)]
            if not tried:
                break
            kept, then = max(tried, key=lambda one: one[1].kept)
            if then.kept > best[1].kept + GAIN:
                best = kept, then
            if then.kept >= self.goal.share:
                break
        return best

    def _outcome(self, kept: frozenset[str]) -> _Outcome:
        ahead_s, seed = self.options
        options = Options(REPLICATIONS, seed, arrivals=(0, 1, 2), until=ahead_s, horizon=ahead_s + AFTER_S, keep=kept)
        played = play(self.hall, self.law, options)
        assert played.met is not None
        assert played.services is not None
        counts = ~np.isnan(played.met)
        is_kept = counts & (played.met <= self.goal.within[played.services])
        people, happy = np.zeros(len(self.hall.services)), np.zeros(len(self.hall.services))
        np.add.at(people, played.services, counts.sum(axis=0))
        np.add.at(happy, played.services, is_kept.sum(axis=0))
        whole = people.sum()
        return _Outcome(
            float(happy.sum() / whole) if whole else 1.0, np.where(people > 0, happy, 1) / np.maximum(people, 1)
        )

    def _one_of_each(self, codes: Iterable[str]) -> list[str]:
        """One counter for each set of skills: who is first at hand, in the branch's order where that is alike."""
        found: dict[frozenset[int], str] = {}
        order = [post for post in self.hall.posts if post.code in set(codes)]
        for post in sorted(order, key=_at_hand):
            found.setdefault(post.services, post.code)
        return list(found.values())

    def _steps(self, codes: Iterable[str]) -> tuple[Step, ...]:
        names = self.hall.services
        return tuple(
            Step(post.code, tuple(names[place] for place in sorted(post.services)))
            for post in self.hall.posts
            if post.code in set(codes)
        )


def _at_hand(post: Post) -> tuple[int, float]:
    """Whom to ask first: of the open ones who is idle or in a break, of the closed ones who is planned soonest."""
    if post.doing is Doing.AWAY:
        return (0, post.since if post.since < NEVER else NEVER)
    return (0 if post.doing is Doing.IDLE else 1, post.since)
