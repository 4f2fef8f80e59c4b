"""Erlang's formulas for one pool of counters that do everything: who has to wait, and how many counters are enough.

Standard library alone: the server's own process asks them too.
"""

from __future__ import annotations

from math import exp, isfinite

MOST_COUNTERS = 20_000
"""More counters than any formula is asked about: what needs more has a fault in its figures."""


def erlang_b(load: float, counters: int) -> float:
    """The share of customers who find every counter busy where nobody may wait; `load` in counters kept busy.

    By the recursion B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)), which is stable for any number of counters.
    """
    blocked = 1.0
    for k in range(1, counters + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, counters: int) -> float:
    """The share of customers who have to wait; 1 where the load is not below the number of counters."""
    if load >= counters:
        return 1.0
    return _waits(load, counters, erlang_b(load, counters))


def _waits(load: float, counters: int, blocked: float) -> float:
    return blocked / (1.0 - load / counters * (1.0 - blocked))


def wait_beyond(rate: float, mean_s: float, counters: int, within_s: float, cv: float = 1.0) -> float:
    """The share of customers who wait longer than `within_s`; `rate` in customers a second, `cv` of the services.

    The delay probability of Erlang C with an exponential tail that is slower by (1 + cv²) / 2; exact for cv = 1.
    """
    load = rate * mean_s
    if load >= counters:
        return 1.0
    return erlang_c(load, counters) * _tail(load, mean_s, counters, within_s, cv)


def _tail(load: float, mean_s: float, counters: int, within_s: float, cv: float) -> float:
    return exp(-2.0 / (1.0 + cv * cv) * (counters - load) * within_s / mean_s) if within_s > 0 else 1.0


def counters_for(rate: float, mean_s: float, within_s: float, share: float, cv: float = 1.0) -> int:
    """The fewest counters that serve `share` of the customers within `within_s`; none where nobody comes.

    Raises ValueError for a share that no number of counters reaches (1 with no time given), and for figures that are
    not those of a hall.
    """
    load = rate * mean_s
    if not isfinite(load) or load > MOST_COUNTERS / 2:
        raise ValueError(f"a load of {load:.0f} counters is not that of a hall")
    if load <= 0:
        return 0
    blocked = 1.0
    for k in range(1, MOST_COUNTERS):
        blocked = load * blocked / (k + load * blocked)
        if k > load and _waits(load, k, blocked) * _tail(load, mean_s, k, within_s, cv) <= 1.0 - share:
            return k
    raise ValueError(f"no number of counters serves a share of {share} within {within_s:g} seconds")
