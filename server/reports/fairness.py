"""Calls out of turn: how many each counter made, past whom, and why. The rule is published, and what departs from it.

An officer may call a number that is not next, and says why (T10). One such call is help for somebody; a counter that
makes many is a question for its supervisor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.ticket import Status
from server.ports import JournalRow
from server.reports.export import Cells

FAIRNESS_HEADER = (
    "business_day", "counter", "calls", "out_of_turn", "share", "passed_over", "longest_passed_s", "reasons",
)  # fmt: skip


@dataclass
class Calls:
    """What a counter called on one day. `passed_over`: those of the same service who had come before the one called."""

    calls: int = 0
    out_of_turn: int = 0
    passed_over: int = 0
    longest_passed_s: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)


TURNS_HEADER = (
    "business_day", "called_at", "counter", "number", "service", "passed_over", "longest_passed_s", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutOfTurn:
    """One call out of turn, its reason as it was typed. `passed_over` as `Calls` has it."""

    at: datetime
    counter: str
    number: str
    service: str
    passed_over: int
    longest_passed_s: int | None
    reason: str


class Lines:
    """Who waits for what while a journal is read, row by row. Who waited since before its first row is known from the
    moment at which something happened to the ticket."""

    def __init__(self) -> None:
        self._waiting: dict[int, str] = {}
        self._came: dict[int, datetime] = {}

    def after(self, row: JournalRow) -> list[datetime]:
        """When those came whom this row, a call out of turn, passes over; nobody for any other row."""
        event, waiting, came = row.event, self._waiting, self._came
        ticket = row.seq if isinstance(event, e.TicketIssued) else event.subject
        if ticket is None:
            return []
        came.setdefault(ticket, event.at)
        if _waits(event):
            waiting[ticket] = row.service
        elif not isinstance(event, e.TicketPrinted):
            waiting.pop(ticket, None)
        if not isinstance(event, e.TicketCalled) or not event.reason:
            return []
        mine = came[ticket], ticket
        return [came[i] for i, service in waiting.items() if service == row.service and (came[i], i) < mine]


def out_of_turn(journal: Iterable[JournalRow]) -> Iterator[OutOfTurn]:
    """Every call out of turn, in their order (R075)."""
    lines = Lines()
    for row in journal:
        found = one_of(row, lines.after(row))
        if found is not None:
            yield found


def one_of(row: JournalRow, passed: list[datetime]) -> OutOfTurn | None:
    """The call out of turn that a row is, past those who came at these instants; None: it is none."""
    event = row.event
    if not isinstance(event, e.TicketCalled) or not event.reason:
        return None
    longest = round((event.at - min(passed)).total_seconds()) if passed else None
    return OutOfTurn(event.at, event.counter, row.number, row.service, len(passed), longest, event.reason)


def turn_rows(calls: Iterable[OutOfTurn], branch: Branch) -> Iterator[Cells]:
    for one in calls:
        yield (
            branch.business_on(one.at).isoformat(), one.at.astimezone(branch.timezone).isoformat(timespec="seconds"),
            one.counter, one.number, one.service, one.passed_over, one.longest_passed_s, one.reason,
        )  # fmt: skip


def fairness_rows(journal: Iterable[JournalRow], branch: Branch) -> Iterator[Cells]:
    """One row a business day and counter that called anybody, in their order.

    `longest_passed_s` is how long the one who was passed over had waited, at most, empty where nobody was.
    """
    lines = Lines()
    found: dict[tuple[date, str], Calls] = {}
    for row in journal:
        event, passed = row.event, lines.after(row)
        if isinstance(event, e.TicketCalled):
            calls = found.setdefault((branch.business_on(event.at), event.counter), Calls())
            calls.calls += 1
            if event.reason:
                _count(calls, event, passed)
    for (on, counter), calls in sorted(found.items()):
        yield (
            on.isoformat(), counter, calls.calls, calls.out_of_turn, round(calls.out_of_turn / calls.calls, 3),
            calls.passed_over, round(calls.longest_passed_s) if calls.passed_over else None,
            "|".join(f"{reason} {n}" for reason, n in calls.reasons.most_common()),
        )  # fmt: skip


def _waits(event: e.Event) -> bool:
    """Whether the ticket stands in a line after it."""
    if isinstance(event, e.TicketRestored):
        return event.to == Status.WAITING
    return isinstance(
        event,
        e.TicketIssued | e.TicketTransferred | e.TicketReleased | e.TicketCarried | e.TicketDelayed
        | e.TicketCheckedIn,
    )  # fmt: skip


def _count(calls: Calls, event: e.TicketCalled, passed: list[datetime]) -> None:
    calls.out_of_turn += 1
    calls.reasons[event.reason] += 1
    calls.passed_over += len(passed)
    if passed:
        calls.longest_passed_s = max(calls.longest_passed_s, (event.at - min(passed)).total_seconds())
