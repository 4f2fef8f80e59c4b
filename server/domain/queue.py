"""What customers come for, and the order in which a class of them is kept: services, lanes and queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

Words = Mapping[Any, str]
"""A text in several languages: language code → text. Malay (`ms`) is always there."""

LANGUAGES = ("ms", "en", "zh", "ta")


class Lane(StrEnum):
    """A class inside a queue. It is a fact of the ticket, never printed, shown or spoken in public (R006)."""

    EMERGENCY = "emergency"
    ELDERLY = "elderly"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    WITH_CHILDREN = "with_children"
    PRIORITY = "priority"
    REGULAR = "regular"


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that customers come for.

    `letter` starts its numbers (services that share a letter share one number series); `minutes` is the
    first guess of the service time, before anything has been learned.

    `batch` is how many transactions somebody who comes for others may bring to one turn; 1: only their own. Where it is
    more, a service time is that of one transaction. `online` is where it can be done without coming, empty for nowhere.

    `is_core`: one of those that the office is there for (R031).
    """

    code: str
    letter: str
    name: Words
    minutes: float
    icon: str = "file-text"
    digits: int = 3
    bring: Words = field(default_factory=dict)
    in_person: bool = False
    batch: int = 1
    online: str = ""
    is_core: bool = False


ABSENT = "absent"
"""Marks a ticket that was taken from outside and whose holder has not checked in yet: it keeps its place, and nobody
may call it (`server.actions.check_in`)."""


class Line(NamedTuple):
    """The key of one first-in-first-out line: a service, a lane, and whom its tickets may be called by.

    `only` is empty for everybody who has the skill, else `counter:K1` or `officer:7` (a transfer to one of them), or
    ABSENT: nobody calls from it.
    """

    service: str
    lane: Lane
    only: str = ""
