"""The loudness that clips are brought to, measured by a meter that shares no code with ours."""

from __future__ import annotations

import array
import math
import subprocess
import sys

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from server.speech import loudness, sound

Samples = npt.NDArray[np.float64]
RATE = sound.SAMPLE_RATE


def measured(samples: array.array[int]) -> float:
    """LUFS by pyloudnorm."""
    return float(pyloudnorm.Meter(RATE).integrated_loudness(np.array(samples) / sound.FULL_SCALE))


def a_tone(level: float, seconds: float = 2.0, pitch: float = 440.0) -> Samples:
    return level * np.sin(2 * math.pi * pitch * np.arange(round(seconds * RATE)) / RATE)


def written(sound_: Samples) -> array.array[int]:
    return array.array("h", np.rint(sound_ * sound.FULL_SCALE).astype(np.int16).tobytes())


def drums() -> Samples:
    """Short strokes over a murmur: at −16 LUFS their peaks would be far beyond full scale."""
    chance = np.random.default_rng(7)
    murmur = 0.02 * chance.standard_normal(3 * RATE)
    for at in range(0, 3 * RATE - 60, RATE // 4):
        murmur[at : at + 60] += 0.9 * np.hanning(60) * chance.choice([-1, 1])
    return murmur


@pytest.mark.parametrize("pitch", [60.0, 200.0, 997.0, 3_000.0, 8_000.0])
def test_our_meter_reads_what_the_standards_does_at_every_pitch(pitch: float) -> None:
    tone = a_tone(0.3, pitch=pitch)

    exact = pyloudnorm.Meter(RATE, filter_class="DeMan").integrated_loudness(tone)

    assert loudness.integrated(tone) == pytest.approx(exact, abs=0.1)


def test_pauses_do_not_make_a_call_any_quieter() -> None:
    spoken = a_tone(0.2, 0.9)
    halting = np.concatenate([spoken, np.zeros(RATE), spoken, np.zeros(2 * RATE), spoken])

    exact = pyloudnorm.Meter(RATE, filter_class="DeMan").integrated_loudness(halting)

    assert loudness.integrated(halting) == pytest.approx(exact, abs=0.1)
    assert loudness.integrated(halting) > loudness.integrated(spoken) - 2


@pytest.mark.parametrize("level", [0.003, 0.1, 0.95])
def test_whatever_comes_in_goes_out_as_loud_as_every_other_clip(level: float) -> None:
    samples = loudness.levelled(written(a_tone(level)))

    assert measured(samples) == pytest.approx(-16, abs=0.2)


def test_peaks_are_taken_down_before_they_clip_and_the_rest_stays_as_it_is() -> None:
    before = drums()
    loud = before * 4

    limited = loudness.limited(loud)

    assert loudness.true_peaks(loud).max() > 3
    assert loudness.true_peaks(limited).max() <= loudness.CEILING + 0.01
    between = slice(RATE // 8 - 500, RATE // 8 + 500)
    assert np.array_equal(limited[between], loud[between])


def test_a_sound_within_its_bounds_is_not_touched_by_the_limiter() -> None:
    tone = a_tone(0.5)

    assert np.array_equal(loudness.limited(tone), tone)


def test_what_is_all_peaks_is_kept_from_clipping_rather_than_made_as_loud() -> None:
    samples = loudness.levelled(written(drums()))

    assert max(map(abs, samples)) <= 0.9 * sound.FULL_SCALE
    assert measured(samples) > -20


def test_silence_stays_silence() -> None:
    assert loudness.levelled(sound.silence(1.0)) == sound.silence(1.0)


def test_the_chime_is_as_loud_as_the_words_after_it() -> None:
    chime = sound.chime()

    assert measured(chime) == pytest.approx(-16, abs=0.5)
    assert loudness.true_peaks(np.array(chime) / sound.FULL_SCALE).max() < loudness.CEILING


def test_the_server_itself_speaks_without_numpy_or_scipy() -> None:
    looks = "import sys, server.commands, server.speech.voice; print({'numpy', 'scipy'} & {*sys.modules})"

    run = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "set()"
