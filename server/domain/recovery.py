"""The charter repaired before anybody complains: what became of a promise in danger, who did what, and when (R039).

    calm ──promise_warned──► warned ──promise_breached──► breached      warned: four fifths of it waited, or foreseen
      ▲                        │                              │         breached: somebody has waited all of it
      └───── promise_calmed ───┴──────────────────────────────┘         calmed: well below again (promise_watch)

A case is one such stretch of one service on one day, its id the seq of its first entry. All of it, the time that
passed before somebody acted too, can be told again from the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.domain import events as e

APOLOGY = "recovery.sorry"
"""The template of the notice that explains and apologises; with the cause behind it, once somebody has said that."""
CAUSES = ("system", "officers", "crowd", "long", "equipment", "other")
ABOUT_CASES = tuple(
    made.kind
    for made in (
        e.PromiseWarned, e.PromiseBreached, e.PromiseCalmed, e.CauseGiven, e.RecoveryActed, e.PlayBegan, e.PlayStepped,
    )
)  # fmt: skip
ACTIONS = ("take", "open", "add", "move", "other")
"""take: somebody looks after it. open: a closed counter. add: the service to a counter that is open. move: an officer
to a closed counter. other: by another way."""


class Level(StrEnum):
    CALM = "calm"
    WARNED = "warned"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did about it: at `counter`, and for a move `to` another; `officer` is the person, where known.
    `action` is one of ACTIONS, or "play" for a step of a play that was done."""

    at: datetime
    action: str
    counter: str = ""
    to: str = ""
    officer: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """`why` is "waited" or "predicted"; `numbers` are those that had waited four fifths of `within_s` at the warning,
    and since the breach those that had waited all of it. `apology` is the notice that stands for it."""

    id: int
    service: str
    why: str
    within_s: float
    warned_at: datetime
    numbers: tuple[str, ...] = ()
    breached_at: datetime | None = None
    calmed_at: datetime | None = None
    cause: str = ""
    cause_at: datetime | None = None
    deeds: tuple[Deed, ...] = ()
    apologised_at: datetime | None = None
    apology: int | None = None

    @property
    def is_open(self) -> bool:
        return self.calmed_at is None

    @property
    def level(self) -> Level:
        if not self.is_open:
            return Level.CALM
        return Level.WARNED if self.breached_at is None else Level.BREACHED

    @property
    def owner(self) -> int | None:
        """Who took it, else who first did something about it; None: nobody, or nobody who is known."""
        taken = [deed.officer for deed in self.deeds if deed.action == "take"]
        done = [deed.officer for deed in self.deeds if deed.officer is not None]
        return taken[-1] if taken else done[0] if done else None

    @property
    def time_to_action_s(self) -> float | None:
        """From the warning until something was done; that somebody looks after it is nothing done yet."""
        done = next((deed.at for deed in self.deeds if deed.action != "take"), None)
        return None if done is None else (done - self.warned_at).total_seconds()

    @property
    def is_foreseen(self) -> bool:
        """Whether the warning came before anybody had waited the whole of the promise."""
        return self.breached_at is None or self.warned_at < self.breached_at


Cases = tuple[Case, ...]


def after(cases: Cases, seq: int, event: e.Event) -> Cases:
    """The cases once `event` happened. What is about a case that is not among them changes nothing."""
    if isinstance(event, e.PromiseWarned):
        return (*cases, Case(seq, event.service, event.why, event.within_s, event.at, event.numbers))
    which: int | None = getattr(event, "case", None)
    if which is None or not any(case.id == which for case in cases):
        return cases
    return tuple(_moved(case, seq, event) if case.id == which else case for case in cases)


def _moved(case: Case, seq: int, event: e.Event) -> Case:
    match event:
        case e.PromiseBreached():
            return replace(case, breached_at=event.at, numbers=event.numbers)
        case e.PromiseCalmed():
            return replace(case, calmed_at=event.at)
        case e.CauseGiven():
            return replace(case, cause=event.cause, cause_at=event.at)
        case e.RecoveryActed():
            deed = Deed(event.at, event.action, event.place, event.to, event.officer)
            return replace(case, deeds=(*case.deeds, deed))
        case e.PlayBegan():  # who runs a play for it looks after it
            return replace(case, deeds=(*case.deeds, Deed(event.at, "take", officer=event.officer)))
        case e.PlayStepped() if event.is_done:
            return replace(case, deeds=(*case.deeds, Deed(event.at, "play", officer=event.officer)))
        case e.NoticeMade():
            return replace(case, apologised_at=case.apologised_at or event.at, apology=seq)
    return case


def open_case(cases: Cases, service: str) -> Case | None:
    """The case of a service that is not over."""
    return next((case for case in cases if case.service == service and case.is_open), None)
