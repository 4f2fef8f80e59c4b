"""The sounds already made, kept on disk under a name that says what is in them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEPT = 400
"""Clips; about 90 MB. A call is joined again in a few milliseconds, so nothing is lost with an old one."""

EDITION = 2
"""Part of every name: raised when the same order would sound different, so that old clips are made again."""


_CLIP = re.compile(r"[0-9a-f]{32}\.wav")


class Clips:
    """One folder. Only we write to it; any process may read from it."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self._kept = kept
        self._used: dict[str, None] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in [*folder.glob("*.part"), *folder.glob("voice.*.wav")]:
            left_over.unlink(missing_ok=True)
        clips = [path for path in folder.glob("*.wav") if _CLIP.fullmatch(path.name)]
        for path in sorted(clips, key=lambda path: path.stat().st_mtime):
            self._used[path.name] = None

    @property
    def chime(self) -> Path:
        return self.folder / f"chime{EDITION}.wav"

    def path(self, order: Mapping[str, Any]) -> Path:
        """Where the sound of this order lies or will lie."""
        words = json.dumps([EDITION, order], sort_keys=True, ensure_ascii=False)
        return self.folder / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.wav"

    def file(self, name: str) -> Path | None:
        """The clip of that name for whoever asks by URL; None: no such clip, or not a clip's name at all."""
        path = self.folder / name
        is_ours = name == self.chime.name or _CLIP.fullmatch(name) is not None
        return path if is_ours and path.is_file() else None

    def use(self, path: Path) -> None:
        """Note that this clip was wanted just now, and let go of those that nobody has wanted for longest."""
        self._used.pop(path.name, None)
        self._used[path.name] = None
        with contextlib.suppress(OSError):
            os.utime(path)  # the order outlives a restart
        for name in list(self._used)[: max(0, len(self._used) - self._kept)]:
            del self._used[name]
            (self.folder / name).unlink(missing_ok=True)
