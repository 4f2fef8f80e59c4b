"""A hall that slows down, on the real server with its real look-ahead: warned of before anybody has waited too long,
explained on every screen, acted upon; and the one tap of a disruption. Nothing waits for minutes: the forecast sees.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import HALL, KIOSK, MANAGER, PHONE, Screens, at_step, axe, tap
from tests.servers import RunningOffice, a_running_office

pytestmark = pytest.mark.slow

SORRY = "Maaf, masa menunggu sekarang melebihi janji kami (15 minit)."
STOPPED = "Maaf, sistem kami terganggu."
SEEN_MS = 30_000.0
"""A forecast, a look at the promises and a heartbeat: half of the minute that there is (R042)."""


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path_factory.mktemp("slow"), environment={"GILIRAN_ESTIMATES": "on"}) as office:
        yield office


def slow_down(office: RunningOffice, how_many: int = 14) -> str:
    """One counter for a crowd. The address of the last one's phone page."""
    office.caller("counter").post("/counters/K1/open", {"services": ["A"]})
    kiosk = office.caller("kiosk")
    tickets = [kiosk.post("/tickets", {"service": "A", "kiosk": "main"}).body for _ in range(how_many)]
    return str(tickets[-1]["url"])


def says_everywhere(words: str, hall: Page, canteen: Page, kiosk: Page, phone: Page) -> None:
    expect(hall.locator("[data-slot=notice-text]")).to_contain_text(words, timeout=SEEN_MS)
    expect(canteen.locator("[data-slot=notice-text]")).to_contain_text(words, timeout=SEEN_MS)
    expect(kiosk.locator("[data-step=services]")).to_contain_text(words, timeout=SEEN_MS)
    expect(phone.locator("[data-news]")).to_contain_text(words, timeout=SEEN_MS)


@pytest.mark.soak
def test_a_slow_down_is_warned_of_before_the_first_breach_and_explained_on_every_screen(
    screens: Screens, running: RunningOffice
) -> None:
    hall, canteen = (screens.open(f"/display/{zone}", "display", HALL) for zone in ("hall", "canteen"))
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    manager = screens.open("/manage", "supervisor", MANAGER, is_person=True)
    at_step(kiosk, "services")

    phone = screens.open(slow_down(running), size=PHONE)

    says_everywhere(SORRY, hall, canteen, kiosk, phone)
    case = manager.locator(".recovery__case")
    expect(case).to_contain_text("Amaran")
    (told,) = running.caller("manager").get("/recovery").body["cases"]
    assert (told["level"], told["breached_at"]) == ("warned", None)  # nobody has waited too long yet

    # the next slip says it too
    running.caller("kiosk").post("/tickets", {"service": "A", "kiosk": "main"})
    slip = running.caller("kiosk").get("/kiosks/main/unprinted").body["tickets"][-1]
    assert SORRY in slip["notices"][0]["ms"]

    # somebody says why, and lets another counter help
    case.locator("select").nth(1).select_option("officers")
    expect(kiosk.locator("[data-step=services]")).to_contain_text(SORRY)
    expect(phone.locator("[data-news]")).to_contain_text("petugas kurang", timeout=SEEN_MS)
    case.locator("select").nth(0).select_option(label="Buka kaunter 2")
    case.get_by_role("button", name="Lakukan").click()
    expect(case).to_contain_text("Masa hingga tindakan")
    terminal = screens.open("/counter/K2", "counter", MANAGER)
    expect(terminal.locator("[data-line-text]")).to_contain_text("buka kaunter ini")
    assert axe(manager) == []


def test_one_tap_tells_every_screen_of_a_disruption_and_one_takes_it_back(
    screens: Screens, running: RunningOffice
) -> None:
    url = running.caller("kiosk").post("/tickets", {"service": "F"}).body["url"]
    hall, canteen = (screens.open(f"/display/{zone}", "display", HALL) for zone in ("hall", "canteen"))
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    phone = screens.open(url, size=PHONE)
    manager = screens.open("/manage", "supervisor", MANAGER, is_person=True)

    manager.get_by_role("button", name="Sistem terganggu").click()

    says_everywhere(STOPPED, hall, canteen, kiosk, phone)
    expect(manager.locator("[data-disruption-words]")).to_contain_text("Sistem terganggu, hingga")
    tap(manager, "[data-disruption-over]")
    expect(phone.locator("[data-news]")).not_to_contain_text(STOPPED, timeout=SEEN_MS)
    expect(manager.locator("[data-disruption-stands]")).to_be_hidden()


def test_a_supervisor_runs_a_play_by_hand_and_each_tick_carries_a_name(
    screens: Screens, running: RunningOffice
) -> None:
    manager = screens.open("/manage", "supervisor", MANAGER, is_person=True)
    form, runs = manager.locator("[data-play-form]"), manager.locator("[data-play-runs] li[data-run]")

    form.locator("[name=play]").select_option("broken")
    expect(form.locator("[data-play-steps] li")).to_have_count(3)
    form.locator("[name=tell]").check()
    form.get_by_role("button", name="Mulakan").click()
    expect(runs).to_have_count(1)
    runs.get_by_label("Minta maaf sendiri").check()
    expect(runs.locator(".plays__step").nth(2)).to_contain_text("(supervisor)")
    (told,) = running.caller("manager").get("/recovery").body["runs"]
    assert [step["done"] is not None for step in told["steps"]] == [False, False, True]
    assert told["notice"] is not None
    assert axe(manager) == []

    runs.locator("[name=note]").fill("Sudah pulih")
    runs.get_by_role("button", name="Hentikan").click()
    expect(runs).to_contain_text("Dihentikan: 1 daripada 3 langkah")
