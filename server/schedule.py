"""What happens by itself, in small steps that one loop calls: transfers nobody took up, numbers from outside
whose holders never came, promises in danger, and the turn of the day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from server.actions.check_in import give_up, overdue
from server.actions.close_day import close_day, left_open, left_over
from server.actions.office import Actor, Answer, Decide, Office
from server.actions.recovery import Say, is_due, watch
from server.actions.transfer import release_untaken, untaken
from server.domain.errors import QueueError
from server.domain.floor import Draft, Floor

log = logging.getLogger(__name__)
SYSTEM = Actor("system")
EVERY_S = 5.0


def release_step(office: Office) -> bool:
    """Send transfers that nobody took up in time back, or on to everybody. True if there were any."""

    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(200, {"released": release_untaken(draft, now)})

    return bool(untaken(office.floor, office.now())) and _happened(office, decide)


def give_up_step(office: Office) -> bool:
    """Give up the numbers of those who joined from outside and did not come. True if there were any."""

    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(200, {"given_up": give_up(draft, now)})

    return bool(overdue(office.floor, office.now())) and _happened(office, decide)


def recovery_step(office: Office, say: Say) -> bool:
    """Write down which promises are in danger, broken or safe again, and apologise for them. True if any were."""

    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(200, {"changes": watch(draft, now, say)})

    return is_due(office.floor, office.now()) and _happened(office, decide)


def turn_of_day_step(office: Office) -> bool:
    """Close a business day that has passed: what the branch's file says becomes of those who still wait.

    True if there was one. Nobody is dropped, and a service left open overnight is marked (R002). Also where nobody
    is left: so that the boards begin the new day. Also where the new day has begun: a server that was off over the
    night finds the first customer of the morning there before it.
    """

    def decide(draft: Draft, now: datetime) -> Answer:
        if not _is_over(draft, now):  # another process was faster
            return Answer(204)
        reason = "end of day" if draft.branch.at_end == "close" else ""
        closed = close_day(draft, now, draft.branch.at_end, reason, unattended=True)
        return Answer(200, {"carried": closed.carried, "closed": closed.closed})

    return _is_over(office.floor, office.now()) and _happened(office, decide)


def forget_step(office: Office, lasts: timedelta) -> bool:
    """Let go of answers that were given so long ago that nobody asks again. True if there may be more."""
    return office.store.forget_answers(office.now() - lasts) > 0


def run(steps: Sequence[Callable[[], bool]], stopping: threading.Event) -> None:
    """Call every step again and again until `stopping` is set; what fails is logged and tried again."""
    while not stopping.wait(EVERY_S):
        for step in steps:
            try:
                while step() and not stopping.is_set():
                    pass
            except QueueError as refused:
                log.warning("%s: %s", _name(step), refused)
            except Exception:
                log.exception("%s failed", _name(step))


def _name(step: Callable[[], bool]) -> str:
    inner = getattr(step, "func", step)
    return str(getattr(inner, "__name__", "a step"))


def _happened(office: Office, decide: Decide) -> bool:
    """Whether the deed added anything to the journal: what changes nothing is not tried again at once."""
    seq = 0

    def watched(draft: Draft, now: datetime) -> Answer:
        nonlocal seq
        seq = draft.seq
        answer = decide(draft, now)
        seq = draft.seq - seq
        return answer

    office.act(SYSTEM, watched)
    return seq > 0


def _is_over(floor: Floor, now: datetime) -> bool:
    """Whether a business day has passed, or left something undecided."""
    turned = floor.seq > 0 and floor.branch.business_on(now) > floor.business_on
    return turned or bool(left_open(floor, now)) or bool(left_over(floor, now))
