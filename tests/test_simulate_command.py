"""`giliran simulate`: past days with other counters or another rule, as ranges; what cannot be tried is said."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.reports.export import JOURNAL_HEADER
from server.reports.simulate import FIGURES, SIMULATED_HEADER
from tests.command_line import DONE, FAILED, UNUSABLE, Command

BRANCH = """
[branch]
code = "T1"
name = {ms = "Kaunter"}

[[service]]
code = "A"
name = {ms = "Sijil"}
minutes = 5

[[counter]]
code = "K1"
services = ["A"]

[[counter]]
code = "K2"
services = ["A"]
"""
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def rows_of(on: datetime, tickets: int = 12) -> list[Sequence[str]]:
    """A day at one counter: somebody every three minutes, five minutes each."""
    rows: list[tuple[datetime, Sequence[str]]] = [(on, ("counter_opened", "", "", "", "K1", "A", ""))]
    for n in range(tickets):
        number, came = f"A{n + 1:03d}", on + timedelta(minutes=3 * n)
        called = on + timedelta(minutes=max(5 * n, 3 * n), seconds=n)
        about = (number, "A", "elderly" if n % 4 == 0 else "regular")
        rows.append((came, ("ticket_issued", *about, "", "", "")))
        rows.append((called, ("ticket_called", *about, "K1", "", "")))
        rows.append((called + timedelta(seconds=1), ("service_began", *about, "K1", "", "")))
        rows.append((called + timedelta(minutes=5), ("service_ended", *about, "K1", "", "done")))
    rows.append((on + timedelta(hours=3), ("counter_closed", "", "", "", "K1", "", "end")))
    ordered = sorted(rows, key=lambda row: row[0])
    return [(at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), *row) for at, row in ordered]


def journal(tmp_path: Path, days: int = 1, name: str = "journal.csv", first: datetime = MONDAY) -> str:
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(JOURNAL_HEADER)
        for n in range(days):
            table.writerows(rows_of(first + timedelta(days=n)))
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    branch = tmp_path / "branch.toml"
    branch.write_text(BRANCH, encoding="utf-8")
    return ("simulate", "--branch", str(branch), "--journal", journal(tmp_path))


def test_the_table_tells_each_figure_before_and_after_as_a_range(typed: Command, files: tuple[str, ...]) -> None:
    said = typed(*files, "--open", "K2@08:00")

    assert (said.status, said.err) == (DONE, "")
    days, tickets, ranges, empty, header, *table = said.out.splitlines()
    assert (days, empty) == ("Days: 2026-03-02", "")
    assert tickets == "Tickets: 12 (3 priority, 9 regular)"
    assert "in ten" in ranges
    assert header.split() == ["lane", "figure", "before", "after", "difference"]
    assert len(table) == 3 * len(FIGURES)
    for line in table:
        assert line.count(" to ") == 3, "a single figure is never shown"
    mean = next(line for line in table if line.startswith("all") and "mean" in line)
    assert re.search(r"-\d+\.\d to -\d+\.\d min$", mean), "a counter more shortens the wait"


def test_the_table_can_be_had_as_a_file_and_as_json(typed: Command, files: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "what_if.csv"

    said = typed(*files, "--discipline", "first_come", "--out", str(out), "--format", "json")

    told = json.loads(said.out)
    assert (told["days"], told["tickets"]["all"], told["left_out"]) == (["2026-03-02"], 12, 0)
    with out.open(encoding="utf-8", newline="") as file:
        header, *table = csv.reader(file)
    assert tuple(header) == SIMULATED_HEADER
    assert [row[:3] for row in table] == [[one["lane"], one["figure"], one["unit"]] for one in told["figures"]]
    assert all(float(row[3]) <= float(row[4]) for row in table)


def test_the_same_seed_tells_the_same_and_another_seed_another(typed: Command, files: tuple[str, ...]) -> None:
    asked = (*files, "--close", "K1@09:00")

    assert typed(*asked).out == typed(*asked).out != typed(*asked, "--seed", "1").out


def test_the_last_five_days_are_played_unless_others_are_named(typed: Command, tmp_path: Path) -> None:
    (tmp_path / "branch.toml").write_text(BRANCH, encoding="utf-8")
    asked = ("simulate", "--branch", str(tmp_path / "branch.toml"), "--journal", journal(tmp_path, days=7))
    earlier = journal(tmp_path, 3, "history.csv", MONDAY - timedelta(days=7))

    usual = typed(*asked, "--head-start", "10")
    named = typed(*asked, "--history", earlier, "--from", "2026-03-03", "--to", "2026-03-04", "--guard-after", "0")

    assert usual.out.splitlines()[0] == "Days: " + ", ".join(f"2026-03-0{day}" for day in range(4, 9))
    assert named.out.splitlines()[0] == "Days: 2026-03-03, 2026-03-04"


def test_an_office_plays_its_own_days(typed: Command) -> None:
    said = typed("simulate", "--from", "2026-03-02", "--to", "2026-03-02", "--open", "K9:J@08:00")

    assert (said.status, said.err) == (DONE, "")
    assert said.out.splitlines()[:2] == ["Days: 2026-03-02", "Tickets: 3 (3 regular)"]
    (called,) = [line.split() for line in said.out.splitlines() if re.match(r"all +not called", line)]
    assert called[3:] == ["1", "to", "1", "0", "to", "0", "-1", "to", "-1"], "nobody was there for J, now K9 is"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "nothing to try: give --open"),
        (("--guard", "3"), "nothing to try: give --open"),
        (("--open", "K2"), "--open K2: write it as K8@10:00"),
        (("--open", "K2@9"), "--open K2@9: write it as"),
        (("--open", "K2@24:00"), "24:00 is no time of day"),
        (("--open", "K2@10:00-09:30"), "ends before it begins"),
        (("--open", "K2:A@10:00"), "leave out what it does"),
        (("--open", "K7@10:00"), "the branch has K1, K2"),
        (("--open", "K7:Z@10:00"), "Z is none of the branch's services"),
        (("--open", "K7:A@10:00", "--open", "K7:A@12:00"), "a new counter is opened once"),
        (("--open", "K1@08:10"), "leaves every one of these days as it was"),
        (("--close", "K7@10:00"), "the branch has K1, K2"),
        (("--close", "K1"), "--close K1: write it as K3@12:00"),
        (("--close", "K1@10:00-11:00"), "write it as K3@12:00"),
        (("--discipline", "lottery"), "--discipline"),
        (("--discipline", "first_come", "--guard", "2"), "first_come has no guard"),
        (("--discipline", "strict", "--head-start", "5"), "strict has no head start"),
        (("--guard", "-1"), "--guard -1: must lie between 0 and 50"),
        (("--guard", "two"), "--guard"),
        (("--guard-after", "1e9"), "--guard-after 1e+09: must lie between 0 and 1440"),
        (("--head-start", "nan"), "--head-start nan: must lie between 0 and 1440"),
        (("--seed", "-1", "--guard", "1"), "--seed: must not be negative"),
        (("--from", "soon", "--guard", "1"), "--from: soon is no date"),
        (("--from", "2026-03-03", "--to", "2026-03-02", "--guard", "1"), "--from 2026-03-03 is after --to 2026-03-02"),
        (
            ("--from", "2026-04-01", "--guard", "1"),
            "no tickets from 2026-04-01 to the end; its days run from 2026-03-02",
        ),
        (("--history", "nowhere.csv", "--guard", "1"), "--history nowhere.csv: there is no such file"),
        (("--journal", "nowhere.csv", "--guard", "1"), "--journal nowhere.csv: there is no such file"),
        (("--format", "xlsx", "--guard", "1"), "--format"),
    ],
)
def test_what_cannot_be_tried_is_one_clear_line(
    typed: Command, files: tuple[str, ...], words: tuple[str, ...], line: str
) -> None:
    said = typed(*files, *words)

    assert said.status == UNUSABLE
    assert line in said.line


def test_an_own_past_has_its_own_history_and_an_end(typed: Command, tmp_path: Path) -> None:
    assert "--history: goes with --journal" in typed("simulate", "--history", journal(tmp_path), "--guard", "1").line
    assert "more than a year" in typed("simulate", "--from", "0001-01-01", "--guard", "1").line
    assert "no tickets" in typed("simulate", "--to", "0001-01-05", "--guard", "1").line


def test_a_fault_in_the_journal_names_its_line(typed: Command, files: tuple[str, ...]) -> None:
    path = Path(files[-1])
    path.write_text(path.read_text(encoding="utf-8").replace("A002,A", "A002,Z"))

    said = typed(*files, "--guard", "1")

    assert said.status == FAILED
    assert f"{path}:" in said.err
    assert "service 'Z'" in said.err


def test_days_without_tickets_are_answered_with_those_that_have_some(typed: Command) -> None:
    said = typed("simulate", "--from", "2026-03-03", "--to", "2026-03-05", "--guard", "1")

    assert said.status == UNUSABLE
    assert "its days run from 2026-03-02 to 2026-03-02" in said.line
