"""The announcements of one zone, one after another: in order, never two at once, 500 ms apart. A value, pure.

    add ──► waiting ──start──► speaking ──spoken | nobody answered in time──► over
             │  ▲                 │
             │  └──────again──────┘ another player is asked
             └─ withdrawn: the customer has already come

A recall of a number that still waits to be spoken is the same announcement, not a second one. An urgent call goes
before those that are not; nothing that sounds is cut off for it. Whoever drives the
queue asks `start` after every change and at `next_at`; what comes back is what the players are told to speak. A clock
set back never makes the hall dumb: an instant that lies ahead of now counts as past.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.announcement import BETWEEN_CALLS, Call, Kind, Said

PATIENCE = 5.0
"""Seconds past the end of an announcement after which it counts as not heard (nobody answered)."""

UNRENDERED = 7.0
"""Seconds that one language and the chime are reckoned at, before the clip is there."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call on its way to the ears of a zone. `seconds` is how long it lasts, chime and all languages together.

    `is_ready`: its sounds are made. `player` speaks it or is to speak it, `tried` are those that were asked before.
    """

    id: int
    call: Said
    languages: tuple[str, ...]
    asked_at: datetime
    seconds: float
    ticket: int = 0
    counter: str = ""
    is_urgent: bool = False
    is_ready: bool = True
    started_at: datetime | None = None
    player: str = ""
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncementQueue:
    """`is_over_at` is when the last sound ended; None while nothing has been spoken yet."""

    waiting: tuple[Announcement, ...] = ()
    speaking: Announcement | None = None
    is_over_at: datetime | None = None

    def add(self, announcement: Announcement) -> AnnouncementQueue:
        """At the end of the line, an urgent one at the end of the urgent ones; a recall of a number that still waits
        takes that one's place and keeps its id."""
        for place, earlier in enumerate(self.waiting):
            is_same = isinstance(announcement.call, Call) and earlier.call.number == announcement.call.number
            if is_same and (earlier.call.kind is Kind.RETURN) is (announcement.call.kind is Kind.RETURN):
                # "Last call" is not said to somebody who has not heard the first.
                kind = Kind.CALL if earlier.call.kind is Kind.CALL else announcement.call.kind
                call = replace(announcement.call, kind=kind)
                kept = replace(announcement, id=earlier.id, call=call, is_urgent=earlier.is_urgent)
                return replace(self, waiting=(*self.waiting[:place], kept, *self.waiting[place + 1 :]))
        place = len(self.waiting)
        if announcement.is_urgent:
            place = next((n for n, a in enumerate(self.waiting) if not a.is_urgent), place)
        return replace(self, waiting=(*self.waiting[:place], announcement, *self.waiting[place:]))

    def again(self, announcement: Announcement) -> AnnouncementQueue:
        """What nobody heard comes back as the first of all, to be spoken elsewhere."""
        back = replace(announcement, started_at=None)
        return replace(self, waiting=(back, *self.waiting))

    def kept(self, is_wanted: Callable[[Announcement], bool]) -> AnnouncementQueue:
        """Without those that need not be spoken any more. One that is being spoken is spoken to its end."""
        waiting = tuple(a for a in self.waiting if is_wanted(a))
        return self if len(waiting) == len(self.waiting) else replace(self, waiting=waiting)

    def timed(self, id: int, seconds: float) -> AnnouncementQueue:
        """Now that the clips are there, it is known how long this one lasts."""
        waiting = tuple(replace(a, seconds=seconds, is_ready=True) if a.id == id else a for a in self.waiting)
        speaking = self.speaking
        if speaking is not None and speaking.id == id:
            speaking = replace(speaking, seconds=seconds)
        return replace(self, waiting=waiting, speaking=speaking)

    def next_at(self) -> datetime | None:
        """When `unheard` or `start` will next have something to do; None: nothing is under way, or the first one's
        sounds are not made yet."""
        if self.speaking is not None:
            return _given_up_at(self.speaking)
        if self.waiting and not self.waiting[0].is_ready:
            return None
        if self.waiting and self.is_over_at is not None:
            return self.is_over_at + timedelta(seconds=BETWEEN_CALLS)
        return self.waiting[0].asked_at if self.waiting else None

    def start(self, now: datetime, player: str = "") -> tuple[AnnouncementQueue, Announcement | None]:
        """The queue with the next announcement under way, and that one; or the queue as it is, and None."""
        if self.speaking is not None or not self.waiting or not self.waiting[0].is_ready:
            return self, None
        if self.is_over_at is not None and _lies_within(self.is_over_at, now, BETWEEN_CALLS):
            return self, None
        speaking = replace(self.waiting[0], started_at=now, player=player)
        return replace(self, waiting=self.waiting[1:], speaking=speaking), speaking

    def unheard(self, now: datetime) -> tuple[AnnouncementQueue, Announcement | None]:
        """What was under way and nobody answered for in time, so that the next may come and somebody be told."""
        speaking = self.speaking
        if speaking is None or speaking.started_at is None:
            return self, None
        if _lies_within(speaking.started_at, now, speaking.seconds + PATIENCE):
            return self, None
        return replace(self, speaking=None, is_over_at=now), speaking

    def spoken(self, id: int, now: datetime) -> AnnouncementQueue:
        """A player has spoken it to its end (or said that it cannot). Late and repeated answers change nothing."""
        if self.speaking is None or self.speaking.id != id:
            return self
        return replace(self, speaking=None, is_over_at=now)

    def backlog_s(self, now: datetime) -> float:
        """Seconds until a call that came now would begin to be spoken."""
        ahead = sum(a.seconds + BETWEEN_CALLS for a in self.waiting)
        if self.speaking is not None and self.speaking.started_at is not None:
            gone = (now - self.speaking.started_at).total_seconds()
            ahead += max(0.0, self.speaking.seconds - gone) + BETWEEN_CALLS
        return ahead


def _lies_within(since: datetime, now: datetime, seconds: float) -> bool:
    return since <= now < since + timedelta(seconds=seconds)


def _given_up_at(speaking: Announcement) -> datetime:
    return (speaking.started_at or speaking.asked_at) + timedelta(seconds=speaking.seconds + PATIENCE)


def reckoned_seconds(languages: int) -> float:
    """How long a call lasts in so many languages, before its clips are there; none: the chime alone."""
    return languages * UNRENDERED or 1.5
