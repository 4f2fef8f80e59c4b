"""One export in a process of its own: it reads the past, writes the file to its standard output, and ends.

    ──► {"database": "sqlite:///…", "branch": "KL01", "what": "tickets", "format": "csv", "first": …, "last": …}
    ◄── the bytes of the file; the exit status says whether they are all of it

Its niceness is high: an officer's key goes before it. It only reads, and ends with whoever reads it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from server import export_command
from server.actions.load_branch import read_plan
from server.office_folder import Opened
from server.reports.tables import MARKED
from sql.database import open_engine
from sql.plan import saved_plan

NICE = 10
PIECE = 1 << 16


def main() -> int:
    os.nice(NICE)
    order = json.loads(sys.stdin.buffer.readline())
    office = Opened(open_engine(order["database"]), order["branch"], is_new=False)
    out = sys.stdout.buffer
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has gone
        for piece in pieces(order, office):
            out.write(piece)
        out.flush()
    return 0


def pieces(order: dict[str, str], office: Opened) -> Iterator[bytes]:
    plan = read_plan(saved_plan(office.engine, office.branch), 0)
    period = date.fromisoformat(order["first"]), date.fromisoformat(order["last"])
    given = argparse.Namespace(
        what=order["what"], format=order["format"], legs=order["legs"], local=order["local"],
        language=order["language"], out=None,
    )  # fmt: skip
    if given.format == "csv":
        yield from export_command.csv_pieces(given, office, plan, period, given.what in MARKED)
        return
    with tempfile.TemporaryDirectory(prefix="giliran-export-") as folder:
        given.out = Path(folder, "table.xlsx")
        export_command.run(given, office, plan, period, _nowhere)
        with given.out.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _nowhere(_out: Path | None, _pieces: Iterator[bytes]) -> None:
    raise ValueError("a spreadsheet is written to its file")


if __name__ == "__main__":
    sys.exit(main())
