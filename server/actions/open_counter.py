"""An officer comes on duty at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server.domain.counter import CounterState
from server.domain.errors import AlreadyOnDuty, CounterTaken, Malformed, UnknownService
from server.domain.events import CounterOpened
from server.domain.floor import Draft


def open_counter(
    draft: Draft,
    now: datetime,
    counter: str,
    *,
    officer: int | None = None,
    services: Sequence[str] | None = None,
    take_over: bool = False,
) -> CounterState:
    """The counter, open. Opening it again as it stands changes nothing.

    `services` are some of what the counter can do, all when None. Another officer's counter is refused with
    CounterTaken unless `take_over`; then the customer in hand stays in hand (T12). Raises UnknownCounter,
    UnknownService, Malformed (no service at all), AlreadyOnDuty (this officer, elsewhere).
    """
    able = draft.branch.counter(counter).services
    for code in services or ():
        draft.branch.service(code)
        if code not in able:
            raise UnknownService(service=code, counter=counter)
    if services is not None and not services:
        raise Malformed(services="")
    wanted = able if services is None else tuple(code for code in able if code in services)
    if officer is not None:
        for other in draft.counters.values():
            if other.code != counter and other.duty is not None and other.duty.officer == officer:
                raise AlreadyOnDuty(counter=other.code)
    duty = draft.counter(counter).duty
    if duty is not None:
        somebody_else = officer is not None and duty.officer is not None and duty.officer != officer
        if somebody_else and not take_over:
            raise CounterTaken(counter=counter)
        keeps_officer = officer is None or duty.officer == officer
        if keeps_officer and (services is None or wanted == duty.services):
            return draft.counter(counter)
        if officer is None:
            officer = duty.officer
    draft.record(CounterOpened(at=now, counter=counter, officer=officer, services=wanted))
    return draft.counter(counter)
