"""One zone's voice as it stands: its queue, what it was told of its calls, and what the manager is told of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from server.domain.announcement import CHIME_ONLY_PAST, ONE_LANGUAGE_PAST, Call
from server.domain.announcement_load import load
from server.domain.announcement_queue import Announcement, AnnouncementQueue
from server.domain.branch import Branch, Zone
from server.web.boards import Json, instant
from server.web.players import Player

NO_PLAYER_AFTER_S = 10.0
"""A screen that is loaded anew is away for less."""
TOLD_KEPT = 6


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
    def request(self, call: Call, languages: Sequence[str], on_ready: Callable[[Any], None]) -> None:
        """Returns at once; `on_ready` is called once, on the voice's own task, in the order of the requests."""


class Hall(Protocol):
    """Those who listen, as far as an announcement goes."""

    def players(self, zone: str) -> Sequence[Player]:
        """The best first; also those that say that they cannot."""

    def screens(self, zone: str) -> int:
        """How many screens show the zone's calls."""

    def speak(self, player: Player, announcement: Announcement, spoken: Spoken, volume: float, chime: bool) -> None: ...

    def hush(self, zone: str, player: str, id: int) -> None:
        """What was sent there is not wanted any more."""

    def unspoken(self, counter: str, told: Json) -> None:
        """To the terminal of the officer who called."""

    def changed(self) -> None:
        """The figures have changed."""


@dataclass(slots=True)
class ZoneVoice:
    """One zone as it stands. `known` are the calls that were taken up, `doubts` players that gave no answer."""

    queue: AnnouncementQueue = field(default_factory=AnnouncementQueue)
    known: dict[int, None] = field(default_factory=dict)
    made: dict[int, Spoken] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    unshown: dict[int, tuple[datetime, str, str]] = field(default_factory=dict)
    asked: deque[datetime] = field(default_factory=deque)
    told: deque[Json] = field(default_factory=lambda: deque(maxlen=TOLD_KEPT))
    doubts: set[str] = field(default_factory=set)
    played_at: dict[str, datetime] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    inherited: int | None = None
    alone_since: datetime | None = None
    next_at: datetime | None = None


def able(players: Sequence[Player], voice: ZoneVoice) -> list[Player]:
    """Those that may be asked, the doubtful last; otherwise in their order."""
    return sorted((one for one in players if one.plays is not False), key=lambda one: one.name in voice.doubts)


def figures(branch: Branch, zone: Zone, voice: ZoneVoice, hall: Hall, now: datetime) -> Json:
    """A zone's voice as the manager's page is told it."""
    busy = load(len(voice.asked), zone.languages, zone.chime)
    backlog = voice.queue.backlog_s(now)
    return {
        "zone": zone.code, "name": dict(zone.name), "state": state(branch, zone, voice, hall.players(zone.code), now),
        "backlog_s": round(backlog), "languages": list(zone.languages),
        "calls_per_minute": round(busy.calls_per_minute, 1), "seconds_per_call": round(busy.seconds_per_call, 1),
        "busy": round(busy.busy, 2), "too_busy": busy.is_too_busy, "drop": list(busy.drop),
        "missing": list(voice.missing), "screens": hall.screens(zone.code),
        "players": [
            {"name": p.name, "role": p.role, "plays": p.plays, "why": p.why,
             "last_played_at": instant(voice.played_at.get(p.name))}
            for p in hall.players(zone.code)
        ],
        "missed": [{k: v for k, v in one.items() if k != "since"} for one in voice.told],
    }  # fmt: skip


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


def wire(announcement: Announcement, zone: str, spoken: Spoken, volume: float, chime: bool) -> Json:
    """`speak`, as a player gets it. A zone without a chime hears it all the same where no words could be made."""
    clips = [f"/clips/{path.name}" for path in spoken.clips]
    call = announcement.call
    return {
        "id": announcement.id, "zone": zone, "number": call.number, "counter": call.counter, "kind": str(call.kind),
        "clips": clips if chime or len(clips) < 2 else clips[1:], "languages": list(spoken.languages),
        "missing": list(spoken.missing), "seconds": round(spoken.seconds, 2), "volume": round(volume, 2),
    }  # fmt: skip
