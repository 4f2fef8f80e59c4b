"""The server's end of an export: a process that makes the file, and its bytes as they come.

A year of tickets is a minute of work. In the server it would hold up every officer's key; here the server only hands on
what arrives, and its memory stays what it is. A socket instead of a pipe, as `server.child` has it, and why.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path

COMMAND = (sys.executable, "-m", "server.export_worker")
AT_ONCE = 2
"""So many exports go on beside each other; a further one waits for its turn."""
PIECE = 1 << 16
SILENCE_S = 300.0
"""A spreadsheet of a year says nothing until it is whole."""


class ExportFailed(Exception):
    """The file was not made, or not to its end."""


class Exports:
    """Tables of the past of one branch, each made by a process of its own."""

    def __init__(self, database: str, branch: str) -> None:
        self._where = {"database": database, "branch": branch}
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def __call__(
        self, what: str, form: str, first: str, last: str, *, legs: bool = False, local: bool = False,
        language: str = "ms",
    ) -> Generator[bytes, None, None]:  # fmt: skip
        """The bytes of the file. Raises ExportFailed, at the first piece or in the middle; closing ends the process."""
        order = {
            **self._where, "what": what, "format": form, "first": first, "last": last, "legs": legs, "local": local,
            "language": language,
        }  # fmt: skip
        with self._turns:
            ours, theirs = socket.socketpair()
            with ours:
                process = _start(theirs)
                try:
                    ours.settimeout(SILENCE_S)
                    ours.sendall(json.dumps(order).encode() + b"\n")
                    while piece := ours.recv(PIECE):
                        yield piece
                    if process.wait(timeout=SILENCE_S) != 0:
                        raise ExportFailed(f"the export of {what} ended with {process.returncode}")
                except OSError as broken:
                    raise ExportFailed(f"the export of {what} broke off: {broken}") from broken
                finally:
                    process.kill()
                    process.wait()


def _start(theirs: socket.socket) -> subprocess.Popen[bytes]:
    os.set_blocking(theirs.fileno(), True)  # green sockets make both ends non-blocking
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    with theirs:
        return subprocess.Popen(
            COMMAND, stdin=theirs.fileno(), stdout=theirs.fileno(),
            env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        )  # fmt: skip
