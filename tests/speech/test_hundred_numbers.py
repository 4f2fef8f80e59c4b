"""A hundred numbers in each language, as the hall gets them, checked from their samples: nobody has to listen."""

from __future__ import annotations

import random
import wave
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from server.domain.announcement import BEFORE_COUNTER, BETWEEN_SIGNS, LONGEST, Call, segments
from server.speech import link
from server.speech.link import Worker
from server.speech.sound import FULL_SCALE, SAMPLE_RATE
from server.speech.voice import SPEAKERS, order
from tests.spoken_words import WORDS

pytestmark = [pytest.mark.slow, pytest.mark.soak]

Samples = npt.NDArray[np.float64]
SILENT = 10 ** (-45 / 20)
"""Of full scale. What lies below for more than a tenth of a second is a pause to the ear."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Clip(NamedTuple):
    call: Call
    samples: Samples


def calls() -> list[Call]:
    """Each letter, each digit in each place, each counter from 1 to 20; the rest by chance, the same every time."""
    chance = random.Random(20260302)
    numbers = [f"{letter}{n:03d}" for n, letter in enumerate(LETTERS, start=1)]
    numbers += [f"A{digit}{digit}{digit}" for digit in range(10)]
    while len(numbers) < 100:
        number = f"{chance.choice(LETTERS)}{chance.randrange(1, 1000):03d}"
        if number not in numbers:
            numbers.append(number)
    return [Call(number, str(n % 20 + 1)) for n, number in enumerate(numbers)]


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    worker = Worker(link.command(tmp_path_factory.mktemp("scratch")))
    yield worker
    worker.close()


@pytest.fixture(scope="module", params=SPEAKERS)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def clips(language: str, worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """A hundred calls in one language, by the real worker and the real voice."""
    folder = tmp_path_factory.mktemp(language)
    return [Clip(call, rendered(worker, call, language, folder / f"{call.number}.wav")) for call in calls()]


def rendered(worker: Worker, call: Call, language: str, out: Path) -> Samples:
    worker.ask({**order(segments(call, WORDS[language]), language), "out": str(out)})
    with wave.open(str(out)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / FULL_SCALE
    out.unlink()
    return samples


def pauses(samples: Samples) -> list[float]:
    """Seconds of each silence longer than 150 ms inside."""
    steps = np.diff(np.flatnonzero(np.abs(samples) > SILENT))
    return [float(step) / SAMPLE_RATE for step in steps[steps > 0.15 * SAMPLE_RATE]]


def breaths(samples: Samples) -> list[Samples]:
    """What is said between the silences, one after another."""
    heard = np.flatnonzero(np.abs(samples) > SILENT)
    edges = np.flatnonzero(np.diff(heard) > 0.15 * SAMPLE_RATE) + 1
    return [samples[group[0] : group[-1] + 1] for group in np.split(heard, edges)]


def likeness(one: Samples, other: Samples) -> float:
    """1 for the same sound at whatever loudness, wherever it begins; near 0 for two that have nothing in common."""
    size = 1 << (len(one) + len(other)).bit_length()
    across = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return float(across.max() / np.sqrt((one**2).sum() * (other**2).sum()))


def test_every_number_is_said_in_time(clips: list[Clip]) -> None:
    seconds = {clip.call: len(clip.samples) / SAMPLE_RATE for clip in clips}

    assert len(seconds) == 100
    assert {call: lasting for call, lasting in seconds.items() if not 3.0 < lasting <= LONGEST} == {}


def test_every_number_is_equally_loud_and_none_clips(clips: list[Clip]) -> None:
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    loud = {clip.call: float(meter.integrated_loudness(clip.samples)) for clip in clips}

    assert {call: lufs for call, lufs in loud.items() if abs(lufs + 16) > 1} == {}
    assert max(float(np.abs(clip.samples).max()) for clip in clips) < 0.9


def test_every_sign_of_every_number_stands_apart_and_the_counter_after_a_longer_pause(clips: list[Clip]) -> None:
    wanted = [BETWEEN_SIGNS] * 3 + [BEFORE_COUNTER]
    heard = {clip.call: pauses(clip.samples) for clip in clips}

    # Within one counter's name nothing is this quiet for long: five breaths, four silences.
    assert {call: found for call, found in heard.items() if found != pytest.approx(wanted, abs=0.05)} == {}
    assert min(min(found) for found in heard.values()) >= BETWEEN_SIGNS


def test_no_sign_of_any_number_sounds_like_another(clips: list[Clip]) -> None:
    takes: dict[tuple[str, str], list[Samples]] = {}  # more than one only where a long call was hurried
    for clip in clips:
        *signs, _ = breaths(clip.samples)
        for place, sign, said in zip(("first", "middle", "middle", "end"), clip.call.number, signs, strict=True):
            known = takes.setdefault((place, sign), [])
            if not any(likeness(one, said) > 0.98 for one in known):
                known.append(said)

    assert len(takes) == 26 + 10 + 10
    alike = {
        (one, other): max(likeness(a, b) for a, b in product(takes[one], takes[other]))
        for one, other in combinations(takes, 2)
        if one[0] == other[0]
    }
    closest = max(alike, key=lambda pair: alike[pair])
    assert alike[closest] < 0.96, closest


def test_no_two_numbers_are_the_same_sound(clips: list[Clip]) -> None:
    assert len({clip.samples.tobytes() for clip in clips}) == 100
