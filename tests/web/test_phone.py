"""The page behind the code on the slip: the right sentence in every state, in its own language, and nobody's secret."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from tests.web.conftest import OfficeServer


def take(office: OfficeServer, service: str = "A", **asked: str) -> dict[str, Any]:
    answer = office.caller("kiosk").post("/tickets", {"service": service, **asked})
    found: dict[str, Any] = answer.get_json()
    return found


def page(office: OfficeServer, ticket: dict[str, Any], query: str = "") -> str:
    answer = office.caller().get(ticket["url"] + query)
    assert answer.status_code == 200, answer.text
    return answer.text


def slot(html: str, name: str) -> str:
    found = re.search(rf'data-slot="{name}">(.*?)<', html)
    assert found, name
    return unescape(found[1])


def said(html: str) -> tuple[str, ...]:
    return tuple(slot(html, name) for name in ("number", "sentence", "ahead", "wait"))


def at_counter(office: OfficeServer, *steps: str) -> None:
    for step in steps:
        answer = office.caller("counter").post(f"/counters/K1/{step}")
        assert answer.status_code == 200, answer.text


def test_who_waits_reads_number_place_range_and_the_time_of_it(office: OfficeServer) -> None:
    at_counter(office, "open")
    *_, last = [take(office) for _ in range(5)]
    office.foresee()

    html = page(office, last)

    assert said(html) == ("A005", "Anda dalam giliran.", "4 orang di hadapan anda", slot(html, "wait"))
    assert re.fullmatch(r"Kira-kira \d+ minit, antara \d+ dan \d+", slot(html, "wait"))
    assert re.fullmatch(r"Dikemas kini pada \d+\.\d\d \w+", slot(html, "as_of"))


def test_without_a_counter_the_page_says_that_there_is_none_and_gives_no_figure(office: OfficeServer) -> None:
    *_, last = [take(office, language="en") for _ in range(5)]
    office.foresee()

    told = office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()

    assert slot(page(office, last), "wait") == "No counter is open or planned for this service"
    assert (told["wait"], told["wait_reason"]) == (None, "no_counter")


def test_a_ticket_that_waits_no_more_has_no_wait_and_needs_no_excuse(office: OfficeServer) -> None:
    ticket = take(office)
    at_counter(office, "open", "next")

    told = office.caller("kiosk").get(f"/tickets/{ticket['id']}").get_json()

    assert (told["status"], told["wait"], told["wait_reason"]) == ("called", None, None)


def test_who_is_nearly_next_is_told_to_come_back(office: OfficeServer) -> None:
    ticket = take(office, language="en")

    assert said(page(office, ticket)) == (
        "A001", "Almost your turn. Please come back to the waiting area.", "You are next",
        "We cannot estimate the wait yet",
    )  # fmt: skip


def test_a_call_names_the_counter_as_its_sign_does(office: OfficeServer) -> None:
    ticket = take(office, language="en")
    at_counter(office, "open", "next")

    html = page(office, ticket)

    assert said(html) == ("A001", "It is your turn. Please go to Counter 1.", "", "")
    assert slot(html, "counter") == "1"


def test_the_page_follows_the_ticket_to_its_end(office: OfficeServer) -> None:
    ticket = take(office, language="en")
    at_counter(office, "open", "next", "serve")
    assert slot(page(office, ticket), "sentence") == "You are being served at Counter 1."
    at_counter(office, "finish")

    html = page(office, ticket)

    assert said(html) == ("A001", "Your visit is finished. Thank you.", "", "")
    assert slot(html, "as_of") == ""
    assert "Where to wait" not in html.partition("data-phrases")[0]


def test_a_missed_call_says_when_it_was_and_where_to_go(office: OfficeServer) -> None:
    ticket = take(office, language="en")
    at_counter(office, "open", "next")
    office.clock.advance(seconds=30)
    at_counter(office, "recall")
    office.clock.advance(seconds=40)
    at_counter(office, "no-show")

    told = slot(page(office, ticket), "sentence")

    assert re.fullmatch(r"Your number was called at \d+\.\d\d (am|pm)\. Please go to the enquiry counter\.", told)


def test_a_number_that_was_given_back_says_so(office: OfficeServer) -> None:
    ticket = take(office)

    office.caller("kiosk").post(f"/tickets/{ticket['id']}/leave")

    assert slot(page(office, ticket), "sentence") == "Nombor ini telah dibatalkan."


@pytest.mark.parametrize(
    ("language", "first"),
    [("ms", "Giliran anda"), ("en", "Almost your turn"), ("zh", "即将轮到您"), ("ta", "உங்கள் முறை")],
)
def test_the_page_speaks_the_language_of_the_ticket_until_another_is_asked_for(
    office: OfficeServer, language: str, first: str
) -> None:
    chosen, other = take(office, language=language), take(office)

    for html in (page(office, chosen), page(office, other, f"?language={language}")):
        assert f'<html lang="{language}"' in html
        assert slot(html, "sentence").startswith(first)
        texts = re.search(r"data-phrases>(.*?)</script>", html, re.DOTALL)
        assert texts
        assert {tongue for words in json.loads(texts[1]).values() for tongue in words} == {language}


def test_no_lane_no_name_and_nobody_else_stands_in_the_page(office: OfficeServer) -> None:
    take(office)
    ticket = take(office, lane="disabled", language="en")

    html = page(office, ticket)

    assert "A002" in html
    assert "A001" not in html
    for secret in ("disabled", "channel", "kiosk&#34;", f'"id": {ticket["id"]}'):
        assert secret not in html


def test_without_a_script_the_page_loads_itself_anew(office: OfficeServer) -> None:
    html = page(office, take(office))

    assert re.search(r'<noscript><meta http-equiv="refresh" content="20; url=/t/[^"]+"></noscript>', html)
    assert '<meta name="robots" content="noindex">' in html


def test_an_address_that_was_guessed_and_one_that_is_too_old_are_not_there(office: OfficeServer) -> None:
    ticket = take(office)
    at_counter(office, "open", "next", "serve", "finish")

    office.clock.advance(hours=23)
    page(office, ticket)
    office.clock.advance(hours=2)

    for path in (ticket["url"], f"{ticket['url']}/qr.svg", "/t/AAAAAAAAAAAAAAAAAAAAAA", "/t/%00"):
        assert office.caller().get(path).status_code == 404, path


def test_the_code_leads_to_the_page(office: OfficeServer) -> None:
    ticket = take(office)

    answer = office.caller().get(ticket["qr"])

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.text.startswith("<?xml")
