"""One study in a process of its own: it reads the past, plays days, and writes what came out to its file.

    ──► {"who": "person-7", "kind": "what_if", "asked_at": …, "asked": {…}, "database": …, "branch": …, "folder": …, …}
    <folder>/person-7.json  ◄── {"state": "running", "done": 0.4, …}, at last {"state": "done", "answer": {…}}

Its niceness is high: an officer's key goes before it. It only reads the database, and ends with whoever began it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would take the cores of the counters

from sqlalchemy import Engine

from config.branch_tables import DisciplineTable
from server.actions.load_branch import policy_of, read_plan
from server.domain.branch import Branch
from server.domain.law import NEVER
from server.forecast.shelf import Shelf
from server.reports.covers import KINDS, spans_of
from server.reports.diary import Diary
from server.reports.learn import learn
from server.reports.lived_day import DayBook, LivedDay
from server.reports.needs import needs_today
from server.reports.simulate import (
    Change,
    Close,
    Does,
    NothingToTry,
    Open,
    Range,
    Serves,
    Simulated,
    law_of,
    simulate,
)
from server.studies import CANCELLED, DONE, FAILED, RUNNING, WAITING, write_whole
from sql.database import open_engine, reading
from sql.floor_query import load_floor
from sql.plan import saved_plan
from sql.records import SqlRecords

NICE = 15
AT_ONCE = 2
"""So many studies of an office go on beside each other; a further one waits for its turn."""
LIMIT_S = 180
"""What has no answer by then gets none."""
TOLD_EVERY_S = 0.4

Progress = Callable[[float], None]


class Cancelled(Exception):
    """Whoever asked would rather not know."""


class Unanswerable(Exception):
    """The past does not answer this; the message is the code of why."""


class TooLong(Exception):
    """It has had its time."""


class Told:
    """Writes how far a study is, and looks whether it is still wanted."""

    def __init__(self, order: dict[str, Any]) -> None:
        folder, who = Path(order["folder"]), order["who"]
        self._file, self._cancel = folder / f"{who}.json", folder / f"{who}.cancel"
        self._about = {name: order[name] for name in ("kind", "asked", "asked_at", "last")}
        self._told_at = 0.0

    def progress(self, done: float) -> None:
        """Raises Cancelled."""
        if self._cancel.exists():
            raise Cancelled
        if time.monotonic() - self._told_at >= TOLD_EVERY_S:
            self._told_at = time.monotonic()
            self.say(RUNNING, done=round(min(1.0, done), 3))

    def say(self, state: str, **more: Any) -> None:
        write_whole(self._file, {**self._about, "state": state, **more})


def main() -> int:
    with contextlib.suppress(OSError):
        os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    telling = Told(order)
    try:
        with _turn(Path(order["folder"]), telling):
            signal.signal(signal.SIGALRM, _too_long)
            signal.alarm(LIMIT_S)
            answer = study(open_engine(order["database"]), order, telling.progress)
            signal.alarm(0)
        telling.say(DONE, done=1.0, answer=answer)
    except Cancelled:
        telling.say(CANCELLED)
    except Unanswerable as why:
        signal.alarm(0)
        telling.say(FAILED, why=str(why))
    except TooLong:
        telling.say(FAILED, why="too_long")
    # Whatever else goes wrong ends this process: its lock is free then, and the study told as lost.
    return 0


def study(engine: Engine, order: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """The answer to what is asked. It raises whatever `progress` does."""
    branch = read_plan(saved_plan(engine, order["branch"]), 1)
    records = SqlRecords(engine, order["branch"], lambda: branch)
    shelf = Shelf(lambda: branch, records, Path(order["lessons"]))
    now = datetime.fromisoformat(order["asked_at"])
    if order["kind"] == "what_if":
        return _what_if(branch, records, shelf, branch.business_on(now), order["asked"], progress)
    return _day(engine, branch, records, shelf, now, progress)


def _what_if(
    branch: Branch, records: SqlRecords, shelf: Shelf, today: date, asked: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    """The last days as they were and with the change. Raises Unanswerable."""
    past = shelf.earlier(today, progress=lambda done: progress(0.2 * done))
    chosen = [lessons for lessons in past if lessons.issued][-asked["days"] :]
    if not chosen:
        raise Unanswerable("no_history")
    book = DayBook(branch)
    for n, lessons in enumerate(chosen):
        progress(0.2 + 0.1 * n / len(chosen))
        for row in records.journal_between(lessons.on, lessons.on):
            book.see(row.event, row.seq)
    wanted = {lessons.on: lessons for lessons in chosen}
    days = [day for day in book.days() if day.on in wanted and day.arrivals]
    if not any(one.counts for day in days for one in day.arrivals):
        raise Unanswerable("no_history")
    learned = learn(branch, past)
    laws = [(day, law_of(learned, wanted[day.on])) for day in days]
    try:
        found = simulate(branch, laws, change_of(asked, branch), progress=lambda done: progress(0.3 + 0.7 * done))
    except NothingToTry as same:
        raise Unanswerable("nothing_changes") from same
    return told(days, found)


def change_of(asked: dict[str, Any], branch: Branch) -> Change:
    """What the page asked for; the edge has seen to it that all of it is there."""
    rule = asked["rule"]
    policy = branch.policy if rule is None else policy_of(DisciplineTable.model_validate(rule))
    return Change(
        policy,
        tuple(
            Open(one["counter"], _seconds(one["since"]), _seconds(one["until"]), tuple(one["services"]))
            for one in asked["opens"]
        ),
        tuple(Close(one["counter"], _seconds(one["since"])) for one in asked["closes"]),
        tuple(Serves(one["counter"], f"officer:{one['officer']}") for one in asked["serves"]),
        tuple(Does(one["counter"], tuple(one["services"])) for one in asked["does"]),
    )


def _seconds(clock: str | None) -> float:
    if clock is None:
        return NEVER
    hours, minutes = map(int, clock.split(":"))
    return hours * 3600.0 + minutes * 60.0


def told(days: Sequence[LivedDay], found: Simulated) -> dict[str, Any]:
    """The answer as the page reads it: seconds, shares between 0 and 1, tickets; each figure a range."""

    def of(span: Range) -> list[float] | None:
        return None if span.low is None or span.high is None else [round(span.low, 4), round(span.high, 4)]

    return {
        "days": [day.on.isoformat() for day in days], "tickets": found.tickets, "left_out": found.left_out,
        "figures": [
            {"lane": one.lane, "figure": one.figure, "unit": one.unit, "before": of(one.before),
             "after": of(one.after), "difference": of(one.difference)}
            for one in found.figures
        ],
    }  # fmt: skip


def _day(
    engine: Engine, branch: Branch, records: SqlRecords, shelf: Shelf, now: datetime, progress: Progress
) -> dict[str, Any]:
    with reading(engine) as connection:
        floor = load_floor(connection, branch)
    today = branch.business_on(now)
    days = shelf.earlier(today, progress=lambda done: progress(0.3 * done))
    found: Diary | None = shelf.of(today)
    if found is not None and found.began_at is None:
        found = None
    happened = (event for _, event in records.happened(today, today, KINDS))
    spans = spans_of(happened, now + timedelta(seconds=1))
    return needs_today(floor, days, found, spans, now)


@contextlib.contextmanager
def _turn(folder: Path, told: Told) -> Iterator[None]:
    """One of the few places; until it is free, the study waits."""
    files = [os.open(folder / f"place-{n}.lock", os.O_RDWR | os.O_CREAT, 0o600) for n in range(AT_ONCE)]
    try:
        told.say(WAITING, done=0.0)
        while not any(map(_taken, files)):
            told.progress(0.0)
            time.sleep(TOLD_EVERY_S)
        told.progress(0.0)
        yield
    finally:
        for file in files:
            os.close(file)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _too_long(_signal: int, _frame: object) -> None:
    raise TooLong


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
