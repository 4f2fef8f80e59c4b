"""`giliran branch`: the office's own file, saved, edited and loaded while it works, or refused by line and key."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from server.actions.load_branch import read_plan
from server.domain.branch import Branch
from sql.store import SqlStore
from sql.tables import branches
from tests.builders import AnOffice, FakeClock
from tests.command_line import DONE, EXAMPLE, FAILED, UNUSABLE, Command, edited
from tests.servers import a_running_office

pytestmark = pytest.mark.slow

SIX_COUNTERS = re.findall(r'\[\[counter\]\]\ncode = "K\d".*?\n\n', EXAMPLE, re.DOTALL)
LATER = datetime(2098, 3, 3, 6, 0, tzinfo=UTC)
"""After whatever the clock of the machine says: an office whose journal is ahead goes by its journal."""
TODAY = ("--from", "2020-01-01", "--to", "2099-12-31")


def plan_of(typed: Command) -> Branch:
    """The branch as the database has it."""
    with typed.engine.connect() as connection:
        found = connection.execute(select(branches.c.plan, branches.c.version)).one()
    typed.engine.dispose()
    return read_plan(found.plan, found.version)


def without_service(code: str) -> str:
    """The example without one of its services."""
    text = re.sub(rf'\[\[service\]\]\ncode = "{code}".*?\n\n', "", EXAMPLE, flags=re.DOTALL)
    return re.sub(rf', "{code}"(?=[,\]])|(?<=\[)"{code}", ', "", text)


@pytest.mark.parametrize("edit", ["", '\nhours = [{days = "working", open = [["08:00", "17:00"]]}]\n'])
def test_a_branch_that_is_saved_and_loaded_is_the_same(typed: Command, tmp_path: Path, edit: str) -> None:
    saved, again = tmp_path / "saved.toml", tmp_path / "again.toml"
    if edit:
        assert typed("branch", "load", edited(tmp_path, edit + EXAMPLE)).status == DONE
    assert typed("branch", "save", str(saved)).status == DONE
    before = plan_of(typed)

    said = typed("branch", "load", str(saved))

    assert (said.status, said.out) == (DONE, "")
    assert replace(plan_of(typed), version=before.version) == before
    assert plan_of(typed).version == before.version + 1
    typed("branch", "save", str(again))
    assert again.read_bytes() == saved.read_bytes()


def test_an_edited_branch_is_loaded_and_written_back(typed: Command, tmp_path: Path) -> None:
    saved = tmp_path / "saved.toml"
    typed("branch", "save", str(saved))
    text = saved.read_text(encoding="utf-8")

    said = typed("branch", "load", edited(tmp_path, text.replace("Kaunter Utama", "Kaunter Dua")))

    assert said.status == DONE
    assert plan_of(typed).name["ms"] == "Kaunter Dua"
    typed("branch", "save", str(saved))
    assert "Kaunter Dua" in saved.read_text(encoding="utf-8")
    assert typed.audit()[0] == ("command line", "branch_loaded")


def test_the_office_s_own_remarks_come_back_with_its_file(typed: Command, tmp_path: Path) -> None:
    saved = tmp_path / "saved.toml"
    text = EXAMPLE.replace("walk = 30  ", "walk = 45  ") + "\n# Ask Puan Rohani before you change this.\n"

    typed("branch", "load", edited(tmp_path, text))

    typed("branch", "save", str(saved))
    assert saved.read_text(encoding="utf-8") == text


def test_whoever_changes_a_promise_is_told_that_it_begins_tomorrow(typed: Command, tmp_path: Path) -> None:
    changed = EXAMPLE.replace("minutes = 15\nshare", "minutes = 10\nshare")

    first = typed("branch", "load", edited(tmp_path, changed))
    again = typed(
        "branch", "load", edited(tmp_path, EXAMPLE.replace("Certificates", "Papers").replace("15\nshare", "10\nshare"))
    )

    assert re.search(r"the changed promise begins on \d{4}-\d\d-\d\d; what was promised before holds", first.err)
    assert "promise" not in again.err


# ── what is still needed ─────────────────────────────────────────────────────────────────────────────────────


def an_afternoon(typed: Command) -> AnOffice:
    """The office of this folder, at work: J001 waits; nobody else."""
    return AnOffice(SqlStore(typed.engine, "KL01", read_plan), FakeClock(LATER), "afternoon")


def refused(typed: Command, path: str) -> str:
    """The one line that refuses the file; that the branch stays as it was is asserted."""
    typed.engine.dispose()
    before = plan_of(typed)
    said = typed("branch", "load", path)
    assert said.status == FAILED
    assert plan_of(typed) == before
    return said.line


def test_a_service_is_not_removed_while_tickets_wait_on_it(typed: Command, tmp_path: Path) -> None:
    assert refused(typed, edited(tmp_path, without_service("J"))) == "giliran: still_waiting: service J, number J001"


def test_a_service_is_not_removed_while_a_missed_number_of_it_may_come_back(typed: Command, tmp_path: Path) -> None:
    office = an_afternoon(typed)
    office.issue("F")
    office.next("K1")
    office.miss("K1")

    line = refused(typed, edited(tmp_path, without_service("F")))

    assert line == f"giliran: still_waiting: service F, number {office.floor.missed(office.clock.now())[0].number}"
    office.clock.advance(minutes=31)
    office.issue("A")
    assert typed("branch", "load", edited(tmp_path, without_service("F"))).status == DONE


def test_a_lane_is_not_removed_while_somebody_waits_in_it(typed: Command, tmp_path: Path) -> None:
    number = an_afternoon(typed).issue("A", "elderly").number

    line = refused(typed, edited(tmp_path, EXAMPLE.replace("# lanes = ", "lanes = ").replace('"elderly", ', "", 1)))

    assert line == f"giliran: still_waiting: lane elderly, number {number}"


def test_a_counter_is_not_removed_while_a_customer_is_put_aside_there(typed: Command, tmp_path: Path) -> None:
    office = an_afternoon(typed)
    number = office.issue("F").number
    office.open("K2")
    office.next("K2")
    office.serve("K2")
    office.hold("K2")
    office.close("K2")

    line = refused(typed, edited(tmp_path, EXAMPLE.replace(SIX_COUNTERS[1], "")))

    assert line == f"giliran: still_waiting: counter K2, number {number}"


def test_a_counter_is_not_removed_while_somebody_is_on_duty_there(typed: Command, tmp_path: Path) -> None:
    line = refused(typed, edited(tmp_path, EXAMPLE.replace(SIX_COUNTERS[0], "")))

    assert line == "giliran: still_waiting: counter K1"


def test_a_service_and_a_counter_that_nobody_needs_go(typed: Command, tmp_path: Path) -> None:
    text = without_service("H").replace(SIX_COUNTERS[1], "")

    assert typed("branch", "load", edited(tmp_path, text)).status == DONE

    assert [service.code for service in plan_of(typed).services] == ["A", "F", "J"]
    assert "K2" not in [counter.code for counter in plan_of(typed).counters]


# ── what cannot be used ──────────────────────────────────────────────────────────────────────────────────────

OVERLAPPING = EXAMPLE + '\n[[hours]]\ndays = "fri"\nopen = [["08:00", "12:00"], ["11:00", "17:00"]]\n'


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        (EXAMPLE.replace("guard = 3 ", "gaurd = 3 "), "gaurd", 'discipline.gaurd: unknown key; did you mean "guard"?'),
        (EXAMPLE.replace('code = "K2"', 'code = "K1"'), 'code = "K1"',
         'counter 2.code: "K1" is the code of another counter already'),
        (EXAMPLE.replace('code = "F"', 'code = "A"', 1), 'code = "A"\nname = {ms = "Pendaftaran"',
         'service 2.code: "A" is the code of another service already'),
        (OVERLAPPING, "open = [[", "hours 1.open: 11:00–17:00 overlaps other hours on fri"),
        (EXAMPLE.replace("no_show_after = 60 ", 'no_show_after = "soon" '), "no_show_after = ",
         "calling.no_show_after: must be a number"),
        (EXAMPLE.replace('code = "KL01"', f'code = "{"K" * 21}"'), 'code = "KKK',
         f'branch.code: "{"K" * 21}" is no code of a branch: 1 to 20 letters, digits, spaces, dots, hyphens, '
         "underscores"),
        ("[branch\n", "[branch", "is not TOML: Expected ']' at the end of a table declaration (column 8)"),
    ],
)  # fmt: skip
def test_a_branch_file_with_a_fault_is_refused_by_line_and_key_and_changes_nothing(
    typed: Command, tmp_path: Path, text: str, at: str, said: str
) -> None:
    before, path = plan_of(typed), edited(tmp_path, text)

    answer = typed("branch", "load", path)

    assert (answer.status, answer.out) == (UNUSABLE, "")
    line = text[: text.rindex(at)].count("\n") + 1
    assert answer.err.splitlines()[0] == f"giliran: {path}:{line}: {said}"
    assert plan_of(typed) == before


def test_the_file_of_another_branch_is_refused(typed: Command, tmp_path: Path) -> None:
    line = refused(typed, edited(tmp_path, EXAMPLE.replace('code = "KL01"', 'code = "JB02"')))

    assert "JB02" in line


def test_a_branch_file_that_is_not_there_is_named(typed: Command) -> None:
    said = typed("branch", "load", "nowhere.toml")

    assert said.status == UNUSABLE
    assert "nowhere.toml" in said.line


@pytest.mark.slow
def test_a_running_server_takes_an_edited_branch_and_new_people_up(tmp_path: Path) -> None:
    with a_running_office(tmp_path) as office:
        kiosk = office.caller("kiosk")
        assert kiosk.post("/tickets", {"service": "K"}).status == 422
        text = EXAMPLE + '\n[[service]]\ncode = "K"\nname = {ms = "Kad"}\n'

        said = office.run("branch", "load", edited(tmp_path, text))

        assert (said.returncode, said.stdout) == (DONE, "")
        assert kiosk.post("/tickets", {"service": "K"}).body["number"] == "K001"
        secret = office.run("token", "add", "--role", "kiosk", "--name", "second").stdout.strip()
        assert type(kiosk)(office.url, secret).post("/tickets", {"service": "A"}).status == 201
        exported = office.run("export", "tickets", *TODAY)
        assert exported.stdout.count("\n") == 3
        assert office.run("verify").returncode == DONE
