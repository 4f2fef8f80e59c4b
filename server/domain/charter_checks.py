"""The five characteristics of a promise (R025 to R029), checked while it is written: a hint beside it, never a refusal.

clear          one short sentence in every language, and few of them
within reach   what the last 90 days would have kept
practical      the counters that it needs at a busy half hour, beside those that there are
exact          a measure, a time, a share
improvable     not so easy that it says nothing; looked at again within a year
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.charter import OUTPUTS, RATING, Promise
from server.domain.erlang import counters_for

LOOKED_BACK_DAYS = 90
LONGEST = 140
"""Signs of a promise in one language: what is longer is not read from a wall."""
MOST_PROMISES = 8
LEAST_JUDGED = 30
"""Of fewer tickets, or days, nothing is concluded."""
TOO_EASY = 0.99


@dataclass(frozen=True, slots=True)
class Measured:
    """What the last 90 days say of a promise: how many were judged, how many would have been kept; `busy_rate`
    (customers a second in a busy half hour, exceeded by one in ten) and `service_s`, None where nothing is known."""

    judged: int = 0
    kept: int = 0
    busy_rate: float | None = None
    service_s: float | None = None

    @property
    def share(self) -> float | None:
        return self.kept / self.judged if self.judged >= LEAST_JUDGED else None


@dataclass(frozen=True, slots=True)
class Check:
    """`is_good` is None where nothing can be said yet; `key` and `facts` make its words: charter.check.KEY."""

    characteristic: str
    is_good: bool | None
    key: str
    facts: Mapping[str, Any]


def needed(promise: Promise, measured: Measured) -> int | None:
    """Counters that keep the promise in a busy half hour; None where nobody knows, or no number would do."""
    if not promise.is_of_tickets or measured.busy_rate is None or not measured.service_s:
        return None
    within = promise.within_s - (measured.service_s if promise.measure == "sojourn" else 0.0)
    try:
        return counters_for(measured.busy_rate, measured.service_s, max(within, 0.0), min(promise.share, 0.999))
    except ValueError:
        return None


def checks(promise: Promise, words: Mapping[str, str], measured: Measured, able: int, promises: int) -> list[Check]:
    """`words` are the promise in each language, `able` the counters that can do it, `promises` how many there are."""
    longest = max((len(text) for text in words.values()), default=0)
    is_brief = longest <= LONGEST and promises <= MOST_PROMISES
    share, counters = measured.share, needed(promise, measured)
    unit = {OUTPUTS: "_days", RATING: "_ratings"}.get(promise.measure, "")
    percent = None if share is None else f"{int(1000 * share + 1e-9) / 10:.1f}"
    return [
        Check("clear", is_brief, "brief" if is_brief else "long", {"n": longest, "m": promises}),
        Check("reach", None if share is None else share >= promise.share,
              "unknown" if percent is None else f"kept{unit}",
              {"p": percent, "n": measured.judged}),
        Check("practical", None if counters is None else counters <= able,
              "no_counters" if counters is None else "counters", {"n": counters, "m": able}),
        Check("exact", promise.figure > 0 and 0 < promise.share <= 1,
              f"exact{unit}",
              {"n": f"{promise.figure:g}", "p": f"{100 * promise.share:g}"}),
        Check("improvable", None if share is None else share < TOO_EASY,
              "unknown" if share is None else "room" if share < TOO_EASY else "easy", {"p": percent}),
    ]  # fmt: skip
