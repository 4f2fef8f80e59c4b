"""The kiosk and its printer: `giliran-kiosk` in a process of its own, a printer on a socket, the page before both."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from config.phrases import say
from tests.browser.paper import a_kiosk_with_its_printer, an_agent
from tests.browser.screens import KIOSK, Screens, at_step, done, take_number, tap, watch_for, when_seen
from tests.kiosk.fake_printer import closed_port, fake_printer
from tests.servers import RunningOffice

TOUCHED = "() => addEventListener('click', () => { window.touchedAt = Date.now(); }, true)"
"""The last touch: the answer with which a number is asked for."""


def test_the_paper_comes_and_the_screen_says_take_it(screens: Screens, running: RunningOffice, tmp_path: Path) -> None:
    with fake_printer() as printer, an_agent(running, printer.port, tmp_path):
        kiosk = a_kiosk_with_its_printer(screens)
        kiosk.evaluate(TOUCHED)
        on_paper = watch_for(kiosk, "[data-paper-words]", say("kiosk.paper.printed", "ms"))

        number = take_number(kiosk, "A")

        assert kiosk.evaluate("() => Date.now() - window.touchedAt") < 1000
        expect(kiosk.locator("[data-paper-words]")).to_have_text(say("kiosk.paper.printed", "ms"))
        assert when_seen(on_paper) - float(kiosk.evaluate("() => window.touchedAt")) < 3000
        assert len(printer.slips) == 1
        assert number.encode() in re.sub(rb"[\x1b\x1d].", b"", printer.slips[0])
        done(kiosk)


def test_with_a_dead_printer_number_and_code_stay_until_the_customer_has_noted_them(
    screens: Screens, running: RunningOffice, tmp_path: Path
) -> None:
    with an_agent(running, closed_port(), tmp_path):
        kiosk = a_kiosk_with_its_printer(screens)
        kiosk.clock.install()

        number = take_number(kiosk, "A")

        expect(kiosk.locator("[data-paper-words]")).to_have_text(say("kiosk.paper.failed", "ms"))
        kiosk.clock.run_for(60_000)
        assert kiosk.locator("[data-number]").inner_text() == number
        picture = kiosk.locator("[data-qr]").evaluate(
            "(el) => [el.complete, el.naturalWidth > 0, el.clientWidth / 4.03]"
        )
        assert picture[:2] == [True, True]
        assert picture[2] >= 40  # mm
        assert kiosk.locator('[data-act="done"]').inner_text().strip() == say("kiosk.noted", "ms")
        kiosk.clock.resume()
        tap(kiosk, '[data-act="done"]')
        at_step(kiosk, "services")
        assert take_number(kiosk, "A") != number
        done(kiosk)


def test_without_a_printer_nobody_is_told_to_wait_for_paper(screens: Screens, running: RunningOffice) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)

    take_number(kiosk, "H")

    expect(kiosk.locator("[data-paper-words]")).to_have_text(say("kiosk.paper.none", "ms"))
    done(kiosk)
