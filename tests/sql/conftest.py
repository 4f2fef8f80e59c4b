"""Databases for tests of what is kept: SQLite, which asks the disk for nothing, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from sql.database import open_engine
from sql.tables import metadata
from tests.stores import a_database


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """An empty office in a file."""
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        event.listen(engine, "connect", _in_no_hurry)
        engine.dispose()
        yield engine


@pytest.fixture(scope="session")
def _shared_postgresql(postgresql_server: str) -> Iterator[str]:
    """One database at the newest schema: to make a new one takes longer than most tests do."""
    import psycopg

    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shared_by_tests")
    url = postgresql_server.rpartition("/")[0] + "/shared_by_tests"
    with a_database(url):
        pass
    yield url
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE shared_by_tests WITH (FORCE)")


@pytest.fixture
def postgresql(_shared_postgresql: str) -> Iterator[Engine]:
    """An empty office in PostgreSQL, as new."""
    engine = open_engine(_shared_postgresql)
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"truncate {names} restart identity cascade"))
    yield engine
    engine.dispose()


@pytest.fixture
def own_postgresql(postgresql_url: str) -> Iterator[Engine]:
    """Likewise, in a database of its own: for tests that do something to the schema, or to whoever is connected."""
    with a_database(postgresql_url) as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the two."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def _in_no_hurry(connection: Any, _record: object) -> None:
    connection.execute("pragma synchronous=off")
