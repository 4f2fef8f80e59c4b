"""The recovery plan: written by an administrator, run by a supervisor from the alert, kept in the log (R039)."""

from __future__ import annotations

import csv
import io

from tests.web.conftest import OfficeServer, refusal
from tests.web.test_branch_pages import keep, review, signed_in
from tests.web.test_recovery import a_crowd, in_danger, watch

DAYS = "from=2026-03-02&to=2026-03-02"


def test_a_supervisor_runs_the_play_that_the_alert_offers_and_every_step_carries_a_name(office: OfficeServer) -> None:
    a_crowd(office)
    watch(office)
    aminah = office.add_person("Aminah", "supervisor")
    browser = office.browser()
    browser.sign_in("Aminah")
    case = in_danger(office)
    assert case["plays"] == ["late"]

    begun = browser.post("/plays", {"play": "late", "case": case["id"], "tell": True})
    office.clock.advance(minutes=2)
    run = begun.get_json()["id"]
    browser.post(f"/plays/{run}/step", {"step": 1})
    browser.post(f"/plays/{run}/stop", {"note": "=SUM(1)"})

    assert begun.status_code == 201
    (told,) = office.caller("manager").get("/recovery").get_json()["runs"]
    assert told["owner"]["ms"] == "Penyelia kaunter"
    assert [step["done"] and step["done"]["officer"] for step in told["steps"]] == [
        {"id": aminah, "name": "Aminah"}, None, None,
    ]  # fmt: skip
    assert (told["notice"], told["stopped"]["officer"]["name"]) == (None, "Aminah")  # this play has no text to tell
    assert in_danger(office)["time_to_action_s"] == 120
    table = office.caller("supervisor").get(f"/exports/plays.csv?{DAYS}").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(table.lstrip("\ufeff"))))
    assert [(row["step"], row["done_by"], row["note"]) for row in rows] == [
        ("1", str(aminah), "'=SUM(1)"), ("2", "", "'=SUM(1)"), ("3", "", "'=SUM(1)"),
    ]  # fmt: skip
    refusal(browser.post(f"/plays/{run}/step", {"step": 2}), 404, "unknown_play")


def test_customers_are_told_the_text_of_a_play_where_whoever_begins_it_wants_that(office: OfficeServer) -> None:
    office.caller("supervisor").post("/plays", {"play": "broken", "tell": True})

    (notice,) = office.caller("display").get("/zones/hall/board").get_json()["notices"]
    assert notice["text"]["en"] == "Sorry, you are waiting longer than we promised. We are opening more counters."


def test_an_administrator_writes_a_play_in_the_browser_and_it_can_be_run(office: OfficeServer) -> None:
    admin = signed_in(office, "Kavitha")
    changes = {
        "play__0__owner__ms": "Penyelia bertugas",
        "play__0__steps__3__do__ms": "Tulis laporan",
        "play__0__steps__3__do__en": "Write a report",
    }

    assert keep(admin, "play", **changes)[0] == 303
    page = admin.get("/admin/branch/review").text
    assert review(admin, "now")[0] == 303

    assert "Penyelia bertugas" in page
    assert "Write a report" in page
    begun = office.caller("supervisor").post("/plays", {"play": "late"}).get_json()
    assert begun["owner"]["ms"] == "Penyelia bertugas"
    assert [step["text"]["ms"] for step in begun["steps"]][3:] == ["Tulis laporan"]
    assert keep(admin, "play", play__0__services__Z="on")[0] == 422
