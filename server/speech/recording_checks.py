"""Whether a recording can be played in a hall, and what becomes of it: mono, 22,050 samples a second, without silence.

For the command that takes recordings in, never for the server's own process: it needs numpy.
"""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path

import numpy as np

from server.speech import sound, worker
from server.speech.loudness import Samples, integrated

SHORTEST_S = 0.1
LONGEST_S = 8.0
RATES = range(16_000, 96_001)
"""Samples a second: what is slower has lost the sounds by which "F" and "S" are told apart."""

QUIETEST = -45.0
"""LUFS. What is quieter would bring the room's noise with it when it is turned up."""

CLIPPED = 32_700
CLIPPED_RUN = 3
"""So many samples at full scale, one after another, are a peak that was cut off."""

FRAME_S = 0.01
SILENT = 0.01
NOISE = 3.0
MARGIN_S = 0.03
FADE_S = 0.01
"""The ends are cut where frames have less than −40 dB of the loudest, or less than three times the room's noise; a
little is kept on either side, faded, so that no "s" or "h" is lost."""


class Unfit(Exception):
    """This recording cannot be used; the message is what the person reads, `code` what a page has its own words for."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def fitted(path: Path) -> array.array[int]:
    """The recording as it will be played. Raises Unfit, and OSError for a file that cannot be read."""
    samples, rate = _read(path)
    if _longest_run(np.abs(samples).max(axis=1) >= CLIPPED) >= CLIPPED_RUN:
        raise Unfit("clipped", "clipped: record it again, a little farther from the microphone")
    mono = _at_our_rate(samples.mean(axis=1) / sound.FULL_SCALE, rate)
    loud = integrated(mono)
    if loud < QUIETEST:
        code, how = ("silent", "silent") if loud == -math.inf else ("too_quiet", f"too quiet ({loud:.0f} LUFS)")
        raise Unfit(code, f"{how}: record it again, closer to the microphone")
    kept = trimmed(mono)
    if len(kept) < SHORTEST_S * sound.SAMPLE_RATE:
        raise Unfit("silent", f"nothing is heard for as long as {SHORTEST_S:g} s")
    as_loud = np.clip(np.rint(kept * sound.FULL_SCALE), -sound.FULL_SCALE, sound.FULL_SCALE)
    return worker.levelled(array.array("h", as_loud.astype(np.int16).tobytes()))


def trimmed(samples: Samples) -> Samples:
    """Without the silence at its ends."""
    frame = round(FRAME_S * sound.SAMPLE_RATE)
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    levels = np.sqrt(np.square(whole).mean(axis=1))
    loudest = float(levels.max())
    noise = min(float(np.percentile(levels, 10)) * NOISE, loudest / 10)  # tightly cut, there is no noise to be heard
    heard = np.flatnonzero(levels > max(noise, loudest * SILENT))
    margin = round(MARGIN_S * sound.SAMPLE_RATE)
    kept = samples[max(0, int(heard[0]) * frame - margin) : (int(heard[-1]) + 1) * frame + margin].copy()
    fade = min(round(FADE_S * sound.SAMPLE_RATE), len(kept) // 2)
    slope = np.linspace(0, 1, fade)
    kept[:fade] *= slope
    kept[len(kept) - fade :] *= slope[::-1]
    return kept


def _read(path: Path) -> tuple[Samples, int]:
    """The samples, a column a channel, and how many there are in a second."""
    try:
        with path.open("rb") as raw, wave.open(raw, "rb") as file:
            channels, width, rate, frames = file.getparams()[:4]
            if width != 2 or channels not in (1, 2):
                raise Unfit(
                    "wrong_format",
                    f"{8 * width} bits, {channels} channels: save it as WAV, 16 bits PCM, mono or stereo",
                )
            if rate not in RATES:
                raise Unfit("wrong_rate", f"{rate} samples a second: record it at {RATES[0]} to {RATES[-1]}")
            if not SHORTEST_S <= frames / rate <= LONGEST_S:
                raise Unfit(
                    "wrong_length", f"{frames / rate:.2f} s long: it has to be {SHORTEST_S:g} to {LONGEST_S:g} s"
                )
            told = file.readframes(frames)
    except (wave.Error, EOFError) as error:
        raise Unfit("wrong_format", f"no WAV file of 16 bits PCM ({error}): save it as one") from error
    if len(told) < frames * channels * width:
        raise Unfit("cut_off", "the file ends before its sound does: copy it again")
    return np.frombuffer(told, dtype="<i2").reshape(-1, channels).astype(np.float64), rate


def _at_our_rate(samples: Samples, rate: int) -> Samples:
    """As many samples a second as every clip has, by its spectrum: what cannot be kept is left out, nothing folds."""
    if rate == sound.SAMPLE_RATE:
        return samples
    step = math.gcd(rate, sound.SAMPLE_RATE)
    unit, ours = rate // step, sound.SAMPLE_RATE // step
    units = math.ceil((len(samples) + rate // 10) / unit)  # with silence, so that the end does not run into the start
    spectrum = np.fft.rfft(samples, units * unit)
    kept = np.zeros(units * ours // 2 + 1, dtype=np.complex128)
    common = min(len(kept), len(spectrum))
    kept[:common] = spectrum[:common]
    made = np.fft.irfft(kept, units * ours) * ours / unit
    return made[: round(len(samples) * ours / unit)]


def _longest_run(true: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], true.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))
