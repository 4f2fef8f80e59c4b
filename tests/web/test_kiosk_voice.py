"""Where a kiosk's page finds the clips of what it says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import OfficeServer
from tests.web.test_api_notices import AnAnnouncer


def ask(office: OfficeServer, what: str, role: str | None = "kiosk") -> Any:
    return office.caller(role).get(f"/kiosk/main/voice/{what}")


def test_a_kiosk_is_led_to_the_clip_of_what_it_says(office: OfficeServer) -> None:
    voice = AnAnnouncer()
    office.door.announcer = voice  # type: ignore[assignment]

    answer = ask(office, "en/kiosk.services.wav")

    assert (answer.status_code, answer.location) == (302, "/clips/en.wav")
    assert answer.cache_control.max_age == 300
    assert voice.speaker.asked == [("en",)]


def test_what_cannot_be_said_is_not_found_and_asks_nothing_of_the_voice(office: OfficeServer) -> None:
    voice = AnAnnouncer()
    office.door.announcer = voice  # type: ignore[assignment]

    for what in ("en/a.call.wav", "fr/kiosk.services.wav", "en/kiosk.waiting.n.wav?n=x"):
        assert ask(office, what).status_code == 404
    assert office.caller("kiosk").get("/kiosk/other/voice/en/kiosk.services.wav").status_code == 404
    assert voice.speaker.asked == []
    assert ask(office, "ta/kiosk.services.wav").status_code == 404, "this voice has no Tamil"


def test_an_office_without_a_voice_shows_no_key_for_it(office: OfficeServer) -> None:
    assert ask(office, "en/kiosk.services.wav").status_code == 404
    assert 'data-setting="voice"' not in office.caller("kiosk").get("/kiosk/main").text


@pytest.mark.parametrize("role", [None, "display", "counter"])
def test_only_a_kiosk_has_itself_spoken(office: OfficeServer, role: str | None) -> None:
    office.door.announcer = AnAnnouncer()  # type: ignore[assignment]

    assert ask(office, "en/kiosk.services.wav", role).status_code in (401, 403)


def test_a_kiosk_that_asks_without_end_is_stopped(office: OfficeServer) -> None:
    office.door.announcer = AnAnnouncer()  # type: ignore[assignment]

    answers = [ask(office, f"en/kiosk.waiting.n.wav?n={n}").status_code for n in range(241)]

    assert answers == [302] * 240 + [429]
