"""`giliran replay`: what an office types to hold the estimates against its own past, and what it is told."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.command_line import DONE, FAILED, UNUSABLE, Command, edited
from tests.reports.test_replay import HEADER, OFFICE, a_day, a_file

pytestmark = pytest.mark.slow

ROWS = a_day(0, customers=8)


def test_there_is_one_line_for_each_ticket(typed: Command, tmp_path: Path) -> None:
    journal, out = a_file(tmp_path / "days.csv", ROWS), tmp_path / "out.csv"
    history = a_file(tmp_path / "history.csv", a_day(-1))

    said = typed("replay", str(journal), "--history", str(history), "--branch", edited(tmp_path, OFFICE),
                 "--estimates", str(out), "--processes", "1")  # fmt: skip

    assert (said.status, said.out, said.err) == (DONE, "", "")
    text = out.read_bytes()
    assert text.startswith(b"ticket,issued_at,low,likely,high\n")
    assert b"\r" not in text
    rows = list(csv.DictReader(text.decode().splitlines()))
    assert [row["ticket"] for row in rows] == [f"A{n:03d}" for n in range(1, 9)]
    assert {row["issued_at"] for row in rows} == {row.split(",")[0] for row in ROWS if "ticket_issued" in row}
    assert all(float(row["low"]) <= float(row["likely"]) <= float(row["high"]) for row in rows)
    assert not list(tmp_path.glob("*.part"))


def test_who_can_be_told_nothing_has_empty_cells(typed: Command, tmp_path: Path) -> None:
    journal, out = (
        a_file(tmp_path / "days.csv", ["2026-03-02T00:01:00.000Z,ticket_issued,F001,F,regular,,,"]),
        tmp_path / "o",
    )

    said = typed("replay", str(journal), "--branch", edited(tmp_path, OFFICE), "--estimates", str(out),
                 "--processes", "1")  # fmt: skip

    assert said.status == DONE
    assert out.read_text().splitlines()[1] == "F001,2026-03-02T00:01:00.000Z,,,"


def test_a_journal_that_cannot_be_read_says_where_and_leaves_no_file(typed: Command, tmp_path: Path) -> None:
    journal, out = a_file(tmp_path / "days.csv", [*ROWS[:3], "nonsense", *ROWS[3:5], "more"]), tmp_path / "out.csv"

    said = typed("replay", str(journal), "--branch", edited(tmp_path, OFFICE), "--estimates", str(out),
                 "--processes", "1")  # fmt: skip

    assert (said.status, said.out, out.exists()) == (FAILED, "", False)
    assert [line.split(": ")[1] for line in said.err.splitlines()] == [f"{journal}:5", f"{journal}:8"]


def test_bad_rows_are_left_out_where_the_office_says_so_and_counted(typed: Command, tmp_path: Path) -> None:
    journal, out = a_file(tmp_path / "days.csv", [*ROWS[:3], "nonsense", *ROWS[3:]]), tmp_path / "out.csv"

    said = typed("replay", str(journal), "--branch", edited(tmp_path, OFFICE), "--estimates", str(out), "--skip-bad",
                 "--processes", "1")  # fmt: skip

    assert (said.status, said.err) == (DONE, "giliran: 1 rows left out\n")
    assert len(out.read_text().splitlines()) == 9


@pytest.mark.parametrize(("header", "named"), [("when,what", "header"), (HEADER, "days.csv")])
def test_a_file_that_is_none_is_refused(typed: Command, tmp_path: Path, header: str, named: str) -> None:
    journal = tmp_path / "days.csv"
    if header != HEADER:
        journal.write_text(header, encoding="utf-8")

    said = typed("replay", str(journal), "--branch", edited(tmp_path, OFFICE), "--estimates", str(tmp_path / "o"))

    assert (said.status, named in said.line) == (FAILED, True)


def test_a_branch_that_cannot_be_used_is_named(typed: Command, tmp_path: Path) -> None:
    journal = a_file(tmp_path / "days.csv", ROWS)

    said = typed("replay", str(journal), "--branch", edited(tmp_path, OFFICE.replace('code = "A"', 'code = "?"', 1)),
                 "--estimates", str(tmp_path / "o"))  # fmt: skip

    assert said.status == UNUSABLE
    assert "code" in said.err


@pytest.mark.parametrize("words", [("--estimates", "x.csv"), ("days.csv",)])
def test_without_a_journal_or_a_place_for_the_estimates_it_does_nothing(typed: Command, words: tuple[str, ...]) -> None:
    assert typed("replay", *words).status == UNUSABLE


def test_a_number_of_processes_that_is_none_is_refused(typed: Command, tmp_path: Path) -> None:
    journal = a_file(tmp_path / "days.csv", ROWS)

    said = typed("replay", str(journal), "--branch", edited(tmp_path, OFFICE), "--estimates", str(tmp_path / "o"),
                 "--processes", "0")  # fmt: skip

    assert (said.status, "--processes" in said.err) == (UNUSABLE, True)


def test_without_an_office_and_without_a_branch_it_says_what_would_do(typed: Command, tmp_path: Path) -> None:
    journal = a_file(tmp_path / "days.csv", ROWS)

    said = typed("replay", str(journal), "--estimates", str(tmp_path / "o"), data=tmp_path / "nowhere")

    assert said.status == UNUSABLE
    assert "or name a branch's file: --branch" in said.line
