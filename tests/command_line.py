"""The command `giliran` typed in a test: on a folder of its own, in this process, with what was said."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from config import branch_file
from server import cli
from sql.database import open_engine
from sql.people import SqlPeople

DONE, FAILED, UNUSABLE = 0, 1, 2
EXAMPLE = branch_file.EXAMPLE.read_text(encoding="utf-8")


def edited(tmp_path: Path, text: str) -> str:
    """The path of a branch file with this text."""
    path = tmp_path / "edited.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@dataclass
class Said:
    status: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one clear line on standard error; that it is one is asserted."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("giliran: ")
        return line


class Command:
    """Types commands, in this process: `giliran("verify")` on the data folder of this test."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.data = data
        self.engine = open_engine(f"sqlite:///{data / 'giliran.sqlite3'}")
        self._capsys = capsys
        self._patch = patch

    def __call__(self, *words: str, stdin: str | None = None, data: Path | None = None) -> Said:
        if stdin is not None:
            self._patch.setattr("sys.stdin", io.StringIO(stdin))
        folder = () if words[0] == "speak" else ("--data", str(data or self.data))
        try:
            status = cli.main([*words, *folder])
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else 1
        out, err = self._capsys.readouterr()
        return Said(status, out, err)

    @property
    def people(self) -> SqlPeople:
        """What the folder's database says of people now; nothing of it stays open."""
        self.engine.dispose()
        return SqlPeople(self.engine)

    def audit(self) -> list[tuple[str, str]]:
        return [(line.actor, line.kind) for line in self.people.audit()]
