"""A call becomes sounds: the chime, then one clip a language, made in the order asked and never while anybody waits.

    request ──► line ──► one thread: cached? ──yes──────────────────────────► on_ready(Spoken)
                                        └─no──► worker ──► clip in the cache ──┘
                                                  └ crashed or hung: a new one, one more try; still not: without it
                                                    killed by somebody: a new one, for as long as words are of use

`request` returns at once. The thread is a `threading.Thread` that waits on a `queue.Queue`, a socket and nothing else,
so it is a thread, an eventlet or a gevent one, as the process is. A language that cannot be spoken is left out, the
chime is always there, and `on_fault` hears of it: the hall is never silent and nobody is left to guess.
"""

from __future__ import annotations

import itertools
import logging
import os
import queue
import threading
import time
import wave
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from server.domain import announcement
from server.domain.announcement import Call, Kind, Said, Segment, Tongue
from server.domain.notices import LONGEST_S
from server.speech import link, sound
from server.speech.clips import Clips
from server.speech.link import NoVoice, VoiceFault, VoiceKilled, VoiceLost, Worker
from server.speech.recordings import Recordings

log = logging.getLogger(__name__)


class Speaker(NamedTuple):
    """An espeak-ng voice and its rate in words a minute, before the pace slows single words down."""

    voice: str
    rate: int


SPEAKERS: Mapping[str, Speaker] = {
    "ms": Speaker("ms+f5", 140),
    "en": Speaker("gmw/en+f5", 155),
    "zh": Speaker("cmn+f5", 140),
    "ta": Speaker("ta+f5", 160),
}
"""The voice is f5, a woman's: of a dozen that espeak-ng has, the one that an English recogniser understood best (95 of
100 letters, digits and counters; of the first one, a man's, hardly any). Tamil's frame and zero are long: faster from
the start and slowed word by word where it is too fast, it stays within its seconds."""

TRIES = 2
"""What crashed two workers will crash a third: the call does without these words."""

TRIED = "042"
"""The number that a self-test has made; its letter and counter are the branch's."""

AUDIBLE = 3_000
"""A sample of a clip that somebody can hear is beyond this somewhere; at −16 LUFS most are."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a player needs for one call: `clips` in order, the chime first. `missing` languages have no clip.

    `seconds` is how long it lasts, the silences between clips included.
    """

    call: Said
    clips: tuple[Path, ...]
    languages: tuple[str, ...]
    missing: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Trial:
    """How a language did when it was tried. `is_recorded`: it was a person's voice. `why` it failed or, where it was
    spoken all the same, why not by the person. `unrecorded`: parts that a person has yet to record, if anybody does."""

    language: str
    is_spoken: bool
    is_recorded: bool = False
    why: str = ""
    unrecorded: int = 0


def order(segments: Iterable[Segment], language: str, kind: Kind = Kind.CALL) -> dict[str, Any]:
    """What the worker is asked for: everything that decides how it sounds."""
    speaker = SPEAKERS[language]
    return {
        "voice": speaker.voice,
        "rate": speaker.rate,
        "pace": announcement.PACE,
        "longest": LONGEST_S if kind is Kind.NOTICE else announcement.LONGEST,
        "segments": [[s.text, announcement.syllables(s.text, language), s.silence] for s in segments],
    }


def orders(call: Said, language: str, words: Tongue, recordings: Recordings | None) -> list[dict[str, Any]]:
    """What the worker may be asked for, the best first: the call's recordings if all are there, then its own voice.

    Raises ValueError where there is nothing to say.
    """
    wanted = [order(announcement.spoken(call, language, words), language, call.kind)]
    if recordings is not None and isinstance(call, Call):
        recorded = recordings.of(call, language, words)
        if recorded is not None:
            wanted.insert(0, {"recorded": [[str(one.path), one.version, one.silence] for one in recorded]})
    return wanted


class Voice:
    """The voice of one server. `words` is language → its words; `folder` is the cache of clips; `recorded` is where a
    person's recordings lie, if there are any. `patience_s` is how long a voice that is killed again and again is begun
    anew for the same words.

    `on_ready` and `on_fault` run on the voice's own thread: take the value, hand it on, return.
    Raises OSError when the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        words: Mapping[str, Tongue],
        *,
        recorded: Path | None = None,
        on_fault: Callable[[str, VoiceFault], None] = lambda language, fault: None,
        command: Sequence[str] | None = None,
        silence_s: float = link.SILENCE,
        starting_s: float = link.STARTING,
        patience_s: float = announcement.CHIME_ONLY_PAST,
    ) -> None:
        self.clips = Clips(folder)
        self._words = words
        self._recordings = None if recorded is None else Recordings(recorded)
        self._on_fault = on_fault
        self._patience = patience_s
        self._worker = Worker(command or link.command(folder), silence_s, starting_s)
        self._line: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._turn = itertools.count()
        self._is_closed = False
        self._chime()
        self._thread = threading.Thread(target=self._serve, name="voice", daemon=True)
        self._thread.start()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process; None before the first call and between two workers."""
        return self._worker.pid

    def request(
        self, call: Said, languages: Sequence[str], on_ready: Callable[[Spoken], None], *, is_pressing: bool = True
    ) -> None:
        """Have the call made in these languages; `on_ready` is called once, in the order of the requests. What is not
        pressing waits until no call does."""
        self._put(1 if is_pressing else 2, partial(self._answer, call, tuple(languages), on_ready))

    def warm(self, letters: Iterable[str], counters: Iterable[str], languages: Sequence[str]) -> None:
        """Have the parts of all calls that these can make rendered beforehand; a call that comes meanwhile goes first.
        Both must name at least one.

        Rendering some 50 parts a language takes the worker one to three seconds, the server nothing.
        """
        signs = [f"{letter}{digit}{digit}" for letter in letters for digit in range(10)]
        names = list(counters)
        calls = [Call(number, names[0]) for number in signs] + [Call(signs[0], counter) for counter in names]
        for language in languages:
            parts: dict[str, Segment] = {}
            for call in calls:
                for part in announcement.segments(call, self._words[language]):
                    parts.setdefault(part.text, part)
            for part in parts.values():
                self._put(2, partial(self._warm, part, language))

    def try_out(
        self,
        letters: Sequence[str],
        counters: Sequence[str],
        languages: Sequence[str],
        on_done: Callable[[Sequence[Trial]], None],
    ) -> None:
        """Have a call of the first letter and counter made anew in these languages and thrown away; `on_done` is called
        once, like `on_ready`. Calls that come meanwhile go first. Raises ValueError without a letter or a counter."""
        if not letters or not counters:
            raise ValueError("there is no call to try the voice with")
        self._put(2, partial(self._try_out, letters, counters, tuple(languages), on_done))

    def close(self) -> None:
        """End the worker and the thread at once; nobody hears of what was still in the line. Safe to call twice."""
        self._is_closed = True
        self._put(0, None)
        self._worker.interrupt()

    def join(self) -> None:
        """After `close`: wait until the thread has ended."""
        self._thread.join()

    def _put(self, rank: int, what: Callable[[], None] | None) -> None:
        self._line.put((rank, next(self._turn), what))

    def _serve(self) -> None:
        while True:
            _, _, what = self._line.get()
            if what is None:
                self._worker.close()
                return
            try:
                what()
            except Exception:
                log.exception("an announcement was lost")

    def _answer(self, call: Said, languages: Sequence[str], on_ready: Callable[[Spoken], None]) -> None:
        spoken = self._speak(call, languages)
        if not self._is_closed:
            on_ready(spoken)

    def _speak(self, call: Said, languages: Sequence[str]) -> Spoken:
        made = {language: self._clip(call, language) for language in languages}
        clips = [self._chime(), *(path for path in made.values() if path is not None)]
        lasting = [sound.seconds_of(clip) for clip in clips]
        return Spoken(
            call=call,
            clips=tuple(clips),
            languages=tuple(language for language, path in made.items() if path is not None),
            missing=tuple(language for language, path in made.items() if path is None),
            seconds=sum(lasting) + announcement.BETWEEN_LANGUAGES * (len(clips) - 1),
        )

    def _clip(self, call: Said, language: str) -> Path | None:
        if language not in SPEAKERS or language not in self._words:
            self._fault(language, NoVoice(f"no announcement is made in this language: {language}"))
            return None
        try:
            wanted = orders(call, language, self._words[language], self._recordings)
        except ValueError as unspeakable:
            self._fault(language, NoVoice(str(unspeakable)))
            return None
        for one in wanted:
            path = self.clips.path(one)
            try:
                if not _is_sound(path):
                    self._ask({**one, "out": str(path)}, language)
            except VoiceFault as fault:
                self._fault(language, fault)
            else:
                self.clips.use(path)
                return path
        return None

    def _try_out(
        self,
        letters: Sequence[str],
        counters: Sequence[str],
        languages: Sequence[str],
        on_done: Callable[[Sequence[Trial]], None],
    ) -> None:
        trials = []
        for language in languages:
            trial = self._trial(Call(f"{letters[0]}{TRIED}", counters[0]), language)
            if self._recordings is not None and language in self._words:
                missing = self._recordings.missing(language, letters, counters, self._words[language])
                trial = replace(trial, unrecorded=len(missing))
            trials.append(trial)
        if not self._is_closed:
            on_done(trials)

    def _trial(self, call: Call, language: str) -> Trial:
        if language not in SPEAKERS or language not in self._words:
            return Trial(language, False, why="no announcement is made in this language")
        path = self.clips.folder / f"voice.trial.{os.getpid()}.wav"
        why = ""
        try:
            for wanted in orders(call, language, self._words[language], self._recordings):
                try:
                    self._ask({**wanted, "out": str(path)}, language)
                    if max(map(abs, sound.read_wav(path)), default=0) > AUDIBLE:
                        return Trial(language, True, "recorded" in wanted, why)
                    why = "the clip is silent"
                except (VoiceFault, OSError, EOFError, wave.Error) as fault:
                    why = str(fault)
                finally:
                    path.unlink(missing_ok=True)
        except ValueError as unspeakable:
            why = str(unspeakable)
        return Trial(language, False, why=why)

    def _ask(self, order: Mapping[str, Any], language: str) -> None:
        losses, began = 0, time.monotonic()
        while True:
            try:
                self._worker.ask(order)
            except VoiceKilled as killed:  # not by these words: they are said as long as anybody waits for them
                if time.monotonic() - began >= self._patience:
                    raise
                self._fault(language, killed)
            except VoiceLost as lost:
                losses += 1
                if losses == TRIES:
                    raise
                self._fault(language, lost)
            else:
                return

    def _warm(self, part: Segment, language: str) -> None:
        try:
            self._worker.ask({**order([part], language), "out": None})
        except VoiceFault as fault:
            self._fault(language, fault)

    def _fault(self, language: str, fault: VoiceFault) -> None:
        if self._is_closed:
            return
        log.warning("not spoken in %s: %s", language, fault)
        self._on_fault(language, fault)

    def _chime(self) -> Path:
        path = self.clips.chime
        if not _is_sound(path):
            sound.write_wav(path, sound.chime())
        return path


def _is_sound(path: Path) -> bool:
    """False for a clip that is not there, or that a full disk or a hand has left broken."""
    try:
        return sound.seconds_of(path) > 0
    except (OSError, EOFError, wave.Error):
        return False
