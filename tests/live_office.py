"""A small real Socket.IO server on loopback, as a device's live link finds it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import socketio
from werkzeug.serving import make_server

from config.device import Server

TOKEN = "a-token-of-a-device"


class LiveOffice:
    """Lets devices with the token join, says what a test wants said, and keeps what it hears.

    `files` are served over HTTP beside it, by path.
    """

    def __init__(self, port: int = 0) -> None:
        self.joined: queue.Queue[dict[str, Any]] = queue.Queue()
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.refuses_to_join: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self._sids: list[str] = []
        self._io = socketio.Server(async_mode="threading")
        self._io.on("connect", self._connect, namespace="/live")
        self._io.on("join", self._join, namespace="/live")
        self._io.on("played", lambda sid, told: self.heard.put(("played", told)), namespace="/live")
        self._http = make_server("127.0.0.1", port, socketio.WSGIApp(self._io, self._file), threaded=True)
        self.port = self._http.server_port
        self.server = Server(f"http://127.0.0.1:{self.port}", TOKEN, timeout=5)
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def say(self, event: str, told: Any) -> None:
        self._io.emit(event, told, namespace="/live")

    def hang_up(self) -> None:
        """On everybody, as a restart does."""
        for sid in self._sids:
            self._io.disconnect(sid, namespace="/live")
        self._sids.clear()

    def close(self) -> None:
        self.hang_up()
        self._io.shutdown()
        self._http.shutdown()
        self._http.server_close()

    def _connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        if not auth or auth.get("token") != TOKEN:
            raise socketio.exceptions.ConnectionRefusedError({"code": "bad_token"})
        self._sids.append(sid)

    def _join(self, sid: str, wanted: dict[str, Any]) -> dict[str, str]:
        self.joined.put(wanted)
        return self.refuses_to_join

    def _file(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.fetched.append(path)
        content = self.files.get(path)
        start_response("200 OK" if content is not None else "404 Not Found", [("Content-Type", "audio/wav")])
        return [content or b""]


@contextmanager
def live_office(port: int = 0) -> Iterator[LiveOffice]:
    office = LiveOffice(port)
    try:
        yield office
    finally:
        with suppress(OSError):
            office.close()
