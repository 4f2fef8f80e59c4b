"""Tests that need green threads run in a process of their own, patched before its first import.

`@pytest.mark.async_mode("eventlet")` (or "gevent") on a test is all that it takes. The tests without the mark keep the
ordinary standard library: nearly everything here is plain code, and a browser driver or a schema tester patched from
under its feet would test something that no office runs.

    pytest ── meets a marked test ──► python -m pytest -p tests.async_mode that::test     (patched, one test)
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterable
from typing import Any

import pytest

MODE = "GILIRAN_TEST_ASYNC_MODE"
LEFT_OUT = [word for plugin in ("cacheprovider", "schemathesis", "anyio") for word in ("-p", f"no:{plugin}")]


def patch(mode: str) -> None:
    """Make this process green. Only before anything else is imported."""
    if mode == "eventlet":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # eventlet announces its own retirement
            import eventlet
        eventlet.monkey_patch()
        os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")  # psycopg's own waiting would stop every greenlet
    elif mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    else:
        raise pytest.UsageError(f"no such async mode: {mode}")


if MODE in os.environ:
    patch(os.environ[MODE])


class InItsOwnProcess(pytest.Item):
    """Stands for a marked test: starts it patched and tells how it ended."""

    def __init__(self, *, mode: str, stands_for: pytest.Item, **rest: Any) -> None:
        super().__init__(nodeid=stands_for.nodeid, **rest)
        self._mode = mode
        self._location = stands_for.location
        self.own_markers = stands_for.own_markers
        self.keywords.update(stands_for.keywords)

    def runtest(self) -> None:
        child = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.async_mode", *LEFT_OUT, "-rs", self.nodeid],
            cwd=self.config.rootpath,
            env={**os.environ, MODE: self._mode},
            capture_output=True,
            text=True,
            check=False,
        )
        if child.returncode != 0:
            pytest.fail(f"under {self._mode}:\n{child.stdout}{child.stderr}", pytrace=False)
        if " passed" not in child.stdout.splitlines()[-1]:
            pytest.skip(next((line for line in child.stdout.splitlines() if line.startswith("SKIPPED")), "skipped"))

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        path, line, name = self._location
        return path, line, name


def in_their_own_processes(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The same tests in the same order, each marked one replaced by what starts it patched."""
    kept: list[pytest.Item] = []
    for item in items:
        mark = item.get_closest_marker("async_mode")
        if mark is None or MODE in os.environ or item.parent is None:
            kept.append(item)
        else:
            child = InItsOwnProcess.from_parent(item.parent, name=item.name, mode=mark.args[0], stands_for=item)
            kept.append(child)
    return kept
