"""A customer takes a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from server.actions.plan_visit import require_further
from server.domain.errors import Malformed, NotOpen, TooManyTransactions
from server.domain.estimate import told_at_issue
from server.domain.events import TicketIssued
from server.domain.floor import Draft, Floor
from server.domain.hours import Closed
from server.domain.queue import Lane
from server.domain.ticket import WALK_DIRECT, Ticket

CHANNELS = ("kiosk", "staff", "online", "sms", "api", WALK_DIRECT)
MOST_TRANSACTIONS = 99


def issue(
    draft: Draft,
    now: datetime,
    *,
    service: str,
    token: str,
    lane: str = "regular",
    language: str = "ms",
    channel: str = "kiosk",
    transactions: int = 1,
    kiosk: str = "",
    only: str = "",
    further: Sequence[str] = (),
) -> Ticket:
    """The new ticket. `token` is the random part of its public address; `further` are the services after the first.

    Raises UnknownService, UnknownLane, UnknownLanguage, Malformed, TooManyTransactions (more than the service takes at
    one turn), and NotOpen outside the opening hours (a walk-in that an officer serves at once is the officer's own
    decision, so hours do not bind it).
    """
    branch = draft.branch
    wanted = branch.service(service)
    branch.lane(lane)
    branch.language(language)
    if channel not in CHANNELS:
        raise Malformed(channel=channel)
    if not 1 <= transactions <= MOST_TRANSACTIONS:
        raise Malformed(transactions=transactions, most=MOST_TRANSACTIONS)
    if transactions > wanted.batch > 1:
        raise TooManyTransactions(transactions=transactions, most=wanted.batch)
    after = require_further(branch, service, further)
    if channel != WALK_DIRECT:
        for one in (service, *after):
            require_open(draft, one, now)
    told = None if channel == WALK_DIRECT else told_at_issue(draft, service, Lane(lane))
    today = branch.business_on(now)
    ordinal, number = draft.next_number(wanted, today)
    ticket_id = draft.record(
        TicketIssued(
            at=now, number=number, ordinal=ordinal, letter=wanted.letter, business_on=max(today, draft.business_on),
            service=service, lane=lane, language=language, channel=channel, transactions=transactions, token=token,
            kiosk=kiosk, only=only, further=after, told=() if told is None else _whole(told[:3]),
            law=() if told is None else _whole(told.law),
        )
    )  # fmt: skip
    return draft.tickets[ticket_id]


def _whole(seconds: Iterable[float]) -> tuple[int, ...]:
    return tuple(round(x) for x in seconds)


def require_open(draft: Floor, service: str, now: datetime) -> None:
    """Raises NotOpen, with when it opens again, if the branch or the service is closed now."""
    for hours, what in ((draft.branch.hours, None), (draft.branch.service_hours.get(service), service)):
        state = hours.state(now) if hours else None
        if isinstance(state, Closed):
            opens = state.opens_at.isoformat().replace("+00:00", "Z") if state.opens_at else None
            raise NotOpen(service=what, opens_at=opens, reason=str(state.reason))
