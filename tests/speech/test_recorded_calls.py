"""Calls in a person's voice, by the real worker: never two voices in one call, and never silence."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from server.domain.announcement import BEFORE_COUNTER, BETWEEN_SIGNS, Call, Kind, Message
from server.speech import sound
from server.speech.link import NoVoice, VoiceFault
from server.speech.recording_checks import fitted
from server.speech.recordings import parts
from server.speech.voice import Spoken, Voice
from tests.speech.a_speaker import record
from tests.spoken_words import WORDS

pytestmark = pytest.mark.slow

CALL = Call("A042", "3")
ENOUGH = 60


class Site:
    """An office whose calls a person has recorded, and whose computer can speak as well."""

    def __init__(self, folder: Path) -> None:
        self.recorded = folder / "recorded"
        self.faults: list[tuple[str, VoiceFault]] = []
        self._ready: queue.Queue[Spoken] = queue.Queue()
        self.voice = Voice(
            folder / "clips", WORDS, recorded=self.recorded, on_fault=lambda *fault: self.faults.append(fault)
        )

    def records(self, call: Call, language: str) -> list[Path]:
        """A person records every part of the call."""
        raw = record(self.recorded.parent / "raw", [part.name for part in parts(call, WORDS[language])])
        home = self.recorded / language
        home.mkdir(parents=True, exist_ok=True)
        for path in raw.iterdir():
            sound.write_wav(home / path.name, fitted(path))
        return sorted(home.iterdir())

    def clip(self, language: str = "ms", call: Call | Message = CALL) -> Path:
        """The one clip of the call after the chime."""
        self.voice.request(call, (language,), self._ready.put)
        spoken = self._ready.get(timeout=ENOUGH)
        assert spoken.missing == ()
        return spoken.clips[1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    opened = Site(tmp_path)
    yield opened
    opened.voice.close()


def test_a_call_that_was_recorded_is_the_recordings_with_the_silences_between_and_as_loud_as_any(site: Site) -> None:
    synthetic = site.clip()
    recorded = [sound.seconds_of(path) for path in site.records(CALL, "ms")]

    clip = site.clip()

    assert clip != synthetic
    assert sound.seconds_of(clip) == pytest.approx(sum(recorded) + 3 * BETWEEN_SIGNS + BEFORE_COUNTER, abs=0.001)
    samples = np.array(sound.read_wav(clip)) / sound.FULL_SCALE
    assert pyloudnorm.Meter(sound.SAMPLE_RATE).integrated_loudness(samples) == pytest.approx(-16, abs=1)
    assert np.abs(samples).max() < 0.9
    assert site.faults == []


def test_where_one_part_is_deleted_the_whole_call_is_in_the_other_voice(site: Site) -> None:
    synthetic = site.clip()
    recordings = site.records(CALL, "ms")
    in_person = site.clip()

    recordings[0].unlink()

    assert in_person != synthetic
    assert site.clip() == synthetic


def test_a_recording_that_was_broken_costs_the_person_not_the_call(site: Site) -> None:
    synthetic = site.clip()
    site.records(CALL, "ms")[1].write_bytes(b"RIFF")

    assert site.clip() == synthetic
    assert [(language, type(fault)) for language, fault in site.faults] == [("ms", NoVoice)]


def test_a_part_that_is_recorded_again_is_heard_at_the_next_call(site: Site) -> None:
    recordings = site.records(CALL, "ms")
    before = site.clip()

    recordings[0].write_bytes(recordings[1].read_bytes())

    assert site.clip() != before


def test_other_numbers_other_languages_and_messages_are_left_to_the_computer(site: Site) -> None:
    wanted: list[tuple[str, Call | Message]] = [
        ("ms", Call("A043", "3")),
        ("ms", Call("A042", "3", Kind.LAST)),
        ("en", CALL),
        ("ms", Message((("ms", "Kaunter ditutup."),))),
    ]
    synthetic = [site.clip(language, said) for language, said in wanted]

    site.records(CALL, "ms")

    assert [site.clip(language, said) for language, said in wanted] == synthetic
    assert site.faults == []


def test_a_deleted_clip_is_made_again_from_the_recordings(site: Site) -> None:
    site.records(CALL, "ms")
    clip = site.clip()
    before = clip.read_bytes()

    clip.unlink()

    assert site.clip() == clip
    assert clip.read_bytes() == before
