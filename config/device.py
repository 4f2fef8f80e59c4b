"""A device's end of the wire: where its server is, what proves who it is, JSON over HTTP.

For the programs that run beside a printer, a loudspeaker or a keypad. Standard library alone, so that such a machine
installs little.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

TIMEOUT = 5.0  # seconds
PASSING = frozenset({408, 425, 429})  # with all of 500 and above: not this request's fault, ask again


class Unanswered(Exception):
    """Nobody knows whether the server did it: no connection, no answer in time, or an answer that will pass."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    """Empty where the answer has none."""
    at: datetime | None = None
    """When the server says it answered, to the second."""

    @property
    def is_refusal(self) -> bool:
        return self.status >= 400

    @property
    def refusal(self) -> str:
        """For a log or a small screen: the code of the refusal and its sentence."""
        code = self.body.get("code") or self.status
        return f"{code}: {self.body.get('detail') or self.body.get('title') or 'no reason given'}"


@dataclass(frozen=True, slots=True)
class Server:
    """The office's server as one device sees it. `url` ends without a slash."""

    url: str
    token: str
    timeout: float = TIMEOUT

    def get(self, path: str) -> Answer:
        """Raises Unanswered."""
        return self._ask(urllib.request.Request(self.url + path, headers=self._headers()))

    def post(self, path: str, body: Mapping[str, Any], key: str) -> Answer:
        """`key`: the same for the same wish, however often it is sent. Raises Unanswered."""
        headers = self._headers() | {"Content-Type": "application/json", "Idempotency-Key": key}
        wish = json.dumps(body).encode()
        return self._ask(urllib.request.Request(self.url + path, data=wish, headers=headers, method="POST"))

    def fetch(self, address: str) -> bytes:
        """A file of the server; `address` may be relative. Raises Unanswered, or ValueError for anybody else's."""
        full = urljoin(self.url + "/", address)
        if urlsplit(full)[:2] != urlsplit(self.url)[:2]:
            raise ValueError(f"{address} is not on {self.url}")
        request = urllib.request.Request(full, headers=self._headers())
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                content: bytes = response.read()
                return content
        except (OSError, HTTPException) as error:
            raise Unanswered(f"{full}: {error}") from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                return _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            if error.code >= 500 or error.code in PASSING:
                raise Unanswered(f"{request.full_url} answers {error.code}") from error
            with error:
                return _answer(error.code, error.headers, error.read())
        except (OSError, HTTPException) as error:
            raise Unanswered(f"{request.full_url}: {error}") from error


def _answer(status: int, headers: Message, content: bytes) -> Answer:
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        body = {}
    said_at = headers.get("Date")
    try:
        at = parsedate_to_datetime(said_at) if said_at else None
    except ValueError:
        at = None
    return Answer(status, body if isinstance(body, dict) else {}, at)


def add_arguments(parser: ArgumentParser) -> None:
    """`--server` and the token, for every device alike."""
    parser.add_argument(
        "--server",
        type=address,
        default=os.environ.get("GILIRAN_SERVER", "http://127.0.0.1:8000"),
        metavar="URL",
        help="address of the office's server (else GILIRAN_SERVER, else http://127.0.0.1:8000)",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="file that holds this device's token (else the token itself is in GILIRAN_TOKEN)",
    )


def server_of(arguments: Namespace) -> Server:
    """Raises ValueError naming what is missing."""
    if arguments.token_file:
        try:
            token = arguments.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"--token-file {arguments.token_file}: {error.strerror}") from error
    else:
        token = os.environ.get("GILIRAN_TOKEN", "").strip()
    if not token:
        raise ValueError("no token: give --token-file FILE or set GILIRAN_TOKEN (`giliran token add` makes one)")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("the token holds a character that no token has")
    return Server(arguments.server, token)


def address(text: str) -> str:
    """A server's address without a slash at its end, for a command's option. Raises ArgumentTypeError."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ArgumentTypeError(f"{text!r} is no address such as http://192.168.1.10:8000")
    return text.rstrip("/")
