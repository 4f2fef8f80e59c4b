"""The years that measurements stand on are sound: rows and journal agree, and the same seed makes the same ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select

from bench.history import past
from config.settings import load
from server.office_folder import open_folder
from sql.tables import branches
from sql.verify import verify


def made(folder: Path, seed: int) -> tuple[str, str]:
    """What the proof says of a week, and the hash that stands for all of it."""
    past(folder, 400, seed, a_day=90, until=date(2026, 3, 2))
    opened = open_folder(load(folder))
    try:
        with opened.engine.connect() as connection:
            last: str = connection.execute(select(branches.c.last_hash)).scalar_one()
        return verify(opened.engine, opened.branch).summary(), last
    finally:
        opened.engine.dispose()


def test_a_made_up_past_is_as_sound_as_one_that_was_lived(tmp_path: Path) -> None:
    summary, last_hash = made(tmp_path / "one", 3)

    assert "400 tickets issued" in summary
    assert summary.endswith("sound")
    assert " 0 still open" in summary.replace("+", "")
    assert made(tmp_path / "again", 3) == (summary, last_hash)
    assert made(tmp_path / "other", 4)[1] != last_hash
