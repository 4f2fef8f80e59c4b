"""Looks after what the office owes in writing: drafts the report on a quarter that has ended, and says what is due.

    the quarter ends ──► drafted ──► 14 days before it is due ──► the day after it was due      issued: nothing more

Each of these is one letter to each address of the roles that it concerns, and a line on the manager's page while it
lasts. The letters are rows first: what is to be sent is found again after a crash, and nothing is sent twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.actions.office import Office
from server.domain.quarter import REMINDED_BEFORE, Quarter, quarter_of
from server.paperwork import Mails, Pack, Packs
from server.ports import ScoreBook
from server.reports.quarter import Past, draft_step

log = logging.getLogger(__name__)
EVERY_S = 60.0
Json = dict[str, Any]
REPORTS = ("supervisor", "manager")


@dataclass(frozen=True, slots=True)
class Letter:
    """`key` names it once and for all; `roles` get it; `about` is what its words are made of, `about["what"]` which."""

    key: str
    roles: tuple[str, ...]
    about: Json


def stage(pack: Pack, today: date) -> str:
    """How a pack stands: issued, overdue, due (it should be issued soon) or drafted."""
    if pack.issued_at is not None:
        return "issued"
    if today > pack.due_on:
        return "overdue"
    return "due" if today >= pack.due_on - REMINDED_BEFORE else "drafted"


def letters_of(packs: Sequence[Pack], today: date) -> Iterator[Letter]:
    """Those that are called for today; whoever had one of them does not get it again."""
    for pack in packs:
        what = stage(pack, today)
        if what == "issued":
            if pack.issued_at is not None and (today - pack.issued_at.date()).days <= 30:
                yield Letter(f"issued:{pack.quarter}", ("manager", "auditor"), _about("issued", pack))
            continue
        yield Letter(f"{what}:{pack.quarter}", REPORTS, _about(what, pack))


def alarms(packs: Sequence[Pack], due_days: int, first: date | None, today: date) -> list[Json]:
    """What the manager's page says of the reports: [{level, key, facts}]. Also of one that should be drafted by now."""
    said: list[Json] = []
    for pack in packs:
        what = stage(pack, today)
        if what in ("due", "overdue"):
            facts = {"quarter": str(pack.quarter), "due_on": f"{pack.due_on:%d/%m/%Y}"}
            level = "bad" if what == "overdue" else "warning"
            said.append({"level": level, "key": f"manage.report_{what}", "facts": facts})
    last = quarter_of(today).before
    is_missing = first is not None and first <= last.last and all(pack.quarter != last for pack in packs)
    if is_missing and today > last.due_on(due_days) - REMINDED_BEFORE:
        facts = {"quarter": str(last), "due_on": f"{last.due_on(due_days):%d/%m/%Y}"}
        said.append({"level": "bad", "key": "manage.report_missing", "facts": facts})
    return said


def _about(what: str, pack: Pack) -> Json:
    return {"what": what, "quarter": str(pack.quarter), "due_on": pack.due_on.isoformat()}


class Secretary:
    """One a process. `recipients`: addresses by role, none where no letters are sent; `news`: the managers' page has
    something new."""

    def __init__(
        self, office: Office, packs: Packs, records: Past, scores: ScoreBook, mails: Mails,
        recipients: Mapping[str, Sequence[str]], news: Callable[[], None],
        more: Callable[[date], Sequence[Letter]] = lambda today: (),
        more_alarms: Callable[[date], list[Json]] = lambda today: [],
    ) -> None:  # fmt: skip
        self._office, self._packs, self._records, self._scores = office, packs, records, scores
        self._mails, self._recipients, self._news = mails, recipients, news
        self._more, self._more_alarms = more, more_alarms
        self._drafted_for: Quarter | None = None
        self.alarms: list[Json] = []

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set. The first look is soon: a server that was off has something to make up for."""
        while not stopping.wait(EVERY_S if self._drafted_for else 1.0):
            try:
                while self.step() and not stopping.is_set():
                    pass
            except Exception:
                log.exception("the reports failed")

    def step(self) -> bool:
        """Draft at most one report, put down the letters that are called for. True: there may be more to draft."""
        office, now = self._office, self._office.now()
        branch = office.floor.branch
        today = branch.business_on(now)
        quarter = quarter_of(today)
        moved = False
        if self._drafted_for != quarter and office.floor.business_on >= quarter.first:  # the last day is closed
            moved = draft_step(self._packs, self._records, self._scores, branch, today, now, branch.report_due)
            if not moved:
                self._drafted_for = quarter
        packs = self._packs.all()
        self._write_down([*letters_of(packs, today), *self._more(today)], now)
        said = alarms(packs, branch.report_due, self._packs.first_day(), today) + self._more_alarms(today)
        if said != self.alarms:
            self.alarms = said
            self._news()
        return moved

    def _write_down(self, letters: Sequence[Letter], now: datetime) -> None:
        had = self._mails.keys()
        for letter in letters:
            addresses = dict.fromkeys(address for role in letter.roles for address in self._recipients.get(role, ()))
            for address in addresses:
                if (letter.key, address) not in had:
                    self._mails.put(letter.key, address, letter.about, now)
