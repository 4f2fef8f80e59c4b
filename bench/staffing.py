"""Staffing, tried on an office that is not ours: a laboratory's days, staffed by our plan and by our live advice.

The laboratory is a folder with a simulator of one day in a public office (`office.py`, `exp_staffing.py`,
`journal_lab.py`), named by GILIRAN_LAB. We see of its days what a queue system sees, and learn from its journals.
"""

from __future__ import annotations

import csv
import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from config import branch_file
from server.actions.load_branch import branch_of
from server.domain.advice import advise
from server.domain.branch import Branch
from server.domain.erlang import counters_for
from server.domain.floor import Floor
from server.domain.hall import Doing, Hall, Post, Queue, hall_of, shift_of
from server.domain.law import SLOT_S
from server.domain.needs import day_needs
from server.domain.queue import Lane
from server.domain.staffing import Goal, goal_of, groups_of, occupancy
from server.reports.diary import Diary, Lessons
from server.reports.export import JOURNAL_HEADER
from server.reports.journal_file import Journal
from server.reports.learn import Past, learn
from server.reports.plan import volume

OPENING_S = 8 * 3600.0
LANES = (Lane.EMERGENCY, Lane.ELDERLY, Lane.REGULAR)
LEARNED, FIRST = 20, 5000
LEAST = 2


@dataclass(frozen=True)
class Lab:
    """The laboratory's modules, and the folder that they came from."""

    office: Any
    staffing: Any
    journal: Any


def lab() -> Lab | None:
    """None where GILIRAN_LAB names no laboratory."""
    folder = os.environ.get("GILIRAN_LAB", "")
    if not folder or not (Path(folder) / "office.py").is_file():
        return None
    sys.path.insert(0, folder)
    return Lab(*(importlib.import_module(name) for name in ("office", "exp_staffing", "journal_lab")))


@dataclass(frozen=True)
class Worked:
    """Share within the promise, counter-hours a day, share of days that reached the goal, changes a day."""

    kept: float
    hours: float
    good_days: float
    changes: float


class Branches:
    """One hall of the laboratory, and what an installation has learned there after some weeks."""

    def __init__(self, lab: Lab, skills: int | None, folder: Path) -> None:
        self.lab = lab
        self.world = lab.office.World(lab.staffing.pool(skills=skills), 3)
        file = folder / "branch.toml"
        file.write_text(lab.journal.branch_toml(self.world, lab.office.RECOMMENDED), encoding="utf-8")
        self.branch: Branch = branch_of(branch_file.load(file))
        usual = lab.staffing.formula_plans(self.world.sc)["Erlang C per slot, effective occupancy"]
        book = Journal(self.branch)
        book.read(self._journal(folder / "history.csv", usual))
        assert book.reader.today is not None
        days = [*book.reader.past, book.reader.today.lessons]
        self.past: Past = learn(self.branch, days)
        self.volume_cv = volume(days).cv
        self.goal: Goal = goal_of(self.branch, date.max)

    def _journal(self, file: Path, plan: list[int]) -> Path:
        with file.open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out)
            table.writerow(JOURNAL_HEADER)
            for d in range(LEARNED):
                day = self.lab.office.Day(self.world, d, self.lab.office.RECOMMENDED, open_plan=plan).run()
                table.writerows(self.lab.journal.journal(d, day, self.lab.journal.numbers(day)))
        return file

    def plan(self) -> list[int]:
        """Counters by half hour from what was learned: Erlang C on the mean of the days."""
        midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
        law = self.past.law(hall_of(Floor(self.branch), midnight), None)
        rates = self.past.rates.sum(axis=(1, 2))
        shares = self.past.rates.sum(axis=(0, 2))
        one = occupancy(law, shares, self.goal.usual(shares) / 3)
        slots = range(int(OPENING_S // SLOT_S), int(OPENING_S // SLOT_S) + len(self.world.sc.profile))
        return [counters_for(rates[slot], one.mean_s, self.goal.usual(shares), self.goal.share) for slot in slots]

    def needed(self) -> tuple[list[int], float]:
        """Counters by half hour as /manage/counters has them, and the share within the promise that it foretells."""
        midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
        hall = hall_of(Floor(self.branch), midnight)
        empty = replace(hall, posts=(), queues=(), into_day=0.0, absent=frozenset())
        law = self.past.law(hall, None)
        found = day_needs(empty, law, groups_of(self.branch), self.goal, self.volume_cv)
        of = {quarter.at: quarter.needed for quarter in found.quarters}
        slots = range(int(OPENING_S // SLOT_S), int(OPENING_S // SLOT_S) + len(self.world.sc.profile))
        return [max(of.get(2 * slot, 0), of.get(2 * slot + 1, 0)) for slot in slots], found.kept or 0.0

    def days(self, count: int, plan: list[int] | None, every: float = 30.0) -> Worked:
        """Days that nobody has learned from, under a plan or, without one, under live advice."""
        kept, hours, good, changes = list[float](), 0.0, 0, 0.0
        for d in range(FIRST, FIRST + count):
            day = self._day(d, plan, every)
            waits = np.array([ticket.wait for ticket in day.tickets if not ticket.cancelled]) * 60
            in_time = waits <= self.goal.within[0]
            kept += list(in_time)
            good += float(in_time.mean()) >= self.goal.share
            hours += day.hours
            changes += sum(one[1] != other[1] for one, other in zip(day.changes, day.changes[1:], strict=False))
        return Worked(float(np.mean(kept)), hours / count, good / count, changes / count)

    def _day(self, d: int, plan: list[int] | None, every: float) -> Any:
        rule = self.lab.office.RECOMMENDED
        if plan is not None:
            return self.lab.office.Day(self.world, d, rule, open_plan=plan).run()
        chosen = {f"K{c + 1}" for c in range(self.plan()[0])}

        def control(day: Any, t: float) -> int:
            hall = self._hall(day.snapshot(t), chosen)
            said = advise(hall, self.past.law(hall, self._diary(day, t)), self.goal,
                          ahead_s=(30.0 + every) * 60, least=LEAST, seed=d)  # fmt: skip
            chosen.update(step.counter for step in said.opens)
            chosen.difference_update(step.counter for step in said.closes)
            return len(chosen)

        day = self.lab.office.Day(self.world, d, rule, controller=control, every=every)
        day._shift_over = lambda c, t: f"K{c + 1}" not in chosen
        return day.run()

    def _hall(self, seen: Any, chosen: set[str]) -> Hall:
        """What the queue system sees, as a hall; a counter that was told to close is away once it has finished."""
        policy = self.branch.policy
        lines: dict[tuple[int, int], list[tuple[float, int]]] = {}
        for issued, ticket, service, lane in seen.waiting:
            lines.setdefault((service, lane), []).append(((issued - seen.now) * 60, ticket))
        queues = tuple(
            Queue(
                service, lane, shift_of(policy, LANES[lane]), "", tuple(i for _, i in line), tuple(r for r, _ in line)
            )
            for (service, lane), line in lines.items()
        )
        posts = tuple(self._post(seen, c, chosen) for c in range(len(seen.counters)))
        into_day = OPENING_S + seen.now * 60
        now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=float(seen.now))
        closes = OPENING_S + self.world.sc.day_end * 60 - into_day
        codes = tuple(service.code for service in self.branch.services)
        return Hall(now, into_day, closes, policy, codes, queues, posts)

    def _post(self, seen: Any, c: int, chosen: set[str]) -> Post:
        office, code = self.lab.office, f"K{c + 1}"
        status, since, service, waited, _, run = seen.counters[c]
        skills, who, since = frozenset(self.world.sc.counters[c].skills), f"counter:{code}", (since - seen.now) * 60
        if code not in chosen:
            return Post(code, skills, Doing.AWAY, who, np.inf)
        match status:
            case office.BUSY:
                return Post(code, skills, Doing.SERVING, who, since, service, run=run)
            case office.CALLING:
                return Post(code, skills, Doing.CALLING, who, since, service, waited * 60, run)
            case office.SHORT:
                return Post(code, skills, Doing.PAUSE, who, since, run=run)
        return Post(code, skills, Doing.IDLE, who, run=run)

    def _diary(self, day: Any, t: float) -> Diary:
        """What has happened on this day so far, as its journal would tell it."""
        code = [service.code for service in self.branch.services]
        seen = day.snapshot(t)
        lessons = Lessons((datetime(2026, 3, 2, tzinfo=UTC)).date())
        lessons.services = [(code[s], f"counter:K{c + 1}", minutes * 60) for s, c, minutes in seen.completions()]
        lessons.calls = [(wait * 60, bool(gone)) for _, wait, gone in seen.calls()]
        for ticket in day.tickets:
            if ticket.t <= t:
                key = (int((OPENING_S + ticket.t * 60) // SLOT_S), code[ticket.svc], ticket.lane)
                lessons.issued[key] = lessons.issued.get(key, 0) + 1
        return Diary(lessons)


def staffing(folder: Path, days: int, say: Callable[..., None]) -> None:
    """Live advice every half hour, against the plan that Erlang's formula makes from the same past."""
    found = lab()
    if found is None:
        print("     staffing: not measured, for GILIRAN_LAB names no laboratory")
        return
    for name, skills, least in (("one pool", None, 95), ("two halves with nothing in common", 3, 93)):
        (folder / name).mkdir()
        hall = Branches(found, skills, folder / name)
        planned, advised = hall.days(days, hall.plan()), hall.days(days, None)
        for what, worked in (("Erlang plan", planned), ("live advice", advised)):
            print(
                f"     {name}, {what}: {100 * worked.kept:.1f} % within the promise, {worked.hours:.1f} counter-hours, "
                f"{100 * worked.good_days:.0f} % of {days} days reach it, {worked.changes:.0f} changes a day"
            )
        say(f"live advice, {name}, within the promise", 100 * advised.kept, least, "%", at_least=True)
        if skills is None:
            plan, foretold = hall.needed()
            lived = hall.days(days, plan).kept
            print(f"     {name}, counters needed: {100 * foretold:.1f} % foretold, {100 * lived:.1f} % lived")
            say(f"counters needed, {name}, lived against foretold", 100 * abs(lived - foretold), 5, "points")
            say(f"live advice, {name}, counter-hours against the plan's", advised.hours, planned.hours, "h")
