"""The breach list: every ticket that waited longer than was promised, with the case it belongs to, why, and what was
done about it (R052).

Pure: tickets and what the journal says of promises in danger in, a row a broken promise out; as many as the table of
the promise counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from server.domain.branch import Branch
from server.domain.charter import Promise, verdict
from server.domain.events import Event
from server.domain.recovery import Case
from server.domain.ticket import Ticket
from server.reports.export import Cells
from server.reports.recoveries import KINDS, cases_of

__all__ = ["BREACHES_HEADER", "KINDS", "breach_rows"]

BREACHES_HEADER = (
    "business_day", "number", "service", "measure", "promise_s", "took_s", "over_s", "broken_at", "case", "cause",
    "first_action", "counter", "owner", "time_to_action_s",
)  # fmt: skip
ALERTED_WITHIN = timedelta(minutes=1)
Places = dict[tuple[date, str], list[Case]]


def breach_rows(tickets: Iterable[Ticket], happened: Iterable[tuple[int, Event]], branch: Branch) -> Iterator[Cells]:
    """In the order of the tickets, one for each promise of it that was broken. `case` and what follows is empty where
    the branch was not watched at that moment, and for promises beside the one that leads: none watches them."""
    cases: Places = {}
    for day, case in cases_of(happened, branch):
        cases.setdefault((day, case.service), []).append(case)
    for ticket in tickets:
        service, day = ticket.legs[0].service, ticket.business_on
        for promise in branch.promises_for(service, day):
            if verdict(promise, ticket) is False:
                yield _row(ticket, promise, branch, cases if promise == branch.promise(service, day) else {})


def _row(ticket: Ticket, promise: Promise, branch: Branch, cases: Places) -> Cells:
    first = ticket.legs[0]
    begins, ends = {
        "sojourn": (ticket.issued_at, ticket.ended_at), "wait": (first.joined_at, first.began_at),
    }.get(promise.measure, (first.joined_at, first.called_at))  # fmt: skip
    took = (ends - begins).total_seconds() if ends is not None else 0.0
    broken_at = begins + timedelta(seconds=promise.within_s)
    case = _at(cases.get((branch.business_on(broken_at), first.service), []), broken_at)
    return (
        ticket.business_on.isoformat(), ticket.number, first.service, promise.measure, round(promise.within_s),
        round(took), round(took - promise.within_s),
        broken_at.astimezone(branch.timezone).isoformat(timespec="seconds"),
        *(_told(case) if case is not None else (None, "", "", "", None, None)),
    )  # fmt: skip


def _at(cases: list[Case], at: datetime) -> Case | None:
    """The one that lasted at that moment; promises are looked at every few seconds, so it may begin a little later."""
    begun = [case for case in cases if case.warned_at <= at + ALERTED_WITHIN]
    found = [case for case in begun if case.calmed_at is None or case.calmed_at >= at]
    return found[0] if found else None


def _told(case: Case) -> Cells:
    deed = next((one for one in case.deeds if one.action != "take"), None)
    span = case.time_to_action_s
    return (
        case.id, case.cause, deed.action if deed else "", deed.counter if deed else "", case.owner,
        None if span is None else round(span),
    )  # fmt: skip
