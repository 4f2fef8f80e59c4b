"""Devices: how a slip gets to each kind of printer, and what is said of it when something is wrong.

The printers that answer share one contract: over the network, over a serial line (a real terminal device of the
kernel's) and over USB, of which only the cable is ours.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import usb.core
import usb.util
from escpos.printer import win32raw

from kiosk.devices import (
    Asked,
    FilePrinter,
    NetworkPrinter,
    QueuePrinter,
    SerialPrinter,
    UsbPrinter,
    WindowsPrinter,
    printer_at,
)
from kiosk.printer import CoverOpen, CutterJammed, DeviceFault, Offline, PaperOut, Unknown
from tests.kiosk import fake_printer as fake
from tests.kiosk.fake_printer import FakePrinter, closed_port
from tests.kiosk.test_printer import bytes_of


class UsbCable:
    """What pyusb finds at the other end of a cable that leads to the printer."""

    def __init__(self, printer: FakePrinter) -> None:
        self._socket = socket.create_connection(("127.0.0.1", printer.port))
        self.backend = self  # not libusb's: there is no driver of the kernel's to be put aside

    def set_configuration(self) -> None: ...

    def reset(self) -> None: ...

    def write(self, endpoint: int, content: bytes, timeout: int) -> int:
        assert endpoint == 0x01
        self._socket.settimeout(timeout / 1000)
        self._socket.sendall(content)
        return len(content)

    def read(self, endpoint: int, size: int, timeout: int) -> array[int]:
        assert endpoint == 0x82
        self._socket.settimeout(timeout / 1000)
        try:
            return array("B", self._socket.recv(size))
        except TimeoutError:
            raise usb.core.USBTimeoutError("timeout", errno=errno.ETIMEDOUT) from None

    def pull(self) -> None:
        self._socket.close()


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with fake.fake_printer() as started:
        yield started


Reached = Callable[..., Asked]


@pytest.fixture(params=["network", "serial", "usb"])
def reached(request: pytest.FixtureRequest, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch) -> Reached:
    if request.param == "network":
        return lambda **how: NetworkPrinter("127.0.0.1", printer.port, **how)
    if request.param == "serial":
        return lambda **how: SerialPrinter(printer.at_a_terminal(), **how)

    monkeypatch.setattr(usb.core, "find", lambda **wanted: UsbCable(printer))
    monkeypatch.setattr(usb.util, "dispose_resources", lambda cable: cable.pull())
    return lambda **how: UsbPrinter(0x0416, 0x5011, **how)


def test_a_slip_is_one_send_with_a_question_before_and_after(printer: FakePrinter, reached: Reached) -> None:
    content = bytes_of("zh")

    status = reached().print(content)

    assert printer.slips == [content]
    assert printer.log == [*[f"ask {n}" for n in (1, 2, 3, 4)], "slip", *[f"ask {n}" for n in (1, 2, 3, 4)]]
    assert not status.is_low


def test_a_roll_near_its_end_is_told_and_is_no_fault(printer: FakePrinter, reached: Reached) -> None:
    printer.status = fake.NEARLY_OUT

    assert reached().print(bytes_of()).is_low
    assert len(printer.slips) == 1


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (fake.PAPER_OUT, PaperOut),
        (fake.COVER_OPEN, CoverOpen),
        (fake.CUTTER, CutterJammed),
        (fake.OFF_LINE, Offline),
        (fake.NAMELESS, Unknown),
    ],
)
def test_a_printer_that_names_its_fault_gets_no_slip(
    printer: FakePrinter, reached: Reached, status: dict[int, int], fault: type[DeviceFault]
) -> None:
    printer.status = status

    with pytest.raises(DeviceFault) as raised:
        reached().print(bytes_of())

    assert type(raised.value) is fault
    assert printer.slips == []


def test_paper_that_ends_in_the_slip_is_a_fault(printer: FakePrinter, reached: Reached) -> None:
    printer.status_after = fake.PAPER_OUT

    with pytest.raises(PaperOut):
        reached().print(bytes_of())

    assert len(printer.slips) == 1


def test_silence_is_unknown_and_never_health(printer: FakePrinter, reached: Reached) -> None:
    printer.is_silent = True

    with pytest.raises(Unknown):
        reached(timeout=0.3).print(bytes_of())

    assert printer.slips == []


def test_a_printer_that_cannot_be_asked_is_given_the_slip_unasked(printer: FakePrinter, reached: Reached) -> None:
    printer.is_silent = True

    reached(asks=False).print(bytes_of())

    assert printer.got_bytes.wait(5)
    assert "ask 1" not in printer.log


def test_a_status_that_was_not_asked_for_is_not_taken_for_an_answer(printer: FakePrinter, reached: Reached) -> None:
    printer.noise = b"\x10\x00\x00\x00"
    printer.status = fake.COVER_OPEN

    with pytest.raises(CoverOpen):
        reached().print(bytes_of())


def test_nobody_at_the_address_is_off_line() -> None:
    with pytest.raises(Offline):
        NetworkPrinter("127.0.0.1", closed_port()).print(bytes_of())


def test_a_plug_pulled_in_the_middle_of_a_slip_is_off_line(printer: FakePrinter) -> None:
    printer.dies_after = 1000

    with pytest.raises(Offline):
        NetworkPrinter("127.0.0.1", printer.port).print(bytes_of("ta"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (fake.HEALTHY, "ready"),
        (fake.NEARLY_OUT, "low"),
        (fake.PAPER_OUT, "paper_out"),
        (fake.COVER_OPEN, "cover_open"),
        (fake.CUTTER, "cutter"),
        (fake.OFF_LINE, "offline"),
    ],
)
def test_a_printer_that_prints_nothing_says_how_it_is(
    printer: FakePrinter, reached: Reached, status: dict[int, int], state: str
) -> None:
    printer.status = status

    found = reached().status()

    assert found is not None
    assert found.state == state
    assert printer.slips == []


def test_a_silent_printer_is_in_an_unknown_state_and_one_that_cannot_be_asked_in_none(
    printer: FakePrinter, reached: Reached
) -> None:
    printer.is_silent = True

    found = reached(timeout=0.2).status()

    assert found is not None
    assert found.state == "unknown"
    assert reached(asks=False).status() is None


def test_a_serial_port_or_a_usb_device_that_is_not_there_is_off_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb.core, "find", lambda **wanted: None)

    for gone in (SerialPrinter("/dev/ttyNONE", timeout=1), UsbPrinter(0x0416, 0x5011, timeout=1)):
        with pytest.raises(Offline):
            gone.print(b"one")
        status = gone.status()
        assert status is not None
        assert status.state == "offline"


def test_a_system_without_libusb_has_no_usb_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(**wanted: Any) -> None:
        raise usb.core.NoBackendError("No backend available")

    monkeypatch.setattr(usb.core, "find", find)

    with pytest.raises(Offline, match="No backend"):
        UsbPrinter(0x0416, 0x5011, timeout=1).print(b"one")


def test_a_serial_line_is_given_the_time_that_its_speed_takes() -> None:
    assert SerialPrinter("COM3", 9600)._seconds_for(b"x" * 19_200) == pytest.approx(3 + 20)


def a_program(folder: Path, name: str, lines: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    (folder / name).chmod(stat.S_IRWXU)


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system with one print queue, `kiosk`."""
    a_program(tmp_path, "lpstat", '[ "$1" = -e ] && echo kiosk || echo "device for kiosk: usb://x"')
    a_program(tmp_path, "lp", f'echo "$@" > {tmp_path}/asked; cat > {tmp_path}/job')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_a_print_queue_gets_the_bytes_as_they_are(spool: Path) -> None:
    content = bytes_of("ta")

    QueuePrinter("kiosk").print(content)

    assert (spool / "job").read_bytes() == content
    assert (spool / "asked").read_text(encoding="utf-8").split() == ["-d", "kiosk", "-t", "giliran", "-o", "raw"]
    assert printer_at("lp:kiosk").status() is None


@pytest.mark.parametrize(("lp", "fault"), [("cat > /dev/null; exit 1", Offline), ("exec tail -f /dev/null", Unknown)])
def test_a_queue_that_takes_no_slip_is_a_fault(spool: Path, lp: str, fault: type[DeviceFault]) -> None:
    a_program(spool, "lp", lp)

    with pytest.raises(fault):
        QueuePrinter("kiosk", timeout=0.3).print(b"one")
    with pytest.raises(Offline, match="name"):
        QueuePrinter("roof").print(b"one")


class Spooler:
    """The printing half of Windows, as pywin32 shows it."""

    PRINTER_ENUM_NAME = 8

    def __init__(self) -> None:
        self.said: list[object] = []

    def EnumPrinters(self, *asked: object) -> list[dict[str, str]]:
        return [{"pPrinterName": "Receipt"}]

    def OpenPrinter(self, name: str) -> str:
        return name

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *told: self.said.append((name, *told[1:]))


def test_a_printer_of_windows_gets_one_job_of_raw_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    spooler = Spooler()
    monkeypatch.setattr(win32raw, "win32print", spooler, raising=False)
    monkeypatch.setattr(win32raw, "pywintypes", type("P", (), {"error": RuntimeError}), raising=False)
    monkeypatch.setattr(win32raw, "_DEP_WIN32PRINT", True)

    WindowsPrinter("Receipt").print(b"one")

    assert spooler.said == [
        ("StartDocPrinter", 1, ("giliran", "", "RAW")), ("StartPagePrinter",), ("WritePrinter", b"one"),
        ("EndPagePrinter",), ("EndDocPrinter",), ("ClosePrinter",),
    ]  # fmt: skip
    with pytest.raises(Offline):
        WindowsPrinter("Roof").print(b"one")
    assert printer_at("win:Receipt") == WindowsPrinter("Receipt")


def test_a_file_printer_adds_each_slip_to_the_file(tmp_path: Path) -> None:
    device = FilePrinter(str(tmp_path / "lp0"))

    device.print(b"one")
    device.print(b"two")

    assert (tmp_path / "lp0").read_bytes() == b"onetwo"


def test_a_device_file_that_is_not_there_is_off_line(tmp_path: Path) -> None:
    with pytest.raises(Offline):
        FilePrinter(str(tmp_path / "usb" / "lp0")).print(b"one")


def test_a_device_that_takes_nothing_does_not_hold_up_the_kiosk(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    device = FilePrinter(str(path), timeout=0.2)

    with pytest.raises(Unknown, match="does not take"):
        device.print(b"one")
    with pytest.raises(Unknown, match="before this one"):
        device.print(b"two")

    with path.open("rb") as reader:
        assert reader.read() == b"one"
    device.patience.wait(5)


@pytest.mark.parametrize(
    ("address", "printer"),
    [
        ("tcp://10.0.0.9", NetworkPrinter("10.0.0.9", 9100)),
        ("tcp://printer.office:9101", NetworkPrinter("printer.office", 9101)),
        ("file:/dev/usb/lp0", FilePrinter("/dev/usb/lp0")),
        ("file:///dev/usb/lp0", FilePrinter("/dev/usb/lp0")),
        ("serial:/dev/ttyUSB0", SerialPrinter("/dev/ttyUSB0", 38400)),
        ("serial:COM3?baud=9600", SerialPrinter("COM3", 9600)),
        ("usb:0416:5011", UsbPrinter(0x0416, 0x5011)),
        ("usb:04B8:0e28?out=2&in=81", UsbPrinter(0x04B8, 0x0E28, 0x02, 0x81)),
        ("lp:kiosk", QueuePrinter("kiosk")),
        ("cups:kiosk%20one", QueuePrinter("kiosk one")),
    ],
)
def test_a_printer_is_found_by_its_address(address: str, printer: object) -> None:
    assert printer_at(address) == printer


@pytest.mark.parametrize(
    "address",
    [
        "",
        "10.0.0.9",
        "tcp://",
        "tcp://10.0.0.9/x",
        "tcp://x:port",
        "usb:0416",
        "usb:04:5011",
        "usb:0416:5011?i=1",
        "serial:",
        "serial:COM1?baud=fast",
        "lp:",
        "win:Receipt",
        "parallel:/dev/lp0",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the address is named by our message or by urllib's
        printer_at(address)
