"""Write down what is down and what is back: the log that reports count disruptions from (R066)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.events import OutageBegan, OutageEnded
from server.domain.floor import Draft, Floor
from server.domain.outages import LEAST_S, SERVER, Key, Outage, lost_s


@dataclass(frozen=True, slots=True)
class Down:
    """Something that is down since `since`."""

    what: str
    place: str
    name: str
    device: int | None
    since: datetime

    @property
    def key(self) -> Key:
        return self.what, self.place, self.device


def begun(floor: Floor, now: datetime, down: Iterable[Down]) -> list[Down]:
    """Those that are not written down yet, and have cost a minute of the opening hours."""
    known = {one.key for one in floor.outages}
    return [one for one in down if one.key not in known and lost_s(floor.branch, one.since, now) >= LEAST_S]


def ended(floor: Floor, up: Collection[Key]) -> list[Outage]:
    return [one for one in floor.outages if one.key in up]


def log_outages(draft: Draft, now: datetime, down: Sequence[Down], up: Collection[Key]) -> int:
    """Write down what is news of these; how many entries that made."""
    ends, begins = ended(draft, up), begun(draft, now, down)
    for one in ends:
        draft.record(OutageEnded(at=now, outage=one.id, ended_at=now))
    for new in begins:
        draft.record(OutageBegan(
            at=now, what=new.what, place=new.place, name=new.name, device=new.device, began_at=min(new.since, now),
        ))  # fmt: skip
    return len(ends) + len(begins)


def server_was_down(draft: Draft, now: datetime, since: datetime) -> bool:
    """The server is back: where that cost a minute of the opening hours, it is written down."""
    if lost_s(draft.branch, since, now) < LEAST_S:
        return False
    began = draft.record(OutageBegan(at=now, what=SERVER, began_at=since))
    draft.record(OutageEnded(at=now, outage=began, ended_at=now))
    return True
