"""Real stores for tests: a branch in a database of its own or beside others, opened, opened again, and made to fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, Engine, event

from server.domain.branch import Branch
from server.domain.floor import BEGINNING
from server.ports import Store, Turn
from sql.database import migrate, open_engine
from sql.store import SqlStore
from sql.tables import branches


@contextmanager
def a_database(url: str) -> Iterator[Engine]:
    """Opened, at the newest schema, and closed again."""
    engine = open_engine(url)
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()


def founded(engine: Engine, branch: Branch) -> SqlStore:
    """A store for a branch that the database did not have."""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(
            branches.insert(),
            {"code": branch.code, "seq": 0, "last_at": BEGINNING, "last_hash": "", "version": 1, "plan": ""},
        )
    return opened(engine, branch)


def opened(engine: Engine, branch: Branch) -> SqlStore:
    """Another process's store for a branch that is there: it reads the floor from the tables."""
    return SqlStore(engine, branch.code, lambda plan, version: replace(branch, version=version))


@contextmanager
def a_turn(store: Store, actor: str, key: str | None = None) -> Iterator[Turn]:
    """One turn in a transaction of its own."""
    with store.turns([key] if key else []) as turns, turns.take(actor, key) as turn:
        yield turn


class FullDisk:
    """While `is_full`, no transaction of the engine that wrote anything can be committed."""

    def __init__(self, engine: Engine) -> None:
        self.is_full = False

        @event.listens_for(engine, "commit")
        def refuse(connection: Connection) -> None:
            if self.is_full and connection.get_execution_options().get("write"):
                raise OSError("no space left on device")
