"""Core services lead wherever managers look (R031), and a change of the flag opens a review of the charter (R048)."""

from __future__ import annotations

from server.app import secretary_of
from tests.web.conftest import AnOfficeServer
from tests.web.test_branch_pages import keep, review, signed_in
from tests.web.test_recovery import EXAMPLE


def test_core_services_lead_the_overview_and_the_history_knows_them(an_office_server: AnOfficeServer) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("minutes = 3.5\n", "minutes = 3.5\ncore = true\n")
    office = an_office_server(branch=text)
    manager = signed_in(office, "Aminah", "manager")

    queues = manager.get("/overview").get_json()["queues"]

    assert [(queue["service"], queue["core"]) for queue in queues] == [
        ("H", True), ("A", False), ("F", False), ("J", False),
    ]  # fmt: skip
    assert '"core": ["H"]' in manager.get("/manage/history").text
    public = office.caller("kiosk").get("/queues").get_json()["queues"]
    assert [queue["service"] for queue in public] == ["A", "F", "H", "J"]  # a kiosk keeps the order of the office


def test_the_flag_is_set_in_the_browser(an_office_server: AnOfficeServer) -> None:
    office = an_office_server()
    admin = signed_in(office, "Kavitha")

    assert keep(admin, "service", service__2__core="on")[0] == 303
    assert review(admin, "now")[0] == 303

    assert [service.code for service in office.door.office.floor.branch.services if service.is_core] == ["H"]


def test_a_change_of_the_flag_opens_a_review_within_a_minute(an_office_server: AnOfficeServer) -> None:
    office = an_office_server()
    secretary = secretary_of(office.door)
    secretary.step()
    assert office.door.charter.reviews() == []
    admin = signed_in(office, "Kavitha")
    keep(admin, "service", service__2__core="on")
    review(admin, "now")

    secretary.step()
    secretary.step()

    (found,) = office.door.charter.reviews()
    assert (found.kind, found.note, found.actor) == ("core", "H", "system")
    assert [alarm["key"] for alarm in secretary.alarms] == ["manage.review_reasons"]
    assert "Core services have changed: H" in admin.get("/manage/charter/improve").text
