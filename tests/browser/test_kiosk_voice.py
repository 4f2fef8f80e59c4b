"""The kiosk for somebody who does not see it: five keys and a headphone, from the plug to the number and the silence
after it. The clips are made by the synthesiser, fetched and played to their end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.screens import KIOSK, Screens
from tests.machine import eventually
from tests.servers import RunningOffice, a_running_office

LISTEN = """() => {
  const audio = document.querySelector("[data-voice]");
  window.heard = [];
  audio.defaultPlaybackRate = 8;
  audio.addEventListener("ended", () => window.heard.push(audio.src));
}"""
PLUG = "(key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))"
LOUDNESS = "() => document.querySelector('[data-voice]').volume"
SAID = re.compile(r"/kiosk/main/voice/(\w\w)/([\w.]+)\.wav")


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """An office with its voice."""
    with a_running_office(tmp_path_factory.mktemp("spoken"), environment={"GILIRAN_VOICE": "auto"}) as office:
        yield office


def hears(page: Page, *keys: str) -> list[str]:
    """Waits until the last of these was heard to its end; all that was heard since the last time, in order."""
    page.wait_for_function(
        "([last, count]) => window.heard.filter((says) => says.includes(`/${last}.wav`)).length >= count",
        arg=[keys[-1], list(keys).count(keys[-1])],
        timeout=40_000,
    )
    heard = page.evaluate("() => window.heard.splice(0)")
    return [f"{found[1]} {found[2]}" for says in heard if (found := SAID.search(says))]


@pytest.mark.slow
def test_a_number_by_keys_and_ears_alone(screens: Screens, running: RunningOffice) -> None:
    ready = running.caller("kiosk")
    eventually(lambda: ready.get("/kiosk/main/voice/ms/kiosk.voice.on.wav").status == 302, 60, "no voice")
    page = screens.open("/kiosk/main", "kiosk", KIOSK)
    page.evaluate(LISTEN)
    press = page.keyboard.press

    page.evaluate(PLUG, "F15")
    first = hears(page, "kiosk.services")
    press("ArrowUp")  # from nothing, backwards: the last language
    press("ArrowUp")
    press("ArrowUp")
    tongue = hears(page, "kiosk.voice.language")
    press("Enter")
    english = hears(page, "kiosk.services")
    for _ in range(4):  # over the languages, to the second service
        press("ArrowDown")
    button = hears(page, "service", "kiosk.waiting.0")
    press("+")
    louder = hears(page, "kiosk.voice.volume")
    press("Enter")
    question = hears(page, "kiosk.priority.why", "kiosk.priority.no")
    press("Enter")
    page.locator('[data-step="ticket"]').wait_for()
    ticket = hears(page, "kiosk.voice.number", "kiosk.voice.number", "kiosk.sit")

    assert first == ["ms kiosk.voice.on", "ms kiosk.services"]
    assert tongue == ["en kiosk.voice.language"]
    assert english[0] == "en kiosk.services"
    assert button[0] == "en service"
    assert louder == ["en kiosk.voice.volume"]
    assert question == [
        "en kiosk.priority.ask", "en kiosk.priority.who", "en kiosk.priority.why", "en kiosk.voice.choices",
        "en kiosk.priority.no",
    ]  # fmt: skip
    assert ticket[:3] == ["en kiosk.voice.number", "en kiosk.voice.number", "en service"]
    assert page.locator("[data-number]").inner_text() == "F001"
    waiting = running.caller("counter").get("/queues").body["queues"]
    assert [queue["waiting"] for queue in waiting if queue["service"] == "F"] == [1]
    assert page.evaluate(LOUDNESS) == 0.75

    page.evaluate(PLUG, "F16")
    assert page.evaluate(LOUDNESS) == 0.5
    press("Enter")
    page.locator('[data-step="services"]').wait_for()
