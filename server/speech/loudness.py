"""Brings a sound to −16 LUFS, as ITU-R BS.1770-4 measures it, with no peak that a loudspeaker would clip.

For the voice worker alone: the server's own process does without numpy. scipy's filters (as pyloudnorm uses them) were
measured first: 0.6 s and 82 MB for each worker, where numpy takes 0.07 s and 15 MB. So the two filters of the standard
are laid over the spectrum here, which comes to the same; the tests measure the clips with pyloudnorm.

Speech at −16 LUFS has peaks beyond full scale. A limiter takes them down, and only them: it looks ten milliseconds
ahead, turns down no faster than that, and back up as slowly, so that it is not heard as a click.
"""

from __future__ import annotations

import array
import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from server.speech.sound import FULL_SCALE, SAMPLE_RATE

Samples = npt.NDArray[np.float64]

TARGET = -16.0
"""LUFS of every clip, the chime too."""

CEILING = 10 ** (-1.0 / 20)
"""Of full scale (−1 dBTP): what a peak reaches at most, also between two samples."""

WITHIN = 0.15
"""LU: near enough."""

ROUNDS = 8
"""What the limiter takes away is given back by turning the whole up a little, which gives it more to take."""

BLOCK_S = 0.4
STEP_S = 0.1
ABSOLUTE_GATE = -70.0
RELATIVE_GATE = -10.0
OFFSET = -0.691
"""BS.1770-4: blocks that are quieter, or so far below the others, are pauses and do not count."""

OVERSAMPLED = 4
FRAMES_A_SECOND = 1_000
AHEAD = 10
"""Frames that the limiter looks ahead and back."""


def levelled(samples: array.array[int]) -> array.array[int]:
    """At TARGET, limited to CEILING. Silence stays what it is."""
    sound = np.array(samples, dtype=np.float64) / FULL_SCALE
    gain, best = 1.0, sound
    for _ in range(ROUNDS):
        missing = TARGET - integrated(best)
        if abs(missing) <= WITHIN or not math.isfinite(missing):
            break
        gain *= 10 ** (missing / 20)
        best = limited(sound * gain)
    return array.array("h", np.rint(best * FULL_SCALE).astype(np.int16).tobytes())


def integrated(sound: Samples) -> float:
    """LUFS; −inf where nothing is louder than the gate. A sound shorter than a block is one block."""
    block, step = round(BLOCK_S * SAMPLE_RATE), round(STEP_S * SAMPLE_RATE)
    energy = np.concatenate(([0.0], np.cumsum(np.square(_weighted(sound)))))
    starts = np.arange(0, max(1, len(sound) - block + 1), step)
    power = (energy[np.minimum(starts + block, len(sound))] - energy[starts]) / block
    heard = power[power > _power(ABSOLUTE_GATE)]
    if not len(heard):
        return -math.inf
    heard = heard[heard > _power(_lufs(float(heard.mean())) + RELATIVE_GATE)]
    return _lufs(float(heard.mean()))


def limited(sound: Samples) -> Samples:
    """The same, its peaks taken down to CEILING."""
    peaks = true_peaks(sound)
    needed = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    if needed.min() >= 1.0:
        return sound
    # Each frame gets the least that any near it needs, then the mean of that over fewer frames on either side: so no
    # frame, and nothing on the straight line to the next, gets more than it may.
    around = np.pad(needed, AHEAD, constant_values=1.0)
    least = np.lib.stride_tricks.sliding_window_view(around, 2 * AHEAD + 1).min(axis=1)
    window = np.hanning(2 * AHEAD + 1)[1:-1]
    smooth = np.convolve(np.pad(least, AHEAD - 1, mode="edge"), window / window.sum(), mode="valid")
    frame = SAMPLE_RATE / FRAMES_A_SECOND
    middles = (np.arange(len(smooth)) + 0.5) * frame
    return sound * np.interp(np.arange(len(sound)), middles, smooth)


def true_peaks(sound: Samples) -> Samples:
    """The highest peak in each frame, between the samples too."""
    size = _fast(len(sound))
    spectrum = np.fft.rfft(sound, size)
    between = np.abs(np.fft.irfft(spectrum, size * OVERSAMPLED))[: len(sound) * OVERSAMPLED] * OVERSAMPLED
    frames = math.ceil(len(sound) * FRAMES_A_SECOND / SAMPLE_RATE)
    begins = (np.arange(frames) * SAMPLE_RATE * OVERSAMPLED / FRAMES_A_SECOND).astype(np.intp)
    return np.asarray(np.maximum.reduceat(between, begins))


def _weighted(sound: Samples) -> Samples:
    """As the ear weighs it (K): two filters of second order, over the spectrum."""
    size = _fast(len(sound) + SAMPLE_RATE // 2)  # with room in which the filters ring out
    return np.fft.irfft(np.fft.rfft(sound, size) * _response(size), size)[: len(sound)]


@lru_cache(maxsize=8)
def _response(size: int) -> npt.NDArray[np.complex128]:
    """The filters of BS.1770-4 at our rate, from the analogue ones that its table for 48,000 Hz was made of."""
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    k = math.tan(math.pi * 1681.974450955533 / SAMPLE_RATE)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = (high + band * k / q + k * k) + 2 * (k * k - high) * z + (high - band * k / q + k * k) * z * z
    shelf /= (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z
    k = math.tan(math.pi * 38.13547087602444 / SAMPLE_RATE)
    q = 0.5003270373238773
    rumble = 1 + k / q + k * k
    passed = (1 - z) ** 2 / (1 + 2 * (k * k - 1) / rumble * z + (1 - k / q + k * k) / rumble * z * z)
    return np.asarray(shelf * passed)


@lru_cache(maxsize=64)
def _fast(length: int) -> int:
    """The next length that a Fourier transform takes in its stride: a multiple of 2, 3 and 5 alone."""
    found = 1 << max(1, math.ceil(math.log2(length)))
    for fives in (1, 5, 25, 125):
        for threes in (1, 3, 9, 27, 81):
            odd = fives * threes
            found = min(found, odd << max(1, math.ceil(math.log2(length / odd))))
    return found


def _lufs(power: float) -> float:
    return OFFSET + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET) / 10))
