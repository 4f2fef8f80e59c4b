"""A customer runs late and lets others go first, from the phone, with a script or without; and says how it was."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Browser, OfficeServer
from tests.web.test_phone import at_counter, page, slot, take

pytestmark = pytest.mark.slow


def asked(browser: Browser, url: str, what: str, **fields: str) -> tuple[int, str]:
    browser.get(url)
    answer = browser.submit(f"{url}/{what}", fields)
    return answer.status_code, answer.headers.get("Location", "")


def in_turn(office: OfficeServer, how_many: int, **more: str) -> list[dict[str, object]]:
    found = []
    for _ in range(how_many):
        found.append(take(office, **more))
        office.clock.advance(seconds=1)
    return found


def shown(html: str, what: str) -> bool:
    """Whether a part of the page that comes and goes is to be seen."""
    return re.search(rf"data-{what} (?!hidden)", html) is not None


def test_whoever_runs_late_lets_three_pass_and_reads_so(office: OfficeServer) -> None:
    late = in_turn(office, 6, language="en")[0]
    assert shown(page(office, late), "late")

    assert asked(office.browser(), str(late["url"]), "late") == (303, late["url"])

    html = page(office, late)
    assert slot(html, "ahead") == "3 people ahead of you"
    assert shown(html, "delayed")
    assert not shown(html, "late")


def test_a_second_time_is_refused_in_words(office: OfficeServer) -> None:
    late = in_turn(office, 8, language="en")[0]
    browser = office.browser()
    asked(browser, str(late["url"]), "late")

    status, location = asked(browser, str(late["url"]), "late")

    assert (status, location) == (303, f"{late['url']}?refused=already_delayed")
    assert "This number has let others go first once already." in browser.get(location).text


def test_with_nobody_behind_it_is_not_offered_and_is_refused_in_words(office: OfficeServer) -> None:
    late = in_turn(office, 2, language="ta")[1]
    assert not shown(page(office, late), "late")
    browser = office.browser()

    location = asked(browser, str(late["url"]), "late")[1]

    assert "உங்களுக்குப் பின்னால் இன்னும் யாரும் காத்திருக்கவில்லை." in browser.get(location).text


def test_whoever_is_called_already_is_told_to_come(office: OfficeServer) -> None:
    late, _ = in_turn(office, 2, language="en")
    at_counter(office, "open", "next")
    browser = office.browser()

    location = asked(browser, str(late["url"]), "late")[1]

    html = browser.get(location).text
    assert slot(html, "sentence") == "It is your turn. Please go to Counter 1."
    assert "The state of this number has changed." in html


def test_another_page_cannot_hold_it_up_or_rate_it(office: OfficeServer) -> None:
    late, _ = in_turn(office, 2)
    browser = office.browser()
    browser.get(str(late["url"]))

    for what in ("late", "rate"):
        assert browser.submit(f"{late['url']}/{what}", {}, csrf="").status_code == 400
        assert browser.submit(f"/t/{'x' * 22}/{what}", {}).status_code == 404


@pytest.mark.parametrize("refused", ["<script>", "server_error", ""])
def test_an_address_that_was_made_up_puts_no_words_on_the_page(office: OfficeServer, refused: str) -> None:
    ticket = take(office)

    html = office.browser().get(f"{ticket['url']}?refused={refused}").text

    assert 'note--warning" role="alert">' not in html


REFRESH = re.compile(r'<meta http-equiv="refresh" content="([^"]+)">')


def test_without_a_script_a_question_stays_open_and_a_refusal_goes_with_the_next_load(office: OfficeServer) -> None:
    late = in_turn(office, 2, language="en")[1]
    url, browser = str(late["url"]), office.browser()
    assert REFRESH.findall(browser.get(url).text) == [f"20; url={url}?language=en"]

    asking = browser.get(f"{url}?ask=leave").text
    assert re.search(r"<details [^>]*data-leave [^>]*open>", asking)
    assert REFRESH.findall(asking) == [f"60; url={url}?language=en"]
    assert "ask=leave" not in asking

    _, location = asked(browser, url, "late")
    assert "refused=nobody_behind" in location
    assert REFRESH.findall(browser.get(location).text) == [f"20; url={url}?language=en"]


@pytest.mark.parametrize(
    ("deed", "title"), [("next", "Counter 1 – A001 · Giliran"), ("", "Almost your turn – A001 · Giliran")]
)
def test_without_a_script_the_title_says_that_it_is_time(office: OfficeServer, deed: str, title: str) -> None:
    mine = take(office, language="en")
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    if deed:
        counter.post(f"/counters/K1/{deed}")

    assert f"<title>{title}</title>" in page(office, mine)


def test_a_page_that_has_nothing_more_to_say_is_not_loaded_again(office: OfficeServer) -> None:
    mine = take(office, language="en")
    asked(office.browser(), str(mine["url"]), "leave")

    assert REFRESH.findall(page(office, mine)) == []


def test_after_the_service_it_is_asked_once_how_it_was_and_the_answer_stands(office: OfficeServer) -> None:
    ticket = take(office, language="en")
    at_counter(office, "open", "next", "serve")
    assert "How was our service today?" not in page(office, ticket).partition("data-phrases")[0]
    at_counter(office, "finish")
    assert re.findall(r'name="rating" value="(\d)" class="button">([\w ]+)<', page(office, ticket)) == [
        ("5", "Very good"), ("4", "Good"), ("3", "Fair"), ("2", "Poor"), ("1", "Very poor"),
    ]  # fmt: skip

    assert asked(office.browser(), ticket["url"], "rate", rating="4") == (303, ticket["url"])

    assert "Your answer: Good. Thank you." in page(office, ticket)
    office.clock.advance(minutes=6)
    assert 'name="rating"' not in page(office, ticket)
    assert asked(office.browser(), ticket["url"], "rate", rating="1")[1].endswith("?refused=already_rated")


@pytest.mark.parametrize("rating", ["", "0", "6", "٣", "-1", "5.0"])
def test_an_answer_that_is_none_is_not_kept(office: OfficeServer, rating: str) -> None:
    ticket = take(office)
    at_counter(office, "open", "next", "serve", "finish")

    assert asked(office.browser(), ticket["url"], "rate", rating=rating)[0] == 303

    assert len(office.door.office.floor.ratings) == 0


def test_a_referred_matter_says_whom_to_ask(office: OfficeServer) -> None:
    ticket = take(office, language="en")
    at_counter(office, "open", "next", "serve")
    office.caller("counter").post("/counters/K1/finish", {"outcome": "referred"})

    html = page(office, ticket)

    assert "Your matter has been referred to the officer responsible" in html
    assert "Who to contact" in html
    assert "Please quote number A001" in html
