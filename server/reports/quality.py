"""How well the estimates have done: every wait that was told, held against what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import median
from typing import Any

import numpy as np

from server.reports.diary import Answered, Lessons

ALARM_OF = 500
ALARM_BELOW, ALARM_ABOVE = 0.72, 0.88
"""The range should hold four times out of five: outside of these, over the last ALARM_OF, somebody is told."""
ALARM_FROM = 100
"""Fewer answers say nothing yet."""
LEARNED_FROM = 1000
SHRUNK_BY = 300.0
LOW, HIGH = 0.10, 0.90
KINDS = ("emergency", "priority", "regular")
LOW_WITHIN, HIGH_WITHIN = (0.03, 0.17), (0.83, 0.97)


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of a forecast's law that are told as its range: 0.1 and 0.9, moved by how the last answers fell."""

    low: float = LOW
    high: float = HIGH


USUAL = Levels()


@dataclass(frozen=True, slots=True)
class Quality:
    """Of `n` answers: the share whose range held, the share that waited no longer than it said, the mean error
    (estimate less truth), the error that half of them stayed under and the root mean square of the errors, in seconds,
    beside the mean wait. None where there are no answers."""

    n: int
    cover: float | None = None
    under: float | None = None
    bias_s: float | None = None
    median_s: float | None = None
    rmse_s: float | None = None
    wait_s: float | None = None
    width_s: float | None = None


def levels_of(answers: Iterable[Answered]) -> Levels:
    """The levels that would have held four times out of five over the last answers, shrunk to 0.1 and 0.9."""
    places = np.array([answer.place for answer in answers if answer.had_to_wait][-LEARNED_FROM:])
    if not len(places):
        return USUAL
    weight = len(places) / (len(places) + SHRUNK_BY)
    low, high = (float(x) for x in np.quantile(places, (LOW, HIGH)))
    low, high = min(max(low, LOW_WITHIN[0]), LOW_WITHIN[1]), min(max(high, HIGH_WITHIN[0]), HIGH_WITHIN[1])
    return Levels(LOW + weight * (low - LOW), HIGH + weight * (high - HIGH))


def quality(answers: Iterable[Answered]) -> Quality:
    found = list(answers)
    if not found:
        return Quality(0)
    errors = [answer.likely - answer.wait for answer in found]
    n = len(found)
    return Quality(
        n,
        cover=sum(answer.held for answer in found) / n,
        under=sum(answer.wait <= answer.high for answer in found) / n,
        bias_s=sum(errors) / n,
        median_s=median(abs(error) for error in errors),
        rmse_s=sqrt(sum(error * error for error in errors) / n),
        wait_s=sum(answer.wait for answer in found) / n,
        width_s=sum(answer.high - answer.low for answer in found) / n,
    )


def is_alarming(answers: Iterable[Answered]) -> bool:
    """Whether the range of the last answers has held too seldom, or is so wide that it says nothing."""
    last = [answer for answer in answers if answer.had_to_wait][-ALARM_OF:]
    cover = quality(last).cover
    return len(last) >= ALARM_FROM and cover is not None and not ALARM_BELOW <= cover <= ALARM_ABOVE


def table(answers: Iterable[Answered]) -> dict[str, Any]:
    """Quality in all and by service, kind of lane and hour of the day, of those who had to wait; JSON values."""
    found = [answer for answer in answers if answer.had_to_wait]
    return {
        "all": _plain(quality(found)),
        "last": _plain(quality(found[-ALARM_OF:])),
        "alarm": is_alarming(found),
        "by_service": _by(found, lambda answer: answer.service),
        "by_lane": _by(found, lambda answer: KINDS[answer.kind]),
        "by_hour": _by(found, lambda answer: f"{answer.slot // 2:02}"),
    }


def lanes(days: Iterable[Lessons], today: date) -> dict[str, dict[str, int]]:
    """How many numbers were issued in all and by kind of lane, `today` and on the days `before` it; JSON values.

    The share of the priority lanes is what shows whether the question at the kiosk is answered in good faith.
    """
    counts = {when: dict.fromkeys(("issued", *KINDS), 0) for when in ("today", "before")}
    for day in days:
        count = counts["today" if day.on == today else "before"]
        for (_, _, kind), issued in day.issued.items():
            count["issued"] += issued
            count[KINDS[kind]] += issued
    return counts


def _by(found: Iterable[Answered], key: Callable[[Answered], str]) -> dict[str, Any]:
    groups: dict[str, list[Answered]] = {}
    for answer in found:
        groups.setdefault(key(answer), []).append(answer)
    return {name: _plain(quality(groups[name])) for name in sorted(groups)}


def _plain(found: Quality) -> dict[str, Any]:
    rounded = {
        name: None if (value := getattr(found, name)) is None else round(value, 1 if name.endswith("_s") else 3)
        for name in ("cover", "under", "bias_s", "median_s", "rmse_s", "wait_s", "width_s")
    }
    return {"n": found.n, **rounded}
