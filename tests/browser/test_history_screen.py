"""The history in a browser: figures, their charts and tables, the numbers behind them, in every language, on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, Route

from server.reports.figures import Cell, Spread
from server.reports.history import history
from tests.browser.screens import LANGUAGES, MANAGER, Screens, axe
from tests.servers import RunningOffice

MONDAY = date(2026, 3, 2)
SUNDAY = 6


def a_cell(n: int, *minutes: float, **counts: int) -> Cell:
    """Of n tickets, who waited, were served and stayed so many minutes each."""
    cell = Cell()
    cell.counts.update({"issued": n, "finished": n, "called": n, "judged": n, "kept": n - 1, "calls": n, **counts})
    for name in ("wait_to_call", "wait", "service", "sojourn"):
        cell.spans[name] = Spread()
        for one in minutes:
            cell.spans[name].add(round(one * 60_000))
    return cell


def a_week() -> dict[str, Any]:
    said, few = Cell(), Cell()
    said.counts.update({"n": 6, "sum": 26, "5": 3, "4": 2, "3": 1})
    few.counts.update({"n": 0})
    sent = Cell()
    sent.counts.update({"n": 7})
    counter = a_cell(0, 3, 4, 5, 6, 7, served=5, calls=6, out_of_turn=1, passed_over=2, open_ms=7_200_000)
    kept = []
    for n in range(5):
        waits = [n + place * 4.5 for place in range(8)]
        kept += [
            (MONDAY + timedelta(days=n), 1, place, cell)
            for place, cell in (
                (("all", ""), a_cell(8, *waits, out_of_turn=1, told=6, within=5, wrong=1, sent_on=1)),
                (("service", "A"), a_cell(8, *waits)), (("lane", "regular"), a_cell(8, *waits)),
                (("lane", "disabled"), Cell()), (("channel", "kiosk"), a_cell(8, *waits)),
                (("slot", f"{n}-09"), a_cell(8, *waits)), ((("slot", f"{n}-11")), a_cell(2, 3, 4)),
                (("counter", "K1"), counter), (("officer", "1"), counter), (("flow", "A>F"), sent),
                (("outcome", "done"), sent), (("reason", "frail"), sent), (("rating", ""), said),
                (("rating", "A"), said), (("rating_hour", "09"), said), (("rating_hour", "11"), few),
            )
        ]  # fmt: skip
    told = history(kept, MONDAY, MONDAY + timedelta(days=6), with_officers=True)
    return told | {"until": "2026-03-06", "week": SUNDAY, "removed_until": None}


def behind(asked: list[str], route: Route) -> None:
    """A page of numbers, and one further back."""
    asked.append(route.request.url.partition("?")[2])
    is_further = "before=" in asked[-1]
    times = dict.fromkeys(("issued_at", "called_at", "began_at", "ended_at"), "2026-03-02T01:00:00.000Z")
    same = {"business_day": "2026-03-02", "service": "A", "status": "no_show", "counter": "K1", **times}
    tickets = [{"number": f"A{n:03d}", **same} for n in range(3)]
    since = None if is_further else "2026-03-01"
    answer = {"tickets": tickets, "most": 200, "hidden": False, "since": since, "before": None if is_further else 7}
    route.fulfill(json=answer | {"removed_until": None})


def opened(screens: Screens, asked: list[str]) -> Page:
    page = screens.blank("manager", MANAGER, is_person=True)
    page.route("**/api/v1/history?*", lambda route: route.fulfill(json=a_week()))
    page.route("**/api/v1/history/tickets?*", lambda route: behind(asked, route))
    page.goto(f"{screens.office.url}/manage/history")
    page.wait_for_selector("[data-body]:not([hidden])")
    return page


def test_every_figure_is_shown_said_in_a_table_and_leads_to_its_numbers(screens: Screens, a_day: RunningOffice) -> None:
    asked: list[str] = []
    page = opened(screens, asked)
    found: dict[str, object] = {}

    for language in LANGUAGES:
        page.locator("[data-language]").select_option(language)
        if violations := axe(page):
            found[language] = violations
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")  # the tables of the charts stand on the paper
    assert page.locator("details:not([open])").count() == 0
    if violations := axe(page):
        found["tables"] = violations
    assert found == {}

    tables = {name: page.locator(f'[data-rows="{name}"] tr').count() for name in ("trend", "spread", "ratings")}
    assert tables == {"trend": 5, "spread": 8, "ratings": 2}
    heat = page.locator('[data-rows="heat"] tr')
    assert heat.locator("[data-shade=few]").count() == 5
    for press, wants in (
        ('[data-tile="no_show"] [data-lead]', "counts=no_show"),
        ('[data-rows="trend"] button >> nth=0', "from=2026-03-02&to=2026-03-02"),
        ('[data-rows="spread"] button >> nth=1', "span=wait_to_call&least=50&below=100"),
        ('[data-rows="flows"] button', "service=A&sent_to=F"),
        ('[data-rows="reasons"] button', "counts=out_of_turn&reason=frail"),
        ('[data-rows="ratings"] button >> nth=1', "counts=rated&service=A"),
        ('[data-rows="officers"] button', "officer=1"),
        ('[data-rows="heat"] button >> nth=0', "weekday=0&hour=9"),
    ):
        page.locator(press).click()
        page.wait_for_selector("dialog[open] [data-rows=behind] tr")
        assert asked[-1].endswith(wants), press
        assert page.locator("[data-rows=behind] tr").count() == 3
        page.locator("[data-behind-further]").click()
        page.wait_for_function("() => document.querySelectorAll('[data-rows=behind] tr').length === 6")
        assert asked[-1].endswith("before=7")
        assert page.locator("[data-behind-further]").is_hidden()
        if press.startswith("[data-tile"):
            assert axe(page) == []
        page.keyboard.press("Escape")

    page.locator("[data-measure]").select_option("service")
    page.locator('[data-rows="spread"] button >> nth=0').click()
    page.wait_for_selector("dialog[open]")
    assert "span=service" in asked[-1]


def test_an_office_without_a_past_says_so(screens: Screens, a_day: RunningOffice) -> None:
    page = screens.open("/manage/history", "manager", MANAGER, is_person=True)

    page.wait_for_selector("[data-sentence]:not(:empty)")

    assert page.locator("[data-body]").is_hidden()
