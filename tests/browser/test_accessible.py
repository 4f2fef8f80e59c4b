"""Every page of the real office by the rules for accessible pages (WCAG 2.2 AA and good practice), in every language.

The stages try the states that an office is rarely in; here each page is as the server gives it, and what it says on
its console, the policy's complaints included, fails the test as everywhere (`Screens`).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.screens import (
    HALL,
    KIOSK,
    LANGUAGES,
    MANAGER,
    REFUSED,
    TERMINAL,
    Screens,
    at_step,
    axe,
    done,
    in_state,
    press,
    sign_in,
    tap,
)
from tests.servers import RunningOffice


@pytest.fixture(scope="module")
def a_morning(a_day: RunningOffice) -> RunningOffice:
    """An office at work: two called, six waiting, one missed."""
    kiosk, counter = a_day.caller("kiosk"), a_day.caller("counter")
    for service in ("A", "A", "F", "F", "F", "H", "J", "J", "A"):
        kiosk.post("/tickets", {"service": service})
    for code in ("K2", "K3", "K4"):
        counter.post(f"/counters/{code}/open", {})
    for code in ("K2", "K3"):
        counter.post(f"/counters/{code}/next")
    a_day.add_person("Aminah", "officer")
    return a_day


def breaches(page: Page, found: dict[str, object], name: str) -> None:
    if violations := axe(page):
        found[name] = violations


def test_the_pages_that_anybody_may_open_are_accessible(screens: Screens, a_morning: RunningOffice) -> None:
    screens.forgive(REFUSED)
    found: dict[str, object] = {}
    paths = [
        "/",
        "/login",
        "/charter",
        "/nothing",
        "/display/hall",
        "/kiosk/main",
        "/counter/K1?pair",
        f"/setup/{a_morning.token('setup')}",
    ]
    page = screens.open("/", size=MANAGER)
    for path in paths:
        page.goto(a_morning.url + path)
        breaches(page, found, path.split("/")[1])
    page.goto(f"{a_morning.url}/login")
    sign_in(page, "Nobody", "not a password")
    breaches(page, found, "a wrong password")
    sign_in(page, "Aminah")
    page.goto(f"{a_morning.url}/admin")
    breaches(page, found, "somebody else's page")

    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_a_number_is_accessible(screens: Screens, a_morning: RunningOffice, language: str) -> None:
    found: dict[str, object] = {}
    page = screens.open("/kiosk/main", "kiosk", KIOSK)
    tap(page, f'[data-language="{language}"]')

    for step, way_on in (
        ("services", '.answer[data-service="J"]'),
        ("priority", '[data-is-wanted="true"]'),
        ("groups", '.answer[data-lane="elderly"]'),
        ("ticket", None),
    ):
        at_step(page, step)
        assert page.evaluate("() => document.documentElement.lang") == language
        breaches(page, found, step)
        if way_on:
            tap(page, way_on)
    tap(page, '[data-act="help_asked"][data-kind="help"]')
    page.wait_for_selector("dialog[open]")
    breaches(page, found, "help")
    tap(page, 'dialog[open] [data-act="dialog_closed"]')
    done(page)

    assert found == {}


@pytest.mark.parametrize("path", ["/display/hall", "/display/canteen"])
def test_a_board_is_accessible(screens: Screens, a_morning: RunningOffice, path: str) -> None:
    page = screens.open(path, "display", HALL)
    page.wait_for_function("() => document.querySelectorAll('.callrow, .card').length >= 2")

    assert axe(page) == []


def test_the_terminal_is_accessible_in_every_language_and_state(screens: Screens, a_morning: RunningOffice) -> None:
    found: dict[str, object] = {}
    page = screens.open("/counter/K6", size=TERMINAL)
    sign_in(page, "Aminah")
    in_state(page, "closed")
    breaches(page, found, "closed")
    press(page, "F8", "idle")
    breaches(page, found, "idle")
    press(page, "F8", "called")
    for language in LANGUAGES:
        page.get_by_role("button", name=re.compile("Menu|菜单|选单|பட்டி|மெனு")).click()
        page.locator(f'[name=language][value="{language}"]').check(force=True)
        breaches(page, found, f"menu {language}")
        page.keyboard.press("Escape")
        breaches(page, found, f"called {language}")
    press(page, "F3", "serving")
    for key, panel in (("F6", "transfer"), ("F4", "hold")):
        page.keyboard.press(key)
        page.wait_for_selector(f"dialog[open][data-panel={panel}]")
        breaches(page, found, panel)
        page.keyboard.press("Escape")

    assert found == {}


@pytest.mark.parametrize(
    ("role", "path", "rows"),
    [
        ("manager", "/manage", "[data-queues] tr"),
        ("manager", "/manage/counters", "[data-sentence]:not(:empty)"),
        ("manager", "/manage/what-if", "h1:not(:empty)"),
        ("manager", "/manage/history", "[data-sentence]:not(:empty)"),
        ("admin", "/admin", "[data-people] tr"),
    ],
)
def test_the_office_s_own_pages_are_accessible_in_every_language(
    screens: Screens, a_morning: RunningOffice, role: str, path: str, rows: str
) -> None:
    found: dict[str, object] = {}
    page = screens.open(path, role, MANAGER, is_person=True)
    for language in LANGUAGES:
        page.locator("[data-language]").select_option(language)
        page.wait_for_function("(rows) => document.querySelectorAll(rows).length > 0", arg=rows)
        breaches(page, found, language)
        assert page.evaluate("() => document.documentElement.lang") == language

    assert found == {}
