"""How much of the time a zone's voice is speaking, and which languages to drop where that is too much. Pure.

Beyond about 70 % of the time a voice cannot keep up: two calls that come together make the third one late, and a hall
that is spoken to without a pause stops listening (evidence 2.3). What counts is what the zone's calls would need in all
its languages, not what was left of them when they were cut short.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.domain.announcement import BETWEEN_CALLS, BETWEEN_LANGUAGES, CHIME

WINDOW_S = 600.0
"""The calls of the last ten minutes are what is looked at."""

TOO_BUSY = 0.7

SECONDS = {"ms": 5.0, "en": 4.3, "zh": 3.4, "ta": 6.1}
"""A call in one language at 4.5 syllables a second, pauses included (evidence 2.3)."""


@dataclass(frozen=True, slots=True)
class Load:
    """`busy` is the share of the time, and may be over 1; `drop` are the languages, last first, without which it would
    be bearable: empty where it is, and all but the first where even that would not do."""

    calls_per_minute: float
    seconds_per_call: float
    busy: float
    drop: tuple[str, ...] = ()

    @property
    def is_too_busy(self) -> bool:
        return self.busy > TOO_BUSY


def seconds_of(languages: Collection[str], chime: bool = True) -> float:
    """How long one call keeps a zone, the pause after it included."""
    clips = ([CHIME] if chime or not languages else []) + [
        SECONDS.get(language, max(SECONDS.values())) for language in languages
    ]
    return sum(clips) + BETWEEN_LANGUAGES * (len(clips) - 1) + BETWEEN_CALLS


def load(calls: int, languages: Sequence[str], chime: bool = True, window_s: float = WINDOW_S) -> Load:
    """What `calls` calls in `window_s` seconds are for a zone that speaks these languages."""
    each = seconds_of(languages, chime)
    busy = calls * each / window_s
    drop: list[str] = []
    kept = list(languages)
    while len(kept) > 1 and calls * seconds_of(kept, chime) / window_s > TOO_BUSY:
        drop.append(kept.pop())
    return Load(calls * 60 / window_s, each, busy, tuple(drop))
