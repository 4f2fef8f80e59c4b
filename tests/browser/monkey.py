"""A hand that knows nothing: taps, drumming, swipes, pinches, long presses, right clicks and keys, by dice.

`python -m tests.browser.monkey --minutes 30` lets it loose in real time on a kiosk of a real office.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.screens import KIOSK, UNREACHABLE, Screens
from tests.servers import a_running_office

KEYS = (
    "F1", "F3", "F5", "F6", "F7", "F11", "F12", "Escape", "Backspace", "Enter", "Tab", "Shift+Tab", "Space", "a", "7",
    "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageDown", "Home", "Delete", "ContextMenu", "Alt+ArrowLeft",
    "Alt+Home", "Alt+F4", "Control+w", "Control+t", "Control+n", "Control+l", "Control+p", "Control+s", "Control+o",
    "Control+r", "Control+u", "Control+f", "Control+j", "Control+h", "Control+=", "Control+-",
    "Control+Shift+i", "Control+Shift+n", "Control+Tab", "Meta+d",
)  # fmt: skip
WATCH = """() => {
  const shown = (window.numbersShown = []);
  const look = () => {
    const number = document.querySelector('[data-step="ticket"]:not([hidden]) [data-number]')?.textContent;
    if (number && number !== shown.at(-1)) shown.push(number);
  };
  const begin = () => new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  document.body ? begin() : addEventListener('DOMContentLoaded', begin);
}"""
"""Writes down each number that the page shows; from the first script on, so a page that was loaded anew begins anew."""


class Monkey:
    """Its deeds on a page; the page's context must have touch."""

    def __init__(self, page: Page, seed: int) -> None:
        self._page = page
        self._dice = random.Random(seed)
        self._touch = page.context.new_cdp_session(page)
        self.deeds: Counter[str] = Counter()

    def deed(self) -> None:
        """One deed."""
        kinds = {
            "tap": 40,
            "button": 30,
            "drum": 6,
            "swipe": 8,
            "pinch": 5,
            "hold": 3,
            "right": 3,
            "wheel": 2,
            "key": 12,
        }
        kind = self._dice.choices(list(kinds), list(kinds.values()))[0]
        self.deeds[kind] += 1
        getattr(self, f"_{kind}")()

    def pause(self) -> float:
        """Seconds until the next one: mostly short, now and then so long that the kiosk believes the person gone."""
        return self._dice.choice((0.05, 0.1, 0.3, 0.5, 0.5, 1.0, 1.0, 2.0)) if self._dice.random() > 0.01 else 75.0

    def _point(self, edge: bool = False) -> tuple[float, float]:
        size = self._page.viewport_size
        assert size is not None
        x, y = self._dice.uniform(1, size["width"] - 1), self._dice.uniform(1, size["height"] - 1)
        return (self._dice.choice((1.0, size["width"] - 1.0)), y) if edge else (x, y)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches: list[dict[str, Any]] = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        self._touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def _tap(self) -> None:
        self._page.touchscreen.tap(*self._point())

    def _drum(self) -> None:
        point = self._point()
        for _ in range(8):
            self._page.touchscreen.tap(*point)

    def _button(self) -> None:
        boxes: list[list[float]] = self._page.evaluate(
            "() => [...document.querySelectorAll('button')].map((b) => b.getBoundingClientRect())"
            ".filter((b) => b.width > 0).map((b) => [b.x + b.width / 2, b.y + b.height / 2])"
        )
        if boxes:
            x, y = self._dice.choice(boxes)
            self._page.touchscreen.tap(x, y)

    def _swipe(self) -> None:
        start, end = self._point(edge=self._dice.random() < 0.5), self._point()
        self._send("touchStart", start)
        for part in (0.3, 0.6, 1.0):
            self._send("touchMove", (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part))
        self._send("touchEnd")

    def _pinch(self) -> None:
        (x, y), apart = self._point(), self._dice.uniform(50, 300)
        self._send("touchStart", (x - 20, y), (x + 20, y))
        self._send("touchMove", (x - apart, y), (x + apart, y))
        self._send("touchEnd")

    def _hold(self) -> None:
        self._send("touchStart", self._point())
        self._page.mouse.click(*self._point(), button="right")
        self._send("touchEnd")

    def _right(self) -> None:
        self._page.mouse.click(*self._point(), button=self._dice.choice(("right", "middle")))

    def _wheel(self) -> None:
        self._page.mouse.wheel(0, self._dice.uniform(-900, 900))

    def _key(self) -> None:
        self._page.keyboard.press(self._dice.choice(KEYS))


def state_of(page: Page) -> dict[str, Any]:
    """What must be as it was when nobody has been there for a while."""
    found: dict[str, Any] = page.evaluate(
        """() => ({
            step: document.querySelector('[data-step]:not([hidden])')?.dataset.step,
            language: document.documentElement.lang,
            dialogs: document.querySelectorAll('dialog[open]').length,
            zoom: visualViewport.scale,
            scrolled: [scrollX, scrollY],
            kept: [localStorage.length, sessionStorage.length],
            history: history.length,
            selected: String(getSelection()),
        })"""
    )
    return found | {"path": page.url.partition("//")[2].partition("/")[2], "windows": len(page.context.pages)}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        a_running_office(Path(folder)) as office,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=given.browser, args=["--no-sandbox", "--disable-gpu"])
        screens = Screens(browser, office)
        screens.forgive(UNREACHABLE)
        page = screens.blank("kiosk", KIOSK, has_touch=True)
        page.add_init_script(f"({WATCH})()")
        page.goto(f"{office.url}/kiosk/main")
        before = state_of(page)
        monkey = Monkey(page, given.seed)
        until = time.monotonic() + 60 * given.minutes
        while time.monotonic() < until:
            monkey.deed()
            page.wait_for_timeout(1000 * min(monkey.pause(), 62))
        page.wait_for_timeout(65_000)  # untouched: 40 s, and 20 s of the question
        after = state_of(page)
        shown = page.evaluate("() => numbersShown")
        issued = office.caller("manager").get("/overview").body["issued_today"]
        print(f"{sum(monkey.deeds.values())} deeds {dict(monkey.deeds)}; {issued} numbers issued, {len(shown)} shown")
        print(f"before {before}\nafter  {after}\ncomplaints {screens.complaints}")
        return int(before != after or len(set(shown)) != issued or bool(screens.complaints))


if __name__ == "__main__":
    sys.exit(main())
