"""The one way into the branch: take the turn, decide, write, answer, and only then tell the screens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.errors import ClockSetBack, KeyReused, TooLong
from server.domain.floor import Draft, Floor
from server.ports import Body, Clock, Given, Publish, Store, Turn

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


@dataclass(slots=True, eq=False)
class _Request:
    """Somebody who waits for the branch's turn, and what came of it."""

    actor: str
    decide: Decide
    key: str | None
    own_key: str | None
    asked: str
    answer: Answer | None = None
    error: Exception | None = None

    @property
    def is_over(self) -> bool:
        return self.answer is not None or self.error is not None

    def happen(self, turn: Turn, moment: Callable[[Draft], datetime]) -> None:
        if self.key and (given := turn.given) is not None:
            if given.asked != self.asked:
                raise KeyReused(key=self.key)
            self.answer = Answer(given.status, given.body, repeated=True)
            return
        answer = self.decide(turn.draft, moment(turn.draft))
        if self.key:
            turn.give(Given(self.asked, answer.status, answer.body))
        self.answer = answer


@dataclass(slots=True)
class Office:
    """A branch at work: its store, its clock, and whom to tell.

    Requests that arrive together are carried out one after another in one transaction: the first to get the turn
    takes along whoever waits by then. A disk that needs a millisecond to make sure of one ticket makes sure of a
    crowd's in the same millisecond.
    """

    store: Store
    clock: Clock
    publish: Publish
    _waiting: list[_Request] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

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
        and what `decide` raises; then nothing at all has happened. `decide` may be asked again with another draft,
        when what was to be written together could not be.
        """
        if key and len(key) > KEY_LENGTH:
            raise TooLong(name="Idempotency-Key", most=KEY_LENGTH)
        # Two devices that both count 1, 2, 3 … must not get each other's answers.
        mine = _Request(actor.name, decide, key, f"{actor.name} {key}" if key else None, asked)
        self._waiting.append(mine)
        try:
            time.sleep(0)  # whoever has arrived by now comes along
            with self._turn:
                if not mine.is_over:
                    group = list(self._waiting)
                    try:
                        self._carry_out(group)
                    finally:
                        self.publish()  # even a refused turn may have learnt what another process wrote
        finally:
            self._waiting.remove(mine)
        if mine.error is not None:
            raise mine.error
        assert mine.answer is not None, "carried out"
        return mine.answer

    def _carry_out(self, group: list[_Request]) -> None:
        group = [one for one in group if not one.is_over]
        try:
            with self.store.turns([one.own_key for one in group if one.own_key]) as turns:
                for one in group:
                    try:
                        with turns.take(one.actor, one.own_key) as turn:
                            one.happen(turn, self._moment)
                    except Exception as error:  # noqa: BLE001 - raised again for who asked; the others go on
                        one.error = error
        except BaseException as error:
            for one in group:
                one.answer = one.error = None  # nothing was written, whatever was decided
            if not isinstance(error, Exception):
                raise
            if len(group) == 1:
                group[0].error = error
            else:  # what one of them wants may be what cannot be written
                for one in group:
                    self._carry_out([one])

    def _moment(self, draft: Draft) -> datetime:
        now = self.now()
        if now < draft.last_at - CLOCK_TOLERANCE:
            raise ClockSetBack(clock=now.isoformat(), journal=draft.last_at.isoformat())
        return max(now, draft.last_at)
