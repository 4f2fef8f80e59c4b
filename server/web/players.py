"""Who can make a call heard in a zone: the players at this process, and what the other processes say of theirs.

One is asked at a time: two in one hall would echo.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from server.speech.zone_voice import RANKS, Player
from server.web.rooms import Rooms

MOST_TOLD = 6
"""Players of a zone that other processes are told of: one is enough, and a word between processes is short."""
MOST_SILENT = 10
"""Screens of a zone that have said nothing and count as players all the same."""
REMOTE_FOR_S = 20.0


class Said(NamedTuple):
    name: str
    plays: bool
    why: str


class Players:
    """`version` grows whenever somebody came, went or said something."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._said: dict[tuple[str, str], Said] = {}
        self._elsewhere: dict[str, tuple[float, tuple[Player, ...]]] = {}
        self._made: dict[str, tuple[int, tuple[Player, ...]]] = {}
        self.version = 0

    def changed(self) -> None:
        """Somebody joined or left a room."""
        self.version += 1

    def zones_of(self, sid: str) -> list[str]:
        screen = self._rooms.screens.get(sid)
        return [name.partition(":")[2] for name in screen.rooms if name.startswith("zone:")] if screen else []

    def say(self, sid: str, zone: str, told: Mapping[str, Any]) -> str:
        """A player says what it is and whether it can; returns its name."""
        name = str(told.get("name") or sid)[:40]
        said = Said(name, told.get("plays") is not False, str(told.get("why") or "")[:40])
        if self._said.get((zone, sid)) != said:
            self._said[zone, sid] = said
            self.changed()
        return name

    def name_of(self, sid: str, zone: str) -> str:
        said = self._said.get((zone, sid))
        return said.name if said is not None else sid

    def here(self, zone: str) -> tuple[Player, ...]:
        """Those of this process, the best first."""
        version, made = self._made.get(zone, (-1, ()))
        if version != self.version:
            made = tuple(sorted(self._look(zone), key=lambda player: player.rank))
            self._made[zone] = self.version, made
        return made

    def _look(self, zone: str) -> Iterator[Player]:
        room = self._rooms.room("zone", zone)
        members = room.members.copy() if room is not None else set()
        for key in [key for key in list(self._said) if key[0] == zone and key[1] not in members]:
            self._said.pop(key, None)
        silent = 0
        for sid in members:
            screen = self._rooms.screens.get(sid)
            role = screen.identities[0].role if screen is not None and screen.identities else ""
            said = self._said.get((zone, sid))
            if said is not None:
                yield Player(zone, said.name, role, said.plays, said.why, sid)
            elif role in RANKS and silent < MOST_SILENT:
                silent += 1
                yield Player(zone, sid, role, None, "", sid)

    def of(self, zone: str) -> Sequence[Player]:
        """All of a zone, wherever they are connected, the best first."""
        since = time.monotonic() - REMOTE_FOR_S
        told = [(at, players) for at, players in list(self._elsewhere.values()) if at >= since]
        found = [player for _, players in told for player in players if player.zone == zone]
        return sorted([*self.here(zone), *found], key=lambda player: player.rank) if found else self.here(zone)

    def screens(self, zone: str) -> int:
        """Screens that show the zone at this process, and those of the others' players that are screens."""
        room = self._rooms.room("zone", zone)
        here = len(room.members) - sum(player.role == "announcer" for player in self.here(zone)) if room else 0
        return here + sum(not player.sid and player.role != "announcer" for player in self.of(zone))

    def word(self, zones: Sequence[str]) -> list[list[Any]]:
        """What the other processes are told."""
        return [[p.zone, p.name, p.role, p.plays, p.why] for zone in zones for p in self.here(zone)[:MOST_TOLD]]

    def hear(self, process: str, told: Sequence[Sequence[Any]]) -> None:
        """What another process says of its players."""
        players = tuple(
            Player(str(zone), str(name), str(role), plays if isinstance(plays, bool) else None, str(why))
            for zone, name, role, plays, why in told
        )
        before = self._elsewhere.get(process)
        self._elsewhere[process] = time.monotonic(), players
        if before is None or before[1] != players:
            self.changed()
