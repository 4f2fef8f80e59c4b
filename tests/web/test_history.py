"""What a manager is told of days that are over, and who is told of officers."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from config.branch_file import EXAMPLE
from server.reports import achievement
from server.reports.day_figures import keep_step
from sql.retention import SqlRetention
from tests.web.conftest import OfficeServer, refusal

DAY = "from=2026-03-02&to=2026-03-02"
MONDAY, SUNDAY = 0, 6
LAST_AND_FIRST = ("2024-12-31", "2025-01-01")


@pytest.fixture
def a_day_that_is_over(office: OfficeServer) -> OfficeServer:
    return lived(office)


def lived(office: OfficeServer) -> OfficeServer:
    """Six customers of A are served at K1, one after another; two of F give up."""
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    counter.post("/counters/K1/open")
    for service in ("A",) * 6 + ("F",) * 2:
        assert kiosk.post("/tickets", {"service": service}).status_code == 201
    for _ in range(6):
        office.clock.advance(minutes=2)
        assert counter.post("/counters/K1/next").status_code == 200
        office.clock.advance(seconds=30)
        counter.post("/counters/K1/serve")
    office.clock.advance(minutes=2)
    counter.post("/counters/K1/finish", {"outcome": "done"})
    for number in ("F001", "F002"):
        kiosk.post(f"/tickets/{office.door.office.floor.ticket_numbered(number).id}/leave")
    office.clock.advance(hours=26)
    door, now = office.door, office.clock.now()
    assert keep_step(door.figures, door.records, door.office.floor.branch, now.date(), now - timedelta(hours=1))
    return office


def test_a_day_that_is_over_is_told_in_figures(a_day_that_is_over: OfficeServer) -> None:
    told = a_day_that_is_over.caller("manager").get(f"/history?{DAY}").get_json()

    assert (told["days"], told["until"]) == (1, "2026-03-02")
    assert (told["all"]["issued"], told["all"]["finished"], told["all"]["left"]) == (8, 6, 2)
    assert told["all"]["wait_to_call"]["p50"] == 7.0
    assert [row["of"] for row in told["service"]] == ["A", "F"]
    assert "officer" not in told  # a device leads nobody


def test_the_numbers_behind_a_figure_have_times_and_nobody_s_name(a_day_that_is_over: OfficeServer) -> None:
    asker = a_day_that_is_over.caller("manager")

    behind = asker.get(f"/history/tickets?{DAY}&service=F&weekday=0&hour=8").get_json()["tickets"]

    assert [row["number"] for row in behind] == ["F002", "F001"]
    assert set(behind[0]) == {
        "number", "business_day", "service", "status", "counter", "issued_at", "called_at", "began_at", "ended_at",
    }  # fmt: skip
    for other in ("weekday=1", "hour=9", "status=finished", "counts=no_show", "channel=staff", "counts=rated"):
        assert asker.get(f"/history/tickets?{DAY}&service=F&{other}").get_json()["tickets"] == []
    assert len(asker.get(f"/history/tickets?{DAY}&counter=K1").get_json()["tickets"]) == 6


def test_of_fewer_than_five_the_numbers_are_not_told_either(a_day_that_is_over: OfficeServer) -> None:
    asker = a_day_that_is_over.caller("manager")

    for few in ("lane=elderly", "counter=K2", "counts=rated&service=A", "counts=out_of_turn&reason=frail"):
        found = asker.get(f"/history/tickets?{DAY}&{few}").get_json()
        assert (found["hidden"], found["tickets"]) == (True, []), few
    assert asker.get(f"/history/tickets?{DAY}&lane=regular").get_json()["hidden"] is False


def test_the_numbers_of_an_officer_are_for_who_leads_officers(a_day_that_is_over: OfficeServer) -> None:
    server = a_day_that_is_over

    refusal(server.with_token(server.session("auditor")).get(f"/history/tickets?{DAY}&officer=1"), 403, "not_allowed")
    refusal(server.caller("manager").get(f"/history/tickets?{DAY}&officer=1"), 403, "not_allowed")
    assert server.with_token(server.session("supervisor")).get(f"/history/tickets?{DAY}&officer=1").status_code == 200


@pytest.mark.parametrize(
    ("state", "begins"), [("JHR", [SUNDAY, MONDAY]), ("KTN", [SUNDAY, SUNDAY]), ("KUL", [MONDAY, MONDAY])]
)
def test_the_week_of_the_heat_map_begins_where_that_of_its_days_did(
    an_office_server: partial[OfficeServer], state: str, begins: list[int]
) -> None:
    """Johor rested on Fridays and Saturdays until the end of 2024, and rests on Saturdays and Sundays since."""
    text = EXAMPLE.read_text(encoding="utf-8").replace('state = "KUL"', f'state = "{state}"')
    office = an_office_server(branch=text + '\n[[hours]]\ndays = "working"\nopen = [["08:00", "17:00"]]\n')
    asker = office.caller("manager")

    assert [asker.get(f"/history?from=2024-12-01&to={to}").get_json()["week"] for to in LAST_AND_FIRST] == begins


@pytest.mark.parametrize(("role", "may"), [("supervisor", True), ("manager", True), ("auditor", False)])
def test_who_leads_officers_reads_their_figures(a_day_that_is_over: OfficeServer, role: str, may: bool) -> None:
    asker = a_day_that_is_over.with_token(a_day_that_is_over.session(role))

    assert ("officer" in asker.get(f"/history?{DAY}").get_json()) is may


@pytest.mark.parametrize("query", ["", "from=2026-03-02&to=2026-03-01", f"{DAY}&by=officer"])
def test_days_that_are_none_are_refused(the_office: OfficeServer, query: str) -> None:
    refusal(the_office.caller("manager").get(f"/history?{query}"), 422, "malformed")


def test_what_retention_removed_is_said_by_exports_pages_and_figures(an_office_server: partial[OfficeServer]) -> None:
    hours = '\n[[hours]]\ndays = "working"\nopen = [["08:00", "17:00"]]\n'
    office = lived(an_office_server(branch=EXAMPLE.read_text("utf-8") + hours))
    door, now, manager = office.door, office.clock.now(), office.caller("manager")
    whole = "from=2026-03-02&to=2026-03-03"
    assert "Giliran-Removed-Until" not in manager.get(f"/exports/tickets.csv?{whole}").headers
    opened = [row for row in manager.get(f"/covers?{whole}").get_json()["rows"] if row["business_day"] == "2026-03-02"]
    while achievement.keep_step(door.scores, door.records, door.office.floor.branch, now.date()):
        pass
    shelf = SqlRetention(door.office.store, "system")  # type: ignore[arg-type]
    while shelf.step(date(2026, 3, 3), now):
        pass

    for table in ("tickets.csv", "tickets.xlsx", "journal.csv", "fairness.csv", "covers.csv", "recovery.csv"):
        assert manager.get(f"/exports/{table}?{whole}").headers["Giliran-Removed-Until"] == "2026-03-02", table
    for table in ("tickets.csv?from=2026-03-03&to=2026-03-03", f"charter.csv?{whole}"):
        assert "Giliran-Removed-Until" not in manager.get(f"/exports/{table}").headers, table
    for log in ("history", "covers", "disruptions"):
        assert manager.get(f"/{log}?{whole}").get_json()["removed_until"] == "2026-03-02", log
    assert manager.get(f"/history?{whole}").get_json()["all"]["issued"] == 8
    left = [row["business_day"] for row in manager.get(f"/covers?{whole}").get_json()["rows"]]
    assert "2026-03-02" not in left  # and so not as a day on which no counter opened
    assert opened
    office.add_person("Aisyah", "manager")
    browser = office.browser()
    browser.sign_in("Aisyah")
    page = browser.get("/manage")
    assert 'data-removed="2026-03-02"' in page.get_data(as_text=True)
