"""What a kiosk says aloud: its own phrases, the branch's names, figures, and nothing that anybody hands in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config import phrases
from kiosk.saying import Saying, saying
from server.domain.branch import Zone
from server.domain.notices import LONGEST_S, seconds_of
from tests.builders import a_branch

NOW = datetime(2026, 3, 2, 2, 42, tzinfo=UTC)
LANGUAGES = ("ms", "en", "zh", "ta")


def said(key: str, language: str = "ms", **asked: str) -> Saying | None:
    hall = Zone("hall", {"ms": "Ruang menunggu", "en": "Waiting hall"})
    branch = a_branch(zones=(hall,))
    return saying(key, language, asked, branch=branch, zone="hall", phrases=phrases.table(), now=NOW)


@pytest.mark.parametrize(
    ("key", "language", "asked", "text"),
    [
        ("kiosk.waiting.n", "en", {"n": "7"}, "7 people waiting"),
        ("kiosk.wait.range", "ms", {"a": "5", "b": "15"}, "5 hingga 15 minit"),
        ("kiosk.wait.range", "zh", {"a": "5", "b": "15"}, "5 到 15 分钟"),
        ("kiosk.voice.number", "ms", {"number": "A012"}, "Nombor giliran anda: A, kosong, satu, dua."),
        ("kiosk.voice.number", "en", {"number": "A012"}, "Your queue number: A, zero, one, two."),
        ("kiosk.sit", "en", {}, "Please take a seat: Waiting hall."),
        ("kiosk.closed_until", "en", {"at": "2026-03-02T06:00:00.000Z"}, "Closed until 2.00 pm"),
        ("kiosk.lane.disabled", "ms", {}, "Orang kurang upaya, OKU"),
        ("kiosk.voice.language", "ta", {}, "தமிழ்"),
    ],
)
def test_a_saying_is_a_phrase_of_the_kiosk_as_ears_want_it(
    key: str, language: str, asked: dict[str, str], text: str
) -> None:
    assert said(key, language, **asked) == (language, text)


def test_a_name_that_nobody_has_translated_is_said_in_malay() -> None:
    service = a_branch().services[0]

    assert said("service", "ta", service=service.code) == ("ms", service.name["ms"])


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("a.call", {}),
        ("display.start", {}),
        ("kiosk.no_such", {}),
        ("kiosk.waiting.n", {}),
        ("kiosk.waiting.n", {"n": "many people, all of them cheats"}),
        ("kiosk.waiting.n", {"n": "1000"}),
        ("kiosk.waiting.n", {"n": "-1"}),
        ("kiosk.voice.number", {"number": "HELLO"}),
        ("kiosk.closed_until", {"at": "soon"}),
        ("kiosk.closed_until", {"at": "2026-03-02T06:00:00"}),
        ("kiosk.closed_until", {"at": "2036-03-02T06:00:00Z"}),
        ("kiosk.further", {"services": "X,Y"}),
        ("kiosk.bring", {"service": "X"}),
        ("service", {"service": "X"}),
        ("refusal.malformed", {"words": "anything"}),
    ],
)
def test_nothing_else_is_said(key: str, asked: dict[str, str]) -> None:
    assert key == "refusal.malformed" or said(key, **asked) is None
    assert said(key, "fr", **asked) is None


def test_every_phrase_of_the_kiosk_can_be_said_in_every_language_within_the_longest_clip() -> None:
    values = {
        "n": "20", "m": "4", "a": "35", "b": "55", "x": "15", "number": "A012", "at": "2026-03-02T06:00:00Z",
        "service": "A", "services": "A",
    }  # fmt: skip
    unspoken = {"kiosk.bring"}  # the branch of this test says nothing of what to bring

    for key in phrases.table():
        if not key.startswith("kiosk.") or key in unspoken:
            continue
        for language in LANGUAGES:
            found = said(key, language, **values)
            assert found is not None, (key, language)
            assert "{" not in found.text, found
            assert seconds_of(found.text, language) < LONGEST_S, found
