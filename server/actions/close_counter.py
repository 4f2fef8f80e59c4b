"""An officer leaves the counter: for a break with its reason, or for the day."""

from __future__ import annotations

from datetime import datetime

from server.actions.at_counter import REASON_LENGTH, free, short
from server.domain.counter import CounterState
from server.domain.errors import ReasonNeeded
from server.domain.events import CounterClosed, TicketReleased
from server.domain.floor import Draft, Floor
from server.domain.hours import Closed


def close_counter(
    draft: Draft, now: datetime, counter: str, reason: str, *, officer: int | None = None
) -> CounterState:
    """The counter, closed. Whoever waits for it or its officer alone waits for everybody now. It may close whoever
    is left; that too few are open over lunch is written down with the closing (T8).

    Raises ReasonNeeded, TicketInHand (finish, hold or transfer first), CounterClosed.
    """
    state, _ = free(draft, counter, officer)
    reason = short(reason, REASON_LENGTH, "reason")
    if not reason:
        raise ReasonNeeded(counter=counter)
    mine = draft.mine(state)
    for ticket_id in sorted(i for line, ids in draft.lines.items() if line.only in mine for i in ids):
        draft.record(TicketReleased(at=now, ticket=ticket_id))
    draft.record(CounterClosed(at=now, counter=counter, reason=reason, left_open=left_short(draft, now)))
    return draft.counter(counter)


def left_short(floor: Floor, now: datetime) -> int | None:
    """How many counters would stay open if one closed now, where that is too few over lunch; None: enough, or no
    lunch, or the branch is closed."""
    branch = floor.branch
    left = floor.counters_open() - 1
    if left >= branch.lunch.minimum or not branch.lunch.is_at(now.astimezone(branch.timezone).time()):
        return None
    is_closed = branch.hours is not None and isinstance(branch.hours.state(now), Closed)
    return None if is_closed else left
