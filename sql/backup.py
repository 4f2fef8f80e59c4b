"""A copy of the office's database, taken while the server runs, and put back while it does not."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings


def backup(engine: Engine, file: Path) -> None:
    """Copy the database to `file`: SQLite by its online backup, PostgreSQL by pg_dump. It appears whole or not at all.

    Raises OSError when the file cannot be written, and when pg_dump is missing or fails.
    """
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(made)
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database or "")) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
    else:
        _run(["pg_dump", "--format=custom", f"--file={part}", _address(engine.url.render_as_string(False))])
    part.replace(file)


def restore(settings: Settings, file: Path) -> None:
    """Put a copy back in the place of the database. The server must be stopped.

    Raises OSError when the copy cannot be read, is no such database, or a server still runs on it.
    """
    if not settings.database_url.startswith("sqlite"):
        _run(["pg_restore", "--clean", "--if-exists", f"--dbname={_address(settings.database_url)}", str(file)])
        return
    target = Path(settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        try:
            sound = copy.execute("pragma integrity_check").fetchone()[0]
            copy.execute("select seq from branches").fetchall()
        except sqlite3.DatabaseError as error:
            raise OSError(f"{file} is no copy of an office: {error}") from error
        if sound != "ok":
            raise OSError(f"{file} is damaged: {sound}")
        with closing(sqlite3.connect(target, timeout=1)) as database:
            try:
                database.execute("begin exclusive")
                database.execute("rollback")
            except sqlite3.OperationalError as error:
                raise OSError(f"a server still runs on {target}: stop it first") from error
            copy.backup(database)
            database.execute("pragma journal_mode=wal")


def _address(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise OSError(f"{command[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        raise OSError(f"{command[0]} failed: {error.stderr.strip()}") from error
