"""An administrator changes the branch's file with the keyboard alone, in any language, and loses nothing on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from config.branch_file import parse
from sql.plan import saved_plan
from tests.browser.screens import HALL, LANGUAGES, MANAGER, REFUSED, Screens, axe
from tests.servers import RunningOffice


def test_a_service_is_renamed_looked_at_and_published_without_a_mouse(screens: Screens, running: RunningOffice) -> None:
    screens.forgive(REFUSED)
    found: dict[str, object] = {}
    page = screens.open("/admin/branch/service", "admin", MANAGER, is_person=True)
    name, minutes = page.locator('[name="service.0.name.ms"]'), page.locator('[name="service.0.minutes"]')

    name.fill("Sijil lahir")
    minutes.fill("lama")
    minutes.press("Enter")
    expect(minutes).to_be_focused()
    expect(page.locator(".field__wrong")).to_have_text("Mesti nombor.")
    for language in LANGUAGES:
        page.locator("[data-language]").select_option(language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(name).to_have_value("Sijil lahir")
        if violations := axe(page):
            found[f"service {language}"] = violations
    minutes.fill("7")
    minutes.press("Enter")
    page.wait_for_url("**/admin/branch?said=*")
    for path in ("", "/zone", "/hours", "/override", "/discipline", "/branch", "/phrase?q=ahead.n", "/review"):
        page.goto(f"{running.url}/admin/branch{path}")
        if path == "/review":
            page.locator("summary").press("Enter")
        if violations := axe(page):
            found[path] = violations
    page.goto(f"{running.url}/admin/branch/discipline")
    page.locator('[name="discipline.kind"]').select_option("first_come")
    expect(page.locator('[data-live] [lang="en"]')).to_have_text("First come, first served.")
    page.locator("[data-live]").scroll_into_view_if_needed()
    page.locator('.button[value="keep"]').press("Enter")
    page.wait_for_url("**/admin/branch?said=*")
    page.goto(f"{running.url}/admin/branch/review")
    page.locator('[value="now"]').press("Enter")
    page.wait_for_url("**/admin/branch?said=*")

    expect(page.get_by_role("status")).to_be_visible()
    service = parse(saved_plan(running.engine, "KL01")).services[0]
    assert (service.name["ms"], service.minutes) == ("Sijil lahir", 7)
    assert found == {}


@pytest.mark.slow
def test_the_hall_says_the_office_s_own_words_as_soon_as_they_are_published(
    screens: Screens, running: RunningOffice
) -> None:
    page = screens.open("/admin/branch/phrase?q=display.promise", "admin", MANAGER, is_person=True)
    hall = screens.open("/display/hall", "display", HALL)
    expect(hall.get_by_text("Janji kami")).to_be_visible()

    page.locator('[name="phrase.0.text.ms"]').fill("Kami berjanji: {x} minit")
    page.locator('.button[value="keep"]').click()
    page.wait_for_url("**/admin/branch?said=*")
    page.goto(f"{running.url}/admin/branch/review")
    page.locator('[value="now"]').click()
    page.wait_for_url("**/admin/branch?said=*")

    expect(hall.get_by_text("Kami berjanji: 15 minit")).to_be_visible(timeout=20_000)
