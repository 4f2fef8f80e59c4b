"""`giliran-kiosk` in a process of its own, for the kiosk's page of a real office."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.screens import KIOSK, Screens, at_step
from tests.servers import ROOT, RunningOffice, clean_environment
from tests.services import dies_with_us

HAS_PRINTER = """(path) => fetch(path).then((answer) => answer.text())
  .then((html) => /"printer": true/.test(html))"""


@contextmanager
def an_agent(office: RunningOffice, port: int, folder: Path, url: str = "") -> Iterator[None]:
    """Prints for the kiosk main, on a printer at this port; it knows the office by `url`, else by its own."""
    process = subprocess.Popen(
        [*dies_with_us(signal.SIGKILL), sys.executable, "-m", "kiosk.agent", "--server", url or office.url,
         "--printer", f"tcp://127.0.0.1:{port}", "--data", str(folder)],
        cwd=ROOT, env=clean_environment() | {"GILIRAN_TOKEN": office.token("kiosk")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(15)


def a_kiosk_with_its_printer(screens: Screens) -> Page:
    """The kiosk's page, opened once the agent listens."""
    page = screens.open("/kiosk/main", "kiosk", KIOSK)
    page.wait_for_function(HAS_PRINTER, arg="/kiosk/main", polling=100)
    page.reload()
    at_step(page, "services")
    return page
