"""A customer takes a number from outside the office: on a web page, or by a text message (R017).

The number keeps its place from now on; nobody may call it before its holder has checked in (`check_in`).
"""

from __future__ import annotations

from datetime import datetime

from server.actions.issue import issue, require_open
from server.domain.errors import NotFromOutside, TooManyJoined
from server.domain.floor import Draft, Floor
from server.domain.queue import ABSENT
from server.domain.ticket import OUTSIDE, Ticket


def join(
    draft: Draft,
    now: datetime,
    *,
    service: str,
    token: str,
    lane: str = "regular",
    language: str = "ms",
    channel: str = "online",
    transactions: int = 1,
) -> Ticket:
    """The new ticket, its holder absent. Raises NotFromOutside (the branch does not offer it, or not at this hour),
    TooManyJoined, and what an issue raises."""
    assert channel in OUTSIDE
    require_joining(draft, now, service)
    return issue(
        draft, now, service=service, token=token, lane=lane, language=language, channel=channel,
        transactions=transactions, only=ABSENT,
    )  # fmt: skip


def require_joining(floor: Floor, now: datetime, service: str | None = None) -> None:
    """Raises NotFromOutside, NotOpen (the branch or the service is closed), TooManyJoined, if nobody may join now."""
    rule = floor.branch.join
    if not rule.enabled:
        raise NotFromOutside()
    if service is not None:
        require_open(floor, floor.branch.service(service).code, now)
    local = now.astimezone(floor.branch.timezone).time()
    if not rule.since <= local < rule.to:
        raise NotFromOutside(opens=f"{rule.since:%H:%M}", closes=f"{rule.to:%H:%M}")
    if len(floor.absent()) >= rule.most:
        raise TooManyJoined(most=rule.most)
