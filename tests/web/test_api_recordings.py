"""Recordings that an administrator sends in: all or none, each fault named, and the next call is the person's."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from server.speech.recordings import lines_of
from tests.speech.a_speaker import record, said, write
from tests.web.conftest import Caller, OfficeServer, refusal

pytestmark = pytest.mark.slow


@pytest.fixture
def names(office: OfficeServer) -> list[str]:
    """The parts that the office has to have recorded in Malay."""
    return [line.name for line in lines_of(office.door.office.floor.branch, "ms")]


@pytest.fixture
def admin(office: OfficeServer) -> Caller:
    return office.caller("admin")


def a_file(path: Path) -> dict[str, str]:
    return {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}


def send(admin: Caller, folder: Path, language: str = "ms") -> dict[str, object]:
    answer = admin.post(f"/recordings/{language}", {"files": [a_file(path) for path in sorted(folder.glob("*.wav"))]})
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.get_json()
    return told


def home(office: OfficeServer) -> Path:
    return office.door.settings.data / "recorded" / "ms"


def test_a_whole_set_is_taken_in_and_removed_again(
    office: OfficeServer, admin: Caller, names: list[str], tmp_path: Path
) -> None:
    told = send(admin, record(tmp_path / "takes", names))

    assert (told["is_installed"], told["played"], told["missing"], told["faults"]) == (True, len(names), [], [])
    assert {path.stem for path in home(office).glob("*.wav")} == set(names)
    malay = admin.get("/recordings").get_json()["languages"][0]
    assert (malay["language"], malay["recorded"], malay["wanted"]) == ("ms", len(names), len(names))
    assert next(line.kind for line in office.door.people.audit()) == "recordings_installed"

    for _ in range(2):
        assert admin.post("/recordings/ms/remove").get_json()["is_recorded"] is False
    assert not home(office).exists()


def test_with_one_bad_recording_nothing_is_taken_in_and_each_fault_is_named(
    office: OfficeServer, admin: Caller, names: list[str], tmp_path: Path
) -> None:
    folder = record(tmp_path / "takes", names)
    write(folder / "end-2.wav", said(200, level=0.95))
    write(folder / "nobody.wav", said(200))
    write(folder / "middle-4.wav", np.zeros(48_000))
    (folder / "end-3.wav").write_bytes(b"not a sound")

    told = send(admin, folder)

    faults = {fault["file"]: fault["code"] for fault in told["faults"]}  # type: ignore[attr-defined]
    assert faults == {
        "end-2.wav": "clipped", "end-3.wav": "wrong_format", "middle-4.wav": "silent", "nobody.wav": "unknown_part",
    }  # fmt: skip
    assert told["is_installed"] is False
    assert not home(office).exists()


def test_what_has_to_be_read_out_is_a_table(admin: Caller, names: list[str]) -> None:
    answer = admin.get("/recordings/ms/script.csv")

    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.decode("utf-8-sig").splitlines()[0] == "file,text,heard_in"
    assert answer.data.count(b"\n") == len(names) + 1


@pytest.mark.parametrize("name", ["../x.wav", "end-2.mp3", "", "a b.wav"])
def test_a_name_that_is_no_part_of_a_script_is_refused(admin: Caller, office: OfficeServer, name: str) -> None:
    refusal(admin.post("/recordings/ms", {"files": [{"name": name, "content": "AAAA"}]}), 422, "malformed")

    assert not home(office).exists()


def test_what_is_no_base64_is_no_recording(admin: Caller) -> None:
    answer = admin.post("/recordings/ms", {"files": [{"name": "end-2.wav", "content": "??"}]}).get_json()

    assert [(fault["file"], fault["code"]) for fault in answer["faults"]] == [("end-2.wav", "wrong_format")]


def test_a_body_is_not_read_for_who_may_not_send_it_and_has_its_end(office: OfficeServer, admin: Caller) -> None:
    small = {"files": [{"name": "end-2.wav", "content": "AAAA"}]}
    large = {"files": [{"name": "end-2.wav", "content": "A" * 65_000_000}]}

    refusal(admin.post("/recordings/ms", large), 413, "too_large")
    refusal(office.caller("manager").post("/recordings/ms", small), 403, "not_allowed")
    refusal(admin.post("/recordings/fr", small), 422, "malformed")
    refusal(admin.post("/recordings/ms", {"files": []}), 422, "malformed")
