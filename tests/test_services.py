"""The tools that the other tests lean on: what they start is real, apart, and gone afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from tests import services

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def test_each_test_has_a_postgresql_of_its_own_that_is_empty(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        encoding = connection.execute("SHOW server_encoding").fetchone()

    assert tables == (0,)
    assert encoding == ("UTF8",)


def test_each_test_has_a_redis_with_nothing_in_it(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_a_stopped_server_leaves_neither_process_nor_port() -> None:
    port = services.free_port()
    with services.redis(port=port) as address, Redis.from_url(address) as client:
        client.ping()

    with socket.socket() as probe:
        probe.settimeout(5)
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_that_cannot_start_says_why() -> None:
    port = services.free_port()
    with services.redis(port=port), pytest.raises(RuntimeError, match="in use"), services.redis(port=port):
        pass


def test_an_ordinary_test_keeps_the_ordinary_standard_library() -> None:
    assert "eventlet" not in sys.modules
    assert socket.socket.__module__ == "socket"


@pytest.mark.async_mode("eventlet")
def test_a_test_marked_eventlet_runs_green(tmp_path: Path) -> None:
    from eventlet import patcher

    assert patcher.is_monkey_patched("socket")
    assert os.environ["PSYCOPG_WAIT_FUNC"] == "wait_select"
    assert tmp_path.exists()


@pytest.mark.async_mode("gevent")
@pytest.mark.parametrize("module", ["socket", "threading"])
def test_a_test_marked_gevent_runs_green(module: str) -> None:
    from gevent import monkey

    assert monkey.is_module_patched(module)


def test_whoever_leans_on_the_zone_of_the_machine_is_found_out() -> None:
    assert time.localtime(0).tm_gmtoff % 3600 == 2700


@pytest.mark.parametrize(("require_all", "ending"), [("0", "1 skipped"), ("1", "1 error")])
def test_where_all_tests_are_required_a_skipped_one_fails_and_says_for_want_of_what(
    tmp_path: Path, require_all: str, ending: str
) -> None:
    nothing_installed = {"PATH": str(tmp_path), "GILIRAN_REQUIRE_ALL": require_all}

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis", NEEDS_REDIS],
        cwd=ROOT,
        env=nothing_installed,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ending in run.stdout.splitlines()[-1]
    assert "not on this machine: a Redis server" in run.stdout


NEEDS_REDIS = f"{__file__}::{test_each_test_has_a_redis_with_nothing_in_it.__name__}"
