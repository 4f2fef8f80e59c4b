"""The back-test: each ticket is told what could be known when it was issued, and not a moment more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from config import branch_file
from server.actions.load_branch import branch_of
from server.domain.branch import Branch
from server.domain.forecast import Told
from server.reports.journal_fault import JournalFault
from server.reports.replay import Answer, BackTest, replay
from tests.builders import OPENING

pytestmark = pytest.mark.slow

HEADER = "at,kind,ticket,service,lane,counter,services,detail"
OFFICE = """
[branch]
code = "KL01"
name = {ms = "Kaunter Utama", en = "Main counter"}
timezone = "Asia/Kuala_Lumpur"

[[service]]
code = "A"
name = {ms = "Sijil", en = "Certificates"}
minutes = 4.0

[[service]]
code = "F"
name = {ms = "Bayaran", en = "Payments"}
minutes = 4.0

[[counter]]
code = "K1"
services = ["A"]

[[counter]]
code = "K2"
services = ["A"]
"""
"""Nobody serves F."""


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    path = tmp_path / "branch.toml"
    path.write_text(OFFICE, encoding="utf-8")
    return branch_of(branch_file.load(path))


def a_day(day: int, customers: int = 25, seed: int = 1, minutes: float = 4.0) -> list[str]:
    """The rows of a day: two counters, customers who come faster than they can be served, services of all lengths."""
    rnd = Random(1000 * day + seed)
    opens = OPENING + timedelta(days=day)
    rows = [(0.0, f"counter_opened,,,,{counter},A,") for counter in ("K1", "K2")]
    free, came = {"K1": 1.0, "K2": 1.0}, 0.0
    for n in range(1, customers + 1):
        came += rnd.expovariate(1 / 100)
        lane = "elderly" if n % 9 == 0 else "regular"
        counter = min(free, key=lambda code: free[code])
        called = max(came, free[counter])
        began = called + rnd.uniform(10, 40)
        ended = began + rnd.lognormvariate(0, 0.5) * minutes * 60
        free[counter] = ended + 1
        who = f"A{n:03d},A,{lane}"
        rows += [
            (came, f"ticket_issued,{who},,,"),
            (called, f"ticket_called,{who},{counter},,"),
            (began, f"service_began,{who},{counter},,"),
            (ended, f"service_ended,{who},{counter},,done"),
        ]
    closes = max(free.values()) + 60
    rows += [(closes, f"counter_closed,,,,{counter},,end") for counter in free]
    rows.sort(key=lambda row: row[0])
    return [f"{(opens + timedelta(seconds=t)).isoformat(timespec='milliseconds')[:-6]}Z,{row}" for t, row in rows]


def a_file(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def told(branch: Branch, path: Path, *history: Path, processes: int = 1, skip_bad: bool = False) -> list[Answer]:
    return replay(BackTest(branch, path, history, skip_bad), processes)[0]


def test_every_ticket_is_told_something_in_the_order_of_the_journal(branch: Branch, tmp_path: Path) -> None:
    rows = a_day(0)

    found = told(branch, a_file(tmp_path / "days.csv", rows))

    issued = [row.split(",") for row in rows if "ticket_issued" in row]
    assert [(one.ticket, one.issued_at) for one in found] == [(cells[2], cells[0]) for cells in issued]
    assert len(found) == 25


def test_the_range_holds_what_is_likely_and_widens_with_the_wait(branch: Branch, tmp_path: Path) -> None:
    found = told(branch, a_file(tmp_path / "days.csv", a_day(0)))

    for one in found:
        assert one.wait is not None
        assert 0 <= one.wait.low <= one.wait.likely <= one.wait.high
    assert found[0].wait == Told(0, 0, 0)
    last = found[-1].wait
    assert last is not None
    assert last.high - last.low > 120


def test_nothing_of_the_future_is_used(branch: Branch, tmp_path: Path) -> None:
    rows = [*a_day(0), *a_day(1)]
    whole = told(branch, a_file(tmp_path / "days.csv", rows))

    for place in (3, 17, 30, 49):
        issue = next(n for n, row in enumerate(rows)
                     if row.startswith(f"{whole[place].issued_at},ticket_issued,{whole[place].ticket}"))  # fmt: skip
        cut = told(branch, a_file(tmp_path / "cut.csv", rows[: issue + 1]))
        assert cut == whole[: place + 1]


def test_one_process_and_two_say_the_same(branch: Branch, tmp_path: Path) -> None:
    rows = [row for day in range(3) for row in a_day(day)]
    history = a_file(tmp_path / "history.csv", a_day(-3))
    path = a_file(tmp_path / "days.csv", rows)

    assert told(branch, path, history, processes=2) == told(branch, path, history)


def test_a_fault_is_told_by_whichever_process_finds_it(branch: Branch, tmp_path: Path) -> None:
    path = a_file(tmp_path / "days.csv", [*a_day(0), *a_day(0)])

    for processes in (1, 2):
        with pytest.raises(JournalFault, match=r"days.csv:\d+: is earlier"):
            told(branch, path, processes=processes)


def test_the_past_teaches_how_long_services_take(branch: Branch, tmp_path: Path) -> None:
    slow = a_file(tmp_path / "slow.csv", [row for n in range(-5, 0) for row in a_day(n, minutes=12.0)])
    path = a_file(tmp_path / "days.csv", a_day(1))

    def longest(found: list[Answer]) -> float:
        return max(one.wait.likely for one in found if one.wait is not None)

    assert longest(told(branch, path, slow)) > 1.5 * longest(told(branch, path))


def test_an_empty_past_is_a_past(branch: Branch, tmp_path: Path) -> None:
    path = a_file(tmp_path / "days.csv", a_day(0))
    nothing = a_file(tmp_path / "nothing.csv", [])

    assert told(branch, path, nothing) == told(branch, path)
    assert told(branch, nothing) == []


def test_who_comes_for_what_nobody_does_is_told_nothing(branch: Branch, tmp_path: Path) -> None:
    rows = ["2026-03-02T00:00:00.000Z,counter_opened,,,,K1,A,",
            "2026-03-02T00:01:00.000Z,ticket_issued,F001,F,regular,,,"]  # fmt: skip

    (one,) = told(branch, a_file(tmp_path / "days.csv", rows))

    assert one.wait is None


def test_rows_that_are_left_out_are_counted_once_whatever_the_processes(branch: Branch, tmp_path: Path) -> None:
    history = a_file(tmp_path / "history.csv", ["half a row", *a_day(-1)])
    path = a_file(tmp_path / "days.csv", [*a_day(0), "another"])

    for processes in (1, 2):
        found, skipped = replay(BackTest(branch, path, (history,), skip_bad=True), processes)
        assert (len(found), skipped) == (25, 2)
