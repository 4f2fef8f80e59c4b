"""The printer: lines to bytes, bytes to paper in one send, and an honest word about how it went.

    DeviceFault            no slip can be counted on
        PaperOut           the roll is at its end
        CoverOpen          somebody left the cover open
        CutterJammed       the knife is stuck
        Offline            no printer answers there, it says it is off line, or it went away in the middle
        Unknown            it is silent, or has an error that it does not name

A slip is one send: nothing of it leaves before all of it is made, so that no half number is on paper because of us.
Status is asked by DLE EOT 1 to 4, before and after; silence is never taken for health. A printer that cannot answer
(a device file, a converter that carries one way only) is told apart by `asks`, not guessed.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from PIL import Image

from kiosk import typeface
from kiosk.escpos_library import QR_ECLEVEL_M, Dummy, File, Network
from kiosk.lines import Code, Cut, Drawn, Gap, Line, Stroke, Text
from kiosk.slip import Paper

TIMEOUT = 3.0  # seconds for each of: reach and ask, send, ask again
PROFILE = "TM-T20II"  # as wide as any paper here; no code page of it is used
STROKE_HEIGHT = 2


class DeviceFault(Exception):
    """Why no slip can be counted on; `code` is what the server and the screens know it by."""

    code: ClassVar[str] = "unknown"


class PaperOut(DeviceFault):
    code = "paper_out"


class CoverOpen(DeviceFault):
    code = "cover_open"


class CutterJammed(DeviceFault):
    code = "cutter"


class Offline(DeviceFault):
    code = "offline"


class Unknown(DeviceFault):
    code = "unknown"


def encoded(lines: Iterable[Line], paper: Paper) -> bytes:
    """The bytes of one slip. Text is ASCII by its maker's word; anything else here is a bug and raises."""
    page = Dummy(profile=PROFILE)
    page.hw("INIT")
    page.set(align="center")
    for line in lines:
        match line:
            case Text(text, (width, height), is_bold):
                page.set(custom_size=True, width=width, height=height, bold=is_bold)
                page._raw(text.encode("ascii") + b"\n")  # the library's own way picks a code page, which may be missing
            case Drawn(text, size):
                page._raw(_picture(typeface.draw(text, size, paper.dots, is_centred=True)))
            case Gap(dots):
                page._raw(b"\x1bJ" + bytes([dots]))  # ESC J, for which the library has no name
            case Stroke():
                page._raw(_picture(Image.new("1", (paper.dots, STROKE_HEIGHT), 0)))
            case Code(url, square):
                page.qr(url, ec=QR_ECLEVEL_M, size=square, native=True)
            case Cut():
                page.cut(feed=False)  # feeds as far as the knife, no farther
    return bytes(page.output)


def _picture(image: Image.Image) -> bytes:
    """As GS v 0. A printer obeys DLE EOT, DLE ENQ and DLE DC4 in the midst of a picture too: a dot more hides them."""
    page = Dummy(profile=PROFILE)
    page.image(image)
    command = bytes(page.output)
    for second in (b"\x04", b"\x05", b"\x14"):
        command = command.replace(b"\x10" + second, b"\x18" + second)
    return command


@dataclass(frozen=True, slots=True)
class Status:
    """The four answers of a printer, decoded. `is_low`: near the end of the roll, which is no fault yet."""

    is_low: bool = False
    fault: type[DeviceFault] | None = None


def status_of(answers: Mapping[int, int]) -> Status:
    """From the bytes that answered DLE EOT 1, 2, 3 and 4; the cause that a person can mend comes first."""
    printer, cause, error, roll = (answers[query] for query in (1, 2, 3, 4))
    fault: type[DeviceFault] | None = None
    if cause & 0x04:
        fault = CoverOpen
    elif cause & 0x20 or roll & 0x60:
        fault = PaperOut
    elif error & 0x08:
        fault = CutterJammed
    elif cause & 0x40 or error & 0x64:
        fault = Unknown
    elif printer & 0x08:
        fault = Offline
    return Status(is_low=bool(roll & 0x0C), fault=fault)


class Printer(Protocol):
    def print(self, slip: bytes) -> Status:
        """Put a slip on paper. Raises a DeviceFault when it cannot be counted on. Never takes much over 3 × TIMEOUT."""


@dataclass
class NetworkPrinter:
    """A printer on the network, one connection for each slip: most of them talk to one partner at a time."""

    host: str
    port: int = 9100
    timeout: float = TIMEOUT
    asks: bool = True

    def print(self, slip: bytes) -> Status:
        # The library's own answer to silence is "paper fine": status is read byte by byte here.
        line = Network(self.host, port=self.port, timeout=self.timeout, profile=PROFILE)
        try:
            line.device = self._reached()
            self._check(line)
            line.device.settimeout(self.timeout)
            line._raw(slip)
            return self._check(line)
        except OSError as error:
            raise Offline(f"{self.host}:{self.port} went away: {error}") from error
        finally:
            line.close()

    def _reached(self) -> socket.socket:
        try:
            return socket.create_connection((self.host, self.port), self.timeout)
        except OSError as error:
            raise Offline(f"{self.host}:{self.port} does not answer: {error}") from error

    def _check(self, line: Network) -> Status:
        if not self.asks:
            return Status()
        until = time.monotonic() + self.timeout
        status = status_of({query: self._ask(line, query, until) for query in (1, 2, 3, 4)})
        if status.fault:
            raise status.fault(f"{self.host}:{self.port} says so")
        return status

    def _ask(self, line: Network, query: int, until: float) -> int:
        line._raw(b"\x10\x04" + bytes([query]))
        while True:
            line.device.settimeout(max(0.01, until - time.monotonic()))
            try:
                answer: bytes = line._read()
            except TimeoutError as error:
                raise Unknown(f"{self.host}:{self.port} is silent when asked for its status") from error
            if not answer:
                raise Offline(f"{self.host}:{self.port} hung up")
            for byte in answer:
                if byte & 0x93 == 0x12:  # 0xx1xx10: an answer, not a status that was sent unasked
                    return byte


@dataclass
class FilePrinter:
    """A device file such as /dev/usb/lp0, or a plain file that slips are added to. It cannot be asked anything."""

    path: str
    timeout: float = TIMEOUT
    _busy: threading.Thread | None = field(default=None, init=False)

    def print(self, slip: bytes) -> Status:
        """Opening and writing a device may block for as long as it has no paper: a thread waits for it, not we."""
        if self._busy and self._busy.is_alive():
            raise Unknown(f"{self.path} still has not taken the slip before this one")
        failure: list[Exception] = []
        self._busy = threading.Thread(target=self._write, args=(slip, failure.append), daemon=True)
        self._busy.start()
        self._busy.join(self.timeout)
        if self._busy.is_alive():
            raise Unknown(f"{self.path} does not take the slip")
        if failure:
            raise Offline(f"{self.path}: {failure[0]}") from failure[0]
        return Status()

    def _write(self, slip: bytes, failed: Callable[[Exception], None]) -> None:
        try:
            with open(self.path, "ab") as device:  # the library would empty a plain file first
                line = File(self.path, profile=PROFILE)
                line.device = device
                line._raw(slip)
        except OSError as error:
            failed(error)


def printer_at(address: str, *, asks: bool = True) -> Printer:
    """From `tcp://HOST[:PORT]` or `file:PATH`. Raises ValueError naming what is wrong."""
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname and not parts.path.strip("/"):
        return NetworkPrinter(parts.hostname, parts.port or 9100, asks=asks)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return FilePrinter(parts.path)
    raise ValueError(f"{address!r} is no printer: tcp://HOST[:PORT] or file:PATH is expected")
