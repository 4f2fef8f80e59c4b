"""What this kiosk has put on paper, on its own disk: why a slip is never printed twice.

The server gives a ticket out as unprinted until it hears what became of it; the word may be lost, and either side may
die at any moment. So a slip's beginning is on the disk before its first byte leaves, and decides alone:

    not known      nothing left this machine: print it
    begun          the machine died between the first byte and the answer. Paper may be out or not, and nobody can tell;
                   printing again could give one number to two people, so it is called failed: the number stands on the
                   screen, and whoever needs the paper asks for a reprint, which is a slip of its own
    printed, failed  never printed again; said to the server until it answers
    told           the server knows

At most one paper for each slip, and an outcome for every one. One process at a time keeps a memory.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

KEPT = 500  # slips that the server knows of; it stops asking for them long before


class MemoryTaken(RuntimeError):
    """Another process keeps this memory, and prints for this kiosk."""


@dataclass(frozen=True, slots=True)
class Slip:
    key: str
    ticket: int
    fault: str | None = None
    """None until it ended; "" when it is on paper; else why it is not."""
    is_told: bool = False

    @property
    def copy(self) -> int:
        """Which reprint it is; 0 is the slip of the tap."""
        last = self.key.rpartition("#")[2]
        return int(last) if last.isdigit() else 0


class Memory:
    """Not for several threads at once. What a method changes is on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Raises MemoryTaken, or OSError where the disk refuses."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _held(path.with_suffix(".lock"))
        self._slips = {slip.key: slip for slip in _read(path)}
        for slip in [slip for slip in self._slips.values() if slip.fault is None]:
            self._slips[slip.key] = replace(slip, fault="unknown")
        self._forget(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._is_torn = False

    def begin(self, key: str, ticket: int) -> bool:
        """Whether this slip may be printed now. After True, nobody is ever told so again.

        Where the disk refuses, the answer is no and the slip has failed: nothing could keep it from a second printing.
        """
        if key in self._slips:
            return False
        if self._keep(Slip(key, ticket)):
            return True
        self._slips[key] = Slip(key, ticket, fault="unknown")
        return False

    def end(self, key: str, fault: str) -> None:
        """`fault` is empty when the slip is on paper."""
        self._keep(replace(self._slips[key], fault=fault))

    def refuse(self, key: str, ticket: int, fault: str) -> None:
        """A slip that is not to be printed at all; nothing happens if it was begun before."""
        if key not in self._slips:
            self._keep(Slip(key, ticket, fault=fault))

    def untold(self) -> Slip | None:
        """The oldest slip that ended and that the server does not know to have ended."""
        return next((slip for slip in self._slips.values() if slip.fault is not None and not slip.is_told), None)

    def told(self, key: str) -> None:
        self._keep(replace(self._slips[key], is_told=True))

    def tell_again(self, key: str) -> None:
        """The server does not know how this slip ended, whatever it said before (a restored backup)."""
        if self._slips[key].is_told:
            self._keep(replace(self._slips[key], is_told=False))

    def fault_of(self, key: str) -> str | None:
        """Why this slip is not on paper, "" where it is; None until it ended."""
        return self._slips[key].fault

    def __contains__(self, key: str) -> bool:
        return key in self._slips

    def close(self) -> None:
        os.close(self._file)
        self._lock.close()

    def _keep(self, slip: Slip) -> bool:
        """Whether it is on the disk. This process knows it in any case."""
        self._slips[slip.key] = slip
        line = ("\n" if self._is_torn else "") + json.dumps(asdict(slip)) + "\n"
        self._is_torn = True
        try:
            if os.write(self._file, line.encode()) < len(line):
                raise OSError("the disk took half a line")
            os.fsync(self._file)
        except OSError:
            log.exception("the memory of slips cannot be written")
            return False
        self._is_torn = False
        return True

    def _forget(self, path: Path) -> None:
        """Write what is worth keeping into a new file, whole or not at all."""
        told = [key for key, slip in self._slips.items() if slip.is_told]
        for key in told[:-KEPT]:
            del self._slips[key]
        draft = path.with_suffix(".part")
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(slip)) + "\n" for slip in self._slips.values())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def _read(path: Path) -> Iterator[Slip]:
    """Every slip in the order of its beginning, as last written. A line that a crash cut short says nothing."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield Slip(**json.loads(line))
        except (ValueError, TypeError):
            log.warning("a line of %s was cut short and is left out", path)


def _held(path: Path) -> IO[bytes]:
    """The file, locked for as long as this process lives. Raises MemoryTaken."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise MemoryTaken(f"another process prints for this kiosk: it holds {path}") from error
    return file
