"""Waits as the look-ahead gives them, in its own process: every screen shows what the API says, or why nobody can."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from config import phrases
from config.times import around, wait_words
from tests.browser.screens import HALL, KIOSK, MANAGER, PHONE, Screens, at_step, axe, tap
from tests.servers import RunningOffice, a_running_office

KL = ZoneInfo("Asia/Kuala_Lumpur")
TRIES = 6
UNSEEN = "\u2060?"
"""The kiosk keeps a range on one line with characters that nobody sees."""
LOOKED_AHEAD_MS = 20_000.0
"""A new forecast is asked for within seconds of what changed, and told within one more."""


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path_factory.mktemp("day"), environment={"GILIRAN_ESTIMATES": "on"}) as office:
        yield office


def queue_of(office: RunningOffice, service: str) -> dict[str, Any]:
    found: dict[str, Any] = next(q for q in office.caller().get("/queues").body["queues"] if q["service"] == service)
    return found


def ticket_of(office: RunningOffice, number: str) -> dict[str, Any]:
    for ticket in range(1, 60):
        answer = office.caller("manager").get(f"/tickets/{ticket}")
        if answer.status == 200 and answer.body["number"] == number:
            return dict(answer.body)
    raise AssertionError(number)


def range_of(wait: dict[str, Any], unit: str, under: str) -> str:
    low, _, high = around(wait["low"], wait["likely"], wait["high"])
    return f"{low}–{high} {unit}" if low else under.format(b=high)


def sentence_of(wait: dict[str, Any], language: str = "ms") -> str:
    as_of = datetime.fromisoformat(wait["as_of"]).astimezone(KL)
    key, values = wait_words(wait["low"], wait["likely"], wait["high"], as_of, language)
    return phrases.say(key, language, **values)


def same(where: Locator, wanted: Callable[[], str]) -> None:
    """What the API says stands on the screen; asked again where a figure turned between the two."""
    for _ in range(TRIES):
        text = UNSEEN.join(map(re.escape, wanted()))
        try:
            expect(where).to_have_text(re.compile(f"^{text}$"), timeout=4_000)
        except AssertionError:
            continue
        return
    raise AssertionError((wanted(), where.all_inner_texts()))


def test_kiosk_hall_phone_and_manager_show_the_wait_that_the_api_tells(
    screens: Screens, running: RunningOffice
) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    hall = screens.open("/display/hall", "display", HALL)
    manager = screens.open("/manage", "manager", MANAGER)
    button = kiosk.locator('.answer[data-service="A"] [data-slot="wait"] [data-words]')
    strip = hall.locator(".wait").first.locator(".wait__range b")
    at_step(kiosk, "services")
    expect(button).to_have_text("Kaunter belum dibuka", timeout=LOOKED_AHEAD_MS)
    expect(hall.locator(".wait").first).to_contain_text("Tiada kaunter", timeout=LOOKED_AHEAD_MS)

    counters = running.caller("counter")
    for counter in ("K1", "K2"):
        counters.post(f"/counters/{counter}/open")
    for _ in range(6):
        running.caller("kiosk").post("/tickets", {"service": "A"})
    expect(button).to_contain_text("minit", timeout=LOOKED_AHEAD_MS)

    def shown(unit: str, under: str) -> Callable[[], str]:
        return lambda: range_of(queue_of(running, "A")["wait"], unit, under)

    same(button, shown("minit", "Bawah {b} minit"))
    same(strip, shown("min", "< {b} min"))

    tap(kiosk, '.answer[data-service="A"]')
    at_step(kiosk, "priority")
    tap(kiosk, '[data-is-wanted="false"]')
    at_step(kiosk, "over")
    expect(kiosk.locator("[data-over-wait]")).to_contain_text("Janji kami ialah 15 minit")
    tap(kiosk, '[data-act="wait_accepted"]')
    at_step(kiosk, "ticket")
    number = kiosk.locator("[data-number]").inner_text()
    expect(kiosk.locator('[data-step="ticket"] [data-wait]')).to_have_text(
        re.compile(r"^(Kira-kira|Kurang daripada|Giliran anda kira-kira)\W.*\d")
    )
    link = kiosk.locator("[data-qr]").get_attribute("src") or ""
    phone = screens.open(link.removesuffix("/qr.svg"), size=PHONE)
    same(phone.locator("[data-slot=wait]"), lambda: sentence_of(ticket_of(running, number)["wait"]))
    english = screens.open(link.removesuffix("/qr.svg") + "?language=en", size=PHONE)
    same(english.locator("[data-slot=wait]"), lambda: sentence_of(ticket_of(running, number)["wait"], "en"))
    expect(manager.locator("[data-advice-does]")).not_to_have_text(
        re.compile("Belum ada nasihat|Tiada yang menunggu"), timeout=LOOKED_AHEAD_MS * 2
    )
    expect(manager.locator("[data-quality-sentence]")).to_have_text("Terlalu sedikit anggaran yang telah diukur.")
    expect(manager.locator('[data-tile="priority"] [data-value]')).to_have_text("0", timeout=2 * LOOKED_AHEAD_MS)
    for page in (kiosk, hall, phone, manager):
        assert axe(page) == []


def test_when_the_counters_close_everybody_reads_why_there_is_no_wait(screens: Screens, running: RunningOffice) -> None:
    counters = running.caller("counter")
    for counter in ("K1", "K2"):
        counters.post(f"/counters/{counter}/open")
    ticket = running.caller("kiosk").post("/tickets", {"service": "A", "language": "en"}).body
    phone = screens.open(ticket["url"], size=PHONE)
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    hall = screens.open("/display/hall", "display", HALL)
    expect(phone.locator("[data-slot=wait]")).to_have_text(
        re.compile(r"^(About|Under|Your turn)"), timeout=LOOKED_AHEAD_MS
    )

    for counter in ("K1", "K2"):
        assert counters.post(f"/counters/{counter}/close", {"reason": "end"}).status == 200

    expect(phone.locator("[data-slot=wait]")).to_have_text(
        "No counter is open or planned for this service", timeout=LOOKED_AHEAD_MS
    )
    expect(phone.locator("[data-progress]")).to_be_hidden()
    expect(kiosk.locator('.answer[data-service="A"] [data-slot="wait"]')).to_contain_text("Kaunter belum dibuka")
    expect(hall.locator(".wait").first).to_contain_text("Tiada kaunter")
    assert queue_of(running, "A")["wait_reason"] == "no_counter"
    assert axe(phone) == []
