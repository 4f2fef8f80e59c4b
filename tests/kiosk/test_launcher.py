"""A screen that stands alone all day: a real Chromium under the launcher, before a server with bad moments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kiosk.launcher import Screen
from tests.machine import children, eventually

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.soak]

ROOT = Path(__file__).parents[2]
GOOD = "<script>setInterval(() => fetch('/alive', {method: 'POST'}), 200)</script>"
HANGS = f"{GOOD}<script>setTimeout(() => {{ for (;;); }}, 1500)</script>"
STRAYS = f"{GOOD}<script>setTimeout(() => {{ location = '/elsewhere' }}, 500)</script>"
OPENS = f"{GOOD}<script>setTimeout(() => open('/other', '_blank', 'popup'), 500)</script>"
WITHIN = 60  # s, K20


class Office(ThreadingHTTPServer):
    """`pages`: what the screen's page is at its first loading, the second, …; the last one from then on."""

    daemon_threads = True

    def __init__(self, *pages: str, is_there: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), Answer, bind_and_activate=False)
        self.server_bind()
        self.pages = list(pages)
        self.loaded: list[str] = []
        self.beats = 0
        if is_there:
            self.open()

    def open(self) -> None:
        """From now on somebody answers."""
        self.server_activate()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def is_shown(self, times: int) -> bool:
        """Whether the screen's page was loaded so often, and its script runs."""
        if self.loaded.count("/kiosk/main") < times:
            return False
        before = self.beats
        eventually(lambda: self.beats > before, 20)
        return True


class Answer(BaseHTTPRequestHandler):
    server: Office

    def do_GET(self) -> None:
        self.server.loaded.append(self.path)
        page = GOOD
        if self.path == "/kiosk/main":
            page = self.server.pages[0] if len(self.server.pages) == 1 else self.server.pages.pop(0)
        elif self.path == "/elsewhere":
            page = "nothing of ours"
        content = f"<!DOCTYPE html><title>-</title>{page}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.server.beats += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


Launch = Callable[[str], subprocess.Popen[bytes]]


@contextmanager
def launched(url: str, data: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "kiosk.launcher", "--server", url, "--data", str(data), "--patience", "4"]
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with (data / "log").open("wb") as log:
        running = subprocess.Popen([*command, "--", *flags, *more], cwd=ROOT, stderr=log)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


def log_of(data: Path) -> str:
    return (data / "log").read_text("utf-8")


def browser_of(launcher: int) -> int:
    return children(launcher)[0]


def parts_of(browser: int, kind: str) -> list[int]:
    """The browser's processes of one kind."""
    wanted = f"--type={kind}".encode()
    return [pid for pid in children(browser) if wanted in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_browser_that_is_killed_is_there_again(tmp_path: Path) -> None:
    office = Office(GOOD)
    with launched(office.url, tmp_path) as launcher:
        eventually(lambda: office.is_shown(1), WITHIN)
        for times in (2, 3):
            os.kill(browser_of(launcher.pid), signal.SIGKILL)

            eventually(lambda wanted=times: office.is_shown(wanted), WITHIN)  # type: ignore[misc]


def test_a_page_that_crashes_is_there_again(tmp_path: Path) -> None:
    office = Office(GOOD)
    with launched(office.url, tmp_path) as launcher:
        eventually(lambda: office.is_shown(1), WITHIN)
        browser = browser_of(launcher.pid)

        for pid in parts_of(browser, "renderer"):
            os.kill(pid, signal.SIGKILL)

        eventually(lambda: office.is_shown(2), WITHIN)


@pytest.mark.parametrize("page", [HANGS, STRAYS])
def test_a_page_that_hangs_or_strays_is_brought_back(page: str, tmp_path: Path) -> None:
    office = Office(page, GOOD)
    with launched(office.url, tmp_path):
        eventually(lambda: office.is_shown(2), WITHIN)


def test_a_second_window_is_closed_and_the_first_one_stays(tmp_path: Path) -> None:
    office = Office(OPENS)
    with launched(office.url, tmp_path, "--disable-popup-blocking"):
        eventually(lambda: "/other" in office.loaded, WITHIN)
        eventually(lambda: "another window was opened, and is closed" in log_of(tmp_path), WITHIN)

        assert office.is_shown(1)
        assert office.loaded.count("/kiosk/main") == 1, "the first one was not begun anew"


def test_before_the_server_is_there_customers_are_sent_to_a_counter_and_then_the_kiosk_comes(tmp_path: Path) -> None:
    office = Office(GOOD, is_there=False)
    with launched(office.url, tmp_path) as launcher:
        away = tmp_path / "screen-kiosk-main" / "away.html"
        eventually(lambda: children(launcher.pid) != [], WITHIN)
        words = away.read_text("utf-8")
        assert "Sila ambil nombor di kaunter" in words
        assert words.count("<p lang=") == 4

        office.open()

        eventually(lambda: office.is_shown(1), WITHIN)


def test_the_browser_ends_with_the_launcher(tmp_path: Path) -> None:
    office = Office(GOOD)
    with launched(office.url, tmp_path) as launcher:
        eventually(lambda: office.is_shown(1), WITHIN)
        browser = browser_of(launcher.pid)

    assert launcher.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(browser, 0)


def test_other_screens_say_what_is_true_of_them(tmp_path: Path) -> None:
    Screen("http://127.0.0.1:8000/display/hall", "chromium", tmp_path)

    assert "Sila dengar pengumuman" in (tmp_path / "away.html").read_text("utf-8")
