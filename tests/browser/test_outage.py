"""The server dies and comes back while every screen stays open, and nobody touches one of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.browser.screens import (
    HALL,
    KIOSK,
    MANAGER,
    PHONE,
    TERMINAL,
    UNREACHABLE,
    Screens,
    at_step,
    number_at,
    press,
    sign_in,
    take_number,
)
from tests.servers import RunningOffice, a_running_office

STALE_WITHIN_S = 10 + 1.5
"""Ten seconds without a word; a heartbeat may have come just before the end, and a page looks every quarter second."""
WELL_WITHIN_S = 5.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path) as office:
        yield office


def seconds_until(page: Page, condition: str, since: float, arg: object = None) -> float:
    page.wait_for_function(condition, arg=arg, timeout=30_000)
    return time.monotonic() - since


SAYS_SO = {
    "kiosk": "() => !document.querySelector('[data-step=offline]').hidden",
    "hall": "() => document.querySelector('main').dataset.link !== 'live'",
    "canteen": "() => document.querySelector('main').dataset.link !== 'live'",
    "terminal": "() => document.querySelector('[data-terminal]').dataset.link === 'offline'",
    "manager": "() => document.querySelector('[data-manage]').dataset.freshness !== 'live'",
}
IS_WELL = {
    "kiosk": "() => !document.querySelector('[data-step=services]').hidden",
    "hall": "() => document.querySelector('main').dataset.link === 'live'",
    "canteen": "() => document.querySelector('main').dataset.link === 'live'",
    "terminal": "() => document.querySelector('[data-terminal]').dataset.link === 'live'",
    "manager": "() => document.querySelector('[data-manage]').dataset.freshness === 'live'",
}


@pytest.mark.soak
def test_a_server_that_dies_and_returns_leaves_every_screen_right_without_a_hand(
    screens: Screens, running: RunningOffice
) -> None:
    running.add_person("Aminah", "officer")
    kiosk, counter = running.caller("kiosk"), running.caller("counter")
    tickets = [kiosk.post("/tickets", {"service": "A"}).body for _ in range(6)]
    terminal = screens.open("/counter/K1", size=TERMINAL)
    sign_in(terminal, "Aminah")
    press(terminal, "F8", "idle")
    press(terminal, "F8", "called")
    pages = {
        "terminal": terminal,
        "hall": screens.open("/display/hall", "display", HALL),
        "canteen": screens.open("/display/canteen", "display", HALL),
        "kiosk": screens.open("/kiosk/main", "kiosk", KIOSK),
        "manager": screens.open("/manage", "manager", MANAGER),
    }
    phone = screens.open(tickets[5]["url"], size=PHONE)
    at_step(pages["kiosk"], "services")
    for page in (*pages.values(), phone):
        page.evaluate("() => { window.isTheSamePage = true; }")
    screens.forgive(UNREACHABLE)
    posts: list[str] = []
    terminal.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)

    running.kill()
    dead_at = time.monotonic()
    stale = {name: seconds_until(page, SAYS_SO[name], dead_at) for name, page in pages.items()}

    assert max(stale.values()) <= STALE_WITHIN_S, stale
    assert pages["hall"].get_by_role("alert").is_visible()
    assert pages["canteen"].get_by_role("alert").is_visible()
    assert number_at(terminal) == "A001"
    terminal.keyboard.press("F8")
    terminal.get_by_role("button", name="Seterusnya").click(force=True)
    assert posts == []

    running.start()
    back_at = time.monotonic()
    well = {name: seconds_until(page, IS_WELL[name], back_at) for name, page in pages.items()}

    assert max(well.values()) <= WELL_WITHIN_S, well
    assert number_at(terminal) == "A001"
    assert posts == []
    counter.post("/counters/K2/open", {})
    number = counter.post("/counters/K2/next").body["number"]
    pages["hall"].wait_for_function(
        "(number) => [...document.querySelectorAll('.card .number')].some((el) => el.textContent === number)",
        arg=number,
    )
    pages["canteen"].wait_for_function(
        "(number) => document.querySelector('[data-slot=called]').textContent.includes(number)", arg=number
    )
    phone.wait_for_function("() => document.querySelector('[data-slot=ahead]').textContent.startsWith('3')")
    pages["manager"].wait_for_function(
        "() => document.querySelector('[data-tile=waiting] [data-value]').textContent === '4'"
    )
    press(terminal, "F8", "called")
    assert number_at(terminal) == tickets[2]["number"]
    for page in (*pages.values(), phone):
        assert page.evaluate("() => window.isTheSamePage")
    assert running.run("verify").returncode == 0


def test_a_kiosk_that_lost_its_server_while_it_asked_gives_the_one_number_that_was_saved(
    screens: Screens, running: RunningOffice
) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    screens.forgive(UNREACHABLE)
    lost: list[str] = []

    def cut_the_answer(route: Route) -> None:
        lost.append(route.fetch().json()["number"])
        route.abort()

    kiosk.route("**/api/v1/tickets", cut_the_answer, times=1)
    number = take_number(kiosk, "A")

    assert [number] == lost == ["A001"]
    assert running.caller("manager").get("/overview").body["issued_today"] == 1
