"""The business day ends: nobody who still waits is dropped; each is carried over, or closed with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.actions.at_counter import REASON_LENGTH, short
from server.actions.check_in import NEVER_CAME
from server.actions.finish import end_service
from server.domain.branch import Branch
from server.domain.counter import CounterState
from server.domain.errors import DecisionNeeded, ReasonNeeded, StillServing, UnknownReason
from server.domain.events import CounterClosed, DayClosed, TicketCarried, TicketLeft
from server.domain.floor import Draft, Floor
from server.domain.ticket import Status, Ticket

LOOK_AHEAD_DAYS = 31
AT_WORK = timedelta(hours=2)
"""A counter that did something so lately when the day turned has an officer who works through the night."""


@dataclass(frozen=True, slots=True)
class ClosedDay:
    business_on: date
    carried: int
    closed: int


def close_day(
    draft: Draft, now: datetime, waiting: str = "", reason: str = "", *, unattended: bool = False
) -> ClosedDay:
    """Close every counter and decide about everybody who is still open.

    `waiting`: "carry" (they keep number and place) or "close" (with `reason`). Whoever joined from outside and did not
    come to the office is not carried: their number is given up. Raises StillServing, DecisionNeeded,
    ReasonNeeded, UnknownReason.

    At the turn of the day nobody is there to ask. `unattended` closes the counters that an earlier day left open and
    ends their services, marked so that they spoil no mean; who was only called waits again, and what a person
    decided before about whom to carry over stands. Where officers work through the night, they and all who wait are
    left alone.
    """
    if waiting not in ("", "carry", "close"):
        raise UnknownReason(waiting=waiting)
    reason = short(reason, REASON_LENGTH, "reason")
    today = draft.branch.business_on(now)
    closing = draft.business_on if draft.seq else today
    counters = left_open(draft, now) if unattended else [s for s in draft.counters.values() if s.is_open]
    counters.sort(key=lambda state: state.code)
    undecided = left_over(draft, now) if unattended else list(draft.open_tickets())
    never_came = [ticket for ticket in undecided if ticket.is_absent]
    undecided = [ticket for ticket in undecided if not ticket.is_absent]
    for state in counters:
        ticket = draft.serving(state.code)
        if ticket is not None and not unattended:
            raise StillServing(counters=", ".join(s.code for s in counters if s.ticket is not None))
        if ticket is not None and ticket.status is Status.SERVING:
            end_service(draft, now, ticket, state.code, "done", flag="unattended")
    if undecided and not waiting:
        raise DecisionNeeded(waiting=len(undecided))
    if undecided and waiting == "close" and not reason:
        raise ReasonNeeded(waiting=len(undecided))
    morning = _next_open_day(draft.branch, today if unattended else max(closing + timedelta(days=1), today))
    left = {"reason": f"day_closed: {reason}", "flag": "unattended" if unattended else ""}
    for ticket in never_came:
        draft.record(TicketLeft(at=now, ticket=ticket.id, reason=NEVER_CAME, flag=left["flag"]))
    for ticket in sorted(undecided, key=lambda t: t.id):
        if waiting == "carry":
            draft.record(TicketCarried(at=now, ticket=ticket.id, counter=ticket.counter, to_on=morning))
        else:
            draft.record(TicketLeft(at=now, ticket=ticket.id, counter=ticket.counter, **left))
    for state in counters:
        draft.record(CounterClosed(at=now, counter=state.code, reason="end"))
    draft.record(DayClosed(at=now, business_on=closing))
    carried = len(undecided) if waiting == "carry" else 0
    return ClosedDay(closing, carried, len(undecided) - carried + len(never_came))


def left_open(floor: Floor, now: datetime) -> list[CounterState]:
    """The counters that an earlier day left open and where nobody has been at work since."""
    return [state for state in _since_earlier(floor, now) if not _is_at_work(floor, state, now)]


def left_over(floor: Floor, now: datetime) -> list[Ticket]:
    """The open tickets that an earlier day left undecided.

    Who was called where nobody is at work; and, unless some counter works through the night, everybody who came on
    an earlier day and was not carried over to this one or a later.
    """
    today, abandoned = floor.branch.business_on(now), left_open(floor, now)
    called = {state.ticket for state in abandoned}
    works_through = len(abandoned) < len(_since_earlier(floor, now))
    return [
        ticket
        for ticket in floor.open_tickets()
        if (ticket.status is Status.CALLED and ticket.id in called)
        or (
            ticket.status in (Status.WAITING, Status.HELD)
            and (ticket.carried_on or ticket.business_on) < today
            and not works_through
        )
    ]


def _since_earlier(floor: Floor, now: datetime) -> list[CounterState]:
    today = floor.branch.business_on(now)
    return [s for s in floor.counters.values() if s.duty and floor.branch.business_on(s.duty.opened_at) < today]


def _is_at_work(floor: Floor, state: CounterState, now: datetime) -> bool:
    last = state.idle_since
    if state.ticket is not None:
        leg = floor.tickets[state.ticket].leg
        last = max((at for at in (leg.last_called_at, leg.began_at) if at is not None), default=None)
    branch = floor.branch
    return last is not None and (now - last < AT_WORK or branch.business_on(last) == branch.business_on(now))


def _next_open_day(branch: Branch, day: date) -> date:
    """`day`, or the next on which the branch opens; `day` when there is none for a month."""
    days = (day + timedelta(days=n) for n in range(LOOK_AHEAD_DAYS))
    return next((d for d in days if branch.hours is None or branch.hours.on(d).spans), day)
