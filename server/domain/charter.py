"""The office's promise (Piagam Pelanggan) held against a ticket: kept, broken, or not to be judged yet."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.measures import of_ticket
from server.domain.ticket import Status, Ticket


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

    A ticket that was carried over before it was ever called is not judged: its wait spans the night. A sojourn is
    judged only where somebody said that the service had ended, on the day of the issue. Once judged, always judged so.
    """
    if ticket.carried_on is not None and ticket.legs[0].flag:
        return None
    if promise.measure == "sojourn" and (
        ticket.status is not Status.FINISHED or ticket.carried_on is not None or ticket.leg.flag
    ):
        return None
    found: float | None = getattr(of_ticket(ticket), promise.measure)
    return None if found is None else found <= promise.within_s
