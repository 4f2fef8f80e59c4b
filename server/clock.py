"""The office's clock: the computer's own; slowed, where an administrator says so, while the journal is ahead of it.

    journal   ──────────►┐ the computer's clock was three hours ahead; it is put right, and nothing can be written
                         ├─ accepted ──── half speed, six hours ───►┐
    computer  ·······►···┴──────────────────────────────────────────┴────► one clock again

An instant in the journal is never before the last one, or nothing could be proved from it. So the branch does not go
back; it waits for the computer while people are served. Standing still would be simpler, but a clock that stands lets
nobody be recalled or marked as not come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.actions.office import CLOCK_TOLERANCE
from server.ports import Clock, People

ACCEPTED = "clock_accepted"
SLOWNESS = 2
MOST_AHEAD = timedelta(hours=24)
"""A journal that is further ahead would keep the office on a wrong date for days: a copy from before is put back."""


class CannotAccept(Exception):
    """The clock is not behind the journal, or too far; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """At the computer's `clock` the last entry of the journal was of `journal`, and the office was to go on."""

    clock: datetime
    journal: datetime

    def at(self, now: datetime) -> datetime:
        """The branch's time when the computer says `now`."""
        return max(now, self.journal + (now - self.clock) / SLOWNESS)

    @property
    def until(self) -> datetime:
        """When the two are one again."""
        return self.clock + SLOWNESS * (self.journal - self.clock)


def accept(people: People, actor: str, journal: datetime, now: datetime) -> Accepted:
    """Let the office go on although the clock is behind the `journal`'s last entry, and write that down in the audit.

    Raises CannotAccept. Running servers take it up within seconds.
    """
    ahead = journal - now
    if ahead <= CLOCK_TOLERANCE:
        raise CannotAccept("the clock is not behind the journal: there is nothing to accept")
    if ahead > MOST_AHEAD:
        raise CannotAccept(
            f"the journal is {ahead.days} days ahead, too far to wait for: put a copy from before back "
            "(giliran restore), or begin with a new data folder"
        )
    people.note(actor, ACCEPTED, now, clock=now.isoformat(), journal=journal.isoformat())
    return Accepted(now, journal)


class BranchClock:
    """`computer` is the clock itself; what was accepted is read from the audit by `learn`."""

    def __init__(self, computer: Clock, people: People) -> None:
        self.computer = computer
        self._people = people
        self._accepted: Accepted | None = None
        self.learn()

    def now(self) -> datetime:
        now = self.computer.now()
        return now if self._accepted is None else self._accepted.at(now)

    def learn(self) -> None:
        row = self._people.last_noted(ACCEPTED)
        if row is not None:
            clock, journal = (datetime.fromisoformat(str(row.detail[name])) for name in ("clock", "journal"))
            self._accepted = Accepted(clock, journal)

    def look(self, journal: datetime) -> bool:
        """A step of the schedule: asks whether anybody has accepted, while the journal is ahead. False: it is done."""
        if self.computer.now() < journal:
            self.learn()
        return False
