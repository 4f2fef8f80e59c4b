"""What an office installs is the tree: nothing left out, nothing of anybody else's, every byte known by its hash."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("server", "kiosk", "display", "counter_terminal", "sql", "config")
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def tree() -> list[str]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(name for name in set(listed.stdout.split("\0")) if name and (ROOT / name).is_file())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a clean copy of the tree."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: git tells which files belong to the tree")
    copy = tmp_path_factory.mktemp("tree")
    for name in tree():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", "dist", "."],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    (built,) = (copy / "dist").glob("giliran-*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_is_the_tree(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packed == {name for name in tree() if name.split("/")[0] in PACKAGES}


def test_the_wheel_brings_its_licences(wheel: zipfile.ZipFile) -> None:
    licences = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}

    assert licences == {"LICENSE", "LICENSE-THIRD-PARTY.md"}


def test_our_package_names_are_ours_alone() -> None:
    """They are plain words: hence a virtual environment of its own on each machine, and no library that uses one."""
    owners = metadata.packages_distributions()

    assert {name for name in PACKAGES if set(owners.get(name, [])) - {"giliran"}} == set()


@pytest.mark.parametrize(
    "command", ["giliran", *(f"giliran-{end}" for end in ("kiosk", "screen", "announcer", "keypad"))]
)
def test_every_command_leads_to_a_function_that_exists(command: str) -> None:
    (entry,) = metadata.entry_points(group="console_scripts", name=command)
    source = ROOT / (entry.module.replace(".", "/") + ".py")

    functions = {node.name for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef)}

    assert entry.attr in functions


def locked(lock: Path) -> dict[str, str]:
    """Each package's version."""
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_knows_every_file_by_its_hash_and_no_address(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]

    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?:|file:|--index-url|--find-links|--extra-index-url", lock.read_text()) == []


def test_the_locks_agree_with_each_other() -> None:
    development = locked(ROOT / "requirements" / "dev.lock")

    for lock in LOCKS:
        assert {name: version for name, version in locked(lock).items() if development[name] != version} == {}


def test_every_dependency_is_locked_within_its_range() -> None:
    configuration = setup_cfg()
    wanted = [configuration["options"]["install_requires"], *configuration["options.extras_require"].values()]
    lines = [line.partition("#")[0].strip() for block in wanted for line in block.splitlines()]
    versions = locked(ROOT / "requirements" / "dev.lock")

    for requirement in (Requirement(line) for line in lines if line and not line.startswith("giliran")):
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} is locked at {version}"


def test_this_environment_is_the_one_that_is_locked() -> None:
    """A test that passes on another version says nothing about an office's machine. Mended by `make setup`."""
    others = {
        name: installed
        for name, version in locked(ROOT / "requirements" / "dev.lock").items()
        if (installed := metadata.version(name)) != version
    }

    assert others == {}


@pytest.mark.parametrize("folder", ["lint", "vendor"])
def test_a_javascript_lock_knows_every_file_by_its_hash_and_no_address(folder: str) -> None:
    content = json.loads((ROOT / "requirements" / folder / "package-lock.json").read_text())
    packages = {name: entry for name, entry in content["packages"].items() if name}

    assert packages
    assert [name for name, entry in packages.items() if "integrity" not in entry or "resolved" in entry] == []


def test_vendored_files_are_of_the_locked_versions() -> None:
    wanted = json.loads((ROOT / "requirements" / "vendor" / "package.json").read_text())["dependencies"]
    versions = {name.rpartition("/")[2]: version for name, version in wanted.items()}
    icons = versions.pop("lucide-static")
    names = [
        name.rpartition("/")[2]
        for name in tree()
        if name.startswith(("server/web/static/vendor/", "server/web/static/fonts/", "tests/vendor/"))
    ]

    for package, version in versions.items():
        theirs = [name for name in names if name.startswith(f"{package}-")]
        assert any(name.endswith(".LICENSE.txt") for name in theirs)
        assert [name for name in theirs if not re.match(rf"{re.escape(package)}-{re.escape(version)}[-.]", name)] == []
    assert f"Lucide {icons}," in (ROOT / "server/web/static/icons.svg").read_text()
