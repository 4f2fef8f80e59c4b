"""`giliran voice`: what to record, whether the recordings will do, and taking them in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from server.domain.announcement import BEFORE_COUNTER, BETWEEN_SIGNS
from server.speech import sound
from tests.command_line import DONE, FAILED, UNUSABLE, Command
from tests.speech.a_speaker import record, said, write

pytestmark = pytest.mark.slow

CALL = ("first-A", "middle-0", "middle-4", "end-2", "counter-3")


@pytest.fixture
def script(typed: Command) -> list[str]:
    """The names of all files that the example office has to record in Malay."""
    rows = csv.DictReader(io.StringIO(typed("voice", "script", "--language", "ms").out))
    return [row["file"].removesuffix(".wav") for row in rows]


def installed(typed: Command, language: str = "ms") -> set[str]:
    return {path.stem for path in (typed.data / "recorded" / language).glob("*.wav")}


def test_the_script_says_what_to_read_out_and_in_which_sentence(typed: Command, tmp_path: Path) -> None:
    out = tmp_path / "script.csv"

    assert typed("voice", "script", "--language", "zh", "--out", str(out)).status == DONE

    rows = {row["file"]: row for row in csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")))}
    assert rows["first-A.wav"]["text"] == "请 A"
    assert rows["end-2.wav"]["text"] == "二 号"
    assert rows["counter-3.wav"]["text"] == "到 三 号柜台。"
    assert rows["counter-3.wav"]["heard_in"].endswith("到 三 号柜台。")
    assert rows["last-phrase-1.wav"]["text"] == "最后叫号。"


def test_a_whole_set_is_checked_and_taken_in(typed: Command, tmp_path: Path, script: list[str]) -> None:
    folder = record(tmp_path / "takes", script)

    checked = typed("voice", "check", "--language", "ms", str(folder))
    taken = typed("voice", "install", "--language", "ms", str(folder))

    whole = f"{len(script)} of {len(script)} recordings can be played.\n"
    assert (checked.status, checked.out, checked.err) == (DONE, whole, "")
    assert (taken.status, taken.out) == (DONE, whole)
    assert installed(typed) == set(script)
    assert sound.seconds_of(typed.data / "recorded" / "ms" / "end-2.wav") < 1
    assert typed.audit()[0] == ("command line", "recordings_installed")


def test_what_is_missing_is_said_and_left_to_the_computers_voice(
    typed: Command, tmp_path: Path, script: list[str]
) -> None:
    folder = record(tmp_path / "takes", [name for name in script if name != "end-9"])

    taken = typed("voice", "install", "--language", "ms", str(folder))

    assert taken.status == DONE
    assert f"{len(script) - 1} of {len(script)} recordings" in taken.out
    assert "Missing: end-9. " in taken.out


def test_with_one_bad_recording_nothing_is_taken_in_and_each_fault_is_named(
    typed: Command, tmp_path: Path, script: list[str]
) -> None:
    folder = record(tmp_path / "takes", script)
    write(folder / "end-2.wav", said(200, level=0.95))
    write(folder / "firstA.wav", said(200))
    write(folder / "middle-4.wav", np.zeros(48_000))

    taken = typed("voice", "install", "--language", "ms", str(folder))

    assert taken.status == FAILED
    assert taken.err.splitlines() == [
        "giliran: end-2.wav: clipped: record it again, a little farther from the microphone",
        "giliran: firstA.wav: no part of a call has this name (see giliran voice script)",
        "giliran: middle-4.wav: silent: record it again, closer to the microphone",
    ]
    assert "3 cannot" in taken.out
    assert installed(typed) == set()


def test_recordings_of_another_person_take_the_place_of_all_before(
    typed: Command, tmp_path: Path, script: list[str]
) -> None:
    typed("voice", "install", "--language", "ms", str(record(tmp_path / "first", script)))

    typed("voice", "install", "--language", "ms", str(record(tmp_path / "second", script[:4])))

    assert installed(typed) == set(script[:4])
    assert [path.name for path in (typed.data / "recorded").iterdir()] == ["ms"]


def test_a_slow_speaker_is_told_how_long_a_call_becomes(typed: Command, tmp_path: Path, script: list[str]) -> None:
    folder = record(tmp_path / "takes", script)
    for name in ("first-A", "middle-0", "end-2", "counter-3"):
        write(folder / f"{name}.wav", said(200, 1.5))

    checked = typed("voice", "check", "--language", "ms", str(folder))

    assert checked.status == DONE
    assert "The longest call takes 9.0 s" in checked.out


def test_recordings_are_taken_away_again(typed: Command, tmp_path: Path, script: list[str]) -> None:
    typed("voice", "install", "--language", "ms", str(record(tmp_path / "takes", script[:3])))

    assert typed("voice", "remove", "--language", "ms").status == DONE

    assert not (typed.data / "recorded" / "ms").exists()
    assert typed.audit()[0] == ("command line", "recordings_removed")
    again = typed("voice", "remove", "--language", "ms")
    assert (again.status, again.line) == (FAILED, "giliran: nothing is recorded in this language: ms")


def test_a_call_in_the_persons_voice_can_be_listened_to(typed: Command, tmp_path: Path, script: list[str]) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    typed("voice", "install", "--language", "ms", str(record(tmp_path / "takes", script)))
    call = ("speak", "A042", "3", "--language", "ms", "--out")

    assert typed(*call, str(tmp_path / "computer.wav")).status == DONE
    assert typed(*call, str(tmp_path / "person.wav"), "--data", str(typed.data)).status == DONE

    recorded = typed.data / "recorded" / "ms"
    parts = [sound.seconds_of(recorded / f"{name}.wav") for name in CALL]
    pauses = 3 * BETWEEN_SIGNS + BEFORE_COUNTER
    person, computer = (sound.seconds_of(tmp_path / f"{who}.wav") for who in ("person", "computer"))
    assert person == pytest.approx(len(sound.chime()) / sound.SAMPLE_RATE + 0.3 + sum(parts) + pauses, abs=0.001)
    assert computer != pytest.approx(person, abs=0.01)


def test_an_empty_folder_and_one_that_is_not_there_are_named(typed: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    assert "holds no recording" in typed("voice", "check", "--language", "ms", str(empty)).line
    assert "nowhere" in typed("voice", "check", "--language", "ms", str(tmp_path / "nowhere")).line
    assert typed("voice", "check", "--language", "fr", str(empty)).status == UNUSABLE
