"""Text that databases do not keep alike (NUL, half characters, very long names) is answered the same by both."""

from __future__ import annotations

import pytest

from tests.servers import PASSWORD
from tests.web.conftest import AnOfficeServer, OfficeServer, refusal

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def office_on(request: pytest.FixtureRequest, an_office_server: AnOfficeServer) -> OfficeServer:
    if request.param == "sqlite":
        return an_office_server()
    return an_office_server(database=request.getfixturevalue("postgresql_url"))


def test_no_address_no_name_and_no_code_reaches_the_database_and_breaks(office_on: OfficeServer) -> None:
    stranger, admin, kiosk = office_on.caller(), office_on.caller("admin"), office_on.caller("kiosk")
    counter, display = office_on.caller("counter"), office_on.caller("display")
    for text in ("%00", "a%00b", "%ED%A0%80", "%FF", "a" * 3000, "%F0%9F%98%80", "%25", "'"):
        short = text if len(text) < 40 else "a" * 40
        assert stranger.get(f"/t/{text}").status_code == 404
        assert stranger.get(f"/setup/{text}").status_code == 404
        assert stranger.get(f"/pair/{text}").status_code == 404
        assert stranger.get(f"/kiosk/{text}").status_code == 404
        refusal(counter.post(f"/counters/{short}/next"), 404, "unknown_counter")
        refusal(display.get(f"/zones/{short}/board"), 404, "unknown_zone")
        refusal(kiosk.get(f"/kiosks/{short}/unprinted"), 404, "unknown_kiosk")
    for text in ("\0", "a\0b", "\ud800", "a" * 5000, "\u202e", "😀"):
        typed = text.encode("utf-8", "replace").decode()
        assert office_on.browser().sign_in(typed, typed).status_code in (401, 429)
        for body in (
            {"name": text, "role": "officer", "password": PASSWORD},
            {"name": "Aminah", "role": "officer", "password": text},
            {"code": text, "name": "screen", "role": "kiosk"},
        ):
            path = "/devices/pair" if "code" in body else "/people"
            assert admin.post(path, body, key="key-1").status_code in (201, 404, 409, 422)
        for path, what in (("hold", "reason"), ("transfer", "note"), ("close", "reason"), ("call", "number")):
            assert counter.post(f"/counters/K1/{path}", {what: text}).status_code in (404, 409, 422)


def test_a_device_with_the_longest_name_takes_a_number(office_on: OfficeServer) -> None:
    kiosk = office_on.caller("kiosk", name="k" * 80)

    taken = [kiosk.post("/tickets", {"service": "A"}, key="k" * 200) for _ in range(2)]

    assert [answer.get_json()["number"] for answer in taken] == ["A001", "A001"]
    refusal(kiosk.get("/people"), 403, "not_allowed")
    assert office_on.audit("refused:not_allowed")[0].actor == ("kiosk:" + "k" * 80)[:80]


def test_reasons_and_notes_are_kept_as_they_were_said(office_on: OfficeServer) -> None:
    kiosk, counter = office_on.caller("kiosk"), office_on.caller("counter")
    kiosk.post("/tickets", {"service": "A"})
    counter.post("/counters/K1/open")
    counter.post("/counters/K1/next")
    said = "ஆவணம் 文件 Zoë – 😀"

    answer = counter.post("/counters/K1/transfer", {"service": "F", "note": said})

    assert answer.status_code == 200
    counter.post("/counters/K1/next")
    assert counter.get("/counters/K1").get_json()["ticket"]["note"] == said
