"""Limits and telephones of those outside: counted once, kept as long as needed, in SQLite and in PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.ports import Phone
from sql.joiners import SqlJoiners
from tests.builders import OPENING

TODAY = "2026-03-02"


@pytest.fixture
def joiners(engine: Engine) -> SqlJoiners:
    return SqlJoiners(engine, "KL01")


def a_phone(token: str = "t1") -> Phone:
    return Phone(token, "60123456789", "ta", OPENING)


def test_so_many_may_join_in_a_period_and_no_more(joiners: SqlJoiners) -> None:
    assert [joiners.count("hash", TODAY, f"key-{n}", 2) for n in range(4)] == [True, True, False, False]
    assert joiners.count("another", TODAY, "key-9", 2)
    assert joiners.count("hash", "2026-03-03", "key-9", 2)
    assert SqlJoiners(joiners._engine, "KL02").count("hash", TODAY, "key-9", 2)


def test_the_same_joining_twice_counts_once_and_a_refused_one_not_at_all(joiners: SqlJoiners) -> None:
    assert all(joiners.count("hash", TODAY, "same", 1) for _ in range(3))
    assert not joiners.count("hash", TODAY, "other", 1)

    joiners.uncount("same")

    assert joiners.count("hash", TODAY, "other", 1)


def test_at_one_instant_no_more_than_so_many_join(joiners: SqlJoiners) -> None:
    """Eight at once, of whom two may; ten times, for a race is not lost every time."""
    with ThreadPoolExecutor(8) as people:
        for n in range(10):
            together = threading.Barrier(8)

            def join(key: int, who: str = f"hash {n}", together: threading.Barrier = together) -> bool:
                together.wait()
                return joiners.count(who, TODAY, f"key-{key}", 2)

            assert sum(people.map(join, range(8))) == 2, n


def test_yesterday_s_counts_are_forgotten(joiners: SqlJoiners) -> None:
    joiners.count("hash", "2026-03-01", "a", 1)
    joiners.count("hash", "2026-03-01T23", "b", 1)
    joiners.count("hash", TODAY, "c", 1)

    assert joiners.forget(TODAY) == 2
    assert not joiners.count("hash", TODAY, "d", 1)


def test_a_telephone_comes_back_as_it_was_kept_and_goes_for_good(joiners: SqlJoiners) -> None:
    joiners.keep_phone(a_phone())
    joiners.keep_phone(a_phone())
    assert joiners.phones() == [a_phone()]

    joiners.write("t1", said=("joined", "soon"), attempts=2, fault="503", busy_until=OPENING)
    (kept,) = joiners.phones()
    assert (kept.said, kept.attempts, kept.fault, kept.busy_until) == (("joined", "soon"), 2, "503", OPENING)

    joiners.drop_phone("t1")
    assert joiners.phones() == []


def test_of_two_processes_one_sends(joiners: SqlJoiners) -> None:
    joiners.keep_phone(a_phone())
    claimed: list[bool] = []
    ready = threading.Barrier(4)

    def claim() -> None:
        ready.wait()
        claimed.append(joiners.claim("t1", OPENING, timedelta(seconds=60)))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == [False, False, False, True]
    assert joiners.claim("t1", OPENING + timedelta(seconds=60), timedelta(seconds=60))
