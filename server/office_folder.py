"""The data folder: what a first start makes in it, and what a later start finds there."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from config import branch_file
from config.branch_file import BranchFileError
from config.settings import Settings
from sql.database import DatabaseUnusable, migrate, open_engine
from sql.plan import found_branch, known_branches

BRANCH_NOTE = "branch"


class NotUsable(Exception):
    """The folder, the file or the database cannot be used; each line says what and why. Exit status 2."""


@dataclass(frozen=True)
class Opened:
    engine: Engine
    branch: str
    is_new: bool


def open_folder(settings: Settings, branch: Path | None = None) -> Opened:
    """The database and the branch of this folder, made on the first start from `branch` (else the example office).

    Raises NotUsable: a folder that cannot be written, a file with faults, a database from a newer version, and
    `branch` where there is a branch already.
    """
    folder = settings.data
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _prove_writable(folder)
    except OSError as error:
        raise NotUsable(f"data: {folder} cannot be written: {error.strerror}") from error
    try:
        engine = open_engine(settings.database_url)
        migrate(engine)
    except DatabaseUnusable as error:
        raise NotUsable(f"database: {error}") from error
    note = folder / BRANCH_NOTE
    known = known_branches(engine)
    chosen = note.read_text().strip() if note.exists() else None
    if chosen is None and len(known) == 1:
        chosen = known[0]
    if chosen is not None and chosen in known:
        if branch is not None:
            raise NotUsable(
                f"--branch: {folder} keeps branch {chosen} already; "
                f"apply an edited file with: giliran branch load {branch}"
            )
        return Opened(engine, chosen, False)
    try:
        file = branch_file.load(branch or branch_file.EXAMPLE)
    except BranchFileError as error:
        raise NotUsable(str(error)) from error
    for warning in branch_file.warnings_of(file):
        print(f"giliran: {branch or branch_file.EXAMPLE.name}: {warning}", file=sys.stderr)
    is_new = file.branch.code not in known
    if is_new:
        try:
            found_branch(engine, file)
        except IntegrityError:  # another process was faster
            is_new = False
    note.write_text(file.branch.code + "\n")
    return Opened(engine, file.branch.code, is_new)


def find_folder(settings: Settings) -> Opened:
    """What is there already; nothing is made. Raises NotUsable where no server has ever started."""
    if not settings.database and not (settings.data / "giliran.sqlite3").exists():
        raise NotUsable(f"data: {settings.data} holds no office yet: start it first with giliran serve")
    return open_folder(settings)


def _prove_writable(folder: Path) -> None:
    proof = folder / ".write-test"
    proof.write_text(json.dumps("written"))
    os.unlink(proof)
