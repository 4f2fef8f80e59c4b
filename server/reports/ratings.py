"""What customers said after their service, one row a ticket (R101): the ticket is named, never a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from server.domain import events as e
from server.domain.branch import Branch
from server.ports import JournalRow
from server.reports.export import Cells, stamp

RATINGS_HEADER = ("business_day", "number", "service", "rated_at", "rating")


def rating_rows(journal: Iterable[JournalRow], branch: Branch) -> Iterator[Cells]:
    """5 (very good) to 1, in order of when it was said first; what was said anew stands in place of it."""
    said: dict[int, tuple[datetime, str, str, int]] = {}
    for row in journal:
        event = row.event
        if isinstance(event, e.TicketRated):
            first_at = said[event.ticket][0] if event.ticket in said else event.at
            said[event.ticket] = (first_at, row.number, event.service, event.rating)
    for at, number, service, rating in said.values():
        yield (branch.business_on(at).isoformat(), number, service, stamp(at), rating)
