"""Numbers from outside, by their page and by the API: off unless the branch says so, limited, and met on arrival."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from server.web.check_in_code import code_at
from tests.web.conftest import Browser, OfficeServer, refusal

pytestmark = pytest.mark.slow

OfficeMaker = Callable[..., OfficeServer]

FILE = """\
[branch]
code = "KL01"
name = {ms = "Kaunter Utama", en = "Main counter"}

[join]
enabled = true
per_address = 3
most = 4

[[service]]
code = "A"
name = {ms = "Sijil", en = "Certificates"}

[[counter]]
code = "K1"
services = ["A"]
"""


@pytest.fixture
def office(an_office_server: OfficeMaker) -> OfficeServer:
    return an_office_server(branch=FILE)


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def joined(office: OfficeServer, **fields: str) -> tuple[Browser, Any]:
    browser = office.browser()
    page = browser.get("/join")
    assert page.status_code == 200
    return browser, browser.submit("/join", {"service": "A", "key": key_of(page.text)} | fields)


def code_of(office: OfficeServer) -> str:
    from server.web.joining import own_secret

    with office.app.app_context():
        return code_at(own_secret("check-in"), "KL01", office.clock.now())


def test_an_office_that_does_not_say_so_has_no_such_page(an_office_server: OfficeMaker) -> None:
    office = an_office_server()
    browser = office.browser()
    browser.get("/")

    assert browser.get("/join").status_code == 404
    assert browser.submit("/join", {"service": "A", "key": "k" * 20}).status_code == 404
    assert browser.get("/here/whatever").status_code == 404
    asker = office.caller("integration", ["join"])
    refusal(asker.post("/tickets", {"service": "A", "channel": "online"}), 409, "not_from_outside")
    assert office.door.office.floor.seq == 0


def test_somebody_outside_takes_a_number_and_is_led_to_its_page(office: OfficeServer) -> None:
    browser, answer = joined(office, priority="1")

    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"])
    assert "A001" in page.text
    assert "Tempat anda disimpan" in page.text
    (ticket,) = office.door.office.floor.absent()
    assert (ticket.channel, ticket.lane, ticket.is_absent) == ("online", "priority", True)


def test_the_page_says_how_long_it_takes_before_the_number_is_taken(office: OfficeServer) -> None:
    page = office.browser().get("/join?language=en").text

    assert "Certificates" in page
    assert re.search(r'class="join__wait">[^<]{8,}<', page)
    assert "scanned the code" in page


def test_a_second_tap_gets_the_first_one_s_number_and_counts_once(office: OfficeServer) -> None:
    browser = office.browser()
    key = key_of(browser.get("/join").text)

    answers = [browser.submit("/join", {"service": "A", "key": key}) for _ in range(5)]

    assert {answer.headers["Location"] for answer in answers} == {answers[0].headers["Location"]}
    assert len(office.door.office.floor.absent()) == 1
    assert [joined(office)[1].status_code for _ in range(3)] == [303, 303, 429]


def test_the_limit_of_an_address_is_told_in_words_and_passes_with_the_hour(office: OfficeServer) -> None:
    for _ in range(3):
        joined(office)

    _, refused = joined(office)

    assert refused.status_code == 429
    assert "Had nombor" in refused.text
    assert len(office.door.office.floor.absent()) == 3
    office.clock.advance(hours=1)
    assert joined(office)[1].status_code == 303


def test_what_was_refused_does_not_count(office: OfficeServer) -> None:
    for _ in range(5):
        assert joined(office, service="Z")[1].status_code == 422

    assert joined(office)[1].status_code == 303


@pytest.mark.parametrize(
    ("fields", "status"), [({"service": ""}, 422), ({"key": "short"}, 422), ({"phone": "0123456789"}, 409)]
)
def test_what_the_form_cannot_mean_is_refused_with_words(
    office: OfficeServer, fields: dict[str, str], status: int
) -> None:
    _, answer = joined(office, **fields)

    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert office.door.office.floor.seq == 0


def test_without_the_page_s_own_token_no_number_is_given(office: OfficeServer) -> None:
    browser = office.browser()
    key = key_of(browser.get("/join").text)

    assert browser.submit("/join", {"service": "A", "key": key}, csrf="").status_code == 400
    assert office.door.office.floor.seq == 0


def test_no_address_and_no_telephone_is_in_the_database_or_the_journal(office: OfficeServer) -> None:
    joined(office)

    office.door.office.store.catch_up()
    with office.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert "127.0.0.1" not in dump


def test_whoever_scans_the_hall_s_code_checks_in_with_one_button(office: OfficeServer) -> None:
    browser, answer = joined(office)
    code = code_of(office)

    page = browser.get(f"/here/{code}?language=en")
    assert "A001" in page.text
    assert "Yes, I am here" in page.text
    assert office.door.office.floor.absent()  # looking changes nothing

    arrived = browser.submit(f"/here/{code}", {})

    assert arrived.status_code == 303
    assert arrived.headers["Location"] == answer.headers["Location"].partition("?")[0]
    assert office.door.office.floor.absent() == []
    assert browser.submit(f"/here/{code}", {}).status_code == 303  # a second tap


def test_another_browser_checks_in_by_the_number_and_is_not_shown_its_page(office: OfficeServer) -> None:
    joined(office)
    other = office.browser()
    code = code_of(office)
    other.get(f"/here/{code}")

    assert other.submit(f"/here/{code}", {"number": "A999"}).status_code == 404
    arrived = other.submit(f"/here/{code}", {"number": "a001"})

    assert (arrived.status_code, "A001" in arrived.text) == (200, True)
    assert "/t/" not in arrived.text
    assert office.door.office.floor.absent() == []


@pytest.mark.parametrize(("spoil", "status"), [("forged", 403), ("old", 410), ("other", 403)])
def test_a_code_that_is_forged_or_too_old_checks_nobody_in(office: OfficeServer, spoil: str, status: int) -> None:
    browser, _ = joined(office)
    code = code_of(office)
    browser.get(f"/here/{code}")
    if spoil == "old":
        office.clock.advance(minutes=5)
    if spoil == "forged":
        code = code[:-1] + ("a" if code[-1] != "a" else "b")
    if spoil == "other":
        code = code_at(b"s" * 32, "KL01", office.clock.now())

    answer = browser.submit(f"/here/{code}", {})

    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert len(office.door.office.floor.absent()) == 1


def test_the_code_is_shown_to_the_hall_s_screens_and_to_nobody_else(office: OfficeServer) -> None:
    assert office.caller().get("/here.svg").status_code == 401
    assert office.caller("counter").get("/here.svg").status_code == 200
    picture = office.caller("display").get("/here.svg")
    assert picture.status_code == 200
    assert picture.text.lstrip().startswith("<?xml")
    assert picture.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("page", "role"), [("/kiosk/main", "kiosk"), ("/display/hall", "display")])
def test_the_kiosk_and_the_hall_show_the_code_where_people_may_join_and_only_there(
    office: OfficeServer, an_office_server: OfficeMaker, page: str, role: str
) -> None:
    assert "data-check-in" in office.caller(role).get(page).text
    assert "data-check-in" not in an_office_server().caller(role).get(page).text


def test_an_integration_takes_a_number_for_somebody_outside(office: OfficeServer) -> None:
    asker = office.caller("integration", ["join"])

    taken = asker.post("/tickets", {"service": "A", "channel": "online", "language": "en"}, key="one")
    again = asker.post("/tickets", {"service": "A", "channel": "online", "language": "en"}, key="one")

    assert (taken.status_code, taken.get_json()["channel"], taken.get_json()["here"]) == (201, "online", False)
    assert again.get_json() == taken.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [asker.post("/tickets", {"service": "A", "channel": "sms"}).status_code for _ in range(3)] == [201] * 3
    refusal(asker.post("/tickets", {"service": "A", "channel": "online"}), 409, "too_many_joined")


def test_nobody_joins_without_a_token_for_it(office: OfficeServer) -> None:
    body = {"service": "A", "channel": "online"}

    refusal(office.caller().post("/tickets", body), 401, "not_signed_in")
    for role in ("kiosk", "officer", "counter"):
        refusal(office.caller(role).post("/tickets", body), 403, "not_allowed")
    refusal(office.caller("integration", ["issue"]).post("/tickets", body), 403, "not_allowed")
    refusal(office.caller("integration", ["join"]).post("/tickets", {"service": "A"}), 403, "not_allowed")
    asker = office.caller("integration", ["join"])
    refusal(asker.post("/tickets", body | {"lane": "emergency"}), 403, "not_allowed")
    refusal(asker.post("/tickets", body | {"kiosk": "main"}), 422, "malformed")
    refusal(office.caller("kiosk").post("/tickets", {"service": "A", "phone": "0123456789"}), 422, "malformed")


def test_an_officer_checks_in_whoever_stands_there_and_only_once(office: OfficeServer) -> None:
    taken = office.caller("integration", ["join"]).post("/tickets", {"service": "A", "channel": "online"})
    ticket = taken.get_json()["id"]
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    refusal(counter.post("/counters/K1/call", {"number": "A001", "reason": "asked"}), 409, "not_here")

    assert counter.post(f"/tickets/{ticket}/check-in").get_json()["here"] is True
    refusal(counter.post(f"/tickets/{ticket}/check-in"), 409, "already_here")
    refusal(counter.post("/tickets/999/check-in"), 404, "unknown_ticket")
    assert counter.post("/counters/K1/next").get_json()["number"] == "A001"


def test_whoever_was_passed_over_reads_until_when_the_number_is_kept(office: OfficeServer) -> None:
    browser, answer = joined(office)
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    assert counter.post("/counters/K1/next").status_code == 204

    page = browser.get(answer.headers["Location"]).text

    assert "Giliran anda sudah sampai. Daftar tiba sebelum 8.15 pagi" in page
