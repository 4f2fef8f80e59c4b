"""The supervisor tells the hall something: previewed, shown and spoken together, within limits, taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.screens import DESK, HALL, REFUSED, Screens, axe
from tests.servers import RunningOffice, a_running_office

WATCH = """() => {
  const Made = window.Audio;
  window.moments = {};
  window.Audio = function () {
    const audio = new Made();
    audio.defaultPlaybackRate = 4;
    audio.addEventListener("playing", () => { window.moments.sound ??= performance.now(); });
    audio.addEventListener("ended", () => { window.moments.over = performance.now(); });
    return audio;
  };
  const look = () => {
    const words = document.querySelector("[data-slot=notice-text]");
    if (words?.checkVisibility() && words.textContent.trim()) window.moments.text ??= performance.now();
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """An office with its voice."""
    with a_running_office(tmp_path_factory.mktemp("told"), environment={"GILIRAN_VOICE": "auto"}) as office:
        yield office


def manager_page(screens: Screens) -> Page:
    page = screens.open("/manage", "supervisor", DESK, is_person=True)
    page.wait_for_selector("[data-notice-form] option[value='a.delay']", state="attached")
    return page


def test_it_is_previewed_told_shown_with_its_sound_and_taken_back(screens: Screens, running: RunningOffice) -> None:
    hall = screens.blank("display", HALL)
    hall.add_init_script(f"({WATCH})()")
    hall.goto(f"{running.url}/display/hall")
    hall.wait_for_selector("main[data-live]")
    page = manager_page(screens)

    clips = page.locator("[data-notice-preview] audio")
    for _ in range(4):  # a busy machine has the last of four languages ready for the second look
        page.get_by_role("button", name="Semak dahulu").click()
        page.wait_for_selector("[data-notice-preview]:not([hidden])")
        if clips.count() == 4:
            break
    assert clips.count() == 4
    assert "disuarakan dalam" in page.locator("[data-notice-preview]").inner_text()
    assert hall.locator("[data-slot=notice]").is_hidden()
    assert axe(page) == []

    page.get_by_role("button", name="Umumkan").click()
    page.get_by_text("Diumumkan.").wait_for()
    hall.wait_for_function("() => window.moments.over", timeout=60_000)
    moments = hall.evaluate("() => window.moments")
    assert moments["text"] <= moments["sound"] + 500
    assert "Masa menunggu hari ini lebih lama" in hall.locator("[data-slot=notice-text]").inner_text()
    page.get_by_text("3 lagi boleh disuarakan").wait_for()

    page.get_by_role("button", name="Tarik balik").click()
    page.get_by_text("Tiada pengumuman pada skrin.").wait_for()
    hall.locator("[data-slot=notice]").wait_for(state="hidden")


def test_words_of_ones_own_are_refused_where_they_are_the_alarms_and_shown_where_they_are_not(
    screens: Screens, running: RunningOffice
) -> None:
    screens.forgive(REFUSED)
    canteen = screens.open("/display/canteen", "display", HALL)
    hall = screens.open("/display/hall", "display", HALL)
    page = manager_page(screens)
    page.select_option("#notice-template", "own")
    page.fill("#notice-ms", "Kebakaran! Sila keluar.")
    page.get_by_role("button", name="Umumkan").click()
    page.get_by_text("Gunakan sistem penggera kebakaran").wait_for()

    page.fill("#notice-ms", "Kantin ditutup pada pukul 3.00 petang.")
    page.fill("#notice-en", "The canteen closes at 3.00 pm.")
    page.select_option("#notice-zone", "canteen")
    page.get_by_role("button", name="Umumkan").click()

    canteen.get_by_text("Kantin ditutup pada pukul 3.00 petang.").wait_for()
    assert hall.locator("[data-slot=notice]").is_hidden()
    assert page.locator("[data-notice-wrong]").is_hidden()
    assert axe(page) == []
