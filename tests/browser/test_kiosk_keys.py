"""Every page of the kiosk by five keys: the focus is always seen, comes to everything once, and nobody is held fast."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.kiosk_stand import TALL, Kiosk, Stand
from tests.browser.stage_kiosk import Office

FOCUS = """() => {
  const here = document.activeElement;
  if (!here?.matches("button")) return null;
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const parts = ["dialog", ".content", ".foot__main", ".foot__settings", ".tabs"];
  return {
    name: (here.textContent.trim() || here.ariaLabel).replace(/\\s+/g, " "),
    part: parts.find((part) => here.closest(part)),
    place: [Math.round(box.top), Math.round(box.left)],
    line: style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0,
    isSeen: here.contains(top) && box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
  };
}"""
BUTTONS = """() => [...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button")]
  .filter((button) => button.checkVisibility()).length"""
ORDER = ["dialog", ".content", ".foot__main", ".foot__settings", ".tabs"]


def settled(kiosk: Kiosk) -> None:
    kiosk.page.wait_for_function("() => !document.documentElement.hasAttribute('data-settling')")


def goes_round(kiosk: Kiosk, screen: str) -> list[str]:
    """The focus once through the whole page and back to where it was: the names it came by."""
    settled(kiosk)
    start = kiosk.page.evaluate(FOCUS)
    assert start is not None, f"{screen}: the focus is nowhere"
    met: list[dict[str, Any]] = []
    for _ in range(40):
        here = kiosk.page.evaluate(FOCUS)
        assert here is not None, screen
        assert here["line"] >= 3, (screen, here)
        assert here["isSeen"], (screen, here)
        met.append(here)
        kiosk.page.keyboard.press("ArrowDown")
        if kiosk.page.evaluate(FOCUS)["place"] == start["place"]:
            break
    assert len(met) == kiosk.page.evaluate(BUTTONS), (screen, [one["name"] for one in met])
    kiosk.page.keyboard.press("ArrowUp")
    assert kiosk.page.evaluate(FOCUS)["place"] == met[-1]["place"], f"{screen}: backwards is another way"
    kiosk.page.keyboard.press("ArrowDown")
    rank = [ORDER.index(one["part"]) for one in met]
    turned = rank[rank.index(min(rank)) :] + rank[: rank.index(min(rank))]
    assert turned == sorted(turned), f"{screen}: answers, then the foot, then settings, then languages"
    for part in (".content", ".tabs"):
        places = [one["place"] for one in met if one["part"] == part]
        assert places == sorted(places) or screen == "ticket", f"{screen}: as one reads"
    return [one["name"] for one in met]


def chooses(kiosk: Kiosk, name: str) -> None:
    """Down until the focus is on it, then enter."""
    settled(kiosk)
    for _ in range(40):
        here = kiosk.page.evaluate(FOCUS)
        if here is not None and name in here["name"]:
            kiosk.page.keyboard.press("Enter")
            return
        kiosk.page.keyboard.press("ArrowDown")
    raise AssertionError(f"no key leads to {name}")


def at(kiosk: Kiosk, screen: str) -> None:
    kiosk.page.locator(f'[data-step="{screen}"]').wait_for()
    settled(kiosk)
    goes_round(kiosk, screen)
    assert kiosk.axe() == [], screen


@pytest.mark.slow
def test_five_keys_lead_through_every_page_and_out_again(stand: Stand, office: Office) -> None:
    office.printed = False  # the number stays while we look
    office.queues[0] |= {"online": "https://www.example.gov.my/sijil", "batch": 3}
    office.queues[1] |= {"wait": office.queues[1]["wait"] | {"high": 2400}}
    kiosk = stand(TALL, is_held=False)
    press = kiosk.page.keyboard.press

    press("ArrowDown")
    at(kiosk, "services")
    chooses(kiosk, "English")
    chooses(kiosk, "Birth and death")
    at(kiosk, "online")
    chooses(kiosk, "Take a number anyway")
    at(kiosk, "batch")
    chooses(kiosk, "One more")
    press("Enter")
    press("Enter")  # three is the most
    assert kiosk.page.locator("[data-batch-count]").inner_text() == "3"
    chooses(kiosk, "Continue")
    at(kiosk, "priority")
    press("Escape")
    kiosk.page.locator('[data-step="batch"]').wait_for()
    chooses(kiosk, "Continue")
    kiosk.page.locator('[data-step="priority"]').wait_for()
    chooses(kiosk, "Yes, I need priority")
    at(kiosk, "groups")
    chooses(kiosk, "Aged 60")
    at(kiosk, "ticket")
    press("F1")
    kiosk.page.locator('[data-dialog="help"]').wait_for()
    assert goes_round(kiosk, "help") == ["Continue"]
    press("Escape")
    kiosk.page.locator('[data-dialog="help"]').wait_for(state="hidden")
    chooses(kiosk, "I have noted it")
    kiosk.page.locator('[data-step="services"]').wait_for()
    assert kiosk.tickets[-1] == {"service": "A", "lane": "elderly", "language": "en", "transactions": 3}

    chooses(kiosk, "English")
    chooses(kiosk, "More than one thing")
    settled(kiosk)
    goes_round(kiosk, "several")  # the key itself is gone: the focus is not
    chooses(kiosk, "Business registration")
    chooses(kiosk, "Payments")
    chooses(kiosk, "Continue (2)")
    kiosk.page.locator('[data-step="priority"]').wait_for()
    chooses(kiosk, "No, continue")
    at(kiosk, "over")
    chooses(kiosk, "Take a number and wait")
    kiosk.page.locator('[data-step="ticket"]').wait_for()
    chooses(kiosk, "I have noted it")
    kiosk.page.locator('[data-step="services"]').wait_for()
    assert kiosk.tickets[-1] == {"service": "F", "lane": "regular", "language": "en", "further": ["H"]}

    chooses(kiosk, "Semakan dan rayuan")  # closed
    at(kiosk, "refused")
    chooses(kiosk, "Pilih urusan lain")
    kiosk.page.locator('[data-step="services"]').wait_for()


@pytest.mark.slow
def test_on_small_glass_the_settings_are_one_key_and_a_page_of_their_own(stand: Stand) -> None:
    kiosk = stand("10.1 inch, wide", is_held=False)
    kiosk.page.keyboard.press("ArrowDown")
    goes_round(kiosk, "services")

    chooses(kiosk, "Paparan dan suara")
    kiosk.page.locator('[data-dialog="settings"]').wait_for()
    settled(kiosk)
    names = goes_round(kiosk, "settings")
    assert kiosk.axe() == []
    chooses(kiosk, "Kontras tinggi")
    assert kiosk.page.locator("html").get_attribute("data-contrast") == "high"
    kiosk.page.keyboard.press("Escape")

    assert names == ["Teks besar", "Kontras tinggi", "Suara", "Teruskan"]
    kiosk.page.locator('[data-dialog="settings"]').wait_for(state="hidden")
    settled(kiosk)
    goes_round(kiosk, "services again")
