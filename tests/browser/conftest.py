"""What the tests in a browser ask for: the screens of a real office (`screens`, `running`), or a kiosk on a stand,
before an office that the test arranges (`stand`, `office`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.kiosk_stand import Stand
from tests.browser.screens import Screens
from tests.browser.stage_kiosk import Office, the_stage
from tests.browser.stage_officer import Desk
from tests.servers import RunningOffice, a_running_office

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
"""A hall's PC lets its page make sounds without a touch."""


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """One for a file: Playwright keeps an event loop running as long as it lives, which other tests cannot have."""
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """A real office for the tests of one file, one after another."""
    with a_running_office(tmp_path_factory.mktemp("day")) as office:
        yield office


@pytest.fixture
def running(a_day: RunningOffice) -> RunningOffice:
    """The office that the screens belong to; a file may give its tests another one."""
    return a_day


@pytest.fixture
def screens(browser: Browser, running: RunningOffice) -> Iterator[Screens]:
    opened = Screens(browser, running)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def plain_browser(chromium: Path) -> Iterator[Browser]:
    """One that must be touched before it makes a sound."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def desk() -> Desk:
    """What an officer's and a manager's pages are told."""
    return Desk()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """Where the kiosk's page is."""
    with the_stage(office) as root:
        yield f"{root}/kiosk/main"


@pytest.fixture
def stand(plain_browser: Browser, office: Office, address: str) -> Iterator[Stand]:
    put_up = Stand(plain_browser, office, address)
    yield put_up
    put_up.close()
