"""The numbers on the tickets: A001, A002 … per letter and business day; past 999 it just goes on (A1000)."""

from __future__ import annotations

from collections.abc import Callable

EASY_LETTERS = "AFHJKLMRUWXY"
"""Letters that are easy to tell apart when spoken in the four languages (X4)."""


def label(letter: str, ordinal: int, digits: int = 3) -> str:
    """The printed number of the ticket that is the `ordinal`-th (from 1) of its letter today."""
    return f"{letter}{ordinal:0{digits}d}"


def following(letter: str, last: int, is_taken: Callable[[str], bool], digits: int = 3) -> tuple[int, str]:
    """The next free ordinal after `last`, and its number.

    `is_taken` knows the numbers of tickets that were carried over from another day: theirs are skipped,
    so that no number is ever in the hall twice.
    """
    ordinal = last + 1
    while is_taken(number := label(letter, ordinal, digits)):
        ordinal += 1
    return ordinal, number
