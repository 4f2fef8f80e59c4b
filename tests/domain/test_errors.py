"""The tree of refusals is drawn as it is, and every code is its own."""

from __future__ import annotations

import re
from pathlib import Path

from server.domain import errors as module
from server.domain.errors import QueueError, TooEarlyForNoShow, UnknownService
from tests.builders import OPENING


def everyone(of: type[QueueError]) -> list[type[QueueError]]:
    return [of, *(found for child in of.__subclasses__() for found in everyone(child))]


def test_the_drawing_of_the_refusals_is_the_tree_of_the_classes() -> None:
    drawn: list[tuple[str, str | None]] = []
    above: list[str] = []
    for line in (module.__doc__ or "").splitlines():
        if found := re.match(r"( *)([A-Z]\w+)(  .*|)$", line):
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            drawn.append((found[2], above[depth - 1] if depth else None))

    classes = [c for c in everyone(QueueError) if c.__module__ == module.__name__]
    assert drawn[0] == ("QueueError", None)
    assert sorted(drawn[1:]) == sorted((c.__name__, c.__base__.__name__) for c in classes[1:] if c.__base__)


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [c.code for c in everyone(QueueError)]

    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


def test_every_refusal_that_is_drawn_is_given_somewhere() -> None:
    server = Path(__file__).parents[2] / "server"
    given = {name for file in server.rglob("*.py") for name in re.findall(r"raise (\w+)\(", file.read_text("utf-8"))}
    leaves = [c for c in everyone(QueueError) if not c.__subclasses__() and c.__module__ == module.__name__]

    assert [c.__name__ for c in leaves if c.__name__ not in given] == []


def test_a_refusal_names_the_thing() -> None:
    assert str(UnknownService(service="Z")) == "unknown_service: service Z"
    assert UnknownService(service="Z", counter=None).facts == {"service": "Z"}
    assert TooEarlyForNoShow(at=OPENING, calls_left=1).facts == {"at": "2026-03-02T00:00:00Z", "calls_left": 1}
