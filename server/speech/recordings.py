"""Calls in the voice of a person: which parts a site has to record, and which of its recordings make up a call.

    Nombor A, │ kosong,  │ empat,   │ dua.  │ Sila ke kaunter tiga.          recorded/ms/
    first-A     middle-0   middle-4   end-2   counter-3                       first-A.wav, middle-0.wav …

A part is what is said in one breath, so the silences between them stay exact. A sign is recorded twice, with the voice
kept up in the middle of a number and let down at its end. All or nothing for a call in one language: where one part is
missing the whole is left to the synthetic voice, for two voices in one call are taken for two calls.
"""

from __future__ import annotations

import array
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from config import phrases
from server.domain.announcement import TEMPLATES, Call, Kind, Tongue, segments
from server.domain.branch import Branch
from server.speech import sound

FOLDER = "recorded"
"""In the data folder: a folder for each language."""

SCRIPT_HEADER = ("file", "text", "heard_in")

Takes = dict[str, "array.array[int]"]
"""The samples of recordings that can be played, by the part's name."""

_SIGN, _COUNTER = "\ue000", "\ue001"


class Part(NamedTuple):
    """Words said in one breath; `name` is the recording's, without `.wav`; `silence` are the seconds after it."""

    name: str
    text: str
    silence: float


class Line(NamedTuple):
    """A line of what has to be read out: a part, and a call in which it is heard."""

    name: str
    text: str
    heard_in: str


class Recording(NamedTuple):
    """`version` is another one after a new recording of the same part."""

    path: Path
    version: str
    silence: float


def parts(call: Call, words: Tongue) -> tuple[Part, ...]:
    """The call's parts in order. Raises ValueError as `segments` does."""
    signs = re.findall(r"[^\W_]", call.number)
    template = TEMPLATES[call.kind].removeprefix("a.")
    marked = {**words, "letter.A": _SIGN, "digit.1": _COUNTER}
    found: list[Part] = []
    said = phrase = 0
    outline = segments(Call("A" * len(signs), "1", call.kind), marked)
    for segment, outlined in zip(segments(call, words), outline, strict=True):
        if _SIGN in outlined.text:
            place = "only" if len(signs) == 1 else {0: "first", len(signs) - 1: "end"}.get(said, "middle")
            name = f"{place}-{_file_word(signs[said].upper())}"
            said += 1
        elif _COUNTER in outlined.text:
            name = f"counter-{_file_word(call.counter)}"
        else:
            phrase += 1
            name = f"{template}-phrase-{phrase}"
        found.append(Part(name, segment.text, segment.silence))
    if template == "call":
        return tuple(found)
    # Another sentence may say a sign, or a counter, in other words: then that is a recording of its own.
    usual = {part.name: part.text for part in parts(Call(call.number, call.counter or "1"), words)}
    return tuple(
        part if usual.get(part.name, part.text) == part.text else part._replace(name=f"{template}-{part.name}")
        for part in found
    )


def script(letters: Iterable[str], counters: Sequence[str], words: Tongue) -> list[Line]:
    """What has to be recorded for every call that these letters and counters can make, in the order to read it out.

    There must be a letter and a counter.
    """
    firsts = list(letters)
    kinds = [kind for kind in TEMPLATES if kind is not Kind.RECALL]  # it has the words of a call
    calls = [Call(f"{letter}012", counters[0], kind) for kind in kinds for letter in firsts]
    calls += [Call(f"{firsts[0]}{n}{n}{n}", counters[0], kind) for kind in kinds for n in range(10)]
    calls += [Call(f"{firsts[0]}012", counter, kind) for kind in kinds for counter in counters]
    lines: dict[str, Line] = {}
    for call in calls:
        made = parts(call, words)
        for part in made:
            lines.setdefault(part.name, Line(part.name, part.text, " ".join(one.text for one in made)))
    places = ("first", "middle", "end", "counter")  # then what only other sentences have

    def place(line: Line) -> int:
        return next((n for n, name in enumerate(places) if line.name.startswith(f"{name}-")), len(places))

    return sorted(lines.values(), key=place)


def lines_of(branch: Branch, language: str) -> list[Line]:
    """What this branch has to have recorded in a language."""
    letters = [service.letter for service in branch.services]
    return script(
        letters, [counter.name for counter in branch.counters], phrases.wording(branch.own_words).words(language)
    )


def script_rows(branch: Branch, language: str) -> Iterator[tuple[str, str, str]]:
    """What has to be read out, as rows under SCRIPT_HEADER."""
    for line in lines_of(branch, language):
        yield f"{line.name}.wav", line.text.rstrip(",，"), line.heard_in


def install(takes: Takes, home: Path) -> None:
    """Put the recordings where the servers look for them, in place of those before."""
    coming, going = home.with_name(f"{home.name}.coming"), home.with_name(f"{home.name}.going")
    for left_over in (coming, going):
        shutil.rmtree(left_over, ignore_errors=True)
    coming.mkdir(parents=True)
    for name, samples in takes.items():
        sound.write_wav(coming / f"{name}.wav", samples)
    if home.exists():
        home.rename(going)
    coming.rename(home)
    shutil.rmtree(going, ignore_errors=True)


def remove(home: Path) -> None:
    """Have the computer's own voice speak again. Raises ValueError where nothing is recorded."""
    if not home.exists():
        raise ValueError(f"nothing is recorded in this language: {home.name}")
    shutil.rmtree(home)


class Recordings:
    """The recordings of a site as they lie in its folder now: they may be exchanged while calls are spoken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, call: Call, language: str, words: Tongue) -> list[Recording] | None:
        """Those that make up the call, in order. None: not all of them are there. Raises ValueError as `parts` does."""
        home = self.folder / language
        if not home.is_dir():
            return None
        found: list[Recording] = []
        for part in parts(call, words):
            path = home / f"{part.name}.wav"
            try:
                about = path.stat()
            except OSError:
                return None
            found.append(Recording(path, f"{about.st_mtime_ns}-{about.st_size}", part.silence))
        return found

    def missing(self, language: str, letters: Iterable[str], counters: Sequence[str], words: Tongue) -> list[str]:
        """The parts that this language still lacks for every call to be the person's; none where nobody has recorded
        anything."""
        home = self.folder / language
        if not home.is_dir():
            return []
        return [line.name for line in script(letters, counters, words) if not (home / f"{line.name}.wav").is_file()]


def _file_word(word: str) -> str:
    """The word as a file's name on any computer, no two words alike: "3A" as it is, a space as "_"."""
    return "".join(
        sign if sign.isascii() and sign.isalnum() else "_" if sign == " " else f"-{ord(sign):x}-" for sign in word
    )
