"""Notices over the API: who may tell, what stands on the boards, how it will sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.branch_file import EXAMPLE
from config.phrases import LANGUAGES
from server.domain.announcement import Message
from server.web.dto import NoticeWords
from tests.web.conftest import AnOfficeServer, OfficeServer, refusal

CLOSING = {"template": "a.close", "time": "16:30"}


@dataclass
class Made:
    languages: Sequence[str]
    clips: Sequence[Path]


class AVoice:
    """Speaks every language but Tamil."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def request(
        self, said: Message, languages: Sequence[str], on_ready: Callable[[Any], None], *, is_pressing: bool = True
    ) -> None:
        self.asked.append(tuple(languages))
        made = [language for language in languages if language != "ta"]
        on_ready(Made(made, [Path("chime.wav"), *(Path(f"{language}.wav") for language in made)]))


class AnAnnouncer:
    def __init__(self) -> None:
        self.speaker = AVoice()


def board(office: OfficeServer, zone: str = "hall") -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = office.caller("display").get(f"/zones/{zone}/board").get_json()["notices"]
    return told


def test_the_office_s_own_texts_are_offered_and_told_like_the_others(an_office_server: AnOfficeServer) -> None:
    car = """[[notice]]
code = "car"
text = {ms = "Pemilik kereta, sila alihkan kenderaan.", en = "Will the owner please move the car."}
minutes = 10
spoken = false
"""
    office = an_office_server(branch=EXAMPLE.read_text(encoding="utf-8") + "\n" + car)
    supervisor = office.caller("supervisor")
    own = supervisor.get("/notices").get_json()["templates"][-1]
    assert (own["template"], own["minutes"], own["spoken"]) == ("own:car", 10, False)

    told = supervisor.post("/notices", {"template": "own:car", "minutes": 10, "spoken": False})

    assert told.status_code == 201
    assert board(office)[0]["text"]["en"] == "Will the owner please move the car."
    refusal(supervisor.post("/notices", {"template": "own:bus"}), 422, "malformed")


def test_what_is_told_stands_on_the_boards_until_it_ends(office: OfficeServer) -> None:
    made = office.caller("supervisor").post("/notices", {"template": "a.delay", "minutes": 10})

    assert made.status_code == 201
    (standing,) = board(office)
    assert standing == made.get_json()
    assert standing["text"]["ms"].startswith("Perhatian. Masa menunggu")
    assert sorted(standing["text"]) == ["en", "ms", "ta", "zh"]
    assert standing["until"] == "2026-03-02T00:10:00.000Z"
    office.clock.advance(minutes=10)
    assert board(office) == []


def test_a_template_names_its_time_as_each_language_says_it(office: OfficeServer) -> None:
    text = office.caller("manager").post("/notices", CLOSING).get_json()["text"]

    assert "pukul 4.30 petang" in text["ms"]
    assert "at 4.30 pm" in text["en"]
    assert "下午4:30" in text["zh"]


def test_the_newest_notice_stands_first_and_what_is_taken_back_is_gone(office: OfficeServer) -> None:
    supervisor = office.caller("supervisor")
    supervisor.post("/notices", {"text": {"ms": "Satu."}})
    second = supervisor.post("/notices", {"text": {"ms": "Dua."}}).get_json()

    assert [one["text"]["ms"] for one in board(office)] == ["Dua.", "Satu."]
    assert supervisor.post(f"/notices/{second['id']}/withdraw", {}).status_code == 204
    assert [one["text"]["ms"] for one in board(office)] == ["Satu."]
    refusal(supervisor.post(f"/notices/{second['id']}/withdraw", {}), 404, "unknown_notice")


@pytest.mark.parametrize("role", ["kiosk", "display", "counter", "officer", "admin", "auditor"])
def test_others_may_not_tell(office: OfficeServer, role: str) -> None:
    for path, body in (("", CLOSING), ("/preview", CLOSING), ("/1/withdraw", {})):
        refusal(office.caller(role).post(f"/notices{path}", body), 403, "not_allowed")
    assert board(office) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"template": "a.secret"}, "malformed"),
        ({"template": "a.close"}, "malformed"),
        ({"template": "a.close", "time": "24:00"}, "malformed"),
        ({}, "malformed"),
        ({"text": {"en": "Attention."}}, "malformed"),
        ({"text": {"ms": "Perhatian.", "fr": "Attention."}}, "malformed"),
        ({"text": {"ms": "Perhatian."}, "minutes": 0}, "malformed"),
        ({"text": {"ms": "Perhatian."}, "zones": ["roof"]}, "unknown_zone"),
        ({"text": {"ms": "Kebakaran."}}, "not_for_fire"),
        ({"text": {"ms": "Sila tunggu, kami mohon maaf. " * 9}}, "notice_too_long"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(office: OfficeServer, body: dict[str, Any], code: str) -> None:
    refusal(office.caller("supervisor").post("/notices", body), 422, code)


def test_the_fifth_in_an_hour_is_refused_and_says_from_when(office: OfficeServer) -> None:
    supervisor = office.caller("supervisor")
    for _ in range(4):
        assert supervisor.post("/notices", {"text": {"ms": "Perhatian."}}).status_code == 201

    told = refusal(supervisor.post("/notices", {"text": {"ms": "Perhatian."}}), 409, "too_many_notices")

    assert told["at"] == "2026-03-02T01:00:00Z"
    assert supervisor.post("/notices", {"text": {"ms": "Perhatian."}, "spoken": False}).status_code == 201
    told = supervisor.get("/notices").get_json()
    assert (told["spoken_lately"], told["most_an_hour"], told["next_spoken_at"]) == (4, 4, "2026-03-02T01:00:00.000Z")
    assert [one["spoken"] for one in told["standing"]] == [False, True, True, True, True]


def test_a_repeated_request_tells_it_once(office: OfficeServer) -> None:
    supervisor = office.caller("supervisor")

    answers = [supervisor.post("/notices", CLOSING, headers={"Idempotency-Key": "once"}).get_json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(board(office)) == 1


def test_a_preview_tells_nobody_and_has_a_clip_of_each_language_that_is_spoken(office: OfficeServer) -> None:
    office.door.announcer = AnAnnouncer()  # type: ignore[assignment]

    told = office.caller("supervisor").post("/notices/preview", {"template": "a.delay"}).get_json()

    assert {one["language"]: one["clip"] for one in told["languages"]} == {
        "ms": "/clips/ms.wav", "en": "/clips/en.wav", "zh": "/clips/zh.wav", "ta": None,
    }  # fmt: skip
    assert all(4 < one["seconds"] < 20 for one in told["languages"])
    assert told["zones"][0]["spoken_in"] == ["ms", "en"]
    assert board(office) == []


def test_a_key_that_is_none_is_refused_though_a_preview_would_harm_nobody(office: OfficeServer) -> None:
    headers = {"Idempotency-Key": "a key"}

    refusal(office.caller("supervisor").post("/notices/preview", CLOSING, headers=headers), 422, "malformed")


def test_words_may_be_given_in_every_language_of_the_screens() -> None:
    assert tuple(NoticeWords.model_fields) == LANGUAGES


def test_an_office_without_a_voice_previews_the_words(office: OfficeServer) -> None:
    told = office.caller("supervisor").post("/notices/preview", CLOSING).get_json()

    assert {one["clip"] for one in told["languages"]} == {None}


def test_the_templates_are_offered_in_every_language(office: OfficeServer) -> None:
    told = office.caller("manager").get("/notices").get_json()

    assert [(one["template"], one["needs_time"]) for one in told["templates"]] == [
        ("a.delay", False), ("a.close", True), ("down", True), ("a.prio", False),
    ]  # fmt: skip
    assert all(sorted(one["text"]) == ["en", "ms", "ta", "zh"] for one in told["templates"])
