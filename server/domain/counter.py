"""A service point and the officer who serves there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from server.domain import events as e


@dataclass(frozen=True, slots=True)
class Counter:
    """What a counter is: `name` is how it is shown and spoken ("3", "3A"); the order of `services` breaks ties."""

    code: str
    name: str
    services: tuple[str, ...]
    zone: str = "hall"


@dataclass(frozen=True, slots=True)
class Duty:
    """An officer at a counter, from opening to closing; `officer` is None where a keypad or an integration opened."""

    officer: int | None
    opened_at: datetime
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter as it stands.

    `run` counts its consecutive priority calls while a regular ticket that it could serve was waiting (the guard
    of the discipline looks at it). `idle_since` is None while a customer is in hand or the counter is closed.
    """

    code: str
    duty: Duty | None = None
    ticket: int | None = None
    run: int = 0
    closed_at: datetime | None = None
    closed_reason: str = ""
    idle_since: datetime | None = None
    last_no_show: int | None = None

    @property
    def is_open(self) -> bool:
        return self.duty is not None

    def after(self, event: e.Event) -> CounterState:
        """The counter as an event that names it leaves it."""
        at = event.at
        match event:
            case e.CounterOpened():
                duty = Duty(event.officer, at, event.services)
                return replace(self, duty=duty, closed_at=None, closed_reason="",
                               idle_since=None if self.ticket is not None else at)  # fmt: skip
            case e.CounterClosed():
                return CounterState(self.code, closed_at=at, closed_reason=event.reason)
            case e.TicketCalled():
                return replace(self, ticket=event.ticket, run=event.run, idle_since=None, last_no_show=None)
            case e.TicketResumed():
                return replace(self, ticket=event.ticket, idle_since=None)
            case e.TicketRestored() if event.to == "called":
                return replace(self, ticket=event.ticket, idle_since=None, last_no_show=None)
            case e.TicketNoShow():
                return replace(self, ticket=None, idle_since=at, last_no_show=event.ticket)
            case e.ServiceEnded() | e.TicketHeld() | e.TicketTransferred() | e.TicketLeft() | e.TicketCarried() if (
                self.ticket == event.ticket
            ):
                return replace(self, ticket=None, idle_since=at)
            case _:
                return self


def spoken_name(code: str) -> str:
    """How a counter without a name of its own is shown: K3 is "3", anything else is its code."""
    return code[1:] if code[:1] == "K" and code[1:].isdigit() else code
