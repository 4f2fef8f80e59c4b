"""A business day as it was: who came when and for what, and when each counter was open, breaks included.

Read from the journal, to be played again. A ticket that was transferred comes twice: its second part is work for the
counters and counts as no wait of its own. Left out, and counted: who left before the call, and who came for what the
branch no longer does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.law import NEVER
from server.domain.queue import Lane
from server.domain.ticket import WALK_DIRECT


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who joins a queue, `at` seconds after local midnight. `counts` is False where its wait is not judged."""

    at: float
    ticket: int
    service: str
    lane: Lane
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Opening:
    """A counter open from `since` until `until` (seconds after local midnight; NEVER: until the hall is empty)."""

    counter: str
    since: float
    until: float
    services: tuple[str, ...]
    who: str


@dataclass(frozen=True, slots=True)
class LivedDay:
    """In order of time; `left_out` are the tickets that are not played."""

    on: date
    arrivals: tuple[Arrival, ...]
    openings: tuple[Opening, ...]
    left_out: int = 0


@dataclass(slots=True)
class _Day:
    on: date
    arrivals: list[Arrival] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    open_now: dict[str, Opening] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)
    last_issue: float = 0.0


@dataclass(slots=True)
class DayBook:
    """Hears a branch's events in order and keeps the days that they make."""

    branch: Branch
    _days: dict[date, _Day] = field(default_factory=dict)
    _tickets: dict[int, tuple[str, Lane]] = field(default_factory=dict)
    _called: set[int] = field(default_factory=set)

    def see(self, event: e.Event, seq: int) -> None:
        """`seq` is the ticket of a `ticket_issued`."""
        day = self._days.setdefault(on := self.branch.business_on(event.at), _Day(on))
        at = self._seconds(event.at, on)
        match event:
            case e.TicketIssued():
                lane = Lane(event.lane)
                self._tickets[seq] = event.service, lane
                self._arrive(day, Arrival(at, seq, event.service, lane, event.channel != WALK_DIRECT))
                day.last_issue = at
            case e.TicketCalled():
                self._called.add(event.ticket)
                if event.counter not in day.open_now:  # who calls is there, whether or not somebody said so
                    services = self.branch.counter(event.counter).services
                    day.open_now[event.counter] = Opening(event.counter, at, NEVER, services, _who(event))
            case e.TicketTransferred() if event.ticket in self._tickets:
                lane = self._tickets[event.ticket][1]
                self._tickets[event.ticket] = event.service, lane
                self._arrive(day, Arrival(at, event.ticket, event.service, lane, counts=False))
            case e.TicketLeft() if event.ticket not in self._called and not event.flag:
                day.left_out.add(event.ticket)
            case e.TicketCarried() if event.ticket in self._tickets:
                service, lane = self._tickets[event.ticket]
                morning = self._days.setdefault(event.to_on, _Day(event.to_on))
                self._arrive(morning, Arrival(0.0, event.ticket, service, lane, counts=False))
            case e.CounterOpened():
                self._close(day, event.counter, at)  # taken over: one officer after another
                day.open_now[event.counter] = Opening(event.counter, at, NEVER, event.services, _who(event))
            case e.CounterClosed():
                self._close(day, event.counter, at)
            case _:
                pass

    def days(self) -> list[LivedDay]:
        """The days on which somebody came, oldest first."""
        return [_lived(day) for _, day in sorted(self._days.items()) if any(one.counts for one in day.arrivals)]

    def _arrive(self, day: _Day, arrival: Arrival) -> None:
        if any(service.code == arrival.service for service in self.branch.services):
            day.arrivals.append(arrival)
        else:
            day.left_out.add(arrival.ticket)

    def _close(self, day: _Day, counter: str, at: float) -> None:
        opening = day.open_now.pop(counter, None)
        if opening is not None and at > opening.since:
            day.openings.append(replace(opening, until=at))

    def _seconds(self, at: datetime, on: date) -> float:
        midnight = datetime.combine(on, time(0), self.branch.timezone)
        return (at - midnight) / timedelta(seconds=1)


def _who(event: e.CounterOpened | e.TicketCalled) -> str:
    return f"counter:{event.counter}" if event.officer is None else f"officer:{event.officer}"


def _lived(day: _Day) -> LivedDay:
    """Who was open after the last number was issued stays until the hall is empty, however long that takes."""
    openings, staying = list[Opening](), set[str]()
    for opening in (*day.openings, *day.open_now.values()):
        if opening.counter not in staying:
            stays = opening.until >= day.last_issue
            openings.append(replace(opening, until=NEVER) if stays else opening)
            staying |= {opening.counter} if stays else set()
    arrivals = [one for one in day.arrivals if one.ticket not in day.left_out]
    return LivedDay(
        day.on,
        tuple(sorted(arrivals, key=lambda one: (one.at, one.ticket))),
        tuple(sorted(openings, key=lambda one: (one.since, one.counter))),
        len(day.left_out),
    )
