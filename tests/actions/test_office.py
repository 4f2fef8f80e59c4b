"""The one way into the branch: once, all or nothing, and the screens hear of it afterwards."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import pytest

from server.actions.call_next import call_next
from server.actions.issue import issue
from server.actions.office import KEY_LENGTH, Actor, Answer, Decide
from server.domain.errors import ClockSetBack, KeyReused, NoTicketInHand, TooLong
from server.domain.floor import Draft
from tests.builders import AnOffice, an_office
from tests.memory_store import MemoryStore, MemoryTurns

KIOSK, OTHER_KIOSK, OFFICER = Actor("kiosk:main"), Actor("kiosk:side"), Actor("officer:7", 7)


def taking_a_number(draft: Draft, now: datetime) -> Answer:
    ticket = issue(draft, now, service="A", token=f"token-{draft.seq}")
    return Answer(201, {"number": ticket.number})


def calling(counter: str) -> Decide:
    def decide(draft: Draft, now: datetime) -> Answer:
        choice = call_next(draft, now, counter)
        return Answer(204) if choice is None else Answer(200, {"number": choice.ticket.number})

    return decide


def store_of(office: AnOffice) -> MemoryStore:
    assert isinstance(office.store, MemoryStore)
    return office.store


def test_a_double_tap_gives_one_number() -> None:
    office = an_office()

    answers = [office.office.act(KIOSK, taking_a_number, key="tap-7f3", asked="A") for _ in range(10)]

    assert {answer.body["number"] for answer in answers if answer.body} == {"A001"}
    assert [answer.repeated for answer in answers] == [False] + [True] * 9
    assert office.floor.waiting == 1


def test_the_first_answer_is_given_again_whatever_has_happened_since() -> None:
    office = an_office()
    office.open()
    first = office.office.act(KIOSK, taking_a_number, key="tap-7f3", asked="A")
    office.next()
    office.finish()
    office.clock.advance(days=3)

    again = office.office.act(KIOSK, taking_a_number, key="tap-7f3", asked="A")

    assert (again.status, again.body, again.repeated) == (first.status, first.body, True)


def test_a_press_of_next_that_was_repeated_calls_no_second_customer() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    for _ in range(3):
        office.office.act(OFFICER, calling("K1"), key="press-1", asked="next")

    assert office.floor.waiting == 1


def test_an_empty_answer_is_remembered_as_one() -> None:
    office = an_office()
    office.open()
    office.office.act(OFFICER, calling("K1"), key="press-1", asked="next")
    office.issue()

    again = office.office.act(OFFICER, calling("K1"), key="press-1", asked="next")

    assert (again.status, again.body, office.floor.waiting) == (204, None, 1)


def test_a_key_that_comes_again_with_another_question_is_refused() -> None:
    office = an_office()
    office.office.act(KIOSK, taking_a_number, key="tap-7f3", asked="A")

    with pytest.raises(KeyReused) as refused:
        office.office.act(KIOSK, taking_a_number, key="tap-7f3", asked="F")

    assert refused.value.facts == {"key": "tap-7f3"}
    assert office.floor.waiting == 1


def test_two_kiosks_that_both_count_from_one_do_not_get_each_others_numbers() -> None:
    office = an_office()

    first = office.office.act(KIOSK, taking_a_number, key="1", asked="A")
    second = office.office.act(OTHER_KIOSK, taking_a_number, key="1", asked="A")

    assert (first.body, second.body) == ({"number": "A001"}, {"number": "A002"})


def test_without_a_key_every_request_is_a_new_one() -> None:
    office = an_office()

    for _ in range(3):
        office.office.act(KIOSK, taking_a_number)

    assert office.floor.waiting == 3


def test_a_key_has_its_length() -> None:
    office = an_office()
    office.office.act(KIOSK, taking_a_number, key="k" * KEY_LENGTH)

    with pytest.raises(TooLong):
        office.office.act(KIOSK, taking_a_number, key="k" * (KEY_LENGTH + 1))


def test_what_was_refused_is_not_remembered_and_may_be_asked_again() -> None:
    office = an_office()

    def finishing(draft: Draft, now: datetime) -> Answer:
        if not draft.waiting:
            raise NoTicketInHand(counter="K1")
        return Answer(200)

    with pytest.raises(NoTicketInHand):
        office.office.act(OFFICER, finishing, key="press-1")
    office.issue()

    assert office.office.act(OFFICER, finishing, key="press-1").repeated is False


def test_a_refusal_half_way_leaves_no_trace() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    before, journal = office.floor, len(office.journal)

    def half(draft: Draft, now: datetime) -> Answer:
        call_next(draft, now, "K1")
        raise NoTicketInHand(counter="K1")

    with pytest.raises(NoTicketInHand):
        office.office.act(OFFICER, half)

    assert office.floor == before
    assert len(office.journal) == journal


def test_with_a_full_disk_nothing_is_acknowledged_and_nothing_has_happened() -> None:
    office = an_office()
    office.issue()
    before = office.floor
    store_of(office).fails_to_write = True

    with pytest.raises(OSError, match="no space"):
        office.office.act(KIOSK, taking_a_number, key="tap-7f3")
    assert office.floor == before

    store_of(office).fails_to_write = False
    answer = office.office.act(KIOSK, taking_a_number, key="tap-7f3")
    assert (answer.body, answer.repeated) == ({"number": "A002"}, False)


def test_the_screens_are_told_after_the_commit_and_never_before() -> None:
    office = an_office()
    seen: list[int] = []
    office.office.publish = lambda: seen.append(office.floor.seq)

    def decide(draft: Draft, now: datetime) -> Answer:
        answer = taking_a_number(draft, now)
        assert seen == []
        assert office.floor.seq == 0
        return answer

    office.office.act(KIOSK, decide)

    assert seen == [1]


def test_the_journal_says_who_did_it() -> None:
    office = an_office()
    office.office.act(KIOSK, taking_a_number)
    office.office.act(OTHER_KIOSK, taking_a_number)

    assert [(seq, actor) for seq, actor, _ in store_of(office).journal] == [(1, "kiosk:main"), (2, "kiosk:side")]


def test_a_moment_is_kept_to_the_millisecond() -> None:
    office = an_office()
    office.clock.advance(microseconds=123_999)

    ticket = office.issue()

    assert ticket.issued_at.microsecond == 123_000


def test_a_clock_that_was_set_back_by_more_than_a_minute_is_refused() -> None:
    office = an_office()
    office.issue()
    office.clock.advance(seconds=-60, milliseconds=-1)

    with pytest.raises(ClockSetBack) as refused:
        office.office.act(KIOSK, taking_a_number)

    assert refused.value.facts["journal"] == "2026-03-02T00:00:00+00:00"
    assert office.floor.waiting == 1


def test_a_clock_that_jitters_never_makes_time_run_backwards_in_the_journal() -> None:
    office = an_office()
    office.issue()
    office.clock.advance(seconds=-60)

    second = office.issue()

    assert second.issued_at == office.floor.last_at == office.clock.now() + timedelta(seconds=60)


def test_twenty_officers_press_next_at_once_and_every_customer_is_called_once() -> None:
    office = an_office(counters=[f"K{n}" for n in range(1, 21)])
    office.issue_many(200)
    for n in range(1, 21):
        office.open(f"K{n}")
    called: list[str] = []
    together = threading.Barrier(20)

    def press(counter: str) -> None:
        together.wait()
        while True:
            answer = office.office.act(OFFICER, calling(counter))
            if answer.body is None:
                return
            called.append(answer.body["number"])

    officers = [threading.Thread(target=press, args=(f"K{n}",)) for n in range(1, 21)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()

    assert sorted(called) == [f"A{n:03d}" for n in range(1, 201)]
    assert office.floor.waiting == 0


def test_two_kiosks_tapped_at_once_never_give_one_number_twice() -> None:
    office = an_office()
    numbers: list[str] = []
    together = threading.Barrier(8)

    def tap(kiosk: int) -> None:
        together.wait()
        for n in range(25):
            answer = office.office.act(Actor(f"kiosk:{kiosk}"), taking_a_number, key=str(n))
            assert answer.body is not None
            numbers.append(answer.body["number"])

    kiosks = [threading.Thread(target=tap, args=(n,)) for n in range(8)]
    for kiosk in kiosks:
        kiosk.start()
    for kiosk in kiosks:
        kiosk.join()

    assert sorted(numbers) == [f"A{n:03d}" for n in range(1, 201)]


# ── requests that arrive together ────────────────────────────────────────────────────────────────────────────


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

    assert [type(one) for one in found] == [SystemExit, Answer, Answer]
    assert begun == [3, 2]
    assert office.floor.waiting == 2
