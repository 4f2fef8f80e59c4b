"""Keeps the records of an office for as long as its file says, and no longer: day by day, at night, in small steps."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from server.actions.office import Office
from server.domain.retention import RecordsUnsound, first_kept

log = logging.getLogger(__name__)
Json = dict[str, Any]
EVERY_S = 60.0
BREATH_S = 0.02
"""Between two steps: whoever presses a key goes first."""
NIGHT = (time(1), time(4))
MOST_A_DAY = 31
"""Days that are removed in one: a clock that is years ahead by mistake takes a month with it, not everything."""


class Shelf(Protocol):
    """Where the records are."""

    @property
    def removed(self) -> Sequence[Any]:
        """What stands in the place of the days that were removed through it."""

    def step(self, before: date, now: datetime) -> bool:
        """A little of the work on days before this date. False: there is none left. Raises RecordsUnsound."""

    def forget(self, before: date, now: datetime) -> int:
        """Some of what belongs to nobody's visit any more, such as telephones; how many rows."""


class Keeper:
    """One a process; of several, one is faster. `note` writes a line of the audit, `news` says that the managers' page
    has something new. `alarms` are what it says there."""

    def __init__(self, office: Office, shelf: Shelf, note: Callable[..., object], news: Callable[[], None]) -> None:
        self._office, self._shelf, self._note, self._news = office, shelf, note, news
        self._forgot_at: datetime | None = None
        self._today: date | None = None
        self._before = 0
        self._is_refused = False
        self.alarms: list[Json] = []

    def run(self, stopping: threading.Event) -> None:
        while not stopping.wait(EVERY_S):
            try:
                while self.step() and not stopping.wait(BREATH_S):
                    pass
            except Exception:
                log.exception("the records of long ago stay for now")

    def step(self) -> bool:
        """True: there is more to do at once."""
        now, floor = self._office.now(), self._office.floor
        today = floor.branch.business_on(now)
        before = first_kept(today, floor.branch.raw_months)
        if self._forgot_at is None or now - self._forgot_at >= timedelta(hours=1):
            if self._shelf.forget(before, now) > 0:
                return True
            self._forgot_at = now
        if not self._may_remove(now) or now < floor.last_at - timedelta(minutes=1):
            return False
        if self._today != today:
            self._today, self._before, self._is_refused = today, len(self._shelf.removed), False
        if self._is_refused or len(self._shelf.removed) - self._before >= MOST_A_DAY:
            return False
        return self._remove(before, now)

    def _may_remove(self, now: datetime) -> bool:
        """At night, or whenever nobody is at a counter."""
        branch = self._office.floor.branch
        local = now.astimezone(branch.timezone).time()
        return NIGHT[0] <= local < NIGHT[1] or not self._office.floor.counters_open()

    def _remove(self, before: date, now: datetime) -> bool:
        had = len(self._shelf.removed)
        try:
            more = self._shelf.step(before, now)
        except RecordsUnsound as unsound:
            self._is_refused = True
            log.error("%s stays: %s", unsound.day, "; ".join(unsound.faults))
            said = {"on": f"{unsound.day:%d/%m/%Y}"}
            self._warn([{"level": "bad", "key": "manage.retention_unsound", "facts": said}])
            return False
        if len(self._shelf.removed) > had:
            self._warn([])
        for anchor in self._shelf.removed[had:]:
            self._note(
                "system", "day_removed", now, day=anchor.business_on.isoformat(), entries=anchor.entries,
                tickets=anchor.tickets,
            )  # fmt: skip
            self._office.publish()
        return more

    def _warn(self, said: list[Json]) -> None:
        if said != self.alarms:
            self.alarms = said
            self._news()
