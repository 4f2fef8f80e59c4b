"""What each day before today taught, kept in small files beside the database; who deletes them pays a slower start."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from server.domain.branch import Branch
from server.ports import Records
from server.reports.diary import Diary, Lessons, lessons_of
from server.reports.learn import LEARNED_DAYS

log = logging.getLogger(__name__)


class Shelf:
    """`branch` is asked each time; `records` are the past, `folder` keeps the lessons."""

    def __init__(self, branch: Callable[[], Branch], records: Records, folder: Path) -> None:
        self._branch = branch
        self._records = records
        self._folder = folder

    def earlier(self, today: date, progress: Callable[[float], None] = lambda _done: None) -> list[Lessons]:
        """The lessons of the last days before `today`, from their files; a day without one is learned anew. `progress`
        is told the share that is done."""
        found = []
        for back in range(LEARNED_DAYS, 0, -1):
            found.append(self._kept(today - timedelta(days=back)))
            progress(1 - (back - 1) / LEARNED_DAYS)
        return [lessons for lessons in found if lessons.issued or lessons.services or lessons.breaks]

    def of(self, on: date) -> Diary:
        rows = self._records.journal_between(on, on)
        tickets = self._records.tickets_between(on, on)
        return lessons_of(self._branch(), on, tickets, ((row.seq, row.event) for row in rows))

    def keep(self, lessons: Lessons) -> None:
        """Whole or not at all; a full disk costs a slower start and nothing else."""
        part = self._file(lessons.on).with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_text(json.dumps(lessons.as_json()), encoding="utf-8")
            part.replace(self._file(lessons.on))
        except OSError as error:
            log.warning("the lessons of %s are not kept: %s", lessons.on, error)

    def forget(self, today: date) -> None:
        """What is too long ago to learn from goes: it says how long officers took."""
        oldest = (today - timedelta(days=LEARNED_DAYS)).isoformat()
        for file in self._folder.glob("????-??-??.json"):
            if file.stem < oldest:
                with suppress(OSError):
                    file.unlink()

    def _kept(self, on: date) -> Lessons:
        try:
            return Lessons.from_json(json.loads(self._file(on).read_text(encoding="utf-8")))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the lessons of %s are learned anew: %s", on, error)
        lessons = self.of(on).lessons
        if lessons.issued or lessons.breaks:
            self.keep(lessons)
        return lessons

    def _file(self, on: date) -> Path:
        return self._folder / f"{on.isoformat()}.json"
