"""What a day has come to so far: the last calls, and what became of each service's tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

RECENT_KEPT = 12


@dataclass(frozen=True, slots=True)
class RecentCall:
    """A call as the boards list it. `at` is the last call, `calls` how many there were in this leg.

    `counter` called, or has taken the customer up again since: where he or she is to be found.
    """

    ticket: int
    number: str
    counter: str
    at: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class Rated:
    """What a customer said of a service, 5 (very good) to 1, and when it was said first."""

    service: str
    rating: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a service's tickets today. `judged` and `kept` hold the promise against them.

    What ended unattended, when the day was closed after its end, counts for no day: nobody did it, nobody knows when.
    """

    issued: int = 0
    called: int = 0
    served: int = 0
    no_show: int = 0
    left: int = 0
    judged: int = 0
    kept: int = 0
