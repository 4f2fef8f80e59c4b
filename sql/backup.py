"""A copy of the office's database, taken while the server runs, and put back while it does not."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL, Engine, text
from sqlalchemy.engine import make_url

from config.settings import Settings
from sql.database import open_engine, revisions


class ProgramFailed(OSError):
    """A program of PostgreSQL ended with an error."""


_OTHERS = """select count(*) from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"""


def backup(engine: Engine, file: Path) -> None:
    """Copy the database to `file`: SQLite by its online backup, PostgreSQL by pg_dump. It appears whole or not at all,
    readable by its owner alone.

    Raises OSError when the file cannot be written, is the database itself, and when pg_dump is missing or fails.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite and file.resolve() == Path(engine.url.database or "").resolve():
        raise OSError(f"{file} is the database itself: name another file")
    if file.is_dir():
        raise OSError(f"{file} is a folder: name a file")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if is_sqlite:
            _copy(Path(engine.url.database or ""), part)
        else:
            _run(["pg_dump", "--format=custom", f"--file={part}", _address(engine.url)], engine.url)
        part.replace(file)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _copy(database: Path, part: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            copy.execute("pragma journal_mode=delete")  # one file, that can be read from a medium without writing
    except sqlite3.Error as error:
        raise OSError(f"the copy cannot be written: {error}") from error


def restore(settings: Settings, file: Path) -> None:
    """Put a copy back in the place of the database. The server must be stopped.

    Raises OSError when the copy cannot be read, is none of an office or of a newer version, or a server still runs;
    then the database is as it was.
    """
    if not file.is_file():
        raise OSError(f"{file} is not there")
    where = make_url(settings.database_url)
    if where.get_backend_name() == "postgresql":
        _restore_postgresql(where, file)
    else:
        _restore_sqlite(Path(where.database or ""), file)


def _restore_sqlite(target: Path, file: Path) -> None:
    if file.resolve() == target.resolve():
        raise OSError(f"{file} is the database itself: name the copy")
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        _prove_office(copy, file)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(sqlite3.connect(target, timeout=1)) as database:
            try:
                # Only whoever is alone may change this: a server holds the file even while nobody asks anything.
                database.execute("pragma journal_mode=delete")
                copy.backup(database)
                database.execute("pragma journal_mode=wal")
            except sqlite3.OperationalError as error:
                raise OSError(f"{target} is in use, or cannot be written: stop the server first ({error})") from error


def _prove_office(copy: sqlite3.Connection, file: Path) -> None:
    """Raises OSError unless this is the sound database of an office, of this version or an older one."""
    try:
        sound = copy.execute("pragma integrity_check").fetchone()[0]
        copy.execute("select seq from branches").fetchall()
        revision = copy.execute("select version_num from alembic_version").fetchone()
    except sqlite3.Error as error:
        raise OSError(f"{file} is no copy of an office: {error}") from error
    if sound != "ok":
        raise OSError(f"{file} is damaged: {sound}")
    if revision is None or revision[0] not in revisions():
        raise OSError(f"{file} was written by a newer version of Giliran: update the program first")


def _restore_postgresql(where: URL, file: Path) -> None:
    try:
        told = _run(["pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)])
    except ProgramFailed as error:
        raise OSError(f"{file} is no copy of an office: {error}") from error
    revision = re.search(r"^COPY \S*alembic_version .*\n(.*)$", told, re.MULTILINE)
    if revision is None:
        raise OSError(f"{file} is no copy of an office")
    if revision[1] not in revisions():
        raise OSError(f"{file} was written by a newer version of Giliran: update the program first")
    engine = open_engine(where.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            others = connection.scalar(text(_OTHERS))
    finally:
        engine.dispose()
    if others:
        raise OSError(f"the database {where.database} is in use: stop the server first")
    # In one transaction: whole or not at all.
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    _run([*command, f"--dbname={_address(where)}", str(file)], where)


def _address(where: URL) -> str:
    """For libpq, without the password: a command line can be read by everybody on the machine."""
    plain = URL.create("postgresql", where.username, None, where.host, where.port, where.database, where.query)
    return plain.render_as_string(hide_password=False)


def _run(command: Sequence[str], where: URL | None = None) -> str:
    """What the program writes to its standard output. The password of `where` goes by its environment."""
    password = {"PGPASSWORD": str(where.password)} if where is not None and where.password else {}
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | password)
    except FileNotFoundError as error:
        raise OSError(f"{command[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        raise ProgramFailed(f"{command[0]} failed: {error.stderr.strip()}") from error
    return done.stdout
