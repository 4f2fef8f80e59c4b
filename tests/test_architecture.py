"""The tree is the diagram: what docs/architecture.md draws, held true by machines."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("server", "kiosk", "display", "counter_terminal", "sql", "config")
LONG = 400

# The words of the branch, not of programs: a name that says nothing about the office is refused.
SAYS_NOTHING = re.compile(r"(^|_)(utils?|helpers?|misc|common|manager|info|data|handlers?)(_|$)")


def modules(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.relative_to(ROOT)}:{node.lineno} imports relatively: say the whole name"
            yield node.module or ""


def tops(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(file)}


def test_imports_point_inward() -> None:
    contracts = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert contracts.returncode == 0, contracts.stdout + contracts.stderr


def outside(files: list[Path], allowed: set[str]) -> dict[str, set[str]]:
    """What each file imports beyond what is allowed."""
    return {str(file.relative_to(ROOT)): others for file in files if (others := tops(file) - allowed)}


def test_the_domain_stands_on_the_standard_library_alone() -> None:
    pure = set(sys.stdlib_module_names) - {
        "logging",
        "sqlite3",
        "socket",
        "asyncio",
        "subprocess",
        "os",
        "random",
        "time",
    }
    plays = {"law", "crowd", "lookahead", "staffing", "advice", "needs"}  # thousands of waits at once
    reckoning = [file for file in modules("server/domain") if file.stem in plays]
    others = [file for file in modules("server/domain") if file not in reckoning]

    assert outside(others, {*pure, "server"}) == {}
    assert outside(reckoning, {*pure, "server", "numpy"}) == {}


def test_settings_and_words_stand_on_pydantic_at_most() -> None:
    allowed = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "pydantic_settings", "config"}

    assert outside(modules("config"), allowed) == {
        "config/holidays_my.py": {"holidays"},  # a suggestion, never read by a running office
        "config/link.py": {"socketio"},  # a device's way to its server: the agents share nothing else
    }


def test_only_the_runtime_knows_which_kind_of_concurrency_this_is() -> None:
    green = {"eventlet", "gevent", "greenlet"}

    knowing = {str(file.relative_to(ROOT)) for file in modules(*PACKAGES) if tops(file) & green}

    assert knowing <= {"server/runtime.py"}


@pytest.mark.parametrize("agent", ["kiosk.agent", "display.agent", "counter_terminal.agent"])
def test_a_device_needs_no_more_than_its_lock_installs(agent: str) -> None:
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements" / "agent.lock").read_text(), re.MULTILINE)
    comes_as = {
        "pil": "pillow",
        "escpos": "python-escpos",
        "socketio": "python-socketio",
        "engineio": "python-engineio",
    }
    comes_as |= {"websocket": "websocket-client", "usb": "pyusb", "serial": "pyserial"}
    voice = {"pyttsx3", "espeakng_loader"}  # not on a device: the server renders the clips
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)

    reached = graph.find_upstream_modules(agent)

    third_party = {
        name for name in reached if graph.is_module_squashed(name) and name not in {*sys.stdlib_module_names, *voice}
    }
    needed = {comes_as.get(name.lower(), name.lower().replace("_", "-")) for name in third_party}
    assert needed <= {name.lower() for name in locked}


def sources(*suffixes: str, tests: bool = False) -> dict[str, str]:
    """The text of every file that we wrote."""
    folders = (*PACKAGES, "bench", "deploy", *(["tests"] if tests else []))
    return {
        str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
        for folder in folders
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in suffixes and "vendor" not in file.parts
    }


def test_a_long_file_says_in_its_first_sentence_why_it_is_one() -> None:
    silent = {}
    for name, text in sources(".py", ".js", ".mjs", ".css", ".html", tests=True).items():
        first_sentence = re.split(r"\.\s", text.lstrip("/*#{%-!<\"' \n"), maxsplit=1)[0]
        if text.count("\n") > LONG and "because" not in first_sentence:
            silent[name] = text.count("\n")

    assert silent == {}


def test_a_file_is_named_for_something_in_the_branch() -> None:
    assert [name for name in sources(".py", ".js", ".css", ".html") if SAYS_NOTHING.search(Path(name).stem)] == []


def test_no_page_asks_the_internet_for_anything() -> None:
    asks = re.compile(
        r"""(?:src|href|action)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|(?:from|import\() ?["']https?:"""
    )

    assert {
        name: found for name, text in sources(".js", ".css", ".html").items() if (found := asks.findall(text))
    } == {}


def test_a_page_has_no_script_style_or_handler_inside_it() -> None:
    """The Content-Security-Policy would refuse it: here it is refused before a browser is needed."""
    inline = re.compile(r"<style\b|\sstyle=|\son[a-z]+=|javascript:|<script\b(?![^>]*(?:src=|application/json))")
    comments = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)

    pages = {name: comments.sub("", text) for name, text in sources(".html").items()}

    assert {name: found for name, text in pages.items() if (found := inline.findall(text))} == {}
