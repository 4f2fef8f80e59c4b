"""Where a printer is: on the network, at a serial or USB port, behind a device file or a print queue.

    tcp://HOST[:PORT]                     raw over the network, port 9100 unless given
    serial:/dev/ttyS0[?baud=38400]        8 data bits, no parity; COM3 on Windows
    usb:VENDOR:PRODUCT[?out=1&in=82]      hexadecimal, as lsusb has them; endpoints where they are others
    file:/dev/usb/lp0                     a device file, or a plain file that slips are added to
    lp:QUEUE                              CUPS, or any system with `lp`; the queue must be a raw one
    win:NAME                              a printer of Windows

The first three answer when they are asked how they are. The others carry one way only, and so do converters and cables
that are said to (`asks` False): a slip that they take counts as printed.

Serial and USB wait in the operating system, where no timeout of ours reaches: each job has a thread, and a deadline.
"""

from __future__ import annotations

import errno
import re
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from kiosk.escpos_library import LP, Error, File, Network, Serial, Usb, Win32Raw
from kiosk.printer import PROFILE, TIMEOUT, DeviceFault, Offline, Printer, Status, Unknown, status_of

BAUD = 38400
BITS_A_BYTE = 10  # on a serial line: a start and a stop bit
MOST_UNASKED = 64  # bytes that a printer may say before it answers

T = TypeVar("T")


class Line(Protocol):
    """An open way to a printer. Every method may raise OSError."""

    def send(self, content: bytes) -> None: ...

    def receive(self, seconds: float) -> bytes:
        """What has come, nothing after so many seconds. Raises Offline where the other end hung up."""


@dataclass
class Asked(ABC):
    """A printer that answers. One connection for each slip: most of them talk to one partner at a time."""

    timeout: float = field(default=TIMEOUT, kw_only=True)
    asks: bool = field(default=True, kw_only=True)

    @property
    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    def _opened(self) -> Any:
        """A context that gives a Line. Raises Offline."""

    def print(self, slip: bytes) -> Status:
        return self._with_line(lambda line: self._printed(line, slip), self._seconds_for(slip))

    def status(self) -> Status | None:
        if not self.asks:
            return None
        try:
            return self._with_line(self._asked, self.timeout)
        except DeviceFault as fault:
            return Status(fault=type(fault))

    def _seconds_for(self, slip: bytes) -> float:
        """How long a slip may take, beyond being asked before and after."""
        return self.timeout

    def _with_line(self, work: Callable[[Line], T], seconds: float) -> T:
        try:
            with self._opened() as line:
                return work(line)
        except OSError as error:
            raise Offline(f"{self.name} went away: {error}") from error

    def _printed(self, line: Line, slip: bytes) -> Status:
        self._checked(line)
        line.send(slip)
        return self._checked(line)

    def _checked(self, line: Line) -> Status:
        status = self._asked(line) if self.asks else Status()
        if status.fault:
            raise status.fault(f"{self.name} says so")
        return status

    def _asked(self, line: Line) -> Status:
        # The library's own answer to silence is "paper fine": status is read byte by byte here.
        until = time.monotonic() + self.timeout
        return status_of({query: self._ask(line, query, until) for query in (1, 2, 3, 4)})

    def _ask(self, line: Line, query: int, until: float) -> int:
        line.send(b"\x10\x04" + bytes([query]))
        heard = 0
        while heard < MOST_UNASKED and (left := until - time.monotonic()) > 0:
            answer = line.receive(left)
            heard += len(answer)
            for byte in answer:
                if byte & 0x93 == 0x12:  # 0xx1xx10: an answer, not a status that was sent unasked
                    return byte
        raise Unknown(f"{self.name} is silent when asked for its status")


@dataclass
class NetworkPrinter(Asked):
    host: str
    port: int = 9100

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def _opened(self) -> Iterator[Line]:
        line = Network(self.host, port=self.port, timeout=self.timeout, profile=PROFILE)
        try:
            line.device = socket.create_connection((self.host, self.port), self.timeout)
        except OSError as error:
            raise Offline(f"{self.name} does not answer: {error}") from error
        try:
            yield _Socket(line, self)
        finally:
            line.close()


@dataclass
class _Socket:
    line: Network
    printer: NetworkPrinter

    def send(self, content: bytes) -> None:
        self.line.device.settimeout(self.printer.timeout)
        self.line._raw(content)

    def receive(self, seconds: float) -> bytes:
        self.line.device.settimeout(max(0.01, seconds))
        try:
            answer: bytes = self.line._read()
        except TimeoutError:
            return b""
        if not answer:
            raise Offline(f"{self.printer.name} hung up")
        return answer


class Patience:
    """Work that may wait in the operating system for ever: a thread waits for it, not we."""

    def __init__(self) -> None:
        self._busy: threading.Thread | None = None

    def run(self, work: Callable[[], T], seconds: float, name: str) -> T:
        """What `work` gives or raises. Raises Unknown when it takes too long, and as long as it goes on."""
        if self._busy is not None and self._busy.is_alive():
            raise Unknown(f"{name} still has not taken the slip before this one")
        given: list[T] = []
        failed: list[BaseException] = []

        def carry_out() -> None:
            try:
                given.append(work())
            except BaseException as error:  # noqa: BLE001 - raised again for who waits
                failed.append(error)

        self._busy = threading.Thread(target=carry_out, daemon=True)
        self._busy.start()
        self._busy.join(seconds)
        if failed:
            raise failed[0]
        if not given:
            raise Unknown(f"{name} does not take the slip")
        return given[0]

    def wait(self, seconds: float) -> None:
        if self._busy is not None:
            self._busy.join(seconds)


@dataclass
class _Wired(Asked):
    """At a port of this machine."""

    patience: Patience = field(default_factory=Patience, init=False, compare=False, repr=False)

    def _with_line(self, work: Callable[[Line], T], seconds: float) -> T:
        def carry_out() -> T:
            try:
                with self._opened() as line:
                    return work(line)
            except (OSError, ValueError, Error) as error:  # ValueError: this system has no libusb
                raise Offline(f"{self.name}: {error}") from error

        return self.patience.run(carry_out, seconds + 2 * self.timeout, self.name)


@dataclass
class SerialPrinter(_Wired):
    port: str
    baud: int = BAUD

    @property
    def name(self) -> str:
        return self.port

    def _seconds_for(self, slip: bytes) -> float:
        return self.timeout + len(slip) * BITS_A_BYTE / self.baud

    @contextmanager
    def _opened(self) -> Iterator[Line]:
        line = Serial(devfile=self.port, baudrate=self.baud, timeout=self.timeout, profile=PROFILE)
        line.open()
        try:
            line.device.reset_input_buffer()  # what it said while nobody listened is old
            yield _Serial(line)
        finally:
            line.close()


@dataclass
class _Serial:
    line: Serial

    def send(self, content: bytes) -> None:
        self.line._raw(content)

    def receive(self, seconds: float) -> bytes:
        self.line.device.timeout = max(0.01, seconds)
        answer: bytes = self.line.device.read(1)
        return answer


@dataclass
class UsbPrinter(_Wired):
    vendor: int
    product: int
    out_endpoint: int = 0x01
    in_endpoint: int = 0x82

    @property
    def name(self) -> str:
        return f"usb {self.vendor:04x}:{self.product:04x}"

    @contextmanager
    def _opened(self) -> Iterator[Line]:
        line = Usb(
            self.vendor, self.product, timeout=round(self.timeout * 1000), in_ep=self.in_endpoint,
            out_ep=self.out_endpoint, profile=PROFILE,
        )  # fmt: skip
        line.open()
        try:
            yield _Usb(line)
        finally:
            line.close()


@dataclass
class _Usb:
    line: Usb

    def send(self, content: bytes) -> None:
        self.line._raw(content)

    def receive(self, seconds: float) -> bytes:
        try:
            return bytes(self.line.device.read(self.line.in_ep, 64, max(1, round(seconds * 1000))))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return b""
            raise


@dataclass
class FilePrinter:
    """A device file such as /dev/usb/lp0, or a plain file that slips are added to. It cannot be asked anything.

    Opening and writing a device may block for as long as it has no paper.
    """

    path: str
    timeout: float = TIMEOUT
    patience: Patience = field(default_factory=Patience, init=False, compare=False, repr=False)

    def print(self, slip: bytes) -> Status:
        return self.patience.run(lambda: self._write(slip), self.timeout, self.path)

    def status(self) -> None:
        return None

    def _write(self, slip: bytes) -> Status:
        try:
            with open(self.path, "ab") as device:  # the library would empty a plain file first
                line = File(self.path, profile=PROFILE)
                line.device = device
                line._raw(slip)
        except OSError as error:
            raise Offline(f"{self.path}: {error}") from error
        return Status()


@dataclass
class QueuePrinter:
    """A queue of CUPS, by `lp`. What becomes of a job after it was taken is the queue's affair."""

    queue: str
    timeout: float = TIMEOUT

    def print(self, slip: bytes) -> Status:
        line = LP(self.queue, profile=PROFILE)
        try:
            line.open(job_name="giliran")
        except (OSError, Error) as error:
            raise Offline(f"the queue {self.queue}: {error}") from error
        job: subprocess.Popen[bytes] = line.device
        line._device = False  # the job is ours from here: the library would add a line feed to it
        try:
            job.communicate(slip, self.timeout)
        except subprocess.TimeoutExpired as error:
            job.kill()
            job.wait()
            raise Unknown(f"the queue {self.queue} does not take the slip") from error
        if job.returncode:
            raise Offline(f"the queue {self.queue} refuses the slip: lp ends with {job.returncode}")
        return Status()

    def status(self) -> None:
        return None


@dataclass
class WindowsPrinter:
    """A printer of Windows, by its name there; the spooler takes the bytes as they are."""

    printer: str
    timeout: float = TIMEOUT
    patience: Patience = field(default_factory=Patience, init=False, compare=False, repr=False)

    def print(self, slip: bytes) -> Status:
        return self.patience.run(lambda: self._hand_over(slip), self.timeout, self.printer)

    def status(self) -> None:
        return None

    def _hand_over(self, slip: bytes) -> Status:
        line = Win32Raw(self.printer, profile=PROFILE)
        try:
            line.open(job_name="giliran")
            try:
                line._raw(slip)
            finally:
                line.close()
        except Exception as error:  # what Windows raises is no class that other systems know
            raise Offline(f"{self.printer}: {error}") from error
        return Status()


def printer_at(address: str, *, asks: bool = True) -> Printer:
    """From an address as this module's beginning lists them. Raises ValueError naming what is wrong."""
    parts = urlsplit(address)
    where = unquote(parts.path)
    said = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    match parts.scheme:
        case "tcp" if parts.hostname and not parts.path.strip("/"):
            return NetworkPrinter(parts.hostname, parts.port or 9100, asks=asks)
        case "file" if where and not parts.netloc:
            return FilePrinter(where)
        case "serial" if where and set(said) <= {"baud"} and said.get("baud", "1").isdigit():
            return SerialPrinter(where, int(said.get("baud", BAUD)), asks=asks)
        case "usb" if (found := re.fullmatch(r"([0-9a-f]{4}):([0-9a-f]{4})", where, re.IGNORECASE)) and set(said) <= {
            "in", "out",
        }:  # fmt: skip
            ends = (int(said.get(which, usual), 16) for which, usual in (("out", "1"), ("in", "82")))
            return UsbPrinter(int(found[1], 16), int(found[2], 16), *ends, asks=asks)
        case "lp" | "cups" if where:
            return QueuePrinter(where)
        case "win" if where:
            if not Win32Raw.is_usable():
                raise ValueError(f"{address!r} needs Windows, and pywin32 there")
            return WindowsPrinter(where)
    raise ValueError(f"{address!r} is no printer: tcp://HOST[:PORT], serial:PORT, usb:VENDOR:PRODUCT, file:PATH, "
                     "lp:QUEUE or win:NAME is expected")  # fmt: skip
