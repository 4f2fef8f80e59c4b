"""The live channel, whole because its order lives in one place: rooms are told what happened and converge.

A screen joins a room and gets its whole board with `seq`; then events, each with its `seq` and `prev`, the seq that
this room was sent before it. One task follows the store (`poke` wakes it), another beats every few seconds and looks
for what other processes wrote. A room is sent an event once, encoded once, however many screens listen.

    commit ── poke ──► deliver: events to zones, boards to those concerned ─┐
    every second       waits: figures that have changed                     ├──► rooms ──► screens
    every 5 seconds    beat: what was missed, who was shut out, heartbeat ──┤
    every second       phones: a fifteenth of all, in turn; those near ─────┘

What goes wrong while a room is told costs it nothing but a whole board, with the next beat.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Protocol

from flask import Flask, request
from flask_socketio import SocketIO, disconnect, join_room, leave_room
from socketio.exceptions import ConnectionRefusedError as Refusal

from server.domain import events as e
from server.domain.floor import Floor
from server.domain.queue import Lane
from server.domain.readiness import Near, nearest
from server.domain.ticket import Ticket
from server.web.access import askers, of_token
from server.web.api_paper import copy_json, paper_json
from server.web.boards import Json, instant, opening, queues_json, ready_json, waits_json
from server.web.connections import Connections
from server.web.devices import Devices
from server.web.edge import Edge
from server.web.printers import STATES, Printers
from server.web.refusals import Refused
from server.web.room_boards import RoomBoards, lasting
from server.web.rooms import RIGHTS_TO, Room, Rooms, Screen

log = logging.getLogger(__name__)
NAMESPACE = "/live"
FIGURES_ANEW_S = 30.0
"""Figures are told again after so long, even where nothing happened."""
BEATS_REMEMBERED = 3
DEVICES_ANEW = timedelta(seconds=20)
FAR_BEATS = 3
"""Phones whose turn is far hear within three heartbeats: there may be thousands."""
PLACES = 15
"""Those who hear within three heartbeats stand around a clock of so many places, and a hand goes round."""
ROUND_S = 15.0
"""The longest that a round may take: a phone that has heard nothing for 20 s says that it is not up to date."""
TOLD_TOGETHER = 5
"""So many phones between two looks at whoever else wants something."""
UNHEARD = (e.TicketIssued, e.TicketPrinted)
"""What happens most often, and changes nothing of what is said aloud."""
NEAR_AHEAD = 10
"""Who has no more people before them hears of every change with the next heartbeat."""
_HOW = {"code": "bad_request", "detail": "join {zone|counter|ticket|branch|kiosk: code}"}


class Ears(Protocol):
    """Whoever has the calls announced."""

    def moved(self, whole: bool) -> None:
        """The floor is another; `whole`: so much at once that nothing was told one by one."""

    def rooms_changed(self) -> None: ...

    def word(self, name: str, sid: str, told: Json) -> None:
        """A screen or a loudspeaker says `player`, `shown` or `played`."""

    def beat(self) -> None: ...

    def heard(self, told: Mapping[str, Any]) -> None:
        """Another process says something that is not for the channel itself."""


class Live:
    """Follows the store and tells the rooms. `on_call` is asked to announce each call, `voice` hears of what follows.

    `pass_on` tells the other processes of this branch, where there are any; `hear` takes what they say.
    """

    def __init__(self, app: Flask, socketio: SocketIO, door: Edge) -> None:
        self._app = app
        self._io = socketio
        self._connections: Connections = socketio.server.manager  # type: ignore[attr-defined]
        self._door = door
        self._rooms = Rooms()
        self._floor = door.office.floor  # as the rooms have been told it
        self._seen = self._floor.seq
        self._boards = RoomBoards(door)
        self._opening = opening(self._floor, door.office.now())
        self._printing: dict[str, tuple[float, dict[str, str]]] = {}
        self._printers = Printers()
        self.devices = Devices()
        self._devices_known_at: datetime | None = None
        self._secrets: dict[str, str] = {}
        self._rung: set[int] = set()
        self._turns = count()
        self._beats = self._hand = 0
        self._is_current = True
        self._telling = threading.RLock()  # one at a time: what a room is sent, it is sent in order
        self._more = threading.Event()
        self._stopping = threading.Event()
        self.on_call: Callable[[Floor, int, e.Event], None] = lambda floor, seq, event: None
        self.voice: Ears | None = None
        self.pass_on: Callable[..., None] | None = None
        for name, hear in (
            ("connect", self._connect), ("join", self._join), ("leave", self._leave), ("claim", self._claim),
            ("printer", self._printer),
        ):  # fmt: skip
            socketio.on_event(name, hear, namespace=NAMESPACE)
        for name in ("player", "shown", "played"):
            # Past Flask: a thousand screens say what they show at every call, and none of it needs a request.
            socketio.server.on(name, partial(self._word, name), namespace=NAMESPACE)  # type: ignore[attr-defined]
        # Five thousand phones may go in one moment, with their access point or with this server.
        socketio.server.on("disconnect", self._disconnect, namespace=NAMESPACE)  # type: ignore[attr-defined]
        socketio.on_error(NAMESPACE)(self._stumbled)

    # ── starting and stopping ────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin to follow, on tasks of the process's own kind."""
        if self.pass_on is not None:
            self._rung = {row.id for row in self._door.people.rings()}
        for task in (self._follow, self._every_heartbeat, self._every_second, self._every_phone):
            self._io.start_background_task(task)

    def stop(self) -> None:
        self._stopping.set()
        self._more.set()

    def poke(self) -> None:
        """There is more in the store. Never waits."""
        self._more.set()

    @property
    def rooms(self) -> Rooms:
        return self._rooms

    @property
    def screens(self) -> int:
        """How many are connected to this process."""
        return len(self._rooms.screens)

    # ── following ────────────────────────────────────────────────────────────────────────────────────────────

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._more.wait(self._door.settings.heartbeat)
            self._more.clear()
            self._safely(self.deliver)

    def _every_heartbeat(self) -> None:
        while not self._stopping.wait(self._door.settings.heartbeat):
            self.beat()

    def beat(self) -> None:
        """Look for whatever was missed, and tell every room how far it is."""
        # A heartbeat says "you lack nothing". Where the database cannot be asked, nobody can say so.
        self._is_current = self._safely(self._door.office.store.catch_up)
        if self._is_current:
            self._safely(self._look_at_the_clock)
            self._safely(self.deliver)
            self._safely(self._heartbeats)
        self._safely(self._shut_out_revoked)
        self._safely(self._connections.let_go_of_the_silent)
        if self.pass_on is not None:
            self._safely(self._hear_rings)
        self._printers_changed()
        self._safely(self._look_at_devices)
        if self.voice is not None:
            self._safely(self.voice.beat)

    def _every_phone(self) -> None:
        """Apart from the hall's heartbeats, which no crowd of phones may hold up. A step that came late, or could
        not be made, is made up for: what counts is how long a round takes."""
        every = min(ROUND_S, FAR_BEATS * self._door.settings.heartbeat) / PLACES
        due = time.monotonic() + every
        while not self._stopping.wait(max(0.01, due - time.monotonic())):
            if not self._is_current:  # a heartbeat says "you lack nothing", and nobody can say so now
                self._stopping.wait(every)
                continue
            due = max(due + every, time.monotonic() - PLACES * every)
            self._safely(self.tell_phones)

    def _every_second(self) -> None:
        while not self._stopping.wait(self._door.settings.waits_gap):
            self._safely(self.tell_waits)

    def _safely(self, step: Callable[[], object]) -> bool:
        """An outer loop: what goes wrong is logged, and the next heartbeat heals the screens. Whether it went well."""
        try:
            step()
        except Exception:
            log.exception("the live channel stumbled")
            return False
        return True

    def _stumbled(self, error: BaseException) -> None:
        """What a screen asked could not be answered; it asks again with the next heartbeat."""
        log.error("the live channel stumbled over a screen", exc_info=error)

    def deliver(self) -> None:
        """Send what happened since the last time to every room that it concerns."""
        with self._telling:
            before, floor = self._floor, self._door.office.floor
            self._floor = floor
            if floor.branch.version != before.branch.version:
                self._all_behind()
            happened = self._door.office.store.since(self._seen)
            if happened is None:  # too much to tell it one by one
                self._seen = floor.seq
                self._all_behind()
            for seq, event in happened or ():
                if seq > self._seen:
                    self._seen = seq  # before it is told: nothing is called or printed twice because something failed
                    if not self._safely(partial(self._tell, floor, before, seq, event)):
                        self._all_behind()
            for room in self._rooms.all():
                if room.is_behind:
                    self._safely(partial(self._send_board, room))
        if self.voice is not None and (
            happened is None
            or floor.branch.version != before.branch.version
            or not all(isinstance(event, UNHEARD) for _, event in happened)
        ):
            self.voice.moved(happened is None)

    def _all_behind(self) -> None:
        for room in self._rooms.all():
            room.is_behind = True

    def soil(self, kind: str | None = None) -> None:
        """The figures of every room, or of those of one kind, may have changed."""
        for room in self._rooms.all() if kind is None else self._rooms.of(kind):
            room.is_dirty = True

    def _tell(self, floor: Floor, before: Floor, seq: int, event: e.Event) -> None:
        ticket = self._ticket(floor, before, seq, event)
        counter: str = getattr(event, "counter", "")
        told = self._public(floor, seq, event, ticket, counter)
        self.soil()
        for room in self._rooms.of("zone"):
            if isinstance(event, e.DayClosed | e.NoticeMade | e.NoticeWithdrawn):
                room.is_behind = True  # yesterday's calls go from the boards; so does a notice that is taken back
            elif told is not None and seq > room.prev:
                told |= {"prev": room.prev}
                room.prev = seq
                self._emit(event.kind, told, room)
        for kind, code in (("counter", counter), ("ticket", ticket.token if ticket is not None else "")):
            if (concerned := self._rooms.room(kind, code)) is not None:
                concerned.is_behind = True
        if isinstance(event, e.TicketIssued):
            if event.lane == Lane.EMERGENCY:
                self._ring(event.lane, event.kiosk or None, None)
            has_paper = event.block is not None  # from the kiosk itself, while we were out of its reach
            if ticket is not None and not has_paper and (kiosk := self._rooms.room("kiosk", event.kiosk)) is not None:
                with self._app.app_context():
                    self._emit("print", paper_json(ticket, event.at), kiosk)
        if isinstance(event, e.TicketCalled | e.TicketRecalled | e.NoticeMade):
            self.on_call(floor, seq, event)

    def _ticket(self, floor: Floor, before: Floor, seq: int, event: e.Event) -> Ticket | None:
        """The ticket of an event: as it stands, as it stood when it was last open, else from the records."""
        subject = seq if isinstance(event, e.TicketIssued) else event.subject
        if subject is None:
            return None
        open_one: Ticket | None = floor.tickets.get(subject) or before.tickets.get(subject)
        return open_one or self._door.records.ticket(subject)

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

    def tell_waits(self) -> None:
        """Tell every room whose figures changed, at most once a second; tickets' holders hear with the heartbeat."""
        with self._telling:
            floor, now = self._door.office.floor, self._door.office.now()
            waits: Json | None = None
            near: list[Near] | None = None
            for room in self._rooms.all():
                if not room.is_dirty or room.kind == "ticket":
                    continue
                room.is_dirty = False
                if room.kind == "zone":
                    waits, near = waits or waits_json(floor, now), nearest(floor, now) if near is None else near
                    zone = next((z for z in floor.branch.zones if z.code == room.code), None)
                    self._emit("waits", waits | {"ready": ready_json(floor, zone, now, near) if zone else []}, room)
                elif room.kind == "kiosk":
                    self._emit("waits", queues_json(floor, now, self._door.say), room)
                else:
                    self._send_board(room)

    def _look_at_the_clock(self) -> None:
        """Closing time comes without an event, and waits change while nothing happens."""
        state = opening(self._floor, self._door.office.now())
        if state != self._opening:
            self._opening = state
            for room in self._rooms.of("zone"):
                room.is_behind = True
            self.soil()
        self._beats += 1
        if self._beats * self._door.settings.heartbeat >= FIGURES_ANEW_S:
            self._beats = 0
            self.soil()

    def tell_phones(self) -> None:
        """One place of the round: where their place in the line has changed, those who stand there hear of it, else
        that all is well; with every heartbeat whoever is near their turn hears as well.

        An officer's key never waits for a crowd of phones.
        """
        self._hand += 1
        place, is_beat, told_of = self._hand % PLACES, self._hand % (PLACES // FAR_BEATS) == 0, 0
        for room in self._rooms.of("ticket"):
            is_due = room.turn == place
            if not is_due and not (is_beat and room.is_dirty and _is_near(room)):
                continue
            with self._telling:
                told = room.is_dirty and self._send_board(room, only_news=True)
                room.is_dirty = False
                if is_due and not told and not room.is_behind:
                    self._emit("heartbeat", {"seq": room.prev, "at": instant(self._door.office.now())}, room)
            told_of += 1
            if told_of % TOLD_TOGETHER == 0:
                self._io.sleep(0)

    def _heartbeats(self) -> None:
        with self._telling:
            at = instant(self._door.office.now())
            for room in self._rooms.all():
                if not room.is_behind and room.kind != "ticket":
                    self._emit("heartbeat", {"seq": room.prev, "at": at}, room)

    # ── screens ──────────────────────────────────────────────────────────────────────────────────────────────

    def _connect(self, auth: Json | None = None) -> None:
        """A wrong token is refused; without any the connection may only follow a ticket whose address it knows."""
        token = (auth or {}).get("token") if isinstance(auth, dict) else None
        try:
            found = [of_token(str(token))] if token else askers(request)[0]
        except Refused as refused:
            raise Refusal(refused.detail, {"code": refused.code, "detail": refused.detail}) from refused
        self._rooms.screens[_sid()] = Screen(found)

    def _disconnect(self, sid: str, *_: object) -> None:
        self._safely(partial(self._gone, sid))

    def _gone(self, sid: str) -> None:
        with self._telling:
            screen = self._rooms.gone(sid)
        if screen is None or any(not name.startswith("ticket:") for name in screen.rooms):
            self._rooms_changed()
        if screen is not None and screen.prints:
            self._printers_changed()

    def _join(self, wanted: Any) -> Json:
        """Answers {} and sends `board`; a refusal is answered {code, detail} and nothing is sent."""
        kind = next((k for k in RIGHTS_TO if k in wanted), None) if isinstance(wanted, dict) else None
        code = str(wanted[kind])[:64] if kind is not None else ""
        sid = _sid()
        if kind is None or not code.isprintable():
            return dict(_HOW)
        with self._telling:  # nothing is told between the board and the first event after it
            screen = self._rooms.screens.get(sid)
            if screen is None:
                return dict(_HOW)
            if (refused := screen.refusal(kind, code)) is not None:
                return refused
            room = self._rooms.room(kind, code) or Room(kind, code, turn=next(self._turns) % PLACES)
            board = self._boards.board(room)
            if board is None:
                return {"code": f"unknown_{kind}", "detail": f"there is no {kind} {code}"}
            if sid not in self._rooms.screens:  # it went away meanwhile
                return {}
            if not room.members:
                room.prev = board["seq"]
                room.shown = lasting(board["ticket"]) if kind == "ticket" else None
            self._rooms.enter(sid, room)
            join_room(room.name)
            self._io.emit("board", board, to=sid, namespace=NAMESPACE)
            if room.window:
                self._io.emit("claimed", {"window": room.window}, to=sid, namespace=NAMESPACE)
        if kind == "kiosk" and wanted.get("prints"):
            screen.prints.setdefault(code, "")
            self._printers_changed()
        if kind != "ticket":  # a phone plays nothing in any zone
            self._rooms_changed()
        return {}

    def _rooms_changed(self) -> None:
        if self.voice is not None:
            self.voice.rooms_changed()

    def _printer(self, told: Any) -> None:
        """How a kiosk's printer is, said by the agent that prints there (K11)."""
        screen = self._rooms.screens.get(_sid())
        code, state = (
            (str(told.get(name, ""))[:64] for name in ("kiosk", "state")) if isinstance(told, dict) else ("", "")
        )
        if screen is not None and code in screen.prints and state in STATES:
            screen.prints[code] = state
            self._printers_changed()

    def _printers_changed(self) -> None:
        """Tell the other processes, and whoever has to do something about it."""
        if self.pass_on is not None:
            self.pass_on("prints", kiosks=self._rooms.printing())
        self._printers_heard()

    def _printers_heard(self) -> None:
        """Managers and every terminal hear of each printer that is another way than it was."""
        with self._telling:
            now = self._door.office.now()
            known = {kiosk.code for kiosk in self._floor.branch.kiosks}
            for one in self._printers.see({k: s for k, s in self._listening().items() if k in known}, now):
                self.soil("branch")
                for room in (*self._rooms.of("branch"), *self._rooms.of("counter")):
                    self._emit("printer", one, room)

    def _listening(self) -> dict[str, str]:
        """The kiosks for which an agent that prints listens, at any process, with the state of each one's printer."""
        since = time.monotonic() - BEATS_REMEMBERED * self._door.settings.heartbeat
        found: dict[str, str] = {}
        for at, kiosks in self._printing.values():
            found |= kiosks if at >= since else {}
        return found | self._rooms.printing()

    @property
    def printers(self) -> list[Json]:
        """Every printer that this process has heard of, by kiosk."""
        return self._printers.told

    def _look_at_devices(self) -> None:
        """Whoever listens is there. What is known of them is kept, so that it outlives this process."""
        now, people = self._door.office.now(), self._door.people
        for token in self._rooms.tokens():
            self.devices.heard(token)
        known_at = self._devices_known_at
        if known_at is None or abs(now - known_at) >= DEVICES_ANEW:
            self._devices_known_at = now
            self.devices.know(people.devices(now))
            people.saw(self.devices.here, self.devices.clock())
        if self.pass_on is not None:
            self.pass_on("present", heard=self.devices.word())
        if self.devices.have_changed(self._floor.branch, now):
            self.soil("branch")

    def know_secret(self, kiosk: str, secret: str) -> None:
        """What a kiosk's agent wants to hear from the page in front of it."""
        self._secrets[kiosk] = secret
        if self.pass_on is not None:
            self.pass_on("secret", kiosk=kiosk, secret=secret)

    def secret_of(self, kiosk: str) -> str | None:
        return self._secrets.get(kiosk)

    def print_again(self, kiosk: str, line: int) -> None:
        """Somebody asks for a slip once more; the audit's line says of which ticket."""
        self._print_again(kiosk, line)
        if self.pass_on is not None:
            self.pass_on("slip", kiosk=kiosk, line=line)

    def _print_again(self, kiosk: str, line: int) -> None:
        room, row = self._rooms.room("kiosk", kiosk), self._door.people.noted(line)
        if room is not None and row is not None:
            with self._telling, self._app.app_context():
                self._emit("print", copy_json(row), room)

    def _claim(self, wanted: Any) -> None:
        """From now on this window of a counter's terminal is the one that works (T12); the others are told."""
        told = wanted if isinstance(wanted, dict) else {}
        code, window = str(told.get("counter", ""))[:64], str(told.get("window", ""))[:64]
        with self._telling:
            screen = self._rooms.screens.get(_sid())
            if screen is None or not screen.works_at(code) or not window:
                return
            self._claimed(code, window)
        if self.pass_on is not None:
            self.pass_on("claimed", counter=code, window=window)

    def _claimed(self, counter: str, window: str) -> None:
        if (room := self._rooms.room("counter", counter)) is not None:
            room.window = window
            self._emit("claimed", {"window": window}, room)

    def _leave(self, wanted: Any) -> None:
        for kind, code in wanted.items() if isinstance(wanted, dict) else ():
            with self._telling:
                if self._rooms.leave(_sid(), name := f"{kind}:{code}"):
                    leave_room(name)
        self._rooms_changed()

    def _word(self, name: str, sid: str, told: Any = None, *_: object) -> None:
        if self.voice is not None and isinstance(told, dict):
            self._safely(partial(self.voice.word, name, sid, told))

    def _send_board(self, room: Room, only_news: bool = False) -> bool:
        """Whether there was one to send, and with `only_news` any news in it."""
        board = self._boards.board(room)
        room.is_behind = room.is_dirty = False
        if board is None:
            return False
        if room.kind == "ticket":
            shown = lasting(board["ticket"])
            if only_news and shown == room.shown:
                return False
            room.shown = shown
        room.prev = max(room.prev, board["seq"])
        self._emit("board", board, room)
        return True

    def _emit(self, name: str, told: Json, room: Room) -> None:
        self._io.emit(name, told, to=room.name, namespace=NAMESPACE)

    # ── what others ask of it ────────────────────────────────────────────────────────────────────────────────

    def ring(self, kind: str, kiosk: str | None, counter: str | None) -> None:
        """Somebody asks for help, and the audit has it: managers and every counter's terminal hear of it (K15, T11)."""
        if self.pass_on is None:
            self._ring(kind, kiosk, counter)
        else:
            self._hear_rings()
            self.pass_on("ring")

    def _hear_rings(self) -> None:
        """Whatever process wrote it down: nobody's call for help depends on a message between processes."""
        for row in self._door.people.rings():
            if row.id not in self._rung:
                self._rung.add(row.id)
                self._ring(row.kind, row.detail.get("kiosk"), row.detail.get("counter"))

    def _ring(self, kind: str, kiosk: str | None, counter: str | None) -> None:
        told = {"kind": kind, "kiosk": kiosk, "counter": counter, "at": instant(self._door.office.now())}
        with self._telling:
            for room in (*self._rooms.of("branch"), *self._rooms.of("counter")):
                self._emit("help", told, room)

    def ask_advice(self) -> bool:
        """A manager asks which counters to open: every process has a look-ahead, and its own managers' pages. False
        where nobody looks ahead."""
        if self._door.foresight is None:
            return False
        self._door.foresight.want_advice()
        if self.pass_on is not None:
            self.pass_on("advice")
        return True

    def tell(self, sid: str, name: str, told: Json) -> None:
        """To one connection alone, where it still stands."""
        self._io.emit(name, told, to=sid, namespace=NAMESPACE)

    def tell_counter(self, counter: str, name: str, told: Json) -> None:
        """To a counter's terminal, where one listens at this process."""
        if (room := self._rooms.room("counter", counter)) is not None:
            self._emit(name, told, room)

    def has_printer(self, kiosk: str) -> bool:
        """Whether an agent that prints listens for this kiosk, at this process or at another."""
        return kiosk in self._listening()

    def shut_out(self, token: int) -> None:
        """End the connections of a token that was revoked."""
        self._disconnect_holders({token})
        if self.pass_on is not None:
            self.pass_on("revoked")

    def _shut_out_revoked(self) -> None:
        """Whoever revoked it, by whatever way: a session that ended, the command line, another process."""
        if (held := self._rooms.tokens()) and (
            revoked := held - self._door.people.in_force(held, self._door.office.now())
        ):
            self._disconnect_holders(revoked)

    def _disconnect_holders(self, tokens: set[int]) -> None:
        with self._app.app_context():
            for sid in self._rooms.holders(tokens):
                disconnect(sid, namespace=NAMESPACE)

    def hear(self, told: Mapping[str, Any]) -> None:
        """What another process of this branch says."""
        match told.get("word"):
            case "more":
                self._door.office.store.catch_up()
                self.poke()
            case "ring":
                self._hear_rings()
            case "revoked":
                self._shut_out_revoked()
            case "advice":
                if self._door.foresight is not None:
                    self._door.foresight.want_advice()
            case "claimed":
                with self._telling:
                    self._claimed(str(told.get("counter")), str(told.get("window")))
            case "prints":
                self._printing[str(told.get("from"))] = time.monotonic(), dict(told.get("kiosks", {}))
                self._safely(self._printers_heard)
            case "present":
                self.devices.hear(dict(told.get("heard", {})))
            case "secret":
                self._secrets[str(told.get("kiosk"))] = str(told.get("secret"))
            case "slip":
                self._print_again(str(told.get("kiosk")), int(told.get("line", 0)))
            case _ if self.voice is not None:
                self.voice.heard(told)


def _is_near(room: Room) -> bool:
    """Whether a phone's holder is told at once how the line moves."""
    return room.shown is None or room.shown["status"] != "waiting" or room.shown["ahead"] <= NEAR_AHEAD


def _sid() -> str:
    found: str = request.sid  # type: ignore[attr-defined]
    return found
