"""What a printer would make of a stream of bytes, read by the command reference alone and without mercy.

Nothing here is shared with the library that wrote the bytes. A byte that is no command of this list, a line wider
than the paper, a picture that ends early: each is an error, where a real printer would print rubbish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

LETTER = (12, 24)


class Rubbish(AssertionError):
    """The stream holds what a printer could not mean."""


@dataclass(frozen=True)
class Style:
    width: int = 1
    height: int = 1
    is_bold: bool = False
    align: int = 0
    """0 left, 1 centre, 2 right."""


@dataclass(frozen=True)
class PrintedText:
    text: str
    style: Style


@dataclass(frozen=True)
class Picture:
    width: int
    rows: tuple[bytes, ...]

    @property
    def ink(self) -> int:
        return sum(row.bit_count() for line in self.rows for row in line)


@dataclass(frozen=True)
class QrCode:
    data: str
    square: int
    correction: str


@dataclass(frozen=True)
class Feed:
    dots: int


@dataclass(frozen=True)
class Cut:
    is_full: bool


Printed = PrintedText | Picture | QrCode | Feed | Cut


class _Bytes:
    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.at = 0

    def take(self, count: int = 1) -> bytes:
        part = self._stream[self.at : self.at + count]
        if len(part) < count:
            raise Rubbish(f"the stream ends in the middle of a command, at {self.at}")
        self.at += count
        return part

    def number(self, count: int = 1) -> int:
        return int.from_bytes(self.take(count), "little")

    @property
    def is_over(self) -> bool:
        return self.at == len(self._stream)


def printed(stream: bytes, dots: int) -> list[Printed]:
    """Everything that comes out, in order, on paper that is so many dots wide."""
    return list(_printed(_Bytes(stream), dots))


def _printed(source: _Bytes, dots: int) -> Iterator[Printed]:
    style = Style()
    line = ""
    code: dict[str, int | str] = {}
    while not source.is_over:
        at = source.at
        first = source.take()
        if 0x20 <= first[0] <= 0x7E:
            line += first.decode("ascii")
            if len(line) * LETTER[0] * style.width > dots:
                raise Rubbish(f"a line is wider than the paper: {line!r}")
            continue
        if first == b"\n":
            yield PrintedText(line, style)
            line = ""
            continue
        command = first + source.take()
        if line and command != b"\x1bE":
            raise Rubbish(f"{command!r} in the middle of the line {line!r}")
        match command:
            case b"\x1b@":
                style, code = Style(), {}
            case b"\x1ba":
                style = replace(style, align=_one_of(source.number(), 0, 1, 2))
            case b"\x1bE":
                style = replace(style, is_bold=bool(_one_of(source.number(), 0, 1)))
            case b"\x1d!":
                size = source.number()
                style = replace(style, width=(size >> 4 & 7) + 1, height=(size & 7) + 1)
            case b"\x1bJ":
                yield Feed(source.number())
            case b"\x1dv":
                yield _picture(source, dots)
            case b"\x1d(":
                code_now = _code(source, code)
                if code_now:
                    yield code_now
            case b"\x1dV":
                yield Cut(is_full=_one_of(source.number(), 65, 66) == 65)
                source.take()
            case _:
                raise Rubbish(f"no command: {command!r} at {at}")
    if line:
        raise Rubbish(f"the last line never ends: {line!r}")


def _one_of(value: int, *allowed: int) -> int:
    if value not in allowed:
        raise Rubbish(f"{value} where one of {allowed} is allowed")
    return value


def _picture(source: _Bytes, dots: int) -> Picture:
    _one_of(source.number(), 0x30)
    _one_of(source.number(), 0)
    wide, high = source.number(2), source.number(2)
    if wide * 8 > dots:
        raise Rubbish(f"a picture of {wide * 8} dots on paper of {dots}")
    rows = tuple(source.take(wide) for _ in range(high))
    for second in b"\x04\x05\x14":
        if bytes((0x10, second)) in b"".join(rows):
            raise Rubbish("a picture holds a command that printers obey wherever it stands")
    return Picture(wide * 8, rows)


def _code(source: _Bytes, code: dict[str, int | str]) -> QrCode | None:
    """GS ( k, one of its functions for QR codes."""
    _one_of(source.number(), 0x6B)
    inner = _Bytes(source.take(source.number(2)))
    _one_of(inner.number(), 49)
    made = None
    match inner.number():
        case 65:
            _one_of(inner.number(), 50)
            _one_of(inner.number(), 0)
        case 67:
            code["square"] = _one_of(inner.number(), *range(1, 17))
        case 69:
            code["correction"] = "LMQH"[_one_of(inner.number(), 48, 49, 50, 51) - 48]
        case 80:
            _one_of(inner.number(), 48)
            code["data"] = inner._stream[inner.at :].decode("ascii")
            inner.at = len(inner._stream)
        case 81:
            _one_of(inner.number(), 48)
            made = QrCode(str(code["data"]), int(code["square"]), str(code["correction"]))
        case other:
            raise Rubbish(f"no function of a QR code: {other}")
    if not inner.is_over:
        raise Rubbish("a function of a QR code is followed by more than it takes")
    return made
