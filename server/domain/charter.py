"""The office's promise (Piagam Pelanggan) held against a ticket: kept, broken, or not to be judged yet."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.measures import between
from server.domain.ticket import WALK_DIRECT, Status, Ticket


@dataclass(frozen=True, slots=True)
class Promise:
    """`share` of the tickets of `service` (None: of every service) get `measure` within `within_s` seconds.

    `measure` is wait_to_call, wait or sojourn, as `server.domain.measures` defines them.
    """

    service: str | None = None
    measure: str = "wait_to_call"
    within_s: float = 900.0
    share: float = 0.9


def verdict(promise: Promise, ticket: Ticket) -> bool | None:
    """True when kept, False when broken, None while the measure is not known or never will be.

    Whoever stepped up without a number waited for nothing and is not judged for it: a promise of a wait is for those
    who wait. Nor is a ticket that was carried over before it was ever called: its wait spans the night. A sojourn is
    judged only where somebody said that the service had ended, on the day of the issue. Once judged, always judged so.
    """
    first = ticket.legs[0]
    if promise.measure == "sojourn":
        if ticket.status is not Status.FINISHED or ticket.carried_on is not None or ticket.leg.flag:
            return None
        found = between(ticket.issued_at, ticket.ended_at)
    elif ticket.channel == WALK_DIRECT or (ticket.carried_on is not None and first.flag):
        return None
    else:
        found = between(first.joined_at, first.called_at if promise.measure == "wait_to_call" else first.began_at)
    return None if found is None else found <= promise.within_s
