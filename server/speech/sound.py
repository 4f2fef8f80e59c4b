"""The two notes before every call, made by arithmetic: a chime cannot be missing where Python runs."""

from __future__ import annotations

import array
import math
import os
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

SAMPLE_RATE = 22_050
"""Samples a second of every clip: mono, 16 bits, as espeak-ng speaks."""

FULL_SCALE = 32_767

NOTES = ((659.26, 0.0), (523.25, 0.38))
"""E5, then C5: Hz, and the second at which it is struck. Falling, and below 2 kHz, where old ears still hear well."""

OVERTONES = ((1.0, 1.0), (2.0, 0.28), (3.0, 0.09))
SECONDS = 1.15
PEAK = 0.597
"""Of full scale: so the two notes are as loud as the words after them, −16 LUFS."""

DECAY = 4.2
ATTACK = 0.006
RELEASE = 0.12


def chime() -> array.array[int]:
    """Samples that start and end in silence and never click."""
    wanted = [_at(n / SAMPLE_RATE) for n in range(int(SECONDS * SAMPLE_RATE))]
    loudest = max(map(abs, wanted))
    return array.array("h", (round(value / loudest * PEAK * FULL_SCALE) for value in wanted))


def _at(second: float) -> float:
    value = 0.0
    for pitch, struck_at in NOTES:
        age = second - struck_at
        if age < 0:
            continue
        swell = min(1.0, age / ATTACK) * math.exp(-DECAY * age)
        value += swell * sum(part * math.sin(2 * math.pi * pitch * times * age) for times, part in OVERTONES)
    return value * min(1.0, (SECONDS - second) / RELEASE)


def write_wav(path: Path, samples: array.array[int]) -> None:
    """Whole or not at all: whoever opens `path` never finds half a sound. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(_little_endian(samples).tobytes())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_wav(path: Path) -> array.array[int]:
    """The samples of a clip that we made. Raises `wave.Error` or OSError for anything else."""
    with path.open("rb") as raw, wave.open(raw, "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, SAMPLE_RATE):
            raise wave.Error(f"{path} is not mono, 16 bits, {SAMPLE_RATE} samples a second")
        return _little_endian(array.array("h", file.readframes(file.getnframes())))


def seconds_of(path: Path) -> float:
    """How long a clip lasts, from its first bytes."""
    with path.open("rb") as raw, wave.open(raw, "rb") as file:
        return file.getnframes() / file.getframerate()


def silence(seconds: float) -> array.array[int]:
    return array.array("h", bytes(2 * round(seconds * SAMPLE_RATE)))


def joined(sounds: Sequence[array.array[int]]) -> array.array[int]:
    whole = array.array("h")
    for sound in sounds:
        whole.extend(sound)
    return whole


def _little_endian(samples: array.array[int]) -> array.array[int]:
    if sys.byteorder == "little":
        return samples
    swapped = array.array("h", samples)
    swapped.byteswap()
    return swapped
