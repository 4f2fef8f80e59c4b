"""The charter's page for its keepers: who may reads the reports, a supervisor issues them once, and they stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from server.app import secretary_of
from server.domain.charter import Score
from server.domain.quarter import quarter_named
from server.reports import archive
from server.web.charter_steps import STEPS
from tests.web.conftest import Browser, OfficeServer

FIRST = quarter_named("2026-Q1")
PACK = "/manage/charter/packs/2026-Q1"


@pytest.fixture
def reported(an_office_server: Callable[..., OfficeServer]) -> OfficeServer:
    """An office on the first of April: the report on its first quarter is drafted."""
    office = an_office_server()
    office.caller("kiosk").post("/tickets", {"service": "A"})
    office.clock.set(datetime(2026, 4, 1, 1, tzinfo=UTC))
    office.caller("manager").post("/branch/close-day", {"waiting": "close", "reason": "end of day"})
    office.door.secretary = secretary_of(office.door)
    while office.door.secretary.step():
        pass
    return office


def signed_in(office: OfficeServer, role: str, name: str) -> Browser:
    office.add_person(name, role)
    browser = office.browser()
    browser.sign_in(name)
    return browser


def test_a_supervisor_issues_the_report_once_and_it_stands(reported: OfficeServer) -> None:
    salmah = signed_in(reported, "supervisor", "Salmah")
    page = salmah.get("/manage/charter/improve")
    assert "Suku 1, 2026" in page.text

    first = salmah.submit(f"{PACK}/issue", {"remarks": "Dua kaunter ditambah."})
    again = salmah.submit(f"{PACK}/issue", {"remarks": "Tiada."})

    assert (first.headers["Location"], again.headers["Location"]) == (
        "/manage/charter/improve?said=issued", "/manage/charter/improve?said=late",
    )  # fmt: skip
    pack = reported.door.packs.one(FIRST)
    assert pack is not None
    assert (pack.issued_by, pack.remarks) == ("Salmah", "Dua kaunter ditambah.")
    assert len(pack.files) == 6  # a page in each language, the promise as a table, every call out of turn
    for file in pack.files:
        got = salmah.get(f"{PACK}/{file.name}")
        assert hashlib.sha256(got.data).hexdigest() == file.sha256 == got.headers["X-Content-SHA256"]
    assert [row.kind for row in reported.door.people.audit(5)].count("report_issued") == 1
    assert pack.files[0].sha256 in salmah.get("/manage/charter/improve").text


def test_a_file_that_was_changed_is_not_handed_out_and_the_page_says_so(reported: OfficeServer) -> None:
    salmah = signed_in(reported, "supervisor", "Salmah")
    salmah.get("/manage/charter")
    salmah.submit(f"{PACK}/issue", {})
    pack = reported.door.packs.one(FIRST)
    assert pack is not None
    path = reported.data / archive.FOLDER / pack.files[0].name
    assert path.stat().st_mode & 0o777 == 0o400
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"%")

    assert salmah.get(f"{PACK}/{pack.files[0].name}").status_code == 409
    assert "bukan lagi seperti yang dikeluarkan" in salmah.get("/manage/charter/improve").text


def test_what_the_office_says_of_its_figures_is_kept_until_it_is_issued(reported: OfficeServer) -> None:
    salmah = signed_in(reported, "supervisor", "Salmah")
    salmah.get("/manage/charter")

    salmah.submit(f"{PACK}/remarks", {"remarks": "Sistem gangguan\r\ndua hari.\x00"})

    assert "Sistem gangguan\ndua hari." in salmah.get("/manage/charter/improve").text
    draft = salmah.get(f"{PACK}/draft.pdf?language=ta")
    assert draft.data.startswith(b"%PDF")


@pytest.mark.parametrize(("role", "may_look", "may_sign"), [
    ("officer", False, False), ("supervisor", True, True), ("manager", True, True), ("admin", True, False),
    ("auditor", True, False),
])  # fmt: skip
def test_each_role_sees_and_signs_what_it_may(
    reported: OfficeServer, role: str, may_look: bool, may_sign: bool
) -> None:
    somebody = signed_in(reported, role, "Somebody")

    assert (somebody.get("/manage/charter").status_code == 200) is may_look
    somebody.get("/")
    answer = somebody.submit(f"{PACK}/remarks", {"remarks": "Baik."})
    assert (answer.status_code == 303) is may_sign


def test_a_form_from_elsewhere_issues_nothing(reported: OfficeServer) -> None:
    salmah = signed_in(reported, "supervisor", "Salmah")

    assert salmah.submit(f"{PACK}/issue", {}, csrf="").status_code == 400
    pack = reported.door.packs.one(FIRST)
    assert pack is not None
    assert pack.issued_at is None


def test_the_managers_page_says_what_is_due(reported: OfficeServer) -> None:
    reported.clock.set(datetime(2026, 4, 20, 1, tzinfo=UTC))
    assert reported.door.secretary is not None
    reported.door.secretary.step()

    (alarm,) = reported.caller("manager").get("/overview").get_json()["alarms"]

    assert alarm == {
        "level": "warning", "key": "manage.report_due", "facts": {"quarter": "2026-Q1", "due_on": "30/04/2026"},
    }  # fmt: skip


def test_the_review_is_asked_for_and_signed_off_and_the_records_give_reasons(reported: OfficeServer) -> None:
    office, chief = reported, signed_in(reported, "manager", "Ketua")
    for month in (12, 1, 2):  # three months far below the promise
        office.door.scores.keep(date(2027 if month < 3 else 2026, month, 5), {("A", "wait_to_call"): Score(100, 60)})
    office.clock.set(datetime(2027, 3, 3, 1, tzinfo=UTC))  # the first number was taken on 2 March 2026
    office.door.secretary = secretary_of(office.door)
    while office.door.secretary.step():
        pass

    keys = {alarm["key"] for alarm in office.caller("manager").get("/overview").get_json()["alarms"]}
    assert {"manage.review_overdue", "manage.review_reasons"} <= keys
    chief.sign_in("Ketua")
    page = chief.get("/manage/charter/improve").text
    assert 'data-review="overdue"' in page
    assert "60.0 %, 60.0 %, 60.0 %" in page

    assert chief.submit("/manage/charter/review", {"kind": "signed", "note": "Janji 20 minit."}).status_code == 303
    office.door.secretary.step()

    keys = {alarm["key"] for alarm in office.caller("manager").get("/overview").get_json()["alarms"]}
    assert not {"manage.review_overdue", "manage.review_due", "manage.review_reasons"} & keys
    page = chief.get("/manage/charter/improve").text
    assert "03/03/2028" in page
    assert "Ketua: Janji 20 minit." in page
    assert chief.submit("/manage/charter/review", {"kind": "whim"}).status_code == 422


def test_the_workspace_has_the_five_steps_of_the_guideline_and_each_is_one_press_from_the_others(
    reported: OfficeServer,
) -> None:
    chief = signed_in(reported, "manager", "Ketua")
    reported.caller("supervisor").post("/plays", {"play": "late"})
    addresses = ["/manage/charter"] + [f"/manage/charter/{step}" for step in STEPS[1:]]

    pages = {step: chief.get(address).text for step, address in zip(STEPS, addresses, strict=True)}

    for step, page in pages.items():
        for address in addresses:
            assert f'href="{address}"' in page, (step, address)
        assert page.count('aria-current="page"') == 2  # of the bar, and of the steps
    assert "/charter/leaflet.pdf?language=ta&amp;size=A5" in pages["promote"]
    assert "Penyelia kaunter" in pages["recover"]
    assert 'data-run="' in pages["recover"]
    assert "03/2026" in pages["monitor"]
    assert "Suku 1, 2026" in pages["improve"]
    assert chief.get("/manage/charter/rest").status_code == 404
