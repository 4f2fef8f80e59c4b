"""The branch kept in memory: the smallest honest store, held to the same contract as the databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from server.domain.branch import Branch
from server.domain.events import Event, decode, encode
from server.domain.floor import Draft, Floor
from server.ports import Given


@dataclass
class MemoryTurn:
    draft: Draft
    answers: dict[str, Given]
    kept: dict[str, Given] = field(default_factory=dict)

    def given(self, key: str) -> Given | None:
        return self.answers.get(key)

    def give(self, key: str, answer: Given) -> None:
        self.kept[key] = answer


class MemoryStore:
    """`journal` holds (seq, actor, event); every event goes through its journal form and back, as on a disk."""

    def __init__(self, branch: Branch) -> None:
        self._floor = Floor(branch)
        self.journal: list[tuple[int, str, Event]] = []
        self.answers: dict[str, Given] = {}
        self.fails_to_write = False

    @property
    def floor(self) -> Floor:
        return self._floor

    def catch_up(self) -> None:
        """Nobody else writes here."""

    def since(self, seq: int) -> Sequence[tuple[int, Event]] | None:
        return [(at_seq, event) for at_seq, _, event in self.journal if at_seq > seq]

    @contextmanager
    def turn(self, actor: str) -> Iterator[MemoryTurn]:
        turn = MemoryTurn(self._floor.draft(), self.answers)
        yield turn
        if self.fails_to_write:
            raise OSError("no space left on device")
        for seq, event in turn.draft.events:
            again = decode(event.kind, event.at, event.subject, encode(event))
            assert again == event, f"{event} does not survive the journal: {again}"
            self.journal.append((seq, actor, again))
        self.answers |= turn.kept
        self._floor = turn.draft.settled()
