"""A customer gives the number back from the phone, asked once more, with a script or without."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Browser, OfficeServer
from tests.web.test_phone import at_counter, page, slot, take


def cancelled(browser: Browser, url: str, **fields: str) -> tuple[int, str]:
    browser.get(url)
    answer = browser.submit(f"{url}/leave", fields)
    return answer.status_code, answer.headers.get("Location", "")


def test_a_number_given_back_is_out_of_the_line_and_the_page_says_so(office: OfficeServer) -> None:
    first, second = take(office), take(office)

    assert cancelled(office.browser(), first["url"]) == (303, first["url"])

    assert slot(page(office, first), "sentence") == "Nombor ini telah dibatalkan."
    assert slot(page(office, second), "ahead") == "Giliran anda selepas ini"
    assert "data-leave" not in page(office, first)


def test_a_second_tap_finds_it_given_back_already(office: OfficeServer) -> None:
    ticket, browser = take(office), office.browser()

    assert [cancelled(browser, ticket["url"])[0] for _ in range(2)] == [303, 303]

    assert office.door.office.floor.seq == 2
    assert list(office.door.office.floor.open_tickets()) == []


def test_whoever_is_served_is_not_asked_and_may_not(office: OfficeServer) -> None:
    ticket = take(office)
    at_counter(office, "open", "next", "serve")

    assert re.search(r"data-leave hidden", page(office, ticket))
    assert cancelled(office.browser(), ticket["url"])[0] == 303
    assert office.caller("kiosk").get(f"/tickets/{ticket['id']}").get_json()["status"] == "serving"


def test_another_page_cannot_give_it_back(office: OfficeServer) -> None:
    ticket, browser = take(office), office.browser()
    browser.get(ticket["url"])

    assert browser.submit(f"{ticket['url']}/leave", {}, csrf="").status_code == 400
    assert 'data-state="soon"' in page(office, ticket)


@pytest.mark.parametrize("token", ["x" * 22, "..", "%00"])
def test_an_unknown_address_gives_nothing_back(office: OfficeServer, token: str) -> None:
    assert office.browser().submit(f"/t/{token}/leave", {}).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "Yes, cancel it"), ("zh", "是，取消"), ("ta", "ஆம், ரத்து செய்")])
def test_it_is_asked_in_the_language_of_the_page_and_answers_in_it(
    office: OfficeServer, language: str, words: str
) -> None:
    ticket, browser = take(office), office.browser()
    browser.get(ticket["url"])

    assert words in browser.get(f"{ticket['url']}?language={language}").text
    answer = browser.submit(f"{ticket['url']}/leave?language={language}", {})
    assert answer.headers["Location"] == f"{ticket['url']}?language={language}"
