"""The plan for a bad hour: which play answers which trouble, its steps, its owner, and what customers are told (R039).

    begun ──► a step ticked, or taken back ──► … ──► every step ticked: done
                                              └────► stopped, with a word on why

A run is one play of one day, its id the seq of the entry that began it. It carries the words of its play as they were
then, so that the log can be read long after the book has changed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.domain import events as e
from server.domain.queue import Words
from server.domain.recovery import Level

TRIGGERS = ("warned", "breached", "disruption", "hand")
"""warned: a promise is in danger. breached: it is broken. disruption: the hall stands still. hand: whenever somebody
thinks it fit."""
TEMPLATE = "play:"
"""How the template of a notice that a play tells begins, before the play's code."""
ABOUT_RUNS = tuple(made.kind for made in (e.PlayBegan, e.PlayStepped, e.PlayStopped))


@dataclass(frozen=True, slots=True)
class Play:
    """`services`: those whose promise it is for, none named: all. `owner` is a post, not a person. `text` may be empty;
    else it is told to everybody for `minutes`."""

    code: str
    name: Words
    trigger: str
    owner: Words
    steps: tuple[Words, ...]
    services: tuple[str, ...] = ()
    text: Words = field(default_factory=dict)
    minutes: int = 30

    def answers(self, trigger: str, service: str = "") -> bool:
        """Whether it is offered there: what is meant for a warning still is when the promise is broken."""
        meant = self.trigger == trigger or (self.trigger == Level.WARNED and trigger == Level.BREACHED)
        return meant and (not self.services or not service or service in self.services)


@dataclass(frozen=True, slots=True)
class Tick:
    """`officer` None: nobody who is known."""

    at: datetime
    officer: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """`ticks` are as many as the steps, None where one is still to do. `case` is the promise in danger that it answers,
    `notice` what customers were told with it."""

    id: int
    play: str
    name: Words
    owner: Words
    steps: tuple[Words, ...]
    began_at: datetime
    officer: int | None = None
    case: int | None = None
    notice: int | None = None
    ticks: tuple[Tick | None, ...] = ()
    stopped: Tick | None = None
    note: str = ""

    @property
    def ended_at(self) -> datetime | None:
        """When its last step was ticked, or it was stopped; None: it goes on."""
        if self.stopped is not None:
            return self.stopped.at
        done = [tick.at for tick in self.ticks if tick is not None]
        return max(done, default=None) if len(done) == len(self.steps) else None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


Runs = tuple[Run, ...]


def after(runs: Runs, seq: int, event: e.Event) -> Runs:
    """The runs once `event` happened. What is about a run that is not among them changes nothing."""
    if isinstance(event, e.PlayBegan):
        none: tuple[Tick | None, ...] = (None,) * len(event.steps)
        run = Run(seq, event.play, event.name, event.owner, event.steps, event.at, event.officer, event.case,
                  event.notice, none)  # fmt: skip
        return (*runs, run)
    if not isinstance(event, e.PlayStepped | e.PlayStopped):
        return runs
    return tuple(_moved(run, event) if run.id == event.run else run for run in runs)


def _moved(run: Run, event: e.PlayStepped | e.PlayStopped) -> Run:
    by = Tick(event.at, event.officer)
    if isinstance(event, e.PlayStopped):
        return replace(run, stopped=by, note=event.note)
    ticks = list(run.ticks)
    if 0 < event.step <= len(ticks):
        ticks[event.step - 1] = by if event.is_done else None
    return replace(run, ticks=tuple(ticks))


def fault(runs: Runs, event: e.Event) -> str:
    """What cannot have happened after `runs`; empty: it can."""
    if not isinstance(event, e.PlayStepped | e.PlayStopped):
        return ""
    run = next((one for one in runs if one.id == event.run), None)
    if run is None or run.stopped is not None:
        return f"is about run {event.run}, which does not go on"
    if isinstance(event, e.PlayStepped) and not 0 < event.step <= len(run.steps):
        return f"is about step {event.step} of run {event.run}, which has {len(run.steps)}"
    return ""


def remembered(runs: Runs, since: datetime) -> Runs:
    return runs if not runs or runs[0].began_at >= since else tuple(run for run in runs if run.began_at >= since)


def offered(plays: Iterable[Play], trigger: str, service: str = "") -> list[Play]:
    """The plays for a trouble, in the book's order, those that are for this service alone first."""
    found = [play for play in plays if play.answers(trigger, service)]
    return sorted(found, key=lambda play: service not in play.services)
