"""The start of an office: the folder that it finds or makes, what it refuses, and what it prints."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import update

from config.settings import Settings, load
from server import cli
from server.office_folder import NotUsable, open_folder
from sql.tables import branches
from tests.command_line import EXAMPLE, UNUSABLE, Command, edited
from tests.machine import eventually
from tests.servers import GILIRAN, ROOT, a_running_office, clean_environment
from tests.services import dies_with_us, free_port

pytestmark = pytest.mark.slow

TODAY = ("--from", "2020-01-01", "--to", "2099-12-31")


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [("verify",), ("token", "list"), ("user", "link"), ("branch", "save", "b.toml"), ("export", "tickets", *TODAY),
     ("backup", "copy")],
)  # fmt: skip
def test_a_command_makes_no_office_where_there_is_none(typed: Command, tmp_path: Path, words: Sequence[str]) -> None:
    folder = tmp_path / "empty"

    said = typed(*words, data=folder)

    assert said.status == UNUSABLE
    assert "holds no office yet" in said.line
    assert not folder.exists()


def test_a_command_makes_no_office_in_an_empty_database(typed: Command, tmp_path: Path, postgresql_url: str) -> None:
    said = typed("token", "list", "--database", postgresql_url, data=tmp_path / "empty")

    assert said.status == UNUSABLE
    assert "holds no office yet" in said.line


def test_several_branches_in_one_database_have_a_folder_each(
    typed: Command, tmp_path: Path, postgresql_url: str
) -> None:
    offices = {code: load(tmp_path / code, database=postgresql_url) for code in ("KL01", "JB02", "PG03")}
    for code, settings in offices.items():
        file = Path(edited(tmp_path, EXAMPLE.replace('code = "KL01"', f'code = "{code}"')))
        assert opened(settings, file) == (code, True)

    for code, settings in offices.items():
        assert opened(settings) == (code, False)
    said = typed("token", "list", "--database", postgresql_url, data=tmp_path / "which")
    assert said.status == UNUSABLE
    assert "JB02, KL01, PG03" in said.line


def opened(settings: Settings, file: Path | None = None) -> tuple[str, bool]:
    """The branch that a start finds, and whether it is new."""
    office = open_folder(settings, file)
    office.engine.dispose()
    return office.branch, office.is_new


@pytest.mark.parametrize(
    ("noted", "known", "named"),
    [("JB02", [], "JB02"), ("JB02", ["KL01"], "JB02"), ("KL01", ["JB02"], "KL01")],
)
def test_a_folder_of_a_branch_that_its_database_does_not_keep_is_not_given_to_another(
    tmp_path: Path, noted: str, known: Sequence[str], named: str
) -> None:
    settings = load(tmp_path / "data")
    for code in known:
        opened(settings, Path(edited(tmp_path, EXAMPLE.replace('code = "KL01"', f'code = "{code}"'))))
    settings.data.mkdir(exist_ok=True)
    (settings.data / "branch").write_text(noted)

    with pytest.raises(NotUsable, match=f"this office is {named}, which the database does not keep"):
        open_folder(settings)


def test_a_first_start_that_was_cut_off_is_simply_repeated(tmp_path: Path) -> None:
    settings = load(tmp_path / "data")
    settings.data.mkdir()
    (settings.data / "branch").write_text("KL01\n")

    assert opened(settings) == ("KL01", True)
    assert opened(settings) == ("KL01", False)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("GILIRAN_PORT", "70000", "GILIRAN_PORT"),
        ("GILIRAN_HEARTBEET", "5", "GILIRAN_HEARTBEET"),
        ("GILIRAN_DATABASE", "mysql://localhost/x", "GILIRAN_DATABASE"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    typed: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    monkeypatch.setenv(name, value)

    said = typed("verify")

    assert said.status == UNUSABLE
    assert named in said.line


def test_a_file_that_is_no_database_is_named(typed: Command) -> None:
    (typed.data / "giliran.sqlite3").write_text("not a database at all\n" * 100)
    for left in typed.data.glob("giliran.sqlite3-*"):
        left.unlink()

    said = typed("verify")

    assert said.status == UNUSABLE
    assert "database" in said.line


def test_a_database_that_cannot_be_reached_is_named(typed: Command) -> None:
    said = typed("verify", "--database", f"postgresql://nobody@127.0.0.1:{free_port()}/none")

    assert said.status == UNUSABLE
    assert all(line.startswith("giliran: ") for line in said.err.splitlines())
    assert "database" in said.err


def test_a_database_from_a_newer_version_is_left_alone(typed: Command) -> None:
    from_a_newer_version(typed)

    said = typed("verify")

    assert said.status == UNUSABLE
    assert "newer version" in said.line


def from_a_newer_version(typed: Command) -> None:
    with typed.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")


@pytest.mark.parametrize(
    "words", [(), ("dance",), ("token",), ("serve", "--port", "many"), ("demo", "--speed", "fast")]
)
def test_words_that_are_no_command_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: Sequence[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(words)

    assert leaving.value.code == UNUSABLE
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"giliran: .+ \(see giliran[\w ]* --help\)\n", err)


# ── serve ────────────────────────────────────────────────────────────────────────────────────────────────────


def refused_to_serve(typed: Command, *words: str, data: Path | None = None) -> str:
    """What is said. Refused before anything is served, so this process need not become one of green tasks."""
    said = typed("serve", "--async-mode", "threading", *words, data=data)
    assert (said.status, said.out) == (UNUSABLE, ""), said.err
    assert all(line.startswith("giliran: ") for line in said.err.splitlines())
    return said.err


def test_a_port_in_use_is_named(typed: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused_to_serve(typed, "--port", str(port))

    assert f"port {port} on 127.0.0.1 is in use" in said


def test_an_address_that_this_machine_does_not_have_is_named(typed: Command) -> None:
    assert "192.0.2.1:8000" in refused_to_serve(typed, "--host", "192.0.2.1")


def test_a_first_start_that_was_refused_its_port_leaves_nothing_behind(typed: Command, tmp_path: Path) -> None:
    """Else the same words with another port would be refused: there would be a branch already."""
    branch, data = edited(tmp_path, EXAMPLE), tmp_path / "new"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused_to_serve(typed, "--branch", branch, "--port", str(port), data=data)

    assert f"port {port} on 127.0.0.1 is in use" in said
    assert not data.exists()


def test_a_later_start_refuses_another_branch_file(typed: Command, tmp_path: Path) -> None:
    said = refused_to_serve(typed, "--branch", edited(tmp_path, EXAMPLE), "--port", "0")

    assert "KL01 already" in said
    assert "giliran branch load" in said


def test_a_first_start_with_a_broken_branch_file_leaves_nothing_behind(typed: Command, tmp_path: Path) -> None:
    broken = edited(tmp_path, EXAMPLE.replace("guard = 3", "gaurd = 3"))
    data = tmp_path / "new"

    said = refused_to_serve(typed, "--branch", broken, "--port", "0", data=data)

    assert re.search(r"edited\.toml:\d+: discipline\.gaurd: ", said)
    assert not data.exists()


def test_a_server_does_not_touch_a_database_from_a_newer_version(typed: Command) -> None:
    from_a_newer_version(typed)

    assert "newer version" in refused_to_serve(typed, "--port", "0")


def test_a_folder_that_cannot_be_written_is_named() -> None:
    """As a user other than root, whom no folder is closed to; outside of pytest's own folders, which are root's."""
    words = dies_with_us(signal.SIGKILL, user="nobody") if os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="giliran-closed-") as closed:
        Path(closed).chmod(0o555)

        said = subprocess.run(
            [*words, *GILIRAN, "serve", "--port", "0", "--data", f"{closed}/data"],
            cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert (said.returncode, said.stdout) == (UNUSABLE, ""), said.stderr
    assert said.stderr == f"giliran: data: {closed}/data cannot be written: Permission denied\n"


@pytest.mark.slow
def test_a_clock_that_was_set_back_is_told_and_takes_no_numbers(typed: Command, tmp_path: Path) -> None:
    with typed.engine.begin() as connection:
        connection.execute(update(branches).values(last_at=datetime.now(UTC) + timedelta(hours=1)))
    typed.engine.dispose()
    shutil.move(typed.data, tmp_path / "moved" / "data")

    with a_running_office(tmp_path / "moved") as office:
        answer = office.caller("kiosk").post("/tickets", {"service": "A"})

        assert (answer.status, answer.body["code"]) == (503, "clock_set_back")
        assert office.caller().get("/queues").status == 200


@pytest.mark.slow
def test_the_addresses_and_the_links_of_a_first_start_are_printed_once(tmp_path: Path) -> None:
    with a_running_office(tmp_path) as office:
        eventually(lambda: "/setup/" in office.log)
        first = office.log
        for path in ("/kiosk/main", "/display/hall", "/counter/K1", "/manage", "/admin"):
            assert office.url + path in first
        links = re.findall(r"pair once: (\S+)", first)
        assert len(links) == 1 + 2 + 6
        assert re.search(rf"{office.url}/setup/[\w-]{{43}}", first)
        office.add_person("Ketua", "admin")

        assert office.stop() == 0
        office.start()
        eventually(lambda: "/admin" in office.log)

        assert "pair once" not in office.log
        assert "/setup/" not in office.log
        assert f"{office.url}/kiosk/main" in office.log
