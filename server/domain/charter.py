"""The office's promise (Piagam Pelanggan) held against a ticket: kept, broken, or not to be judged yet."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.measures import of_ticket
from server.domain.ticket import Ticket


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

    A ticket that was carried over before it was ever called is not judged: its wait spans the night. Nor is the
    sojourn of one that was carried at all.
    """
    first = ticket.legs[0]
    if first.flag and first.outcome != "carried":
        return None
    if ticket.carried_on is not None and promise.measure == "sojourn":
        return None
    found: float | None = getattr(of_ticket(ticket), promise.measure)
    return None if found is None else found <= promise.within_s
