"""What happens by itself, in small steps that one loop calls: transfers nobody took up, and the turn of the day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from server.actions.close_day import close_day, left_open, left_over
from server.actions.office import Actor, Answer, Office
from server.actions.transfer import release_untaken
from server.domain.floor import Draft, Floor

log = logging.getLogger(__name__)
SYSTEM = Actor("system")
EVERY_S = 5.0


def release_step(office: Office) -> bool:
    """Give transfers that nobody took up in time to everybody. True if there were any."""
    now = office.now()
    late = [
        ids for line, ids in office.floor.lines.items()
        if line.only and any(_is_late(office.floor, i, now) for i in ids)
    ]  # fmt: skip
    if not late:
        return False

    def decide(draft: Draft, at: datetime) -> Answer:
        return Answer(200, {"released": release_untaken(draft, at)})

    office.act(SYSTEM, decide)
    return True


def turn_of_day_step(office: Office) -> bool:
    """Close a business day that has passed: what the branch's file says becomes of those who still wait.

    True if there was one. Nobody is dropped, and a service left open overnight is marked (R002). Also where nobody
    is left: so that the boards begin the new day. Also where the new day has begun: a server that was off over the
    night finds the first customer of the morning there before it.
    """
    floor, now = office.floor, office.now()
    turned = floor.seq > 0 and floor.branch.business_on(now) > floor.business_on
    if not (turned or left_open(floor, now) or left_over(floor, now)):
        return False

    def decide(draft: Draft, at: datetime) -> Answer:
        reason = "end of day" if draft.branch.at_end == "close" else ""
        closed = close_day(draft, at, draft.branch.at_end, reason, unattended=True)
        return Answer(200, {"carried": closed.carried, "closed": closed.closed})

    office.act(SYSTEM, decide)
    return True


def run(steps: Sequence[Callable[[], bool]], stopping: threading.Event) -> None:
    """Call every step again and again until `stopping` is set; what fails is logged and tried again."""
    while not stopping.wait(EVERY_S):
        for step in steps:
            try:
                while step():
                    pass
            except Exception:
                log.exception("%s failed", getattr(step, "__name__", "a step"))


def _is_late(floor: Floor, ticket_id: int, now: datetime) -> bool:
    waited = (now - floor.tickets[ticket_id].leg.joined_at).total_seconds()
    return waited >= floor.branch.calling.transfer_timeout_s
