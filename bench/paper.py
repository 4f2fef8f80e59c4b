"""From the tap to the number, and to the paper that leaves the printer: a real office, a real agent, a printer that
answers as one does and takes the time that paper takes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.office import office

LANGUAGES = ("ms", "en", "zh", "ta")
MM_A_SECOND = 150.0  # of paper: a slow printer for receipts
SLIP_MM = 180.0
WELL = 0x12
WITHIN_S = 15.0
BETWEEN_S = 0.25
"""After a slip is out: the next customer."""
_QUERY = re.compile(rb"\x10\x04[\x01-\x04]")
_CUT = b"\x1dV"


class Printer:
    """Takes one partner at a time; a slip is out when its paper has passed the knife."""

    def __init__(self) -> None:
        self.out: list[float] = []
        """When each slip was out, by `time.perf_counter`."""
        self.news = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                partner, _ = self._socket.accept()
                with partner, suppress(OSError):
                    self._talk(partner)

    def _talk(self, partner: socket.socket) -> None:
        slip = b""
        while received := partner.recv(65536):
            asked = len(_QUERY.findall(received))
            slip += _QUERY.sub(b"", received)
            if _CUT in slip[-8:]:
                slip = b""
                time.sleep(SLIP_MM / MM_A_SECOND)
                self.out.append(time.perf_counter())
                self.news.set()
            partner.sendall(bytes([WELL]) * asked)


@contextmanager
def an_agent(port: int, token: str, printer: int, folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "kiosk.agent", "--server", f"http://127.0.0.1:{port}", "--data", str(folder)]
    process = subprocess.Popen(
        [*command, "--printer", f"tcp://127.0.0.1:{printer}"], env=os.environ | {"GILIRAN_TOKEN": token},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def paper(folder: Path, taps: int, say: Callable[..., None]) -> None:
    printer = Printer()
    with office(folder / "office") as measured:
        token = measured.token("kiosk")
        with an_agent(measured.port, token, printer.port, folder / "agent"):
            kiosk = measured.client(token)
            time.sleep(5)  # both are up, and the link between them
            numbers, papers = [], []
            for n in range(taps):
                printer.news.clear()
                began = time.perf_counter()
                wish = {"service": "AFHJ"[n % 4], "language": LANGUAGES[n % 4], "kiosk": "main"}
                status, _ = kiosk.post("/api/v1/tickets", wish)
                numbers.append(time.perf_counter() - began)
                assert status == 201, status
                assert printer.news.wait(WITHIN_S), "no paper came"
                papers.append(printer.out[-1] - began)
                time.sleep(BETWEEN_S)
    printer.close()
    assert len(printer.out) == taps, f"{len(printer.out)} slips for {taps} taps"
    moving = SLIP_MM / MM_A_SECOND
    print(f"     {taps} taps in four languages; the paper itself moves for {moving:.1f} s of each")
    say("tap to number, p95", _p95(numbers) * 1000, 300, "ms")
    say("tap to paper leaving, p95", _p95(papers), 3, "s")
    say("tap to the printer's first move, p95", (_p95(papers) - moving) * 1000, 1000, "ms")


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]
