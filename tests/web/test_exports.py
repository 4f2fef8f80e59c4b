"""What managers and other systems take away: tickets and the journal of any business days, and their measures."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest

from server.reports.achievement import keep_step
from server.reports.export import JOURNAL_HEADER, LEGS_HEADER, TICKETS_HEADER
from tests.web.conftest import OfficeServer, refusal

DAY = "from=2026-03-02&to=2026-03-02"


@pytest.fixture
def a_day(office: OfficeServer) -> OfficeServer:
    """A001 is served in five minutes after a wait of two, A002 moves to F, F001 gives up, A003 still waits."""
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    for service in ("A", "A", "F", "A"):
        kiosk.post("/tickets", {"service": service})
    office.clock.advance(minutes=1)
    counter.post("/counters/K1/open")
    office.clock.advance(minutes=1)
    counter.post("/counters/K1/next")
    office.clock.advance(seconds=30)
    counter.post("/counters/K1/serve")
    office.clock.advance(minutes=5)
    counter.post("/counters/K1/finish", {"outcome": "done"})
    counter.post("/counters/K1/next")
    counter.post("/counters/K1/transfer", {"service": "F"})
    kiosk.post(f"/tickets/{office.door.office.floor.ticket_numbered('F001').id}/leave")
    return office


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_tickets_are_one_row_each_with_what_was_measured(a_day: OfficeServer) -> None:
    answer = a_day.caller("manager").get(f"/exports/tickets.csv?{DAY}")

    found = rows(answer)
    assert list(found[0]) == list(TICKETS_HEADER)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tickets-2026-03-02-2026-03-02.csv"'
    assert [(row["number"], row["status"]) for row in found] == [
        ("A001", "finished"), ("A002", "waiting"), ("F001", "left"), ("A003", "waiting"),
    ]  # fmt: skip
    first = found[0]
    assert (first["wait_to_call_s"], first["wait_s"], first["service_s"], first["sojourn_s"]) == (
        "120", "150", "300", "450",
    )  # fmt: skip


def test_legs_are_one_row_each(a_day: OfficeServer) -> None:
    found = rows(a_day.caller("manager").get(f"/exports/tickets.csv?{DAY}&legs=1"))

    assert list(found[0]) == list(LEGS_HEADER)
    assert [(row["number"], row["leg"], row["service"]) for row in found] == [
        ("A001", "1", "A"), ("A002", "1", "A"), ("A002", "2", "F"), ("F001", "1", "F"), ("A003", "1", "A"),
    ]  # fmt: skip


def test_the_journal_is_one_row_an_event_and_knows_the_day_of_the_branch(a_day: OfficeServer) -> None:
    asker = a_day.caller("auditor")

    found = rows(asker.get(f"/exports/journal.csv?{DAY}"))

    assert list(found[0]) == list(JOURNAL_HEADER)
    assert [row["kind"] for row in found[:6]] == ["ticket_issued"] * 4 + ["counter_opened", "ticket_called"]
    assert found[0]["at"] == "2026-03-02T00:00:00.000Z"
    assert found[4]["services"] == "A|F"
    assert rows(asker.get("/exports/journal.csv?from=2026-03-01&to=2026-03-01")) == []
    assert rows(asker.get("/exports/journal.csv?from=2026-03-03&to=2026-03-03")) == []


def test_a_spreadsheet_has_the_same_rows(a_day: OfficeServer) -> None:
    answer = a_day.caller("manager").get(f"/exports/tickets.xlsx?{DAY}")

    assert answer.status_code == 200
    assert answer.content_type.startswith("application/vnd.openxmlformats")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 5


def test_measures_are_told_by_service(a_day: OfficeServer) -> None:
    told = a_day.caller("auditor").get(f"/measures?{DAY}&by=service").get_json()

    assert (told["from"], told["to"], told["by"]) == ("2026-03-02", "2026-03-02", "service")
    assert told["rows"]


@pytest.mark.parametrize("path", ["/exports/tickets.csv", "/exports/tickets.xlsx", "/exports/journal.csv", "/measures"])
@pytest.mark.parametrize(
    "query",
    [
        "", "from=2026-03-02", "to=2026-03-02", "from=2026-03-02&to=2026-03-01", "from=2026-02-30&to=2026-03-01",
        "from=yesterday&to=today", "from=2026-3-2&to=2026-03-03", "from=2026-03-02&to=2026-03-02&sort=number",
        "from=%D9%A2%D9%A0%D9%A2%D9%A6-03-02&to=2026-03-02", "from=0000-01-01&to=2026-01-01",
        "first=2026-03-02&last=2026-03-02", "from=2026-03-02%00&to=2026-03-02",
    ],
)  # fmt: skip
def test_days_that_are_none_are_refused(the_office: OfficeServer, path: str, query: str) -> None:
    refusal(the_office.caller("manager").get(f"{path}?{query}"), 422, "malformed")


@pytest.mark.parametrize("path", ["/exports/tickets.csv", "/exports/journal.csv", "/measures"])
def test_all_of_the_calendar_may_be_asked_for(a_day: OfficeServer, path: str) -> None:
    assert a_day.caller("manager").get(f"{path}?from=0001-01-01&to=9999-12-31").status_code == 200


@pytest.mark.parametrize("by", ["weather", "", "service,lane"])
def test_measures_by_what_nobody_measures_are_refused(the_office: OfficeServer, by: str) -> None:
    refusal(the_office.caller("manager").get(f"/measures?{DAY}&by={by}"), 422, "malformed")


def test_looking_whether_an_export_is_there_leaves_nothing_open(a_day: OfficeServer) -> None:
    asker = a_day.caller("manager")

    for _ in range(30):  # more than there are connections to the database
        assert asker.ask("HEAD", f"/exports/tickets.csv?{DAY}").status_code == 200

    assert asker.get(f"/exports/tickets.csv?{DAY}").status_code == 200


def test_the_charter_is_a_line_a_month_and_a_page_that_can_be_signed(a_day: OfficeServer) -> None:
    manager = a_day.caller("manager")

    (line,) = rows(manager.get(f"/exports/charter.csv?{DAY}"))
    shown = manager.get(f"/charter/achievement?{DAY}").get_json()["lines"]
    page = manager.get(f"/exports/charter.pdf?{DAY}&language=ta")

    assert (line["month"], line["kept"], line["judged"], line["year_judged"]) == ("2026-03", "2", "2", "2")
    assert [(one["month"], one["kept_share"]) for one in shown] == [("2026-03", 1.0)]
    assert (page.status_code, page.content_type) == (200, "application/pdf")
    assert page.data.startswith(b"%PDF-")
    refusal(manager.get(f"/exports/charter.pdf?{DAY}&language=fr"), 422, "malformed")


def test_what_was_added_up_at_the_turn_of_the_day_is_in_the_charter_with_today(a_day: OfficeServer) -> None:
    manager = a_day.caller("manager")
    a_day.caller("supervisor").post("/branch/close-day", {"waiting": "close", "reason": "over"})
    a_day.clock.advance(days=1)
    a_day.caller("kiosk").post("/tickets", {"service": "A"})
    records, door = a_day.door.records, a_day.door

    while keep_step(door.scores, records, door.office.floor.branch, door.office.floor.business_on):
        pass

    assert door.scores.last() == date(2026, 3, 2)
    (line,) = rows(manager.get("/exports/charter.csv?from=2026-03-01&to=2026-03-31"))
    assert (line["kept"], line["judged"]) == ("2", "2")
