"""`giliran-announcer` as an installer meets it: against a real office, from the first try to a restarted server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deeds import call, press
from tests.machine import eventually
from tests.servers import ROOT, RunningOffice, a_running_office, clean_environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path_factory.mktemp("office"), environment={"GILIRAN_VOICE": "auto"}) as started:
        press(started, "open")
        yield started


@pytest.fixture
def player(tmp_path: Path) -> str:
    """A program that stands for the sound card: it notes what it was given, and how much sound that was."""
    script = tmp_path / "card"
    script.write_text(f'#!/bin/sh\nwc -c < "$1" >> {tmp_path / "heard"}\n')
    script.chmod(0o755)
    return str(script)


def heard(tmp_path: Path) -> list[int]:
    """Bytes of each sound that was played."""
    log = tmp_path / "heard"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


class Announcer:
    """The program, running; `log` is what it has said."""

    def __init__(self, tmp_path: Path, *words: str, token: str) -> None:
        self._said = tmp_path / "log"
        with self._said.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "display.agent", *words, "--data", str(tmp_path / "data")], cwd=ROOT,
                env=clean_environment() | {"GILIRAN_TOKEN": token}, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def log(self) -> str:
        return self._said.read_text()

    def __enter__(self) -> Announcer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        assert self._process.wait(20) == 0


def typed(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = clean_environment() | {"GILIRAN_TOKEN": "token"} | environment
    return subprocess.run(
        [sys.executable, "-m", "display.agent", *words], cwd=ROOT, env=own, capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip


@pytest.mark.soak
def test_it_plays_tells_the_manager_and_goes_on_after_its_server_was_killed(
    office: RunningOffice, player: str, tmp_path: Path
) -> None:
    words = ("--server", office.url, "--zone", "hall", "--player", player)
    token = office.run("token", "add", "--role", "announcer", "--name", "Hall", "--scope", "hall").stdout.strip()
    with Announcer(tmp_path, *words, token=token) as announcer:
        eventually(lambda: "in zone hall" in announcer.log, 20)
        call(office)
        eventually(lambda: len(heard(tmp_path)) == 3, 30)  # the chime, Malay, English

        office.kill()
        eventually(lambda: "no live link" in announcer.log, 20)
        office.start()
        eventually(lambda: announcer.log.count("in zone hall") == 2, 20)
        call(office)

        eventually(lambda: len(heard(tmp_path)) == 6, 30)
        zones = office.caller("manager").get("/overview").body["voice"]
        (seen,) = next(zone["players"] for zone in zones if zone["zone"] == "hall")
        assert (seen["role"], seen["plays"], seen["why"]) == ("announcer", True, "")
        assert min(heard(tmp_path)) > 10_000


@pytest.mark.parametrize(
    ("role", "zone", "told"),
    [
        ("", "hall", r"unknown_token|bad_token|not_signed_in|token"),
        ("announcer", "hal", r"zone hal is refused: .*not_allowed"),
    ],
)
def test_a_wrong_token_or_zone_is_said_in_words(
    office: RunningOffice, player: str, tmp_path: Path, role: str, zone: str, told: str
) -> None:
    token = office.token(role, scope=["hall"]) if role else "nobody-has-this-token"

    with Announcer(tmp_path, "--server", office.url, "--zone", zone, "--player", player, token=token) as announcer:
        eventually(lambda: "no live link" in announcer.log, 20)

        line = announcer.log.splitlines()[0]
        assert re.search(told, line), line
        assert "{" not in line
        assert "namespaces" not in line


def test_a_player_that_this_pc_does_not_have_is_said_at_once() -> None:
    said = typed("--player", "no-such-player --loud")

    assert (said.returncode, said.stderr.count("\n")) == (2, 1)
    assert "no-such-player" in said.stderr


def test_the_installer_hears_a_second_of_sound_before_the_first_customer_does(player: str, tmp_path: Path) -> None:
    said = typed("--test", "--player", player, GILIRAN_TOKEN="")

    assert (said.returncode, said.stderr) == (0, "")
    assert heard(tmp_path) == [44 + 2 * 22050]


def test_a_sound_card_that_fails_the_test_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n")
    os.chmod(broken, 0o755)

    said = typed("--test", "--player", str(broken))

    assert said.returncode == 1
    assert "nothing was played" in said.stderr
