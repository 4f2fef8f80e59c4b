"""Who should get ready: whose call is near, by place in the line or by the time it takes to walk to the counters.

    waiting ── at most `ahead` before it, or its earliest call within the walk + 3 min ──► asked in ── called ──► gone
                       ▲                                                                     │
                       └─ neither holds any more, and over `ahead` more go before than then ─┘

Nobody who was asked in is sent away for a forecast that moved, or by one who overtakes: an entry that comes and goes
is believed by nobody. Whom each screen has asked in is kept beside the forecast (`Outlook.asked_in`), for one process.

The time is the early end of the range. Nine calls in ten come later, so nine in ten walk in time; and it is a figure
that the customer has been told as well, so that no screen asks anybody in whose slip says that it cannot be yet.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from server.domain import estimate
from server.domain.branch import Zone
from server.domain.floor import Floor
from server.domain.forecast import Stand
from server.domain.queue import ABSENT, Line
from server.domain.ticket import Status, Ticket

MARGIN_S = 180.0
"""Somebody has to notice, pack up and rise before the walk begins."""
MOST_SHOWN = 12
"""Two columns of six rows that can be read from the far wall."""
PHONES = ""
"""Where whom their phones have asked in stands among the zones; no zone's code is empty."""
PHONES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody who waits: how many go before, and seconds until the call at the earliest (None: nobody can say).

    `is_served`: an officer is on duty who calls from this line.
    """

    ticket: Ticket
    ahead: int
    early_s: float | None
    is_served: bool

    def holds(self, ahead: int, walk_s: float) -> bool:
        """Whether it is time to come. With no counter open a place in the line says nothing about when."""
        by_time = self.early_s is not None and self.early_s <= walk_s + MARGIN_S
        return by_time or (self.is_served and self.ahead <= ahead)

    @property
    def key(self) -> tuple[float, int, int]:
        """The nearest first: by time where it is known."""
        return (float("inf") if self.early_s is None else self.early_s, self.ahead, self.ticket.id)


def nearest(floor: Floor, now: datetime) -> list[Near]:
    """Everybody whom any zone of the branch could ask in, the nearest first. Shared by all screens of a moment."""
    zones = floor.branch.zones
    ahead, walk_s = max(zone.ahead for zone in zones), max(zone.walk_s for zone in zones)
    served = _served(floor)
    found = []
    for line, ids in floor.lines.items():
        if line.only == ABSENT:
            continue  # not in the building: their phones ask them in
        for place in ids[:MOST_SHOWN]:  # inside a line who came first is called first
            near = _near(floor, floor.tickets[place], now, served)
            if near.holds(ahead, walk_s):
                found.append(near)
            elif near.early_s is not None:
                break
    return sorted(found, key=lambda near: near.key)


def ready(floor: Floor, zone: Zone, now: datetime, among: list[Near] | None = None) -> list[Ticket]:
    """Whom the zone's screens ask in, in the order in which they were asked; remembers them as asked in.

    `among`: what `nearest` says of this moment, where it is known already. No service takes the places of another: each
    has its share of the twelve.
    """
    served = _served(floor)
    before = floor.outlook.asked_in.get(zone.code, {})
    kept: dict[Stand, int] = {}
    for stand, then in before.items():
        near = _still(floor, stand, now, served)
        if near is None:
            continue
        is_near = near.holds(zone.ahead, zone.walk_s)
        if is_near or near.ahead <= then + zone.ahead:
            kept[stand] = max(then, near.ahead) if is_near else then
    fresh = [near for near in (nearest(floor, now) if among is None else among) if _stand(near.ticket) not in kept]
    fresh = [near for near in fresh if near.holds(zone.ahead, zone.walk_s)]
    shown = Counter(floor.tickets[stand.ticket].service for stand in kept)
    share = max(1, MOST_SHOWN // max(1, len({*shown, *(near.ticket.service for near in fresh)})))
    for near in fresh:
        service = near.ticket.service
        if len(kept) < MOST_SHOWN and shown[service] < share:
            kept[_stand(near.ticket)] = near.ahead
            shown[service] += 1
    floor.outlook.asked_in[zone.code] = kept
    return [floor.tickets[stand.ticket] for stand in kept]


def should_return(floor: Floor, ticket: Ticket, now: datetime) -> bool:
    """Whether a waiting customer's phone asks them back, as early as the farthest screen would: they may be anywhere.

    Before the counters open, a place in the line is reason enough: whoever looks at a phone is not there yet.
    """
    phones = floor.outlook.asked_in.setdefault(PHONES, {})
    stand = _stand(ticket)
    if ticket.status is not Status.WAITING:
        phones.pop(stand, None)
        return False
    zones = floor.branch.zones
    ahead, walk_s = max(zone.ahead for zone in zones), max(zone.walk_s for zone in zones)
    if ticket.is_absent:
        walk_s += floor.branch.join.early_s
    near = _near(floor, ticket, now, frozenset({ticket.line}))
    then = phones.get(stand)
    if near.holds(ahead, walk_s):
        if len(phones) > PHONES_KEPT:
            for old in [old for old in phones if _still(floor, old, now, frozenset()) is None]:
                del phones[old]
        phones[stand] = near.ahead
        return True
    if then is not None and near.ahead <= then + ahead:
        return True
    phones.pop(stand, None)
    return False


def _near(floor: Floor, ticket: Ticket, now: datetime, served: frozenset[Line]) -> Near:
    wait = estimate.waiting(floor, ticket, now)
    return Near(ticket, floor.ahead(ticket), None if wait is None else wait.low, ticket.line in served)


def _served(floor: Floor) -> frozenset[Line]:
    on_duty = [state for state in floor.counters.values() if state.is_open]
    return frozenset(line for state in on_duty for line in floor.lines_of(state))


def _stand(ticket: Ticket) -> Stand:
    return Stand(ticket.id, len(ticket.legs), ticket.carried_on, ticket.delayed_at is not None)


def _still(floor: Floor, stand: Stand, now: datetime, served: frozenset[Line]) -> Near | None:
    """Whoever stands there, if they still wait; None once they were called, went, or wait for something else."""
    ticket = floor.tickets.get(stand.ticket)
    if ticket is None or ticket.status is not Status.WAITING or _stand(ticket) != stand:
        return None
    return _near(floor, ticket, now, served)
