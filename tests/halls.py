"""Halls and laws for tests that play a hall forward: what is not said is as simple as it can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from server.domain.discipline import Policy
from server.domain.hall import Doing, Hall, Post, Queue, shift_of
from server.domain.law import NEVER, SLOTS, Law
from server.domain.queue import Lane
from tests.builders import OPENING

MIDNIGHT_TO_OPENING_S = 8 * 3600.0


def a_post(code: str = "K1", services: Sequence[int] = (0,), doing: Doing = Doing.IDLE, **stated: Any) -> Post:
    return Post(code, frozenset(services), doing, f"counter:{code}", **stated)


def a_line(ranks: Sequence[float], service: int = 0, lane: Lane = Lane.REGULAR, first: int = 1) -> Queue:
    """Tickets of one service and lane that came, or will come, `ranks` seconds from now; their ids count on."""
    kind = {Lane.EMERGENCY: 0, Lane.REGULAR: 2}.get(lane, 1)
    ids = tuple(range(first, first + len(ranks)))
    return Queue(service, kind, shift_of(Policy(), lane), "", ids, tuple(ranks))


def a_hall(posts: Sequence[Post], queues: Sequence[Queue] = (), services: str = "A", **stated: Any) -> Hall:
    ordinary: dict[str, Any] = {
        "now": OPENING, "into_day": MIDNIGHT_TO_OPENING_S, "closes": NEVER, "policy": Policy(),
    }  # fmt: skip
    return Hall(services=tuple(services), queues=tuple(queues), posts=tuple(posts), **(ordinary | stated))


def a_law(*minutes: float, per_hour: Sequence[float] = (), **stated: Any) -> Law:
    """Services that always take so many minutes; nobody walks, pauses or is gone. `per_hour`: regular tickets by
    service, all day."""
    pools = tuple(np.array([m * 60.0]) for m in minutes or (5.0,))
    rates = np.zeros((SLOTS, len(pools), 3))
    if per_hour:
        rates[:, :, 2] = np.array(per_hour) / 3600
    ordinary: dict[str, Any] = {
        "walk": np.zeros(1), "gone_s": np.array([60.0]), "p0": 0.0, "k": 0.0, "planned_breaks": np.ones(1),
        "pause_p": 0.0, "rates": rates, "service_sd": np.zeros(len(pools)),
    }  # fmt: skip
    return Law(tuple("AFHJKLMRUWXY"[: len(pools)]), pools, **(ordinary | stated))


def varied(*means: float, n: int = 40) -> tuple[np.ndarray[Any, np.dtype[np.float64]], ...]:
    """Pools of `n` service times around these means (minutes), spread about as services are (cv 0.7)."""
    shape = (-np.log1p(-(np.arange(n) + 0.5) / n)) ** 0.75
    return tuple(np.sort(shape / shape.mean() * mean * 60) for mean in means)
