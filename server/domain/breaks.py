"""Whose turn it is for a break over lunch, and when: what an officer is told who would leave too few counters (R012).

Pure. A plan goes first; without one, whoever has been on duty longest without a break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.branch import PlannedBreak
from server.domain.floor import Floor

LUNCH = "lunch"
LUNCH_MINUTES = 30.0
"""A lunch that nobody planned counts as a planned one of so many minutes."""
SOON = timedelta(minutes=5)
"""Somebody who should be back already is expected within so long."""


@dataclass(frozen=True, slots=True)
class Turn:
    """`back` is the counter whose return makes room, at `at`; "" and None where nobody is at lunch. `before` are the
    open counters whose turn comes first."""

    at: datetime | None
    back: str
    before: tuple[str, ...]


def turn_of(floor: Floor, now: datetime, counter: str) -> Turn:
    """When the officer of an open counter may go without leaving too few, and who goes before."""
    away = []
    for state in floor.counters.values():
        if not state.is_open and state.closed_reason == LUNCH and state.closed_at is not None:
            ends_at = state.closed_at + timedelta(minutes=_lunch_minutes(floor, now, state.code))
            away.append((max(ends_at, now + SOON), state.code))
    at, back = min(away, default=(None, ""))
    mine = _order(floor, now, counter)
    others = [state.code for state in floor.counters.values() if state.is_open and state.code != counter]
    before = sorted((code for code in others if _order(floor, now, code) < mine), key=lambda c: _order(floor, now, c))
    return Turn(at, back, tuple(before))


def _order(floor: Floor, now: datetime, counter: str) -> tuple[float, float, str]:
    """The planned lunch that is still to come, then how long ago the counter opened."""
    local = now.astimezone(floor.branch.timezone)
    duties = [duty for duty in floor.branch.duties_on(local.date()) if duty.counter == counter]
    planned = [pause.at for duty in duties for pause in duty.breaks if pause.reason == LUNCH]
    duty = floor.counter(counter).duty
    opened = duty.opened_at.timestamp() if duty is not None else 0.0
    return (min(planned, default=float("inf")), opened, counter)


def _lunch_minutes(floor: Floor, now: datetime, counter: str) -> float:
    on = now.astimezone(floor.branch.timezone).date()
    planned = [pause for duty in floor.branch.duties_on(on) if duty.counter == counter for pause in duty.breaks]
    return planned_minutes(planned, LUNCH, 1)


def planned_minutes(planned: Sequence[PlannedBreak], reason: str, nth: int) -> float:
    """How long the `nth` break of this reason (from 1) is planned to be; 0 where nobody planned any."""
    alike = [pause.minutes for pause in planned if pause.reason == reason]
    if alike:
        return alike[max(0, min(nth, len(alike)) - 1)]
    return LUNCH_MINUTES if reason == LUNCH else 0.0
