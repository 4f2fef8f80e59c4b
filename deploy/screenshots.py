"""Takes the pictures of docs/screens, whole because all are of one Monday morning, lived through the real server's API.

    make screens                         all of them
    python -m deploy.screenshots hall    those whose names begin so

The office's clock is a file that this program writes: it lives from eight o'clock to 10.42 in seconds, and in the
evening the office is closed. Pictures are kept in 256 colours.
"""

from __future__ import annotations

import heapq
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.figures import keep
from bench.history import past
from config.branch_file import EXAMPLE, load
from config.settings import load as load_settings
from server.demo import Company
from server.office_folder import find_folder
from tests.browser.conftest import FLAGS
from tests.browser.paper import a_kiosk_with_its_printer, an_agent
from tests.browser.screens import (
    DESK,
    HALL,
    KIOSK,
    MANAGER,
    PHONE,
    REFUSED,
    TERMINAL,
    UNREACHABLE,
    Screens,
    Size,
    at_step,
    in_state,
    press,
    take_number,
    tap,
)
from tests.kiosk.fake_printer import closed_port, fake_printer
from tests.kiosk.slip_pictures import pictures
from tests.servers import ROOT, Caller, RunningOffice

LOW_KIOSK = (1280, 800)
ASKED = ("hall-check-in", "kiosk-check-in", "join", "check-in", "kiosk-voice", "kiosk-settings")
"""Pictures of an office that has turned something on."""
FOLDER = ROOT / "docs" / "screens"
EIGHT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # Monday, 8.00 in Kuala Lumpur
SHOWN = timedelta(hours=2, minutes=42)
EVENING = timedelta(hours=11, minutes=30)
HOURS = '\n[[hours]]\ndays = "mon-fri"\nopen = [["08:00", "17:00"]]\n'
CLOCK = "PICTURES_CLOCK"
WEEKS, A_DAY = 8, 600
"""Of the office whose history is shown."""


class ClockInAFile:
    """Goes on by itself from the instant that the file says, and jumps when another is written there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written = 0
        self._base = EIGHT
        self._since = 0.0

    def now(self) -> datetime:
        written = self._file.stat().st_mtime_ns
        if written != self._written:
            self._written = written
            self._base, self._since = datetime.fromisoformat(self._file.read_text()), time.monotonic()
        return self._base + timedelta(seconds=time.monotonic() - self._since)


def set_clock(file: Path, at: datetime) -> None:
    """In one step: nobody reads half an instant."""
    part = file.with_suffix(".part")
    part.write_text(at.isoformat())
    part.replace(file)


def serve_by_that_clock(words: list[str]) -> int:
    """`giliran serve`, but for its clock: the process that `main` starts."""
    from server import runtime

    runtime.prepare("eventlet")
    from server import cli, commands
    from server.serving import serve

    given = cli.parser().parse_args(words)
    return serve(commands.settings_of(given), given.branch, clock=ClockInAFile(Path(os.environ[CLOCK])))


class Morning(Company):
    """The demo's people, in an office whose clock they set."""

    def __init__(self, told: dict[str, Any], file: Path) -> None:
        super().__init__(told, random.Random(told["seed"]))
        self._file = file

    def live(self) -> None:
        self._come()
        for place, counter in enumerate(self.told["counters"]):
            self.at(20.0 * place, lambda when, counter=counter: self._open(counter, when))  # type: ignore[misc]
        while self.what and self.what[0][0] < SHOWN.total_seconds():
            moment, _, deed = heapq.heappop(self.what)
            set_clock(self._file, EIGHT + timedelta(seconds=moment))
            deed(moment)
        set_clock(self._file, EIGHT + SHOWN)


def live_the_morning(office: RunningOffice, file: Path) -> dict[str, str]:
    """The office at 10.42; the session of each counter's officer."""
    plan = load(EXAMPLE)
    officers = {}
    for place, counter in enumerate(plan.counters, 1):
        person = office.people.add_person(f"Petugas {place}", "officer", None, EIGHT)
        officers[counter.code] = office.people.add_token("session", person.name, EIGHT, person=person.id)
    Morning(
        {"root": office.url, "speed": 1, "seed": 7, "minutes": 9 * 60, "load": 0.7,
         "kiosk": office.token("kiosk", scope=["main"]), "officers": officers,
         "counters": {c.code: list(c.services) for c in plan.counters},
         "services": {s.code: s.minutes for s in plan.services},
         "no_show_after": 60, "no_show_calls": 2, "recall_gap": 10},
        file,
    ).live()  # fmt: skip
    return officers


def foreseen(office: RunningOffice) -> None:
    """Until the look-ahead, begun anew at this hour, has told every wait and what to do with the counters."""
    office.stop()
    office.start()
    for _ in range(120):
        board = office.caller("manager").get("/overview").body
        if board["foresight"]["advice"] and all(queue["wait"] for queue in board["queues"]):
            return
        time.sleep(0.5)
    raise SystemExit("nobody foretells the waits")


class Album:
    """The pictures, one method for each family of screens; `wanted` are the beginnings of their names."""

    def __init__(
        self, screens: Screens, officers: dict[str, str], clock: Path, folder: Path, wanted: list[str]
    ) -> None:
        self.screens = screens
        self.office = screens.office
        self.officers = officers
        self._clock = clock
        self._folder = folder
        self._wanted = wanted

    def wants(self, *names: str) -> bool:
        return not self._wanted or any(name.startswith(begun) for name in names for begun in self._wanted)

    def take(self, page: Page, name: str) -> None:
        """As people see it: letters come, nothing moves, no caret."""
        if not self.wants(name):
            return
        page.evaluate("() => document.fonts.ready.then(() => null)")
        page.wait_for_load_state("networkidle") if name in ("index", "login") else None
        file = FOLDER / f"{name}.png"
        page.screenshot(path=file, animations="disabled")
        with Image.open(file) as picture:
            small = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(file, optimize=True)
        print(f"{name}.png  {picture.width} × {picture.height}  {file.stat().st_size / 1000:.0f} kB", flush=True)

    def at(self, since_eight: timedelta) -> None:
        set_clock(self._clock, EIGHT + since_eight)

    def officer(self, counter: str, size: Size) -> Page:
        page = self.screens.blank(secret=self.officers[counter], is_person=True, size=size)
        page.goto(f"{self.office.url}/counter/{counter}")
        page.wait_for_selector("[data-terminal]:not([data-state=waiting])")
        return page

    # ── those who keep the office ────────────────────────────────────────────────────────────────────────────

    def desks(self) -> None:
        self.take(self.screens.open("/", size=MANAGER), "index")
        self.take(self.screens.open("/login?next=/counter/K3", size=MANAGER), "login")
        self.take(self.screens.open(f"/setup/{self.office.token('setup')}", size=MANAGER), "setup")
        self.take(self.screens.open("/display/hall", size=HALL), "pair")
        manage = self.screens.open("/manage", "manager", MANAGER, is_person=True)
        manage.wait_for_selector("[data-queues] tr")
        self.take(manage, "manage")
        admin = self.screens.open("/admin", "admin", MANAGER, is_person=True)
        admin.wait_for_selector("[data-devices] tr")
        self.take(admin, "admin")
        self.branch_file()

    def branch_file(self) -> None:
        """A service is renamed, and looked at before it is published; nothing is."""
        if not self.wants("branch-services", "branch-review", "branch-holidays"):
            return
        page = self.screens.open("/admin/branch/holiday", "admin", MANAGER, is_person=True)
        self.take(page, "branch-holidays")
        page.goto(f"{self.office.url}/admin/branch/service")
        page.locator('[name="service.0.name.en"]').fill("Birth certificates")
        page.locator('[name="service.0.minutes"]').fill("7.5")
        self.take(page, "branch-services")
        page.locator('[name="service.0.minutes"]').press("Enter")
        page.wait_for_url("**/admin/branch?said=*")
        page.goto(f"{self.office.url}/admin/branch/review")
        page.locator("summary").click()
        self.take(page, "branch-review")
        page.locator('[value="discard"]').click()

    # ── the kiosk ────────────────────────────────────────────────────────────────────────────────────────────

    def kiosk(self) -> None:
        with fake_printer() as printer, an_agent(self.office, printer.port, self._folder / "paper"):
            page = a_kiosk_with_its_printer(self.screens)
            self.take(page, "kiosk")
            for language, name in (("en", "english"), ("zh", "chinese"), ("ta", "tamil"), ("ms", "")):
                tap(page, f'[data-language="{language}"]')
                if name:
                    self.take(page, f"kiosk-{name}")
            tap(page, '.answer[data-service="A"]')
            at_step(page, "priority")
            tap(page, '[data-is-wanted="true"]')
            at_step(page, "groups")
            self.take(page, "kiosk-priority")
            tap(page, '.answer[data-lane="elderly"]')
            at_step(page, "ticket")
            page.wait_for_selector("[data-paper=printed]")
            page.wait_for_function("() => document.querySelector('[data-qr]').naturalWidth > 0")
            self.take(page, "kiosk-ticket")
        with an_agent(self.office, closed_port(), self._folder / "no-paper"):
            page = a_kiosk_with_its_printer(self.screens)
            take_number(page, "J", lane="elderly")
            page.wait_for_selector("[data-paper=failed]")
            page.wait_for_function("() => document.querySelector('[data-qr]').naturalWidth > 0")
            self.take(page, "kiosk-printer")

    # ── the hall, the counters, the phone ────────────────────────────────────────────────────────────────────

    def floor(self) -> None:
        hall = self.screens.open("/display/hall", "display", HALL)
        canteen = self.screens.open("/display/canteen", "display", HALL)
        kiosk = self.office.caller("kiosk")
        mine = [kiosk.post("/tickets", {"service": "F", "language": "ms"}).body["url"] for _ in range(2)][-1]
        phone = self.screens.open(mine, size=PHONE)
        phone.wait_for_selector("[data-phone][data-as-of]")
        self.take(phone, "phone")
        small = self.officer("K3", TERMINAL)
        for counter in ("K1", "K4", "K3"):
            Caller(self.office.url, self.officers[counter]).post(f"/counters/{counter}/next")
        hall.wait_for_function("() => document.querySelectorAll('.card').length === 3")
        in_state(small, "called")
        for board, name in ((hall, "hall"), (canteen, "canteen")):
            board.wait_for_selector(".top [lang=en]", timeout=40_000)  # it takes turns beside Malay
            self.take(board, name)
        self.take(small, "terminal-small")
        press(small, "F3", "serving")
        self.at(SHOWN + timedelta(minutes=4))
        desk = self.officer("K3", DESK)
        self.take(desk, "terminal")
        desk.keyboard.press("n")
        desk.wait_for_selector("[data-panel=issue][open]")
        self.take(desk, "terminal-issue")
        self._call(mine, phone)

    def _call(self, mine: str, phone: Page) -> None:
        """The phone's own number, at whatever counter comes to it."""
        if not self.wants("phone-called", "phone-rating"):
            return
        desk = Caller(self.office.url, self.officers["K2"])
        number = phone.locator("[data-slot=number]").inner_text()
        desk.post("/counters/K2/finish")
        desk.post("/counters/K2/call", {"number": number, "reason": "appointment"})
        phone.wait_for_selector("[data-state=called]")
        self.take(phone, "phone-called")
        desk.post("/counters/K2/serve")
        desk.post("/counters/K2/finish")
        phone.wait_for_selector("[data-after] button")
        self.take(phone, "phone-rating")

    # ── what an office may turn on: numbers from outside, a voice ────────────────────────────────────────────

    def outside(self) -> None:
        """An office where people join from outside, and whose kiosks speak."""
        for board, role, size, name in (
            ("/display/hall", "display", HALL, "hall-check-in"), ("/kiosk/main", "kiosk", KIOSK, "kiosk-check-in"),
        ):  # fmt: skip
            page = self.screens.open(board, role, size)
            page.wait_for_selector("[data-check-in]:not([hidden])")
            self.take(page, name)
        join = self.screens.open("/join", size=PHONE)
        join.locator("[name=service]").first.check()
        self.take(join, "join")
        join.locator("form.join__form button[type=submit]").click()
        join.wait_for_selector("[data-phone]")
        self.take(join, "join-ticket")
        join.goto(self.office.url + self._code_of_the_hall())
        self.take(join, "check-in")
        heard = self.screens.open("/kiosk/main", "kiosk", KIOSK)
        heard.keyboard.press("F2")
        heard.keyboard.press("ArrowDown")
        heard.wait_for_selector('[data-setting=voice][aria-pressed="true"]')
        self.take(heard, "kiosk-voice")
        low = self.screens.open("/kiosk/main", "kiosk", LOW_KIOSK)
        low.evaluate("() => { document.body.dataset.pxPerMm = '5.89'; dispatchEvent(new Event('resize')); }")
        tap(low, ".setting--all")
        low.wait_for_selector("[data-dialog=settings][open]")
        self.take(low, "kiosk-settings")

    def _code_of_the_hall(self) -> str:
        """Where a phone comes to that scans it."""
        page = self.screens.open("/display/hall", "display", HALL)
        page.wait_for_selector("[data-check-in]:not([hidden])")
        page.screenshot(path=self._folder / "code.png")
        seen = str(self._folder / "code.png")
        zbar = ["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", seen]
        found = subprocess.run(zbar, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
        return urlsplit(found).path

    # ── bad moments ──────────────────────────────────────────────────────────────────────────────────────────

    def evening(self) -> None:
        if not self.wants("hall-closed", "kiosk-closed"):
            return
        for counter, secret in self.officers.items():
            desk = Caller(self.office.url, secret)
            while desk.post(f"/counters/{counter}/next").status == 200:
                pass
            desk.post(f"/counters/{counter}/close", {"reason": "end"})
        self.at(EVENING)
        hall = self.screens.open("/display/hall", "display", HALL)
        hall.wait_for_selector("[data-mode=closed]")
        self.take(hall, "hall-closed")
        kiosk = self.screens.open("/kiosk/main", "kiosk", KIOSK)
        at_step(kiosk, "closed")
        self.take(kiosk, "kiosk-closed")

    def outage(self) -> None:
        if not self.wants("hall-stale", "kiosk-offline", "terminal-offline"):
            return
        hall = self.screens.open("/display/hall", "display", HALL)
        kiosk = self.screens.open("/kiosk/main", "kiosk", KIOSK)
        terminal = self.officer("K3", TERMINAL)
        self.screens.forgive(UNREACHABLE)
        self.office.kill()
        hall.wait_for_selector("main[data-link=stale]")
        at_step(kiosk, "offline")
        terminal.wait_for_selector("[data-link=offline]")
        self.take(hall, "hall-stale")
        self.take(kiosk, "kiosk-offline")
        self.take(terminal, "terminal-offline")
        self.office.start()


def main(wanted: list[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as play:
        folder = Path(made)
        clock, branch = folder / "clock", folder / "branch.toml"
        set_clock(clock, EIGHT)
        branch.write_text(EXAMPLE.read_text(encoding="utf-8") + HOURS, encoding="utf-8")
        office = RunningOffice(
            folder / "data", branch=branch, environment={"GILIRAN_VOICE": "off", CLOCK: str(clock)},
            command=(sys.executable, "-m", "deploy.screenshots"),
        )  # fmt: skip
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, "--lang=ms-MY"], env={"LANGUAGE": "ms"}
        )
        screens = Screens(browser, office.start())
        screens.forgive(REFUSED)
        try:
            album = Album(screens, live_the_morning(office, clock), clock, folder, wanted)
            foreseen(office)
            for family in (album.desks, album.kiosk, album.floor, album.outage, album.evening):
                family()
            screens.close()
            if album.wants(*ASKED):
                another(folder, clock, branch, screens, wanted)
            if album.wants("history", "history-behind"):
                of_weeks(folder, clock, branch, screens, wanted)
            if album.wants("slip", "slips"):
                pictures(FOLDER)
        finally:
            browser.close()
            office.close()
    return 0


def of_weeks(folder: Path, clock: Path, branch: Path, screens: Screens, wanted: list[str]) -> None:
    """An office with weeks behind it, up to the day before."""
    past(folder / "past", WEEKS * 5 * A_DAY, a_day=A_DAY, until=EIGHT.date())
    opened = find_folder(load_settings(folder / "past"))
    keep(opened, EIGHT)
    opened.engine.dispose()
    set_clock(clock, EIGHT + SHOWN)
    office = RunningOffice(
        folder / "past", environment={"GILIRAN_VOICE": "off", CLOCK: str(clock)},
        command=(sys.executable, "-m", "deploy.screenshots"),
    )  # fmt: skip
    shown = Screens(screens.browser, office.start())
    try:
        page = shown.open("/manage/history", "manager", MANAGER, is_person=True)
        page.wait_for_selector("[data-body]:not([hidden])")
        album = Album(shown, {}, clock, folder, wanted)
        album.take(page, "history")
        page.locator('[data-rows="heat"] button').first.click()
        page.wait_for_selector("dialog[open] [data-rows=behind] tr")
        album.take(page, "history-behind")
        shown.close()
    finally:
        office.close()


def another(folder: Path, clock: Path, branch: Path, screens: Screens, wanted: list[str]) -> None:
    """The office that has turned on what the example leaves off, at the same hour."""
    text = branch.read_text(encoding="utf-8").replace("[join]\nenabled = false", "[join]\nenabled = true")
    (folder / "joined.toml").write_text(text, encoding="utf-8")
    set_clock(clock, EIGHT + SHOWN)
    office = RunningOffice(
        folder / "joined", branch=folder / "joined.toml", environment={"GILIRAN_VOICE": "auto", CLOCK: str(clock)},
        command=(sys.executable, "-m", "deploy.screenshots"),
    )  # fmt: skip
    shown = Screens(screens.browser, office.start())
    shown.forgive(REFUSED)
    try:
        Album(shown, {}, clock, folder, wanted).outside()
        shown.close()
    finally:
        office.close()


if __name__ == "__main__":
    sys.exit(serve_by_that_clock(sys.argv[1:]) if sys.argv[1:2] == ["serve"] else main(sys.argv[1:]))
