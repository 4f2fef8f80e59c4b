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
from config.branch_file import BranchFile, BranchFileError
from config.settings import Settings
from sql.database import DatabaseUnusable, migrate, open_engine
from sql.plan import found_branch, known_branches

BRANCH_NOTE = "branch"


class NotUsable(Exception):
    """The folder, the file or the database cannot be used; each line says what and why. Exit status 2."""


class NoOffice(NotUsable):
    """Nothing has been started here yet."""


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
    file = _read(branch) if branch is not None else None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _prove_writable(folder)
    except OSError as error:
        raise NotUsable(f"data: {folder} cannot be written: {error.strerror}") from error
    engine = _opened(settings)
    try:
        return _found_or_made(engine, folder, branch, file)
    except BaseException:
        engine.dispose()
        raise


def _found_or_made(engine: Engine, folder: Path, branch: Path | None, file: BranchFile | None) -> Opened:
    note = folder / BRANCH_NOTE
    chosen = _chosen(engine, note, file)
    if chosen is not None and branch is not None:
        raise NotUsable(
            f"--branch: {folder} keeps branch {chosen} already; apply an edited file with: giliran branch load {branch}"
        )
    if chosen is not None:
        return Opened(engine, chosen, False)
    file = file or _read(branch_file.EXAMPLE)
    for warning in branch_file.warnings_of(file):
        print(f"giliran: {branch or branch_file.EXAMPLE.name}: {warning}", file=sys.stderr)
    note.write_text(file.branch.code + "\n")  # first: a start that fails here is repeated, and finds its own note
    try:
        found_branch(engine, file, branch_file.text_of(branch or branch_file.EXAMPLE))
    except IntegrityError:  # another process was faster
        return Opened(engine, file.branch.code, False)
    return Opened(engine, file.branch.code, True)


def _read(branch: Path) -> BranchFile:
    try:
        return branch_file.load(branch)
    except BranchFileError as error:
        raise NotUsable(str(error)) from error


def _chosen(engine: Engine, note: Path, file: BranchFile | None) -> str | None:
    """The branch that this folder is for; None where the database does not keep it yet.

    A database may keep many branches, each with a folder of its own that notes which. A folder without a note is new:
    it is for the branch of `file`, else for the only branch there is.
    """
    known = known_branches(engine)
    noted = note.read_text().strip() if note.exists() else None
    if noted in known:
        return noted
    if file is not None:
        return file.branch.code if file.branch.code in known else None
    if noted is not None and (known or noted != _read(branch_file.EXAMPLE).branch.code):
        raise NotUsable(
            f"data: {note} says that this office is {noted}, which the database does not keep: "
            "restore a copy of it, or begin it with its --branch file"
        )
    if len(known) > 1:
        raise NotUsable(f"database: it keeps {', '.join(known)}, and {note} does not say which of them this office is")
    return known[0] if known else None


def find_folder(settings: Settings) -> Opened:
    """What is there already; nothing is made. Raises NoOffice where no server has ever started, NotUsable."""
    nothing = NoOffice(f"data: {settings.data} holds no office yet: start it first with giliran serve")
    if not settings.database and not (settings.data / "giliran.sqlite3").exists():
        raise nothing
    engine = _opened(settings)
    try:
        chosen = _chosen(engine, settings.data / BRANCH_NOTE, None)
        if chosen is None:
            raise nothing
    except BaseException:
        engine.dispose()
        raise
    return Opened(engine, chosen, False)


def _opened(settings: Settings) -> Engine:
    """The database, its schema the newest. Raises NotUsable."""
    try:
        engine = open_engine(settings.database_url)
    except DatabaseUnusable as error:
        raise NotUsable(f"database: {error}") from error
    try:
        migrate(engine)
    except DatabaseUnusable as error:
        engine.dispose()
        raise NotUsable(f"database: {error}") from error
    return engine


def _prove_writable(folder: Path) -> None:
    proof = folder / ".write-test"
    proof.write_text(json.dumps("written"))
    os.unlink(proof)
