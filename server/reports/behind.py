"""The tickets behind a figure of the history: by the same rules that counted them, so that there are as many.

Pure: which tickets, and whether one is among them. Where to look for them, newest first, is the database's affair
(`sql.behind`), which may leave out early whoever cannot be among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from server.domain.branch import Branch
from server.domain.ticket import Status, Ticket
from server.reports.day_figures import Told, counts_of, served_in, slot_of, spans_of_ticket
from server.reports.figures import FigureBook

MOST_BEHIND = 200
COUNTS = (
    "finished", "no_show", "left", "called", "judged", "kept", "broken", "carried", "sent_on", "wrong", "told",
    "within", "missed", "served",
)  # fmt: skip
"""What a ticket may count as, `served` at a counter or by an officer; `SAID` are found in the journal alone."""
SAID = ("out_of_turn", "rated")
TENTH = 6000
"""Milliseconds; a bar of a distribution begins at a tenth of a minute."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Which tickets a figure tells of; "" and None: all.

    `counter` and `officer` called it, for whatever leg; `sent_to`: it was sent there from `service`. `span` is one of
    figures.SPANS, which took `least` tenths of a minute or more, and less than `below`. `counts` is one of COUNTS or
    SAID; `reason` and `rating` say more of SAID.
    """

    service: str = ""
    lane: str = ""
    channel: str = ""
    counter: str = ""
    officer: int | None = None
    sent_to: str = ""
    status: str = ""
    outcome: str = ""
    weekday: int | None = None
    hour: int | None = None
    span: str = ""
    least: int = 0
    below: int | None = None
    counts: str = ""
    reason: str = ""
    rating: int | None = None

    @property
    def is_of_journal(self) -> bool:
        return self.counts in SAID

    @property
    def wants_told(self) -> bool:
        return self.counts in ("told", "within", "missed")


class Found(NamedTuple):
    """The newest tickets. `since`: how far back was looked; `before`: where to go on, None: there are no others."""

    tickets: list[Ticket]
    since: date | None
    before: int | None


class HistoryBook(FigureBook, Protocol):
    """The figures of the days that have passed, and the tickets behind them."""

    def behind(
        self, first: date, last: date, which: Behind, branch: Branch, before: int | None, enough: Callable[[], bool]
    ) -> Found:
        """At most MOST_BEHIND tickets with ids below `before`, looked for until `enough` says so."""


def is_behind(which: Behind, ticket: Ticket, branch: Branch, told: Told | None) -> bool:
    """What the journal alone knows (SAID) is not asked here."""
    weekday, hour = slot_of(ticket, branch)
    asked = (
        (which.lane, str(ticket.lane)), (which.channel, ticket.channel), (which.status, str(ticket.status)),
    )  # fmt: skip
    if any(wanted and wanted != has for wanted, has in asked):
        return False
    if which.service and not which.sent_to and not _is_of_service(which, ticket):
        return False
    if which.weekday is not None and which.weekday != weekday:
        return False
    if which.counts != "rated" and which.hour is not None and which.hour != hour:
        return False
    if which.outcome and (ticket.status is not Status.FINISHED or ticket.leg.outcome != which.outcome):
        return False
    if (which.counter or which.officer is not None or which.counts == "served") and not _was_called_at(which, ticket):
        return False
    if which.sent_to and not _was_sent(which, ticket):
        return False
    if which.span and not _took(which, ticket):
        return False
    return which.counts in ("", "served", *SAID) or bool(counts_of(ticket, branch, told).get(which.counts))


def _is_of_service(which: Behind, ticket: Ticket) -> bool:
    """The one it was taken for; a call or a rating is of the one that it was called or served for."""
    if which.is_of_journal:
        return any(leg.service == which.service and leg.called_at is not None for leg in ticket.legs)
    return ticket.legs[0].service == which.service


def _was_called_at(which: Behind, ticket: Ticket) -> bool:
    """And, where what was `served` is asked for, was served there too."""
    return any(
        leg.called_at is not None and bool(leg.counter)
        and which.counter in ("", leg.counter) and which.officer in (None, leg.officer)
        and (which.counts != "served" or served_in(leg) is not None)
        for leg in ticket.legs
    )  # fmt: skip


def _was_sent(which: Behind, ticket: Ticket) -> bool:
    return any(
        before.service == which.service and after.service == which.sent_to
        for before, after in zip(ticket.legs, ticket.legs[1:], strict=False)
    )


def _took(which: Behind, ticket: Ticket) -> bool:
    ms = spans_of_ticket(ticket).get(which.span)
    return ms is not None and ms >= which.least * TENTH and (which.below is None or ms < which.below * TENTH)
