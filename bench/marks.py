"""The marks of the estimates: three offices of a laboratory replayed, and held against what nobody can beat.

The laboratory is the folder that GILIRAN_LAB names (`journal_lab.py`): it exports journals and keeps the truth of a
sample of tickets sealed, with the mean of the true law of each wait beside it, the oracle.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from config import branch_file
from server.actions.load_branch import branch_of
from server.domain import events as e
from server.domain.branch import Branch
from server.domain.floor import Floor
from server.forecast.seer import look_ahead
from server.reports.diary import Lessons, Reader
from server.reports.learn import learn

OFFICES = ("town", "small", "large")
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
"""Monday, half past ten in Kuala Lumpur."""


def marks(folder: Path, say: Callable[..., None]) -> None:
    """The time of a pass; then each office exported, replayed by the command, and scored by the laboratory."""
    passes(say)
    lab = Path(os.environ.get("GILIRAN_LAB", ""), "journal_lab.py")
    if not os.environ.get("GILIRAN_LAB") or not lab.is_file():
        print("     marks: not measured, for GILIRAN_LAB names no laboratory")
        return
    for name in OFFICES:
        days = folder / name
        _lab(lab, "export", "--scenario", name, "--out", str(days))
        took, worked = _replay(days)
        print(f"     {name}: replayed in {took:.0f} s, {worked:.0f} s of processor time")
        if name == "town":
            say("replay of 12 days of a town", took, 90, "s")
        told = _lab(lab, "score", str(days), str(days / "estimates.csv"))
        found = json.loads(told.splitlines()[0])
        say(f"{name}, error against the oracle's", found["rmse_to_oracle"], 1.10, "")
        say(f"{name}, error against position × mean / counters", found["rmse_to_peer"], 0.70, "")
        say(f"{name}, share in the range, points off 80 %", abs(100 * found["cover"] - 80), 5, "")
        say(f"{name}, interval score against the oracle's", found["interval_to_oracle"], 1.15, "")
        say(f"{name}, bias, share of the mean wait", 100 * found["bias_share"], 8, "%")
        say(f"{name}, questions without an answer", found["unanswered"], 0, "")


def passes(say: Callable[..., None]) -> None:
    """One look-ahead over a whole hall, on one core."""
    branch = branch_of(branch_file.load(branch_file.EXAMPLE))
    for waiting, limit in ((200, 60), (1000, 250)):
        reader = _crowd(branch, waiting)
        past = learn(branch, [_a_day_like_any(branch)])
        took = []
        for _ in range(9):
            began = time.process_time()
            look_ahead(reader.draft, past, NOW, reader.today)
            took.append((time.process_time() - began) * 1000)
        say(f"a pass with {waiting} waiting", statistics.median(took), limit, "ms")


def _crowd(branch: Branch, waiting: int) -> Reader:
    """Every counter serves, and so many wait since the last half hour."""
    rnd, reader = Random(waiting), Reader(Floor(branch).draft())
    for counter in branch.counters:
        reader.see(e.CounterOpened(at=NOW - timedelta(hours=2), counter=counter.code, officer=None,
                                   services=counter.services))  # fmt: skip
    came = sorted(NOW - timedelta(seconds=rnd.uniform(0, 1800)) for _ in range(waiting + len(branch.counters)))
    for ordinal, at in enumerate(came, 1):
        service, (lane,) = rnd.choice(branch.services), rnd.choices(("emergency", "elderly", "regular"), (1, 17, 82))
        reader.see(e.TicketIssued(
            at=at, number=f"{service.letter}{ordinal:04d}", ordinal=ordinal, letter=service.letter,
            business_on=NOW.date(), service=service.code, lane=lane, language="ms", channel="kiosk", transactions=1,
            token=str(ordinal),
        ))  # fmt: skip
    for counter in branch.counters:
        choice = next(iter(reader.draft.next_for(reader.draft.counter(counter.code), NOW)), None)
        if choice is not None:
            ticket, at = choice.ticket.id, NOW - timedelta(seconds=rnd.uniform(1, 400))
            reader.see(e.TicketCalled(at=at, ticket=ticket, counter=counter.code, officer=None, why="", run=choice.run))
            reader.see(e.ServiceBegan(at=at, ticket=ticket, counter=counter.code))
    return reader


def _a_day_like_any(branch: Branch) -> Lessons:
    """Forty tickets in each half hour from eight to four, one in six of them with a head start."""
    each = max(1, 40 // (6 * len(branch.services)))
    issued = {(slot, service.code, kind): each * share for slot in range(16, 32) for service in branch.services
              for kind, share in ((1, 1), (2, 5))}  # fmt: skip
    return Lessons(NOW.date() - timedelta(days=1), issued=issued)


def _lab(script: Path, *words: str) -> str:
    """What the laboratory says; its exit status only repeats its marks."""
    said = subprocess.run([sys.executable, str(script), *words], capture_output=True, text=True, cwd=script.parent)
    if not said.stdout:
        raise RuntimeError(said.stderr)
    return said.stdout


def _replay(days: Path) -> tuple[float, float]:
    """Seconds on the clock, and of processor time, of `giliran replay` on an exported office."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "server.cli", "replay", str(days / "days.csv"), "--history", str(days / "history.csv"),
         "--branch", str(days / "branch.toml"), "--estimates", str(days / "estimates.csv")], check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, worked
