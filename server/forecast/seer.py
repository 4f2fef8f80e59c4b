"""One branch followed through its journal, and looked ahead from: what the forecasting process does at each question.

It only reads the database. What earlier days taught is kept in small files beside it; they can be deleted at any time
and are learned again from the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from server.domain.advice import Advice, advise
from server.domain.branch import Branch
from server.domain.floor import Floor
from server.domain.forecast import KINDS, NO_COUNTER, Forecast, Told, promised
from server.domain.hall import Hall, hall_of
from server.domain.law import Law
from server.domain.lookahead import REPLICATIONS, Options, play, told
from server.domain.staffing import Goal, goal_of
from server.forecast.shelf import Shelf
from server.ports import Records
from server.reports.diary import Diary, Lessons, Reader
from server.reports.learn import LEARNED_DAYS, Past, learn
from server.reports.quality import USUAL, Levels, levels_of

CROWD, LEAST_REPLICATIONS = 1000, 40


class Seer:
    """`reader` stands where the branch stands; `records` are the past, `folder` keeps the lessons of each day."""

    def __init__(self, reader: Reader, records: Records, folder: Path, now: datetime) -> None:
        self._reader = reader
        self._shelf = Shelf(lambda: self.branch, records, folder)
        self._told: dict[int, tuple[datetime, Told]] = {}
        today = self.branch.business_on(now)
        self._shelf.forget(today)
        reader.past = self._shelf.earlier(today)
        reader.today = self._shelf.of(today)
        self.past, self.levels = self._learned()

    @property
    def branch(self) -> Branch:
        return self._reader.draft.branch

    @property
    def days(self) -> list[Lessons]:
        """The lessons of the days before today, and today's so far."""
        today = self._reader.today
        return [*self._reader.past, *([today.lessons] if today is not None else [])]

    def catch_up(self, follow: Callable[[Reader], None]) -> None:
        """Let `follow` bring the reader to what is committed; a day that has passed is learned from at once."""
        known = len(self._reader.past)
        follow(self._reader)
        if len(self._reader.past) > known:
            for lessons in self._reader.past[known:]:
                self._shelf.keep(lessons)
                self._shelf.forget(lessons.on)
            self._reader.past = self._reader.past[-LEARNED_DAYS:]
            self.past, self.levels = self._learned()

    def rebuilt(self, branch: Branch) -> None:
        """A new plan: the same past, read with other services and counters."""
        self._reader.draft.branch = branch
        self.past, self.levels = self._learned()

    def look(self, now: datetime) -> Forecast:
        """The forecast of this moment; promises that were made are kept."""
        fresh = look_ahead(self._reader.draft, self.past, now, self._diary(now), self.levels)
        waiting = {ticket: self._promise(ticket, wait, now) for ticket, wait in fresh.waiting.items()}
        self._told = {ticket: (now, wait) for ticket, wait in waiting.items()}
        return replace(fresh, waiting=waiting)

    def advise(self, now: datetime) -> dict[str, Any]:
        """Which counters to open or to close now, as JSON; promises stay as they are."""
        branch, diary = self.branch, self._diary(now)
        hall = hall_of(self._reader.draft, now, diary.begun if diary is not None else None)
        goal = goal_of(branch, branch.business_on(now))
        local = now.astimezone(branch.timezone)
        least = branch.lunch.minimum if branch.lunch.is_at(local.time()) else 0
        advice = advise(hall, self.past.law(hall, diary), goal, least=max(1, least), seed=local.toordinal())
        return advice_json(advice, goal, now)

    def _diary(self, now: datetime) -> Diary | None:
        """Today's; None on a new day on which nothing has happened yet."""
        diary = self._reader.today
        return None if diary is not None and diary.lessons.on < self.branch.business_on(now) else diary

    def _promise(self, ticket: int, fresh: Told, now: datetime) -> Told:
        """What a waiting ticket is told now: what it was told before, unless that has moved too far."""
        before = self._told.get(ticket) or self._at_issue(ticket)
        return fresh if before is None else promised(before[1].after((now - before[0]).total_seconds()), fresh)

    def _at_issue(self, ticket: int) -> tuple[datetime, Told] | None:
        event = self._reader.today.told_at_issue(ticket) if self._reader.today is not None else None
        if event is None:
            return None
        low, likely, high = event.told
        return event.at, Told(low, likely, high)

    # ── the days before ──────────────────────────────────────────────────────────────────────────────────────

    def _learned(self) -> tuple[Past, Levels]:
        return learn(self.branch, self._reader.past), levels_of(a for day in self._reader.past for a in day.answers)


def look_ahead(floor: Floor, past: Past, now: datetime, diary: Diary | None = None, levels: Levels = USUAL) -> Forecast:
    """One pass: everybody who waits, and one more of every service and kind of lane. The day is the seed."""
    hall = hall_of(floor, now, diary.begun if diary is not None else None)
    law = past.law(hall, diary)
    tz = floor.branch.timezone
    ghosts = tuple((place, kind) for place in range(len(hall.services)) for kind in range(KINDS))
    played = play(
        hall, law, Options(replications=_replications(hall), ghosts=ghosts, seed=now.astimezone(tz).toordinal())
    )
    asked = [(hall.services[place], kind) for place, kind in ghosts]
    joining = dict(zip(asked, told(played.ghosts, levels.low, levels.high), strict=True))
    waiting = zip(played.ids, told(played.waits, levels.low, levels.high), strict=True)
    return Forecast(
        as_of=now, seq=floor.seq, joining=joining,
        waiting={ticket: wait for ticket, wait in waiting if wait is not None}, step_s=_steps(hall, law),
        reasons={code: NO_COUNTER for code in hall.services if joining[code, KINDS - 1] is None},
    )  # fmt: skip


def advice_json(advice: Advice, goal: Goal, now: datetime) -> dict[str, Any]:
    """What the overview is told. `within_s` is None where services are promised different times."""
    return {
        "at": now.isoformat(),
        "share": goal.share,
        "within_s": float(goal.within[0]) if len(set(goal.within.tolist())) == 1 else None,
        "open_now": advice.open_now,
        "kept_now": round(advice.kept_now, 4),
        "open_then": advice.open_then,
        "kept_then": round(advice.kept_then, 4),
        "opens": [step.counter for step in advice.opens],
        "closes": [step.counter for step in advice.closes],
        "helps": advice.helps,
    }


def _replications(hall: Hall) -> int:
    """As many as ever, but where a crowd waits that nobody will serve today: then enough for a rough answer."""
    return max(LEAST_REPLICATIONS, min(REPLICATIONS, REPLICATIONS * CROWD // max(1, hall.waiting)))


def _steps(hall: Hall, law: Law) -> dict[str, float]:
    """What one more ticket of each service adds to the next one's wait: its work, shared by who can do it."""
    walk = float(law.walk.mean())
    found = {}
    for place, code in enumerate(hall.services):
        able = sum(place in post.services and post.since <= 0 for post in hall.posts)
        found[code] = (float(law.pools[place].mean()) * law.today + walk) / max(1, able)
    return found
