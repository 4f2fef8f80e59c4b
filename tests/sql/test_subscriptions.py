"""Browsers that follow a ticket, kept and let go in SQLite and in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.push.subscription import Subscription
from sql.subscriptions import SqlSubscriptions
from tests.builders import OPENING


@pytest.fixture
def kept(engine: Engine) -> SqlSubscriptions:
    return SqlSubscriptions(engine, "KL01")


def one(n: int = 1, ticket: int = 7) -> Subscription:
    return Subscription(ticket, f"https://push.example/{n}", "key", "secret", "ta", OPENING + timedelta(seconds=n))


def test_it_comes_back_as_it_was_kept_and_goes_with_its_ticket(kept: SqlSubscriptions, engine: Engine) -> None:
    kept.keep(one(1), 4)
    kept.keep(one(2, ticket=8), 4)
    assert kept.all() == [one(1), one(2, ticket=8)]
    assert SqlSubscriptions(engine, "KL02").all() == []

    kept.write(one(1), told=("soon.1", "called.1"), attempts=2, busy_until=OPENING)
    found = kept.all()[0]
    assert (found.told, found.attempts, found.busy_until) == (("soon.1", "called.1"), 2, OPENING)

    kept.drop(7)
    assert [each.ticket for each in kept.all()] == [8]
    kept.drop(8, "https://push.example/other")
    kept.drop(8, "https://push.example/2")
    assert kept.all() == []


def test_a_browser_that_asks_again_has_its_new_keys_and_is_told_nothing_twice(kept: SqlSubscriptions) -> None:
    kept.keep(one(), 4)
    kept.write(one(), told=("soon.1",))

    kept.keep(Subscription(7, one().endpoint, "another", "other", "en", OPENING), 4)

    (found,) = kept.all()
    assert (found.p256dh, found.auth, found.language, found.told) == ("another", "other", "en", ("soon.1",))


def test_of_too_many_browsers_of_one_ticket_the_oldest_goes(kept: SqlSubscriptions) -> None:
    kept.keep(one(9, ticket=8), 2)
    for n in range(1, 5):
        kept.keep(one(n), 2)

    assert [each.endpoint[-1] for each in kept.all()] == ["3", "4", "9"]


def test_one_of_two_processes_tells_it(kept: SqlSubscriptions) -> None:
    kept.keep(one(), 4)

    assert kept.claim(one(), OPENING, timedelta(seconds=90))
    assert not kept.claim(one(), OPENING, timedelta(seconds=90))
    assert kept.claim(one(), OPENING + timedelta(seconds=90), timedelta(seconds=90))

    kept.write(one(), told=("soon.1",), busy_until=None)
    assert not kept.claim(one(), OPENING, timedelta(seconds=90))  # what it saw is not what holds any more
