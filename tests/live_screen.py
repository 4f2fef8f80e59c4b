"""A screen for tests, on a real socket: follows the live channel by the rules that `live_core.js` gives the pages.

    with a_screen(office.url, {"zone": "hall"}, office.token("display")) as screen:
        screen.until(lambda: screen.board is not None)
        counter.post("/counters/K1/next")
        screen.until(lambda: "A001" in screen.called)

It joins, takes the board, applies events in their order, and asks for the board again after a gap, a heartbeat that is
ahead of it, or a new connection. In a zone it says what it shows, and speaks as a player would that takes no time:
once, and every announcement answered for. `WebSocket` is the same without rules: what a page's library would never do.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import socketio
import websocket

from server.domain.events import EVENTS

NAMESPACE = "/live"
WITHIN_S = 10.0
Told = dict[str, Any]


class LiveScreen:
    """`heard` is everything in the order it came, `applied` the events that the screen took, `boards` how many came."""

    def __init__(self, url: str, room: Mapping[str, Any], token: str | None = None, cookie: str = "") -> None:
        self.board: Told | None = None
        self.seq = -1
        self.heard: list[tuple[str, Told]] = []
        self.applied: list[tuple[str, Told]] = []
        self.refused: Told | None = None
        self.boards = self.joins = self.connections = 0
        self.deaf_to: set[str] = set()  # words that get lost on their way to this screen
        self.is_mute = False  # it hears what it should speak, and answers nothing
        self.spoken: dict[int, Told] = {}
        self._zone = room.get("zone")
        self._room = dict(room)
        self._changed = threading.Condition()
        self._client = socketio.Client(
            reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.5, handle_sigint=False
        )
        for name in (*EVENTS, "waits", "notice", "print", "printer", "speak", "hush", "help", "claimed", "unspoken"):
            self._client.on(name, self._hear(name), namespace=NAMESPACE)
        self._client.on("board", self._take, namespace=NAMESPACE)
        self._client.on("heartbeat", self._beat, namespace=NAMESPACE)
        self._client.on("connect", self._connected, namespace=NAMESPACE)
        self._client.on("connect_error", self._turned_away, namespace=NAMESPACE)
        self._client.on("disconnect", self._parted, namespace=NAMESPACE)
        self._client.connect(
            url, transports=["websocket"], namespaces=[NAMESPACE], wait=False, auth={"token": token} if token else None,
            headers={"Cookie": cookie} if cookie else {},
        )  # fmt: skip

    # ── what a test asks ─────────────────────────────────────────────────────────────────────────────────────

    def until(self, holds: Callable[[], object], within_s: float = WITHIN_S) -> None:
        """Wait until it holds; looked at again whenever something came. Fails after `within_s`."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(holds()), within_s):
                last = [(name, told.get("seq")) for name, told in self.heard[-12:]]
                raise AssertionError(f"not within {within_s:g} s: seq {self.seq}, the last words were {last}")

    def words(self, name: str) -> list[Told]:
        with self._changed:
            return [told for word, told in self.heard if word == name]

    @property
    def called(self) -> list[str]:
        """The numbers that were called, the oldest first, as events told it."""
        with self._changed:
            return [told["number"] for name, told in self.applied if name == "ticket_called"]

    @property
    def is_connected(self) -> bool:
        return NAMESPACE in self._client.namespaces

    def shown(self, number: str) -> bool:
        """Whether the number stands among the calls: on the last board, or by an event after it."""
        with self._changed:
            on_board = self.board is not None and any(call["number"] == number for call in self.board["recent"])
            return on_board or number in self.called

    @property
    def port(self) -> int:
        """Its own end of the connection."""
        return int(self._client.eio.ws.sock.getsockname()[1])

    def drop(self) -> None:
        """The cable is out for a moment."""
        with suppress(OSError, websocket.WebSocketException):
            self._client.eio.ws.close()

    def join(self, room: Mapping[str, Any] | None = None) -> Told:
        """Join (again), and wait for the answer."""
        answer: Told = self._client.call("join", dict(room or self._room), namespace=NAMESPACE, timeout=WITHIN_S)
        return answer

    def emit(self, name: str, told: Any) -> None:
        with suppress(socketio.exceptions.BadNamespaceError):
            self._client.emit(name, told, namespace=NAMESPACE)

    def close(self) -> None:
        client = self._client
        client.reconnection = False
        client.shutdown()
        if client._reconnect_task is not None:  # the server went at the same moment: nobody else ends this thread
            client._reconnect_abort.set()
            client._reconnect_task.join(WITHIN_S)
        self._let_go()

    def introduce(self) -> None:
        """What it has spoken, as a player says it when it joins."""
        played = [{"id": id, "ok": True} for id in self.spoken]
        self.emit("player", {"zone": self._zone, "name": f"screen-{id(self)}", "playing": None, "played": played})

    # ── the rules ────────────────────────────────────────────────────────────────────────────────────────────

    def _note(self, name: str, told: Told) -> None:
        self.heard.append((name, told))
        self._changed.notify_all()

    def _ask(self) -> None:
        self.joins += 1
        with suppress(socketio.exceptions.BadNamespaceError):
            self._client.emit("join", self._room, namespace=NAMESPACE, callback=self._answered)

    def _answered(self, answer: Told) -> None:
        with self._changed:
            if answer.get("code"):
                self.refused = answer
            self._changed.notify_all()

    def _connected(self) -> None:
        with self._changed:
            self.connections += 1
            self.seq = -1
            self._changed.notify_all()
        self._ask()

    def _let_go(self) -> None:
        """The library leaves the socket of a connection that broke to the garbage collector."""
        if self._client.eio.ws is not None:
            self._client.eio.ws.shutdown()

    def _parted(self, *_: object) -> None:
        self._let_go()
        with self._changed:
            self._changed.notify_all()

    def _turned_away(self, why: Any = None) -> None:
        with self._changed:
            self.refused = why if isinstance(why, dict) else {"detail": str(why)}
            self._changed.notify_all()

    def _take(self, board: Told) -> None:
        with self._changed:
            if "board" in self.deaf_to:
                return
            if board["seq"] >= self.seq:
                self.board, self.seq = board, board["seq"]
                self.boards += 1
            self._note("board", board)
        if self._zone is not None and not self.is_mute:
            self.introduce()
            self.emit("shown", {"zone": self._zone, "id": board["seq"]})

    def _speak(self, told: Told) -> None:
        if self.is_mute:
            return
        with self._changed:
            self.spoken.setdefault(told["id"], told)
            self._changed.notify_all()
        self.emit("played", {"zone": told["zone"], "id": told["id"], "ok": True})

    def _hear(self, name: str) -> Callable[[Told], None]:
        def hear(told: Told) -> None:
            with self._changed:
                if name in self.deaf_to:
                    return
                self._note(name, told)
            if name == "speak":
                self._speak(told)
            if name in ("ticket_called", "ticket_recalled") and self._zone is not None and not self.is_mute:
                self.emit("shown", {"zone": self._zone, "id": told["seq"]})
            with self._changed:
                if "prev" not in told or told["seq"] <= self.seq:
                    return
                if self.seq >= 0 and told["prev"] <= self.seq:
                    self.seq = told["seq"]
                    self.applied.append((name, told))
                    self._changed.notify_all()
                    return
            self._ask()

        return hear

    def _beat(self, beat: Told) -> None:
        with self._changed:
            self._note("heartbeat", beat)
            if beat["seq"] <= self.seq:
                return
        self._ask()


@contextmanager
def a_screen(url: str, room: Mapping[str, Any], token: str | None = None, cookie: str = "") -> Iterator[LiveScreen]:
    """Gone after the block. It may not be connected yet, or never: wait for what the test needs."""
    screen = LiveScreen(url, room, token, cookie)
    try:
        yield screen
    finally:
        screen.close()


class WebSocket:
    """One raw connection, read only when asked; `buffer` is how many bytes its kernel takes meanwhile."""

    def __init__(self, url: str, token: str | None = None, buffer: int = 0) -> None:
        where = urlsplit(url)
        options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)] if buffer else []
        self._link = websocket.create_connection(
            f"ws://{where.netloc}/socket.io/?EIO=4&transport=websocket", timeout=WITHIN_S, sockopt=options
        )
        self._unread: deque[tuple[str, Told]] = deque()
        self._link.recv()
        self._send(f"40{NAMESPACE}," + (json.dumps({"token": token}) if token else ""))
        kind, _, said = self._word().partition(f"{NAMESPACE},")
        self.refusal: Told | None = json.loads(said)["data"] if kind == "44" else None

    def ask(self, name: str, told: Any) -> Told:
        """The server's answer; what it says meanwhile is kept to be read."""
        self.say(name, told, "1")
        while True:
            word = self._word()
            if word.startswith(f"43{NAMESPACE},1"):
                answer: Told = json.loads(word.partition(",1")[2])[0]
                return answer
            self._keep(word)

    def say(self, name: str, told: Any, ack: str = "") -> None:
        self._send(f"42{NAMESPACE},{ack}" + json.dumps([name, told]))

    def event(self, *names: str) -> tuple[str, Told]:
        """The next event, or the next of one of these names."""
        while True:
            while not self._unread:
                self._keep(self._word())
            name, told = self._unread.popleft()
            if not names or name in names:
                return name, told

    def is_shut(self) -> bool:
        """Whether the server has ended it: reads on until then, or until nothing comes for a while."""
        with suppress(websocket.WebSocketException, OSError):
            while not self._word().startswith(f"41{NAMESPACE}"):
                pass
            return True
        return not self._link.connected

    def _word(self) -> str:
        """Pings are answered and left out."""
        while (word := str(self._link.recv())) == "2":
            self._send("3")
        return word

    def _send(self, word: str) -> None:
        self._link.send(word)

    def _keep(self, word: str) -> None:
        if word.startswith(f"42{NAMESPACE},"):
            name, told = json.loads(word.partition(",")[2])
            self._unread.append((name, told))

    def close(self) -> None:
        self._link.shutdown()  # type: ignore[no-untyped-call]


@contextmanager
def a_web_socket(url: str, token: str | None = None, buffer: int = 0) -> Iterator[WebSocket]:
    link = WebSocket(url, token, buffer)
    try:
        yield link
    finally:
        link.close()
