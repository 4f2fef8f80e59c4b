"""`giliran voice`: calls in a person's voice. What has to be read out, whether the recordings will do, and taking them
in.

A language's recordings are taken in together, in place of those before: so no call is ever spoken by two people.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from server.domain.announcement import LONGEST
from server.domain.branch import Branch
from server.reports.export import csv_lines
from server.speech.recordings import FOLDER, SCRIPT_HEADER, Takes, install, lines_of, remove, script_rows

if TYPE_CHECKING:
    from server.speech.intake import Intake

MISSING_SHOWN = 12


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


def write_script(given: argparse.Namespace, branch: Branch) -> int:
    """The lines to read out, as CSV: to the file, else to standard output."""
    table = b"".join(csv_lines(SCRIPT_HEADER, script_rows(branch, given.language), bom=given.out is not None))
    if given.out is None:
        sys.stdout.buffer.write(table)
    else:
        given.out.write_bytes(table)
    return 0


def _looked_at(given: argparse.Namespace, branch: Branch) -> Takes | None:
    """The recordings that can be played, by name; None if something is wrong with one, which is said."""
    from server.speech.intake import look_at  # numpy, for these two alone

    if not any(path.suffix.lower() == ".wav" for path in given.folder.iterdir()):
        raise ValueError(f"{given.folder} holds no recording: giliran voice script tells what they are called")
    found = look_at(given.folder, [line.name for line in lines_of(branch, given.language)])
    for fault in found.faults:
        print(f"giliran: {fault.file}: {fault.detail}", file=sys.stderr)
    print("\n".join(_summary(found)))
    return None if found.faults else found.takes


def _summary(found: Intake) -> list[str]:
    played, faults, missing = len(found.takes), len(found.faults), found.missing
    wanted = played + len(missing)
    said = [f"{played} of {wanted} recordings can be played" + (f", {faults} cannot" if faults else "") + "."]
    if missing:
        shown = ", ".join(missing[:MISSING_SHOWN]) + (" …" if len(missing) > MISSING_SHOWN else "")
        said.append(f"Missing: {shown}. A call that needs one of them is spoken by the computer's voice.")
    if found.longest_s > LONGEST:
        said.append(f"The longest call takes {found.longest_s:.1f} s; over {LONGEST:g} s a busy hall cannot keep up.")
    return said
