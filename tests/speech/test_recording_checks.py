"""Which recordings a hall can hear, and what becomes of them."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from server.speech import sound
from server.speech.recording_checks import Unfit, fitted
from tests.speech.a_speaker import PHONE_RATE, said, write


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (44_100, 2), (22_050, 1), (16_000, 1)])
def test_a_recording_of_any_usual_kind_becomes_a_clip_without_its_silence(
    rate: int, channels: int, tmp_path: Path
) -> None:
    path = write(tmp_path / "first-A.wav", said(220, 0.6, rate), rate, channels)

    samples = fitted(path)

    assert len(samples) / sound.SAMPLE_RATE == pytest.approx(0.66, abs=0.03)  # of 1.6 s
    spectrum = np.abs(np.fft.rfft(np.array(samples), 1 << 17))
    assert spectrum.argmax() * sound.SAMPLE_RATE / (1 << 17) == pytest.approx(220, abs=2)
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50


def test_loud_and_soft_recordings_come_out_alike(tmp_path: Path) -> None:
    loud = fitted(write(tmp_path / "loud.wav", said(200, level=0.35)))
    soft = fitted(write(tmp_path / "soft.wav", said(200, level=0.02)))

    strength = [float(np.sqrt(np.square(np.array(one, dtype=float)).mean())) for one in (loud, soft)]
    assert strength[0] == pytest.approx(strength[1], rel=0.05)


def test_what_a_slower_rate_cannot_keep_is_left_out_and_not_folded_into_the_voice(tmp_path: Path) -> None:
    whistle = 0.1 * np.sin(2 * np.pi * 15_000 * np.arange(PHONE_RATE) / PHONE_RATE)
    voice = said(200, 0.6)
    voice[:PHONE_RATE] += whistle

    samples = np.array(fitted(write(tmp_path / "first-A.wav", voice)), dtype=float)

    power = np.abs(np.fft.rfft(samples)) ** 2
    pitch = np.fft.rfftfreq(len(samples), 1 / sound.SAMPLE_RATE)
    assert power[pitch > 5_000].sum() < power.sum() / 1_000


@pytest.mark.parametrize(
    ("samples", "kind", "why"),
    [
        (said(200, level=0.9), {}, "clipped"),
        (said(200, level=0.0004), {}, "too quiet"),
        (np.zeros(PHONE_RATE), {}, "silent"),
        (said(200)[:2_000], {}, "0.04 s long"),
        (said(200, 7.5), {}, "8.50 s long"),
        (said(200), {"width": 1}, "8 bits"),
        (said(200), {"width": 3}, "24 bits"),
        (said(200), {"channels": 6}, "6 channels"),
        (said(200, rate=8_000), {"rate": 8_000}, "8000 samples a second"),
    ],
)
def test_a_recording_that_nobody_could_follow_is_refused_with_what_to_do(
    samples: np.ndarray[tuple[int], np.dtype[np.float64]], kind: dict[str, int], why: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "first-A.wav", samples, **kind)

    with pytest.raises(Unfit, match=why):
        fitted(path)


@pytest.mark.parametrize("content", [b"", b"ID3 an mp3 that was renamed", b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_a_file_that_is_no_sound_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "first-A.wav"
    path.write_bytes(content)

    with pytest.raises(Unfit, match="no WAV file"):
        fitted(path)


def test_a_file_that_was_copied_by_half_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "first-A.wav", said(200))
    path.write_bytes(path.read_bytes()[:40_000])

    with pytest.raises(Unfit, match="ends before"):
        fitted(path)


def test_a_click_in_the_room_is_no_word(tmp_path: Path) -> None:
    click = np.zeros(PHONE_RATE)
    click[20_000:20_040] = 0.6

    with pytest.raises(Unfit, match="nothing is heard"):
        fitted(write(tmp_path / "first-A.wav", click))


def test_what_was_taken_in_is_a_clip_of_ours(tmp_path: Path) -> None:
    sound.write_wav(tmp_path / "out.wav", fitted(write(tmp_path / "in.wav", said(200))))

    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
