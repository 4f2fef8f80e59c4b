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
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would take the cores of the counters

from sqlalchemy import Engine

from server.actions.load_branch import read_plan
from server.domain.branch import Branch
from server.forecast.shelf import Shelf
from server.reports.covers import KINDS, spans_of
from server.reports.diary import Diary
from server.reports.needs import needs_today
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
    told = Told(order)
    try:
        with _turn(Path(order["folder"]), told):
            signal.signal(signal.SIGALRM, _too_long)
            signal.alarm(LIMIT_S)
            answer = study(open_engine(order["database"]), order, told.progress)
            signal.alarm(0)
        told.say(DONE, done=1.0, answer=answer)
    except Cancelled:
        told.say(CANCELLED)
    except TooLong:
        told.say(FAILED, why="too_long")
    # Whatever else goes wrong ends this process: its lock is free then, and the study told as lost.
    return 0


def study(engine: Engine, order: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """The answer to what is asked. It raises whatever `progress` does."""
    branch = read_plan(saved_plan(engine, order["branch"]), 1)
    records = SqlRecords(engine, order["branch"], lambda: branch)
    shelf = Shelf(lambda: branch, records, Path(order["lessons"]))
    now = datetime.fromisoformat(order["asked_at"])
    return _day(engine, branch, records, shelf, now, progress)


def _day(
    engine: Engine, branch: Branch, records: SqlRecords, shelf: Shelf, now: datetime, progress: Progress
) -> dict[str, Any]:
    with reading(engine) as connection:
        floor = load_floor(connection, branch)
    today = branch.business_on(now)
    days = shelf.earlier(today)
    progress(0.3)
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
