"""The parent's end of a worker process: starts it, asks it one thing at a time, and ends it when it falls silent.

It begins by saying {"ready": …} (or {"unusable": why}), and answers each line of JSON with one of the same `id`.

A socket instead of two pipes, because waiting on a socket with a time limit is the one kind of waiting that works
alike with plain threads, under eventlet and under gevent: each of them makes `socket` its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SILENCE = 10.0
"""Seconds without an answer after which the worker is taken for hung and replaced."""

STARTING = 20.0
"""Seconds that a start may take: on a morning's cold disk it is slow without being hung."""

DYING = 1.0
"""Seconds that a worker may take from closing its socket to its exit."""

BY_SOMEBODY = frozenset({-signal.SIGTERM, -signal.SIGKILL})
"""Exits of a process that another one ended: an administrator, or a system that was out of memory."""


class ChildFault(Exception):
    """The worker did not answer.

    ChildFault
        Unusable       it cannot do this: not installed, or it refused this order
        Lost           it crashed or hung in the middle; another attempt may do
            Killed     somebody ended it: whatever it was asked is not to blame
    """


class Unusable(ChildFault):
    pass


class Lost(ChildFault):
    pass


class Killed(Lost):
    pass


class Child:
    """A worker that is started at the first question and again after each loss. Ask from one thread at a time."""

    name = "the worker"

    def __init__(self, command: Sequence[str], silence_s: float = SILENCE, starting_s: float = STARTING) -> None:
        self._command = tuple(command)
        self._silence = silence_s
        self._starting = starting_s
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._unread = b""
        self._asked = 0
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The worker's process, None while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it now rather than at the first question. Raises ChildFault."""
        if self._is_closed:
            raise Unusable(f"{self.name} was closed")
        if self._process is None:
            self._start()

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Its answer. Raises Lost (and the worker is gone) or Unusable."""
        self.start()
        self._asked += 1
        answer = self._exchange(json.dumps({**order, "id": self._asked}).encode() + b"\n", self._silence)
        if answer.get("id") != self._asked:
            raise self._lost(f"answered something else: {answer}")
        if "refused" in answer:
            raise Unusable(answer["refused"])
        return answer

    def interrupt(self) -> None:
        """From another thread: end it at once and for good; who waits for an answer gets Lost."""
        self._is_closed = True
        process = self._process
        if process is not None:
            # Only this: under eventlet, closing a socket under its reader leaves the reader waiting.
            process.kill()

    def close(self) -> None:
        """End it at once and for good. Safe to call twice."""
        self._is_closed = True
        self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        link, self._socket = self._socket, None
        self._unread = b""
        if link is not None:
            link.close()
        if process is not None:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        # Green sockets make both ends non-blocking; theirs is an ordinary standard input.
        os.set_blocking(theirs.fileno(), True)
        root = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        try:
            process = subprocess.Popen(
                self._command,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
            )
        except OSError as missing:
            ours.close()
            raise Unusable(f"{self.name} cannot be started: {missing}") from missing
        finally:
            theirs.close()
        self._process, self._socket = process, ours
        if self._is_closed:  # in the meantime, by another thread
            self._stop()
            raise Unusable(f"{self.name} was closed")
        hello = self._exchange(b"", self._starting)
        if "unusable" in hello:
            self._stop()
            raise Unusable(hello["unusable"])
        if "ready" not in hello:
            raise self._lost(f"began with {hello}")

    def _exchange(self, question: bytes, patience: float) -> dict[str, Any]:
        link = self._socket
        if link is None:
            raise Lost(f"{self.name} was closed")
        try:
            link.settimeout(patience)
            if question:
                link.sendall(question)
            while b"\n" not in self._unread:
                received = link.recv(65_536)
                if not received:
                    raise self._broke_off("ended")
                self._unread += received
        except TimeoutError:
            raise self._lost(f"said nothing for {patience:g} seconds") from None
        except OSError as broken:
            raise self._broke_off(f"broke off ({broken})") from broken
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._lost(f"answered {line[:80]!r}")
        return answer

    def _lost(self, how: str) -> Lost:
        pid = self.pid
        self._stop()
        return Lost(f"{self.name} (process {pid}) {how}")

    def _broke_off(self, how: str) -> Lost:
        """Its end of the socket is closed: it is dead or dying, and its exit says of what."""
        process = self._process
        code = None
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=DYING)
        lost = self._lost(how if code is None else f"{how} with {code}")
        return Killed(str(lost)) if code in BY_SOMEBODY else lost
