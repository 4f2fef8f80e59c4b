"""An office to practise in says so on every page and slip, lets no message out, and stays one (X12)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from config.branch_file import EXAMPLE
from config.phrases import LANGUAGES, say
from server.office_folder import find_folder
from server.practice import practice_text
from server.serving import courier_of, mailer_of, pusher_of
from server.web.own_cookies import inward, outward
from server.web.plan_desk import Desk
from server.web.plan_words import Words
from tests.web.conftest import OfficeServer

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
REAL = EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def practice(an_office_server: partial[OfficeServer]) -> OfficeServer:
    return an_office_server(branch=practice_text(REAL))


def test_every_page_and_slip_says_that_it_is_practice_in_four_languages(practice: OfficeServer) -> None:
    for role, path in (
        ("kiosk", "/kiosk/main"), ("display", "/display/hall"), ("display", "/display/canteen"),
        ("counter", "/counter/K1"), (None, "/"), (None, "/login"),
    ):  # fmt: skip
        page = practice.caller(role).get(path).text
        assert 'class="practice"' in page, path
        assert "<title>LATIHAN · " in page, path
    kiosk = practice.caller("kiosk")
    ticket = kiosk.post("/tickets", {"service": "A", "language": "ta"}).get_json()
    for language in LANGUAGES:
        page = practice.caller().get(f"{ticket['url']}?language={language}").text
        assert f'class="practice" aria-label="{say("practice.mark", language)}"' in page
    (slip,) = kiosk.get("/kiosks/main/unprinted").get_json()["tickets"]
    assert slip["practice"] is True


def test_the_real_office_says_nothing_of_practice(the_office: OfficeServer) -> None:
    for path in ("/", "/login"):
        assert "practice" not in the_office.caller().get(path).text


def test_no_message_leaves_it_whatever_its_settings_say(practice: OfficeServer) -> None:
    settings = practice.door.settings.model_copy(update={
        "sms_gateway": "http", "push_contact": "mailto:it@kl01.example", "smtp_host": "127.0.0.1",
    })  # fmt: skip
    opened = find_folder(practice.door.settings)

    assert courier_of(settings, practice.door, "http://127.0.0.1") is None
    assert pusher_of(settings, opened, practice.door) is None
    assert mailer_of(settings, opened, practice.door, "http://127.0.0.1") is None
    opened.engine.dispose()


def test_an_administrator_cannot_take_the_mark_away(practice: OfficeServer) -> None:
    person = practice.door.people.add_person("Aminah", "admin", None, NOW)
    asker = practice.door.people.identify(
        practice.door.people.add_token("session", "Aminah", NOW, person=person.id), NOW
    )
    assert asker is not None
    with practice.app.app_context():
        desk = Desk(practice.door, asker, Words("en", practice.door.office.floor.branch.timezone), NOW)
        value = {key: each for key, each in desk.raw["branch"].items() if key != "practice"}

        assert not desk.keep("branch", value, 1)
        assert desk.keep("branch", {**value, "hotline": "03-1"}, 1)
        assert desk.drafted["branch"]["practice"] is True


def test_who_signs_in_there_stays_signed_in_at_the_real_office() -> None:
    sent = "giliran_person=real; latihan_person=trainee; giliran_language=ta; other=1"

    assert inward(sent) == "giliran_person=trainee; giliran_language=ta; other=1"
    assert outward("Set-Cookie", "giliran_person=x; Path=/") == "latihan_person=x; Path=/"
    assert outward("Set-Cookie", "giliran_language=ta") == "giliran_language=ta"
    assert outward("Location", "giliran_person=x") == "giliran_person=x"
