"""The kiosk as people meet it: a number in three taps, impatient fingers, paper that fails, a server that is gone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.kiosk_stand import Stand
from tests.browser.stage_kiosk import NOW, Office


def test_three_taps_give_a_number_in_the_language_of_the_customer(stand: Stand) -> None:
    kiosk = stand()

    kiosk.tap('[data-language="ta"]')
    kiosk.tap('[data-service="F"]')
    kiosk.tap('[data-is-wanted="false"]')
    kiosk.sees("ticket")

    assert kiosk.tickets == [{"service": "F", "lane": "regular", "language": "ta"}]
    assert kiosk.page.locator("[data-number]").inner_text() == "F012"
    assert kiosk.page.locator("[data-ahead]").inner_text() == "உங்களுக்கு முன்னால் 12 பேர் உள்ளனர்"


def test_the_ticket_says_where_to_sit_and_what_to_bring(stand: Stand) -> None:
    kiosk = stand()
    kiosk.tap('[data-language="en"]')

    kiosk.tap('[data-service="A"]')
    kiosk.tap('[data-is-wanted="false"]')
    kiosk.sees("ticket")

    assert "Waiting hall" in kiosk.page.locator("[data-sit]").inner_text()
    assert "identity card" in kiosk.page.locator("[data-bring]").inner_text()


def test_a_priority_ticket_looks_like_every_other(stand: Stand) -> None:
    regular, pregnant = stand(), stand()

    regular.tap('[data-service="A"]')
    regular.tap('[data-is-wanted="false"]')
    regular.sees("ticket")
    pregnant.tap('[data-service="A"]')
    pregnant.tap('[data-is-wanted="true"]')
    pregnant.tap('[data-lane="pregnant"]')
    pregnant.sees("ticket")

    seen = [kiosk.page.locator('[data-step="ticket"]').inner_text() for kiosk in (regular, pregnant)]
    assert [ticket["lane"] for ticket in pregnant.tickets] == ["regular", "pregnant"]
    assert seen[0] == seen[1]


def test_a_branch_that_offers_no_priority_asks_nothing(stand: Stand, office: Office) -> None:
    office.kiosk["priority"] = False
    kiosk = stand()

    kiosk.tap('[data-service="A"]')
    kiosk.sees("ticket")

    assert kiosk.tickets[0]["lane"] == "regular"


def test_a_touch_is_answered_at_once(stand: Stand) -> None:
    kiosk = stand()
    box = kiosk.page.locator('[data-service="A"]').bounding_box()
    assert box is not None

    kiosk.page.mouse.move(box["x"] + 200, box["y"] + 50)
    kiosk.page.mouse.down()

    pressed = kiosk.page.locator('[data-service="A"]')
    expect(pressed).to_have_attribute("data-pressed", "")
    delay = pressed.evaluate("button => parseFloat(getComputedStyle(button).transitionDuration)")
    assert delay <= 0.1


def test_a_number_that_takes_its_time_is_announced_within_300_ms(stand: Stand, office: Office) -> None:
    office.kiosk["priority"] = False
    kiosk = stand()
    held: list[Route] = []
    kiosk.page.route("**/api/v1/tickets", lambda route: held.append(route))

    kiosk.tap('[data-service="A"]')
    kiosk.passes(0.3)

    expect(kiosk.page.locator("h1")).to_have_text("Sedang mendapatkan nombor anda…")
    expect(kiosk.page.locator('[data-service="A"]')).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    kiosk.sees("ticket")


@pytest.mark.parametrize("priority", [False, True])
def test_ten_taps_in_one_second_give_one_number(stand: Stand, office: Office, priority: bool) -> None:
    office.kiosk["priority"] = priority
    kiosk = stand()
    kiosk.passes(1)
    box = kiosk.page.locator('[data-service="F"]').bounding_box()
    assert box is not None

    for _ in range(10):
        kiosk.page.mouse.click(box["x"] + 300, box["y"] + 60)
        kiosk.passes(0.1)

    if priority:
        kiosk.sees("priority")
        kiosk.tap('[data-is-wanted="false"]')
    kiosk.sees("ticket")
    assert len(kiosk.tickets) == 1


def test_a_cut_line_is_tried_again_with_the_same_key(stand: Stand, office: Office) -> None:
    office.kiosk["priority"] = False
    kiosk = stand()
    keys: list[str] = []

    def cut_once(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.abort()
        else:
            route.continue_()

    kiosk.page.route("**/api/v1/tickets", cut_once)
    with kiosk.page.expect_event("requestfailed"):
        kiosk.tap('[data-service="A"]')
    kiosk.page.wait_for_function("() => true")
    kiosk.passes(1.2)
    kiosk.sees("ticket")

    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_a_refusal_says_what_to_do_in_the_language_of_the_customer(stand: Stand, office: Office) -> None:
    office.refusal = {"type": "about:blank", "title": "no", "status": 409, "code": "no_such_words", "detail": "x"}
    kiosk = stand()
    kiosk.tap('[data-language="en"]')

    kiosk.tap('[data-service="A"]')
    kiosk.tap('[data-is-wanted="false"]')
    kiosk.sees("refused")

    words = kiosk.page.locator('[data-step="refused"]').inner_text()
    assert "no number was taken" in words
    assert "ask at a counter" in words


def test_a_kiosk_that_was_unpaired_sends_people_to_the_counter_and_speaks_of_no_log_in(
    stand: Stand, office: Office
) -> None:
    office.refusal = {"type": "about:blank", "title": "no", "status": 401, "code": "not_signed_in", "detail": "x"}
    kiosk = stand()

    kiosk.tap('[data-service="A"]')
    kiosk.tap('[data-is-wanted="false"]')
    kiosk.sees("refused")

    words = kiosk.page.locator('[data-step="refused"]').inner_text()
    assert "Sila tanya petugas di kaunter" in words
    assert "log" not in words.lower()


def test_a_branch_that_speaks_two_languages_offers_two(stand: Stand, office: Office) -> None:
    office.languages = ["ms", "en"]
    kiosk = stand()

    assert kiosk.page.locator("[data-language]").all_inner_texts() == ["Bahasa Melayu", "English"]


def test_a_wait_longer_than_the_promise_is_excused_before_the_number_is_taken(stand: Stand, office: Office) -> None:
    office.queues[0] |= {"waiting": 41, "wait": {"low": 1500, "likely": 2000, "high": 2700, "as_of": NOW}}
    kiosk = stand()
    kiosk.tap('[data-language="en"]')

    kiosk.tap('[data-service="A"]')
    kiosk.tap('[data-is-wanted="false"]')
    kiosk.sees("over")

    words = kiosk.page.locator('[data-step="over"]').inner_text().replace("\u2060", "")
    assert "25–45 minutes" in words
    assert "Our promise is 15 minutes" in words
    assert "41 people are waiting" in words
    assert kiosk.tickets == []
    kiosk.tap('[data-act="wait_accepted"]')
    kiosk.sees("ticket")


# paper


def test_a_printer_that_failed_leaves_the_number_until_it_is_noted(stand: Stand, office: Office) -> None:
    office.kiosk["priority"] = False
    office.printed = False
    kiosk = stand()

    kiosk.tap('[data-service="A"]')
    kiosk.sees("ticket")
    expect(kiosk.page.locator("[data-paper-words]")).to_contain_text("Nombor anda sah")
    kiosk.lingers(60)
    kiosk.sees("ticket")
    assert kiosk.page.locator("[data-done-words]").inner_text() == "Saya telah catat"
    kiosk.tap('[data-control="done"]')

    kiosk.sees("services")


def test_paper_that_came_is_said_without_a_touch(stand: Stand, office: Office) -> None:
    office.kiosk["priority"] = False
    office.printed = None
    kiosk = stand()

    kiosk.tap('[data-service="A"]')
    kiosk.sees("ticket")
    expect(kiosk.page.locator("[data-paper-words]")).to_have_text("Sedang mencetak. Sila tunggu.")
    office.printed = True
    kiosk.passes(1.1)

    expect(kiosk.page.locator("[data-paper-words]")).to_have_text("Sila ambil tiket anda")


# nobody there


def test_the_next_customer_finds_nothing_of_the_last_one(stand: Stand) -> None:
    kiosk = stand()
    fresh = kiosk.page.locator("[data-stage]").inner_text()
    for setting in ("largeText", "highContrast", "reach"):
        kiosk.sets(setting)
    *_, _ticket = kiosk.walk("en")

    kiosk.lingers(45)
    kiosk.sees("services")

    state: dict[str, Any] = kiosk.page.evaluate(
        """() => ({
            html: document.documentElement.outerHTML,
            stored: localStorage.length + sessionStorage.length,
            cookies: document.cookie,
            history: history.length,
            fields: document.querySelectorAll('input, textarea, select').length,
        })"""
    )
    assert kiosk.page.locator("[data-stage]").inner_text() == fresh
    assert "A012" not in state["html"]
    assert "Yk3mN9qLx2vRb7TgWc5ZeA" not in state["html"]
    assert (state["stored"], state["cookies"], state["fields"]) == (0, "", 0)
    assert state["history"] <= 2, "about:blank and the kiosk"


def test_forty_seconds_without_a_touch_bring_the_question_and_twenty_more_the_start(
    stand: Stand,
) -> None:
    kiosk = stand()
    kiosk.tap('[data-language="zh"]')

    kiosk.lingers(39)
    expect(kiosk.page.locator('[data-dialog="still_there"]')).not_to_be_visible()
    kiosk.passes(1.2)
    expect(kiosk.page.locator('[data-dialog="still_there"]')).to_be_visible()
    expect(kiosk.page.locator("[data-countdown]")).to_have_text("此画面将在 20 秒后重新开始。")
    assert kiosk.measures()["cut"] == []
    kiosk.lingers(20)

    expect(kiosk.page.locator('[data-dialog="still_there"]')).not_to_be_visible()
    assert kiosk.page.locator("h1").inner_text() == "Pilih urusan anda"


def test_who_needs_more_time_gets_it(stand: Stand) -> None:
    kiosk = stand()
    kiosk.tap('[data-service="A"]')

    kiosk.lingers(40.2)
    kiosk.tap('[data-dialog="still_there"] [data-act="dialog_closed"]')
    kiosk.lingers(39)

    kiosk.sees("priority")
    expect(kiosk.page.locator('[data-dialog="still_there"]')).not_to_be_visible()


# help, keys, hardening


def test_help_rings_from_every_page_with_the_name_of_the_kiosk(stand: Stand) -> None:
    kiosk = stand()

    for screen in kiosk.walk():
        kiosk.passes(12)
        kiosk.tap('[data-control="help"]')
        expect(kiosk.page.locator("[data-help-title]")).to_have_text("Petugas telah dimaklumkan")
        assert kiosk.rung[-1] == {"kiosk": "main", "kind": "help"}, screen
        kiosk.tap('[data-dialog="help"] [data-act="dialog_closed"]')

    assert len(kiosk.rung) == 7


def test_the_emergency_button_rings_staff_and_issues_nothing(stand: Stand) -> None:
    kiosk = stand()
    kiosk.tap('[data-service="A"]')

    kiosk.tap('[data-control="emergency"]')

    expect(kiosk.page.locator("[data-help-title]")).to_have_text("Petugas telah dipanggil")
    assert kiosk.rung == [{"kiosk": "main", "kind": "emergency"}]
    assert kiosk.tickets == []


def test_five_keys_are_enough(stand: Stand) -> None:
    kiosk = stand()
    press = kiosk.page.keyboard.press

    press("ArrowUp")  # from nothing: the last target, which is the last language
    press("Enter")
    expect(kiosk.page.locator("html")).to_have_attribute("lang", "ta")
    press("ArrowDown")  # … and round to the first answer
    outline = kiosk.page.evaluate(
        """() => { const style = getComputedStyle(document.activeElement);
            return { service: document.activeElement.dataset.service, style: style.outlineStyle,
                     wide: parseFloat(style.outlineWidth) }; }"""
    )
    assert outline == {"service": "A", "style": "solid", "wide": pytest.approx(outline["wide"])}
    assert outline["wide"] >= 3
    press("ArrowDown")
    press("Enter")
    kiosk.sees("priority")
    press("Escape")
    kiosk.sees("services")
    press("Enter")
    kiosk.sees("priority")
    press("F1")
    expect(kiosk.page.locator('[data-dialog="help"]')).to_be_visible()
    kiosk.passes(0.5)
    press("Enter")
    kiosk.passes(0.5)
    press("Enter")  # the focus is back where it was: "no, continue"
    kiosk.sees("ticket")

    assert kiosk.tickets == [{"service": "A", "lane": "regular", "language": "ta"}]


def test_there_is_no_way_out_of_the_kiosk(stand: Stand) -> None:
    kiosk = stand()
    address = kiosk.page.url

    for key in ("F5", "Control+r", "Control+p", "Control+Shift+i", "Alt+ArrowLeft", "Control+l", "F11"):
        kiosk.page.keyboard.press(key)
    stopped: dict[str, bool] = kiosk.page.evaluate(
        """() => {
            const target = document.querySelector('.answer');
            const stopped = {};
            const kinds = ['contextmenu', 'wheel', 'touchmove', 'dragstart', 'selectstart', 'gesturestart', 'auxclick'];
            for (const kind of kinds) {
                const event = new Event(kind, { bubbles: true, cancelable: true });
                stopped[kind] = !target.dispatchEvent(event);
            }
            return stopped;
        }"""
    )

    assert all(stopped.values()), stopped
    assert kiosk.page.url == address
    assert kiosk.page.locator("a, iframe, input").count() == 0
    assert kiosk.page.evaluate("() => getComputedStyle(document.documentElement).touchAction") == "none"
    assert kiosk.page.evaluate("() => getComputedStyle(document.body).userSelect") == "none"
