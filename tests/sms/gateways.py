"""Gateways on loopback that speak the real protocols, written here and sharing no code with what they judge.

`AnHttpGateway` is a provider's POST address; `AMessageCentre` speaks SMPP 3.4 by its specification, byte for byte.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class AnHttpGateway:
    """`answers` come one after another, the last of them for ever: a status, or "silent", "garbage", "hangs up"."""

    answers: list[int | str] = field(default_factory=lambda: [200])
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    patience: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, how_many: int) -> None:
        self.wait_until(lambda: len(self.got) >= how_many)

    def wait_until(self, so: Callable[[], bool], within_s: float = 30) -> None:
        with self.arrived:
            assert self.arrived.wait_for(so, within_s), self.got


@contextmanager
def an_http_gateway(*answers: int | str, tls: ssl.SSLContext | None = None) -> Iterator[AnHttpGateway]:
    gateway = AnHttpGateway(list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            written = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_json = "json" in self.headers["Content-Type"]
            said = json.loads(written) if is_json else {k: v[0] for k, v in parse_qs(written).items()}
            answer = gateway.answers.pop(0) if len(gateway.answers) > 1 else gateway.answers[0]
            with gateway.arrived:
                gateway.got.append(said)
                gateway.headers.append({name.lower(): value for name, value in self.headers.items()})
                gateway.arrived.notify_all()
            if answer == "silent":
                gateway.patience.wait(30)
            elif answer == "garbage":
                self.wfile.write(b"\x00\xffnot HTTP at all\r\n\r\n")
            elif answer != "hangs up":
                assert isinstance(answer, int)
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", gateway.url + "/elsewhere")
                self.end_headers()
                self.wfile.write(b"id-7")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}/send"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        gateway.url = gateway.url.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield gateway
    finally:
        gateway.patience.set()
        server.shutdown()
        thread.join()
        server.server_close()


BIND_TRANSMITTER, SUBMIT_SM, UNBIND, ENQUIRE_LINK = 0x02, 0x04, 0x06, 0x15
RESPONSE = 0x80000000


@dataclass(frozen=True)
class Submitted:
    """A message as it came over the wire."""

    source: str
    destination: str
    esm_class: int
    coding: int
    octets: bytes

    @property
    def text(self) -> str:
        """What a telephone shows of it: UCS-2, or the default alphabet (whose letters here are those of ASCII)."""
        body = self.octets
        if self.esm_class & 0x40:
            body = body[1 + body[0] :]
        return body.decode("utf-16-be") if self.coding == 8 else body.decode("ascii")

    @property
    def part(self) -> tuple[int, int, int] | None:
        """(reference, of how many, which), from the header that telephones put parts together by."""
        if not self.esm_class & 0x40:
            return None
        length, kind, size, reference, of, which = self.octets[:6]
        assert (length, kind, size) == (5, 0, 3)
        return reference, of, which


@dataclass
class AMessageCentre:
    """`statuses` are the command statuses of the next messages, 0 once they are used up."""

    user: str = "office"
    password: str = "s3cret"
    statuses: list[int] = field(default_factory=list)
    manner: str = "polite"
    got: list[Submitted] = field(default_factory=list)
    binds: int = 0
    alive: int = 0
    url: str = ""
    links: list[socket.socket] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    def drop(self) -> None:
        """Cut every link, as a restart does."""
        for link in self.links:
            link.shutdown(socket.SHUT_RDWR)
        self.links.clear()

    def serve(self, link: socket.socket) -> None:
        self.links.append(link)
        with link:
            while (pdu := _read(link)) is not None:
                command, sequence, body = pdu
                if self.manner == "garbage":
                    link.sendall(b"\x00\x00\x00\x10garbage-----")
                    return
                if self.manner == "silent":
                    continue
                if command == BIND_TRANSMITTER:
                    user, password = body.split(b"\0")[:2]
                    is_right = (user.decode(), password.decode()) == (self.user, self.password)
                    self.binds += is_right
                    _write(
                        link, command | RESPONSE, 0 if is_right else 0x0E, sequence, b"centre\0" if is_right else b""
                    )
                elif command == SUBMIT_SM:
                    _write(link, ENQUIRE_LINK, 0, 900 + sequence, b"")  # a centre may ask at any moment
                    status = self.statuses.pop(0) if self.statuses else 0
                    if not status:
                        self.got.append(_submitted(body))
                        self.arrived.set()
                    _write(link, command | RESPONSE, status, sequence, b"" if status else b"msg-%d\0" % len(self.got))
                elif command == ENQUIRE_LINK | RESPONSE:
                    self.alive += 1
                elif command == UNBIND:
                    _write(link, command | RESPONSE, 0, sequence, b"")
                    return


@contextmanager
def a_message_centre(tls: ssl.SSLContext | None = None, **stated: Any) -> Iterator[AMessageCentre]:
    centre = AMessageCentre(**stated)
    listening = socket.create_server(("127.0.0.1", 0))
    centre.url = f"{'smpp' if tls is None else 'smpps'}://127.0.0.1:{listening.getsockname()[1]}"
    threads = []

    def serve(link: socket.socket) -> None:
        try:
            centre.serve(link if tls is None else tls.wrap_socket(link, server_side=True))
        except ssl.SSLError:
            link.close()  # whoever came did not believe us

    def accept() -> None:
        while True:
            try:
                link, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve, args=(link,), daemon=True)
            thread.start()
            threads.append(thread)

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield centre
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        acceptor.join()
        for thread in threads:
            thread.join(5)


def _read(link: socket.socket) -> tuple[int, int, bytes] | None:
    try:
        head = _exactly(link, 16)
        if len(head) < 16:
            return None
        length, command, _, sequence = struct.unpack(">4L", head)
        body = _exactly(link, length - 16) if length > 16 else b""
    except OSError:
        return None
    return command, sequence, body


def _exactly(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size and (more := link.recv(size - len(found))):
        found += more
    return found


def _write(link: socket.socket, command: int, status: int, sequence: int, body: bytes) -> None:
    link.sendall(struct.pack(">4L", 16 + len(body), command, status, sequence) + body)


def _submitted(body: bytes) -> Submitted:
    """The body of a submit_sm, field by field (SMPP 3.4, 4.4.1)."""
    _, rest = body.split(b"\0", 1)  # service_type
    rest = rest[2:]  # source ton, npi
    source, rest = rest.split(b"\0", 1)
    rest = rest[2:]  # destination ton, npi
    destination, rest = rest.split(b"\0", 1)
    esm_class = rest[0]
    rest = rest[3:]  # esm_class, protocol_id, priority
    _, rest = rest.split(b"\0", 1)  # schedule_delivery_time
    _, rest = rest.split(b"\0", 1)  # validity_period
    coding, length = rest[2], rest[4]  # registered, replace, coding, default message, length
    octets = rest[5 : 5 + length]
    assert len(octets) == length
    return Submitted(source.decode(), destination.decode(), esm_class, coding, octets)
