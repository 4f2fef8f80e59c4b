"""Opening the database: SQLite beside the server, or PostgreSQL by its address; both brought to the newest schema.

SQLite runs in WAL with `synchronous=FULL`: what was acknowledged survives a power cut. Write transactions begin
immediate, so that a second writer waits in order instead of failing half-way.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError, TimeoutError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_S = 5
UPGRADE_S = 60
LOCK_MS = 15_000
UPGRADE = 0x6769_6C69
"""The number of the lock under which PostgreSQL's schema is changed."""
CHECKPOINT_PAGES = 20_000
"""A commit itself moves the log into the database only past so many pages; `checkpoint` does it beforehand."""


class DatabaseUnusable(Exception):
    """The database cannot be used as it is; the message says why and what to do."""


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql+psycopg://…`; nothing is read or written yet."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        return _sqlite(url)
    if where.get_backend_name() == "postgresql":
        where = where.set(drivername="postgresql+psycopg")
        return create_engine(
            where, pool_size=5, max_overflow=5, pool_timeout=10, pool_pre_ping=True,
            connect_args={"options": f"-c lock_timeout={LOCK_MS}"},
        )  # fmt: skip
    raise DatabaseUnusable(f"--database {where.render_as_string()}: only sqlite and postgresql are supported")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=5, max_overflow=5, pool_timeout=5, connect_args={"timeout": BUSY_S})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=wal", "synchronous=full", "foreign_keys=on", f"busy_timeout={BUSY_S * 1000}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        ):  # fmt: skip
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def checkpoint(database: str) -> None:
    """Move SQLite's log into its database without holding any writer up. To be run in a real thread of its own: with a
    thousand tickets in the log it waits for the disk for some ten milliseconds, and no request should."""
    with contextlib.closing(sqlite3.connect(database, timeout=BUSY_S)) as connection:
        connection.execute("pragma wal_checkpoint(passive)")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction in which everything is read as it stood when it began, whatever others write meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction, committed on leaving the block. Nothing in it may yield to another writer."""
    with engine.execution_options(write=True).begin() as connection:
        yield connection


@contextmanager
def writing_in_no_hurry(engine: Engine) -> Iterator[Connection]:
    """As `writing`, without waiting for the disk: it outlives the process, but a power cut may take the last seconds
    of it back. What was written before it by `writing` stays."""
    with engine.execution_options(write=True).connect() as connection:
        driver = connection.connection.dbapi_connection
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite and driver is not None:
            driver.cursor().execute("pragma synchronous=normal")
        try:
            with connection.begin():
                if not is_sqlite:
                    connection.execute(text("set local synchronous_commit to off"))
                yield connection
        finally:
            if is_sqlite and driver is not None:
                driver.cursor().execute("pragma synchronous=full")


def is_storage_fault(error: BaseException) -> bool:
    """Whether the disk or the database failed, and not the program: full, read-only, gone, or too long busy."""
    if type(error) is DatabaseError:  # of SQLite: the file is damaged
        return True
    return isinstance(error, OSError | OperationalError | InterfaceError | TimeoutError)


def revisions() -> set[str]:
    """The schemas that this version of the program knows."""
    from alembic.script import ScriptDirectory

    return {revision.revision for revision in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    """Alembic is wanted where a schema is made alone: a process that makes an export is a fifth smaller without it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision. Raises DatabaseUnusable for a database from a newer version."""
    from alembic import command
    from alembic.util import CommandError

    config = _config()
    try:
        with engine.connect().execution_options(write=True) as connection, _patient(connection), connection.begin():
            if engine.dialect.name == "postgresql":  # another machine may start on this database just now
                connection.execute(select(func.pg_advisory_xact_lock(UPGRADE)))
            at = _revision(connection)
            if at is not None and at not in revisions():
                raise DatabaseUnusable(
                    f"this database was written by a newer version of Giliran (schema {at}): update the program, "
                    "or start it with another --data folder"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (DatabaseError, CommandError) as error:
        reason = getattr(error, "orig", None) or error
        raise DatabaseUnusable(f"the database cannot be opened: {reason}") from error


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """Several processes that start at once on SQLite wait for the one that makes the tables, however long it takes."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute(f"pragma busy_timeout={UPGRADE_S * 1000}")
    try:
        yield
    finally:
        driver.execute(f"pragma busy_timeout={BUSY_S * 1000}")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
    return found
