"""How a time of day and a wait are written, by language: on paper and on pages that speak without a script.

The pages' own scripts have the same in server/web/static/clock.js; tests/config/waits.json holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

DAY_PARTS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "ms": ((0, "tengah malam"), (1, "pagi"), (12, "tengah hari"), (14, "petang"), (19, "malam")),
    "en": ((0, "am"), (12, "pm")),
    "zh": ((0, "凌晨"), (5, "清晨"), (8, "上午"), (12, "中午"), (13, "下午"), (19, "晚上")),
    "ta": (
        (0, "இரவு"),
        (3, "அதிகாலை"),
        (5, "காலை"),
        (12, "மதியம்"),
        (14, "பிற்பகல்"),
        (16, "மாலை"),
        (21, "இரவு"),
    ),
}
"""Part of the day by its first hour, as the screens say it; the last one that has begun holds."""


STEP = 5
"""Minutes: nobody can say a wait more finely, and a figure that changes all the time is not believed."""
CLOCK_OVER = 30
"""Minutes: who waits longer is told the time of day."""


class Around(NamedTuple):
    """A wait in whole minutes, as it is shown: `likely` never without `low` to `high`. `low` 0: under `high`."""

    low: int
    likely: int
    high: int


def time_of_day(at: datetime, language: str) -> str:
    """The local time as that language's signs write it: "10.42 pagi"."""
    parts = DAY_PARTS.get(language, DAY_PARTS["ms"])
    part = [word for hour, word in parts if at.hour >= hour][-1]
    hour = at.hour % 12 or 12
    if language == "zh":
        return f"{part}{hour}:{at:%M}"
    if language == "ta":
        return f"{part} {hour}.{at:%M}"
    return f"{hour}.{at:%M} {part}"


def hour_and_minute(at: datetime, language: str) -> str:
    """The local time without the part of the day, where that is plain: "10.42"."""
    return f"{at.hour % 12 or 12}{':' if language == 'zh' else '.'}{at:%M}"


def around(low: float, likely: float, high: float) -> Around:
    """A wait in seconds as the screens show it: in fives of minutes, the low end rounded down, the others up.

    The ends are never the same, and the high one never 0: nobody who has to wait reads that there is no wait.
    """
    a = _down(low)
    b = max(_up(high), a + STEP)
    return Around(a, min(max(_up(likely), a, STEP), b), b)


def wait_words(low: float, likely: float, high: float, as_of: datetime, language: str) -> tuple[str, dict[str, object]]:
    """The sentence of a ticket's own wait, from `as_of` in the branch's time: a phrase's key and its values.

    A long wait is told as a time of day, which stays the same while the wait runs off.
    """
    a, n, b = around(low, likely, high)
    if a == 0:
        return ("wait.under", {"b": b}) if n == b else ("wait.most", {"n": n, "b": b})
    if n <= CLOCK_OVER:
        return "wait.about", {"n": n, "a": a, "b": b}
    from_s = as_of.timestamp()
    first = _down(from_s + low)
    last = max(_up(from_s + high), first + STEP)
    marks = {"n": min(_up(from_s + likely), last), "a": first, "b": last}
    return "wait.clock", {
        name: hour_and_minute(datetime.fromtimestamp(mark * 60, as_of.tzinfo), language) for name, mark in marks.items()
    }


def why_no_wait(reason: str | None) -> str:
    """The phrase of a wait that is not told: no counter is open or planned, or nobody can say yet."""
    return "wait.no_counter" if reason == "no_counter" else "wait.unknown"


def _down(seconds: float) -> int:
    return math.floor(seconds / (60 * STEP)) * STEP


def _up(seconds: float) -> int:
    return math.ceil(seconds / (60 * STEP)) * STEP
