"""The look-ahead in a process of its own: it reads the branch's journal and answers with a forecast.

    ──► {"id": 7, "now": "2026-03-02T01:12:30+00:00", "database": "sqlite:///…", "branch": "KL01", "folder": "/…"}
    ◄── {"ready": "forecast"}, once · {"id": 7, "forecast": {…}, "lanes": {…}, "quality": {…}}
    ──► {"id": 8, "now": …, …, "advise": true}     which counters to open or to close
    ◄── {"id": 8, "advice": {…}} · {"id": 8, "refused": "why"}
    ◄── {"unusable": "why"} instead of "ready", and the end

Its niceness is high: an officer's key goes before the next estimate. It only reads, and ends with its parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would take the cores of the counters

from sqlalchemy import Connection, Engine, select

from server.actions.load_branch import read_plan
from server.domain.branch import Branch
from server.forecast.seer import Seer
from server.reports import quality
from server.reports.diary import Reader
from sql.database import open_engine, reading
from sql.floor_query import load_floor
from sql.records import SqlRecords
from sql.store import read_journal
from sql.tables import branches

NICE = 10
QUALITY_EVERY = timedelta(minutes=5)


class Forecasting:
    """The branch `code` of a database; `folder` keeps what earlier days taught."""

    def __init__(self, engine: Engine, code: str, folder: Path, now: datetime) -> None:
        self._engine, self._code = engine, code
        with reading(engine) as connection:
            floor = load_floor(connection, self._plan(connection))
        reader = Reader(floor.draft())
        self._seer = Seer(reader, SqlRecords(engine, code, lambda: reader.draft.branch), folder, now)
        self._measured: datetime | None = None

    def answer(self, now: datetime) -> dict[str, Any]:
        seer = self._seer
        seer.catch_up(self._follow)
        told: dict[str, Any] = {
            "forecast": seer.look(now).as_json(),
            "lanes": quality.lanes(seer.days, seer.branch.business_on(now)),
        }
        if self._measured is None or abs(now - self._measured) >= QUALITY_EVERY:
            self._measured = now
            told["quality"] = quality.table(answer for day in seer.days for answer in day.answers)
        return told

    def advise(self, now: datetime) -> dict[str, Any]:
        self._seer.catch_up(self._follow)
        return {"advice": self._seer.advise(now)}

    def _follow(self, reader: Reader) -> None:
        with reading(self._engine) as connection:
            branch = self._plan(connection) if self._version(connection) != reader.draft.branch.version else None
            missed = read_journal(connection, self._code, reader.draft.seq)
        if branch is not None:
            self._seer.rebuilt(branch)
        for seq, event in missed:
            reader.see(event, seq)

    def _version(self, connection: Connection) -> int:
        found: int = connection.execute(select(branches.c.version).where(branches.c.code == self._code)).scalar_one()
        return found

    def _plan(self, connection: Connection) -> Branch:
        query = select(branches.c.plan, branches.c.version).where(branches.c.code == self._code)
        found = connection.execute(query).one()
        return read_plan(found.plan, found.version)


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints, prints to the log
    # Ctrl-C at the server's terminal reaches us too; we end when the questions end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(NICE)

    def tell(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    forecasting: Forecasting | None = None
    tell({"ready": "forecast"})
    for line in sys.stdin:
        order = json.loads(line)
        try:
            now = datetime.fromisoformat(order["now"])
            if forecasting is None:
                forecasting = Forecasting(open_engine(order["database"]), order["branch"], Path(order["folder"]), now)
            said = forecasting.advise(now) if order.get("advise") else forecasting.answer(now)
            tell({"id": order["id"], **said})
        except BrokenPipeError:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
