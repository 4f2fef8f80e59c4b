"""The log of disruptions: what was down by itself, and what people have announced, from when until when (R066).

Pure: entries of the journal in, a row a disruption out. `minutes_lost` are those of the opening hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.notices import DISRUPTION
from server.domain.outages import KEPT, lost_s

DOWN = "down"
"""The template of the notice that a system is out of order."""
KINDS = (e.OutageBegan.kind, e.OutageEnded.kind, e.NoticeMade.kind, e.NoticeWithdrawn.kind)
ENDS_WITHIN = KEPT + timedelta(days=1)
"""So many days after a disruption began its end is looked for."""
DISRUPTIONS_HEADER = (
    "business_day", "entry", "source", "what", "place", "name", "began_at", "ended_at", "minutes", "minutes_lost",
    "officer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disruption:
    """`source`: auto, or manual where somebody announced it. `ended_at` None: it lasts still."""

    id: int
    on: date
    source: str
    what: str
    began_at: datetime
    ended_at: datetime | None = None
    place: str = ""
    name: str = ""
    officer: int | None = None

    def until(self, now: datetime) -> datetime:
        return min(now, self.ended_at or self.began_at + ENDS_WITHIN)


def noted(found: dict[int, Disruption], seq: int, event: e.Event, branch: Branch) -> None:
    """Take note of an entry, by its seq."""
    match event:
        case e.OutageBegan():
            on = branch.business_on(event.at)
            found[seq] = Disruption(
                seq, on, "auto", event.what, event.began_at, place=event.place, name=event.name
            )  # fmt: skip
        case e.OutageEnded() if event.outage in found:
            found[event.outage] = replace(found[event.outage], ended_at=event.ended_at)
        case e.NoticeMade() if event.template == DOWN or event.template.startswith(DISRUPTION):
            on = branch.business_on(event.at)
            what = event.template.removeprefix(DISRUPTION)
            found[seq] = Disruption(seq, on, "manual", what, event.at, event.ends_at, officer=event.officer)
        case e.NoticeWithdrawn() if event.notice in found:
            made = found[event.notice]
            found[event.notice] = replace(made, ended_at=min(made.ended_at or event.at, event.at))


def disruption_rows(
    happened: Iterable[tuple[int, e.Event]], branch: Branch, first: date, last: date, now: datetime
) -> Iterator[list[str | int | float]]:
    """Those that were noted on these days; `happened` reaches ENDS_WITHIN further."""
    found: dict[int, Disruption] = {}
    for seq, event in happened:
        noted(found, seq, event, branch)
    for one in found.values():
        if not first <= one.on <= last:
            continue
        until = one.until(now)
        is_over = one.ended_at is not None and one.ended_at <= now
        yield [
            one.on.isoformat(), one.id, one.source, one.what, one.place, one.name, _local(branch, one.began_at),
            _local(branch, one.ended_at) if is_over else "", _minutes((until - one.began_at).total_seconds()),
            _minutes(lost_s(branch, one.began_at, until)), "" if one.officer is None else one.officer,
        ]  # fmt: skip


def together_s(branch: Branch, found: Iterable[Disruption], now: datetime) -> float:
    """Seconds of the opening hours in which anything was disrupted: two at once are not counted twice."""
    total, reached = 0.0, None
    for one in sorted(found, key=lambda one: one.began_at):
        begins, until = one.began_at, one.until(now)
        if reached is not None:
            begins = max(begins, reached)
        if until > begins:
            total += lost_s(branch, begins, until)
            reached = until
    return total


def _minutes(seconds: float) -> float:
    return round(max(0.0, seconds) / 60, 1)


def _local(branch: Branch, at: datetime | None) -> str:
    return "" if at is None else at.astimezone(branch.timezone).isoformat(timespec="seconds")
