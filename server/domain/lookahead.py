"""The hall played forward many times at once, from what is seen now until everybody is called.

Each replication has its own service times, absences, breaks and arrivals to come (`server.domain.crowd`); the
discipline, the skills, the services in hand and the planned breaks are the real ones.

    F        when each counter can next call                        (replications × counters)
    heads    when the first of each queue came, or will come        (replications × queues)
    called   when each ticket is called                             (replications × tickets)

Section 5.3 of the study that the rule was taken from: Ibrahim and Whitt on real-time delay estimates, Whitt on
elapsed services, Senderovich and others on learning from the event log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.domain.crowd import GHOST, NOBODY, Crowd, Ints, normals
from server.domain.forecast import LAW_LEVELS, Told
from server.domain.hall import Doing, Hall, Post
from server.domain.law import NEVER, Floats, Law, drawn, left_of

Bools = NDArray[np.bool_]

REPLICATIONS = 200
HORIZON_S = 4 * 3600.0
"""How far ahead future arrivals are drawn."""
BREAK_JITTER_S = 180.0
"""How far planned breaks begin from their time (standard deviation)."""
TICK_S = 0.001
"""A counter that is free now has not gone to its break: it goes after the customers whom it can call at once."""


@dataclass(frozen=True, eq=False)
class Options:
    """What to play. `ghosts` are (service, kind): one more ticket behind its queue that takes no time.

    `only` stops at the call of one ticket. `arrivals`: the kinds of ticket that may still come. `until` (seconds)
    counts every ticket that comes by then, not those alone who wait. `keep` plays with these counters open, whatever
    the roster says; one that is away comes after `set_up` seconds. `jitter`: how far planned breaks begin from their
    time (standard deviation, seconds).

    One `seed` gives one crowd: whatever is kept, the same people come, and the services in hand end at the same time.
    """

    replications: int = REPLICATIONS
    seed: int = 0
    ghosts: tuple[tuple[int, int], ...] = ()
    only: int | None = None
    arrivals: tuple[int, ...] | None = None
    until: float | None = None
    horizon: float = HORIZON_S
    keep: frozenset[str] | None = None
    set_up: float = 120.0
    jitter: float = BREAK_JITTER_S


@dataclass(frozen=True, eq=False)
class Played:
    """`waits[r, i]`: seconds from now until the call of the i-th of `ids`; NEVER where nobody came to call.

    `ghosts[r, g]` likewise for the g-th ghost. With `until`, `met[r, j]` are the whole waits (issue to call) of
    everybody who waits or comes by then for what some counter of the hall does: NEVER where none that is kept does,
    nan where there is no j-th. `services[j]` is what the j-th came for, `issued[r, j]` when (seconds from now).
    """

    ids: tuple[int, ...]
    waits: Floats
    ghosts: Floats
    met: Floats | None = None
    services: Ints | None = None
    issued: Floats | None = None


def play(hall: Hall, law: Law, options: Options = Options()) -> Played:
    """Everybody's call, played `replications` times; the same `seed` gives the same answer."""
    return _Play(hall, law, options).run()


class _Play:
    def __init__(self, hall: Hall, law: Law, options: Options) -> None:
        self.hall, self.law, self.options = hall, law, options
        self.R = options.replications
        self.kept = [c for c, post in enumerate(hall.posts) if options.keep is None or post.code in options.keep]
        self.posts = [hall.posts[c] for c in self.kept]
        self.rng = np.random.default_rng([options.seed, 1])
        self.rows = np.arange(self.R)
        kinds = self._kinds_to_come()
        self.crowd = Crowd(hall, law, self.R, options.seed, options.ghosts, kinds, options.horizon)
        self.M = len(self.crowd.ids)
        self._free()

    def _kinds_to_come(self) -> tuple[int, ...]:
        """Only who may go before somebody that waits matters: the kinds with a head start, unless all are asked for."""
        if self.options.arrivals is not None:
            return self.options.arrivals
        return (0,) if self.hall.policy.kind == "first_come" else (0, 1)

    # ── when each counter can next call ──────────────────────────────────────────────────────────────────────

    def _free(self) -> None:
        law, R = self.law, self.R
        places = self.rng.random((4, len(self.hall.posts), R))[:, self.kept]
        self.speed = np.array([law.speed_of(post.who) for post in self.posts])
        F = np.full((R, len(self.posts)), NEVER)
        for c, post in enumerate(self.posts):
            F[:, c] = self._first_free(post, self.speed[c], places[:, c])
            if post.doing in (Doing.SERVING, Doing.CALLING) and law.pause_p > 0:
                takes = places[2, c] < law.pause_p
                F[takes, c] += drawn(law.pauses, places[2, c][takes] / law.pause_p)
        self.F = F
        most = max((len(post.breaks) for post in self.posts), default=0)
        self.due = np.full((R, len(self.posts), most + 1), NEVER)
        self.lasts = np.zeros((len(self.posts), most + 1))
        self.ends = np.full(len(self.posts), NEVER)
        if self.options.keep is not None:
            return  # a question about so many counters open, not about who goes to lunch
        jitter = self.options.jitter * normals(self.options.seed + 1, R, max(len(self.posts), 1))
        for c, post in enumerate(self.posts):
            self.ends[c] = post.ends
            for k, (begins, lasts) in enumerate(post.breaks):
                self.due[:, c, k] = np.maximum(begins + jitter[:, c], TICK_S)
                self.lasts[c, k] = lasts

    def _first_free(self, post: Post, speed: float, places: Floats) -> Floats | float:
        law, elapsed = self.law, -post.since
        match post.doing:
            case Doing.IDLE:
                return 0.0
            case Doing.SERVING:
                paced = speed * post.units  # of many transactions together, each takes a service time
                return paced * left_of(law.pools[post.service], elapsed / paced, places[0])
            case Doing.CALLING:
                return self._after_call(post, speed, places)
            case Doing.PLANNED_BREAK:
                return post.lasts * left_of(law.planned_breaks, elapsed / post.lasts, places[0])
            case Doing.PAUSE:
                return left_of(law.pauses, elapsed, places[0])
        if self.options.keep is not None:
            return self.options.set_up
        return post.since

    def _after_call(self, post: Post, speed: float, places: Floats) -> Floats:
        """Called, and nobody pressed "serve": gone, on the way, or served all the same.

        What is still possible after so long decides: nobody is given up later than ever before, and an officer who
        never presses the key has somebody at the counter.
        """
        law, elapsed, pool = self.law, -post.since, self.law.pools[post.service] * post.units
        absent, served = law.absent(post.waited), max(0.0, elapsed - float(law.walk.mean())) / speed
        gone = absent * float((law.gone_s > elapsed).mean())
        coming = (1 - absent) * float((law.walk > elapsed).mean())
        here = (1 - absent) * law.unpressed * float((pool > served).mean()) + 1e-9
        place = places[0] * (gone + coming + here)
        on_the_way = left_of(law.walk, elapsed, places[3]) + speed * drawn(pool, places[1])
        in_service = speed * left_of(pool, served, places[1])
        given_up = np.maximum(left_of(law.gone_s, elapsed, places[3]), 0.0)
        return np.where(place < gone, given_up, np.where(place < gone + coming, on_the_way, in_service))

    # ── the play ─────────────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> Played:
        called = np.full(self.R * self.M, NEVER)
        wanted = self._wanted()
        if self.posts and wanted.any():
            self._until_called(called, wanted)
        calls = called.reshape(self.R, self.M)
        waiting, ghosts = np.flatnonzero(self.crowd.ids >= 0), self.crowd.columns_of(self.options.ghosts)
        played = Played(tuple(int(i) for i in self.crowd.ids[waiting]), calls[:, waiting], calls[:, ghosts])
        if self.options.until is None:
            return played
        people = np.flatnonzero((self.crowd.ids != NOBODY) & (self.crowd.ids != GHOST))
        counted = self._in_time() & self._served(self.hall.posts)
        came = self.crowd.came[:, people]
        met = np.where(counted[:, people], calls[:, people] - np.where(came < NEVER, came, 0.0), np.nan)
        return replace(played, met=met, services=self.crowd.service[people], issued=came)

    def _wanted(self) -> NDArray[np.bool_]:
        """Whose call ends the play, (R, M)."""
        options = self.options
        if options.until is not None:
            return self._in_time() & self._served(self.posts)
        mine = (
            self.crowd.ids == options.only
            if options.only is not None
            else (self.crowd.ids >= 0) | (self.crowd.ids == GHOST)
        )
        return np.broadcast_to(mine & self._served(self.posts), (self.R, self.M))

    def _in_time(self) -> Bools:
        """Who waits or comes by `until`, (R, M)."""
        found: Bools = (
            (self.crowd.came <= (self.options.until or 0.0)) & (self.crowd.came < NEVER) & (self.crowd.ids != GHOST)
        )
        return found

    def _served(self, posts: Sequence[Post]) -> Bools:
        """The columns that some of these counters can call from."""
        skilled = self._skills(posts).any(axis=0) if posts else np.zeros(len(self.crowd.queues), bool)
        found: Bools = np.repeat(skilled, np.diff([*self.crowd.start, self.M]).astype(np.intp))
        return found

    def _skills(self, posts: Sequence[Post]) -> Bools:
        """(counters, queues): which counter may call from which queue."""
        return np.array(
            [[post.calls_from(queue) for queue in self.crowd.queues] for post in posts], dtype=bool
        ).reshape(len(posts), len(self.crowd.queues))

    def _until_called(self, called: Floats, wanted: NDArray[np.bool_]) -> None:
        """Again and again, in every replication at once: the counter that is free first calls, until all are called.

        Long because it is the inner loop: a call of a function costs as much as a line of it.
        """
        R, M, Q, C = self.R, self.M, len(self.crowd.queues), len(self.posts)
        rows, came, F = self.rows, self.crowd.came.ravel(), self.F
        first = np.tile(self.crowd.start, (R, 1)) + rows[:, None] * M
        heads = came[first]
        shift = np.array([queue.shift for queue in self.crowd.queues])
        keys = heads + shift
        barred = np.where(self._skills(self.posts), 0.0, NEVER)
        kind = np.array([queue.kind for queue in self.crowd.queues])
        regular = np.where(kind == 2, 0.0, NEVER)
        runs = np.tile(np.array([float(post.run) for post in self.posts]), (R, 1))
        want = wanted.ravel()
        left = int(want.sum())
        ghost = np.tile(self.crowd.ids == GHOST, R) if self.options.ghosts else None
        row_c, row_q = rows * C, rows * Q
        flat_F, flat_runs = F.ravel(), runs.ravel()
        flat_heads, flat_keys, flat_first = heads.ravel(), keys.ravel(), first.ravel()
        next_due, next_break = self.due[:, :, 0].copy(), np.zeros((R, C), dtype=np.intp)
        soonest, first_end = float(next_due.min()), float(self.ends.min())
        policy = self.hall.policy
        is_guarded = policy.kind != "first_come" and (policy.guard > 0 or policy.kind == "interleave")
        for _ in range((20 + C) * (M + 16 * C) + 1000):  # whoever comes wakes every idle counter
            c = F.argmin(axis=1)
            at_c = row_c + c
            t = flat_F.take(at_c)
            alive = t < NEVER
            if not alive.all():
                if not alive.any():
                    return
                latest = float(t[alive].max())
            else:
                latest = float(t.max())
            if latest >= soonest:
                going = alive & (t >= next_due.ravel().take(at_c))
                if going.any():
                    r, cc = rows[going], c[going]
                    k = next_break[r, cc]
                    F[r, cc] = t[going] + self.lasts[cc, k] * drawn(self.law.planned_breaks, self.rng.random(len(r)))
                    next_break[r, cc] = k + 1
                    next_due[r, cc] = self.due[r, cc, k + 1]
                    soonest = float(next_due.min())
                    alive = alive & ~going
            if latest >= first_end:
                over = alive & (t >= self.ends[c])
                if over.any():
                    F[rows[over], c[over]] = NEVER
                    alive = alive & ~over
            here = np.where(heads <= t[:, None], keys, NEVER)
            here += barred[c]
            q = here.argmin(axis=1)
            key = here.ravel().take(row_q + q)
            got = (key < NEVER) & alive
            if is_guarded:
                ahead = np.flatnonzero((kind.take(q) == 1) & got)
                if len(ahead):
                    q = self._guarded(q, here, heads, t, regular, ahead, flat_runs, at_c)
            at_q = row_q + q
            if not got.all():
                none = np.flatnonzero(alive & ~got)
                if len(none):
                    comes = (heads[none] + barred[c[none]]).min(axis=1)
                    F[none, c[none]] = np.minimum(comes, next_due[none, c[none]])
                calling = np.flatnonzero(got)
                if not len(calling):
                    continue
                at_q, at_c, t, c, q = at_q[calling], at_c[calling], t[calling], c[calling], q[calling]
            column = flat_first.take(at_q)
            called[column] = t
            waited = t - flat_heads.take(at_q)
            flat_first[at_q] = column + 1
            head = came.take(column + 1)
            flat_heads[at_q] = head
            flat_keys[at_q] = head + shift.take(q)
            lasts = self.crowd.need.take(column) * self.speed.take(c) + self.crowd.beside.take(column)
            gone = self.crowd.gone_from.take(column) <= waited
            if gone.any():
                lasts[gone] = self.crowd.cost_gone[gone.nonzero()[0]]
            flat_F[at_c] = t + lasts
            if is_guarded:
                ends_run = kind.take(q) == 2
                if ghost is not None:
                    ends_run &= ~ghost.take(column)
                flat_runs[at_c[ends_run]] = 0.0
            left -= int(want.take(column).sum())
            if left <= 0:
                return
        raise RuntimeError("the look-ahead did not end")

    def _guarded(
        self, q: Ints, here: Floats, heads: Floats, t: Floats, regular: Floats, r: Ints, flat_runs: Floats, at_c: Ints
    ) -> Ints:
        """The queues to call from once the guard has seen rows `r`, in which a priority ticket is first; counts the
        priority calls past a waiting regular."""
        policy = self.hall.policy
        theirs = here[r] + regular
        other = theirs.argmin(axis=1)
        passed = theirs[np.arange(len(r)), other] < NEVER
        r, other = r[passed], other[passed]
        if not len(r):
            return q
        run = flat_runs.take(at_c[r])
        turned = np.zeros(len(r), bool)
        if policy.kind == "interleave":
            turned |= run >= policy.ratio
        if policy.guard > 0:
            turned |= (run >= policy.guard) & (t[r] - heads[r, other] >= policy.guard_after_s)
        flat_runs[at_c[r]] = np.where(turned, 0.0, run + 1)
        q = q.copy()
        q[r[turned]] = other[turned]
        return q


def told(waits: Floats, low: float = 0.1, high: float = 0.9) -> list[Told | None]:
    """What each ticket is told from its column of `waits`: the mean, the range between two levels, and the law.

    None where nobody comes to call it in at least half of what may happen.
    """
    if not waits.shape[1]:
        return []
    called = waits < NEVER
    known = np.where(called, waits, 0.0)
    count = called.sum(axis=0)
    means = known.sum(axis=0) / np.maximum(count, 1)
    lows, highs, *law = quantiles(np.where(called, waits, known.max(axis=0)), (low, high, *LAW_LEVELS))
    sure = 2 * count > len(waits)
    columns = zip(sure, np.minimum(lows, means), means, np.maximum(highs, means), np.transpose(law), strict=True)
    return [Told(float(a), float(b), float(c), tuple(found.tolist())) if ok else None for ok, a, b, c, found in columns]


def quantiles(waits: Floats, levels: Sequence[float]) -> Floats:
    """(levels, tickets): order statistics at (R + 1) × level, as section 5.3 has them."""
    found: Floats = np.quantile(waits, levels, axis=0, method="weibull")
    return found
