"""Databases for tests of what is kept: SQLite, which asks the disk for nothing, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.stores import a_database


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """An empty office in a file."""
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        event.listen(engine, "connect", _in_no_hurry)
        engine.dispose()
        yield engine


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Engine]:
    with a_database(postgresql_url) as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the two."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def _in_no_hurry(connection: Any, _record: object) -> None:
    connection.execute("pragma synchronous=off")
