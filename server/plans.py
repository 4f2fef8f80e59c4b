"""The branch's file as it is changed while the office is at work: its versions, drafts of it, changes that begin later.

A change names sections of the file (its tables: service, hours …) and what each of them shall say. So two people who
work on different sections do not disturb each other, and of two who work on the same the second is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

Sections = Mapping[str, Any]
"""What sections of the file shall say, by name, as `config.branch_form.native` has them."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """The file's text from `at` on; `actor` put it there."""

    number: int
    text: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """What a person has prepared; `base` is the version that he or she began with."""

    person: int
    base: int
    sections: Sections
    at: datetime


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change that begins by itself; `fault`: why it did not, when it should have ("" while it is not late)."""

    id: int
    base: int
    sections: Sections
    actor: str
    made_at: datetime
    begins_at: datetime
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """`promises_on`: the day on which a changed promise begins to hold; None where none was changed."""

    version: int
    promises_on: date | None = None


class PlanMoved(Exception):
    """Somebody else has changed these sections meanwhile (`planned`: has planned to). Nothing was written."""

    def __init__(self, sections: Sequence[str], actor: str, at: datetime, planned: bool = False) -> None:
        super().__init__(", ".join(sections))
        self.sections, self.actor, self.at, self.planned = sections, actor, at, planned


class PlanUnfit(Exception):
    """The file would not be fit with this change; `faults` as `config.branch_file.check` gives them."""

    def __init__(self, faults: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, place))}: {what}" for place, what in faults))
        self.faults = faults


class Plans(Protocol):
    def newest(self) -> PlanVersion: ...

    def version(self, number: int) -> PlanVersion | None: ...

    def history(self, most: int) -> list[PlanVersion]:
        """The versions, the newest first."""

    def drafts(self) -> list[PlanDraft]: ...

    def keep_draft(self, draft: PlanDraft) -> None:
        """In the place of the one that this person had; one without sections is none."""

    def publish(
        self, sections: Sections, base: int, actor: str, now: datetime, *, despite_planned: bool = False
    ) -> Published:
        """Let it hold from now on; `despite_planned`: also where a later change of these sections is planned.
        Raises PlanMoved, PlanUnfit, and StillWaiting as loading a file does."""

    def plan(self, sections: Sections, base: int, actor: str, now: datetime, begins_at: datetime) -> None:
        """Let it hold from then on. Raises PlanMoved, PlanUnfit."""

    def planned(self) -> list[PlannedChange]:
        """The changes that have not begun, the first to begin first."""

    def withdraw(self, planned: int) -> bool: ...

    def begin_due(self, now: datetime) -> list[tuple[PlannedChange, int | None]]:
        """Let each that is due begin, with its new version, or None where it cannot: it stays, with its `fault`."""
