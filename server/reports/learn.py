"""What the past teaches a look-ahead: service times, officers, absences, breaks and arrivals, from the journal.

A day is boiled down to its `Lessons`; the last LEARNED_DAYS of them, with the guesses of the branch's file as a first
opinion, give `Past`; what has happened today moves that to the `Law` of the moment. So the first morning has the
guesses alone, and every figure can be learned again from the journal.

Left out: what a night has made meaningless, services whose end nobody saw, and customers who were not served.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from server.domain.branch import Branch
from server.domain.hall import Doing, Hall
from server.domain.law import COMES, SLOT_S, SLOTS, Floats, Law, mean_left
from server.reports.diary import Diary, Lessons

LEARNED_DAYS = 60

GUESS_N = 10
"""The guess of a mean counts as so many services …"""
GUESS_CV = 0.7
"""… that vary so much."""
OFFICER_N = 30.0
VOLUME_N = 60.0
ABSENT_N = 40.0
"""Shrinkage of an officer's speed (services), of today's volume (tickets) and of today's absences (calls)."""
GUESS_SD, DAY_SD, TICKET_CV, COLD_SD = 0.30, 0.10, 0.75, 0.25
"""Standard deviations of a logarithm: of a guess, of a day's speed, of one service, of all else without history."""
DAY_SD_DAYS = 5.0
MOVES_BELOW_N = 200.0
"""A service with fewer observations moves with today's."""
PAUSE_N = 100.0
USUAL_WALKS = 10
UNPRESSED, UNPRESSED_N = 0.05, 20.0
"""The share of services whose begin an officer does not tell, worth so many services."""
COMES_N = 20.0
P0, K = 0.04, 0.003 / 60
PAUSE_P = 0.02
PAUSES = (120.0, 240.0, 360.0, 480.0, 720.0)
OVERRUNS = (1.0, 1.1, 1.2)
_BIN_S = 300.0
_BINS = 37


@dataclass(frozen=True, eq=False)
class Past:
    """What the days before today teach. One row per service of the branch, in its order."""

    branch: Branch
    pools: tuple[Floats, ...]
    means: Floats
    n: Floats
    speed: dict[str, float]
    ticket_var: float
    day_var: float
    unpressed: float
    p0: float
    k: float
    walk: Floats
    gone_s: Floats
    overruns: Floats
    pause_p: float
    pauses: Floats
    rates: Floats
    days: int
    comes: float = COMES

    def law(self, hall: Hall, diary: Diary | None) -> Law:
        """The law of the moment: the past, moved by what has happened today."""
        lessons = diary.lessons if diary is not None else Lessons(hall.now.date())
        places = {code: place for place, code in enumerate(hall.services)}
        served = [(places[s], self.speed.get(w, 1.0), x) for s, w, x in lessons.services if s in places]
        pools, means, weight = self._moved(served)
        today, n = self._speed_today(served, hall, pools, means)
        calls = np.array(lessons.calls, dtype=float).reshape(-1, 2)
        expected = float((1 - (1 - self.p0) * np.exp(-self.k * calls[:, 0])).sum())
        absent = (float(calls[:, 1].sum()) + ABSENT_N) / (expected + ABSENT_N)
        day_sd = float((1 / self.day_var + n / self.ticket_var) ** -0.5)
        if not self.days:
            day_sd = float(np.hypot(day_sd, COLD_SD))
        return Law(
            services=hall.services, pools=pools, speed=self.speed, today=today, walk=self.walk, gone_s=self.gone_s,
            unpressed=self.unpressed, p0=self.p0, k=self.k, absence_today=absent, planned_breaks=self.overruns,
            pause_p=self.pause_p, pauses=self.pauses, rates=self._rates_today(lessons, hall, diary),
            service_sd=(1 / GUESS_SD**2 + (weight - GUESS_N) / self.ticket_var) ** -0.5, day_sd=day_sd,
            comes=self.comes,
        )  # fmt: skip

    def _moved(self, served: Sequence[tuple[int, float, float]]) -> tuple[tuple[Floats, ...], Floats, Floats]:
        """A young service moves with today's completions: its pool, its mean and the weight of what it rests on."""
        weight = GUESS_N + self.n
        if not served or weight.min() >= MOVES_BELOW_N:
            return self.pools, self.means, weight
        add, count = np.zeros(len(weight)), np.zeros(len(weight))
        for place, speed, x in served:
            add[place] += x / speed
            count[place] += 1
        young = weight < MOVES_BELOW_N
        means = np.where(young, (weight * self.means + add) / (weight + count), self.means)
        pools = tuple(pool * (m / old) for pool, m, old in zip(self.pools, means, self.means, strict=True))
        return pools, means, np.where(young, weight + count, weight)

    def _speed_today(
        self, served: Sequence[tuple[int, float, float]], hall: Hall, pools: Sequence[Floats], means: Floats
    ) -> tuple[float, float]:
        """Today's factor on service times, and on how many services it rests.

        Those still running count with the mean of what they will have taken: without them, a day on which one
        service has just taken very long looks quick.
        """
        total = n = 0.0
        for place, speed, x in served:
            total += x / (means[place] * speed)
            n += 1
        for post in hall.posts:
            if post.doing is Doing.SERVING:
                elapsed = -post.since / self.speed.get(post.who, 1.0)
                total += (elapsed + mean_left(pools[post.service], elapsed)) / means[post.service]
                n += 1
        prior = self.ticket_var / self.day_var
        return (total + prior) / (n + prior), n

    def _rates_today(self, lessons: Lessons, hall: Hall, diary: Diary | None) -> Floats:
        """Tickets a second by slot, service and kind: as on other days, times what today has shown of its volume."""
        got = sum(lessons.issued.values())
        if not self.days:
            since = hall.into_day if diary is None or diary.began_at is None else 0.0
            if diary is not None and diary.began_at is not None:
                since = (hall.now - diary.began_at).total_seconds()
            seen = np.zeros((len(hall.services), 3))
            for (_, service, kind), count in lessons.issued.items():
                if service in hall.services:
                    seen[hall.services.index(service), kind] += count
            return np.broadcast_to(seen / (since + SLOT_S), (SLOTS, *seen.shape))
        by_slot = self.rates.sum(axis=(1, 2)) * SLOT_S
        slot = min(int(hall.into_day // SLOT_S), SLOTS - 1)
        expected = by_slot[:slot].sum() + by_slot[slot] * (hall.into_day / SLOT_S - slot)
        found: Floats = self.rates * ((got + VOLUME_N) / (expected + VOLUME_N))
        return found


def learn(branch: Branch, days: Iterable[Lessons]) -> Past:
    """What these days teach, the guesses of the branch's file being a first opinion. No days will do."""
    kept = sorted(days, key=lambda lessons: lessons.on)[-LEARNED_DAYS:]
    places = {service.code: place for place, service in enumerate(branch.services)}
    guesses = np.array([service.minutes * 60.0 for service in branch.services])
    seen = [[(x, w) for day in kept for s, w, x in day.services if s == code] for code in places]
    means = np.array([
        (sum(x for x, _ in mine) + GUESS_N * guess) / (len(mine) + GUESS_N)
        for mine, guess in zip(seen, guesses, strict=True)
    ])  # fmt: skip
    speed = _speeds(seen, means)
    pools = tuple(_pool(mine, guess, speed) for mine, guess in zip(seen, guesses, strict=True))
    means = np.array([pool.mean() for pool in pools])
    ticket_var, day_var = _variances(kept, places, means, speed)
    p0, k = _absence(kept)
    calls = sum(len(day.services) for day in kept)
    short = [took for day in kept for planned, took in day.breaks if not planned]
    return Past(
        branch=branch, pools=pools, means=means, n=np.array([float(len(mine)) for mine in seen]), speed=speed,
        ticket_var=ticket_var, day_var=day_var, p0=p0, k=k,
        unpressed=(sum(d.unpressed for d in kept) + UNPRESSED * UNPRESSED_N) / (calls + UNPRESSED_N),
        walk=_with_opinion([x for d in kept for x in d.walks], branch.calling.walk_s * _spread(USUAL_WALKS)),
        gone_s=_with_opinion([x for d in kept for x in d.gone_s], np.array([branch.calling.no_show_after_s])),
        overruns=_with_opinion([took / planned for d in kept for planned, took in d.breaks if planned], OVERRUNS),
        pause_p=(len(short) + PAUSE_P * PAUSE_N) / (calls + PAUSE_N), pauses=_with_opinion(short, PAUSES),
        rates=_rates(kept, places), days=len(kept), comes=_comes(kept),
    )  # fmt: skip


def _comes(days: Sequence[Lessons]) -> float:
    """The share of those who joined from outside that checked in, with a first opinion worth COMES_N of them."""
    seen = [came for day in days for came in day.joined]
    return (sum(seen) + COMES * COMES_N) / (len(seen) + COMES_N)


def _spread(n: int) -> Floats:
    """`n` factors around 1, from 0.4 to 1.6: how differently people walk."""
    found: Floats = np.linspace(0.4, 1.6, n)
    return found


def _with_opinion(seen: Sequence[float], opinion: Sequence[float] | Floats) -> Floats:
    found: Floats = np.sort(np.array([*seen, *opinion], dtype=float))
    return found


def _speeds(seen: Sequence[Sequence[tuple[float, str]]], means: Floats) -> dict[str, float]:
    total: dict[str, float] = {}
    count: dict[str, float] = {}
    for mine, mean in zip(seen, means, strict=True):
        for x, w in mine:
            total[w] = total.get(w, 0.0) + x / mean
            count[w] = count.get(w, 0.0) + 1
    return {w: (total[w] + OFFICER_N) / (count[w] + OFFICER_N) for w in total}


def _pool(seen: Sequence[tuple[float, str]], guess: float, speed: dict[str, float]) -> Floats:
    """What was seen, at usual speed, with the guess as GUESS_N services of lognormal length (finer while few)."""
    sigma = float(np.sqrt(np.log(1 + GUESS_CV**2)))
    fine = 4 * GUESS_N
    normal = np.array([NormalDist().inv_cdf((i + 0.5) / fine) for i in range(fine)])
    opinion = guess * np.exp(sigma * normal - sigma**2 / 2)
    mine = np.array([x / speed[w] for x, w in seen])
    if len(mine) > fine:
        opinion = opinion[::4]
    weight = max(1, len(opinion) // GUESS_N)
    found: Floats = np.sort(np.concatenate([np.repeat(mine, weight), opinion]))
    return found


def _variances(
    days: Sequence[Lessons], places: dict[str, int], means: Floats, speed: dict[str, float]
) -> tuple[float, float]:
    """The variance of one service around its mean (as a ratio), and of a day's speed around 1."""
    ratios = [
        np.array([x / (means[places[s]] * speed.get(w, 1.0)) for s, w, x in day.services if s in places])
        for day in days
    ]
    ratios = [ratio for ratio in ratios if len(ratio) >= 10]
    if not ratios:
        return TICKET_CV**2, DAY_SD**2
    within = float(np.mean([ratio.var(ddof=1) for ratio in ratios]))
    noise = within * float(np.mean([1 / len(ratio) for ratio in ratios]))
    between_days = max(0.0, float(np.var([ratio.mean() for ratio in ratios])) - noise)
    shrunk = (DAY_SD_DAYS * DAY_SD**2 + len(ratios) * between_days) / (DAY_SD_DAYS + len(ratios))
    return max(within, 1e-4), shrunk


def _absence(days: Sequence[Lessons]) -> tuple[float, float]:
    """p0 and k of the absence law, the likeliest on a grid, with a first opinion worth 60 calls."""
    calls = np.array([(w, gone) for day in days for w, gone in day.calls], dtype=float).reshape(-1, 2)
    which = np.clip(calls[:, 0] // _BIN_S, 0, _BINS - 1).astype(np.intp)
    n = np.bincount(which, minlength=_BINS).astype(float)
    gone = np.bincount(which, weights=calls[:, 1], minlength=_BINS).astype(float)
    middle = (np.arange(_BINS) + 0.5) * _BIN_S
    opinion = 1 - (1 - P0) * np.exp(-K * middle)
    n[:12] += 5
    gone[:12] += 5 * opinion[:12]
    p0, k = np.meshgrid(np.linspace(0.002, 0.2, 34), np.linspace(0, 0.02 / 60, 41), indexing="ij")
    p = np.clip(1 - (1 - p0[..., None]) * np.exp(-k[..., None] * middle), 1e-6, 1 - 1e-6)
    likelihood = (gone * np.log(p) + (n - gone) * np.log1p(-p)).sum(axis=-1)
    best = np.unravel_index(int(likelihood.argmax()), likelihood.shape)
    return float(p0[best]), float(k[best])


def _rates(days: Sequence[Lessons], places: dict[str, int]) -> Floats:
    """Tickets a second: each slot's total times the shares of services and kinds, which has less noise than cells."""
    count = np.zeros((SLOTS, len(places), 3))
    for day in days:
        for (slot, service, kind), n in day.issued.items():
            if service in places and 0 <= slot < SLOTS:
                count[slot, places[service], kind] += n
    if not days or not count.sum():
        return count
    found: Floats = (
        count.sum(axis=(1, 2))[:, None, None] * (count.sum(axis=0) / count.sum())[None] / (SLOT_S * len(days))
    )
    return found
