"""The voice worker's real sounds, measured from their samples: pace, silences, loudness, and no two numbers alike."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from server.domain.announcement import BEFORE_COUNTER, BETWEEN_SIGNS, LONGEST, PACE, Call, Kind, segments, syllables
from server.speech import link
from server.speech.link import NoVoice, Worker
from server.speech.voice import SPEAKERS, order
from tests.spoken_words import WORDS

pytestmark = pytest.mark.slow

Samples = npt.NDArray[np.float64]

RATE = 22_050
SILENT = 10 ** (-45 / 20)
"""Of full scale. What lies below for more than a tenth of a second is a pause to the ear."""


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    worker = Worker(link.command(tmp_path_factory.mktemp("scratch")))
    yield worker
    worker.close()


def spoken(worker: Worker, folder: Path, call: Call, language: str) -> Samples:
    out = folder / f"{language}-{call.number}-{call.counter}.wav"
    worker.ask({**order(segments(call, WORDS[language]), language), "out": str(out)})
    with wave.open(str(out)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32_767


def pauses(samples: Samples) -> list[float]:
    """Seconds of each silence longer than 150 ms inside."""
    heard = np.flatnonzero(np.abs(samples) > SILENT)
    steps = np.diff(heard)
    return [float(step / RATE) for step in steps if step > 0.15 * RATE]


@pytest.mark.parametrize("language", SPEAKERS)
@pytest.mark.parametrize(("number", "counter"), [("A042", "3"), ("K1042", "20"), ("F901", "12")])
def test_signs_are_a_quarter_second_apart_and_the_counter_comes_after_a_longer_pause(
    language: str, number: str, counter: str, worker: Worker, tmp_path: Path
) -> None:
    samples = spoken(worker, tmp_path, Call(number, counter), language)

    signs = len(number)
    assert pauses(samples) == pytest.approx([BETWEEN_SIGNS] * (signs - 1) + [BEFORE_COUNTER], abs=0.03)
    assert min(pauses(samples)) >= BETWEEN_SIGNS


@pytest.mark.parametrize("language", SPEAKERS)
def test_nobody_is_spoken_to_faster_than_old_ears_follow(language: str, worker: Worker, tmp_path: Path) -> None:
    for number, counter in [("A042", "3"), ("B222", "2"), ("A321", "5"), ("F118", "6"), ("U888", "8")]:
        call = Call(number, counter)
        count = sum(syllables(segment.text, language) for segment in segments(call, WORDS[language]))

        samples = spoken(worker, tmp_path, call, language)

        speaking = len(samples) / RATE - BETWEEN_SIGNS * 3 - BEFORE_COUNTER
        assert count / speaking <= PACE, call


@pytest.mark.parametrize("language", SPEAKERS)
def test_even_the_longest_call_is_over_in_time(language: str, worker: Worker, tmp_path: Path) -> None:
    for number, counter in [("W909", "19"), ("W700", "14"), ("A009", "12"), ("A042", "3A")]:
        samples = spoken(worker, tmp_path, Call(number, counter), language)

        assert 3.0 < len(samples) / RATE <= LONGEST, (number, counter)


@pytest.mark.parametrize("language", SPEAKERS)
def test_a_fourth_digit_takes_its_time_and_no_more(language: str, worker: Worker, tmp_path: Path) -> None:
    assert len(spoken(worker, tmp_path, Call("M3002", "20"), language)) / RATE <= LONGEST + 0.5


def test_a_name_too_long_for_any_pace_is_hurried_only_a_little(worker: Worker, tmp_path: Path) -> None:
    call = Call("A042", "Pendaftaran Kelahiran dan Kematian Tingkat Bawah")
    count = sum(syllables(segment.text, "ms") for segment in segments(call, WORDS["ms"]))

    samples = spoken(worker, tmp_path, call, "ms")

    assert count / (len(samples) / RATE - 1.15) <= PACE * 1.16


@pytest.mark.parametrize("language", SPEAKERS)
def test_every_sign_is_equally_loud_and_nothing_clips_or_clicks(language: str, worker: Worker, tmp_path: Path) -> None:
    samples = spoken(worker, tmp_path, Call("A0123456789", "4", Kind.LAST), language)

    edges = np.flatnonzero(np.abs(samples) > SILENT)
    breaths = np.split(samples[edges], np.flatnonzero(np.diff(edges) > 0.2 * RATE) + 1)
    loudness = [20 * math.log10(float(np.sqrt(np.mean(breath**2)))) for breath in breaths]
    assert len(breaths) == 13
    assert max(loudness) - min(loudness) < 6  # dB
    assert np.abs(samples).max() < 0.9
    assert np.abs(samples[[0, -1]]).max() < 0.001


@pytest.mark.parametrize("language", SPEAKERS)
def test_no_two_digits_sound_alike(language: str, worker: Worker, tmp_path: Path) -> None:
    samples = spoken(worker, tmp_path, Call("A01234567899", "4"), language)
    edges = np.flatnonzero(np.abs(samples) > SILENT)
    digits = [spectrum(breath) for breath in np.split(samples, edges[np.flatnonzero(np.diff(edges) > 0.2 * RATE)])][
        1:-2
    ]

    assert len(digits) == 10
    likeness = {(a, b): float((digits[a] * digits[b]).sum()) for a, b in combinations(range(10), 2)}
    assert max(likeness.values()) < 0.97, max(likeness, key=lambda pair: likeness[pair])


def spectrum(breath: Samples) -> Samples:
    """How its loudness spreads over 24 pitches and 12 moments, as one vector of length 1."""
    heard = breath[np.flatnonzero(np.abs(breath) > SILENT)[0] :]
    edges = np.geomspace(120, 8_000, 25)
    pitches = np.digitize(np.fft.rfftfreq(4_096, 1 / RATE), edges)
    table = []
    for moment in np.array_split(heard, 12):
        power = np.abs(np.fft.rfft(moment * np.hanning(len(moment)), 4_096)) ** 2
        table.append(np.log1p(1e3 * np.bincount(pitches, weights=power, minlength=26)[1:25]))
    vector = np.concatenate(table)
    vector -= vector.mean()
    return np.asarray(vector / np.linalg.norm(vector))


def test_a_voice_or_a_sound_that_there_is_not_is_refused_and_the_next_call_is_spoken(
    worker: Worker, tmp_path: Path
) -> None:
    call = order(segments(Call("A042", "3"), WORDS["ms"]), "ms")
    out = str(tmp_path / "clip.wav")

    with pytest.raises(NoVoice, match="no such voice: nobody"):
        worker.ask({**call, "voice": "nobody", "out": out})
    with pytest.raises(NoVoice, match="no sound"):
        worker.ask({**call, "segments": [["…", 0, 0.25]], "out": out})
    with pytest.raises(NoVoice, match="nowhere"):
        worker.ask({**call, "out": str(tmp_path / "nowhere" / "clip.wav")})
    pid = worker.pid

    assert worker.ask({**call, "out": out})["seconds"] > 3
    assert worker.pid == pid
    assert [path.name for path in tmp_path.iterdir()] == ["clip.wav"]


def test_the_worker_ends_with_its_parent_and_not_with_a_key(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    process = subprocess.Popen(link.command(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None

    with process:
        hello = process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        process.stdin.write('{"id": 1, "segments": [["satu.", 2, 0]], "voice": "ms", "rate": 140, "pace": 4.5,')
        process.stdin.write(' "longest": 6.5, "out": null}\n')
        process.stdin.flush()
        answer = process.stdout.readline()
        process.stdin.close()
        status = process.wait(timeout=20)

    assert "espeak-ng 1." in hello
    assert '"seconds"' in answer
    assert status == 0


def test_without_its_library_the_worker_says_so_and_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "espeakng_loader.py").write_text("raise ImportError('No module named espeakng_loader')")
    run = subprocess.run(
        [sys.executable, *link.command(tmp_path)[1:]],
        input="",
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )

    assert run.returncode == 1
    assert "unusable" in run.stdout
    assert "giliran[voice]" in run.stdout
    assert run.stderr == ""
