"""One zone's voice as it stands: its queue, what it was told of its calls, and what the manager is told of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from server.domain.announcement import CHIME_ONLY_PAST, ONE_LANGUAGE_PAST, Said
from server.domain.announcement_load import Load, load
from server.domain.announcement_queue import Announcement, AnnouncementQueue
from server.domain.branch import Branch, Zone

NO_PLAYER_AFTER_S = 10.0
"""A screen that is loaded anew is away for less."""
TOLD_KEPT = 6
KNOWN = 300
RANKS = {"announcer": 0, "display": 1}


@dataclass(frozen=True, slots=True)
class Player:
    """Whoever can make a call heard in a zone: a loudspeaker's agent before a screen's own sound, a device before a
    person's browser, and whoever has said that it can play before whoever has said nothing.

    `plays`: None while it has not said so. `why` it cannot, or what was wrong with its device last. `sid` is its
    connection at this process, "" for one at another.
    """

    zone: str
    name: str
    role: str
    plays: bool | None = None
    why: str = ""
    sid: str = ""

    @property
    def rank(self) -> tuple[bool, bool, int]:
        return self.plays is False, self.plays is None, RANKS.get(self.role, 2)


class Unheard(NamedTuple):
    """A call that a zone did not get: `what` is "spoken" or "shown"."""

    what: str
    number: str
    counter: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A zone's voice as the manager is told of it. `missing` are languages that could not be spoken; `players` with
    when each was last heard."""

    zone: Zone
    state: str
    backlog_s: float
    load: Load
    missing: tuple[str, ...]
    screens: int
    players: tuple[tuple[Player, datetime | None], ...]
    missed: tuple[Unheard, ...]


class Spoken(Protocol):
    """What the voice made of a call: the chime, then a clip a language; `missing` could not be spoken."""

    @property
    def clips(self) -> Sequence[Path]: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def missing(self) -> Sequence[str]: ...
    @property
    def seconds(self) -> float: ...


class Speaker(Protocol):
    def request(
        self, call: Said, languages: Sequence[str], on_ready: Callable[[Any], None], *, is_pressing: bool = True
    ) -> None:
        """Returns at once; `on_ready` is called once, on the voice's own task, in the order of the requests. What is
        not pressing waits until no call does."""


class Hall(Protocol):
    """Those who listen, as far as an announcement goes."""

    def players(self, zone: str) -> Sequence[Player]:
        """The best first; also those that say that they cannot."""

    def screens(self, zone: str) -> int:
        """How many screens show the zone's calls."""

    def speak(self, player: Player, announcement: Announcement, spoken: Spoken, volume: float, chime: bool) -> None: ...

    def hush(self, zone: str, player: str, id: int) -> None:
        """What was sent there is not wanted any more."""

    def unspoken(self, counter: str, zone: Zone, told: Unheard) -> None:
        """To the terminal of the officer who called."""

    def changed(self) -> None:
        """The figures have changed."""


@dataclass(slots=True)
class ZoneVoice:
    """One zone as it stands. `known` are the calls that were taken up, `summoned` the tickets that were asked to
    come back, `doubts` players that gave no answer, `given_up` what was told as not heard and may yet be.
    """

    queue: AnnouncementQueue = field(default_factory=AnnouncementQueue)
    known: dict[int, None] = field(default_factory=dict)
    summoned: set[int] = field(default_factory=set)
    made: dict[int, Spoken] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    unshown: dict[int, tuple[datetime, str, str]] = field(default_factory=dict)
    asked: deque[datetime] = field(default_factory=deque)
    told: deque[Unheard] = field(default_factory=lambda: deque(maxlen=TOLD_KEPT))
    doubts: set[str] = field(default_factory=set)
    played_at: dict[str, datetime] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    inherited: int | None = None
    given_up: dict[int, Announcement] = field(default_factory=dict)
    alone_since: datetime | None = None
    next_at: datetime | None = None

    def is_new(self, id: int) -> bool:
        """Whether this is the first that is heard of an announcement, which from now on is known."""
        if id in self.known:
            return False
        self.known[id] = None
        if len(self.known) > KNOWN:
            self.known.pop(next(iter(self.known)))
        return True


def able(players: Sequence[Player], voice: ZoneVoice) -> list[Player]:
    """Those that may be asked, the doubtful last; otherwise in their order."""
    return sorted((one for one in players if one.plays is not False), key=lambda one: one.name in voice.doubts)


def standing(branch: Branch, zone: Zone, voice: ZoneVoice, hall: Hall, now: datetime) -> Standing:
    """How a zone's voice stands at this moment."""
    players = hall.players(zone.code)
    return Standing(
        zone, state(branch, zone, voice, players, now), voice.queue.backlog_s(now),
        load(len(voice.asked), zone.languages, zone.chime), tuple(voice.missing), hall.screens(zone.code),
        tuple((player, voice.played_at.get(player.name)) for player in players), tuple(voice.told),
    )  # fmt: skip


def state(branch: Branch, zone: Zone, voice: ZoneVoice, players: Sequence[Player], now: datetime) -> str:
    """What a manager has to know first of it."""
    if branch.volume(zone, now) <= 0:
        return "silent"
    if voice.alone_since is not None:
        alone = (now - voice.alone_since).total_seconds()
        return "no_player" if alone >= NO_PLAYER_AFTER_S else "on"
    if all(player.name in voice.doubts for player in able(players, voice)):
        return "no_answer"
    backlog = voice.queue.backlog_s(now)
    if backlog > CHIME_ONLY_PAST and zone.languages:
        return "chime_only"
    return "one_language" if backlog > ONE_LANGUAGE_PAST and len(zone.languages) > 1 else "on"
