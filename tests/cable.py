"""The cable between a device and the office, which a test can pull: a forwarder on loopback that nobody notices.

with a_cable(office.url) as cable:
    page.goto(cable.url + "/display/hall")
    cable.pull()                # what is sent is lost, and neither end is told
    cable.plug()                # the old connections are dead, and new ones go through
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536


class Cable:
    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._office = (where.hostname or "127.0.0.1", where.port or 80)
        self._ear = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._is_whole = True
        self.url = f"http://127.0.0.1:{self._ear.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def pull(self) -> None:
        self._is_whole = False

    def plug(self) -> None:
        with self._lock:
            dead, self._ends = self._ends, []
            self._is_whole = True
        for end in dead:
            _reset(end)

    def close(self) -> None:
        self.plug()
        _reset(self._ear)

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._ear.accept()
            except OSError:
                return
            with self._lock:
                self._ends.append(near)
                if not self._is_whole:
                    continue  # nobody answers
                with suppress(OSError):
                    far = socket.create_connection(self._office)
                    self._ends.append(far)
                    for one, other in ((near, far), (far, near)):
                        threading.Thread(target=self._carry, args=(one, other), daemon=True).start()
                    continue
            _reset(near)  # the office itself is away

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(CHUNK):
                if self._is_whole:
                    other.sendall(data)
            if self._is_whole:
                other.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    """Dead at once, for both ends, whatever waits in it."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def a_cable(url: str) -> Iterator[Cable]:
    cable = Cable(url)
    try:
        yield cable
    finally:
        cable.close()
