"""Browsers are told of their tickets: each moment once, until it is taken, and nothing once the visit is over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.child import Child, Lost
from server.domain.ticket import Ticket
from server.push.pusher import CLAIM, Pusher, Sender
from server.push.subscription import Hosts
from sql.subscriptions import SqlSubscriptions
from tests.builders import AnOffice, a_branch, an_office
from tests.push.push_service import ABrowser
from tests.stores import a_database

PHONE = ABrowser("https://push.example/phone")


class AWorker(Child):
    """Says what the test tells it to of each message, the last for ever; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(())
        self.answers: list[dict[str, Any] | str] = [{"sent": 201}]
        self.asked: list[dict[str, Any]] = []

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if "messages" not in order:
            return {"public": "key"}
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.asked += order["messages"]
        if isinstance(answer, str):
            raise Lost(answer)
        return {"answers": [answer for _ in order["messages"]]}


@dataclass
class ATown:
    office: AnOffice
    subscriptions: SqlSubscriptions
    worker: AWorker
    pusher: Pusher
    seen: list[dict[str, str]] = field(default_factory=list)

    def follow(self, ticket: Ticket, browser: ABrowser = PHONE, language: str = "en") -> None:
        self.pusher.keep(browser.subscription, ticket, language)

    def told(self) -> list[dict[str, str]]:
        """What was sent since the last look, in as many steps as it takes."""
        begun = len(self.worker.asked)
        while self.pusher.step():
            pass
        return [json.loads(message["payload"]) for message in self.worker.asked[begun:]]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[ATown]:
    office = an_office(a_branch("AF", {"K1": "A", "K2": "F"}))
    office.open("K1")
    office.open("K2")
    with a_database(f"sqlite:///{tmp_path}/office.db") as engine:
        subscriptions, worker = SqlSubscriptions(engine, office.floor.branch.code), AWorker()
        sender = Sender(tmp_path / "push.key", "mailto:it@office.example", Hosts(("push.example",)))
        yield ATown(office, subscriptions, worker, Pusher(office.office, subscriptions, worker, sender))


def test_a_phone_is_told_when_to_come_and_when_it_is_called_once_each(town: ATown) -> None:
    before = town.office.issue_many(30)
    mine = town.office.issue()
    town.follow(mine)
    assert town.told() == []

    for _ in before:
        town.office.next()
    (soon,) = town.told()
    assert (soon["title"], soon["body"]) == ("A031", "Almost your turn. Please come back to the waiting area.")
    town.office.next()
    (called,) = town.told()

    assert (called["title"], called["body"]) == ("A031", "It is your turn. Please go to Counter 1.")
    assert called["page"] == f"/t/{mine.token}?language=en"
    assert called["tag"] != soon["tag"]
    town.office.clock.advance(seconds=15)
    town.office.recall()
    assert town.told() == []


def test_nothing_of_a_person_goes_out(town: ATown) -> None:
    town.follow(town.office.issue(lane="disabled"))

    (told,) = town.told()

    assert set(told) == {"title", "body", "tag", "lang", "page"}
    assert "disabled" not in json.dumps(town.worker.asked)


def test_it_speaks_the_language_of_the_page(town: ATown) -> None:
    mine = town.office.issue(language="ms")
    town.follow(mine, language="ta")

    assert "உங்கள் முறை" in town.told()[0]["body"]


def test_the_next_service_of_a_visit_is_told_as_the_first_was(town: ATown) -> None:
    town.follow(town.office.issue(further=("F",)))
    town.told()
    town.office.next()
    assert "Counter 1" in town.told()[0]["body"]
    town.office.finish()

    assert "Almost" in town.told()[0]["body"]
    town.office.next("K2")
    assert "Counter 2" in town.told()[0]["body"]


def test_it_is_deleted_when_the_visit_is_over(town: ATown) -> None:
    mine = town.office.issue()
    town.follow(mine)
    town.office.leave(mine.id)

    assert town.told() == []
    assert town.subscriptions.all() == []


def test_a_ticket_that_this_process_has_not_heard_of_yet_is_not_over(town: ATown) -> None:
    mine = town.office.issue()
    town.subscriptions.keep(town_subscription(town, mine.id + 1000), 4)

    assert town.told() == []
    assert len(town.subscriptions.all()) == 1


def town_subscription(town: ATown, ticket: int) -> Any:
    from server.push.subscription import subscription_of

    return subscription_of(PHONE.subscription, ticket, "ms", town.office.clock.now(), Hosts(("push.example",)))


@pytest.mark.parametrize("answer", [{"fault": "410", "gone": True}, {"fault": "403", "for_good": True}])
def test_a_browser_that_is_gone_or_refused_for_good_is_asked_once(town: ATown, answer: dict[str, Any]) -> None:
    town.follow(town.office.issue())
    town.worker.answers = [answer]

    assert len(town.told()) == 1
    assert town.subscriptions.all() == []


@pytest.mark.parametrize("fault", [{"fault": "503"}, "the worker hung"])
def test_what_is_not_taken_is_tried_again_after_ever_longer_pauses(town: ATown, fault: dict[str, Any] | str) -> None:
    town.follow(town.office.issue())
    town.worker.answers = [fault]

    pauses = []
    for _ in range(6):
        assert len(town.told()) == 1
        (one,) = town.subscriptions.all()
        assert one.busy_until is not None
        pauses.append((one.busy_until - town.office.clock.now()).total_seconds())
        assert town.told() == []  # not before its time
        town.office.clock.set(one.busy_until)

    assert pauses == [5, 10, 20, 40, 60, 60]
    town.worker.answers = [{"sent": 201}]
    assert len(town.told()) == 1
    assert town.told() == []


def test_a_push_service_that_names_a_time_is_left_alone_until_then(town: ATown) -> None:
    town.follow(town.office.issue())
    town.worker.answers = [{"fault": "429", "after_s": 120.0}]
    town.told()

    (one,) = town.subscriptions.all()
    assert one.busy_until is not None
    assert (one.busy_until - town.office.clock.now()).total_seconds() == 120


def test_another_process_that_has_claimed_a_browser_is_left_to_it(town: ATown) -> None:
    town.follow(town.office.issue())
    (one,) = town.subscriptions.all()
    assert town.subscriptions.claim(one, town.office.clock.now(), CLAIM)

    assert town.told() == []
    town.office.clock.advance(seconds=CLAIM.total_seconds())
    assert len(town.told()) == 1


def test_the_called_are_told_before_those_who_are_to_come(town: ATown) -> None:
    first, second = town.office.issue_many(2)
    town.follow(second)
    town.follow(first)
    town.office.next()

    assert [told["title"] for told in town.told()] == ["A001", "A002"]


def test_whoever_turns_it_off_is_told_nothing(town: ATown) -> None:
    mine = town.office.issue()
    town.follow(mine)
    town.follow(mine, ABrowser("https://push.example/other"))

    town.pusher.drop(mine, PHONE.endpoint)

    assert [one.endpoint for one in town.subscriptions.all()] == ["https://push.example/other"]
    assert len(town.told()) == 1
