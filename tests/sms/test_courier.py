"""Telephones are told of their tickets: each thing once, until it is taken, and nothing once the ticket has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.child import Child, Lost
from server.domain.branch import Join
from server.ports import Phone
from server.sms.courier import Courier
from sql.joiners import SqlJoiners
from sql.records import SqlRecords
from sql.store import SqlStore
from tests.builders import AnOffice, FakeClock, a_branch
from tests.stores import a_database, founded


class AWorker(Child):
    """Says what the test tells it to, one answer after another, the last for ever; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(())
        self.answers: list[dict[str, Any] | str] = [{"sent": "id"}]
        self.asked: list[tuple[str, str]] = []

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append((order["to"], order["text"]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, str):
            raise Lost(answer)
        return answer


@dataclass
class ATown:
    office: AnOffice
    joiners: SqlJoiners
    worker: AWorker
    courier: Courier
    news: list[int] = field(default_factory=list)

    def join(self, language: str = "en", number: str = "60123456789") -> int:
        ticket = self.office.join(language=language, channel="sms")
        self.joiners.keep_phone(Phone(ticket.token, number, language, self.office.clock.now()))
        return ticket.id

    def said(self) -> list[str]:
        """What was sent since the last look, each with as many steps as it takes."""
        begun = len(self.worker.asked)
        while self.courier.step():
            pass
        return [text for _, text in self.worker.asked[begun:]]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[ATown]:
    branch = a_branch(join=Join(enabled=True, sms=True))
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        store = founded(engine, branch)
        assert isinstance(store, SqlStore)
        office, worker, joiners = AnOffice(store, FakeClock()), AWorker(), SqlJoiners(engine, branch.code)
        news: list[int] = []
        courier = Courier(
            office.office, joiners, SqlRecords(engine, branch.code, lambda: branch), worker, {"kind": "http"},
            "https://q.example", lambda: news.append(1),
        )  # fmt: skip
        yield ATown(office, joiners, worker, courier, news)


def test_whoever_joined_is_told_the_number_and_its_address_once(town: ATown) -> None:
    ticket = town.join()

    (text,) = [text for text in town.said() if "Please come" not in text]

    assert "A001" in text
    assert f"https://q.example/t/{town.office.floor.tickets[ticket].token}" in text
    assert town.worker.asked[0][0] == "60123456789"
    assert town.said() == []


def test_it_is_told_in_the_ticket_s_language(town: ATown) -> None:
    town.join(language="ta")

    assert "உங்கள் எண் A001" in town.said()[0]


def test_time_to_come_is_told_when_the_turn_is_near_and_the_call_when_it_is_made(town: ATown) -> None:
    town.office.open()
    before = town.office.issue_many(30)
    ticket = town.join()
    assert len(town.said()) == 1

    for _ in before[:-1]:
        town.office.next()
    (soon,) = town.said()
    assert "Please come now" in soon
    town.office.check_in(ticket)
    town.office.next()
    town.office.next()

    assert town.said() == ["Kaunter Utama: number A031 is called to counter 1."]
    assert town.said() == []


def test_whoever_is_called_before_anything_was_sent_is_told_the_call_alone(town: ATown) -> None:
    town.office.open()
    ticket = town.join()
    town.office.check_in(ticket)
    town.office.next()

    (text,) = town.said()
    assert "is called" in text


def test_the_telephone_is_deleted_when_the_ticket_has_ended(town: ATown) -> None:
    ticket = town.join()
    town.office.leave(ticket)

    assert town.said() == []
    assert town.joiners.phones() == []


def test_a_telephone_whose_ticket_was_never_issued_is_let_go(town: ATown) -> None:
    town.joiners.keep_phone(Phone("nobody", "60123456789", "en", town.office.clock.now()))
    town.said()
    assert len(town.joiners.phones()) == 1

    town.office.clock.advance(minutes=11)
    town.said()

    assert town.joiners.phones() == []


@pytest.mark.parametrize("fault", [{"fault": "503", "for_good": False}, "the worker hung"])
def test_what_is_not_taken_is_tried_again_after_ever_longer_pauses(town: ATown, fault: dict[str, Any] | str) -> None:
    town.join()
    town.worker.answers = [fault]

    pauses = []
    for _ in range(7):
        town.said()
        (phone,) = town.joiners.phones()
        assert phone.busy_until is not None
        pauses.append((phone.busy_until - town.office.clock.now()).total_seconds())
        assert town.said() == []  # not before its time
        town.office.clock.set(phone.busy_until)

    assert pauses == [15, 30, 60, 120, 240, 300, 300]
    town.worker.answers = [{"sent": "id"}]
    assert "A001" in town.said()[0]


def test_the_managers_are_told_after_three_attempts_and_when_it_is_over(town: ATown) -> None:
    town.join()
    town.worker.answers = [{"fault": "no credit", "for_good": False}]
    for n in range(3):
        assert town.courier.figures["failing"] == 0, n
        town.said()
        town.office.clock.advance(minutes=5)

    assert (town.courier.figures["failing"], town.courier.figures["fault"]) == (1, "no credit")
    assert town.news

    town.worker.answers = [{"sent": "id"}]
    town.said()
    assert town.courier.figures["failing"] == 0


def test_a_message_that_is_refused_for_good_is_given_up_told_and_the_next_one_sent(town: ATown) -> None:
    ticket = town.join()
    town.worker.answers = [{"fault": "unknown subscriber", "for_good": True}]
    town.said()
    assert town.courier.figures["failing"] == 1

    town.worker.answers = [{"sent": "id"}]
    town.office.open()
    town.office.check_in(ticket)
    town.office.next()

    assert "is called" in town.said()[-1]
    assert town.courier.figures["failing"] == 0


def test_another_process_that_has_claimed_a_telephone_is_left_to_it(town: ATown) -> None:
    town.join()
    (phone,) = town.joiners.phones()
    from server.sms.courier import CLAIM

    assert town.joiners.claim(phone.token, town.office.clock.now(), CLAIM)

    assert town.said() == []
    town.office.clock.advance(seconds=60)
    assert len(town.said()) >= 1
