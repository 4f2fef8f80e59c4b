"""Chromium for one screen that nobody may leave: how it is started, and a wire by which it is asked how it is.

The wire is the browser's own debugging protocol over a pair of pipes, which nobody but the parent can open; a port
would let any program on the PC steer the screen. One JSON message, one zero byte.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OFF = (
    "Translate",
    "TouchpadOverscrollHistoryNavigation",
    "OverscrollHistoryNavigation",
    "MediaRouter",
    "AutofillServerCommunication",
)
FLAGS = (
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    f"--disable-features={','.join(OFF)}",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--disable-session-crashed-bubble",
    "--disable-infobars",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-extensions",
    "--disable-print-preview",
    "--password-store=basic",
    # a hall's screen plays its calls without anybody having touched it
    "--autoplay-policy=no-user-gesture-required",
)
"""No tab, no address, no pinch, no swipe back, no bubble that asks something, nothing fetched from outside.

The page is opened as an application (`--app`): there Chromium keeps no keys for itself (a new tab, closing this one),
and the page takes every one away.
"""

READ, WRITE = 3, 4  # where Chromium expects the pipes
WAIT = 0.2  # s between two looks at whether the process is still there


class BrowserLost(Exception):
    """It ended, or gave no answer in time."""


def found(given: str | None) -> str:
    """The program's path. Raises ValueError naming what was looked for."""
    for name in (given,) if given else NAMES:
        path = shutil.which(name)
        if path:
            return path
    raise ValueError(f"no browser here ({', '.join((given,) if given else NAMES)}): install Debian's chromium")


class Chromium:
    """A running browser with one page. `on_event` hears what it tells by itself: method, parameters, session."""

    def __init__(
        self,
        program: str,
        address: str,
        profile: Path,
        more: Sequence[str],
        on_event: Callable[[str, Mapping[str, Any], str], None],
    ) -> None:
        profile.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A browser that was killed leaves its lock behind, and the next one would look for the first one's window.
        for lock in profile.glob("Singleton*"):
            with suppress(OSError):
                lock.unlink()
        theirs_in, self._write = os.pipe()
        self._read, theirs_out = os.pipe()
        # Above 4, so that putting one in its place does not close the other.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs_in, theirs_out)]

        def wire() -> None:
            os.dup2(ends[0], READ)
            os.dup2(ends[1], WRITE)

        command = [program, *FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}", *more, f"--app={address}"]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=wire,  # the one place where pipes get their numbers; this program has no threads
                pass_fds=(READ, WRITE),
                start_new_session=True,  # its many processes end as one
            )
        finally:
            for end in (theirs_in, theirs_out, *ends):
                os.close(end)
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._unread = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, method: str, session: str = "", patience: float = 10.0, **parameters: Any) -> Mapping[str, Any]:
        """Its answer; what it tells meanwhile goes to `on_event`. Raises BrowserLost."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._write, json.dumps(message).encode() + b"\0")
        except OSError as broken:
            raise BrowserLost(f"it takes no question: {broken}") from broken
        until = time.monotonic() + patience
        while True:
            for told in self._told(until):
                if told.get("id") == number:
                    answer: Mapping[str, Any] = told.get("result") or {}
                    return answer
            if time.monotonic() >= until:
                raise BrowserLost(f"no answer to {method} in {patience:g} s")

    def listen(self, seconds: float) -> None:
        """Let it tell what it has to, for so long. Raises BrowserLost."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for _ in self._told(until):
                pass

    def close(self) -> None:
        """End it and all of its processes. Safe to call twice."""
        for end in (self._read, self._write):
            with suppress(OSError):
                os.close(end)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=3)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _told(self, until: float) -> list[Mapping[str, Any]]:
        """The answers that came until then at the latest; at once where there are some."""
        wait = max(0.0, min(WAIT, until - time.monotonic()))
        if not select.select([self._read], [], [], wait)[0]:
            if self._process.poll() is not None:
                raise BrowserLost(f"it ended with {self._process.returncode}")
            return []
        received = os.read(self._read, 65_536)
        if not received:
            raise BrowserLost("it ended")
        *whole, self._unread = (self._unread + received).split(b"\0")
        answers = []
        for text in whole:
            told = json.loads(text)
            if "method" in told:
                self._on_event(told["method"], told.get("params") or {}, told.get("sessionId", ""))
            else:
                answers.append(told)
        return answers
