"""A device's live link: joined again and again for as long as it runs, whatever becomes of the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import socketio

from config.device import Server

log = logging.getLogger(__name__)

NAMESPACE = "/live"
PAUSE = 1.0  # seconds between two attempts: a restart of the server is over in five

Hear = Callable[[Any], None]


class Link:
    """One room of the live channel. The handlers run on the link's own threads and must be quick.

    A fresh client for every attempt: what a broken one still believes does not matter. `on_joined` runs after every
    join, the first as well as each later one: whatever was said meanwhile has to be asked for.
    """

    def __init__(
        self, server: Server, join: Mapping[str, Any], hear: Mapping[str, Hear], on_joined: Callable[[], None]
    ):
        self._server = server
        self._join = dict(join)
        self._hear = hear
        self._on_joined = on_joined
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._client: socketio.Client | None = None

    @property
    def is_up(self) -> bool:
        client = self._client
        return bool(client and client.connected)

    def run(self, pause: float = PAUSE) -> None:
        """Until `stop`. A server that is away for a weekend fills no log: a reason is told when it changes."""
        told = ""
        while not self._stopped.is_set():
            try:
                self._follow()
                told = ""
            except socketio.exceptions.SocketIOError as error:
                if str(error) != told:
                    told = str(error)
                    log.warning("no live link to %s: %s", self._server.url, told)
            except Exception:  # the agent's outer loop: a device in a locked cupboard goes on
                log.exception("the live link broke")
            self._stopped.wait(pause)

    def emit(self, event: str, body: Mapping[str, Any]) -> bool:
        """Whether there was a link to say it on."""
        client = self._client
        try:
            if client and client.connected:
                client.emit(event, dict(body), namespace=NAMESPACE)
                return True
        except socketio.exceptions.SocketIOError as error:
            log.warning("%s was not said: %s", event, error)
        return False

    def stop(self) -> None:
        self._stopped.set()
        self._ended.set()

    def _follow(self) -> None:
        """One connection, from its beginning to its end."""
        client = self._client = socketio.Client(reconnection=False, handle_sigint=False)
        ended = self._ended = threading.Event()
        refused: list[Any] = []
        client.on("disconnect", lambda *reason: ended.set(), namespace=NAMESPACE)
        client.on("connect_error", refused.append, namespace=NAMESPACE)
        for event, handler in self._hear.items():
            client.on(event, handler, namespace=NAMESPACE)
        try:
            client.connect(
                self._server.url,
                transports=["websocket"],
                namespaces=[NAMESPACE],
                auth={"token": self._server.token},
                wait_timeout=self._server.timeout,
            )
        except socketio.exceptions.ConnectionError as error:
            raise socketio.exceptions.ConnectionError(_why(refused) or str(error)) from error
        try:
            refusal = client.call("join", self._join, namespace=NAMESPACE, timeout=self._server.timeout)
            if refusal:
                what = " ".join(str(word) for pair in self._join.items() for word in pair)
                raise socketio.exceptions.ConnectionRefusedError(f"{what} is refused: {_why([refusal])}")
            self._on_joined()
            while not self._stopped.is_set() and client.eio.state == "connected":
                # The state is looked at as well: a link that drops while it is being made says no goodbye.
                if ended.wait(self._server.timeout):
                    break
        finally:
            # A farewell takes up to three seconds with a server that does not answer it: nobody waits for that.
            threading.Thread(target=_part, args=(client,), daemon=True).start()


def _part(client: socketio.Client) -> None:
    with suppress(OSError, socketio.exceptions.SocketIOError):
        client.disconnect()


def _why(refused: list[Any]) -> str:
    """What the server said against it, in its own words; "" where it said nothing."""
    told = refused[0] if refused else ""
    if not isinstance(told, dict):
        return str(told)
    if isinstance(told.get("data"), dict):
        told = told["data"]
    return f"{told.get('detail') or told.get('message') or 'no reason given'} ({told.get('code') or 'refused'})"
