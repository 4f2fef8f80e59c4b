"""The door between a kiosk's page and the agent on the same PC, for when the server is out of reach.

It listens on 127.0.0.1 alone, speaks to pages of the office's server alone (CORS), and to those only that know the
agent's secret, which the server tells nobody but the kiosk's own page: no other page on this PC can draw numbers.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from kiosk.block import Book, Given, NotGiven

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
LARGEST = 4096  # bytes of a request's body
LATE = 10.0  # seconds that a request may take to come in


def origin_of(url: str) -> str:
    """What a browser calls pages from there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Loopback:
    """`GET /block`, `POST /tickets {service, lane, language, key}`, `GET /tickets/{number}`."""

    def __init__(self, book: Book, origin: str, on_given: Callable[[Given], None], port: int = 0) -> None:
        """Raises OSError where the port is taken."""
        self._book = book
        self._origin = origin
        self._on_given = on_given
        self._http = ThreadingHTTPServer((HOST, port), _handler(self))
        self._http.daemon_threads = True
        self.port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, args=(0.2,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def lets_in(self, headers: Message) -> bool:
        """Whether a request is of the kiosk's own page. A name for this PC other than ours is somebody's trick."""
        is_here = headers.get("Host") == f"{HOST}:{self.port}"
        secret = headers.get("Authorization", "").removeprefix("Bearer ")
        return (
            is_here and self.is_known(headers) and secrets.compare_digest(secret.encode(), self._book.secret.encode())
        )

    def is_known(self, headers: Message) -> bool:
        return headers.get("Origin") == self._origin

    def cors(self) -> dict[str, str]:
        return {
            "Access-Control-Allow-Origin": self._origin, "Vary": "Origin", "Access-Control-Max-Age": "600",
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Private-Network": "true",
        }  # fmt: skip

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Mapping[str, Any]]:
        match method, [unquote(part) for part in path.strip("/").split("/")]:
            case "GET", ["block"]:
                return 200, {"left": self._book.left()}
            case "POST", ["tickets"]:
                return self._take(body)
            case "GET", ["tickets", number]:
                one = self._book.given.get(number)
                # One that is not here any more is on record at the server, and its paper has ended long before.
                return 200, {"printed": True if one is None else None if one.fault is None else not one.fault}
        return 404, {"code": "not_found"}

    def _take(self, body: Any) -> tuple[int, Mapping[str, Any]]:
        told = body if isinstance(body, dict) else {}
        said = [str(told.get(name) or "") for name in ("service", "lane", "language", "key")]
        if not all(0 < len(one) <= 100 for one in said):
            return 422, {"code": "malformed"}
        service, lane, language, key = said
        try:
            one = self._book.take(service, lane, language, key)
        except NotGiven as error:
            return 409, {"code": error.code}
        except OSError:
            log.exception("no number is given that the disk does not keep")
            return 503, {"code": "storage_failed"}
        if one.fault is None:
            self._on_given(one)
        return 201, {
            "id": f"local:{one.number}", "number": one.number, "service": one.service, "lane": one.lane,
            "language": one.language, "status": "waiting", "issued_at": one.tapped_at, "ahead": None, "wait": None,
            "wait_reason": "not_yet", "qr": None, "paper": True,
            "printed": None if one.fault is None else not one.fault,
        }  # fmt: skip


def _handler(door: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = LATE
        server_version = "giliran-kiosk"
        sys_version = ""

        def do_OPTIONS(self) -> None:
            self._say(204 if door.is_known(self.headers) else 403, None)

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LARGEST:
                self._say(413, {"code": "too_large"})
                return
            try:
                body = json.loads(self.rfile.read(int(length)))
            except ValueError:
                body = None
            self._answer(body)

        def _answer(self, body: Any) -> None:
            if not door.lets_in(self.headers):
                self._say(403, {"code": "not_allowed"})
                return
            self._say(*door.answer(self.command, self.path, body))

        def _say(self, status: int, told: Mapping[str, Any] | None) -> None:
            content = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            for name, value in (door.cors() if door.is_known(self.headers) else {}).items():
                self.send_header(name, value)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Who asks is one page; what it took is in the log of slips."""

    return Handler
