"""The pages' pure scripts, tried by Node: every tests/**/*.test.js, imports such as /static/web/clock.js resolved."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_every_javascript_test_passes() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("not on this machine: Node (Debian: nodejs)")
    files = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("*.test.js"))

    run = subprocess.run(
        [node, *_as_modules(node), "--import", "./tests/like_a_page.mjs", "--test", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^. pass [1-9]", run.stdout, re.MULTILINE), run.stdout


def _as_modules(node: str) -> list[str]:
    """The scripts are ES modules, as browsers take them; Node before 20.19 and 22.7 must be told."""
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = (int(part) for part in version.removeprefix("v").split(".")[:2])
    tells_by_itself = (major == 20 and minor >= 19) or (major == 22 and minor >= 7) or major >= 23
    return [] if tells_by_itself else ["--experimental-default-type=module"]
