"""The chime, and files that are whole or not there."""

from __future__ import annotations

import array
import wave
from pathlib import Path

import pytest

from server.domain.announcement import CHIME
from server.speech import sound


def test_the_chime_is_short_and_begins_and_ends_without_a_click() -> None:
    samples = sound.chime()

    assert 0.8 < len(samples) / sound.SAMPLE_RATE <= CHIME
    assert abs(samples[0]) < 50
    assert max(map(abs, samples[-20:])) < 50
    assert max(map(abs, samples)) / 32_767 < 0.7


def test_the_chime_is_two_notes_and_the_second_is_lower() -> None:
    samples = sound.chime()
    first, second = samples[2_000:6_000], samples[14_000:18_000]

    def strength(part: array.array[int], pitch: float) -> float:
        from math import cos, pi, sin

        turns = [2 * pi * pitch * n / sound.SAMPLE_RATE for n in range(len(part))]
        across = sum(value * cos(turn) for value, turn in zip(part, turns, strict=True))
        along = sum(value * sin(turn) for value, turn in zip(part, turns, strict=True))
        return float(across**2 + along**2)

    high, low = (pitch for pitch, _ in sound.NOTES)
    assert high > low
    assert strength(first, high) > 10 * strength(first, low)
    assert strength(second, low) > strength(second, high)


def test_a_sound_comes_back_as_it_was_written(tmp_path: Path) -> None:
    samples = array.array("h", [0, 1, -1, 32_767, -32_768])
    path = tmp_path / "clip.wav"

    sound.write_wav(path, samples)

    assert sound.read_wav(path) == samples
    assert sound.seconds_of(path) == pytest.approx(5 / 22_050)
    assert [file.name for file in tmp_path.iterdir()] == ["clip.wav"]


def test_a_sound_in_another_format_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", "not compressed"))
        file.writeframes(bytes(400))

    with pytest.raises(wave.Error, match="mono"):
        sound.read_wav(path)


def test_sounds_are_joined_with_exact_silences() -> None:
    tone = array.array("h", [7] * 10)

    whole = sound.joined([tone, sound.silence(0.25), tone])

    assert len(whole) == 20 + round(0.25 * 22_050)
    assert set(whole[10:-10]) == {0}
