"""A printer on loopback, or at a terminal device of the kernel's as at a serial port, that can be out of paper, open,
silent, gone, or die in the middle of a slip."""

from __future__ import annotations

import os
import re
import select
import socket
import struct
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HEALTHY = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
PAPER_OUT = {1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}
COVER_OPEN = {1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12}
CUTTER = {1: 0x1A, 2: 0x52, 3: 0x1A, 4: 0x12}
OFF_LINE = {1: 0x1A, 2: 0x12, 3: 0x12, 4: 0x12}
NEARLY_OUT = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x1E}
NAMELESS = {1: 0x1A, 2: 0x52, 3: 0x32, 4: 0x12}

_QUERY = re.compile(rb"\x10\x04([\x01-\x04])")


class Terminal:
    """The far end of a serial line."""

    def __init__(self) -> None:
        self._far, near = os.openpty()
        tty.setraw(near)
        self.path = os.ttyname(near)
        os.close(near)
        self._closed = threading.Event()

    def wait_for_somebody(self) -> bool:
        """Until somebody has opened the port. False: the printer is gone."""
        watch = select.poll()
        watch.register(self._far, select.POLLIN)
        while not self._closed.is_set():
            if any(event & select.POLLIN for _, event in watch.poll(20)):
                return True
            self._closed.wait(0.002)  # nobody has the port open: the kernel says so at once, again and again
        os.close(self._far)
        return False

    def recv(self, most: int) -> bytes:
        try:
            return os.read(self._far, most)
        except OSError:
            return b""

    def sendall(self, content: bytes) -> None:
        os.write(self._far, content)

    def close(self) -> None:
        self._closed.set()


class FakePrinter:
    """Answers DLE EOT with `status`, keeps everything else. One partner at a time, as most of them."""

    def __init__(self) -> None:
        self.status: dict[int, int] = dict(HEALTHY)
        self.status_after: dict[int, int] | None = None
        """What it answers once a slip has come; None: the same."""
        self.is_silent = False
        self.dies_after: int | None = None
        """So many bytes of a slip are taken, then the plug is pulled."""
        self.is_stuck_after_slip = False
        """Takes the slip and says nothing more."""
        self.noise = b""
        """Sent unasked before each answer, as printers with Automatic Status Back do."""
        self.slips: list[bytes] = []
        self.log: list[str] = []
        """What happened on the wire, in order: "ask 1" … and "slip"."""
        self.got_bytes = threading.Event()
        self._terminal: Terminal | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def numbers(self) -> list[str]:
        """The number on each slip that came, also on one that was cut short; "" where it came to no number."""
        found = (re.search(rb"\x1d!.(?:\x1bE.)?([A-Z]{1,2}[0-9]{3,5})\n", slip) for slip in self.slips)
        return [match[1].decode() if match else "" for match in found]

    def at_a_terminal(self) -> str:
        """The same printer at a serial port too: where that is."""
        if self._terminal is None:
            self._terminal = Terminal()
            threading.Thread(target=self._serve_terminal, args=(self._terminal,), daemon=True).start()
        return self._terminal.path

    def _serve_terminal(self, terminal: Terminal) -> None:
        while terminal.wait_for_somebody():
            with suppress(OSError):
                self._talk(terminal)

    def close(self) -> None:
        if self._terminal is not None:
            self._terminal.close()
        # Waking a thread that waits in accept() takes more than a close().
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                partner, _ = self._socket.accept()
            except OSError:
                return
            with partner, suppress(OSError):
                self._talk(partner)

    def _talk(self, partner: socket.socket | Terminal) -> None:
        slip = b""
        while received := partner.recv(65536):
            for part in _split(received):
                query = _QUERY.fullmatch(part)
                if query is None:
                    slip += part
                    self._note_slip(slip, part)
                    if self.dies_after is not None and len(slip) >= self.dies_after:
                        assert isinstance(partner, socket.socket)
                        partner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        return
                else:
                    self.log.append(f"ask {query[1][0]}")
                    self._answer(partner, query[1][0], bool(slip))

    def _note_slip(self, slip: bytes, part: bytes) -> None:
        if slip == part:
            self.slips.append(slip)
            self.log.append("slip")
        else:
            if self.log[-1] != "slip":
                self.log.append("more of the slip")
            self.slips[-1] = slip
        self.got_bytes.set()

    def _answer(self, partner: socket.socket | Terminal, query: int, has_slip: bool) -> None:
        if self.is_silent or (has_slip and self.is_stuck_after_slip):
            return
        status = self.status_after if has_slip and self.status_after else self.status
        partner.sendall(self.noise + bytes([status[query]]))


def is_whole(slip: bytes) -> bool:
    """Whether it came as far as the knife."""
    return b"\x1dV" in slip[-8:]


def _split(received: bytes) -> Iterator[bytes]:
    at = 0
    for query in _QUERY.finditer(received):
        if query.start() > at:
            yield received[at : query.start()]
        yield query[0]
        at = query.end()
    if at < len(received):
        yield received[at:]


@contextmanager
def fake_printer() -> Iterator[FakePrinter]:
    printer = FakePrinter()
    try:
        yield printer
    finally:
        printer.close()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
