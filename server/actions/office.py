"""The one way into the branch: take the turn, decide, write, answer, and only then tell the screens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.errors import ClockSetBack, KeyReused, TooLong
from server.domain.floor import Draft, Floor
from server.ports import Body, Clock, Given, Publish, Store

CLOCK_TOLERANCE = timedelta(seconds=60)
KEY_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: `name` for the journal ("officer:7", "kiosk:main", "system"), and the officer if it is one."""

    name: str
    officer: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Body | None = None
    repeated: bool = False


Decide = Callable[[Draft, datetime], Answer]


@dataclass(slots=True)
class Office:
    """A branch at work: its store, its clock, and whom to tell."""

    store: Store
    clock: Clock
    publish: Publish

    @property
    def floor(self) -> Floor:
        return self.store.floor

    def now(self) -> datetime:
        """The moment, in whole milliseconds: what the journal keeps."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def act(self, actor: Actor, decide: Decide, *, key: str | None = None, asked: str = "") -> Answer:
        """Let `decide` happen once. The same `key` from the same actor again gets the first answer, whatever has
        happened since; what was refused is decided anew.

        `asked` is a digest of what was asked (64 characters). Raises KeyReused when the key came with another
        question, TooLong for a key over KEY_LENGTH, ClockSetBack when the clock is over a minute behind the journal,
        and what `decide` raises; then nothing at all has happened.
        """
        if key and len(key) > KEY_LENGTH:
            raise TooLong(name="Idempotency-Key", most=KEY_LENGTH)
        # Two devices that both count 1, 2, 3 … must not get each other's answers.
        own = f"{actor.name} {key}" if key else None
        try:
            with self.store.turn(actor.name, own) as turn:
                if key and (given := turn.given) is not None:
                    if given.asked != asked:
                        raise KeyReused(key=key)
                    return Answer(given.status, given.body, repeated=True)
                answer = decide(turn.draft, self._moment(turn.draft))
                if key:
                    turn.give(Given(asked, answer.status, answer.body))
        finally:
            self.publish()  # even a refused turn may have learnt what another process wrote
        return answer

    def _moment(self, draft: Draft) -> datetime:
        now = self.now()
        if now < draft.last_at - CLOCK_TOLERANCE:
            raise ClockSetBack(clock=now.isoformat(), journal=draft.last_at.isoformat())
        return max(now, draft.last_at)
