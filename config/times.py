"""How a time of day and a wait are written, by language: on paper and on pages that speak without a script.

The pages' own scripts have the same in server/web/static/clock.js.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

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


def minutes_around(low: float, high: float) -> dict[str, int]:
    """Whole minutes around a wait in seconds, as the screens show it: down, up, and at least one apart."""
    a = math.floor(low / 60)
    return {"a": a, "b": max(math.ceil(high / 60), a + 1)}
