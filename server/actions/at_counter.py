"""What every deed at a counter asks first: is it open, is it this officer's, whom does it have in hand."""

from __future__ import annotations

from unicodedata import category

from server.domain.counter import CounterState, Duty
from server.domain.errors import CounterClosed, CounterTaken, Malformed, NoTicketInHand, TicketInHand, TooLong
from server.domain.floor import Floor
from server.domain.ticket import Ticket

REASON_LENGTH = 100
NOTE_LENGTH = 200


def on_duty(floor: Floor, counter: str, officer: int | None) -> tuple[CounterState, Duty]:
    """The counter and its duty. `officer` None is a device, which may act for whoever is on duty there.

    Raises UnknownCounter, CounterClosed, CounterTaken.
    """
    state = floor.counter(counter)
    if state.duty is None:
        raise CounterClosed(counter=counter)
    if officer is not None and state.duty.officer not in (officer, None):
        raise CounterTaken(counter=counter)
    return state, state.duty


def in_hand(floor: Floor, counter: str, officer: int | None) -> Ticket:
    """The ticket that the counter has called or is serving. Raises NoTicketInHand besides what on_duty raises."""
    on_duty(floor, counter, officer)
    ticket = floor.serving(counter)
    if ticket is None:
        raise NoTicketInHand(counter=counter)
    return ticket


def free(floor: Floor, counter: str, officer: int | None) -> tuple[CounterState, Duty]:
    """The counter, which must have nobody in hand. Raises TicketInHand besides what on_duty raises."""
    state, duty = on_duty(floor, counter, officer)
    ticket = floor.serving(counter)
    if ticket is not None:
        raise TicketInHand(counter=counter, number=ticket.number)
    return state, duty


def short(text: str, most: int, name: str) -> str:
    """`text` without outer blanks. Raises TooLong past `most` characters, Malformed for what no paper can show."""
    text = text.strip()
    if any(category(character) in ("Cc", "Cs") and character not in "\n\t" for character in text):
        raise Malformed(name=name, wanted="characters that can be read")
    if len(text) > most:
        raise TooLong(name=name, most=most)
    return text
