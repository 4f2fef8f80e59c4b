"""The one way into the branch: once, all or nothing, and the screens hear of it afterwards."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from server.actions.call_next import call_next
from server.actions.issue import issue
from server.actions.office import KEY_LENGTH, Actor, Answer, Decide
from server.domain.errors import ClockSetBack, KeyReused, NoTicketInHand, TooLong
from server.domain.floor import Draft
from tests.builders import AnOffice, an_office
from tests.memory_store import MemoryStore

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
