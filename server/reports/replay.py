"""The back-test: for every ticket of a journal, the wait that would have been told when it was issued.

Each day knows the days before it and, of itself, what had happened by the moment of the issue; nothing else.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.forecast import Told
from server.domain.hall import hall_of
from server.domain.lookahead import Options, play, told
from server.reports.journal_file import Journal, Row
from server.reports.learn import Past, learn

ESTIMATES_HEADER = ("ticket", "issued_at", "low", "likely", "high")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one ticket of the journal would have been told; None where nobody could say."""

    line: int
    ticket: str
    issued_at: str
    wait: Told | None


@dataclass(frozen=True, slots=True)
class BackTest:
    """The question: which journal, after which history, of which branch."""

    branch: Branch
    journal: Path
    history: tuple[Path, ...] = ()
    skip_bad: bool = False


def replay(test: BackTest, processes: int | None = None) -> tuple[list[Answer], int]:
    """What every ticket of the journal would have been told, in its order, and how many rows were left out.

    The days are shared out among `processes` (default: the machine's), each of which reads the journal itself.
    Raises JournalFault, OSError.
    """
    book = Journal(test.branch, test.skip_bad)
    for earlier in test.history:
        book.read(earlier)
    many = processes or min(4, os.cpu_count() or 1)
    if many == 1:
        return _share(book, test.journal, 0, 1)
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        shares = list(pool.map(_share, [book] * many, [test.journal] * many, range(many), [many] * many))
    return sorted((one for answers, _ in shares for one in answers), key=lambda one: one.line), shares[0][1]


def _share(book: Journal, journal: Path, mine: int, of: int) -> tuple[list[Answer], int]:
    """The answers of every `of`-th day, from the `mine`-th on; `book` has read the history."""
    answers: list[Answer] = []
    days: dict[date, Past | None] = {}

    def answer(row: Row, event: e.Event, seq: int) -> None:
        on = book.branch.business_on(event.at)
        if on not in days:
            days[on] = learn(book.branch, book.reader.past) if len(days) % of == mine else None
        past = days[on]
        if past is not None and isinstance(event, e.TicketIssued):
            answers.append(Answer(row.line, row.ticket, row.stamp, _wait(book, past, row, seq)))

    book.read(journal, answer)
    return answers, book.skipped


def _wait(book: Journal, past: Past, row: Row, ticket: int) -> Told | None:
    diary = book.reader.today
    hall = hall_of(book.floor, row.at, diary.begun if diary is not None else None)
    if hall.is_next(ticket):
        return Told(0.0, 0.0, 0.0)
    played = play(hall, past.law(hall, diary), Options(only=ticket, seed=past.days))
    place = played.ids.index(ticket)
    return told(played.waits[:, place : place + 1])[0]
