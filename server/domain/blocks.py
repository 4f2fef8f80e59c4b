"""Numbers that a kiosk holds against the day on which its server is out of reach: set aside beforehand, never twice.

They are the last ones of each letter (A940 to A999), so that the others have no gap, and the others step over them.
Whatever becomes of each is on record: it was given to somebody, or it was returned unused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.domain import events as e
from server.domain.numbering import label

KEPT = timedelta(days=7)
"""A kiosk that does not come back within so many days has lost what it held."""


@dataclass(frozen=True, slots=True)
class Block:
    """`id` is the seq of its journal entry; `first` the first of `size` numbers of each letter; `taken` those that
    were given."""

    id: int
    kiosk: str
    business_on: date
    size: int
    first: Mapping[str, str]
    taken: frozenset[str] = frozenset()
    is_returned: bool = False

    def numbers(self, letter: str) -> list[str]:
        """Those of one letter, in order; none for a letter that it does not have."""
        if letter not in self.first:
            return []
        digits = self.first[letter][len(letter) :]
        return [label(letter, int(digits) + i, len(digits)) for i in range(self.size)]

    def holds(self, number: str) -> bool:
        letter = number.rstrip("0123456789")
        first = self.first.get(letter)
        if first is None or len(first) != len(number):
            return False
        return 0 <= int(number[len(letter) :]) - int(first[len(letter) :]) < self.size

    @property
    def unused(self) -> tuple[str, ...]:
        return tuple(n for letter in sorted(self.first) for n in self.numbers(letter) if n not in self.taken)


Blocks = tuple[Block, ...]


def after(blocks: Blocks, seq: int, event: e.Event, today: date) -> Blocks:
    """The blocks once `event` happened. One of an earlier day is forgotten when it is returned."""
    match event:
        case e.BlockReserved():
            return (*blocks, Block(seq, event.kiosk, event.business_on, event.size, event.first))
        case e.TicketIssued(block=int()):
            return tuple(
                replace(one, taken=one.taken | {event.number}) if one.id == event.block else one for one in blocks
            )
        case e.BlockReturned():
            found = (replace(one, is_returned=True) if one.id == event.block else one for one in blocks)
            return tuple(one for one in found if not one.is_returned or one.business_on >= today)
    return blocks


def remembered(blocks: Blocks, today: date) -> Blocks:
    """Those that still matter on a day: its own, and those of the days before that nobody returned yet."""
    return tuple(
        one for one in blocks if one.business_on >= today or (not one.is_returned and one.business_on >= today - KEPT)
    )
