"""`giliran-screen`: shows one page of the office on a screen of its own, for ever.

    server there? ──no──▶ a page of this PC: take a number from the counter
        │yes                                        │ looks again every two seconds
        ▼                                           │
    the screen's page ◀─────────────────────────────┘
        ├ went elsewhere ──▶ brought back
        ├ another window  ──▶ closed
        └ crashed, hung or killed ──▶ a new browser

Nobody stands beside a kiosk who could press "reload": whatever happens to the browser, the page is there again within
a minute (K20), in practice within seconds.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any, NoReturn
from urllib.parse import urlsplit

from config.device import address
from config.phrases import LANGUAGES, say
from kiosk.chromium import BrowserLost, Chromium, found

log = logging.getLogger("giliran.screen")

AWAY = Path(__file__).parent / "templates" / "away.html"
LOOK = Path(__file__).resolve().parent / "static" / "away.css"
LOOK_EVERY = 2.0  # s between two looks at the page, or at the server while it is away
PATIENCE = 10.0  # s without an answer after which a page is taken for hung
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # s before a new browser, longer each time that it does not last
LASTING = 60.0  # s after which a browser counts as one that works


class Stopped(Exception):
    """The system wants the screen to end."""


class Screen:
    """One page on one screen. `home` is its whole address."""

    def __init__(
        self, home: str, program: str, profile: Path, more: Sequence[str] = (), patience: float = PATIENCE
    ) -> None:
        self.home = home
        self._away = _away_page(profile, is_kiosk=urlsplit(home).path.startswith("/kiosk/"))
        self._program = program
        self._profile = profile
        self._more = more
        self._patience = patience
        self._page = ""  # the target's id
        self._session = ""
        self._has_crashed = False
        self._is_astray = False

    def show(self) -> NoReturn:
        """Keep it shown. Returns never; raises Stopped."""
        failures = 0
        while True:
            began = time.monotonic()
            try:
                self._watch()
            except (BrowserLost, OSError, ValueError) as lost:
                log.error("the browser is started anew: %s", lost)
            lasted = time.monotonic() - began
            failures = 0 if lasted > LASTING else failures + 1
            time.sleep(PAUSES[min(failures, len(PAUSES)) - 1] if failures else PAUSES[0])

    def _watch(self) -> None:
        """One browser's life."""
        self._page = self._session = ""
        self._has_crashed = self._is_astray = False
        is_home = self._is_served()
        browser = Chromium(self._program, self.home if is_home else self._away, self._profile, self._more, self._hear)
        log.info("browser %d shows %s", browser.pid, self.home if is_home else "that the server is away")
        try:
            browser.ask("Browser.setDownloadBehavior", behavior="deny")
            browser.ask("Target.setDiscoverTargets", discover=True)
            while True:
                self._keep_one_window(browser)
                is_home = self._keep_at_home(browser, is_home)
                browser.listen(LOOK_EVERY)
                if self._has_crashed:
                    raise BrowserLost("its page crashed")
        finally:
            browser.close()

    def _hear(self, method: str, told: Mapping[str, Any], session: str) -> None:
        if method in ("Inspector.targetCrashed", "Target.targetCrashed"):
            self._has_crashed = True
        elif method == "Target.detachedFromTarget" and told.get("sessionId") == self._session:
            self._session = ""

    def _keep_one_window(self, browser: Chromium) -> None:
        targets = browser.ask("Target.getTargets", patience=self._patience)["targetInfos"]
        pages = [each["targetId"] for each in targets if each["type"] == "page"]
        if self._page not in pages:
            if not pages:
                raise BrowserLost("its window is gone")
            # The first window there was: the newest comes first in this list.
            self._page, self._session = pages[-1], ""
        for other in pages:
            if other != self._page:
                log.warning("another window was opened, and is closed")
                browser.ask("Target.closeTarget", targetId=other)
        if not self._session:
            attached = browser.ask("Target.attachToTarget", targetId=self._page, flatten=True)
            self._session = attached["sessionId"]
            browser.ask("Inspector.enable", self._session)

    def _keep_at_home(self, browser: Chromium, is_home: bool) -> bool:
        """Whether the page is the screen's own, as it now is. Raises BrowserLost for a page that says nothing."""
        answer = browser.ask(
            "Runtime.evaluate", self._session, self._patience, expression="location.href", returnByValue=True
        )
        here = str(answer.get("result", {}).get("value", ""))
        if self._is_own(here):
            self._is_astray = False
            return True
        if not self._is_astray:  # it may be on its way: seen twice, it is not
            self._is_astray = True
            return is_home
        is_served = self._is_served()
        wanted = self.home if is_served else self._away
        if here != wanted:
            if is_home or is_served:
                log.info("from %s to %s", here or "nothing", wanted)
            browser.ask("Page.navigate", self._session, self._patience, url=wanted)
        return is_served

    def _is_own(self, here: str) -> bool:
        own, seen = urlsplit(self.home), urlsplit(here)
        return (seen.scheme, seen.netloc, seen.path) == (own.scheme, own.netloc, own.path)

    def _is_served(self) -> bool:
        parts = urlsplit(self.home)
        try:
            with urllib.request.urlopen(f"{parts.scheme}://{parts.netloc}/healthz", timeout=3) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return True  # it answers: what is wrong is said on its page
        except OSError:
            return False


def _away_page(folder: Path, *, is_kiosk: bool) -> str:
    """The address of what is shown until the server answers, in all languages: a browser's own page tells a customer
    nothing."""
    sentences = []
    for language in LANGUAGES:
        if is_kiosk:
            words = (
                f"{escape(say('kiosk.offline.title', language))}<b>{escape(say('kiosk.offline.next', language))}</b>"
            )
        else:
            words = escape(say("display.stale", language))
        sentences.append(f'<p lang="{language}">{words}</p>')
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    page = folder / "away.html"
    page.write_text(
        Template(AWAY.read_text("utf-8")).substitute(look=LOOK.as_uri(), sentences="".join(sentences)), "utf-8"
    )
    return page.resolve().as_uri()


def _stop(*_: object) -> None:
    raise Stopped


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    home = f"{given.server}/{given.screen.strip('/')}"
    try:
        program = found(given.browser)
    except ValueError as error:
        print(f"giliran-screen: {error}", file=sys.stderr)
        return 2
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, _stop)
    profile = given.data / f"screen-{given.screen.strip('/').replace('/', '-')}"
    try:
        Screen(home, program, profile, given.more, given.patience).show()
    except Stopped:
        return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="giliran-screen",
        description="Shows one page of the office on this PC's screen, for ever: nobody can leave it, and whatever "
        "happens to the browser it is there again.",
    )
    parser.add_argument(
        "--server",
        type=address,
        default=os.environ.get("GILIRAN_SERVER", "http://127.0.0.1:8000"),
        metavar="URL",
        help="address of the office's server (else GILIRAN_SERVER, else http://127.0.0.1:8000)",
    )
    parser.add_argument("--screen", default="/kiosk/main", metavar="PATH", help="what to show (/kiosk/main)")
    parser.add_argument("--browser", metavar="PROGRAM", help="Chromium or one of its kind (else the first found)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("GILIRAN_DATA", "data")),
        metavar="DIR",
        help="where the browser keeps what pairs it (else GILIRAN_DATA, else ./data)",
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help=f"a page that says nothing for so long is begun anew ({PATIENCE:g})",
    )
    parser.add_argument("more", nargs="*", metavar="FLAG", help="after --: more flags for the browser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
