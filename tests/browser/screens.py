"""The office's real pages in a real browser: every screen in a context of its own, as on a device of its own.

    hall = screens.open("/display/hall", "display", HALL)
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    number = take_number(kiosk)
    terminal = screens.open("/counter/K1", size=TERMINAL)
    sign_in(terminal, "Aminah")
    press(terminal, "F8", "idle")                       # a key, and the state that it leads to

What a page says on its console, a breach of the policy included, fails the test at its end, unless it was forgiven.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from config import phrases
from tests.servers import PASSWORD, RunningOffice

AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js")).read_text("utf-8")

Size = tuple[int, int]
KIOSK, HALL, TERMINAL, DESK, MANAGER, PHONE = (
    (1080, 1920),
    (1920, 1080),
    (320, 480),
    (1366, 768),
    (1440, 900),
    (390, 844),
)
LANGUAGES = ("ms", "en", "zh", "ta")

REFUSED = r"the server responded with a status of 4\d\d"
"""What the browser itself notes of every refusal, however well the page takes it."""
UNREACHABLE = r"net::ERR_|WebSocket (connection|is closed)"


@dataclass
class Screens:
    """Opens pages of one office and remembers what they complained of."""

    browser: Browser
    office: RunningOffice
    complaints: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, path: str, role: str | None = None, size: Size = MANAGER, *, is_person: bool = False, **context: Any
    ) -> Page:
        """A page in a fresh browser: of a paired device of this role, of somebody of it who is signed in, of nobody."""
        page = self.blank(role, size, is_person=is_person, **context)
        page.goto(self.office.url + path)
        page.evaluate("() => document.fonts.ready.then(() => null)")
        return page

    def blank(
        self,
        role: str | None = None,
        size: Size = MANAGER,
        *,
        is_person: bool = False,
        secret: str = "",
        **context: Any,
    ) -> Page:
        """The same before any page is opened. `secret` is a session's or a device's that is known already."""
        made = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, **{"reduced_motion": "reduce", "locale": "ms-MY"} | context
        )
        made.set_default_timeout(15_000)
        self._contexts.append(made)
        if role is not None and not secret:
            secret = self.office.session(role) if is_person else self.office.token(role)
        if secret:
            name = "giliran_person" if is_person else "giliran_device"
            made.add_cookies([{"name": name, "value": secret, "url": self.office.url, "httpOnly": True}])
        page = made.new_page()
        page.on("pageerror", lambda error: self._hear(page, str(error)))
        page.on("console", lambda said: self._hear(page, said.text) if said.type in ("error", "warning") else None)
        return page

    def _hear(self, page: Page, said: str) -> None:
        if not any(re.search(pattern, said) for pattern in self.forgiven):
            self.complaints.append(f"{page.url}: {said}")

    def forgive(self, *patterns: str) -> None:
        """From now on such lines are what the test itself brings about."""
        self.forgiven.extend(patterns)

    def close(self) -> None:
        """Away with all pages. What they complained of, and phrases that showed their keys, are asserted."""
        holes = [
            f"{page.url} shows {key}" for made in self._contexts for page in made.pages for key in keys_shown(page)
        ]
        for made in self._contexts:
            made.close()
        self._contexts.clear()
        assert (self.complaints, holes) == ([], [])


def keys_shown(page: Page) -> list[str]:
    """Keys of phrases that stand where their words should."""
    text = str(page.evaluate("() => document.body?.innerText ?? ''"))
    return [word for word in re.findall(r"[a-z_]+\.[\w.]+", text) if word in phrases.table()]


def axe(page: Page) -> list[tuple[str, str]]:
    """What the rules for accessible pages find: (rule, element)."""
    page.evaluate(AXE)
    found = page.evaluate(
        "() => axe.run({ resultTypes: ['violations'] })"
        ".then((r) => r.violations.flatMap((v) => v.nodes.map((n) => [v.id, n.html])))"
    )
    return [(rule, element) for rule, element in found]


# ── the kiosk ────────────────────────────────────────────────────────────────────────────────────────────────


def tap(page: Page, selector: str) -> None:
    """A deliberate touch: the page has settled before it."""
    page.wait_for_selector("html:not([data-settling])", state="attached")
    page.locator(selector).locator("visible=true").first.click()


def set_to(page: Page, setting: str) -> None:
    """Touches a setting of the kiosk, behind its key where the foot has no room for all of them."""
    page.wait_for_selector("html:not([data-settling])", state="attached")
    is_behind = page.locator(".setting--all").is_visible()
    if is_behind:
        tap(page, ".setting--all")
    tap(page, f'[data-setting="{setting}"]')
    if is_behind:
        tap(page, '[data-dialog="settings"] [data-act="dialog_closed"]')


def at_step(page: Page, step: str) -> None:
    page.wait_for_selector(f'[data-step="{step}"]:not([hidden])')


def take_number(page: Page, service: str = "A", lane: str | None = None) -> str:
    """From the list of services to the number on the glass."""
    at_step(page, "services")
    tap(page, f'.answer[data-service="{service}"]')
    at_step(page, "priority")
    if lane is None:
        tap(page, '[data-is-wanted="false"]')
    else:
        tap(page, '[data-is-wanted="true"]')
        at_step(page, "groups")
        tap(page, f'.answer[data-lane="{lane}"]')
    at_step(page, "ticket")
    return page.locator("[data-number]").inner_text()


def done(page: Page) -> None:
    """The customer goes, and the next one finds the kiosk as it was."""
    tap(page, '[data-act="done"]')
    at_step(page, "services")


# ── the terminal ─────────────────────────────────────────────────────────────────────────────────────────────


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Into the log-in form that stands there; whoever has not read the charter yet does."""
    page.get_by_label(re.compile("Nama pengguna")).fill(name)
    page.get_by_label(re.compile("Kata laluan")).fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if urlsplit(page.url).path == "/charter/read":
        with page.expect_navigation():
            page.get_by_role("button", name="Saya telah membaca").click()


def in_state(page: Page, state: str) -> None:
    page.wait_for_selector(f"[data-terminal][data-state={state}]")


def press(page: Page, key: str, state: str) -> None:
    """A key of the officer's once the keys are free, and the state of the terminal that it leads to."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.press(key)
    in_state(page, state)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def number_at(page: Page) -> str:
    """The number that stands in the terminal."""
    return page.locator("[data-now-number]").inner_text()


# ── the hall ─────────────────────────────────────────────────────────────────────────────────────────────────

WATCH = """([selector, wanted]) => {
  const seen = () => [...document.querySelectorAll(selector)].some((el) => el.textContent === wanted);
  const told = new Promise((done) => {
    const look = () => seen() && (watching.disconnect(), done(Date.now()));
    const watching = new MutationObserver(look);
    watching.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
  return { told };
}"""


def watch_for(page: Page, selector: str, text: str) -> Any:
    """Begins to look for a text on a page; `when_seen` of what it returns gives the instant in ms."""
    return page.evaluate_handle(WATCH, [selector, text])


def when_seen(watched: Any) -> float:
    return float(watched.evaluate("({ told }) => told"))


def cards(page: Page) -> list[tuple[str, str]]:
    """The calls that share the hall's large part: (number, counter)."""
    found = page.locator(".card").evaluate_all(
        "(all) => all.map((el) => [...el.querySelectorAll('.number')].map((one) => one.textContent))"
    )
    return [(number, counter) for number, counter in found]
