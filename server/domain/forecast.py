"""What the look-ahead last said: for everybody who waits, and for whoever would take a number now.

Made in a process of its own (`server.forecast.worker`) and read by every screen through `server.domain.estimate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from server.domain.branch import Peak

LAW_LEVELS = (0.03, 0.10, 0.25, 0.50, 0.75, 0.90, 0.97)
"""Where the law of a wait is kept, so that it can be held against what happened."""
KINDS = 3
MOVES_S, MOVES_SHARE = 180.0, 0.2
"""A promised call time stays unless the estimate moves by more than the larger of the two."""
NO_COUNTER, NOT_YET = "no_counter", "not_yet"


class Told(NamedTuple):
    """A wait in seconds: it should lie between `low` and `high` four times out of five; `law` is at LAW_LEVELS."""

    low: float
    likely: float
    high: float
    law: tuple[float, ...] = ()

    def after(self, seconds: float) -> Told:
        """What is left of it when so many seconds have passed."""
        low, likely, high = (max(0.0, x - seconds) for x in (self.low, self.likely, self.high))
        return Told(low, likely, high)

    def later(self, seconds: float) -> Told:
        """The wait of somebody behind it who has so much more work before him."""
        low, likely, high, law = self
        return Told(low + seconds, likely + seconds, high + seconds, tuple(x + seconds for x in law))


@dataclass(frozen=True, slots=True)
class Forecast:
    """One pass, made at `as_of` when the branch stood at `seq`.

    `joining` is by service and kind of lane (0 emergency, 1 priority, 2 regular); where it is None, `reasons` says
    why, by service. `step_s` is what one more ticket of a service adds to the wait of the next.
    """

    as_of: datetime
    seq: int
    joining: Mapping[tuple[str, int], Told | None] = field(default_factory=dict)
    waiting: Mapping[int, Told] = field(default_factory=dict)
    step_s: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def minutes(self) -> tuple[object, ...]:
        """What a screen could show of it: whether there is any news in it."""
        joining = tuple((key, told and tuple(round(x / 60) for x in told[:3])) for key, told in self.joining.items())
        waiting = tuple((i, tuple(round(x / 60) for x in told[:3])) for i, told in self.waiting.items())
        return joining, waiting, tuple(self.reasons.items())

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat(),
            "seq": self.seq,
            "joining": [[s, k, _plain(told)] for (s, k), told in self.joining.items()],
            "waiting": [[i, _plain(told)] for i, told in self.waiting.items()],
            "step_s": dict(self.step_s),
            "reasons": dict(self.reasons),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Forecast:
        return cls(
            datetime.fromisoformat(found["as_of"]),
            int(found["seq"]),
            {(str(s), int(k)): _told(told) for s, k, told in found["joining"]},
            {int(i): told for i, given in found["waiting"] if (told := _told(given)) is not None},
            {str(s): float(step) for s, step in found["step_s"].items()},
            {str(s): str(reason) for s, reason in found["reasons"].items()},
        )


class Stand(NamedTuple):
    """A ticket's wait in one line: after a transfer, a night, or having let others pass, it
    is another."""

    ticket: int
    legs: int
    carried_on: date | None
    delayed: bool = False


@dataclass(slots=True)
class Outlook:
    """Where the newest forecast is put. One for all floors of a branch in a process; no part of its history.

    `asked_in` is what came of it: by zone, whom its screens have asked to get ready, and how many went before them
    then (`server.domain.readiness`). `peaks` are the busiest hours that earlier weeks teach (`server.reports.peaks`).
    """

    forecast: Forecast | None = None
    asked_in: dict[str, dict[Stand, int]] = field(default_factory=dict)
    peaks: tuple[Peak, ...] = ()


def promised(before: Told, fresh: Told) -> Told:
    """What somebody who was told `before` (as it is left now) is told next: the same, unless it has moved too far.

    A promise that has run out while its holder still waits is made anew.
    """
    moved = abs(fresh.likely - before.likely)
    stays = moved <= max(MOVES_S, MOVES_SHARE * before.likely)
    return before if stays and before.likely > 0 and before.high >= fresh.likely else fresh


def _plain(told: Told | None) -> list[Any] | None:
    if told is None:
        return None
    return [round(told.low, 1), round(told.likely, 1), round(told.high, 1), [round(x, 1) for x in told.law]]


def _told(found: Any) -> Told | None:
    if found is None:
        return None
    low, likely, high, law = found
    return Told(float(low), float(likely), float(high), tuple(map(float, law)))
