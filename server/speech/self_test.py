"""The voice is tried before the office opens, so that somebody hears of its faults before the hall does.

    15 minutes before the day's first opening ──► each language of the zones, made as a call is, and thrown away
        all well: kept and shown until the day turns  ·  a language fails: an alarm, and again every ten minutes

Nothing sounds. A server that starts later than that, or learns of another language, tries at once. Each process tries
its own voice, for a clip is made where it is fetched. On a day without opening nothing is tried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, runtime_checkable

from server.domain.branch import Branch
from server.domain.floor import Floor
from server.domain.hours import Hours
from server.speech.voice import Trial

log = logging.getLogger(__name__)
BEFORE_OPENING = timedelta(minutes=15)
AGAIN_AFTER = timedelta(minutes=10)


@runtime_checkable
class Trier(Protocol):
    """A voice that can be tried."""

    def try_out(
        self,
        letters: Sequence[str],
        counters: Sequence[str],
        languages: Sequence[str],
        on_done: Callable[[Sequence[Trial]], None],
    ) -> None:
        """Returns at once; `on_done` is called once, on the voice's own task."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a self-test ended: a trial a language."""

    at: datetime
    trials: tuple[Trial, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The languages that could not be spoken."""
        return tuple(trial.language for trial in self.trials if not trial.is_spoken)


class SelfTest:
    """One process's. `changed` is called, on the voice's task, when there is a new outcome."""

    def __init__(
        self, floor: Callable[[], Floor], now: Callable[[], datetime], voice: Trier, changed: Callable[[], None]
    ) -> None:
        self.outcome: Outcome | None = None
        """Today's; None while there is none."""
        self._floor = floor
        self._now = now
        self._voice = voice
        self._changed = changed
        self._tried: tuple[date, tuple[str, ...]] | None = None
        self._again_at: datetime | None = None

    def step(self) -> bool:
        """Try the voice if it is time to. For the schedule: there is never more to do at once, so False."""
        now, branch = self._now(), self._floor().branch
        day = branch.business_on(now)
        if self._tried is not None and self._tried[0] != day:
            self._tried = self._again_at = self.outcome = None
        languages = tuple(sorted({language for zone in branch.zones for language in zone.languages}))
        due_at = self_test_at(branch, day)
        if due_at is None or now < due_at or not languages:
            return False
        if self._tried == (day, languages) and (self._again_at is None or now < self._again_at):
            return False
        self._tried, self._again_at = (day, languages), now + AGAIN_AFTER
        letters = [service.letter for service in branch.services]
        counters = [counter.name for counter in branch.counters]
        self._voice.try_out(letters, counters, languages, lambda trials: self._done(day, now, tuple(trials)))
        return False

    def _done(self, day: date, at: datetime, trials: tuple[Trial, ...]) -> None:
        if self._tried is None or self._tried[0] != day:
            return  # the day has turned meanwhile
        self.outcome = Outcome(at, trials)
        told = "; ".join(_told(trial) for trial in trials)
        if self.outcome.missing:
            log.warning("self-test of the voice: %s", told)
        else:
            self._again_at = None
            log.info("self-test of the voice: %s", told)
        self._changed()


def self_test_at(branch: Branch, day: date) -> datetime | None:
    """When the voice is tried on a business day; None where the branch does not open."""
    spans = (branch.hours or Hours(branch.timezone)).on(day).spans
    if not spans:
        return None
    midnight = datetime.combine(day, time(0), branch.timezone)
    return (midnight + timedelta(minutes=spans[0].start)).astimezone(UTC) - BEFORE_OPENING


def _told(trial: Trial) -> str:
    words = f"{trial.language} {'ok' if trial.is_spoken else 'missing'}"
    words += " (recorded)" if trial.is_recorded else ""
    words += f" ({trial.unrecorded} recordings missing)" if trial.unrecorded else ""
    return f"{words}: {trial.why}" if trial.why else words
