"""The log of the recovery plan: every play that was run, each of its steps with who did it and when (R039).

Pure: entries of the journal in, a row a step out, in the words that the play had on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from server.domain import playbook
from server.domain.branch import Branch
from server.domain.events import Event
from server.domain.playbook import ABOUT_RUNS, Run, Runs, Tick

KINDS = ABOUT_RUNS
PLAYS_HEADER = (
    "business_day", "run", "play", "name", "owner", "case", "notice", "began_at", "began_by", "step", "text", "done_at",
    "done_by", "ended_at", "stopped_by", "note",
)  # fmt: skip


def runs_of(happened: Iterable[tuple[int, Event]], branch: Branch) -> Iterator[tuple[date, Run]]:
    """The runs of these entries with their business day, in the order in which they began; a day's own only."""
    runs: Runs = ()
    day: date | None = None
    for seq, event in happened:
        on = branch.business_on(event.at)
        if on != day:
            yield from ((day, run) for run in runs if day is not None)
            runs, day = (), on
        runs = playbook.after(runs, seq, event)
    yield from ((day, run) for run in runs if day is not None)


def play_rows(happened: Iterable[tuple[int, Event]], branch: Branch) -> Iterator[list[str | int]]:
    """Words as the office's first language has them; officers by their number."""
    for day, run in runs_of(happened, branch):
        for n, (step, tick) in enumerate(zip(run.steps, run.ticks, strict=True), 1):
            yield [
                day.isoformat(), run.id, run.play, _said(run.name), _said(run.owner), run.case or "", run.notice or "",
                _instant(branch, run.began_at), _who(run.officer), n, _said(step),
                _instant(branch, tick.at if tick else None), _by(tick), _instant(branch, run.ended_at),
                _by(run.stopped), run.note,
            ]  # fmt: skip


def _said(words: Mapping[str, str]) -> str:
    return words.get("ms", "")


def _by(tick: Tick | None) -> str | int:
    return "" if tick is None else _who(tick.officer)


def _who(officer: int | None) -> str | int:
    return "" if officer is None else officer


def _instant(branch: Branch, at: datetime | None) -> str:
    return "" if at is None else at.astimezone(branch.timezone).isoformat(timespec="seconds")
