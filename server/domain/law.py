"""What is known of a branch's durations, absences and arrivals: the law from which a look-ahead draws.

Durations are pools of what was really seen (sorted seconds), drawn from by their place: 0 is the shortest, just
under 1 the longest. Learned in `server.reports.learn`, played in `server.domain.lookahead`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SLOT_S = 1800.0
SLOTS = 48
"""Arrivals are counted by half hours of the local day."""
LEAST_TAIL = 5
"""So many longer services must have been seen before what is left of one is drawn from them."""
NEVER = np.inf


COMES = 0.7
"""The share of those who join from outside that come, before anything was seen."""


@dataclass(frozen=True, eq=False)
class Law:
    """All times in seconds. `services` and the rows of `pools` are in one order; so are the columns of `rates`.

    `speed` are factors on service times by who serves ("officer:7", "counter:K1"), `today` one for everybody.
    Whoever has waited w seconds is gone when called with probability
    `absence_today` × (1 - (1 - p0) exp(-k w)), `gone_s` is what such a call costs.
    `unpressed` is the share of services whose begin no officer tells.
    `rates` are tickets a second by half hour of the local day, service and lane class (0 emergency, 1 priority,
    2 regular). `service_sd` and `day_sd` are the doubts about each mean and about today (standard deviations of a
    logarithm).
    """

    services: tuple[str, ...]
    pools: tuple[Floats, ...]
    speed: dict[str, float] = field(default_factory=dict)
    today: float = 1.0
    walk: Floats = field(default_factory=lambda: np.array([12.0, 27.0, 42.0]))
    gone_s: Floats = field(default_factory=lambda: np.array([60.0]))
    unpressed: float = 0.05
    p0: float = 0.04
    k: float = 0.003 / 60
    absence_today: float = 1.0
    planned_breaks: Floats = field(default_factory=lambda: np.array([1.0, 1.1, 1.2]))
    pause_p: float = 0.02
    pauses: Floats = field(default_factory=lambda: np.array([120.0, 240.0, 360.0, 480.0, 720.0]))
    rates: Floats = field(default_factory=lambda: np.zeros((SLOTS, 0, 3)))
    service_sd: Floats = field(default_factory=lambda: np.zeros(0))
    day_sd: float = 0.0
    comes: float = COMES

    def speed_of(self, who: str) -> float:
        return self.speed.get(who, 1.0) * self.today

    def absent(self, waited_s: float) -> float:
        """The probability that somebody who has waited so long is gone when called."""
        gone = 1.0 - (1.0 - self.p0) * float(np.exp(-self.k * max(waited_s, 0.0)))
        return min(MOST_ABSENT, self.absence_today * gone)


MOST_ABSENT = 0.9


def drawn(pool: Floats, places: Floats) -> Floats:
    """The durations at `places` (0 ≤ place < 1) of a sorted pool."""
    found: Floats = pool[(places * len(pool)).astype(np.intp)]
    return found


def left_of(pool: Floats, elapsed: float, places: Floats) -> Floats:
    """What is left of durations that have lasted `elapsed` already; beyond the pool, exponential."""
    first = int(np.searchsorted(pool, elapsed, side="right"))
    longer = len(pool) - first
    if longer >= LEAST_TAIL:
        found: Floats = pool[first + (places * longer).astype(np.intp)] - elapsed
        return found
    return -_excess(pool, elapsed) * np.log1p(-places)


def mean_left(pool: Floats, elapsed: float) -> float:
    """The mean of `left_of`."""
    first = int(np.searchsorted(pool, elapsed, side="right"))
    if len(pool) - first >= LEAST_TAIL:
        return float(pool[first:].mean()) - elapsed
    return _excess(pool, elapsed)


def _excess(pool: Floats, elapsed: float) -> float:
    """Seconds by which the longest tenth exceeds its shortest, at least a quarter of what has passed."""
    longest = pool[int(0.9 * len(pool)) :]
    return max(0.25 * elapsed, float(longest.mean() - longest[0]), 1.0)
