"""The voice itself: a program of its own that reads what to say from standard input and writes WAV files.

In a server's own process pyttsx3 returns before the file is there, applies a rate one call late, hangs with two
threads and crashes with green ones; alone, one utterance at a time, it does none of that. And espeak-ng is GPL-3: it
stays behind a pipe.

    ──► {"id": 7, "voice": "ms", "rate": 140, "pace": 4.5, "longest": 6.5, "out": "/…/ab12.wav",
         "segments": [["Nombor A,", 3, 0.25], ["dua.", 2, 0.4], …]}           text, syllables, seconds of silence after
    ──► {"id": 8, "recorded": [["/…/first-A.wav", "version", 0.25], …], "out": "/…/cd34.wav"}     a person's own voice
    ◄── {"ready": "espeak-ng 1.52.0"}, once · {"id": 7, "seconds": 4.9} · {"id": 7, "refused": "no such voice: xx"}
    ◄── {"unusable": "why"} instead of "ready", and the end

Whole phrases were tried against joined segments. espeak-ng's comma is 205–275 ms long, depending on the word before it
and on the rate, and cannot be told otherwise; a segment trimmed of its silence and joined to an exact one is right to
a few milliseconds. A comma at a segment's end gives it the same rising tune that it has inside the phrase (the pitch
was measured: "four," ends at 104 Hz, "four." at 76), so nothing is lost to the ear; a speech recogniser understood 16
of 20 joined calls and 13 of 20 whole ones. What belongs in one breath ("Sila ke kaunter tiga") stays one segment. And
there are some 70 segments a language against half a million phrases: after the first minutes a call is joined in 3 ms
instead of rendered in 35.

Each segment is slowed until it keeps the pace: at one rate, Malay "dua" and Tamil "irandu" are spoken at 6 and 7
syllables a second and "pūjjiyam" at 3.6. Only a call that would last longer than it may is hurried, by a little.
Each is brought to one loudness, for the Mandarin "si" comes out 9 dB softer than "er"; the whole to that of every clip
(`server.speech.loudness`), because what is loud enough in a hall is set once, at the amplifier.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import faulthandler
import json
import math
import os
import signal
import sys
import threading
import wave
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would only wait

from server.speech import loudness, sound

SLOWEST = 80
"""Words a minute: espeak-ng knows no slower."""

HURRY = 1.2
"""At most so many times the pace, in a call that would last too long."""

HEADROOM = 0.8
"""espeak-ng clips some Mandarin syllables at its full volume."""

LOUDNESS = 0.12
PEAK = 0.89
"""Of full scale: the mean (RMS) of a segment's voiced part, and what no sample passes."""

QUIET_BEFORE = 1 / 128
QUIET_AFTER = 1 / 24
"""Of a segment's peak: what counts as silence at its ends. After the last sound lies the voice's faint echo."""

MARGIN = 0.004
"""Seconds kept on either side of it, faded, so that nothing clicks."""

NICE = 5
"""An officer's key and the screens go before the next clip, and the clip before the next estimate."""
PATIENCE = 15
"""Seconds for one order: the parent gives up before, and if it is gone too, nobody else would end a hung voice."""


class Refused(Exception):
    """This cannot be said; the next may."""


class Unusable(Exception):
    """There is no voice on this computer."""


class Engine(Protocol):
    """One hole to whatever speaks."""

    name: str

    def say(self, text: str, voice: str, rate: int, path: Path) -> None:
        """Write a WAV file. Raises Refused when there is no such voice."""
        ...


class Espeak:
    """pyttsx3 driving the espeak-ng that espeakng-loader brings along.

    Debian's 1.51 reads Mandarin signs as English names of pinyin; the 1.52 in the wheel reads them right.
    """

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError as missing:
            raise Unusable(f"the voice is not installed ({missing}): pip install 'giliran[voice]'") from missing
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        library = Path(espeakng_loader.get_library_path())
        named = library.with_name("libespeak-ng.so.1")
        try:
            # Loaded first under the name that pyttsx3 asks for, so that it gets this one and not the system's.
            engine = ctypes.CDLL(str(named if named.exists() else library), mode=ctypes.RTLD_GLOBAL)
            import pyttsx3
            from pyttsx3.drivers import _espeak
        except (ImportError, OSError, RuntimeError) as missing:
            raise Unusable(f"the voice cannot be loaded: {missing}") from missing
        engine.espeak_Info.restype = ctypes.c_char_p
        self.name = f"espeak-ng {(engine.espeak_Info(None) or b'').decode()}"
        self._synchronize = _espeak.Synchronize
        self._engine: Any = pyttsx3.init("espeak")
        self._driver: Any = self._engine.proxy._driver
        self._is_done = threading.Event()
        self._engine.connect("finished-utterance", lambda **_: self._is_done.set())
        self._driver.setProperty("volume", HEADROOM)

    def say(self, text: str, voice: str, rate: int, path: Path) -> None:
        try:
            # On the driver: the engine's own queue applies a property one utterance late.
            self._driver.setProperty("voice", voice)
        except ValueError as unknown:
            raise Refused(f"no such voice: {voice}") from unknown
        self._driver.setProperty("rate", rate)
        self._synchronize()
        self._is_done.clear()
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()
        if not self._is_done.wait(PATIENCE):
            raise Refused(f"the voice did not come to an end: {text!r}")
        self._synchronize()


class Studio:
    """Says segments, each once, and joins them. `folder` is where a segment lies while it is being made."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._scratch = folder / f"voice.{os.getpid()}.wav"
        self._paced = lru_cache(maxsize=600)(self._make)

    def compose(
        self, segments: Sequence[tuple[str, int, float]], voice: str, rate: int, pace: float, longest: float
    ) -> array.array[int]:
        """The samples of the whole, at `pace` syllables a second or slower, unless that lasts beyond `longest`."""
        hurry = 1.0
        while True:
            spoken = [self._paced(text, count, voice, round(rate * hurry), pace * hurry) for text, count, _ in segments]
            silent = sum(after for _, _, after in segments)
            lasting = sum(map(len, spoken)) / sound.SAMPLE_RATE
            if lasting + silent <= longest or hurry >= HURRY:
                break
            hurry = min(HURRY, hurry * max(1.02, lasting / max(0.1, longest - silent)))
        whole: list[array.array[int]] = []
        for said, (_, _, after) in zip(spoken, segments, strict=True):
            whole += [said, sound.silence(after)]
        return sound.joined(whole)

    def _make(self, text: str, syllables: int, voice: str, rate: int, pace: float) -> array.array[int]:
        while True:
            self._engine.say(text, voice, rate, self._scratch)
            said = trimmed(sound.read_wav(self._scratch))
            self._scratch.unlink()
            if not said:
                raise Refused(f"{voice} has no sound for {text!r}")
            seconds = len(said) / sound.SAMPLE_RATE
            if syllables <= pace * seconds or rate <= SLOWEST:
                return levelled(said)
            rate = max(SLOWEST, min(rate - 1, int(rate * pace * seconds / syllables)))


def trimmed(samples: array.array[int]) -> array.array[int]:
    """Without the silence at its ends, and faded there. Empty when it is all silence."""
    peak = max(map(abs, samples), default=0)
    if peak == 0:
        return array.array("h")
    first = next(at for at, value in enumerate(samples) if abs(value) > peak * QUIET_BEFORE)
    last = len(samples) - next(at for at, value in enumerate(reversed(samples)) if abs(value) > peak * QUIET_AFTER)
    margin = round(MARGIN * sound.SAMPLE_RATE)
    kept = samples[max(0, first - margin) : last + margin]
    fade = min(margin, len(kept) // 2)
    for place in range(fade):
        kept[place] = round(kept[place] * place / fade)
        kept[-1 - place] = round(kept[-1 - place] * place / fade)
    return kept


def levelled(samples: array.array[int]) -> array.array[int]:
    """At the one loudness, as far as its peaks allow. What is quieter than a tenth of the loudest does not count."""
    frame = sound.SAMPLE_RATE // 50
    power = [
        sum(value * value for value in samples[at : at + frame]) / len(samples[at : at + frame])
        for at in range(0, len(samples), frame)
    ]
    voiced = [value for value in power if value * 100 > max(power)]
    mean = math.sqrt(sum(voiced) / len(voiced)) / sound.FULL_SCALE
    gain = min(LOUDNESS / mean, PEAK * sound.FULL_SCALE / max(map(abs, samples)))
    return array.array("h", (round(value * gain) for value in samples))


def of_recordings(parts: Sequence[tuple[Path, float]]) -> array.array[int]:
    """The samples of a call that a person has spoken part by part. Raises Refused for a part that is broken."""
    whole: list[array.array[int]] = []
    for path, after in parts:
        try:
            whole += [sound.read_wav(path), sound.silence(after)]
        except (wave.Error, EOFError) as broken:
            raise Refused(f"the recording {path.name} cannot be used: {broken}") from broken
    return sound.joined(whole)


def answer(order: dict[str, Any], studio: Studio) -> dict[str, Any]:
    """What to write back for one order. An order without `out` only gets its segments ready."""
    try:
        if "recorded" in order:
            samples = of_recordings([(Path(path), after) for path, _, after in order["recorded"]])
        else:
            segments = [(text, count, after) for text, count, after in order["segments"]]
            samples = studio.compose(segments, order["voice"], order["rate"], order["pace"], order["longest"])
        if order["out"] is not None:
            sound.write_wav(Path(order["out"]), loudness.levelled(samples))
    except (Refused, OSError) as refusal:
        return {"id": order["id"], "refused": str(refusal)}
    return {"id": order["id"], "seconds": len(samples) / sound.SAMPLE_RATE}


def main() -> int:
    # pyttsx3 prints on standard output, which belongs to the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # Ctrl-C at the server's terminal reaches us too; we end when the orders end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(NICE)

    def tell(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    try:
        engine = Espeak()
    except Unusable as reason:
        tell({"unusable": str(reason)})
        return 1
    studio = Studio(engine, Path(sys.argv[1]))
    tell({"ready": engine.name})
    for line in sys.stdin:
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        reply = answer(json.loads(line), studio)
        faulthandler.cancel_dump_traceback_later()
        tell(reply)
    return 0


if __name__ == "__main__":
    sys.exit(main())
