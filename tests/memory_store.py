"""The branch kept in memory: the smallest honest store, held to the same contract as the databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Sequence
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


class MemoryTurns:
    def __init__(self, floor: Floor, answers: dict[str, Given]) -> None:
        self.floor, self.answers = floor, answers
        self.journal: list[tuple[int, str, Event]] = []

    @contextmanager
    def take(self, actor: str, key: str | None = None) -> Iterator[MemoryTurn]:
        turn = MemoryTurn(self.floor.draft(), self.answers.get(key or ""))
        yield turn
        self.journal += [(seq, actor, _as_from_disk(event)) for seq, event in turn.draft.events]
        if key is not None and turn.kept is not None:
            self.answers[key] = turn.kept
        self.floor = turn.draft.settled()


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
    def turns(self, keys: Collection[str]) -> Iterator[MemoryTurns]:
        with self._lock:
            turns = MemoryTurns(self._floor, {key: self.answers[key] for key in keys if key in self.answers})
            yield turns
            if self.fails_to_write:
                raise OSError("no space left on device")
            self.journal += turns.journal
            self.answers |= turns.answers
            self._floor = turns.floor


def _as_from_disk(event: Event) -> Event:
    again = decode(event.kind, event.at, event.subject, json.loads(json.dumps(encode(event))))
    assert again == event, f"{event} does not survive the journal: {again}"
    return again
