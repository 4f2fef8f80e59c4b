"""Issued packs as files that nobody changes: read only, named by what they hold, proved by their SHA-256.

A file is whole and on the disk before the row that names it is written; a name ends with the begin of its digest, so
two people who issue at the same moment do not write into each other's file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from server.paperwork import PackFile

FOLDER = "packs"
NAMED_BY = 12


def file_of(stem: str, suffix: str, content: bytes) -> PackFile:
    """How a content is named: `quarter-2026-Q1-ms-1f0c9a7be2d4.pdf`."""
    digest = hashlib.sha256(content).hexdigest()
    return PackFile(f"{stem}-{digest[:NAMED_BY]}.{suffix}", digest, len(content))


def write(folder: Path, files: Sequence[tuple[PackFile, bytes]]) -> None:
    """Put these there, to stay. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files:
        path = folder / file.name
        if path.exists():
            continue
        part = folder / f".{file.name}.{os.getpid()}"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def discard(folder: Path, files: Sequence[PackFile]) -> None:
    """Of a pack that somebody else has issued meanwhile."""
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            (folder / file.name).unlink()


def read(folder: Path, file: PackFile) -> bytes | None:
    """What was issued; None where it is gone, or is not what was issued."""
    try:
        content = (folder / file.name).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == file.sha256 else None
