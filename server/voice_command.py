"""`giliran voice`: calls in a person's voice. What has to be read out, whether the recordings will do, and taking them
in.

A language's recordings are taken in together, in place of those before: so no call is ever spoken by two people.
"""

from __future__ import annotations

import argparse
import array
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from config import phrases
from server.domain.announcement import BEFORE_COUNTER, BETWEEN_SIGNS, LONGEST
from server.domain.branch import Branch
from server.reports.export import csv_lines
from server.speech import sound
from server.speech.recordings import FOLDER, Line, script

HEADER = ("file", "text", "heard_in")
MISSING_SHOWN = 12

Takes = dict[str, "array.array[int]"]


def run(given: argparse.Namespace, branch: Branch, data: Path, audit: Callable[[str], None]) -> int:
    """Do it; `audit` is told what was taken in or away. Returns 0 done, 1 where a recording cannot be used."""
    match given.way:
        case "script":
            return write_script(given, branch)
        case "check":
            return 0 if _looked_at(given, branch) is not None else 1
        case "install":
            takes = _looked_at(given, branch)
            if takes is None:
                return 1
            install(takes, data / FOLDER / given.language)
            audit("recordings_installed")
        case "remove":
            remove(data / FOLDER / given.language)
            audit("recordings_removed")
    return 0


def lines_of(branch: Branch, language: str) -> list[Line]:
    """What this branch has to have recorded in a language."""
    letters = [service.letter for service in branch.services]
    return script(letters, [counter.name for counter in branch.counters], phrases.words(language))


def write_script(given: argparse.Namespace, branch: Branch) -> int:
    """The lines to read out, as CSV: to the file, else to standard output."""
    rows = ((f"{line.name}.wav", line.text.rstrip(",，"), line.heard_in) for line in lines_of(branch, given.language))
    table = b"".join(csv_lines(HEADER, rows, bom=given.out is not None))
    if given.out is None:
        sys.stdout.buffer.write(table)
    else:
        given.out.write_bytes(table)
    return 0


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


def _looked_at(given: argparse.Namespace, branch: Branch) -> Takes | None:
    """The recordings that can be played, by name; None if something is wrong with one, which is said."""
    from server.speech.recording_checks import Unfit, fitted  # numpy, for these two alone

    wanted = [line.name for line in lines_of(branch, given.language)]
    files = sorted(path for path in given.folder.iterdir() if path.suffix.lower() == ".wav")
    if not files:
        raise ValueError(f"{given.folder} holds no recording: giliran voice script tells what they are called")
    takes: Takes = {}
    faults: list[str] = []
    for path in files:
        if path.stem not in wanted:
            faults.append(f"{path.name}: no part of a call has this name (see giliran voice script)")
            continue
        try:
            takes[path.stem] = fitted(path)
        except Unfit as unfit:
            faults.append(f"{path.name}: {unfit}")
    for fault in faults:
        print(f"giliran: {fault}", file=sys.stderr)
    print("\n".join(_summary(wanted, takes, len(faults))))
    return None if faults else takes


def _summary(wanted: Sequence[str], takes: Takes, faults: int) -> list[str]:
    missing = [name for name in wanted if name not in takes]
    said = [f"{len(takes)} of {len(wanted)} recordings can be played" + (f", {faults} cannot" if faults else "") + "."]
    if missing:
        shown = ", ".join(missing[:MISSING_SHOWN]) + (" …" if len(missing) > MISSING_SHOWN else "")
        said.append(f"Missing: {shown}. A call that needs one of them is spoken by the computer's voice.")
    lasting = _longest_call(takes)
    if lasting > LONGEST:
        said.append(f"The longest call takes {lasting:.1f} s; over {LONGEST:g} s a busy hall cannot keep up.")
    return said


def _longest_call(takes: Takes) -> float:
    """Seconds of the longest call with three digits."""

    def longest(place: str) -> float:
        return max((len(one) for name, one in takes.items() if name.startswith(place)), default=0) / sound.SAMPLE_RATE

    spoken = longest("first-") + 2 * longest("middle-") + longest("end-") + longest("counter-")
    return spoken + 3 * BETWEEN_SIGNS + BEFORE_COUNTER
