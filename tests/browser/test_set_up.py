"""The first morning: a link, an administrator, an officer, a screen on the wall; and a wrong password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from config.phrases import say
from tests.browser.screens import DESK, HALL, KIOSK, MANAGER, REFUSED, TERMINAL, Screens, at_step, in_state, sign_in
from tests.servers import PASSWORD, RunningOffice, a_running_office

ADMIN = "Puan Lim"
SETTINGS = {"GILIRAN_LOCKOUT_AFTER": "3", "GILIRAN_LOGIN_PER_MINUTE": "100", "GILIRAN_PAIRING_PER_MINUTE": "100"}


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """An office that nobody administers yet."""
    with a_running_office(tmp_path_factory.mktemp("fresh"), environment=SETTINGS) as office:
        yield office


@pytest.fixture(scope="module")
def links(a_day: RunningOffice) -> dict[str, str]:
    """The one-time links of the first start, by what they are for."""
    found = {}
    for line in a_day.has_said("/setup/").splitlines():
        if pair := re.search(r"^  (\S+ \S+) .* pair once: \S+(/pair/\S+)$", line):
            found[pair[1]] = pair[2]
        if setup := re.search(r"(/setup/\S+)$", line):
            found["set-up"] = setup[1]
    return found


@pytest.fixture
def admin(screens: Screens, links: dict[str, str]) -> Page:
    """The administrator at work: set up by the link on the first day, signed in on any other."""
    page = screens.open("/admin", size=MANAGER)
    screens.forgive(REFUSED)
    if screens.office.people.person_named(ADMIN) is None:
        page.goto(screens.office.url + links["set-up"])
    sign_in(page, ADMIN)
    assert urlsplit(page.url).path == "/admin"
    return page


def said(page: Page, words: str) -> None:
    expect(page.locator("[data-said]")).to_contain_text(words)


def test_the_set_up_link_makes_the_first_administrator_and_works_once(
    screens: Screens, running: RunningOffice, links: dict[str, str], admin: Page
) -> None:
    expect(admin.locator("[data-people] tr")).to_have_count(1)
    expect(admin.locator("[data-people]")).to_contain_text(ADMIN)

    again = screens.open(links["set-up"])

    expect(again.get_by_role("heading", level=1)).to_be_visible()
    assert again.get_by_label(re.compile("Kata laluan")).count() == 0


def test_a_password_too_short_is_told_and_makes_nobody(screens: Screens, running: RunningOffice, admin: Page) -> None:
    admin.locator("#person-name").fill("Siva")
    admin.locator("#person-password").fill("pendek")
    admin.get_by_role("button", name="Tambah orang").click()

    said(admin, say("refusal.weak_password", "ms"))
    assert running.people.person_named("Siva") is None


def test_an_officer_who_was_added_signs_in_and_stands_at_the_counter(
    screens: Screens, running: RunningOffice, admin: Page
) -> None:
    admin.locator("#person-name").fill("Aminah")
    admin.locator("#person-role").select_option("officer")
    admin.locator("#person-password").fill(PASSWORD)
    admin.get_by_role("button", name="Tambah orang").click()
    said(admin, "Aminah ditambah")

    desk = screens.open("/counter/K2", size=TERMINAL)
    assert urlsplit(desk.url).path == "/login"
    sign_in(desk, "Aminah")

    assert urlsplit(desk.url).path == "/counter/K2"
    in_state(desk, "closed")
    manage = screens.blank()
    manage.context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    manage.goto(f"{running.url}/manage")
    expect(manage.get_by_role("heading", level=1)).to_contain_text(say("error.403.title", "ms"))


def test_a_wrong_password_is_told_and_three_of_them_lock_the_name(screens: Screens, running: RunningOffice) -> None:
    screens.forgive(REFUSED)
    running.add_person("Wei Ling", "officer")
    page = screens.open("/login", size=DESK)

    for _ in range(2):
        sign_in(page, "Wei Ling", "bukan kata laluan")
        expect(page.get_by_role("alert")).to_contain_text(say("refusal.wrong_password", "ms"))
        assert page.get_by_label(re.compile("Nama pengguna")).input_value() == "Wei Ling"
    sign_in(page, "Wei Ling", "bukan kata laluan")
    sign_in(page, "Wei Ling")

    expect(page.get_by_role("alert")).to_contain_text(say("refusal.locked_out", "ms"))
    assert urlsplit(page.url).path == "/login"
    assert [cookie for cookie in page.context.cookies() if cookie.get("name") == "giliran_person"] == []


def test_a_screen_shows_a_code_the_administrator_types_it_and_the_screen_comes_alive(
    screens: Screens, running: RunningOffice, admin: Page
) -> None:
    wall = screens.open("/display/hall", size=HALL)
    code = wall.locator("[data-code]").inner_text()
    assert re.fullmatch(r"[A-Z0-9]{6}", code)

    admin.locator("#device-code").fill(code.lower())
    admin.locator("#device-name").fill("TV ruang menunggu")
    admin.locator("#device-role").select_option("display")
    admin.locator("#device-scope").fill("hall")
    admin.get_by_role("button", name="Pasangkan").click()
    said(admin, "TV ruang menunggu dipasangkan")

    wall.wait_for_selector("main[data-view=hall][data-live]")
    counter = running.caller("counter")
    running.caller("kiosk").post("/tickets", {"service": "A"})
    counter.post("/counters/K1/open", {})
    counter.post("/counters/K1/next")
    expect(wall.locator(".card .number").first).to_have_text("A001")

    row = admin.locator("[data-devices] tr", has_text="TV ruang menunggu")
    row.get_by_role("button", name="Batalkan").click()
    admin.locator("dialog[open]").get_by_role("button", name="Batalkan").click()
    said(admin, "TV ruang menunggu dibatalkan")
    wall.reload()
    expect(wall.locator("[data-code]")).to_be_visible()


def test_a_code_that_nobody_shows_is_refused(screens: Screens, admin: Page) -> None:
    admin.locator("#device-code").fill("ZZZZZZ")
    admin.locator("#device-name").fill("Entah")
    admin.get_by_role("button", name="Pasangkan").click()

    said(admin, say("refusal.pairing_code_unknown", "ms"))


def test_the_link_of_the_first_start_pairs_the_kiosk_that_opens_it_and_no_other(
    screens: Screens, links: dict[str, str]
) -> None:
    screens.forgive(REFUSED)

    kiosk = screens.open(links["Kiosk main"], size=KIOSK)
    stranger = screens.open(links["Kiosk main"], size=KIOSK)

    assert urlsplit(kiosk.url).path == "/kiosk/main"
    at_step(kiosk, "services")
    assert stranger.locator("[data-step]").count() == 0
    kiosk.reload()
    at_step(kiosk, "services")
    assert kiosk.locator(".answer[data-service]").count() == 4
