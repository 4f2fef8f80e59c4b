"""A small real HTTP server that keeps tickets for a kiosk and hears what became of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from config.device import Server

NOW = datetime(2026, 3, 2, 2, 42, 5, tzinfo=UTC)
TOKEN = "a-token-of-the-kiosk"


class FakeOffice:
    """`unprinted` is handed out until a word on it is heard; `is_down` answers 503 to everything."""

    def __init__(self) -> None:
        self.unprinted: dict[int, dict[str, Any]] = {}
        self.heard: list[tuple[int, str, str | None]] = []
        """Ticket, result, fault: once for each idempotency key."""
        self.pressed: list[tuple[str, dict[str, Any]]] = []
        """What was asked of counter K1."""
        self.is_down = False
        self.loses_answers = False
        """Does what it is asked and then answers 503, as when the line breaks on the way back."""
        self.refuses: tuple[int, str] | None = None
        self.now = NOW
        self.requests = 0
        self._given: dict[str, Any] = {}
        self._changed = threading.Condition()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.server = Server(f"http://127.0.0.1:{self._http.server_port}", TOKEN, timeout=5)
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def wait_for(self, count: int, seconds: float = 20) -> None:
        """Until so many outcomes were heard."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.heard) >= count, seconds), f"only {self.heard} was heard"

    def answer(self, request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any]:
        with self._changed:
            self.requests += 1
            if self.is_down:
                return 503, None
            if request.headers["Authorization"] != f"Bearer {TOKEN}":
                return 401, {"code": "bad_token", "detail": "this token is unknown"}
            if self.refuses:
                return self.refuses[0], {"code": self.refuses[1], "detail": "no"}
            answer = self._do(request, body)
            self._changed.notify_all()
        return (503, None) if self.loses_answers else answer

    def _do(self, request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any]:
        match (request.command, request.path.strip("/").split("/")):
            case ("GET", ["api", "v1", "kiosks", "main", "unprinted"]):
                return 200, {"tickets": list(self.unprinted.values())}
            case ("POST", ["api", "v1", "tickets", number, "printed"]):
                key = request.headers["Idempotency-Key"]
                assert key
                assert len(key) <= 100
                if self._given.setdefault(key, body) != body:
                    return 409, {"code": "idempotency_key_reused"}
                if self._given[key] is body:
                    self.heard.append((int(number), body["result"], body["fault"]))
                self.unprinted.pop(int(number), None)
                return 200, {"id": int(number)}
            case ("POST", ["api", "v1", "counters", "K1", action]):
                self.pressed.append((action, body))
                return 200, {"number": "A012"}
        return 404, {"code": "not_found"}


def _handler(office: FakeOffice) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            status, told = office.answer(self, body)
            content = b"" if told is None else json.dumps(told).encode()
            self.send_response_only(status)
            self.send_header("Date", format_datetime(office.now, usegmt=True))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


@contextmanager
def fake_office() -> Iterator[FakeOffice]:
    office = FakeOffice()
    try:
        yield office
    finally:
        office.close()
