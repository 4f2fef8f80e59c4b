"""A kiosk whose server is out of reach, with a block of numbers: the page, its agent, a printer, and the cable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from config.branch_file import EXAMPLE
from config.phrases import say
from sql.database import reading
from sql.tables import journal, tickets
from sql.verify import verify
from tests.browser.paper import an_agent
from tests.browser.screens import KIOSK, UNREACHABLE, Screens, at_step, done, take_number
from tests.cable import Cable, a_cable
from tests.kiosk.fake_printer import FakePrinter, closed_port, fake_printer
from tests.machine import eventually
from tests.servers import RunningOffice, a_running_office

pytestmark = pytest.mark.slow


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningOffice]:
    text = EXAMPLE.read_text(encoding="utf-8").replace("# offline_block = 60 ", "offline_block = 60 ")
    text = text.replace("# offline_port = 8629", f"offline_port = {closed_port()}")
    with a_running_office(tmp_path / "office", branch=text) as office:
        yield office


def kinds(office: RunningOffice) -> list[str]:
    with reading(office.engine) as connection:
        return list(connection.execute(select(journal.c.kind)).scalars())


def in_order(office: RunningOffice) -> list[str]:
    """The numbers that are on record, in the order in which they will be called."""
    with reading(office.engine) as connection:
        return list(connection.execute(select(tickets.c.number).order_by(tickets.c.rank_at)).scalars())


@pytest.fixture
def cable(running: RunningOffice) -> Iterator[Cable]:
    with a_cable(running.url) as laid:
        yield laid


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with fake_printer() as started:
        yield started


@pytest.fixture
def page(
    screens: Screens, running: RunningOffice, cable: Cable, printer: FakePrinter, tmp_path: Path
) -> Iterator[Page]:
    """The kiosk at the far end of the cable, once its agent holds a block."""
    with an_agent(running, printer.port, tmp_path / "agent", cable.url):
        eventually(lambda: "block_reserved" in kinds(running), 20)
        opened = screens.blank("kiosk", KIOSK)
        opened.goto(f"{cable.url}/kiosk/main")
        at_step(opened, "services")
        opened.locator("[data-may-go-alone]").wait_for(state="attached")
        screens.forgive(UNREACHABLE, "Failed to load resource", "WebSocket", "net::ERR")
        yield opened


def alone(page: Page) -> None:
    expect(page.locator("[data-printer-words]")).to_have_text(say("kiosk.local", "ms"), timeout=15_000)
    at_step(page, "services")


def test_with_the_cable_out_the_kiosk_says_so_and_gives_numbers_on_paper_that_are_on_record_afterwards(
    page: Page, running: RunningOffice, cable: Cable, printer: FakePrinter
) -> None:
    first = take_number(page, "A")
    done(page)
    cable.pull()
    alone(page)

    second = take_number(page, "A")
    expect(page.locator("[data-paper-words]")).to_have_text(say("kiosk.paper.printed", "ms"), timeout=10_000)
    done(page)
    third = take_number(page, "F")
    done(page)
    cable.plug()
    expect(page.locator("[data-printer-line]")).to_be_hidden(timeout=15_000)
    eventually(lambda: len(in_order(running)) == 3, 30)

    assert [first, second, third] == ["A001", "A940", "F940"]
    assert printer.numbers() == [first, second, third]
    assert in_order(running) == [first, second, third]
    assert verify(running.engine, "KL01").faults == []


def test_no_other_page_may_ask_the_agent_and_the_kiosks_asks_nobody_else(page: Page, running: RunningOffice) -> None:
    door = running.caller("kiosk").get("/kiosks/main").body["local"]["url"]

    policy = page.evaluate("() => fetch(location.href).then((a) => a.headers.get('content-security-policy'))")

    assert f"connect-src {door} 'self'" in policy
    assert "connect-src 'self'" in running.caller().get("/login").headers["content-security-policy"]
