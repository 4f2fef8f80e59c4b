"""The schema: what the migrations make of an empty database is what the tables say, in both databases."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from sql.database import DatabaseUnusable, migrate, open_engine, revisions, writing
from sql.migrations.versions import v0004_batches
from sql.tables import metadata
from tests.builders import AnOffice, FakeClock, a_branch
from tests.servers import ROOT
from tests.stores import founded, opened

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "own_postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the two, for this test alone."""
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def made_of_the_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The same kind of database as `engine`, made by SQLAlchemy from the tables as they stand in the code."""
    is_sqlite = "sqlite" in request.node.callspec.params["engine"]
    url = f"sqlite:///{tmp_path}/tables.db" if is_sqlite else request.getfixturevalue("another_postgresql_url")
    engine = open_engine(url)
    with writing(engine) as connection:
        metadata.create_all(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def another_postgresql_url(postgresql_server: str) -> Iterator[str]:
    import psycopg

    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE made_of_the_tables")
    yield postgresql_server.rpartition("/")[0] + "/made_of_the_tables"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE made_of_the_tables WITH (FORCE)")


def schema(engine: Engine) -> set[tuple[str, ...]]:
    """Everything that the database itself says of its tables, without the record of the migrations."""
    if engine.dialect.name == "sqlite":
        found = _ask(engine, "select type, name, tbl_name, coalesce(sql, '') from sqlite_master")
        return {(*row[:3], *_parts(row[3])) for row in found if "alembic" not in row[2]}
    columns = _ask(
        engine,
        "select table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity "
        "from information_schema.columns where table_schema = 'public'",
    )
    constraints = _ask(
        engine,
        "select conrelid::regclass, conname, contype::text, pg_get_constraintdef(oid) from pg_constraint "
        "where connamespace = 'public'::regnamespace",
    )
    indexes = _ask(engine, "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'")
    return {row for row in (*columns, *constraints, *indexes) if row[0] != "alembic_version"}


def _ask(engine: Engine, question: str) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        return [tuple(str(cell) for cell in row) for row in connection.execute(text(question))]


def _parts(made: str) -> list[str]:
    """A CREATE statement as its parts, in any order; SQLite writes a column that was added on the line of the last."""
    parts = re.split(r",\s*\n|\n|, (?=[a-z_]+ [A-Z])", made)
    return sorted(" ".join(part.split()).rstrip(",").strip() for part in parts if part.strip())


def test_the_migrations_make_what_the_tables_say(engine: Engine, made_of_the_tables: Engine) -> None:
    assert schema(engine) == schema(made_of_the_tables)
    assert len(schema(engine)) > 20


def test_no_column_or_index_waits_for_a_migration(engine: Engine) -> None:
    """As whoever writes the next migration would be told."""
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_what_grows_with_every_ticket_is_kept_in_the_order_of_its_key(sqlite: Engine) -> None:
    rows = _ask(sqlite, "select name, sql from sqlite_master where type = 'table'")
    found: dict[str, str] = {str(name): str(sql) for name, sql in rows}

    assert {name for name, sql in found.items() if "WITHOUT ROWID" in sql} == {
        "journal",
        "tickets",
        "legs",
        "sounds",
        "scores",
        "figures",
    }


def test_an_upgrade_is_done_once(engine: Engine) -> None:
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.issue()
    before = schema(engine)

    migrate(engine)

    assert schema(engine) == before
    assert opened(engine, a_branch()).floor == office.floor
    assert _ask(engine, "select version_num from alembic_version") == [(max(revisions()),)]


def test_a_database_from_a_newer_version_is_refused_and_left_alone(engine: Engine) -> None:
    founded(engine, a_branch())
    with writing(engine) as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    before = schema(engine)

    with pytest.raises(DatabaseUnusable, match=r"newer version of Giliran \(schema 9999\): update the program"):
        migrate(engine)

    assert schema(engine) == before
    assert _ask(engine, "select version_num from alembic_version") == [("9999",)]
    assert _ask(engine, "select code from branches") == [("KL01",)]


def test_an_upgrade_that_fails_leaves_no_half_of_a_schema(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    with writing(engine) as connection:
        connection.execute(text("create table tickets (id integer)"))  # somebody else's

    with pytest.raises(DatabaseUnusable, match="tickets already exists"):
        migrate(engine)

    assert inspect(engine).get_table_names() == ["tickets"]
    engine.dispose()


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "office.db").write_text("no database\n" * 500)
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")

    with pytest.raises(DatabaseUnusable, match="cannot be opened: file is not a database"):
        migrate(engine)

    engine.dispose()


def test_a_database_of_another_make_is_refused_without_its_password() -> None:
    with pytest.raises(DatabaseUnusable, match="only sqlite and postgresql") as refused:
        open_engine("mysql://giliran:s3cret@localhost/giliran")

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_processes_that_start_at_once_on_an_empty_database_make_one_schema(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    is_sqlite = database == "sqlite"
    url = f"sqlite:///{tmp_path}/office.db" if is_sqlite else request.getfixturevalue("postgresql_url")
    program = "import sys; from sql.database import migrate, open_engine; input(); migrate(open_engine(sys.argv[1]))"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", program, url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(4)
    ]

    for start in starts:
        assert start.stdin is not None
        start.stdin.write("\n")
        start.stdin.flush()
    ended = [(start.communicate()[1], start.returncode) for start in starts]

    assert ended == [("", 0)] * 4


def test_what_a_customer_asked_for_before_the_upgrade_is_taken_from_the_journal(engine: Engine) -> None:
    office = AnOffice(founded(engine, a_branch()), FakeClock())
    office.open()
    office.issue(transactions=5)
    office.next()
    office.count(3)
    with writing(engine) as connection:
        connection.execute(text("alter table tickets drop column asked"))

        with Operations.context(MigrationContext.configure(connection)):
            v0004_batches.upgrade()

    assert opened(engine, a_branch()).floor.ticket_numbered("A001").asked == 5
