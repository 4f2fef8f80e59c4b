"""The power fails while days of long ago are removed: what is left is sound, and the next night goes on from there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bench.history import past
from config.settings import load
from server.actions.load_branch import read_plan
from server.office_folder import open_folder
from server.reports import achievement, day_figures
from sql.figures import SqlFigures
from sql.records import SqlRecords
from sql.scores import SqlScores
from sql.store import SqlStore
from sql.verify import verify

pytestmark = [pytest.mark.soak, pytest.mark.slow]

END = date(2020, 3, 14)
DAYS = 10


@pytest.mark.timeout(300)
def test_whenever_it_is_killed_the_journal_is_sound_and_in_the_end_all_is_gone(tmp_path: Path) -> None:
    data, chance = tmp_path / "data", random.Random(6)
    past(data, 300 * DAYS, a_day=300, until=END)
    opened = open_folder(load(data))
    branch = SqlStore(opened.engine, opened.branch, read_plan).floor.branch
    records = SqlRecords(opened.engine, opened.branch, lambda: branch)
    while achievement.keep_step(SqlScores(opened.engine, opened.branch), records, branch, END):
        pass
    settled = datetime(END.year, END.month, END.day, tzinfo=UTC)
    while day_figures.keep_step(SqlFigures(opened.engine, opened.branch), records, branch, END, settled):
        pass
    before = verify(opened.engine, opened.branch)
    assert before.faults == []

    command = [sys.executable, "-m", "server.cli", "retention", "--data", str(data)]
    for _ in range(8):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as removing:
            assert removing.stdout is not None
            assert removing.stdout.readline().startswith("Records are kept")  # it has begun
            try:
                removing.wait(chance.uniform(0.05, 1.2))
            except subprocess.TimeoutExpired:
                removing.send_signal(signal.SIGKILL)
        assert verify(opened.engine, opened.branch).faults == []
    last = subprocess.run(command, capture_output=True, text=True, check=True)

    proof = verify(opened.engine, opened.branch)
    assert "removed" in last.stdout.splitlines()[-1]
    assert (proof.faults, proof.unswept) == ([], 0)
    assert sum(one.entries for one in proof.anchors) == before.entries
    assert proof.entries == len(proof.anchors)  # what tells of each day
    opened.engine.dispose()
