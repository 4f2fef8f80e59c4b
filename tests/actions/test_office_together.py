"""Requests that arrive together: one transaction for all, and to each its own answer."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest

from server.actions.issue import issue
from server.actions.office import Actor, Answer, Decide
from server.domain.errors import NoTicketInHand
from server.domain.floor import Draft
from tests.builders import AnOffice, an_office
from tests.memory_store import MemoryStore, MemoryTurns

KIOSK, OTHER_KIOSK = Actor("kiosk:main"), Actor("kiosk:side")


def taking_a_number(draft: Draft, now: datetime) -> Answer:
    ticket = issue(draft, now, service="A", token=f"token-{draft.seq}")
    return Answer(201, {"number": ticket.number})


def store_of(office: AnOffice) -> MemoryStore:
    assert isinstance(office.store, MemoryStore)
    return office.store


def together(office: AnOffice, requests: list[tuple[Actor, Decide, str | None]]) -> list[Answer | BaseException]:
    """All of them wait while the branch's turn is taken; then they are let go at once."""
    found: dict[int, Answer | BaseException] = {}

    def ask(place: int, actor: Actor, decide: Decide, key: str | None) -> None:
        try:
            found[place] = office.office.act(actor, decide, key=key)
        except BaseException as error:  # noqa: BLE001 - told to the test
            found[place] = error

    waiting = office.office._waiting
    with office.office._turn:
        threads = [threading.Thread(target=ask, args=(place, *one)) for place, one in enumerate(requests)]
        for place, thread in enumerate(threads):
            thread.start()
            while len(waiting) <= place:
                thread.join(0.001)
    for thread in threads:
        thread.join()
    assert waiting == []
    return [found[place] for place in range(len(requests))]


def counting_writes(office: AnOffice, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each group that the store was asked to write."""
    sizes: list[int] = []
    turns = MemoryStore.turns

    def counted(store: MemoryStore, keys: Collection[str]) -> AbstractContextManager[MemoryTurns]:
        sizes.append(len(keys))
        return turns(store, keys)

    monkeypatch.setattr(MemoryStore, "turns", counted)
    return sizes


def test_those_who_come_together_are_written_together_each_with_its_own_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = an_office()
    sizes = counting_writes(office, monkeypatch)

    found = together(office, [(KIOSK, taking_a_number, f"tap-{n}") for n in range(20)])

    assert [answer.body for answer in found if isinstance(answer, Answer)] == [
        {"number": f"A{n:03}"} for n in range(1, 21)
    ]
    assert sizes == [20]


def test_a_double_tap_within_a_group_is_still_one_number() -> None:
    office = an_office()

    found = together(office, [(KIOSK, taking_a_number, "tap-7f3")] * 10)

    assert [(a.body, a.repeated) for a in found if isinstance(a, Answer)] == [
        ({"number": "A001"}, place > 0) for place in range(10)
    ]
    assert office.floor.waiting == 1


def test_a_refusal_in_a_group_is_nobody_elses() -> None:
    office = an_office()

    def refused(draft: Draft, now: datetime) -> Answer:
        taking_a_number(draft, now)
        raise NoTicketInHand(counter="K1")

    first, second, third = together(
        office, [(KIOSK, taking_a_number, "1"), (KIOSK, refused, "2"), (KIOSK, taking_a_number, "3")]
    )

    assert isinstance(first, Answer)
    assert isinstance(second, NoTicketInHand)
    assert isinstance(third, Answer)
    assert (first.body, third.body) == ({"number": "A001"}, {"number": "A002"})
    assert office.floor.waiting == 2


def test_what_cannot_be_written_takes_nobody_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    office = an_office()
    store = store_of(office)
    turns = MemoryStore.turns

    @contextmanager
    def picky(store: MemoryStore, keys: Collection[str]) -> Iterator[MemoryTurns]:
        with turns(store, keys) as taken:
            yield taken
            if any(actor == OTHER_KIOSK.name for _, actor, _ in taken.journal):
                raise OSError("this one cannot be written")

    monkeypatch.setattr(MemoryStore, "turns", picky)

    found = together(
        office, [(KIOSK, taking_a_number, "1"), (OTHER_KIOSK, taking_a_number, "2"), (KIOSK, taking_a_number, "3")]
    )

    assert [type(one) for one in found] == [Answer, OSError, Answer]
    assert [event.kind for _, _, event in store.journal] == ["ticket_issued", "ticket_issued"]
    assert office.floor.waiting == 2


def test_a_full_disk_is_told_to_everybody_who_waited() -> None:
    office = an_office()
    store_of(office).fails_to_write = True

    found = together(office, [(KIOSK, taking_a_number, f"tap-{n}") for n in range(3)])

    assert [type(one) for one in found] == [OSError] * 3
    assert office.floor.seq == 0


def test_who_is_stopped_while_it_carries_others_out_leaves_them_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    office = an_office()
    turns, begun = MemoryStore.turns, list[int]()

    @contextmanager
    def stopped_once(store: MemoryStore, keys: Collection[str]) -> Iterator[MemoryTurns]:
        begun.append(len(keys))
        with turns(store, keys) as taken:
            yield taken
            if len(begun) == 1:
                raise SystemExit

    monkeypatch.setattr(MemoryStore, "turns", stopped_once)

    found = together(office, [(KIOSK, taking_a_number, f"tap-{n}") for n in range(3)])

    assert sorted(type(one).__name__ for one in found) == ["Answer", "Answer", "SystemExit"]
    assert begun == [3, 2]
    assert office.floor.waiting == 2
