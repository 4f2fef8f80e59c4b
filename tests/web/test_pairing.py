"""A new screen is let in: by the short code that it shows, or by a link that works once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from config.phrases import table
from server.web.access import DEVICE_COOKIE
from sql.people import PAIRING_LENGTH, PAIRING_SIGNS
from tests.web.conftest import AnOfficeServer, Browser, OfficeServer, refusal

pytestmark = pytest.mark.slow

SCREENS = [
    ("kiosk", "main", "/kiosk/main"),
    ("display", "hall", "/display/hall"),
    ("counter", "K1", "/counter/K1?pair"),
]


def code_on(browser: Browser, path: str) -> str:
    """The code that a screen nobody let in shows."""
    answer = browser.get(path)
    assert answer.status_code == 401, answer.text
    found = re.search(r"data-code>([^<]+)<", answer.text)
    assert found is not None
    return found[1]


def pair(office: OfficeServer, code: str, role: str, *scope: str, name: str = "screen") -> dict[str, object]:
    answer = office.caller("admin").post(
        "/devices/pair", {"code": code, "name": name, "role": role, "scope": list(scope)}
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.get_json()
    return told


def is_let_in(browser: Browser, path: str) -> bool:
    """What the pairing page asks every few seconds."""
    answer = browser.client.get("/pair/status", headers={"Referer": f"http://localhost{path.partition('?')[0]}"})
    assert answer.status_code in (202, 204)
    return answer.status_code == 204


def a_link(office: OfficeServer, device: str, **lasts: float) -> str:
    expires_at = office.clock.now() + timedelta(**(lasts or {"hours": 24}))
    return "/pair/" + office.door.people.add_token(
        "pair", device.replace(":", " "), office.clock.now(), scope=[device], expires_at=expires_at
    )


# ── by a code ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("role", "place", "path"), SCREENS)
def test_a_screen_shows_a_code_is_let_in_and_then_shows_itself(
    office: OfficeServer, role: str, place: str, path: str
) -> None:
    browser = office.browser()
    code = code_on(browser, path)
    assert re.fullmatch(f"[{PAIRING_SIGNS}]{{{PAIRING_LENGTH}}}", code)
    assert not is_let_in(browser, path)

    told = pair(office, code, role, place)

    assert told == {"paired": True, "name": "screen", "role": role, "scope": [place]}
    assert is_let_in(browser, path)
    shown = browser.get(path.partition("?")[0])
    assert shown.status_code == 200
    assert "data-pair" not in shown.text
    assert browser.get("/me").get_json()["scope"] == [place]
    line = office.audit("device_paired")[0]
    assert (line.actor, line.detail["role"], line.detail["scope"]) == ("admin:1", role, place)


def test_the_code_may_be_typed_small_and_with_blanks(office: OfficeServer) -> None:
    browser = office.browser()
    code = code_on(browser, "/kiosk/main")

    pair(office, f" {code.lower()} ", "kiosk")

    assert browser.get("/kiosk/main").status_code == 200


def test_a_device_without_a_named_place_is_bound_to_the_screen_that_it_wanted_to_be(office: OfficeServer) -> None:
    browser = office.browser()

    told = pair(office, code_on(browser, "/display/canteen"), "display")

    assert told["scope"] == ["canteen"]
    refusal(browser.get("/zones/hall/board"), 403, "not_allowed")


def test_a_reload_shows_the_same_code_and_keeps_it_alive(office: OfficeServer) -> None:
    browser = office.browser()
    code = code_on(browser, "/kiosk/main")

    for _ in range(5):
        office.clock.advance(minutes=8)
        assert code_on(browser, "/kiosk/main") == code

    pair(office, code, "kiosk")
    assert is_let_in(browser, "/kiosk/main")


def test_a_code_that_nobody_looks_at_any_more_grows_old(office: OfficeServer) -> None:
    browser = office.browser()
    code = code_on(browser, "/kiosk/main")

    office.clock.advance(minutes=10)

    answer = office.caller("admin").post("/devices/pair", {"code": code, "name": "late", "role": "kiosk"})
    refusal(answer, 404, "pairing_code_unknown")
    assert code_on(browser, "/kiosk/main") != code


def test_a_code_lets_one_screen_in_once(office: OfficeServer) -> None:
    code = code_on(office.browser(), "/kiosk/main")
    pair(office, code, "kiosk")

    answer = office.caller("admin").post("/devices/pair", {"code": code, "name": "again", "role": "kiosk"})

    refusal(answer, 404, "pairing_code_unknown")


def test_pairing_that_is_asked_twice_with_one_key_is_one_pairing(office: OfficeServer) -> None:
    body = {"code": code_on(office.browser(), "/kiosk/main"), "name": "lobby", "role": "kiosk"}

    first, again = (office.caller("admin").post("/devices/pair", body, key="press-1") for _ in range(2))

    assert (first.status_code, again.text) == (200, first.text)
    assert [d["name"] for d in office.caller("admin").get("/devices").get_json()["devices"]] == ["lobby"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": "ZZZZZZ", "name": "x", "role": "kiosk"}, 404, "pairing_code_unknown"),
        ({"code": "ZZZZZZ", "name": "x", "role": "kiosk", "scope": ["roof"]}, 422, "unknown_kiosk"),
        ({"code": "ZZZZZZ", "name": "x", "role": "display", "scope": ["roof"]}, 422, "unknown_zone"),
        ({"code": "ZZZZZZ", "name": "x", "role": "counter", "scope": ["K9"]}, 422, "unknown_counter"),
        ({"code": "ZZZZZZ", "name": "x", "role": "admin"}, 422, "malformed"),
        ({"code": "ZZZZZZ", "name": "x", "role": "integration"}, 422, "malformed"),
        ({"code": "ZZZZZZ", "name": "\u0000", "role": "kiosk"}, 422, "malformed"),
        ({"code": "ZZZZZZ", "name": "   ", "role": "kiosk"}, 422, "malformed"),
        ({"code": "AB\u0000DEF", "name": "x", "role": "kiosk"}, 422, "malformed"),
        ({"code": "Z", "name": "x", "role": "kiosk"}, 422, "malformed"),
    ],
)
def test_a_pairing_that_names_what_is_not_there_is_refused(
    the_office: OfficeServer, body: dict[str, object], status: int, code: str
) -> None:
    refusal(the_office.caller("admin").post("/devices/pair", body), status, code)


def test_two_screens_of_one_browser_are_let_in_one_after_the_other(office: OfficeServer) -> None:
    browser = office.browser()
    kiosk, hall = code_on(browser, "/kiosk/main"), code_on(browser, "/display/hall")

    pair(office, kiosk, "kiosk")

    assert (is_let_in(browser, "/kiosk/main"), is_let_in(browser, "/display/hall")) == (True, True)
    pair(office, hall, "display")
    assert browser.get("/me").get_json()["role"] == "display"
    assert [browser.get(path).status_code for path in ("/kiosk/main", "/display/hall")] == [200, 200]


def test_an_administrator_may_pair_the_very_browser_in_which_they_have_signed_in(office: OfficeServer) -> None:
    office.add_person("Ketua", "admin")
    browser = office.browser()
    browser.sign_in("Ketua")
    code = code_on(browser, "/kiosk/main")

    answer = browser.post("/devices/pair", {"code": code, "name": "lobby", "role": "kiosk"})

    assert answer.status_code == 200
    assert browser.get("/kiosk/main").status_code == 200
    assert browser.get("/admin").status_code == 200


def test_a_screen_that_was_shut_out_shows_a_code_again(office: OfficeServer) -> None:
    browser = office.browser()
    pair(office, code_on(browser, "/kiosk/main"), "kiosk")
    device = office.caller("admin").get("/devices").get_json()["devices"][0]

    office.caller("admin").post(f"/devices/{device['id']}/revoke")

    assert re.fullmatch(r"\w{6}", code_on(browser, "/kiosk/main"))
    refusal(browser.post("/tickets", {"service": "A"}), 401, "not_signed_in")


def test_an_address_may_ask_for_so_many_codes_a_minute(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(pairing_per_minute=3)
    for _ in range(3):
        code_on(office.browser(), "/kiosk/main")

    limited = office.browser().get("/kiosk/main")

    assert limited.status_code == 429
    assert 0 < int(limited.headers["Retry-After"]) <= 60
    assert office.caller("kiosk").get("/kiosk/main").status_code == 200


def test_the_cookie_of_a_device_is_renewed_whenever_its_screen_is_shown(office: OfficeServer) -> None:
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, office.token("display"))

    answer = browser.get("/display/hall")

    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(DEVICE_COOKIE))
    assert f"Max-Age={400 * 86400}" in cookie
    assert "HttpOnly" in cookie


@pytest.mark.parametrize("path", ["/kiosk/roof", "/display/roof", "/counter/K9", "/counter/K9?pair", "/kiosk/%00"])
def test_a_screen_that_the_branch_does_not_have_asks_for_no_pairing(the_office: OfficeServer, path: str) -> None:
    answer = the_office.browser().get(path)

    assert answer.status_code == 404
    assert "data-code" not in answer.text


# ── by a link ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("role", "place", "path"), SCREENS)
def test_a_link_pairs_the_browser_that_opens_it_once(office: OfficeServer, role: str, place: str, path: str) -> None:
    link, browser, path = a_link(office, f"{role}:{place}"), office.browser(), path.partition("?")[0]

    answer = browser.get(link)

    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert browser.get(path).status_code == 200
    assert browser.get("/me").get_json() | {"rights": 0, "name": 0} == {
        "role": role, "scope": [place], "person": None, "rights": 0, "name": 0,
    }  # fmt: skip
    second = office.browser().get(link)
    assert second.status_code == 404
    assert table()["refusal.link_expired"]["ms"] in second.text
    assert len(office.audit("device_paired")) == 1


def test_looking_at_a_link_without_opening_it_does_not_use_it_up(office: OfficeServer) -> None:
    link = a_link(office, "kiosk:main")

    assert office.browser().client.head(link).status_code == 405

    assert office.browser().get(link).status_code == 303


def test_a_link_grows_old(office: OfficeServer) -> None:
    link = a_link(office, "kiosk:main")

    office.clock.advance(hours=24)

    assert office.browser().get(link).status_code == 404


def test_another_link_leaves_the_browsers_other_screens_as_they_are(office: OfficeServer) -> None:
    browser = office.browser()

    for device in ("kiosk:main", "display:hall", "display:canteen", "counter:K1", "counter:K2"):
        assert browser.get(a_link(office, device)).status_code == 303

    paths = ("/kiosk/main", "/display/hall", "/display/canteen", "/counter/K1", "/counter/K2")
    assert [browser.get(path).status_code for path in paths] == [200] * 5
    browser.get("/kiosk/main")
    assert browser.post("/tickets", {"service": "A"}, page="/kiosk/main").status_code == 201


@pytest.mark.parametrize("secret", ["guess", "%00", "a" * 3000, "%ED%A0%80"])
def test_a_guessed_link_pairs_nobody(the_office: OfficeServer, secret: str) -> None:
    browser = the_office.browser()

    assert browser.get(f"/pair/{secret}").status_code == 404
    assert browser.cookie(DEVICE_COOKIE) is None
