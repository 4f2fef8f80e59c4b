"""What the zones have heard is kept, and one process speaks: in SQLite, in PostgreSQL and in the fake of the tests."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from server.domain.events import TicketCalled
from server.ports import Sound, Sounds
from sql.database import writing, writing_in_no_hurry
from sql.sounds import SqlSounds
from tests.builders import OPENING, a_branch, an_office
from tests.fake_hall import MemorySounds
from tests.stores import founded


def a_sound(id: int = 7, zone: str = "hall", **stated: object) -> Sound:
    sound = Sound(
        zone=zone, id=id, attempt=1, ticket=3, number="A001", counter="K1", kind="call", languages=("ms", "en"),
        player="left", asked_at=OPENING, started_at=OPENING + timedelta(seconds=id), seconds=11.5,
    )  # fmt: skip
    return replace(sound, **stated)  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def sounds(request: pytest.FixtureRequest) -> Sounds:
    if request.param == "memory":
        return MemorySounds()
    return SqlSounds(request.getfixturevalue(request.param), "KL01")


def test_what_was_heard_comes_back_as_it_was_written(sounds: Sounds) -> None:
    sounds.write([a_sound(8), a_sound(7), a_sound(7, "canteen", languages=())])
    sounds.write([a_sound(7, ended_at=OPENING + timedelta(seconds=18), outcome="spoken")])

    assert sounds.since(OPENING + timedelta(seconds=8)) == [a_sound(8)]
    found = sounds.since(OPENING)
    assert [(one.id, one.zone, one.outcome) for one in found] == [
        (7, "canteen", ""), (7, "hall", "spoken"), (8, "hall", ""),
    ]  # fmt: skip
    assert found[0].languages == ()
    assert found[1].ended_at == OPENING + timedelta(seconds=18)


def test_what_is_old_is_let_go_of(sounds: Sounds) -> None:
    sounds.write([a_sound(7), a_sound(8)])

    assert sounds.forget(OPENING + timedelta(seconds=8)) == 1
    assert sounds.forget(OPENING + timedelta(seconds=8)) == 0
    assert [one.id for one in sounds.since(OPENING)] == [8]


def test_one_process_speaks_until_it_lets_go_or_falls_silent(postgresql: Engine) -> None:
    one, other = SqlSounds(postgresql, "KL01"), SqlSounds(postgresql, "KL01")

    assert one.lease("one", 60)
    assert not other.lease("other", 60)
    assert one.lease("one", 60)
    assert SqlSounds(postgresql, "KL02").lease("other", 60)
    one.release("one")
    assert other.lease("other", -1)  # it has run out already
    assert one.lease("one", 60)
    other.release("other")  # is not its own any more
    assert not other.lease("other", 60)


def test_of_many_that_ask_at_once_one_speaks(postgresql: Engine) -> None:
    got: list[bool] = []

    def ask(name: str) -> None:
        got.append(SqlSounds(postgresql, "KL01").lease(name, 60))

    askers = [threading.Thread(target=ask, args=(f"p{n}",)) for n in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert sorted(got) == [False] * 5 + [True]


def test_calls_are_read_from_the_journal(engine: Engine) -> None:
    office = an_office(store=founded(engine, a_branch()))
    office.open("K1")
    office.issue_many(2)
    office.next("K1")
    first_at = office.clock.now()
    office.clock.advance(seconds=30)
    office.recall("K1")

    sounds = SqlSounds(engine, office.floor.branch.code)
    calls = sounds.calls(first_at)

    assert [(event.kind, event.counter) for _, event in calls] == [("ticket_called", "K1"), ("ticket_recalled", "K1")]
    assert isinstance(calls[0][1], TicketCalled)
    assert [seq for seq, _ in sounds.calls(first_at + timedelta(seconds=1))] == [calls[1][0]]


def test_what_is_in_no_hurry_does_not_make_the_next_one_careless(sqlite: Engine) -> None:
    with writing_in_no_hurry(sqlite) as connection:
        assert connection.execute(text("pragma synchronous")).scalar() == 1
    with writing(sqlite) as connection:
        assert connection.execute(text("pragma synchronous")).scalar() == 2


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_export_reads_the_sounds_of_its_days_in_their_order_and_each_once(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sql.sounds.STEP", 3)
    kept = SqlSounds(request.getfixturevalue(kind), "KL01")
    at_once = [a_sound(7, zone, attempt=n) for zone in ("canteen", "hall") for n in (1, 2)]
    kept.write([*at_once, *(a_sound(id) for id in range(8, 14))])

    found = list(kept.between(OPENING + timedelta(seconds=7), OPENING + timedelta(seconds=13)))

    assert found == [*at_once, *(a_sound(id) for id in range(8, 13))]
