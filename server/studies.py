"""Questions to the past that take seconds: each is answered by a process of its own, and read from a small file.

    <who>.json    how far it is, then what came out: written by the process alone, whole or not at all
    <who>.lock    held as long as the process lives: by it, and handed to it by whoever began it
    <who>.cancel  somebody would rather not know

One at a time for each `who`, whichever server process is asked. A process that has died has let go of its lock, so a
study that is under way and has none has failed; nobody has to wait for it or to clean up after it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "server.study_worker")
WHO = re.compile(r"[a-z]+(-\d+)?")

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
UNDER_WAY = frozenset({WAITING, RUNNING})


class Studies:
    """The studies of one branch. `folder` keeps their files, `lessons` what earlier days taught."""

    def __init__(self, folder: Path, lessons: Path, database: str, branch: str) -> None:
        self._folder = folder
        self._where = {"database": database, "branch": branch, "lessons": str(lessons), "folder": str(folder)}
        self._children: list[subprocess.Popen[bytes]] = []

    def begin(self, who: str, kind: str, now: datetime, asked: Mapping[str, Any], *, keeps: bool = False) -> bool:
        """Begin a study. False: this one has another that is under way. `keeps` the answer before it as `last`."""
        self._reap()
        before = (self.of(who) or {}) if keeps else {}
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._file(who, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            self._file(who, "cancel").unlink(missing_ok=True)
            last = before.get("answer", before.get("last"))
            told = {"kind": kind, "asked": dict(asked), "asked_at": now.isoformat(), "last": last}
            write_whole(self._file(who, "json"), told | {"state": WAITING, "done": 0.0})
            self._start(lock, self._where | told | {"who": who})
        finally:
            os.close(lock)
        return True

    def of(self, who: str) -> dict[str, Any] | None:
        """How far the last study is: {kind, state, asked, asked_at, last, done}, and `answer` or `why` at its
        end."""
        file = self._file(who, "json")
        try:
            told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if told["state"] in UNDER_WAY and not self._is_alive(who):
            # It may have ended between the two looks.
            told = json.loads(file.read_text(encoding="utf-8"))
            if told["state"] in UNDER_WAY:
                told |= {"state": FAILED, "why": "lost"}
        return told

    def cancel(self, who: str) -> bool:
        """Ask the one that is under way to stop, which it does within a second or two. False: there is none."""
        told = self.of(who)
        if told is None or told["state"] not in UNDER_WAY:
            return False
        self._file(who, "cancel").touch()
        return True

    def _is_alive(self, who: str) -> bool:
        try:
            lock = os.open(self._file(who, "lock"), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(lock)

    def _start(self, lock: int, order: Mapping[str, Any]) -> None:
        root = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        child = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(lock,),
            env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        )  # fmt: skip
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # it has died already: its lock is free, and that is told
            child.stdin.write(json.dumps(order).encode() + b"\n")
            child.stdin.flush()
        self._children.append(child)  # its end of the pipe closes with us, and it ends with that

    def _reap(self) -> None:
        for child in [one for one in self._children if one.poll() is not None]:
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
            self._children.remove(child)

    def close(self) -> None:
        """End whatever is under way."""
        for child in self._children:
            child.kill()
            child.wait()
        self._reap()

    def _file(self, who: str, kind: str) -> Path:
        if WHO.fullmatch(who) is None:
            raise ValueError(f"{who} is nobody's")
        return self._folder / f"{who}.{kind}"


def write_whole(path: Path, told: Mapping[str, Any]) -> None:
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(path)
