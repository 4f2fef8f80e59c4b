"""Questions to the past: one at a time for each who asks, made elsewhere, stopped on request, never left hanging."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import load
from server import studies
from server.office_folder import open_folder
from server.studies import Studies
from tests.builders import OPENING

NOW = OPENING.astimezone(UTC)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Studies]:
    opened = open_folder(load(tmp_path / "data"))  # the example office, where nothing has happened yet
    opened.engine.dispose()
    made = Studies(tmp_path / "studies", tmp_path / "lessons", str(opened.engine.url), opened.branch)
    yield made
    made.close()


def ended(room: Studies, who: str) -> dict[str, object]:
    told, until = room.of(who), time.monotonic() + 60
    while time.monotonic() < until:
        told = room.of(who)
        assert told is not None
        if told["state"] not in studies.UNDER_WAY:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def hanging(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """In place of the worker: something that holds its lock and does what `text` says."""
    monkeypatch.setattr(studies, "COMMAND", (studies.COMMAND[0], "-c", text))


@pytest.mark.slow
def test_an_office_without_a_past_is_told_so_by_a_process_of_its_own(room: Studies) -> None:
    assert room.of("day") is None
    assert room.begin("day", "day", NOW, {"version": 1}, keeps=True)

    told = ended(room, "day")

    assert (told["state"], told["asked"], told["last"]) == ("done", {"version": 1}, None)
    assert isinstance(told["answer"], dict)
    assert (told["answer"]["state"], told["answer"]["days"]) == ("no_history", 0)


def test_one_at_a_time_for_each_who_asks_and_another_may_ask_beside(
    room: Studies, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging(monkeypatch, "import sys; sys.stdin.read()")

    assert room.begin("person-1", "day", NOW, {})
    assert not room.begin("person-1", "day", NOW, {})
    assert room.begin("person-2", "day", NOW, {})
    assert (room.of("person-1") or {})["state"] == "waiting"


def test_a_process_that_dies_leaves_a_failure_and_no_lock(room: Studies, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging(monkeypatch, "raise SystemExit(1)")

    assert room.begin("person-1", "day", NOW, {})

    assert (ended(room, "person-1")["state"], ended(room, "person-1")["why"]) == ("failed", "lost")
    assert room.begin("person-1", "day", NOW, {})


def test_the_last_answer_stays_while_the_next_is_made(
    room: Studies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging(monkeypatch, "import sys; sys.stdin.read()")
    room.begin("day", "day", NOW, {}, keeps=True)
    room.close()
    file = tmp_path / "studies" / "day.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"state": "done", "answer": {"state": "closed"}}))

    room.begin("day", "day", NOW, {}, keeps=True)

    assert (room.of("day") or {})["last"] == {"state": "closed"}


@pytest.mark.slow
def test_who_no_longer_wants_to_know_says_so(room: Studies) -> None:
    assert not room.cancel("person-1")
    assert room.begin("person-1", "day", NOW, {})
    assert room.cancel("person-1")

    assert ended(room, "person-1")["state"] == "cancelled"
    assert not room.cancel("person-1")


def test_nobody_s_name_is_a_path(room: Studies) -> None:
    with pytest.raises(ValueError, match="nobody"):
        room.of("../secret")


def test_when_it_was_asked_is_told(room: Studies, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging(monkeypatch, "import sys; sys.stdin.read()")
    room.begin("person-1", "day", NOW, {})

    assert datetime.fromisoformat((room.of("person-1") or {})["asked_at"]) == NOW
