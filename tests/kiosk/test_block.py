"""The numbers that a kiosk gives by itself: each once, whatever dies in between."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.block import Book, NotGiven

NOW = datetime(2026, 3, 2, 2, 42, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def a_block(size: int = 4, **different: Any) -> dict[str, Any]:
    services: list[dict[str, Any]] = [
        {"service": code, "letter": code, "is_open": True, "closes_at": None, "slip": {"hours": []}} for code in "AF"
    ]
    numbers = {letter: [f"{letter}{1000 - size + i}" for i in range(size)] for letter in "AF"}
    return {
        "id": 7, "size": size, "numbers": numbers, "services": services, "port": 8629, "public_url": "",
        "day_ends_at": "2026-03-02T16:00:00Z",
    } | different  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(tmp_path: Path, clock: Clock) -> Iterator[Book]:
    made = Book(tmp_path / "kiosk.block", clock)
    made.keep(a_block())
    yield made
    made.close()


def again(book: Book) -> Book:
    """What the same disk says after the agent was killed."""
    return Book(book.path, book.clock)


def tap(book: Book, key: str, service: str = "A") -> str:
    return book.take(service, "regular", "ms", key).number


def test_each_tap_gets_the_next_number_and_a_repeated_one_the_same(book: Book) -> None:
    assert [tap(book, key) for key in ("one", "two", "one", "two", "three")] == [
        "A996",
        "A997",
        "A996",
        "A997",
        "A998",
    ]
    assert tap(book, "four", "F") == "F996"
    assert book.left() == {"A": 1, "F": 3}


def test_who_is_killed_gives_no_number_twice_and_forgets_no_tap(book: Book) -> None:
    given = [tap(book, f"tap-{n}") for n in range(3)]
    book.ended(given[0], "")

    after = again(book)

    assert [one.number for one in after.given.values()] == given
    assert [one.fault for one in after.given.values()] == ["", None, None]
    assert (tap(after, "tap-1"), tap(after, "tap-9")) == (given[1], "A999")
    assert after.secret == book.secret
    after.close()


def test_a_line_that_was_cut_short_was_heard_by_nobody_and_its_number_is_given_again(book: Book) -> None:
    tap(book, "one")
    with book.path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"given": {"number": "A997"}})[:-9])

    after = again(book)

    assert tap(after, "two") == "A997"
    after.close()


def test_a_disk_that_is_full_gives_no_number(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("kiosk.block.os.fsync", refuse)

    with pytest.raises(OSError, match="No space"):
        tap(book, "one")

    assert book.given == {}


def test_half_a_line_of_a_full_disk_does_not_spoil_the_next_one(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, content: write(file, content[:20]))
        with pytest.raises(OSError, match="half a line"):
            tap(book, "one")

    number = tap(book, "two")

    after = again(book)
    assert [one.number for one in after.given.values()] == [number]
    assert tap(after, "three") != number
    after.close()


def test_the_last_number_is_the_last(book: Book) -> None:
    for n in range(4):
        tap(book, f"tap-{n}")

    with pytest.raises(NotGiven, match="block_empty"):
        tap(book, "too late")
    assert book.left()["A"] == 0


@pytest.mark.parametrize(
    ("different", "minutes"),
    [
        ({"day_ends_at": "2026-03-02T02:50:00Z"}, 9),
        ({"services": [{"service": "A", "letter": "A", "is_open": True, "closes_at": "2026-03-02T02:45:00Z",
                        "slip": {"hours": []}}]}, 4),
        ({"services": [{"service": "A", "letter": "A", "is_open": True, "closes_at": None,
                        "slip": {"hours": [["2026-03-02T00:00:00Z", "2026-03-02T02:45:00Z"]]}}]}, 4),
    ],
)  # fmt: skip
def test_nobody_takes_a_number_after_the_day_or_its_hours_have_ended(
    book: Book, clock: Clock, different: dict[str, Any], minutes: int
) -> None:
    book.keep(a_block(**different))
    tap(book, "in time")

    clock.now += timedelta(minutes=minutes)

    with pytest.raises(NotGiven, match="not_open"):
        tap(book, "too late")


def test_taps_are_one_after_another_by_the_servers_clock_whatever_this_pcs_says(book: Book, clock: Clock) -> None:
    book.keep(a_block(), server_now=NOW + timedelta(hours=8))
    first = book.take("A", "regular", "ms", "one")
    clock.now -= timedelta(hours=1)

    second = book.take("A", "regular", "ms", "two")

    assert first.tapped_at == "2026-03-02T10:42:00.000Z"
    assert second.tapped_at == "2026-03-02T10:42:00.001Z"


def test_a_block_is_over_when_more_than_half_of_a_letter_is_gone_but_not_while_paper_is_under_way(book: Book) -> None:
    for n in range(3):
        tap(book, f"tap-{n}")
    assert not book.is_over()

    for number in list(book.given):
        book.ended(number, "")

    assert book.is_over()


def test_what_the_server_has_on_record_is_forgotten_and_its_number_not_given_again(book: Book) -> None:
    number = tap(book, "one")
    book.ended(number, "")

    book.settled([number, "Z001"])

    after = again(book)
    assert after.given == {}
    assert tap(after, "two") == "A997"
    after.close()


def test_its_file_is_for_its_own_user_alone(book: Book) -> None:
    assert book.path.stat().st_mode & 0o077 == 0
