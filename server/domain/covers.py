"""Whether enough counters are open at this moment: over lunch, at the peak, as they were planned, and for everybody who
waits (D9). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from server.domain.floor import Floor
from server.domain.hours import Closed

LUNCH, PEAK, LEARNED, OPENING, UNSERVED = "lunch", "peak", "peak_learned", "opening", "unserved"
GRACE = timedelta(seconds=60)
"""A counter that was to open is missed only after a minute."""


@dataclass(frozen=True, slots=True)
class Short:
    """Too few counters: `is_open` of `wanted`; of an opening, `counters` are those that were planned to be open. A
    `service` is unserved where somebody waits for it and no officer who does it is on duty; `wanted` is how many wait.
    """

    kind: str
    is_open: int
    wanted: int
    counters: tuple[str, ...] = ()
    service: str = ""


def short_now(floor: Floor, now: datetime) -> list[Short]:
    """What is not kept now; nothing while the office is closed."""
    branch = floor.branch
    if branch.hours is not None and isinstance(branch.hours.state(now), Closed):
        return []
    local, open_ones, found = now.astimezone(branch.timezone), floor.counters_open(), list[Short]()
    if branch.lunch.is_at(local.time()) and open_ones < branch.lunch.minimum:
        found.append(Short(LUNCH, open_ones, branch.lunch.minimum))
    kind, peaks = PEAK, branch.peaks_on(local.date())
    if not branch.peaks:
        kind, peaks = LEARNED, [one for one in floor.outlook.peaks if one.days and local.weekday() in one.days]
    wanted = max(
        (peak.minimum or len(branch.counters) for peak in peaks if peak.since <= local.time() < peak.to), default=0
    )
    if open_ones < wanted:
        found.append(Short(kind, open_ones, wanted))
    found += _unserved(floor)
    late = _late(floor, now)
    if late:
        found.append(Short(OPENING, open_ones, open_ones + len(late), late))
    return found


def _unserved(floor: Floor) -> list[Short]:
    """Whoever is not here yet, or is meant for one counter that is closed, waits for nobody on duty either way; they
    are looked after elsewhere."""
    waiting: dict[str, int] = {}
    for line, ids in floor.lines.items():
        if not line.only:
            waiting[line.service] = waiting.get(line.service, 0) + len(ids)
    return [
        Short(UNSERVED, 0, waiting[service.code], service=service.code) for service in floor.branch.services
        if waiting.get(service.code) and not floor.counters_open(service.code)
    ]  # fmt: skip


def _late(floor: Floor, now: datetime) -> tuple[str, ...]:
    """Counters whose duty has begun and that have not been open since this business day began."""
    branch = floor.branch
    today = branch.business_on(now)
    midnight = datetime.combine(today, time(0), branch.timezone).astimezone(UTC)
    found = []
    for duty in branch.duties_on(today):
        opens, closes = (midnight + timedelta(minutes=at) for at in (duty.opens, duty.closes))
        state = floor.counter(duty.counter)
        was_open = state.is_open or (state.closed_at is not None and state.closed_at >= midnight)
        if (
            opens + max(GRACE, timedelta(seconds=branch.opening_tolerance_s)) <= now < closes
            and not was_open
            and duty.counter not in found
        ):
            found.append(duty.counter)
    return tuple(found)
