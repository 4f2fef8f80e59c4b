"""An officer calls the next customer, or a chosen one with a reason."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import REASON_LENGTH, free, on_duty, short
from server.actions.check_in import pass_over
from server.actions.finish import finish, require_outcome
from server.actions.restore import bring_back
from server.domain.counter import Duty
from server.domain.discipline import Choice
from server.domain.errors import ReasonNeeded
from server.domain.events import TicketCalled
from server.domain.floor import Draft
from server.domain.ticket import Status, Ticket


def call_next(
    draft: Draft, now: datetime, counter: str, *, officer: int | None = None, outcome: str = "done"
) -> Choice | None:
    """Finish whom the counter has in hand (also one who was only called), then call whom the discipline chooses.

    None when nobody waits whom this counter serves; the finish stands. Two counters that ask at once get two
    tickets: each asks inside the branch's turn. Raises UnknownCounter, CounterClosed, CounterTaken, UnknownReason.
    """
    state, duty = on_duty(draft, counter, officer)
    require_outcome(outcome)
    if state.ticket is not None:
        finish(draft, now, counter, officer=officer, outcome=outcome)
        state = draft.counter(counter)
    found = draft.next_for(state, now)
    pass_over(draft, now, state, found[0].ticket if found else None)
    if not found:
        return None
    choice = found[0]
    ticket = _call(draft, now, choice.ticket, counter, duty, choice.why, choice.run)
    return Choice(ticket, choice.why, choice.run)


def call_chosen(
    draft: Draft, now: datetime, counter: str, number: str, reason: str, *, officer: int | None = None
) -> Ticket:
    """Call one number out of turn: a waiting one, or one that missed its call. It shows in the fairness report.

    Raises ReasonNeeded, UnknownTicket, WrongMove (it is at a counter, or held), NotHere and TicketInHand.
    """
    state, duty = free(draft, counter, officer)
    reason = short(reason, REASON_LENGTH, "reason")
    if not reason:
        raise ReasonNeeded(number=number)
    ticket = draft.ticket_numbered(number)
    if ticket.status is Status.NO_SHOW:
        ticket = bring_back(draft, now, number)
    ticket.require("ticket_called")
    return _call(draft, now, ticket, counter, duty, "chosen", state.run, reason)


def _call(
    draft: Draft, now: datetime, ticket: Ticket, counter: str, duty: Duty, why: str, run: int, reason: str = ""
) -> Ticket:
    draft.record(
        TicketCalled(at=now, ticket=ticket.id, counter=counter, officer=duty.officer, why=why, run=run, reason=reason)
    )
    return draft.tickets[ticket.id]
