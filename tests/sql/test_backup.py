"""A copy of the office: taken while people work, proved, and put back only where it harms nobody."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from config.settings import Settings, load
from sql.backup import backup, restore
from sql.database import open_engine
from sql.store import SqlStore
from sql.verify import verify
from tests.builders import AnOffice, FakeClock
from tests.stores import a_database, a_turn, founded
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow


def settings_of(engine: Engine, folder: Path) -> Settings:
    return load(folder, database=engine.url.render_as_string(hide_password=False))


@contextmanager
def a_writer(engine: Engine) -> Iterator[AnOffice]:
    """Somebody takes number after number; at least ten before the block begins."""
    office, stop, warm = AnOffice(founded(engine, TWO_DAYS_BRANCH), FakeClock()), threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            office.issue()
            if office.floor.seq >= 10:
                warm.set()

    writer = threading.Thread(target=write)
    writer.start()
    warm.wait(30)
    try:
        yield office
    finally:
        stop.set()
        writer.join()


def test_a_copy_taken_while_people_work_is_sound_and_nothing_before_it_is_missing(
    engine: Engine, tmp_path: Path
) -> None:
    copy = tmp_path / "copies" / "monday.copy"
    copy.parent.mkdir()
    with a_writer(engine) as office:
        before = after = office.floor.seq
        while before == after:  # until they did work meanwhile
            copy.unlink(missing_ok=True)
            before = office.floor.seq
            backup(engine, copy)
            after = office.floor.seq

    engine.dispose()
    restore(settings_of(engine, tmp_path), copy)

    found = verify(engine, "KL01")
    assert found.faults == []
    assert before <= found.entries < office.floor.seq
    assert os.listdir(copy.parent) == ["monday.copy"]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_what_is_put_back_is_the_office_as_it_was(engine: Engine, tmp_path: Path) -> None:
    office = two_days(founded(engine, TWO_DAYS_BRANCH), customers=10)
    before = office.floor
    backup(engine, tmp_path / "copy")
    office.issue_many(5)
    engine.dispose()

    restore(settings_of(engine, tmp_path), tmp_path / "copy")

    assert SqlStore(engine, "KL01", lambda plan, version: TWO_DAYS_BRANCH).floor == before
    assert verify(engine, "KL01").faults == []


def test_an_older_copy_is_replaced_only_by_a_whole_one(sqlite: Engine, tmp_path: Path) -> None:
    founded(sqlite, TWO_DAYS_BRANCH)
    copy = tmp_path / "copy"
    backup(sqlite, copy)
    old = copy.read_bytes()
    gone = open_engine(f"sqlite:///{tmp_path}/nowhere/office.db")

    with pytest.raises(OSError, match="cannot be written"):
        backup(gone, copy)

    assert copy.read_bytes() == old
    assert not (tmp_path / "copy.part").exists()


def test_a_copy_needs_a_name_that_is_no_folder(sqlite: Engine, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(OSError, match="is a folder"):
        backup(sqlite, tmp_path / "folder")
    with pytest.raises(OSError, match="nowhere"):
        backup(sqlite, tmp_path / "nowhere" / "copy")


@pytest.mark.parametrize("name", ["office.db", "link", "folder/../office.db"])
def test_the_database_itself_is_no_place_for_a_copy(sqlite: Engine, tmp_path: Path, name: str) -> None:
    """It would have been replaced under the feet of the server, which then writes into a file that nobody sees."""
    founded(sqlite, TWO_DAYS_BRANCH)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "office.db")
    inode = (tmp_path / "office.db").stat().st_ino

    with pytest.raises(OSError, match="the database itself"):
        backup(sqlite, tmp_path / name)
    with pytest.raises(OSError, match="the database itself"):
        restore(settings_of(sqlite, tmp_path), tmp_path / name)

    assert (tmp_path / "office.db").stat().st_ino == inode


def test_a_copy_can_be_read_from_a_place_where_nothing_can_be_written(sqlite: Engine, tmp_path: Path) -> None:
    founded(sqlite, TWO_DAYS_BRANCH)
    copy = tmp_path / "copy"
    backup(sqlite, copy)

    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("pragma journal_mode").fetchone() == ("delete",)  # one file: no log, no shared memory


@pytest.mark.parametrize("when", ["it has asked something", "somebody has the turn"])
def test_nothing_is_put_back_under_a_server(engine: Engine, tmp_path: Path, when: str) -> None:
    """Also under one that does nothing just now: it would go on from a past that is gone."""
    office = AnOffice(founded(engine, TWO_DAYS_BRANCH), FakeClock())
    backup(engine, tmp_path / "copy")
    office.issue()
    assert engine.pool.checkedin() > 0  # type: ignore[attr-defined]

    def refused() -> None:
        with pytest.raises(OSError, match="stop the server first"):
            restore(settings_of(engine, tmp_path), tmp_path / "copy")

    if when == "somebody has the turn":
        with a_turn(office.store, "test"):
            refused()
    else:
        refused()

    office.issue()
    assert verify(engine, "KL01").faults == []
    assert office.floor.waiting == 2


def a_foreign_file(kind: str, path: Path) -> Path:
    if kind == "a database of somebody else":
        with closing(sqlite3.connect(path)) as other:
            other.execute("create table branches (seq integer)")
    elif kind == "a text":
        path.write_text("branches\n" * 1000)
    elif kind == "empty":
        path.touch()
    elif kind == "a folder":
        path.mkdir()
    return path


@pytest.mark.parametrize("kind", ["a database of somebody else", "a text", "empty", "a folder", "missing"])
def test_what_is_no_copy_of_an_office_is_refused_and_the_office_stays(
    engine: Engine, tmp_path: Path, kind: str
) -> None:
    office = AnOffice(founded(engine, TWO_DAYS_BRANCH), FakeClock())
    office.issue()
    engine.dispose()

    with pytest.raises(OSError, match=r"no copy of an office|is not there"):
        restore(settings_of(engine, tmp_path), a_foreign_file(kind, tmp_path / "a copy? #1%20"))

    assert verify(engine, "KL01").entries == 1


@pytest.mark.parametrize("database", ["sqlite", "own_postgresql"])
def test_a_copy_of_a_newer_version_is_refused(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> None:
    engine: Engine = request.getfixturevalue(database)
    founded(engine, TWO_DAYS_BRANCH)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    backup(engine, tmp_path / "copy")
    engine.dispose()

    with pytest.raises(OSError, match="newer version"):
        restore(settings_of(engine, tmp_path), tmp_path / "copy")


def test_a_damaged_copy_is_refused(sqlite: Engine, tmp_path: Path) -> None:
    two_days(founded(sqlite, TWO_DAYS_BRANCH), customers=10)
    copy = tmp_path / "copy"
    backup(sqlite, copy)
    bytes_ = bytearray(copy.read_bytes())
    for place in range(len(bytes_) // 2, len(bytes_) // 2 + 4096 * 4):
        bytes_[place] ^= 0xFF
    copy.write_bytes(bytes_)
    sqlite.dispose()

    with pytest.raises(OSError, match=r"damaged|no copy"):
        restore(settings_of(sqlite, tmp_path), copy)

    assert verify(sqlite, "KL01").faults == []


def test_a_copy_is_put_back_on_a_machine_that_has_nothing_yet(sqlite: Engine, tmp_path: Path) -> None:
    two_days(founded(sqlite, TWO_DAYS_BRANCH), customers=10)
    backup(sqlite, tmp_path / "copy")

    restore(load(tmp_path / "new" / "data"), tmp_path / "copy")

    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700
    with a_database(f"sqlite:///{tmp_path}/new/data/giliran.sqlite3") as engine:
        assert verify(engine, "KL01").faults == []


def test_no_password_stands_on_a_command_line(
    postgresql: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be read there by everybody on the machine."""
    run = subprocess.run
    seen: list[tuple[list[str], Mapping[str, str]]] = []

    def watched(command: list[str], **named: Any) -> object:
        seen.append((command, named["env"]))
        return run(command, **named)

    monkeypatch.setattr(subprocess, "run", watched)
    founded(postgresql, TWO_DAYS_BRANCH)
    with_password = open_engine(postgresql.url.set(password="s3cret").render_as_string(hide_password=False))
    backup(with_password, tmp_path / "copy")
    postgresql.dispose()
    restore(settings_of(with_password, tmp_path), tmp_path / "copy")

    assert len(seen) == 3
    assert not any("s3cret" in word for command, _ in seen for word in command)
    assert [environment.get("PGPASSWORD") for _, environment in seen] == ["s3cret", None, "s3cret"]


def test_a_missing_program_is_named(postgresql: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    founded(postgresql, TWO_DAYS_BRANCH)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OSError, match="pg_dump is not installed"):
        backup(postgresql, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()
    assert not (tmp_path / "copy.part").exists()
