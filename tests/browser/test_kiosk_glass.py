"""The kiosk's glass under a tape measure: sizes, contrasts, and nothing cut off, on four glasses in four languages."""

from __future__ import annotations

import pytest
import segno

from tests.browser.kiosk_stand import GLASS, HAIR, LANGUAGES, TALL, Stand
from tests.browser.stage_kiosk import Office, doubled, the_queues

ENDS = (TALL, "10.1 inch, wide")  # the roomiest and the smallest of the four


@pytest.mark.parametrize("glass", GLASS)
def test_every_target_is_as_large_as_a_finger_needs(stand: Stand, glass: str) -> None:
    kiosk = stand(glass)

    for screen in kiosk.walk():
        found = kiosk.measures()
        small = [each for each in found["targets"] if min(each["wide"], each["high"]) < 20 - HAIR]
        answers = [each for each in found["targets"] if each["isAnswer"]]
        assert small == [], screen
        assert [each for each in answers if each["wide"] < 80 - HAIR or each["high"] < 30 - HAIR] == [], screen
        assert [gap for gap in found["gaps"] if gap["mm"] < 5 - HAIR] == [], screen


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_needed_to_finish_is_written_large_enough_for_weak_eyes(stand: Stand, language: str) -> None:
    kiosk = stand()

    for screen in kiosk.walk(language):
        type_ = kiosk.measures()["type"]
        assert [text for text in type_ if text["capital"] < 4.8] == [], screen
        assert [text for text in type_ if text["isNeeded"] and text["capital"] < 7.4] == [], screen


@pytest.mark.parametrize("glass", ENDS)
@pytest.mark.parametrize("language", ["zh", "ta"])
def test_chinese_and_tamil_lines_stand_far_enough_apart(stand: Stand, language: str, glass: str) -> None:
    kiosk = stand(glass)

    for screen in kiosk.walk(language):
        own = [text for text in kiosk.measures()["type"] if text["lang"] == language and not text["words"].isascii()]
        assert own, screen
        assert [text for text in own if text["leading"] < 1.49] == [], screen


@pytest.mark.parametrize("glass", GLASS)
def test_the_number_and_its_code_are_forty_millimetres_high(stand: Stand, glass: str) -> None:
    kiosk = stand(glass)

    *_, _ticket = kiosk.walk()

    found = kiosk.measures()
    assert found["number"] >= 40
    modules = segno.make("https://giliran.example/t/Yk3mN9qLx2vRb7TgWc5ZeA", error="m").symbol_size(border=0)[0]
    assert found["code"] * modules / (modules + 4) >= 40, "without its white border of two modules a side"


@pytest.mark.parametrize("glass", GLASS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_in_any_language_on_any_glass(stand: Stand, language: str, glass: str) -> None:
    kiosk = stand(glass)

    for screen in kiosk.walk(language):
        found = kiosk.measures()
        assert found["cut"] == [], screen
        assert not found["scrolls"], screen
    assert kiosk.complaints == []


@pytest.mark.parametrize("glass", GLASS)
def test_a_language_twice_as_long_is_not_cut_off_either(stand: Stand, office: Office, glass: str) -> None:
    office.phrases = doubled(office.phrases)
    for queue in office.queues:
        queue["name"] = {language: f"{name} {name}" for language, name in queue["name"].items()}
    kiosk = stand(glass)

    for screen in kiosk.walk():
        assert kiosk.measures()["cut"] == [], screen


@pytest.mark.parametrize("glass", ENDS)
@pytest.mark.parametrize("setting", ["largeText", "highContrast"])
def test_large_text_and_high_contrast_cut_nothing_off(stand: Stand, setting: str, glass: str) -> None:
    kiosk = stand(glass)
    kiosk.sets(setting)

    for screen in kiosk.walk():
        assert kiosk.measures()["cut"] == [], screen


def test_large_text_is_larger(stand: Stand) -> None:
    kiosk = stand()
    before = max(text["capital"] for text in kiosk.measures()["type"] if text["words"].startswith("Bayaran"))

    kiosk.sets("largeText")

    after = max(text["capital"] for text in kiosk.measures()["type"] if text["words"].startswith("Bayaran"))
    assert after >= 1.25 * before


@pytest.mark.parametrize("glass", [TALL, "32 inch, tall"])
def test_in_reach_mode_a_hand_finds_everything_between_400_and_1220_mm(stand: Stand, glass: str) -> None:
    kiosk = stand(glass)
    mounting = GLASS[glass][3]
    toggle = next(each for each in kiosk.measures()["targets"] if each["setting"] == "reach")
    high = kiosk.measures()["glass"]["height"]
    assert high - toggle["top"] <= 100

    kiosk.sets("reach")

    for screen in kiosk.walk():
        for target in kiosk.measures()["targets"]:
            assert mounting + high - target["top"] <= 1220 + HAIR, (screen, target["name"])
            assert mounting + high - target["bottom"] >= 400, (screen, target["name"])
        assert kiosk.measures()["cut"] == [], screen


@pytest.mark.parametrize("glass", ENDS)
@pytest.mark.parametrize("setting", [None, "highContrast"])
def test_axe_finds_nothing_on_any_page(stand: Stand, office: Office, glass: str, setting: str | None) -> None:
    office.printed = False  # a number that must be noted stays while axe looks
    kiosk = stand(glass, is_held=False)
    if setting:
        kiosk.sets(setting)

    for screen in kiosk.walk():
        assert kiosk.axe() == [], screen
    kiosk.tap('[data-control="help"]')
    kiosk.page.locator('[data-dialog="help"]').wait_for()
    assert kiosk.axe() == [], "help"


def test_high_contrast_is_fifteen_to_one(stand: Stand) -> None:
    kiosk = stand()
    kiosk.sets("highContrast")

    for screen in kiosk.walk():
        weak = [text for text in kiosk.measures()["contrasts"] if text["ratio"] < 15]
        on_tabs = {"Bahasa Melayu", "English", "中文", "தமிழ்"}
        assert [text for text in weak if text["words"] not in on_tabs] == [], screen


def test_the_first_page_offers_four_languages_in_their_own_script_and_every_service(
    stand: Stand,
) -> None:
    kiosk = stand()

    tabs = kiosk.page.locator("[data-language]").all_inner_texts()
    chosen = kiosk.page.locator('[data-language][aria-pressed="true"]').inner_text()
    names = kiosk.page.locator(".answer__name").locator("visible=true").all_inner_texts()

    assert tabs == ["Bahasa Melayu", "English", "中文", "தமிழ்"]
    assert chosen == "Bahasa Melayu"
    assert names == [queue["name"]["ms"] for queue in the_queues()]


def test_a_service_says_how_many_wait_and_how_long_or_until_when_it_is_closed(stand: Stand) -> None:
    kiosk = stand()
    kiosk.tap('[data-language="en"]')

    rows = {
        row.locator(".answer__name").inner_text(): row.locator(".answer__facts").inner_text().split("\n")
        for row in kiosk.page.locator("[data-answers] .answer").all()
    }

    joined = {name: " | ".join(words).replace("\u2060", "") for name, words in rows.items()}
    assert joined["Birth and death certificates"] == "7 people waiting | 5–15 minutes"
    assert joined["Payments"] == "1 person waiting | Under 5 minutes"
    assert joined["Identity cards"] == "4 people waiting | No estimate yet"
    assert joined["Reviews and appeals"] == "Closed until 2.00 pm"
