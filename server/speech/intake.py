"""The recordings of a site as a whole: which can be played, what is wrong with the others, and taking them in.

It needs numpy, which no server loads for the sake of a rare visit: there it runs as a process of its own.

    ──► {"id": 1, "folder": "/…/coming", "home": "/…/recorded/ms", "wanted": ["first-A", …]}
    ◄── {"id": 1, "played": 31, "faults": [["end-2.wav", "clipped", "clipped: record it again, …"]], "missing": [],
         "longest_s": 5.2, "is_installed": false}

All or nothing: with one recording that cannot be played nothing is taken in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from server.domain.announcement import BEFORE_COUNTER, BETWEEN_SIGNS
from server.speech import sound
from server.speech.recording_checks import Unfit, fitted
from server.speech.recordings import Takes, install


class Fault(NamedTuple):
    """`code` names it for a page that has words of its own, `detail` for a person at a terminal."""

    file: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Intake:
    """`takes` can be played, by name; `missing` are names of which there is none; `longest_s` is the longest call."""

    takes: Takes
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]
    longest_s: float


def look_at(folder: Path, wanted: Sequence[str]) -> Intake:
    """Every WAV file of the folder, held against the parts that are wanted. Raises OSError."""
    takes: Takes = {}
    faults: list[Fault] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() == ".wav"):
        if path.stem not in wanted:
            said = "no part of a call has this name (see giliran voice script)"
            faults.append(Fault(path.name, "unknown_part", said))
            continue
        try:
            takes[path.stem] = fitted(path)
        except Unfit as unfit:
            faults.append(Fault(path.name, unfit.code, str(unfit)))
    missing = tuple(name for name in wanted if name not in takes)
    return Intake(takes, tuple(faults), missing, _longest_call(takes))


def _longest_call(takes: Takes) -> float:
    """Seconds of the longest call with three digits."""

    def longest(place: str) -> float:
        return max((len(one) for name, one in takes.items() if name.startswith(place)), default=0) / sound.SAMPLE_RATE

    spoken = longest("first-") + 2 * longest("middle-") + longest("end-") + longest("counter-")
    return spoken + 3 * BETWEEN_SIGNS + BEFORE_COUNTER


def taken_in(order: dict[str, Any]) -> dict[str, Any]:
    """What the process answers."""
    found = look_at(Path(order["folder"]), order["wanted"])
    is_installed = bool(found.takes) and not found.faults
    if is_installed:
        install(found.takes, Path(order["home"]))
    return {
        "id": order["id"], "played": len(found.takes), "faults": found.faults, "missing": found.missing,
        "longest_s": round(found.longest_s, 1), "is_installed": is_installed,
    }  # fmt: skip


def main() -> int:
    print(json.dumps({"ready": "recordings"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(taken_in(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
