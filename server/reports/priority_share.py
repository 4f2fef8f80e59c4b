"""How many ask to go first: the share of priority tickets by day and by kiosk, which tells of a lane that is abused.

Lanes rest on trust, and a share that climbs at one kiosk is the first sign that they no longer can. A share is a fact
of many tickets; nothing here names a ticket or a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from server.domain.branch import Branch
from server.domain.queue import Lane
from server.domain.ticket import WALK_DIRECT, Ticket

NO_KIOSK = ""
"""Where a number was not taken at a kiosk: given by staff, on a phone, by another system."""


@dataclass(frozen=True, slots=True)
class PriorityShare:
    """The numbers taken on a day at one kiosk ("" elsewhere; None: in all places), and how many of them in a lane that
    goes before the regular one. Emergencies are said by an officer and counted apart."""

    on: date
    kiosk: str | None
    tickets: int
    priority: int
    emergency: int

    @property
    def share(self) -> float:
        return self.priority / self.tickets if self.tickets else 0.0


def priority_shares(tickets: Iterable[Ticket], branch: Branch) -> list[PriorityShare]:
    """By day: all places together first, then each kiosk by its code. Visits without a number are not counted."""
    found: dict[tuple[date, str | None], list[int]] = {}
    for ticket in tickets:
        if ticket.channel == WALK_DIRECT:
            continue
        is_emergency = ticket.lane is Lane.EMERGENCY
        is_priority = branch.policy.is_priority(ticket.lane) and not is_emergency
        for place in (None, ticket.kiosk):
            counts = found.setdefault((ticket.business_on, place), [0, 0, 0])
            counts[0] += 1
            counts[1] += is_priority
            counts[2] += is_emergency
    order = sorted(found, key=lambda key: (key[0], key[1] is not None, key[1] or ""))
    return [PriorityShare(on, kiosk, *found[on, kiosk]) for on, kiosk in order]
