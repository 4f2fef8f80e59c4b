"""Everybody a look-ahead has to do with: who waits and who will come, in which queue, and what each of them needs.

What a ticket draws belongs to the ticket, and those to come are drawn from fixed streams (common random numbers), so
that an estimate moves when something happened and not because it was computed again.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.domain.discipline import Policy
from server.domain.hall import BAND_S, Hall, Queue, shift_of
from server.domain.law import MOST_ABSENT, NEVER, SLOT_S, SLOTS, Floats, Law, drawn
from server.domain.queue import Lane

Ints = NDArray[np.intp]

COLUMNS = 2048
"""Draws are kept for so many tickets; two tickets so far apart share theirs."""
NOBODY = -1
GHOST = -2
UNKNOWN = -3
"""In the place of a ticket's id: the end of a queue, "if you took a number now", and somebody yet to come."""

NEED, WALK, ABSENCE, PAUSE = range(4)


class Crowd:
    """A row of columns per queue, alike in all `replications`: those who wait, ghosts, those to come, and an end.

    `ids[m]` says who column m is, `service[m]` what it came for, `start[q]` where queue q begins. `came` (R, M) are
    the rank instants in seconds from now, NEVER for the end. Flat, r × M + m: `need` seconds at a counter of usual
    speed, `beside` seconds whatever its speed, and `gone_from` the wait from which it is gone when called, which
    costs `cost_gone[r]`. `kinds` of ticket may still come, within `horizon` seconds; `ghosts` are (service, kind).
    """

    def __init__(
        self, hall: Hall, law: Law, replications: int, seed: int, ghosts: tuple[tuple[int, int], ...],
        kinds: tuple[int, ...], horizon: float,
    ) -> None:  # fmt: skip
        self.R = replications
        self._hall, self._law, self._seed = hall, law, seed
        self._expected = self._expect(horizon)
        self._line_up(ghosts, kinds)
        self._needs()

    def columns_of(self, ghosts: tuple[tuple[int, int], ...]) -> Ints:
        """The column of each ghost, in the order in which they are asked for."""
        columns: dict[tuple[int, int], int] = {}
        for column in np.flatnonzero(self.ids == GHOST):
            queue = self.queues[int(np.searchsorted(self.start, column, side="right")) - 1]
            columns.setdefault((queue.service, queue.kind), int(column))
        return np.array([columns[ghost] for ghost in ghosts], dtype=np.intp)

    def _line_up(self, ghosts: tuple[tuple[int, int], ...], kinds: tuple[int, ...]) -> None:
        hall = self._hall
        queues = list(hall.queues)
        known = {(q.service, q.kind, q.only) for q in queues}
        wanted = {(service, kind) for service, kind in ghosts}
        wanted |= {(service, kind) for kind in kinds for service in range(len(hall.services))}
        for service, kind in sorted(wanted):
            if (service, kind, "") not in known:
                queues.append(Queue(service, kind, _shift(hall.policy, kind)))
        taken: set[tuple[int, int]] = set()  # whoever comes joins the first queue of the kind
        blocks, ids, start, units = list[Floats](), list[int](), list[int](), list[int]()
        for queue in queues:
            start.append(len(ids))
            place = (queue.service, queue.kind)
            blocks.append(np.broadcast_to(np.array(queue.ranks, dtype=float), (self.R, len(queue.ranks))))
            ids += queue.ids
            units += queue.units or [1] * len(queue.ids)
            if not queue.only and place not in taken:
                taken.add(place)
                here = ghosts.count(place)
                blocks.append(np.zeros((self.R, here)))
                ids += [GHOST] * here
                if queue.kind in kinds:
                    come = self._to_come(queue.service, queue.kind)
                    blocks.append(come)
                    ids += [UNKNOWN] * come.shape[1]
            blocks.append(np.full((self.R, 1), NEVER))
            ids.append(NOBODY)
            units += [1] * (len(ids) - len(units))
        self.queues, self.start = queues, np.array(start, dtype=np.intp)
        self.ids = np.array(ids, dtype=np.int64)
        self.came = np.concatenate(blocks, axis=1) if blocks else np.zeros((self.R, 0))
        self.M = len(ids)
        self.units = np.array(units, dtype=float)
        self.service = np.repeat(
            np.array([q.service for q in queues], dtype=np.intp), np.diff([*start, self.M]).astype(np.intp)
        )

    def _to_come(self, service: int, kind: int) -> Floats:
        """Issue times of tickets yet to come, (R, most), in order; NEVER where a replication has fewer.

        Each pair of service and kind has its own stream of a steady Poisson process, whose clock runs as fast as they
        are expected to come.
        """
        grid, expected = self._expected
        clock = _stream(self._seed, self.R, 3 * service + kind, float(expected[-1, service, kind]))
        found: Floats = np.interp(clock, expected[:, service, kind], grid, right=NEVER) if clock.size else clock
        return found

    def _expect(self, horizon: float) -> tuple[Floats, Floats]:
        """Instants, and how many of each service and kind are expected to come by each of them."""
        hall, rates = self._hall, self._law.rates
        end = max(0.0, min(hall.closes, horizon, SLOTS * SLOT_S - hall.into_day))
        edges = np.arange(SLOTS + 1) * SLOT_S - hall.into_day
        grid = np.concatenate([[0.0], edges[(edges > 0) & (edges < end)], [end]])
        slots = np.clip(((grid[:-1] + hall.into_day) // SLOT_S).astype(np.intp), 0, SLOTS - 1)
        expected = np.zeros((len(grid), *rates.shape[1:]))
        np.cumsum(rates[slots] * np.diff(grid)[:, None, None], axis=0, out=expected[1:])
        return grid, expected

    def _needs(self) -> None:
        law, table = self._law, draws(self._seed, self.R)
        columns = np.where(self.ids >= 0, self.ids, np.arange(self.M) + 997 * (self.service + 1)) % COLUMNS
        # One draw for the day and one for each service, the same in every column: what is not known of the means.
        doubt = np.ones((self.R, len(law.services)))
        if law.day_sd or law.service_sd.any():
            normal = normals(self._seed, self.R, 1 + len(law.services))
            doubt = np.exp(
                law.day_sd * normal[:, :1] - law.day_sd**2 / 2
                + law.service_sd * normal[:, 1:] - law.service_sd**2 / 2
            )  # fmt: skip
        need = np.zeros((self.R, self.M))
        for place, pool in enumerate(law.pools):
            mine = np.flatnonzero(self.service == place)
            if len(mine):
                need[:, mine] = drawn(pool, table[NEED].take(columns[mine], axis=1)) * doubt[:, place : place + 1]
        beside = drawn(law.walk, table[WALK].take(columns, axis=1))
        pause = table[PAUSE].take(columns, axis=1)
        if law.pause_p > 0:
            takes = pause < law.pause_p
            beside[takes] += drawn(law.pauses, pause[takes] / law.pause_p)
        absence = table[ABSENCE].take(columns, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            gone_from = -np.log1p(-(absence / law.absence_today - law.p0) / (1 - law.p0)) / max(law.k, 1e-12)
        gone_from = np.where(absence < law.absence_today * law.p0, -NEVER, gone_from)
        gone_from[~(gone_from < NEVER) | (absence >= MOST_ABSENT)] = NEVER
        self._let_stay_away(need, beside, gone_from, table[ABSENCE].take((columns + COLUMNS // 2) % COLUMNS, axis=1))
        ghosts = self.ids == GHOST
        need *= self.units
        need[:, ghosts] = beside[:, ghosts] = 0.0
        gone_from[:, ghosts] = NEVER
        self.need, self.beside, self.gone_from = need.ravel(), beside.ravel(), gone_from.ravel()
        self.cost_gone = drawn(law.gone_s, table[WALK][:, 0])

    def _let_stay_away(self, need: Floats, beside: Floats, gone_from: Floats, place: Floats) -> None:
        """Those who joined from outside and are not here: where a play's draw says that they never come, they are
        passed over, which takes no time."""
        if not self._hall.absent:
            return
        away = np.isin(self.ids, list(self._hall.absent)) & (place >= self._law.comes)
        need[away] = beside[away] = 0.0
        gone_from[away] = NEVER


@lru_cache(maxsize=4)
def draws(seed: int, replications: int) -> Floats:
    """Uniform draws, (4 kinds, replications, COLUMNS): a column has one in every 1/replications, in its own order."""
    rng = np.random.default_rng([seed, replications])
    order = rng.random((4, replications, COLUMNS)).argsort(axis=1)
    found: Floats = (order + rng.random((4, replications, COLUMNS))) / replications
    return found


def _shift(policy: Policy, kind: int) -> float:
    """What is added to the rank instants of a kind of which nobody waits: that of the usual lane of the kind."""
    lanes = [lane for lane in Lane if policy.kind_of(lane) == kind]
    return shift_of(policy, lanes[-1]) if lanes else kind * BAND_S


def _stream(seed: int, replications: int, which: int, until: float) -> Floats:
    """(replications, n): the points of a Poisson process of rate 1, in order; in each row the last lies past `until`.

    The points are always the same, so that whom a pass expects does not change because time has passed.
    """
    many = 4
    while until > 0:
        points, last = _points(seed, replications, which, many)
        if last[-1] > until:
            return points[:, : int(np.searchsorted(last, until, side="right"))]
        many *= 2
    return np.zeros((replications, 0))


@lru_cache(maxsize=256)
def _points(seed: int, replications: int, which: int, many: int) -> tuple[Floats, Floats]:
    """The first points of each stream, and the least n-th point of all."""
    steps = np.random.default_rng([seed, replications, which, 3]).standard_exponential((many, replications))
    points = np.ascontiguousarray(steps.cumsum(axis=0).T)
    return points, points.min(axis=0)


@lru_cache(maxsize=16)
def normals(seed: int, rows: int, columns: int) -> Floats:
    found: Floats = np.random.default_rng([seed, rows, columns, 2]).standard_normal((rows, columns))
    return found
