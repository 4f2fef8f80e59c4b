"""A customer goes on to another service, counter or officer: the number, the history and the place stay (R020)."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import NOTE_LENGTH, in_hand, on_duty, short
from server.domain.counter import CounterState
from server.domain.discipline import before
from server.domain.errors import Malformed
from server.domain.events import TicketReleased, TicketTransferred
from server.domain.floor import Draft, Floor
from server.domain.queue import ABSENT
from server.domain.ticket import Ticket

POSITIONS = ("arrival", "first", "last")


def transfer(
    draft: Draft,
    now: datetime,
    counter: str,
    *,
    officer: int | None = None,
    to_service: str | None = None,
    to_counter: str | None = None,
    to_officer: int | None = None,
    position: str = "arrival",
    note: str = "",
) -> Ticket:
    """The ticket, waiting again. A counter or an officer may be combined with a service, else the service stays.

    `position`: by its arrival (it keeps its place), last (as if it came now), or first: before all who wait there
    now, as far as the rule lets its lane go (never before an emergency). Raises Malformed when no aim is given,
    UnknownService, UnknownCounter, NoTicketInHand, TooLong (note over 200).
    """
    _, duty = on_duty(draft, counter, officer)
    ticket = in_hand(draft, counter, officer)
    if to_service is None and to_counter is None and to_officer is None:
        raise Malformed(wanted="service, counter or officer")
    if to_counter is not None and to_officer is not None:
        raise Malformed(wanted="a counter or an officer, not both")
    if position not in POSITIONS:
        raise Malformed(position=position)
    service = draft.branch.service(to_service or ticket.service).code
    only = ""
    if to_counter is not None:
        only = f"counter:{draft.branch.counter(to_counter).code}"
    elif to_officer is not None:
        only = f"officer:{to_officer}"
    rank_at = ticket.rank_at
    if position == "last":
        rank_at = now
    elif position == "first":
        rank_at = before(draft.branch.policy, ticket.lane, _heads(draft, service, only), rank_at)
    draft.record(
        TicketTransferred(
            at=now, ticket=ticket.id, counter=counter, service=service, only=only, rank_at=rank_at,
            note=short(note, NOTE_LENGTH, "note"), officer=duty.officer,
        )
    )  # fmt: skip
    return draft.tickets[ticket.id]


def release_untaken(draft: Draft, now: datetime) -> int:
    """Transfers to one counter or officer that nobody took up in time go back (T6). Returns how many."""
    late = untaken(draft, now)
    for ticket, only in late:
        draft.record(TicketReleased(at=now, ticket=ticket.id, only=only))
    return len(late)


def untaken(floor: Floor, now: datetime) -> list[tuple[Ticket, str]]:
    """What was sent to one counter or officer and not taken up in time, each with whom it waits for now.

    For who sent it, who knows the customer: the officer, wherever on duty; where the officer is unknown, the counter.
    For everybody ("") if that one is not there, and in any case after twice the time.
    """
    limit = timedelta(seconds=floor.branch.calling.transfer_timeout_s)
    found = []
    for ticket_id in sorted(i for line, ids in floor.lines.items() if line.only not in ("", ABSENT) for i in ids):
        ticket = floor.tickets[ticket_id]
        waited = now - ticket.leg.joined_at
        only = _sender(floor, ticket) if waited < 2 * limit else ""
        if waited >= limit and only != ticket.only:
            found.append((ticket, only))
    return found


def came_back(floor: Floor, state: CounterState, now: datetime) -> list[Ticket]:
    """Those who wait for this counter or its officer again, because nobody took them up where they were sent."""
    limit = timedelta(seconds=floor.branch.calling.transfer_timeout_s)
    mine = floor.mine(state)
    waiting = (floor.tickets[i] for line, ids in floor.lines.items() if line.only in mine for i in ids)
    return [t for t in waiting if now - t.leg.joined_at >= limit and _sender(floor, t) == t.only]


def _sender(floor: Floor, ticket: Ticket) -> str:
    """Who sent it on, as a line is marked for them; empty where they are not there, or nobody sent it."""
    leg = ticket.sent
    if leg is None:
        return ""
    name = f"counter:{leg.counter}" if leg.officer is None else f"officer:{leg.officer}"
    return name if any(state.is_open and name in floor.mine(state) for state in floor.counters.values()) else ""


def _heads(draft: Draft, service: str, only: str) -> list[Ticket]:
    """The first of each line that a ticket of `service`, or for `only` one counter or officer, would compete with."""
    aim = next((state for state in draft.counters.values() if only and only in draft.mine(state)), None)
    if aim is not None:
        return [draft.tickets[draft.lines[line][0]] for line in draft.lines_of(aim)]
    return [draft.tickets[ids[0]] for line, ids in draft.lines.items() if (line.service, line.only) == (service, "")]
