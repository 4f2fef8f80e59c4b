"""A day as the look-ahead learns from it: what took how long, who was gone when called, who came when.

`Reader` follows a branch's events and keeps the `Lessons` of each day that is over and the `Diary` of the one that is
being lived. What a night has made meaningless, services whose end nobody saw and customers who were not served teach
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.breaks import planned_minutes
from server.domain.floor import Draft, Floor
from server.domain.forecast import LAW_LEVELS
from server.domain.hall import GONE_S
from server.domain.law import SLOT_S
from server.domain.measures import between, taught
from server.domain.queue import Lane
from server.domain.ticket import OUTSIDE, Leg, Ticket

AT_ONCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A wait that was told at the issue, beside what happened. Seconds; `slot` is the half hour of the issue.

    `place` says where in the forecast's law the wait fell: 0.5 is its middle, evenly spread if the law is true.
    """

    service: str
    kind: int
    slot: int
    low: float
    likely: float
    high: float
    wait: float
    place: float

    @property
    def held(self) -> bool:
        """Whether the range that was told has held."""
        return self.low <= self.wait <= self.high

    @property
    def had_to_wait(self) -> bool:
        """Nobody is told anything worth measuring who is called as soon as the officer looks up."""
        return max(self.likely, self.wait) >= AT_ONCE_S


@dataclass(slots=True)
class Lessons:
    """One business day. Seconds; `services` are (service, who served, seconds), `calls` (wait, gone when called),
    `breaks` (planned, took; planned 0 for a short one), `issued` counts by "slot service kind", `unpressed` the
    services whose begin nobody told, `joined` who took a number from outside (whether they came)."""

    on: date
    services: list[tuple[str, str, float]] = field(default_factory=list)
    calls: list[tuple[float, bool]] = field(default_factory=list)
    walks: list[float] = field(default_factory=list)
    gone_s: list[float] = field(default_factory=list)
    breaks: list[tuple[float, float]] = field(default_factory=list)
    issued: dict[tuple[int, str, int], int] = field(default_factory=dict)
    answers: list[Answered] = field(default_factory=list)
    unpressed: int = 0
    joined: list[bool] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "services": [[s, who, round(x, 1)] for s, who, x in self.services],
            "calls": [[round(w, 1), int(gone)] for w, gone in self.calls],
            "walks": [round(x, 1) for x in self.walks],
            "gone_s": [round(x, 1) for x in self.gone_s],
            "breaks": [[planned, round(took, 1)] for planned, took in self.breaks],
            "issued": [[*key, count] for key, count in self.issued.items()],
            "unpressed": self.unpressed,
            "joined": [int(came) for came in self.joined],
            "answers": [
                [a.service, a.kind, a.slot, a.low, a.likely, a.high, round(a.wait, 1), round(a.place, 3)]
                for a in self.answers
            ],
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Lessons:
        return cls(
            date.fromisoformat(found["on"]),
            [(s, who, float(x)) for s, who, x in found["services"]],
            [(float(w), bool(gone)) for w, gone in found["calls"]],
            [float(x) for x in found["walks"]],
            [float(x) for x in found["gone_s"]],
            [(float(planned), float(took)) for planned, took in found["breaks"]],
            {(int(slot), str(s), int(kind)): int(n) for slot, s, kind, n in found["issued"]},
            [Answered(*answer) for answer in found["answers"]],
            int(found["unpressed"]),
            [bool(came) for came in found.get("joined", ())],  # the lessons of an earlier version have none
        )


@dataclass(slots=True)
class Diary:
    """The lessons of the day that is being lived, and what a look-ahead must know of it: the breaks begun so far."""

    lessons: Lessons
    began_at: datetime | None = None
    begun: dict[str, list[str]] = field(default_factory=dict)
    _closed: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _told: dict[int, e.TicketIssued] = field(default_factory=dict)

    def see(self, event: e.Event, floor: Floor, ticket: Ticket | None, seq: int) -> None:
        """Take note of an event; `floor` and `ticket` are as it left them."""
        self.began_at = self.began_at or event.at
        match event:
            case e.TicketIssued():
                self._issued(event, floor.branch)
                if event.told:
                    self._told[seq] = event
            case e.CounterClosed():
                self._closed[event.counter] = (event.at, event.reason)
                self.begun.setdefault(event.counter, []).append(event.reason)
            case e.CounterOpened():
                self._reopened(event, floor.branch)
            case _:
                if ticket is not None:
                    self._of_ticket(event, ticket, floor.branch)

    def told_at_issue(self, ticket: int) -> e.TicketIssued | None:
        """The issue of a ticket that has not been called yet, if it was told anything."""
        return self._told.get(ticket)

    def read(self, ticket: Ticket, branch: Branch) -> None:
        """Take note of a ticket whose events were not seen, as far as it has come."""
        if ticket.legs[0].called_at is not None:
            self._was_told(ticket, branch)
        if ticket.channel in OUTSIDE and not (ticket.is_absent and ticket.is_open):
            self.lessons.joined.append(not ticket.is_absent)
        for leg in ticket.legs:
            if leg.outcome == "no_show":
                self._answered(leg, gone=True)
                self.lessons.gone_s.append(between(leg.called_at, leg.ended_at) or 0.0)
            elif leg.began_at is not None:
                self._came(leg, None if leg.began_assumed else leg.began_at)
                if leg.ended_at is not None:
                    self._served(leg, branch.units(ticket, leg.service))

    def _of_ticket(self, event: e.Event, ticket: Ticket, branch: Branch) -> None:
        match event:
            case e.TicketCalled():
                self._was_told(ticket, branch)
            case e.ServiceBegan():
                self._came(ticket.leg, event.at)
            case e.ServiceEnded():
                if ticket.leg.began_assumed:
                    self._came(ticket.leg, None)
                self._served(ticket.leg, branch.units(ticket, ticket.leg.service))
            case e.TicketTransferred():
                self._served(ticket.legs[-2], branch.units(ticket, ticket.legs[-2].service))
            case e.TicketNoShow():
                self._answered(ticket.leg, gone=True)
                self.lessons.gone_s.append(between(ticket.leg.called_at, event.at) or 0.0)
            case e.TicketCheckedIn():
                self.lessons.joined.append(True)
            case e.TicketLeft() if ticket.is_absent:
                self.lessons.joined.append(False)
            case _:
                pass

    def _was_told(self, ticket: Ticket, branch: Branch) -> None:
        """The first call of a ticket: what it was told beside what it waited."""
        event = self._told.pop(ticket.id, None)
        wait = between(ticket.issued_at, ticket.legs[0].called_at)
        if event is None or wait is None or ticket.legs[0].flag == "overnight":
            return
        low, likely, high = event.told
        self.lessons.answers.append(
            Answered(event.service, branch.policy.kind_of(ticket.lane), slot_of(event.at, branch), low, likely, high,
                     wait, place_of(wait, event.law))
        )  # fmt: skip

    def _issued(self, event: e.TicketIssued, branch: Branch) -> None:
        key = (slot_of(event.at, branch), event.service, branch.policy.kind_of(Lane(event.lane)))
        self.lessons.issued[key] = self.lessons.issued.get(key, 0) + 1

    def _came(self, leg: Leg, began_at: datetime | None) -> None:
        self._answered(leg, gone=False)
        self.lessons.unpressed += began_at is None
        walk = between(leg.called_at, began_at)
        if walk is not None and leg.calls == 1:
            self.lessons.walks.append(walk)

    def _answered(self, leg: Leg, *, gone: bool) -> None:
        wait = between(leg.joined_at, leg.called_at)
        if wait is not None and leg.flag != "overnight":
            self.lessons.calls.append((wait, gone))

    def _served(self, leg: Leg, units: int) -> None:
        seconds = taught(leg, units)
        if seconds is not None:
            self.lessons.services.append((leg.service, who(leg), seconds))

    def _reopened(self, event: e.CounterOpened, branch: Branch) -> None:
        closed = self._closed.pop(event.counter, None)
        if closed is None or closed[1] == "end":
            return
        closed_at, reason = closed
        took, nth = (event.at - closed_at).total_seconds(), self.begun[event.counter].count(reason)
        plan = [pause for duty in branch.duties_on(self.lessons.on) if duty.counter == event.counter
                for pause in duty.breaks]  # fmt: skip
        planned = 60 * planned_minutes(plan, reason, nth)
        if took < GONE_S + planned:  # else it was no break: nobody would have counted on that counter any more
            self.lessons.breaks.append((planned, took))


def slot_of(at: datetime, branch: Branch) -> int:
    """The half hour of the local day."""
    local = at.astimezone(branch.timezone)
    return int((local.hour * 3600 + local.minute * 60 + local.second) // SLOT_S)


def place_of(wait: float, law: Sequence[float]) -> float:
    """Where in a law, known at LAW_LEVELS, a wait lies; half-way between its last level and the end beyond it.

    Of equal points the middle: a wait of 0 that was told as 0 is no surprise.
    """
    if len(law) != len(LAW_LEVELS):
        return 0.5
    below = float(np.interp(wait - 0.5, law, LAW_LEVELS, left=LAW_LEVELS[0] / 2, right=(1 + LAW_LEVELS[-1]) / 2))
    above = float(np.interp(wait + 0.5, law, LAW_LEVELS, left=LAW_LEVELS[0] / 2, right=(1 + LAW_LEVELS[-1]) / 2))
    return (below + above) / 2


def lessons_of(branch: Branch, on: date, tickets: Iterable[Ticket], journal: Iterable[tuple[int, e.Event]]) -> Diary:
    """The diary of a day from what the records have of it: its tickets as they stand, and its journal in order."""
    diary, floor = Diary(Lessons(on)), Floor(branch)
    for seq, event in journal:
        if isinstance(event, e.TicketIssued | e.CounterOpened | e.CounterClosed):
            diary.see(event, floor, None, seq)
    for ticket in tickets:
        diary.read(ticket, branch)
    return diary


def who(leg: Leg) -> str:
    """Who served a leg, as `Law.speed` knows it."""
    return f"counter:{leg.counter}" if leg.officer is None else f"officer:{leg.officer}"


@dataclass(slots=True)
class Reader:
    """Follows a branch's events: keeps its floor, and the lessons of each day that is over.

    `today` is the day of the last event; `past` are the days before it, oldest first.
    """

    draft: Draft
    past: list[Lessons] = field(default_factory=list)
    today: Diary | None = None

    def see(self, event: e.Event, seq: int | None = None) -> int:
        """Let an event happen; returns its seq. Raises WrongMove where it cannot follow, and then nothing has."""
        draft = self.draft
        if seq is not None:
            draft.seq = seq - 1
        seq = draft.record(event)
        ticket = draft.changed.get(seq if isinstance(event, e.TicketIssued) else event.subject or 0)
        draft.events.clear()
        draft.changed.clear()
        draft.changed_counters.clear()
        self._turn(draft.branch.business_on(event.at))
        assert self.today is not None
        self.today.see(event, draft, ticket, seq)
        return seq

    def _turn(self, on: date) -> None:
        if self.today is None or on > self.today.lessons.on:
            if self.today is not None:
                self.past.append(self.today.lessons)
            self.today = Diary(Lessons(on))
