"""The log of every sound as a table: what each zone heard, from when to when, and how long it was still before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from server.domain.branch import Branch
from server.ports import Sound
from server.reports.export import Cells, stamp

SOUNDS_HEADER = (
    "business_day", "zone", "number", "counter", "kind", "languages", "player", "asked_at", "started_at", "ended_at",
    "outcome", "attempt", "gap_s",
)  # fmt: skip


def sound_rows(sounds: Iterable[Sound], branch: Branch) -> Iterator[Cells]:
    """One row a sound, in the order of their beginnings; `gap_s` are the seconds since the last one of its zone ended.

    A negative gap would be two sounds at once. It is empty for a zone's first sound, and after one whose end nobody
    told.
    """
    before: dict[str, datetime | None] = {}
    for sound in sounds:
        over = before.get(sound.zone)
        gap = None if over is None else round((sound.started_at - over).total_seconds(), 3)
        before[sound.zone] = sound.ended_at
        yield (
            branch.business_on(sound.started_at).isoformat(), sound.zone, sound.number, sound.counter, sound.kind,
            "|".join(sound.languages), sound.player, stamp(sound.asked_at), stamp(sound.started_at),
            stamp(sound.ended_at), sound.outcome, sound.attempt, gap,
        )  # fmt: skip


def span_of(branch: Branch, first: date, last: date) -> tuple[datetime, datetime]:
    """From the turn of the first business day to that after the last."""
    ends = last + timedelta(days=1) if last < date.max else last
    turns = (datetime.combine(day, branch.turns_at, branch.timezone) for day in (first, ends))
    begins, end = turns
    return begins, end
