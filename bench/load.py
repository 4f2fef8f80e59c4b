"""A plain load: some clients, each with a connection of its own, that post one after another and note each answer."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Run:
    """What a load found: seconds of each answer, in order of their ends, and the whole."""

    took: float = 0.0
    answers: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.took if self.took else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds that `share` percent of the answers did not exceed."""
        ordered = sorted(self.answers)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] * 1000


class Client:
    """One keep-alive HTTP/1.1 connection, as thin as Python allows, so that the server is what is measured."""

    def __init__(self, port: int, token: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        if token:
            self._head += f"Authorization: Bearer {token}\r\n"

    def post(self, path: str, body: object) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        said = json.dumps(body).encode()
        own = f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(said)}\r\n\r\n"
        self._socket.sendall(f"POST {path} HTTP/1.1\r\n{self._head}{own}".encode() + said)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        told, _, rest = received.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in told.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        while len(rest) < length:
            rest += self._receive()
        return int(told[9:12]), rest

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bytes:
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionError("the server closed the connection")
        return got


def load(clients: int, seconds: float, make: Callable[[], Client], ask: Callable[[Client], int]) -> Run:
    """`clients` at once, for `seconds`; `ask` makes one request and returns its status."""
    run, lock = Run(), threading.Lock()
    gate = threading.Barrier(clients + 1)
    until = [0.0]

    def work() -> None:
        client = make()
        mine: list[float] = []
        statuses: dict[int, int] = {}
        gate.wait()
        while (began := time.perf_counter()) < until[0]:
            status = ask(client)
            mine.append(time.perf_counter() - began)
            statuses[status] = statuses.get(status, 0) + 1
        client.close()
        with lock:
            run.answers += mine
            for status, count in statuses.items():
                run.statuses[status] = run.statuses.get(status, 0) + count

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    until[0] = time.perf_counter() + seconds + 0.05
    began = time.perf_counter()
    gate.wait()
    for thread in threads:
        thread.join()
    run.took = time.perf_counter() - began
    return run
