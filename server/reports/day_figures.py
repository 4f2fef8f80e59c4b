"""A day added up: what its tickets and its journal say, by service, hour, lane, channel, counter, officer.

Pure. What is a count of a ticket and which groups it belongs to stands here once (`counts_of`, `spans_of_ticket`), and
the numbers behind a figure are looked for by the same rules (`server.reports.behind`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple, Protocol

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.charter import verdict
from server.domain.measures import between, telling, telling_leg
from server.domain.ticket import Leg, Status, Ticket
from server.ports import JournalRow
from server.reports.covers import spans_of
from server.reports.fairness import Lines
from server.reports.figures import KEPT, SPANS, Cell, FigureBook, Figures, Spread
from server.reports.indicators import HAD_TO_WAIT_S, WRONG_SERVICE_S


class Past(Protocol):
    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]: ...

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]: ...


class Told(NamedTuple):
    """The wait that a customer was told, in seconds."""

    likely: int
    high: int


def day_figures(tickets: Iterable[Ticket], journal: Iterable[JournalRow], branch: Branch) -> Figures:
    """What is kept of a day; of several days it is the sum of theirs."""
    found: Figures = {}
    told: dict[int, Told] = {}
    for on, rows in groupby(journal, key=lambda row: branch.business_on(row.event.at)):
        _Day(found, told, branch).read(on, rows)
    for ticket in tickets:
        _ticket(found, ticket, branch, told.get(ticket.id))
    return found


def keep_step(book: FigureBook, records: Past, branch: Branch, today: date, settled: datetime) -> bool:
    """Keep the figures of the first day that is over for good and is not kept yet. False: there is none."""
    day = book.next_day(today, settled)
    if day is None:
        return False
    book.keep(day, day_figures(records.tickets_between(day, day), records.journal_between(day, day), branch))
    return True


def counts_of(ticket: Ticket, branch: Branch, told: Told | None) -> dict[str, int]:
    """What a ticket counts as, 1 or 0 each."""
    first = ticket.legs[0]
    promise = branch.promise(first.service, ticket.business_on)
    kept = verdict(promise, ticket) if promise is not None else None
    is_finished = ticket.status is Status.FINISHED
    counts = {
        "issued": 1, "finished": int(is_finished), "no_show": int(ticket.status is Status.NO_SHOW),
        "left": int(ticket.status is Status.LEFT), "called": int(first.called_at is not None),
        "judged": int(kept is not None), "kept": int(kept is True), "broken": int(kept is False),
        "carried": int(ticket.carried_on is not None),
        "sent_on": int(is_finished and any(leg.outcome == "transferred" for leg in ticket.legs)),
        "wrong": int(any(_was_wrong(leg) for leg in ticket.legs)),
    }  # fmt: skip
    wait = telling(ticket).wait_to_call
    if told is not None and wait is not None and max(wait, told.likely) >= HAD_TO_WAIT_S:
        counts |= {"told": 1, "within": int(wait <= told.high), "missed": int(wait > told.high)}
    return counts


def spans_of_ticket(ticket: Ticket) -> dict[str, int | None]:
    """In milliseconds."""
    spans = telling(ticket)
    return {name: _ms(getattr(spans, name)) for name in SPANS}


def served_in(leg: Leg) -> int | None:
    """Milliseconds of service at the counter that called it."""
    return _ms(telling_leg(leg).service)


def told_by(event: e.TicketIssued) -> Told | None:
    """What can be held against what happened: not what was told to somebody who was not here yet."""
    return Told(event.told[1], event.told[2]) if event.told and not event.only else None


def slot_of(ticket: Ticket, branch: Branch) -> tuple[int, int]:
    """The weekday of its business day, and the hour of its issue by the branch's clock."""
    return ticket.business_on.weekday(), ticket.issued_at.astimezone(branch.timezone).hour


def _was_wrong(leg: Leg) -> bool:
    """Sent on so soon after the service began: the wrong one had been chosen (R073)."""
    took = between(leg.began_at, leg.ended_at)
    return leg.outcome == "transferred" and took is not None and took <= WRONG_SERVICE_S


def _ticket(found: Figures, ticket: Ticket, branch: Branch, told: Told | None) -> None:
    first = ticket.legs[0]
    counts, known = counts_of(ticket, branch, told), spans_of_ticket(ticket)
    wait = known["wait_to_call"]
    if told is not None and wait is not None and "told" in counts:
        known["error"] = abs(told.likely * 1000 - wait)
    weekday, hour = slot_of(ticket, branch)
    for place in (
        ("all", ""), ("service", first.service), ("slot", f"{weekday}-{hour:02d}"), ("lane", str(ticket.lane)),
        ("channel", ticket.channel),
    ):  # fmt: skip
        cell = found.setdefault(place, Cell())
        _count(cell, counts)
        _spread(cell, {name: known.get(name) for name in KEPT[place[0]]})
    if ticket.status is Status.FINISHED:
        _count(found.setdefault(("outcome", ticket.leg.outcome), Cell()), {"n": 1})
    for before, leg in zip((None, *ticket.legs), ticket.legs, strict=False):
        if before is not None and before.service != leg.service:
            _count(found.setdefault(("flow", f"{before.service}>{leg.service}"), Cell()), {"n": 1})
        if leg.counter and leg.called_at is not None:
            took = served_in(leg)
            groups = [("counter", leg.counter)] + ([("officer", str(leg.officer))] if leg.officer is not None else [])
            for place in groups:
                cell = found.setdefault(place, Cell())
                _count(cell, {"served": int(took is not None)})
                _spread(cell, {"service": took})


@dataclass
class _Day:
    """The journal of one business day."""

    found: Figures
    told: dict[int, Told]
    branch: Branch

    def read(self, on: date, rows: Iterable[JournalRow]) -> None:
        turns, lines, last = list[e.Event](), Lines(), dict[str, datetime]()
        said: dict[int, e.TicketRated] = {}
        for row in rows:
            event, passed = row.event, lines.after(row)
            last[getattr(event, "counter", "")] = event.at
            match event:
                case e.TicketIssued():
                    if (told := told_by(event)) is not None:
                        self.told[row.seq] = told
                case e.TicketCalled():
                    self._called(event, row.service, len(passed))
                case e.TicketRated():
                    said[event.ticket] = event
                case e.CounterOpened() | e.CounterClosed():
                    turns.append(event)
                case _:
                    pass
        for event in said.values():
            self._rated(event)
        # Who went home without closing it was there until the last thing that was done at it.
        end = self.branch.day_ends_at(on)
        left_open = [counter for counter, spans in spans_of(turns, end).items() if spans[-1][1] == end]
        turns += [e.CounterClosed(at=last[counter], counter=counter, reason="") for counter in left_open]
        for counter, spans in spans_of(turns, end).items():
            open_ms = sum(_ms((closed - opened).total_seconds()) or 0 for opened, closed in spans)
            self._add("counter", counter, {"open_ms": open_ms})

    def _called(self, event: e.TicketCalled, service: str, passed: int) -> None:
        counts = {"calls": 1, "out_of_turn": int(bool(event.reason)), "passed_over": passed}
        self._add("all", "", counts)
        self._add("service", service, counts)
        self._add("counter", event.counter, counts)
        if event.reason:
            self._add("reason", event.reason, {"n": 1})

    def _rated(self, event: e.TicketRated) -> None:
        counts = {"n": 1, "sum": event.rating, str(event.rating): 1}
        self._add("rating", "", counts)
        self._add("rating", event.service, counts)
        self._add("rating_hour", f"{event.at.astimezone(self.branch.timezone).hour:02d}", counts)

    def _add(self, by: str, of: str, counts: Mapping[str, int]) -> None:
        _count(self.found.setdefault((by, of), Cell()), counts)


def _count(cell: Cell, counts: Mapping[str, int]) -> None:
    for name, n in counts.items():
        if n:
            cell.counts[name] += n


def _spread(cell: Cell, known: Mapping[str, int | None]) -> None:
    for name, ms in known.items():
        if ms is not None:
            cell.spans.setdefault(name, Spread()).add(ms)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
