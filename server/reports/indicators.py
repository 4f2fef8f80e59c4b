"""What the guideline's Jadual 1 wants to be judged, added up day by day from the tickets and the journal alone.

What no counter system can see (telephones, forms, smiles, chairs) is left open, and the page says where to find it.

    counters opened on time    planned duties of the roster whose counter was open when they began (R065)
    disruptions                what was down, or announced to be, and for how long of the opening hours (R066)
    waits                      to the call and to the end of the visit (R069, R070)
    channels                   how the numbers were taken (R071)
    one transaction            finished visits that nobody had to send on (R072)
    clear guides               services that were left for another within two minutes: the wrong one was chosen (R073)
    right the first time       outcomes: done, referred, come again (R074, R078)
    fair                       calls out of turn, each with the reason that was typed (R075)
    recovery                   promises that were in danger: why, and how soon somebody acted (R040, R041)
    friendly                   what customers said after their service (R076)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

from server.domain import events as e
from server.domain import recovery
from server.domain.branch import Branch
from server.domain.measures import between, telling
from server.domain.recovery import Case
from server.domain.ticket import Status, Ticket
from server.ports import JournalRow
from server.reports.daily import percentile
from server.reports.disruptions import Disruption, noted, together_s
from server.reports.fairness import Lines, OutOfTurn, one_of

WRONG_SERVICE_S = 120.0
"""Who is sent on so soon after the service began had chosen the wrong one (R073)."""
LEAST_TOLD = 5
"""Of fewer answers nothing is told: a mean would say who it was (D7)."""
HAD_TO_WAIT_S = 60.0

Json = dict[str, Any]


@dataclass
class Indicators:
    """What has been counted so far; spans in seconds."""

    tickets: int = 0
    finished: int = 0
    no_show: int = 0
    left: int = 0
    sent_on: int = 0
    wrong_service: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    wait_to_call: list[float] = field(default_factory=list)
    sojourn: list[float] = field(default_factory=list)
    duties: int = 0
    on_time: int = 0
    never_open: int = 0
    late: list[float] = field(default_factory=list)
    calls: int = 0
    out_of_turn: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    turns: list[OutOfTurn] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    plays: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    disruptions: dict[int, Disruption] = field(default_factory=dict)
    ratings: dict[int, tuple[str, int]] = field(default_factory=dict)
    told: int = 0
    held: int = 0
    under: int = 0
    errors: list[float] = field(default_factory=list)
    _until: datetime | None = None
    _branch: Branch | None = None
    _waits: dict[int, tuple[datetime, tuple[int, ...]]] = field(default_factory=dict)

    def add_tickets(self, tickets: Iterable[Ticket]) -> None:
        for ticket in tickets:
            found = telling(ticket)
            self.tickets += 1
            self.channels[ticket.channel] += 1
            self.no_show += ticket.status is Status.NO_SHOW
            self.left += ticket.status is Status.LEFT
            transferred = [leg for leg in ticket.legs if leg.outcome == "transferred"]
            self.wrong_service += any(
                (took := between(leg.began_at, leg.ended_at)) is not None and took <= WRONG_SERVICE_S
                for leg in transferred
            )
            if ticket.status is Status.FINISHED:
                self.finished += 1
                self.sent_on += bool(transferred)
                self.outcomes[ticket.leg.outcome] += 1
            for span, values in ((found.wait_to_call, self.wait_to_call), (found.sojourn, self.sojourn)):
                if span is not None:
                    values.append(span)

    def add_journal(self, day: date, journal: Iterable[JournalRow], branch: Branch) -> None:
        """What happened on a business day."""
        opened: dict[str, list[tuple[datetime, bool]]] = {}
        lines, cases = Lines(), recovery.Cases()
        for row in journal:
            event = row.event
            noted(self.disruptions, row.seq, event, branch)
            if (turn := one_of(row, lines.after(row))) is not None:
                self.turns.append(turn)
            cases = recovery.after(cases, row.seq, event)
            match event:
                case e.CounterOpened() | e.CounterClosed():
                    opened.setdefault(event.counter, []).append((event.at, isinstance(event, e.CounterOpened)))
                case e.TicketIssued():
                    if event.told and not event.only:
                        self._waits[row.seq] = event.tapped_at or event.at, event.told
                case e.TicketCalled():
                    self._called(event)
                case e.NoticeMade():
                    self.notices[event.template or "free"] += 1
                case e.TicketRated():
                    self.ratings[event.ticket] = event.service, event.rating
                case e.PlayBegan():
                    self.plays += 1
                case _:
                    pass
        self.cases += cases
        self._branch, self._until = branch, branch.day_ends_at(day)
        self._waits.clear()
        self._duties(day, opened, branch)

    def _called(self, event: e.TicketCalled) -> None:
        self.calls += 1
        if event.reason:
            self.out_of_turn += 1
            self.reasons[event.reason] += 1
        issued = self._waits.pop(event.ticket, None)
        if issued is None:
            return
        low, likely, high = issued[1]
        wait = (event.at - issued[0]).total_seconds()
        if max(likely, wait) < HAD_TO_WAIT_S:
            return
        self.told += 1
        self.held += low <= wait <= high
        self.under += wait <= high
        self.errors.append(abs(likely - wait))

    def _duties(self, day: date, opened: dict[str, list[tuple[datetime, bool]]], branch: Branch) -> None:
        """Hold the roster against the counters; a day on which the branch is closed has no duties."""
        if branch.hours is not None and not branch.hours.on(day).spans:
            return
        midnight = datetime.combine(day, time(0), branch.timezone)
        for duty in branch.duties_on(day):
            planned_at = (midnight + timedelta(minutes=duty.opens)).astimezone(UTC)
            until = (midnight + timedelta(minutes=duty.closes)).astimezone(UTC)
            self.duties += 1
            late = _late(opened.get(duty.counter, []), planned_at, until)
            if late is None:
                self.never_open += 1
            elif late == 0:
                self.on_time += 1
            else:
                self.late.append(late)

    def _recovery(self) -> Json:
        """`foreseen`: warned of before the promise was broken; a cause that nobody gave is ""."""
        acted = [span for case in self.cases if (span := case.time_to_action_s) is not None]
        return {
            "cases": len(self.cases), "broken": sum(case.breached_at is not None for case in self.cases),
            "foreseen": sum(case.is_foreseen for case in self.cases),
            "causes": dict(Counter(case.cause for case in self.cases).most_common()),
            "acted": len(acted), "action_p50_s": _whole(percentile(acted, 50)),
            "action_p90_s": _whole(percentile(acted, 90)), "plays": self.plays,
        }  # fmt: skip

    def as_json(self) -> Json:
        """JSON values; shares from 0 to 1, spans in whole seconds, None where there is nothing to say."""
        down_s = 0.0
        if self._branch is not None and self._until is not None:
            down_s = together_s(self._branch, self.disruptions.values(), self._until)
        return {
            "tickets": self.tickets, "finished": self.finished, "no_show": self.no_show, "left": self.left,
            "duties": self.duties, "on_time": self.on_time, "never_open": self.never_open,
            "late_s": _whole(median(self.late) if self.late else None),
            "disruptions": len(self.disruptions), "down_s": round(down_s),
            "disrupted": dict(Counter(one.what for one in self.disruptions.values()).most_common()),
            "waits": len(self.wait_to_call), "wait_p50_s": _whole(percentile(self.wait_to_call, 50)),
            "wait_p90_s": _whole(percentile(self.wait_to_call, 90)),
            "visits": len(self.sojourn), "visit_p50_s": _whole(percentile(self.sojourn, 50)),
            "visit_p90_s": _whole(percentile(self.sojourn, 90)),
            "channels": dict(self.channels.most_common()), "sent_on": self.sent_on,
            "wrong_service": self.wrong_service, "outcomes": dict(self.outcomes.most_common()),
            "calls": self.calls, "out_of_turn": self.out_of_turn, "reasons": dict(self.reasons.most_common()),
            "turns": [turn_json(one) for one in self.turns], "recovery": self._recovery(),
            "notices": dict(self.notices.most_common()),
            "ratings": _ratings(self.ratings.values()),
            "estimates": {
                "n": self.told, "held": self.held, "under": self.under,
                "typical_s": _whole(median(self.errors) if self.errors else None),
            },
        }  # fmt: skip


def turn_json(one: OutOfTurn) -> list[Any]:
    """As a pack keeps it."""
    return [
        one.at.isoformat(timespec="seconds"), one.counter, one.number, one.service, one.passed_over,
        one.longest_passed_s, one.reason,
    ]  # fmt: skip


def turns_of(figures: Mapping[str, Any]) -> list[OutOfTurn]:
    """Back from there; a pack of an older version has none."""
    return [OutOfTurn(datetime.fromisoformat(at), *rest) for at, *rest in figures.get("turns", [])]


def _late(turns: Iterable[tuple[datetime, bool]], planned_at: datetime, until: datetime) -> float | None:
    """Seconds by which a counter opened after its duty began; 0: it was open, None: it was not open at all."""
    is_open = False
    for at, opens in turns:
        if at <= planned_at:
            is_open = opens
        elif is_open:
            return 0.0
        elif opens:
            return (at - planned_at).total_seconds() if at < until else None
    return 0.0 if is_open else None


def _ratings(said: Iterable[tuple[str, int]]) -> list[Json]:
    """By service, then of all (`service` ""); groups of fewer than LEAST_TOLD have no mean."""
    by_service: dict[str, list[int]] = {}
    for service, rating in said:
        by_service.setdefault(service, []).append(rating)
        by_service.setdefault("", []).append(rating)
    return [
        {"service": service, "n": len(found),
         "mean": round(sum(found) / len(found), 2) if len(found) >= LEAST_TOLD else None}
        for service, found in sorted(by_service.items(), key=lambda one: (not one[0], one[0]))
    ]  # fmt: skip


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
