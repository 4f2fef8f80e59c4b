"""Who listens: the connections of the live channel, and the rooms that they are in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from server.ports import Identity
from server.web.access import may
from server.web.boards import Json

RIGHTS_TO: Mapping[str, Sequence[str]] = {
    "zone": ("board",), "counter": ("counter", "watch"), "branch": ("overview",), "kiosk": ("print",), "ticket": (),
}  # fmt: skip
"""The kinds of room, and the rights of which joining one takes any. A ticket's takes none: its address is a secret."""


@dataclass(slots=True)
class Room:
    """Those who are told the same. `prev` is the seq of the last event or board that they were sent.

    `is_dirty`: its figures have changed since they were told. `is_behind`: it needs the whole board. Of a ticket's
    room, `ticket` is the ticket's id, `shown` what its holders were told of it last, and `turn` at which place of
    the round they hear while they are far from their turn; of a counter's, `window` is the one at which the officer
    works.
    """

    kind: str
    code: str
    ticket: int | None = None
    prev: int = 0
    members: set[str] = field(default_factory=set)
    is_dirty: bool = False
    is_behind: bool = False
    shown: Json | None = None
    window: str = ""
    turn: int = 0

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.code}"


@dataclass(slots=True)
class Screen:
    """One connection: who it may be, which rooms it is in, and the kiosks that it prints for, with the state of
    each one's printer ("" until it is said)."""

    identities: Sequence[Identity]
    rooms: set[str] = field(default_factory=set)
    prints: dict[str, str] = field(default_factory=dict)

    def works_at(self, counter: str) -> bool:
        """Whether it is in this counter's room, and may act there."""
        place = ("counter", counter)
        return f"counter:{counter}" in self.rooms and any(may(one, "counter", place) for one in self.identities)

    def refusal(self, kind: str, code: str) -> Json | None:
        """Why it may not join this room; None if it may."""
        wanted = RIGHTS_TO[kind]
        if not wanted or any(may(one, right, (kind, code)) for one in self.identities for right in wanted):
            return None
        if not self.identities:
            return {"code": "not_signed_in", "detail": "sign in, or show a device's token"}
        role = self.identities[0].role
        return {"code": "not_allowed", "detail": f"the role {role} may not: {wanted[0]} for {kind} {code}"}


class Rooms:
    """All of them. A room exists while somebody is in it."""

    def __init__(self) -> None:
        self.screens: dict[str, Screen] = {}
        self._rooms: dict[str, dict[str, Room]] = {kind: {} for kind in RIGHTS_TO}

    def all(self) -> list[Room]:
        return [room for kind in RIGHTS_TO for room in self.of(kind)]

    def of(self, kind: str) -> list[Room]:
        """A list of its own: while some are told, others come and go."""
        return list(self._rooms[kind].values())

    def room(self, kind: str, code: str) -> Room | None:
        return self._rooms[kind].get(code)

    def enter(self, sid: str, room: Room) -> None:
        self._rooms[room.kind][room.code] = room
        room.members.add(sid)
        self.screens[sid].rooms.add(room.name)

    def leave(self, sid: str, name: str) -> bool:
        """Whether it was in there."""
        screen = self.screens.get(sid)
        if screen is None or name not in screen.rooms:
            return False
        screen.rooms.discard(name)
        kind, _, code = name.partition(":")
        screen.prints.pop(code, None)
        self._forget(self._rooms[kind][code], sid)
        return True

    def gone(self, sid: str) -> Screen | None:
        """A connection has ended."""
        screen = self.screens.pop(sid, None)
        for name in screen.rooms if screen is not None else ():
            kind, _, code = name.partition(":")
            self._forget(self._rooms[kind][code], sid)
        return screen

    def _forget(self, room: Room, sid: str) -> None:
        room.members.discard(sid)
        if not room.members:
            del self._rooms[room.kind][room.code]

    def printing(self) -> dict[str, str]:
        """The kiosks for which an agent that prints listens, each with the state of its printer."""
        return {kiosk: state for screen in list(self.screens.values()) for kiosk, state in screen.prints.items()}

    def tokens(self) -> set[int]:
        return {one.token for screen in list(self.screens.values()) for one in screen.identities}

    def holders(self, tokens: Collection[int]) -> list[str]:
        """The connections that stand on one of these tokens."""
        return [sid for sid, s in list(self.screens.items()) if any(one.token in tokens for one in s.identities)]
