"""A visit as all who take part see it: tap, number, key, board, service, and a journal that proves it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import (
    DESK,
    HALL,
    KIOSK,
    PHONE,
    REFUSED,
    TERMINAL,
    Screens,
    at_step,
    cards,
    done,
    in_state,
    number_at,
    press,
    set_to,
    sign_in,
    take_number,
    tap,
    watch_for,
    when_seen,
)
from tests.servers import RunningOffice

PRESSED = "() => addEventListener('keydown', () => { window.pressedAt = Date.now(); }, true)"

MIDDLES = """(all) => all.map((el) => el.getBoundingClientRect())
  .map((box) => [box.left + box.width / 2, box.top + box.height / 2])"""
IS_SERVICE = "([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('.answer[data-service]'))"


@pytest.fixture(scope="module")
def a_counter(a_day: RunningOffice) -> str:
    """An officer who may sign in."""
    a_day.add_person("Aminah", "officer")
    return "Aminah"


@pytest.fixture
def terminal(screens: Screens, a_counter: str) -> Page:
    """Counter 1, its officer signed in and the counter open, with nobody in hand."""
    page = screens.open("/counter/K1", size=TERMINAL)
    sign_in(page, a_counter)
    page.wait_for_selector("[data-terminal]:not([data-state=waiting])")
    if page.locator("[data-terminal]").get_attribute("data-state") == "closed":
        press(page, "F8", "idle")
    in_state(page, "idle")
    return page


def test_a_tap_becomes_a_number_a_call_a_service_and_a_line_in_the_journal(
    screens: Screens, running: RunningOffice, terminal: Page
) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    hall = screens.open("/display/hall", "display", HALL)
    canteen = screens.open("/display/canteen", "display", HALL)

    number = take_number(kiosk, "A")
    assert number == "A001"
    link = kiosk.locator("[data-qr]").get_attribute("src") or ""
    phone = screens.open(link.removesuffix("/qr.svg"), size=PHONE)
    expect(phone.locator("[data-slot=number]")).to_have_text(number)
    expect(terminal.locator("[data-next-three]")).to_contain_text(number)

    on_board = watch_for(hall, ".card .number", number)
    on_phone = watch_for(phone, "[data-slot=counter]", "1")
    terminal.evaluate(PRESSED)
    press(terminal, "F8", "called")

    assert number_at(terminal) == number
    pressed_at = float(terminal.evaluate("() => window.pressedAt"))
    assert 0 <= when_seen(on_board) - pressed_at < 1000
    assert cards(hall) == [(number, "1")]
    assert 0 <= when_seen(on_phone) - pressed_at < 2000
    expect(phone).to_have_title(f"Kaunter 1 – {number} · Giliran")
    expect(canteen.locator("[data-slot=called] .callrow")).to_have_count(1)

    press(terminal, "F3", "serving")
    expect(hall.locator("[data-slot=recent] .callrow").first).to_contain_text(number)
    press(terminal, "F10", "idle")
    expect(phone.locator("[data-slot=sentence]")).to_have_text("Urusan anda selesai. Terima kasih.")
    done(kiosk)

    checked = running.run("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_elderly_customer_goes_first_and_the_officer_reads_why(
    screens: Screens, running: RunningOffice, terminal: Page
) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    hall = screens.open("/display/hall", "display", HALL)
    first = running.caller("kiosk").post("/tickets", {"service": "F"}).body["number"]
    second = running.caller("kiosk").post("/tickets", {"service": "F"}).body["number"]

    elderly = take_number(kiosk, "F", lane="elderly")

    rows = terminal.locator("[data-next-three] li")
    expect(rows).to_have_count(3)
    assert [rows.nth(n).inner_text().split()[0] for n in range(3)] == [elderly, first, second]
    expect(rows.first).to_contain_text("Keutamaan")
    press(terminal, "F8", "called")
    assert number_at(terminal) == elderly
    expect(hall.locator(".card .number").first).to_have_text(elderly)
    everything = kiosk.content() + hall.content()
    assert "elderly" not in hall.locator("main").inner_text()
    assert "Warga emas" not in everything.partition("data-phrases")[0].partition('data-step="ticket"')[2]
    press(terminal, "F10", "idle")
    done(kiosk)


def test_ten_taps_in_one_second_are_one_ticket(screens: Screens, running: RunningOffice) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    before = running.caller("manager").get("/overview").body["issued_today"]

    at_step(kiosk, "services")
    tap(kiosk, '.answer[data-service="H"]')
    at_step(kiosk, "priority")
    kiosk.wait_for_selector("html:not([data-settling])", state="attached")
    box = kiosk.locator('[data-is-wanted="false"]').bounding_box()
    assert box
    taps = kiosk.evaluate(
        "() => { window.taps = []; addEventListener('click', () => window.taps.push(Date.now()), true); }"
    )
    for _ in range(10):
        kiosk.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    at_step(kiosk, "ticket")

    taps = kiosk.evaluate("() => window.taps")
    assert len(taps) == 10
    assert taps[-1] - taps[0] < 1000
    assert kiosk.locator("[data-number]").inner_text().startswith("H")
    assert running.caller("manager").get("/overview").body["issued_today"] == before + 1
    done(kiosk)


def test_ten_taps_on_a_service_answer_no_question_that_comes_after_it(screens: Screens, running: RunningOffice) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    before = running.caller("manager").get("/overview").body["issued_today"]
    at_step(kiosk, "services")
    tap(kiosk, '.answer[data-service="A"]')
    at_step(kiosk, "priority")
    answers = kiosk.locator("[data-is-wanted]").evaluate_all(MIDDLES)
    tap(kiosk, '[data-act="back"]')
    at_step(kiosk, "services")
    kiosk.wait_for_selector("html:not([data-settling])", state="attached")
    # where a service stands now and an answer to the next question will
    x, y = next(point for point in answers if kiosk.evaluate(IS_SERVICE, point))

    for _ in range(10):
        kiosk.mouse.click(x, y)

    at_step(kiosk, "priority")
    assert running.caller("manager").get("/overview").body["issued_today"] == before


def test_one_officer_works_at_one_window_at_a_time(screens: Screens, running: RunningOffice, terminal: Page) -> None:
    running.caller("kiosk").post("/tickets", {"service": "A"})

    second = screens.open("/counter/K1", "counter", DESK)

    expect(terminal.get_by_text("Di tetingkap lain")).to_be_visible()
    expect(terminal.locator(".keys [aria-disabled=false]")).to_have_count(0)
    terminal.keyboard.press("F8")
    press(second, "F8", "called")
    in_state(terminal, "called")  # it shows what happens, and does nothing
    terminal.get_by_role("button", name="Guna di sini").click()
    expect(second.get_by_text("Di tetingkap lain")).to_be_visible()
    press(terminal, "F10", "idle")
    in_state(second, "idle")


def test_five_keys_are_enough_for_a_number(screens: Screens) -> None:
    """Up, down, enter, back and help: all that a keypad or a switch gives (K14)."""
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    at_step(kiosk, "services")

    def key(name: str) -> None:
        kiosk.wait_for_selector("html:not([data-settling])", state="attached")
        kiosk.keyboard.press(name)

    key("ArrowDown")
    width = kiosk.evaluate("() => parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 3
    key("Enter")
    at_step(kiosk, "priority")
    key("Escape")
    at_step(kiosk, "services")
    for _ in range(3):
        key("ArrowDown")
    key("Enter")
    at_step(kiosk, "priority")
    assert kiosk.evaluate("() => document.activeElement.dataset.isWanted") == "false"
    key("Enter")
    at_step(kiosk, "ticket")

    assert kiosk.locator("[data-number]").inner_text() == "J001"
    key("Enter")
    at_step(kiosk, "services")


def test_nothing_of_a_customer_is_left_for_the_next(screens: Screens) -> None:
    kiosk = screens.open("/kiosk/main", "kiosk", KIOSK)
    kiosk.mouse.click(5, 5)  # somebody's hand: the page remembers that it was one
    untouched = kiosk.evaluate("() => document.documentElement.cloneNode().outerHTML")
    cookies = {cookie.get("name") for cookie in kiosk.context.cookies()}

    tap(kiosk, '[data-language="ta"]')
    set_to(kiosk, "largeText")
    set_to(kiosk, "highContrast")
    number = take_number(kiosk, "A", lane="disabled")
    code = kiosk.locator("[data-qr]").get_attribute("src") or ""
    assert code
    done(kiosk)
    kiosk.wait_for_selector("html:not([data-settling])", state="attached")

    assert kiosk.evaluate("() => document.documentElement.cloneNode().outerHTML") == untouched
    html = kiosk.content()
    assert number not in html
    assert code.split("/")[2] not in html
    assert kiosk.evaluate("() => [localStorage.length, sessionStorage.length, history.length]") == [0, 0, 2]
    assert {cookie.get("name") for cookie in kiosk.context.cookies()} == cookies
    assert kiosk.evaluate("() => caches.keys().then((all) => all.length)") == 0


def test_a_whole_service_needs_no_mouse_and_the_whole_screen_shows_the_same(
    screens: Screens, running: RunningOffice, terminal: Page
) -> None:
    number = running.caller("officer").post("/tickets", {"service": "A", "lane": "emergency"}).body["number"]
    wide = screens.open("/counter/K1", "counter", DESK)
    terminal.get_by_role("button", name="Guna di sini").click()

    press(terminal, "F8", "called")
    assert number_at(terminal) == number
    in_state(wide, "called")
    press(terminal, "F3", "serving")
    terminal.keyboard.press("F4")
    terminal.keyboard.press("2")
    in_state(terminal, "idle")
    expect(terminal.locator("[data-held] li")).to_contain_text([number])
    terminal.keyboard.press("F5")
    terminal.wait_for_selector("dialog[open][data-panel=other]")
    terminal.keyboard.press("1")
    in_state(terminal, "serving")
    screens.forgive(REFUSED)  # there is no printer for the slip of a referral
    press(terminal, "F11", "idle")
    in_state(wide, "idle")
    terminal.keyboard.press("F2")
    terminal.wait_for_selector("dialog[open][data-panel=close]")
    terminal.keyboard.press("1")
    in_state(terminal, "closed")
    in_state(wide, "closed")
