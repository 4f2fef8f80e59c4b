"""What every test may ask for: real databases, Redis and a browser, started once and only when a test wants them."""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import hypothesis
import pytest

from config.settings import load
from server.actions.load_branch import read_plan
from server.office_folder import open_folder
from sql.store import SqlStore
from tests import services
from tests.async_mode import in_their_own_processes
from tests.builders import an_office
from tests.command_line import Command
from tests.servers import RunningOffice, a_running_office

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

REQUIRE_ALL = os.environ.get("GILIRAN_REQUIRE_ALL") == "1"

# The same examples every time, no clock: a failure seen once is seen again. `deep` is for a person hunting.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None, print_blob=True)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile(os.environ.get("GILIRAN_HYPOTHESIS", "steady"))


def pytest_configure(config: pytest.Config) -> None:
    # Nothing may lean on the zone of the machine, a browser's included: an instant is UTC, a wall clock the branch's.
    # An odd offset (+12:45) makes whatever does so plain.
    os.environ["TZ"] = "Pacific/Chatham"
    time.tzset()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items[:] = _spread(in_their_own_processes(items))


def _spread(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Module by module, mixed: those with a browser evenly among the first nine tenths of the others.

    As their folders lie, all that is heavy runs at once and waits for each other. The same order every time.
    """
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    mixed = sorted(modules, key=lambda name: crc32(name.encode()))
    placed: list[tuple[float, str]] = []
    for has_browser, share in ((True, 0.9), (False, 1.0)):
        alike = [name for name in mixed if any(t.get_closest_marker("browser") for t in modules[name]) is has_browser]
        placed += [(share * n / len(alike), name) for n, name in enumerate(alike)]
    return [item for _, name in sorted(placed) for item in modules[name]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _skipping_is_failing((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _skipping_is_failing((yield))


def _skipping_is_failing(report: Report) -> Report:
    """Where GILIRAN_REQUIRE_ALL=1, a test that would be skipped fails and says for want of what."""
    if REQUIRE_ALL and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"GILIRAN_REQUIRE_ALL=1, and this was not run. {reason}"
    return report


def _start(service: AbstractContextManager[str], variable: str) -> Iterator[str]:
    """Its address. A process that a test starts finds the same server by the environment variable."""
    if variable in os.environ:
        yield os.environ[variable]
        return
    try:
        address = service.__enter__()
    except services.Missing as missing:
        pytest.skip(f"not on this machine: {missing}")
    os.environ[variable] = address
    try:
        yield address
    finally:
        del os.environ[variable]
        service.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL that this test run started: for those who make their own databases."""
    yield from _start(services.postgresql(), "GILIRAN_TEST_POSTGRESQL")


_database = itertools.count(1)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A new, empty PostgreSQL database for this test alone."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    name = f"test_{os.getpid()}_{next(_database)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    yield postgresql_server.rpartition("/")[0] + "/" + name
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    yield from _start(services.redis(), "GILIRAN_TEST_REDIS")


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """A Redis with nothing in it."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Chromium's program. A test that asks for it is marked `browser`."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("not on this machine: Chromium (Debian: chromium)")
    return Path(program)


@pytest.fixture(scope="session")
def the_running_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """One real server for the whole run, for tests that do not mind what others did there before."""
    with a_running_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture(scope="session")
def a_used_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office that has served two customers, and one waits; each test copies it."""
    settings = load(tmp_path_factory.mktemp("used") / "data")
    opened = open_folder(settings)
    office = an_office(store=SqlStore(opened.engine, opened.branch, read_plan))
    for service in ("A", "F", "J"):
        office.issue(service)
    office.open("K1")
    for _ in range(2):
        office.next("K1")
        office.finish("K1")
    opened.engine.dispose()
    return settings.data


@pytest.fixture
def typed(
    a_used_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    """The command line on a copy of that folder."""
    for name in [name for name in os.environ if name.startswith("GILIRAN_")]:
        monkeypatch.delenv(name)
    shutil.copytree(a_used_folder, tmp_path / "data")
    command = Command(tmp_path / "data", capsys, monkeypatch)
    yield command
    command.engine.dispose()
