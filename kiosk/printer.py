"""The printer: lines to bytes, bytes to paper in one send, and an honest word about how it went.

    DeviceFault            no slip can be counted on
        PaperOut           the roll is at its end
        CoverOpen          somebody left the cover open
        CutterJammed       the knife is stuck
        Offline            no printer answers there, it says it is off line, or it went away in the middle
        Unknown            it is silent, or has an error that it does not name

A slip is one send: nothing of it leaves before all of it is made, so that no half number is on paper because of us.
Status is asked by DLE EOT 1 to 4, before and after; silence is never taken for health. How the bytes get there is in
`kiosk.devices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PIL import Image

from kiosk import typeface
from kiosk.escpos_library import QR_ECLEVEL_M, Dummy
from kiosk.lines import Arrow, Code, Cut, Drawn, Gap, Line, Stroke, Text
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
            case Arrow(way, size):
                page._raw(_picture(typeface.arrow(way, size, paper.dots)))
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

    @property
    def state(self) -> str:
        """One word for the server: `ready`, `low`, or the fault's code."""
        return self.fault.code if self.fault else "low" if self.is_low else "ready"


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

    def status(self) -> Status | None:
        """How it is now, faults included; None for a printer that cannot be asked."""
