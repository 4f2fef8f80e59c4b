"""What was down, the server, a printer, a display …, from when until when, and what of the opening hours it cost.

outage_began ──► outage_ended      the server's, which nobody could note meanwhile, begins and ends in one moment
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.hours import ALL_DAY

KEPT = timedelta(days=7)
"""What has been away for so long has been put away; its end is nobody's news."""
LEAST_S = 60.0
"""A shorter one is a roll of paper, or a page that is loaded anew."""
SERVER, PRINTER = "server", "printer"
Key = tuple[str, str, int | None]
"""What, where, and the number of the device's token, where it has one."""


@dataclass(frozen=True, slots=True)
class Outage:
    """One that is not over; `id` is the seq of its entry, `noted_at` when that was written."""

    id: int
    what: str
    place: str
    device: int | None
    noted_at: datetime

    @property
    def key(self) -> Key:
        return self.what, self.place, self.device


Outages = tuple[Outage, ...]


def after(outages: Outages, seq: int, event: e.Event) -> Outages:
    """Those that are not over once `event` happened."""
    match event:
        case e.OutageBegan():
            return (*outages, Outage(seq, event.what, event.place, event.device, event.at))
        case e.OutageEnded():
            return tuple(one for one in outages if one.id != event.outage)
    return outages


def remembered(outages: Outages, branch: Branch, today: date) -> Outages:
    """Those that still matter on a day."""
    return tuple(one for one in outages if branch.business_on(one.noted_at) >= today - KEPT)


def lost_s(branch: Branch, began_at: datetime, ended_at: datetime) -> float:
    """Seconds of the opening hours between two instants; all of them where the office never closes."""
    if ended_at <= began_at:
        return 0.0
    if branch.hours is None:
        return (ended_at - began_at).total_seconds()
    lost, day = 0.0, began_at.astimezone(branch.timezone).date()
    last = ended_at.astimezone(branch.timezone).date()
    while day <= last:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=branch.timezone)
        midnight = noon.replace(hour=0)
        is_always = branch.hours.on(day).spans == ALL_DAY
        spans = [(midnight, midnight + timedelta(days=1))] if is_always else branch.hours.spans_on(noon)
        for opens, closes in spans:
            lost += max(0.0, (min(closes, ended_at) - max(opens, began_at)).total_seconds())
        day += timedelta(days=1)
    return lost
