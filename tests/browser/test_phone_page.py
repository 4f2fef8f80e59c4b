"""The page behind the code, on a phone: light, readable, reflowing, and the same without a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.screens import LANGUAGES, PHONE, UNREACHABLE, Screens, axe
from tests.servers import RunningOffice

SIZES = """() => [...document.querySelectorAll('main *')]
  .filter((el) => el.checkVisibility() && [...el.childNodes].some((one) => one.nodeType === 3 && one.data.trim()))
  .map((el) => [el.textContent.trim(), parseFloat(getComputedStyle(el).fontSize)])"""
HEIGHTS = "(all) => all.map((el) => el.getBoundingClientRect().height)"


@pytest.fixture(scope="module")
def tickets(a_day: RunningOffice) -> dict[str, dict[str, Any]]:
    """One ticket in each state, by its status; seven wait."""
    kiosk, counter = a_day.caller("kiosk"), a_day.caller("counter")
    found = {}
    for code in ("K1", "K2", "K3", "K4"):
        counter.post(f"/counters/{code}/open", {})
    for status, code in (("finished", "K1"), ("serving", "K2"), ("called", "K4")):
        found[status] = kiosk.post("/tickets", {"service": "H" if code == "K4" else "A"}).body
        assert counter.post(f"/counters/{code}/next").status == 200
        if status != "called":
            counter.post(f"/counters/{code}/serve")
    counter.post("/counters/K1/finish")
    found["left"] = kiosk.post("/tickets", {"service": "J"}).body
    kiosk.post(f"/tickets/{found['left']['id']}/leave")
    for _ in range(7):
        found["waiting"] = kiosk.post("/tickets", {"service": "F"}).body
    found["soon"] = kiosk.post("/tickets", {"service": "J"}).body
    return found


def look(page: Page, ticket: dict[str, Any], language: str = "ms") -> None:
    """The page of this ticket, once the live channel has filled it."""
    page.goto(f"{'/'.join(page.url.split('/')[:3])}{ticket['url']}?language={language}")
    page.wait_for_selector("[data-phone][data-as-of]")


def is_readable(page: Page, number: str) -> None:
    """P7: letters and targets large enough, nothing to scroll sideways."""
    sizes = page.evaluate(SIZES)
    assert [text for text, size in sizes if size < 18] == []
    assert dict(sizes)[number] >= 64
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 320
    assert min(page.locator(".phone__languages a").evaluate_all(HEIGHTS)) >= 44


def test_every_state_is_accessible_and_readable_on_the_narrowest_phone(
    screens: Screens, tickets: dict[str, dict[str, Any]]
) -> None:
    page = screens.open("/login", size=(320, 640))
    for status, ticket in tickets.items():
        for language in LANGUAGES:
            look(page, ticket, language)

            assert page.locator("[data-phone]").get_attribute("data-state") == status
            is_readable(page, ticket["number"])
        assert axe(page) == [], status


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_load_weighs_less_than_100_kb(
    screens: Screens, tickets: dict[str, dict[str, Any]], language: str
) -> None:
    page = screens.blank(size=PHONE)
    loaded: list[Request] = []
    page.on("requestfinished", lambda one: loaded.append(one))

    page.goto(f"{screens.office.url}{tickets['waiting']['url']}?language={language}", wait_until="networkidle")
    page.evaluate("() => document.fonts.ready.then(() => null)")

    sizes = [one.sizes() for one in loaded]
    assert len(sizes) > 5
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) <= 100_000
    assert not any("noto" in one.url for one in loaded)


def test_the_page_says_the_same_without_a_script(screens: Screens, tickets: dict[str, dict[str, Any]]) -> None:
    with_script = screens.open("/login", size=PHONE)
    without = screens.open("/login", size=PHONE, java_script_enabled=False)

    for status, ticket in tickets.items():
        look(with_script, ticket, "en")
        without.goto(with_script.url)

        assert words(with_script) == words(without), status


def words(page: Page) -> list[str]:
    """What can be read, but for the minute of it."""
    texts = page.locator("main p, main li, main h1").all_inner_texts()
    return [text for text in texts if text.strip() and not text.startswith("Updated at")]


def test_a_phone_that_hears_nothing_says_so_and_is_right_again_by_itself(
    screens: Screens, running: RunningOffice, tickets: dict[str, dict[str, Any]]
) -> None:
    page = screens.blank(size=PHONE)
    page.clock.install()
    page.goto(f"{running.url}{tickets['waiting']['url']}?language=en")
    expect(page.locator("[data-slot=ahead]")).to_have_text("6 people ahead of you")
    screens.forgive(UNREACHABLE)

    page.context.set_offline(True)
    page.clock.run_for(21_000)
    expect(page.get_by_role("alert")).to_contain_text("Not updated since")
    page.context.set_offline(False)
    page.clock.resume()

    expect(page.get_by_role("alert")).to_be_hidden(timeout=15_000)
