"""`giliran plan`: the counters of a week, from a past that there must be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import DONE, FAILED, UNUSABLE, Command
from tests.test_simulate_command import BRANCH, journal


@pytest.fixture
def branch(tmp_path: Path) -> str:
    path = tmp_path / "branch.toml"
    path.write_text(BRANCH, encoding="utf-8")
    return str(path)


def test_each_half_hour_of_each_day_that_was_worked_has_its_counters(
    typed: Command, tmp_path: Path, branch: str
) -> None:
    found = typed("plan", "--branch", branch, "--history", journal(tmp_path, days=2), "--week", "2026-03-11")

    assert found.status == DONE, found.err
    header, first, *_, last = found.out.splitlines()
    assert header.split() == ["Mon", "09.03.", "Tue", "10.03."]
    assert first.split() == ["08:00", "3", "3"]
    assert last == "Tue 10.03.: the branch has too few counters to keep its promise"


def test_without_a_past_there_is_no_plan(typed: Command, tmp_path: Path, branch: str) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("at,kind,ticket,service,lane,counter,services,detail\n", encoding="utf-8")

    found = typed("plan", "--branch", branch, "--history", str(empty))

    assert (found.status, found.out) == (FAILED, "")
    assert "no past to plan from" in found.err


def test_a_week_that_is_no_date_is_named(typed: Command, tmp_path: Path, branch: str) -> None:
    found = typed("plan", "--branch", branch, "--history", journal(tmp_path), "--week", "soon")

    assert found.status == UNUSABLE
    assert found.err == "giliran: --week: soon is no date, write it as 2026-03-02\n"
