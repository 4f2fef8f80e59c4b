"""An officer leaves the counter: for a break with its reason, or for the day."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import REASON_LENGTH, free, short
from server.domain.counter import CounterState
from server.domain.errors import ReasonNeeded
from server.domain.events import CounterClosed, TicketReleased
from server.domain.floor import Draft


def close_counter(
    draft: Draft, now: datetime, counter: str, reason: str, *, officer: int | None = None
) -> CounterState:
    """The counter, closed. Whoever waits for it or its officer alone waits for everybody now.

    Raises ReasonNeeded, TicketInHand (finish, hold or transfer first), CounterClosed.
    """
    state, _ = free(draft, counter, officer)
    reason = short(reason, REASON_LENGTH, "reason")
    if not reason:
        raise ReasonNeeded(counter=counter)
    mine = draft.mine(state)
    for ticket_id in sorted(i for line, ids in draft.lines.items() if line.only in mine for i in ids):
        draft.record(TicketReleased(at=now, ticket=ticket_id))
    draft.record(CounterClosed(at=now, counter=counter, reason=reason))
    return draft.counter(counter)
