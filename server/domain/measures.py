"""How long things took, defined once and printed beside every figure.

    joined ───────► called ──► began ───── held ─────► ended
    │─ wait to call ─│─ walk ──│
    │────── wait ──────────────│── service time less holds ──│
    │──────────────────── sojourn ───────────────────────────│

`joined` is the issue for the first leg and the transfer for a later one; `called` is the first call (R069: to be
attended, R070: to obtain the service). All in seconds; None means "not yet" or, where it ended before, "never".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.ticket import Leg, Ticket

PACE_WEIGHT = 10.0
"""The first guess of a service time counts as much as so many services."""
PACE_MEMORY = 200


@dataclass(frozen=True, slots=True)
class Measures:
    wait_to_call: float | None
    walk: float | None
    wait: float | None
    service: float | None
    sojourn: float | None


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from start to end; None unless both are known."""
    return None if start is None or end is None else (end - start).total_seconds()


def of_leg(leg: Leg) -> Measures:
    """The measures of one leg. For a leg with a known begin and end the parts add up to its sojourn."""
    raw = between(leg.began_at, leg.ended_at)
    return Measures(
        wait_to_call=between(leg.joined_at, leg.called_at),
        walk=between(leg.called_at, leg.began_at),
        wait=between(leg.joined_at, leg.began_at),
        service=None if raw is None else max(0.0, raw - leg.held_s),
        sojourn=between(leg.joined_at, leg.ended_at),
    )


def of_ticket(ticket: Ticket) -> Measures:
    """A whole visit: the waits of the first leg, the service of all legs together, the sojourn from issue to end."""
    first, sojourn = of_leg(ticket.legs[0]), between(ticket.issued_at, ticket.ended_at)
    served = [first.service, *(of_leg(leg).service for leg in ticket.legs[1:])]
    known = [seconds for seconds in served if seconds is not None]
    return Measures(first.wait_to_call, first.walk, first.wait, sum(known) if known else None, sojourn)


def taught(leg: Leg, units: int = 1) -> float | None:
    """The service time that may be learned from a leg, in seconds: of one of its `units` (`Branch.units`).

    None where nobody was served: the leg has not ended, the day closed it, the customer left or was carried over, or
    the next customer was called before this one could have come.
    """
    seconds = of_leg(leg).service
    if leg.flag == "unattended" or leg.outcome in ("left", "carried", "no_show"):
        return None
    return None if seconds is None or (leg.began_assumed and not seconds) else seconds / units


def telling(ticket: Ticket) -> Measures:
    """`of_ticket` without the figures that a night has made meaningless (R002): those that a report may count.

    A ticket that was carried over before its first call has no wait, one that was carried over at all no sojourn, and
    one whose end nobody saw neither service time nor sojourn.
    """
    found = of_ticket(ticket)
    if ticket.carried_on is not None and ticket.legs[0].flag:
        found = replace(found, wait_to_call=None, wait=None)
    if any(leg.flag == "unattended" for leg in ticket.legs):
        found = replace(found, service=None, sojourn=None)
    return found if ticket.carried_on is None else replace(found, sojourn=None)


def telling_leg(leg: Leg) -> Measures:
    """`of_leg`, likewise; a leg that ended because the day did has no sojourn either."""
    found = of_leg(leg)
    if leg.outcome == "carried":
        found = replace(found, sojourn=None)
    match leg.flag:
        case "overnight":
            return replace(found, wait_to_call=None, wait=None, sojourn=None)
        case "unattended":
            return Measures(found.wait_to_call, found.walk, found.wait, None, None)
        case _:
            return found


@dataclass(frozen=True, slots=True)
class Pace:
    """The learned service time of a service: mean seconds over `n` services (at most PACE_MEMORY count)."""

    mean_s: float
    n: int = 0

    def after(self, seconds: float) -> Pace:
        weight = min(self.n, PACE_MEMORY) + PACE_WEIGHT
        return Pace((self.mean_s * weight + seconds) / (weight + 1), self.n + 1)
