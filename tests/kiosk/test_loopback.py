"""The door for the kiosk's page: open for it, and for no other page on the same PC."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.block import Book, Given
from kiosk.loopback import Loopback, origin_of
from tests.kiosk.test_block import a_block

ORIGIN = "http://giliran.office:8000"


@pytest.fixture
def given() -> list[Given]:
    return []


@pytest.fixture
def door(tmp_path: Any, given: list[Given]) -> Iterator[tuple[Loopback, Book]]:
    book = Book(tmp_path / "kiosk.block")
    book.keep(a_block(day_ends_at="2999-01-01T00:00:00Z"))
    opened = Loopback(book, ORIGIN, given.append)
    yield opened, book
    opened.close()
    book.close()


def ask(
    door: Loopback, path: str, body: object = None, method: str = "", **headers: str | None
) -> tuple[int, Any, dict[str, str]]:
    sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    content = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        f"http://127.0.0.1:{door.port}{path}", data=content, headers=sent, method=method or None
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null"), dict(error.headers)


def of_page(book: Book) -> dict[str, str]:
    return {"Origin": ORIGIN, "Authorization": f"Bearer {book.secret}", "Content_Type": "application/json"}


WISH = {"service": "A", "lane": "regular", "language": "ta", "key": "tap-1"}


def test_the_page_sees_what_is_left_and_takes_a_number(door: tuple[Loopback, Book], given: list[Given]) -> None:
    opened, book = door

    status, ticket, headers = ask(opened, "/tickets", WISH, **of_page(book))

    assert (status, ticket["number"], ticket["ahead"], ticket["wait"]) == (201, "A996", None, None)
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert [one.number for one in given] == ["A996"]
    assert ask(opened, "/block", **of_page(book))[1] == {"left": {"A": 3, "F": 4}}
    assert ask(opened, "/tickets/A996", **of_page(book))[1] == {"printed": None}
    book.ended("A996", "paper_out")
    assert ask(opened, "/tickets/A996", **of_page(book))[1] == {"printed": False}


def test_another_page_another_secret_or_another_name_for_this_pc_gets_nothing(door: tuple[Loopback, Book]) -> None:
    opened, book = door

    for wrong in (
        {"Origin": "http://evil.example"},
        {"Origin": None},
        {"Authorization": "Bearer x"},
        {"Authorization": None},
        {"Host": f"localhost:{opened.port}"},
        {"Host": "evil.example"},
    ):
        status, said, headers = ask(opened, "/tickets", WISH, **(of_page(book) | wrong))
        assert (status, said) == (403, {"code": "not_allowed"}), wrong
        assert "evil" not in headers.get("Access-Control-Allow-Origin", "")
    assert book.given == {}


def test_a_browser_that_asks_first_is_told_who_may(door: tuple[Loopback, Book]) -> None:
    opened, _ = door

    allowed = ask(opened, "/tickets", method="OPTIONS", Origin=ORIGIN)
    refused = ask(opened, "/tickets", method="OPTIONS", Origin="http://evil.example")

    assert (allowed[0], allowed[2]["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert refused[0] == 403
    assert "Access-Control-Allow-Origin" not in refused[2]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"service": "X"} | {k: v for k, v in WISH.items() if k != "service"}, 409, "not_open"),
        ({"service": "A"}, 422, "malformed"),
        (["A"], 422, "malformed"),
        (WISH | {"key": "x" * 101}, 422, "malformed"),
        (WISH | {"key": "x" * 5000}, 413, "too_large"),
    ],
)
def test_what_is_no_wish_gets_no_number(door: tuple[Loopback, Book], body: object, status: int, code: str) -> None:
    opened, book = door

    assert ask(opened, "/tickets", body, **of_page(book))[:2] == (status, {"code": code})
    assert book.given == {}


def test_it_listens_on_this_pc_alone(door: tuple[Loopback, Book]) -> None:
    assert door[0]._http.server_address[0] == "127.0.0.1"
    assert origin_of("https://giliran.office/x?y") == "https://giliran.office"
