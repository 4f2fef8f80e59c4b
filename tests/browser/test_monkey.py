"""Half an hour of hands that know nothing, at the kiosk of a real office: it ends where it began (K20, K9, K21)."""

from __future__ import annotations

import pytest

from tests.browser.kiosk_stand import LATER, Kiosk
from tests.browser.monkey import WATCH, Monkey, state_of
from tests.browser.screens import KIOSK, Screens
from tests.browser.stage_kiosk import Office
from tests.servers import RunningOffice

EARLIER = "2026-03-02T02:41:00Z"
"""The page is loaded in less than the time from here to there, on any machine."""
HALF_AN_HOUR = 1800.0


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_half_an_hour_of_random_hands_ends_where_it_began(screens: Screens, running: RunningOffice) -> None:
    page = screens.blank("kiosk", KIOSK, has_touch=True)
    page.clock.install(time=EARLIER)
    page.add_init_script(f"({WATCH})()")
    page.goto(f"{running.url}/kiosk/main")
    kiosk = Kiosk(page, Office(), is_held=True)
    page.clock.pause_at(LATER)
    kiosk.passes(3)
    before = state_of(page)
    monkey = Monkey(page, seed=20)

    passed = 0.0
    while passed < HALF_AN_HOUR:
        monkey.deed()
        pause = monkey.pause()
        kiosk.lingers(pause)
        passed += pause
    kiosk.lingers(70)

    assert state_of(page) == before
    assert before["step"] == "services"
    assert before["language"] == "ms"
    shown = page.evaluate("() => numbersShown")
    issued = running.caller("manager").get("/overview").body["issued_today"]
    assert issued > 10, "it took numbers"
    assert len(set(shown)) == issued, "each number that was given was seen"
    assert sum(monkey.deeds.values()) > 500
