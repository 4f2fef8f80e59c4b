"""Where in a TOML text a key stands: tomllib tells the values and forgets the lines.

A plain scan of headers and keys, for messages alone. What it does not see (a key inside an inline table, a fault
in a list) is reported at the nearest key around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Place = tuple[str | int, ...]
"""A path as pydantic gives it: ("service", 1, "code") is the code of the second [[service]]."""

_TABLES = re.compile(r"""\[\[\s*([\w."'\s-]+?)\s*\]\]\s*(#.*)?""")
_TABLE = re.compile(r"""\[\s*([\w."'\s-]+?)\s*\]\s*(#.*)?""")
_KEY = re.compile(r"""([\w."'-]+(?:\s*\.\s*[\w"'-]+)*)\s*=""")
_QUOTES = ('"""', "'''")


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of each table and key that stands at the beginning of a line."""
    found: dict[Place, int] = {}
    counts: dict[str, int] = {}
    around: Place = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quote:
            quote = "" if quote in line else quote
            continue
        stripped = line.strip()
        if header := _TABLES.fullmatch(stripped):
            name = _parts(header[1])
            around = (*_inside(name[:-1], counts), name[-1], counts.get(".".join(name), 0))
            counts[".".join(name)] = counts.get(".".join(name), 0) + 1
            found[around] = number
        elif header := _TABLE.fullmatch(stripped):
            around = _inside(_parts(header[1]), counts)
            found.setdefault(around, number)
        elif key := _KEY.match(stripped):
            place: Place = (*around, *_parts(key[1]))
            for end in range(len(around) + 1, len(place) + 1):
                found.setdefault(place[:end], number)
            quote = next((q for q in _QUOTES if stripped.count(q) % 2), "")
    return found


def table_name(line: str) -> tuple[tuple[str, ...], bool] | None:
    """The name in a header such as [day] and whether it begins an entry of a list ([[service]]); None for none."""
    stripped = line.strip()
    if header := _TABLES.fullmatch(stripped):
        return _parts(header[1]), True
    header = _TABLE.fullmatch(stripped)
    return (_parts(header[1]), False) if header else None


def line_of(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of `place`, or of what is nearest around it; None for the file as a whole."""
    for end in range(len(place), 0, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _inside(name: tuple[str, ...], counts: Mapping[str, int]) -> Place:
    """`name` with the number of the last entry behind each list of tables: [service.name] → service, 1, name."""
    place: list[str | int] = []
    for end in range(1, len(name) + 1):
        place.append(name[end - 1])
        so_far = ".".join(name[:end])
        if so_far in counts:
            place.append(counts[so_far] - 1)
    return tuple(place)
