"""What happens by itself, in small steps that one loop calls: transfers nobody took up, and the turn of the day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from server.actions.close_day import close_day
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
    """Close a business day that has passed and was not closed: what the branch's file says becomes of the waiting.

    True if there was one. Nobody is dropped, and a service left open overnight is marked (R002).
    """
    floor, now = office.floor, office.now()
    left_open = any(True for _ in floor.open_tickets()) or floor.counters_open()
    if not left_open or floor.branch.business_on(now) <= floor.business_on or _is_carried(floor):
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


def _is_carried(floor: Floor) -> bool:
    """Whether everybody who is open was carried over already, and nothing has happened since."""
    carried = all(t.carried_on is not None and t.carried_on > floor.business_on for t in floor.open_tickets())
    return carried and not floor.counters_open()
