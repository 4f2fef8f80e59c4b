"""What a slip is made of, and where a sentence breaks into lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Plain ASCII in the printer's own letters, `scale` times as wide and as high."""

    text: str
    scale: tuple[int, int] = (1, 1)
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as a picture; `size` in dots."""

    text: str
    size: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """Which way to go: one of `kiosk.ticket.WAYS`, as a picture `size` dots high."""

    way: str
    size: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty paper, in dots."""

    dots: int


@dataclass(frozen=True, slots=True)
class Stroke:
    """A thin line from edge to edge."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that the printer makes, each of its squares so many dots wide."""

    url: str
    square: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of the paper."""


Line = Text | Drawn | Arrow | Gap | Stroke | Code | Cut

# A Chinese sentence may break before any character, but not before a closing mark nor after an opening one.
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_CLOSING = "、。，．：；！？）》」』】〉％"
_OPENING = "（《「『【〈"
_PAUSES = ".?!:;、，。：；！？"
_PART = re.compile(rf"\s*(?:[{_OPENING}]*[^\s{_CHINESE}]+[{_CLOSING}]*|[{_OPENING}]*[{_CHINESE}][{_CLOSING}]*)")
_FIGURE = re.compile(rf"\d(?:\s?[{_CHINESE}])?$")


def _parts(text: str, room: int, measure: Callable[[str], int]) -> list[str]:
    """The pieces that stay whole, each with the space before it. A figure stays with its unit where both fit."""
    parts: list[str] = []
    for part in _PART.findall(text.strip()):
        if parts and _FIGURE.search(parts[-1]) and measure((parts[-1] + part).strip()) <= room:
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _cut_to(part: str, room: int, measure: Callable[[str], int]) -> list[str]:
    """A piece wider than the paper, in pieces that fit; a sign that belongs to a letter stays with it."""
    pieces, piece = [], ""
    for character in part:
        belongs = unicodedata.category(character) in ("Mn", "Mc", "Cf")
        if piece and not belongs and measure(piece + character) > room:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]


def _clauses(parts: list[str]) -> list[str]:
    """The pieces joined up to each mark at which a reader pauses."""
    clauses = [""]
    for part in parts:
        clauses[-1] += part
        if part[-1] in _PAUSES:
            clauses.append("")
    return [clause for clause in clauses if clause]


def _filled(parts: list[str], room: int, measure: Callable[[str], int]) -> list[str]:
    lines: list[str] = []
    line = ""
    for part in parts:
        if line and measure(line + part) <= room:
            line += part
            continue
        if line:
            lines.append(line)
        *full, line = _cut_to(part.strip(), room, measure)
        lines.extend(full)
    return [*lines, line] if line else lines


def broken(text: str, room: int, measure: Callable[[str], int]) -> list[str]:
    """The text in as few lines as fit into `room`: broken between clauses if that takes no more lines, and evenly.

    `measure` gives the width of a piece, in the unit of `room`.
    """
    parts = _parts(text, room, measure)
    lines = _filled(parts, room, measure)
    if len(lines) < 2:
        return lines
    clauses = _clauses(parts)
    if len(_filled(clauses, room, measure)) == len(lines) and all(measure(one.strip()) <= room for one in clauses):
        parts = clauses
    low = max((width for part in parts if (width := measure(part.strip())) <= room), default=1)  # no new cut in a word
    high = room
    while low < high:  # the narrowest room that still takes no more lines
        middle = (low + high) // 2
        if len(_filled(parts, middle, measure)) <= len(lines):
            high = middle
        else:
            low = middle + 1
    return _filled(parts, high, measure)
