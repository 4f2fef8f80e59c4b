"""Which moment of a ticket its holder should be told of, wherever they are: taken, time to come, called. Pure.

    joined ── soon ── called ── (a visit's next service, a late return, another day) ── soon ── called ── …

A moment is a name of one thing that happens once: the same call rung again is the same moment, a call after a late
return is another. Who keeps the moments that were told tells none of them twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from server.domain.floor import Floor
from server.domain.readiness import should_return
from server.domain.ticket import Status, Ticket

JOINED, SOON, CALLED = "joined", "soon", "called"
KINDS = (JOINED, SOON, CALLED)


def due(floor: Floor, ticket: Ticket, told: Sequence[str], now: datetime, kinds: Collection[str] = KINDS) -> str | None:
    """The moment to tell of now, if any. Whoever is called is told that and nothing else."""
    if ticket.status is Status.CALLED:
        moment = f"{CALLED}.{len(ticket.legs)}"
        return moment if CALLED in kinds and moment not in told else None
    if ticket.status is not Status.WAITING:
        return None
    if JOINED in kinds and JOINED not in told:
        return JOINED
    moment = _place(ticket)
    if SOON in kinds and moment not in told and should_return(floor, ticket, now):
        return moment
    return None


def kind_of(moment: str) -> str:
    return moment.partition(".")[0]


def and_told(told: Sequence[str], moment: str) -> tuple[str, ...]:
    """What was told, and this; an earlier moment of the same kind cannot come again and is let go."""
    return (*(one for one in told if kind_of(one) != kind_of(moment)), moment)


def _place(ticket: Ticket) -> str:
    """Another one for each service of a visit, each day, and after letting others pass."""
    day = "" if ticket.carried_on is None else f"-{ticket.carried_on:%m%d}"
    return f"{SOON}.{len(ticket.legs)}{day}{'-late' if ticket.delayed_at is not None else ''}"
