"""The kiosk's bad moments, designed and not caught: closed, all services shut, a server that nobody reaches."""

from __future__ import annotations

import pytest

from tests.browser.kiosk_stand import GLASS, Stand
from tests.browser.stage_kiosk import Office


@pytest.mark.parametrize("glass", GLASS)
def test_a_closed_branch_says_in_four_languages_when_it_opens(stand: Stand, office: Office, glass: str) -> None:
    office.is_open, office.opens_at, office.closed_reason = False, "2026-03-03T00:00:00Z", "holiday"
    kiosk = stand(glass)
    kiosk.sees("closed")

    words = kiosk.page.locator('[data-step="closed"]').inner_text()

    for said in ("Kaunter ditutup", "Selasa, 8.00 pagi", "Tuesday, 8.00 am", "星期二 上午8:00", "காலை 8.00"):
        assert said in words
    assert "03-8888 1234" in words
    assert kiosk.measures()["cut"] == []
    office.is_open = True
    kiosk.passes(2.1)
    kiosk.sees("services")


def test_all_services_closed_is_said_above_them(stand: Stand, office: Office) -> None:
    for queue in office.queues:
        queue |= {"is_open": False, "opens_at": None, "wait": None}
    kiosk = stand()

    assert kiosk.page.locator("h1").inner_text() == "Semua urusan ditutup buat masa ini"
    kiosk.tap('[data-service="A"]')
    kiosk.sees("refused")
    assert kiosk.tickets == []


@pytest.mark.parametrize("glass", GLASS)
def test_a_server_out_of_reach_sends_people_to_the_counter_within_five_seconds(stand: Stand, glass: str) -> None:
    kiosk = stand(glass)
    kiosk.lingers(4)
    kiosk.page.route("**/api/v1/**", lambda route: route.abort())

    left_at = kiosk.page.evaluate("() => performance.now()")
    kiosk.comes_to("offline")

    assert kiosk.page.evaluate("() => performance.now()") - left_at <= 5000
    words = kiosk.page.locator('[data-step="offline"]').inner_text()
    for said in ("ambil nombor di kaunter", "take a number from the counter", "到柜台领取号码", "முகப்பில் எண்ணை"):
        assert said in words
    assert kiosk.measures()["cut"] == []

    kiosk.page.unroute("**/api/v1/**")
    kiosk.comes_to("services")
