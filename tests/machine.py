"""What the machine says about a process: its children, its memory, and who holds the other end of a connection."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

LOOK_AGAIN_S = 0.02


def eventually(holds: Callable[[], object], within_s: float = 10.0, otherwise: str = "") -> None:
    """Wait for what tells nobody when it comes true; fails after `within_s`."""
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, otherwise or f"not within {within_s:g} s"
        threading.Event().wait(LOOK_AGAIN_S)


def children(pid: int) -> list[int]:
    """Its children and theirs."""
    try:
        own = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [one for child in map(int, own) for one in (child, *children(child))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def answering(pids: list[int], port: int, client_port: int) -> int | None:
    """Which of the processes holds the server's end of a connection of 127.0.0.1."""
    wanted = (f"{port:04X}", f"{client_port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1].partition(":")[2], fields[2].partition(":")[2]) == wanted:
            return next((pid for pid in pids if f"socket:[{fields[9]}]" in _files(pid)), None)
    return None


def _files(pid: int) -> set[str]:
    found = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue
    return found
