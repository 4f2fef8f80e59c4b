"""`giliran speak`: one call in one file, as a player gets it."""

from __future__ import annotations

import tempfile
import wave
from pathlib import Path

import pytest

from config.phrases import LANGUAGES
from server.domain.announcement import CHIME, LONGEST
from server.speech import link, sound
from server.speech.link import NoVoice
from server.speech.speak import render_call


@pytest.fixture(autouse=True)
def an_empty_place_for_scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    return scratch


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_in_a_file_is_the_chime_and_then_the_words(
    language: str, tmp_path: Path, an_empty_place_for_scratch: Path
) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    out = tmp_path / "call.wav"

    seconds = render_call("A042", "3", language, out)

    with wave.open(str(out)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        assert file.getnframes() / 22_050 == pytest.approx(seconds)
    assert 4.5 < seconds <= CHIME + 0.3 + LONGEST
    chime = sound.chime()
    samples = sound.read_wav(out)
    assert samples[: len(chime)] == chime
    assert max(map(abs, samples[len(chime) :])) > 10_000
    assert list(an_empty_place_for_scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "counter", "language", "said"),
    [("A042", "3", "fr", "fr"), ("---", "3", "ms", "number"), ("A042", "", "ms", "counter")],
)
def test_what_cannot_be_said_is_refused_by_name(
    number: str, counter: str, language: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=said):
        render_call(number, counter, language, tmp_path / "call.wav")

    assert not (tmp_path / "call.wav").exists()


def test_without_a_voice_there_is_no_file_and_the_reason_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "command", lambda scratch: ("/nonexistent/voice", str(scratch)))

    with pytest.raises(NoVoice, match="cannot be started"):
        render_call("A042", "3", "ms", tmp_path / "call.wav")

    assert not (tmp_path / "call.wav").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        render_call("A042", "3", "ms", tmp_path / "nowhere" / "call.wav")
