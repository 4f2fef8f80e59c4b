"""What a changed branch's file would mean for those who are in the hall at that moment. Pure: it decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.branch import Branch
from server.domain.floor import Floor
from server.domain.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Effect:
    """`kind` is service, lane or counter (removed, and needed: the change is refused until it is not), closes, opens
    or unserved; `about` is the code, `numbers` are the tickets concerned."""

    kind: str
    about: str = ""
    numbers: tuple[str, ...] = ()

    @property
    def forbids(self) -> bool:
        return self.kind in ("service", "lane", "counter")


def effects(floor: Floor, new: Branch, now: datetime) -> list[Effect]:
    """Of a change that would hold from `now` on."""
    return [*_needed(floor, new, now), *_hours(floor, new, now), *_unserved(floor, new)]


def _needed(floor: Floor, new: Branch, now: datetime) -> Iterator[Effect]:
    """What `load_branch.refuse_removals` refuses, all of it at once."""
    services, counters = {s.code for s in new.services}, {c.code for c in new.counters}
    missing: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    back_since = now - timedelta(seconds=new.calling.missed_for_s)
    for ticket in floor.tickets.values():
        if not ticket.is_open and (ticket.ended_at is None or ticket.ended_at < back_since):
            continue
        if ticket.service not in services:
            missing["service", ticket.service].append(ticket.number)
        if ticket.lane not in new.lanes:
            missing["lane", str(ticket.lane)].append(ticket.number)
        kind, _, meant = ticket.only.partition(":")
        for counter in {ticket.counter, meant if kind == "counter" else ""} - {None, "", *counters}:
            missing["counter", str(counter)].append(ticket.number)
    for state in floor.counters.values():
        if state.is_open and state.code not in counters:
            missing["counter", state.code] += []
    for (kind, about), numbers in missing.items():
        yield Effect(kind, about, tuple(numbers))


def _hours(floor: Floor, new: Branch, now: datetime) -> Iterator[Effect]:
    was = floor.branch.hours is None or floor.branch.hours.is_open(now)
    will_be = new.hours is None or new.hours.is_open(now)
    if was and not will_be:
        yield Effect("closes", numbers=tuple(one.number for one in _waiting(floor)))
    if will_be and not was:
        yield Effect("opens")


def _unserved(floor: Floor, new: Branch) -> Iterator[Effect]:
    """Services that some open counter can do now, and none could any more."""
    able: dict[str, set[str]] = {c.code: set(c.services) for c in new.counters}
    held = [state for state in floor.counters.values() if state.is_open and state.code in able]
    by_service: defaultdict[str, list[str]] = defaultdict(list)
    for ticket in _waiting(floor):
        by_service[ticket.service].append(ticket.number)
    for service, numbers in by_service.items():
        before = [state for state in held if service in floor.branch.counter(state.code).services]
        if before and not any(service in able[state.code] for state in before):
            yield Effect("unserved", service, tuple(numbers))


def _waiting(floor: Floor) -> list[Ticket]:
    return [ticket for ticket in floor.tickets.values() if ticket.status is Status.WAITING]
