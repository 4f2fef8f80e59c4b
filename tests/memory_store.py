"""The branch kept in memory: the smallest honest store, held to the same contract as the databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from server.domain.branch import Branch
from server.domain.events import Event, decode, encode
from server.domain.floor import Draft, Floor
from server.ports import Given


@dataclass
class MemoryTurn:
    draft: Draft
    given: Given | None
    kept: Given | None = None

    def give(self, answer: Given) -> None:
        self.kept = answer


class MemoryStore:
    """`journal` holds (seq, actor, event); every event goes through its journal form and back, as on a disk."""

    def __init__(self, branch: Branch) -> None:
        self._floor = Floor(branch)
        self.journal: list[tuple[int, str, Event]] = []
        self.answers: dict[str, Given] = {}
        self.fails_to_write = False
        self._lock = threading.Lock()

    @property
    def floor(self) -> Floor:
        return self._floor

    def catch_up(self) -> None:
        """Nobody else writes here."""

    def since(self, seq: int) -> Sequence[tuple[int, Event]] | None:
        return [(at_seq, event) for at_seq, _, event in self.journal if at_seq > seq]

    def forget_answers(self, before: datetime) -> int:
        """A day in memory ends with its test."""
        return 0

    @contextmanager
    def turn(self, actor: str, key: str | None = None) -> Iterator[MemoryTurn]:
        with self._lock:
            turn = MemoryTurn(self._floor.draft(), self.answers.get(key or ""))
            yield turn
            if self.fails_to_write:
                raise OSError("no space left on device")
            entries = [(seq, actor, _as_from_disk(event)) for seq, event in turn.draft.events]
            self.journal += entries
            if key is not None and turn.kept is not None:
                self.answers[key] = turn.kept
            self._floor = turn.draft.settled()


def _as_from_disk(event: Event) -> Event:
    again = decode(event.kind, event.at, event.subject, json.loads(json.dumps(encode(event))))
    assert again == event, f"{event} does not survive the journal: {again}"
    return again
