"""The page behind the code, on a phone: light, readable, reflowing, and the same without a script."""

from __future__ import annotations

import re
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
    referred = kiosk.post("/tickets", {"service": "A"}).body
    for deed, told in (("next", {}), ("serve", {}), ("finish", {"outcome": "referred"})):
        assert counter.post(f"/counters/K1/{deed}", told).status == 200
    found["referred"] = referred
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
    targets = page.locator(":is(.phone__languages a, .phone summary, .phone .button)").locator("visible=true")
    assert min(targets.evaluate_all(HEIGHTS)) >= 44


def test_every_state_is_accessible_and_readable_on_the_narrowest_phone(
    screens: Screens, tickets: dict[str, dict[str, Any]]
) -> None:
    page = screens.open("/login", size=(320, 640))
    for status, ticket in tickets.items():
        for language in LANGUAGES:
            look(page, ticket, language)

            state = "finished" if status == "referred" else status
            assert page.locator("[data-phone]").get_attribute("data-state") == state
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


def test_on_a_third_generation_network_the_page_is_there_within_two_seconds(
    screens: Screens, tickets: dict[str, dict[str, Any]]
) -> None:
    """The network of Lighthouse for phones: 1.6 Mbit/s down, 0.75 up, 150 ms there and back."""
    page = screens.blank(size=PHONE)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8},
    )

    page.goto(f"{screens.office.url}{tickets['waiting']['url']}?language=ta", wait_until="load")

    shown = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert shown <= 2000, shown
    assert page.locator("[data-slot=number]").inner_text() == tickets["waiting"]["number"]


@pytest.mark.parametrize("has_script", [True, False])
def test_with_the_keyboard_alone_somebody_lets_others_pass_and_is_asked_once_before(
    screens: Screens, running: RunningOffice, has_script: bool
) -> None:
    kiosk = running.caller("kiosk")
    late = kiosk.post("/tickets", {"service": "F"}).body
    for _ in range(4):
        kiosk.post("/tickets", {"service": "F"})
    page = screens.open(f"{late['url']}?language=en", size=PHONE, java_script_enabled=has_script)
    before = page.locator("[data-slot=ahead]").inner_text()

    if has_script:
        page.locator("[data-late] summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    else:
        page.get_by_role("link", name="I am running late").focus()
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, let them go first")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("[data-delayed]")).to_be_visible()
    ahead = [int(text.split()[0]) for text in (before, page.locator("[data-slot=ahead]").inner_text())]
    assert ahead[1] == ahead[0] + 3
    expect(page.locator("[data-late]")).to_be_hidden()


def test_the_phone_follows_a_visit_to_its_rating_in_one_tap(screens: Screens, running: RunningOffice) -> None:
    kiosk, counter = running.caller("kiosk"), running.caller("counter")
    mine = kiosk.post("/tickets", {"service": "A"}).body
    page = screens.open(f"{mine['url']}?language=en", size=PHONE)
    page.evaluate("() => { window.shaken = []; navigator.vibrate = (pattern) => window.shaken.push(pattern); }")
    expect(page).to_have_title(f"Almost your turn – {mine['number']} · Giliran")
    page.get_by_role("button", name="Alert me with a sound").click()
    expect(page.get_by_text("This phone will sound")).to_be_visible()

    assert counter.post("/counters/K3/call", {"number": mine["number"], "reason": "asked"}).status == 200
    expect(page).to_have_title(f"Counter 3 – {mine['number']} · Giliran", timeout=2_000)
    assert len(page.evaluate("() => window.shaken")) == 2
    counter.post("/counters/K3/serve")
    counter.post("/counters/K3/finish")

    good = page.get_by_role("button", name="Good", exact=True)
    expect(good).to_be_visible(timeout=5_000)
    good.click()
    expect(page.get_by_text("Your answer: Good. Thank you.")).to_be_visible()


def test_the_page_says_the_same_without_a_script(screens: Screens, tickets: dict[str, dict[str, Any]]) -> None:
    with_script = screens.open("/login", size=PHONE)
    without = screens.open("/login", size=PHONE, java_script_enabled=False)

    for status, ticket in tickets.items():
        for language in ("en", "ta"):  # of the branch's file nothing is written in Tamil
            look(with_script, ticket, language)
            without.goto(with_script.url)

            assert words(with_script) == words(without), status
            assert with_script.locator("[data-slot=service]").inner_html().strip() == (
                without.locator("[data-slot=service]").inner_html().strip()
            )


def words(page: Page) -> list[str]:
    """What can be read, but for the minute of it, what is closed, and the sound that only a script makes."""
    texts = page.locator("main :is(p, li, h1):not([data-alert], details *)").all_inner_texts()
    return [text for text in texts if text.strip() and not re.search(r"^Updated at|புதுப்பிக்கப்பட்டது$", text)]


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
