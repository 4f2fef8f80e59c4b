"""One visit to three counters on one number, as the customer and the officers see it (R008, R018)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import KIOSK, PHONE, TERMINAL, Screens, at_step, in_state, number_at, press, sign_in, tap
from tests.servers import RunningOffice


@pytest.fixture
def terminal(screens: Screens, a_day: RunningOffice) -> Page:
    """Counter 1, its officer signed in, for certificates and registration."""
    a_day.add_person("Aminah", "officer")
    page = screens.open("/counter/K1", size=TERMINAL)
    sign_in(page, "Aminah")
    in_state(page, "closed")
    press(page, "F8", "idle")
    return page


def test_three_services_are_one_number_and_three_legs(screens: Screens, running: RunningOffice, terminal: Page) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    at_step(kiosk, "services")

    tap(kiosk, '[data-control="several"]')
    for service in "AH":
        tap(kiosk, f'.answer[data-service="{service}"]')
    expect(kiosk.locator('[data-service="H"] [data-place]')).to_have_text("2")
    tap(kiosk, '[data-control="visit"]')
    at_step(kiosk, "priority")
    tap(kiosk, '[data-is-wanted="false"]')
    at_step(kiosk, "ticket")
    number = kiosk.locator("[data-number]").inner_text()
    expect(kiosk.locator("[data-further]")).to_contain_text("Bayaran")

    press(terminal, "F8", "called")
    assert number_at(terminal) == number
    ticket_id = running.caller("counter").get("/counters/K1").body["ticket"]["id"]
    expect(terminal.locator("[data-now-past]")).to_contain_text("Bayaran")
    terminal.locator('[data-open="menu"]').click()
    terminal.locator('[data-panel="menu"] [data-action="visit"]').click()
    terminal.locator('[data-list="visit"] button', has_text="Pertanyaan").click()
    expect(terminal.locator("[data-now-past]")).to_contain_text("Bayaran → Pertanyaan")
    press(terminal, "F10", "idle")

    expect(terminal.locator("[data-line-text]")).to_have_text(f"{number} menunggu Bayaran: tiada kaunter dibuka")
    phone = screens.open(running.caller("kiosk").get(f"/tickets/{ticket_id}").body["url"], size=PHONE)
    expect(phone.locator('[data-slot="service"]')).to_have_text("Bayaran")
    expect(phone.locator('[data-slot="further"]')).to_have_text("Selepas ini, dengan nombor yang sama: Pertanyaan")
    counter = running.caller("counter")
    counter.post("/counters/K4/open", {})
    called = {}
    for service in "HJ":
        called = counter.post("/counters/K4/next").body
        assert (called["number"], called["service"]) == (number, service)
        counter.post("/counters/K4/serve")
        expect(phone.locator('[data-slot="service"]')).to_have_text({"H": "Bayaran", "J": "Pertanyaan"}[service])
    expect(phone.locator('[data-slot="further"]')).to_have_text("")
    counter.post("/counters/K4/finish")

    told = running.caller("kiosk").get(f"/tickets/{called['id']}").body
    assert [leg["service"] for leg in told["legs"]] == ["A", "H", "J"]
    assert all(leg["wait_s"] is not None for leg in told["legs"])
    assert told["status"] == "finished"
    assert told["waits_s"] <= told["sojourn_s"]
