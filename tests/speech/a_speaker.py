"""Somebody who records calls: each part a sound of its own, as it comes from a telephone or a desk."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
PHONE_RATE = 48_000


def said(pitch: float, seconds: float = 0.6, rate: int = PHONE_RATE, level: float = 0.2) -> Samples:
    """A sound with overtones, half a second of a quiet room before it and after."""
    at = np.arange(round(seconds * rate)) / rate
    voiced = sum(np.sin(2 * np.pi * pitch * n * at) / n for n in range(1, 6)) * np.hanning(len(at)) ** 0.2
    room = np.zeros(rate // 2)
    whole = np.concatenate([room, level * voiced, room])
    return np.asarray(whole + 0.0005 * np.random.default_rng(round(pitch)).standard_normal(len(whole)))


def write(path: Path, samples: Samples, rate: int = PHONE_RATE, channels: int = 1, width: int = 2) -> Path:
    whole = np.clip(np.rint(samples * 32_767), -32_768, 32_767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", "not compressed"))
        file.writeframes(np.repeat(whole, channels).tobytes() if width == 2 else bytes(len(whole) * width * channels))
    return path


def record(folder: Path, names: Iterable[str]) -> Path:
    """A folder with a recording of each name."""
    folder.mkdir(parents=True, exist_ok=True)
    for nth, name in enumerate(names):
        write(folder / f"{name}.wav", said(120 + 7 * nth))
    return folder
