"""The live channel: rooms of screens that are told what happened, in order, and converge whatever is lost.

A screen joins a room and gets its whole board with `seq`; then events, each with its `seq` and `prev`, the seq that
this room was sent before it. One task follows the store (`poke` wakes it), another beats every few seconds and looks
for what other processes wrote. A room is sent an event once, encoded once, however many screens listen.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO, disconnect, join_room, leave_room
from socketio.exceptions import ConnectionRefusedError as Refusal

from server.domain import events as e
from server.domain.errors import QueueError
from server.domain.floor import Floor
from server.domain.ticket import Ticket
from server.ports import Identity
from server.web.access import askers, may, of_token
from server.web.api_tickets import paper_json
from server.web.boards import Json, instant, public_ticket_json, queues_json, waits_json, zone_json
from server.web.edge import Edge
from server.web.refusals import Refused
from server.web.staff_boards import counter_json, overview_json

log = logging.getLogger(__name__)
NAMESPACE = "/live"

ROOMS: Mapping[str, str | None] = {
    "zone": "board", "counter": "counter", "branch": "overview", "ticket": None, "kiosk": None,
}  # fmt: skip
"""The kinds of room and the right that joining one takes; None: a room of its own rule."""


@dataclass(slots=True)
class Room:
    """`prev` is the last seq that its screens were sent; `dirty` that its waits have changed since they were told."""

    kind: str
    code: str
    prev: int
    members: set[str] = field(default_factory=set)
    dirty: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.code}"


@dataclass(slots=True)
class Screen:
    """One connection: who it may be, which rooms it is in, and whether it prints for its kiosk."""

    identities: Sequence[Identity]
    rooms: set[str] = field(default_factory=set)
    prints: bool = False


class Live:
    """Follows the store and tells the rooms. `spoken` is asked to announce each call of a zone."""

    def __init__(self, app: Flask, socketio: SocketIO, door: Edge) -> None:
        self._app = app
        self._io = socketio
        self._door = door
        self._rooms: dict[str, dict[str, Room]] = {kind: {} for kind in ROOMS}
        self._screens: dict[str, Screen] = {}
        self._seen = door.office.floor.seq
        self._version = door.office.floor.branch.version
        self._more = threading.Event()
        self._stopping = threading.Event()
        self.on_call: Callable[[Floor, e.TicketEvent], None] = lambda floor, event: None
        socketio.on_event("connect", self._connect, namespace=NAMESPACE)
        socketio.on_event("disconnect", self._disconnect, namespace=NAMESPACE)
        socketio.on_event("join", self._join, namespace=NAMESPACE)
        socketio.on_event("leave", self._leave, namespace=NAMESPACE)
        socketio.on_event("shown", self._shown, namespace=NAMESPACE)
        socketio.on_event("played", self._played, namespace=NAMESPACE)

    # ── starting and stopping ────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin to follow, on tasks of the process's own kind."""
        for task in (self._follow, self._beat, self._tell_waits):
            self._io.start_background_task(task)

    def stop(self) -> None:
        self._stopping.set()
        self._more.set()

    def poke(self) -> None:
        """There is more in the store. Never waits."""
        self._more.set()

    # ── following ────────────────────────────────────────────────────────────────────────────────────────────

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._more.wait(self._door.settings.heartbeat)
            self._more.clear()
            self._safely(self.deliver)

    def _beat(self) -> None:
        while not self._stopping.wait(self._door.settings.heartbeat):
            self._safely(self._door.office.store.catch_up)
            self._safely(self.deliver)
            for room in self._all():
                self._emit("heartbeat", {"seq": room.prev, "at": instant(self._door.office.now())}, room)

    def _tell_waits(self) -> None:
        while not self._stopping.wait(self._door.settings.waits_gap):
            self._safely(self._waits)

    def _safely(self, step: Callable[[], None]) -> None:
        """An outer loop: what goes wrong once is logged, and the next heartbeat heals the screens."""
        try:
            step()
        except Exception:
            log.exception("the live channel stumbled")

    def deliver(self) -> None:
        """Send what happened since the last time to every room that it concerns."""
        floor = self._door.office.floor
        if floor.branch.version != self._version:
            self._version = floor.branch.version
            self._send_boards(floor)
        if floor.seq <= self._seen:
            return
        happened = self._door.office.store.since(self._seen)
        if happened is None:
            self._send_boards(floor)
        else:
            for seq, event in happened:
                self._tell(floor, seq, event)
        self._seen = floor.seq

    def _send_boards(self, floor: Floor) -> None:
        """Too much was missed to tell it one by one: everybody gets the whole board."""
        for room in self._all():
            board = self._board(room)
            if board is not None:
                room.prev = floor.seq
                self._emit("board", board, room)

    def _tell(self, floor: Floor, seq: int, event: e.Event) -> None:
        ticket = self._ticket(floor, seq, event)
        counter: str = getattr(event, "counter", "")
        told = self._public(floor, seq, event, ticket, counter)
        for kind in ("zone", "counter", "branch", "kiosk"):
            for room in self._rooms[kind].values():
                room.dirty = True
        if told is not None:
            for room in list(self._rooms["zone"].values()):
                self._emit(event.kind, told | {"prev": room.prev}, room)
                room.prev = seq
        for concerned in (
            self._rooms["counter"].get(counter),
            self._rooms["ticket"].get(ticket.token if ticket else ""),
        ):
            if concerned is not None:
                self._send_board(concerned)
        if isinstance(event, e.TicketIssued) and (kiosk := self._rooms["kiosk"].get(event.kiosk)) is not None:
            self._print(kiosk, seq, event)
        if isinstance(event, e.TicketCalled | e.TicketRecalled):
            self._safely(lambda: self.on_call(floor, event))

    def _ticket(self, floor: Floor, seq: int, event: e.Event) -> Ticket | None:
        """The ticket of an event: from the floor while it is open, else from the records."""
        subject = seq if isinstance(event, e.TicketIssued) else event.subject
        if subject is None:
            return None
        found: Ticket | None = floor.tickets.get(subject) or self._door.records.ticket(subject)
        return found

    def _public(self, floor: Floor, seq: int, event: e.Event, ticket: Ticket | None, counter: str) -> Json | None:
        """What a zone may know of an event: number and counter. None for what does not concern the public."""
        if event.kind not in e.CONTRACT_KINDS or isinstance(event, e.TicketIssued):
            return None
        told: Json = {"seq": seq, "at": instant(event.at)}
        names = {c.code: c.name for c in floor.branch.counters}
        if counter:
            told["counter"] = names.get(counter, counter)
        if ticket is not None:
            told["number"] = ticket.number
        if isinstance(event, e.TicketCalled | e.TicketRecalled):
            told["calls"] = next((c.calls for c in floor.recent if ticket and c.ticket == ticket.id), 1)
        return told

    def _print(self, room: Room, seq: int, event: e.TicketIssued) -> None:
        ticket = self._door.office.floor.tickets.get(seq)
        if ticket is not None:
            with self._app.app_context():
                self._emit("print", paper_json(ticket, event.at), room)

    def _waits(self) -> None:
        """Tell every room whose figures changed, at most once a second."""
        floor, now = self._door.office.floor, self._door.office.now()
        dirty = [room for room in self._all() if room.dirty]
        waits = waits_json(floor, now) if any(room.kind in ("zone", "kiosk") for room in dirty) else None
        for room in dirty:
            room.dirty = False
            if room.kind == "zone" and waits is not None:
                self._emit("waits", waits, room)
            elif room.kind == "kiosk":
                self._emit("waits", queues_json(floor, now, self._door.say), room)
            else:
                self._send_board(room)

    # ── screens ──────────────────────────────────────────────────────────────────────────────────────────────

    def _connect(self, auth: Json | None = None) -> None:
        """A wrong token is refused; without any the connection may only follow a ticket whose address it knows."""
        token = (auth or {}).get("token") if isinstance(auth, dict) else None
        try:
            found = [of_token(str(token))] if token else askers(request)[0]
        except Refused as refused:
            raise Refusal(refused.detail, {"code": refused.code, "detail": refused.detail}) from refused
        self._screens[_sid()] = Screen(found)

    def _disconnect(self, *_: object) -> None:
        screen = self._screens.pop(_sid(), None)
        for name in screen.rooms if screen else ():
            self._forget(name, _sid())

    def _all(self) -> list[Room]:
        return [room for rooms in self._rooms.values() for room in rooms.values()]

    def _forget(self, name: str, sid: str) -> None:
        kind, _, code = name.partition(":")
        room = self._rooms.get(kind, {}).get(code)
        if room is not None:
            room.members.discard(sid)
            if not room.members:
                del self._rooms[kind][code]

    def _join(self, wanted: Any) -> Json:
        """Answers {} and sends `board`; a refusal is answered {code, detail} and nothing is sent."""
        screen = self._screens.get(_sid())
        if screen is None or not isinstance(wanted, dict):
            return {"code": "bad_request", "detail": "join {zone|counter|ticket|branch|kiosk: code}"}
        kind = next((k for k in ROOMS if k in wanted), None)
        code = str(wanted.get(kind or "", ""))[:64]
        if kind is None or not code.isprintable():
            return {"code": "bad_request", "detail": "join {zone|counter|ticket|branch|kiosk: code}"}
        refused = self._may_join(screen, kind, code)
        if refused is not None:
            return refused
        room = self._rooms[kind].get(code) or Room(kind, code, self._door.office.floor.seq)
        board = self._board(room)
        if board is None:
            return {"code": f"unknown_{kind}", "detail": f"there is no {kind} {code}"}
        self._rooms[kind][code] = room
        room.members.add(_sid())
        screen.rooms.add(room.name)
        screen.prints = screen.prints or bool(wanted.get("prints"))
        join_room(room.name)
        self._io.emit("board", board, to=_sid(), namespace=NAMESPACE)
        return {}

    def _may_join(self, screen: Screen, kind: str, code: str) -> Json | None:
        right = "print" if kind == "kiosk" else ROOMS[kind]
        if kind == "ticket" or right is None:
            return None  # whoever knows the random address may follow it
        if not screen.identities:
            return {"code": "not_signed_in", "detail": "sign in, or show a device's token"}
        if not any(may(one, right, (kind, code)) for one in screen.identities):
            role = screen.identities[0].role
            return {"code": "not_allowed", "detail": f"the role {role} may not: {right} for {kind} {code}"}
        return None

    def _leave(self, wanted: Any) -> None:
        screen = self._screens.get(_sid())
        for kind, code in wanted.items() if isinstance(wanted, dict) else ():
            name = f"{kind}:{code}"
            if screen is not None and name in screen.rooms:
                screen.rooms.discard(name)
                leave_room(name)
                self._forget(name, _sid())

    def _board(self, room: Room) -> Json | None:
        """The whole of a room; None where there is no such thing."""
        door = self._door
        floor, now = door.office.floor, door.office.now()
        try:
            match room.kind:
                case "zone":
                    return zone_json(floor, room.code, now, door.say)
                case "counter":
                    return counter_json(floor, room.code, now, door.say, door.officers())
                case "branch":
                    return overview_json(floor, now, door.officers())
                case "kiosk":
                    known = any(kiosk.code == room.code for kiosk in floor.branch.kiosks)
                    return {"seq": floor.seq} | queues_json(floor, now, door.say) if known else None
                case _:
                    found = door.records.ticket_of(room.code)
                    if found is None:
                        return None
                    live = floor.tickets.get(found.id, found)
                    return {"seq": floor.seq, "as_of": instant(now), "ticket": public_ticket_json(floor, live, now)}
        except QueueError:
            return None

    def _send_board(self, room: Room) -> None:
        board = self._board(room)
        if board is not None:
            room.prev = board["seq"]
            self._emit("board", board, room)

    def _emit(self, name: str, told: Json, room: Room) -> None:
        self._io.emit(name, told, to=room.name, namespace=NAMESPACE)

    # ── what others ask of it ────────────────────────────────────────────────────────────────────────────────

    def ring(self, kind: str, kiosk: str | None, counter: str | None) -> None:
        """Somebody asks for help: managers and every counter's terminal hear of it (K15, T11)."""
        told = {"kind": kind, "kiosk": kiosk, "counter": counter, "at": instant(self._door.office.now())}
        for room in (*self._rooms["branch"].values(), *self._rooms["counter"].values()):
            self._emit("help", told, room)

    def speak(self, zone: str, told: Json) -> None:
        """Clips for the players of a zone, to be played one after another."""
        room = self._rooms["zone"].get(zone)
        if room is not None:
            self._emit("speak", told, room)

    @property
    def screens(self) -> int:
        """How many connections there are."""
        return len(self._screens)

    def has_printer(self, kiosk: str) -> bool:
        """Whether an agent that prints listens for this kiosk."""
        room = self._rooms["kiosk"].get(kiosk)
        return room is not None and any(self._screens[sid].prints for sid in room.members if sid in self._screens)

    def shut_out(self, token: int) -> None:
        """End the connections of a token that was revoked."""
        for sid, screen in list(self._screens.items()):
            if any(one.token == token for one in screen.identities):
                disconnect(sid, namespace=NAMESPACE)

    def _shown(self, told: Any) -> None:
        log.debug("shown: %s", told)

    def _played(self, told: Any) -> None:
        log.debug("played: %s", told)


def _sid() -> str:
    found: str = request.sid  # type: ignore[attr-defined]
    return found
