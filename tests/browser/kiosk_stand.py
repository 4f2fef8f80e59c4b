"""A kiosk put up for a test: its page on one of four glasses, before an office that the test arranges.

Time is the browser's own clock and stands until it is moved. `address` is where the page is: a test session that has
a real office overrides that fixture and arranges the office by its own means.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.stage_kiosk import NOW, Office

LATER = "2026-03-02T02:43:00Z"
AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js"))
MEASURES = (Path(__file__).parent / "kiosk_measures.js").read_text("utf-8")
LANGUAGES = ("ms", "en", "zh", "ta")
STRIDE = 1.0  # s: a held clock goes no further at once, for the page asks for the queues every two seconds
HAIR = 0.1  # mm that rounding may take away

GLASS = {  # width and height in pixels, pixels of a millimetre, mm from the floor to the lower edge
    "21.5 inch, tall": (1080, 1920, 4.03, 850),
    "32 inch, tall": (1080, 1920, 2.71, 850),
    "15.6 inch, wide": (1366, 768, 3.95, 1000),
    "10.1 inch, wide": (1280, 800, 5.89, 1000),
}
TALL = "21.5 inch, tall"


class Kiosk:
    """A page at the kiosk's address, and what its customers do."""

    def __init__(self, page: Page, office: Office, is_held: bool) -> None:
        self.page = page
        self.office = office
        self.is_held = is_held
        self.complaints: list[str] = []
        self._asked: set[Request] = set()
        page.on("request", lambda request: self._asked.add(request))
        page.on("requestfinished", lambda request: self._asked.discard(request))
        page.on("requestfailed", lambda request: self._asked.discard(request))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def passes(self, seconds: float) -> None:
        """Moves the clock, where it is held: not before its last look at the queues was answered.

        The answer comes in the real time of a busy machine. A held clock that ran ahead of it would say that the
        server is out of reach, and stay there.
        """
        if not self.is_held:
            return
        self.page.evaluate("() => null")  # what the page asked is known here
        while any(request.url.endswith("/queues") for request in self._asked):
            self.page.evaluate("() => null")
        self.page.clock.run_for(int(seconds * 1000))

    def lingers(self, seconds: float) -> None:
        """Moves the held clock far, as far as the page can follow: it looks at the queues every two seconds."""
        while seconds > 0:
            self.passes(min(seconds, STRIDE))
            seconds -= STRIDE
            while self._asked:
                self.page.evaluate("() => null")

    def comes_to(self, screen: str) -> None:
        """Moves the held clock until that page is seen, ten seconds at most."""
        for _ in range(40):
            self.lingers(0.25)
            if self.page.locator(f'[data-step="{screen}"]').is_visible():
                return
        raise AssertionError(f"{screen} was not seen within ten seconds")

    def learns(self) -> None:
        """Until the page has asked for the queues anew."""
        if self.is_held:
            self.lingers(3)
            return
        with self.page.expect_response("**/queues"):
            pass
        with self.page.expect_response("**/queues"):
            pass

    def tap(self, selector: str) -> None:
        """A deliberate touch: the page has settled before it."""
        self.passes(0.5)
        self.page.locator(selector).locator("visible=true").first.click()

    def sets(self, setting: str) -> None:
        """Touches a setting, behind its key where the foot has no room for all of them."""
        key = self.page.locator(".setting--all")
        is_behind = key.is_visible()
        if is_behind:
            self.tap(".setting--all")
        self.tap(f'[data-setting="{setting}"]')
        if is_behind:
            self.tap('[data-dialog="settings"] [data-act="dialog_closed"]')

    def sees(self, screen: str) -> None:
        expect(self.page.locator(f'[data-step="{screen}"]')).to_be_visible()
        self.passes(0.5)

    def measures(self) -> dict[str, Any]:
        """What a tape measure finds (kiosk_measures.js)."""
        found: dict[str, Any] = self.page.evaluate(MEASURES)
        return found

    def axe(self) -> list[str]:
        """What axe objects to, text contrast of 7:1 included. Needs a clock that runs."""
        assert not self.is_held
        self.page.evaluate(AXE.read_text("utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            """async () => (await axe.run(document, {
                rules: { 'color-contrast-enhanced': { enabled: true } },
                resultTypes: ['violations'],
            })).violations"""
        )
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    def walk(self, language: str = "ms") -> Iterator[str]:
        """Every page on the way to a number, named as it comes."""
        if language != "ms":
            self.tap(f'[data-language="{language}"]')
        self.sees("services")
        yield "services"
        self.office.queues[0] |= {"online": "https://www.example.gov.my/perkhidmatan/sijil", "batch": 10}
        self.learns()
        self.tap('[data-control="several"]')
        self.tap(".answer[data-service]:not([data-closed])")
        yield "several"
        self.tap('[data-control="back"]')
        self.tap(".answer[data-service]:not([data-closed])")
        self.sees("online")
        self.page.wait_for_function("() => document.querySelector('[data-online-code]').naturalWidth > 0")
        yield "online"
        self.tap('[data-act="online_declined"]')
        self.sees("batch")
        yield "batch"
        self.tap('[data-act="batch_confirmed"]')
        self.sees("priority")
        yield "priority"
        self.tap('[data-is-wanted="true"]')
        self.sees("groups")
        yield "groups"
        self.tap(".answer[data-lane]")
        self.sees("ticket")
        yield "ticket"

    @property
    def tickets(self) -> list[dict[str, Any]]:
        """The bodies of the requests for a number."""
        return [body for path, _, body in self.office.posts if path == "/tickets"]

    @property
    def rung(self) -> list[dict[str, Any]]:
        """The bodies of the calls for help."""
        return [body for path, _, body in self.office.posts if path == "/help"]


class Stand:
    """Puts up kiosks: `stand(glass)`. With `is_held=False` the clock runs by itself, which axe needs."""

    def __init__(self, browser: Browser, office: Office, address: str) -> None:
        self._browser = browser
        self._office = office
        self._address = address
        self._contexts: list[BrowserContext] = []

    def __call__(self, glass: str = TALL, *, is_held: bool = True) -> Kiosk:
        width, height, self._office.kiosk["px_per_mm"], self._office.kiosk["mounting_mm"] = GLASS[glass]
        size = {"width": width, "height": height}
        context = self._browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
        self._contexts.append(context)
        page = context.new_page()
        if is_held:
            page.clock.install(time=NOW)
        kiosk = Kiosk(page, self._office, is_held)
        page.goto(self._address)
        page.evaluate("() => document.fonts.ready")
        if is_held:
            page.clock.pause_at(LATER)
        return kiosk

    def close(self) -> None:
        for context in self._contexts:
            context.close()
