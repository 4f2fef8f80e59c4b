"""Promises are written in the browser, begin at a day's start, and are read once by each officer who signs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.charter import in_force
from tests.web.conftest import Browser, OfficeServer

WHERE = "/manage/charter/promises"


@pytest.fixture
def office(an_office_server: Callable[..., OfficeServer]) -> OfficeServer:
    return an_office_server()


def signed_in(office: OfficeServer, role: str, name: str) -> Browser:
    office.add_person(name, role)
    browser = office.browser()
    browser.sign_in(name)
    browser.get("/manage/charter" if role != "officer" else "/")
    return browser


def today(office: OfficeServer) -> date:
    return office.door.office.floor.branch.business_on(office.clock.now())


def a_form(
    office: OfficeServer, minutes: str = "10", days: int = 1, changes: Mapping[str, str] | None = None
) -> dict[str, str]:
    form = {"base": str(office.door.plans.newest().number), "service.0": "", "measure.0": "wait_to_call",
            "figure.0": minutes, "share.0": "90", "begins_on": (today(office) + timedelta(days=days)).isoformat(),
            "do": "publish"}  # fmt: skip
    return form | dict(changes or {})


def held(office: OfficeServer, days: int) -> list[float]:
    promises = office.door.office.floor.branch.promises
    return [p.within_s / 60 for p in in_force(promises, today(office) + timedelta(days=days))]


def test_a_changed_promise_begins_on_its_day_and_stands_in_the_branchs_file(office: OfficeServer) -> None:
    chief = signed_in(office, "manager", "Ketua")

    answer = chief.submit(WHERE, a_form(office, days=3))

    assert answer.headers["Location"] == "/manage/charter?said=published"
    assert [held(office, days) for days in (0, 2, 3)] == [[15], [15], [10]]
    assert "minutes = 10" in office.door.plans.newest().text
    page = chief.get("/manage/charter").text
    assert "Ketua mengubah janji" in page
    assert "Akan bermula" in page


def test_what_has_not_begun_can_be_taken_back(office: OfficeServer) -> None:
    chief = signed_in(office, "manager", "Ketua")
    chief.submit(WHERE, a_form(office, days=3))

    chief.submit(f"{WHERE}/undo", {})

    assert [held(office, days) for days in (0, 3, 400)] == [[15], [15], [15]]


def test_checking_changes_nothing_and_says_the_five_characteristics_in_every_language(office: OfficeServer) -> None:
    chief = signed_in(office, "manager", "Ketua")

    page = chief.submit(WHERE, a_form(office, changes={"do": "check"})).text

    assert held(office, 1) == [15]
    for words in ("Jelas", "Boleh dipercayai", "Praktikal", "Khusus", "Boleh ditambah baik"):
        assert words in page
    assert "10 分钟内叫号" in page


@pytest.mark.parametrize("change", [
    {"figure.0": "soon"}, {"share.0": "0"}, {"figure.0": ""}, {"service.0": "Z"}, {"measure.0": "tempo"},
    {"begins_on": "2026-03-02"}, {"begins_on": "tomorrow"},
    {"service.1": "", "measure.1": "wait_to_call", "figure.1": "5", "share.1": "80"},
    {"measure.0": "rating", "figure.0": "6"},
    {"measure.0": "outputs", "figure.0": "12.5"}, {"measure.0": "outputs", "figure.0": "0"},
    {"words.0.ms": "Anda dipanggil segera."},
    {f"words.0.{language}": "a" * 141 for language in ("ms", "en", "zh", "ta")},
])  # fmt: skip
def test_what_is_no_promise_is_not_published(office: OfficeServer, change: dict[str, str]) -> None:
    chief = signed_in(office, "manager", "Ketua")

    answer = chief.submit(WHERE, a_form(office, changes=change))

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert held(office, 1) == [15]


def test_transactions_a_day_are_promised_in_words_of_the_office_s_own(office: OfficeServer) -> None:
    chief = signed_in(office, "manager", "Ketua")
    words = {"ms": "60 permohonan siap setiap hari", "en": "60 applications done every day", "zh": "每天办妥 60 份申请",
             "ta": "தினமும் 60 விண்ணப்பங்கள் நிறைவு"}  # fmt: skip
    second = {"service.1": "A", "measure.1": "outputs", "figure.1": "60", "share.1": "95"}
    second |= {f"words.1.{language}": said for language, said in words.items()}

    page = chief.submit(WHERE, a_form(office, changes=second | {"do": "check"})).text
    chief.submit(WHERE, a_form(office, changes=second))

    assert all(f"{said} (" in page for said in words.values())
    assert "60 sehari pada 95 % hari" in page
    text = office.door.plans.newest().text
    assert "least = 60" in text
    assert words["ta"] in text
    office.clock.advance(minutes=24 * 60)
    told = office.caller().get("/charter").get_json()["promises"]
    assert [(p["measure"], p["minutes"], p["least"], p["words"]["en"]) for p in told] == [
        ("wait_to_call", 10, None, told[0]["words"]["en"]), ("outputs", None, 60, words["en"]),
    ]  # fmt: skip
    assert told[1]["target"]["ms"] == "sasaran 95 % hari"
    assert words["zh"] in office.browser().client.get("/charter?language=zh").text


def test_of_two_who_change_the_promises_the_second_is_told(office: OfficeServer) -> None:
    chief, deputy = signed_in(office, "manager", "Ketua"), signed_in(office, "admin", "Timbalan")
    late = a_form(office, "20")
    chief.submit(WHERE, a_form(office))

    answer = deputy.submit(WHERE, late)

    assert "Orang lain telah mengubah janji" in answer.text
    assert held(office, 1) == [10]


@pytest.mark.parametrize("role", ["officer", "supervisor", "auditor"])
def test_others_do_not_write_promises(office: OfficeServer, role: str) -> None:
    somebody = signed_in(office, role, "Somebody")

    assert somebody.get(WHERE).status_code == 403
    somebody.get("/")
    assert somebody.submit(WHERE, a_form(office)).status_code == 403


def reads(office: OfficeServer, words: str) -> None:
    """Aminah signs in, is shown the charter, and says that she has read it."""
    aminah = office.browser()
    answer = aminah.sign_in("Aminah", next="/counter/K1")
    assert answer.headers["Location"] == "/charter/read?next=/counter/K1"
    assert words in aminah.client.get(answer.headers["Location"]).text
    assert aminah.submit("/charter/read", {"next": "/counter/K1"}).headers["Location"] == "/counter/K1"
    assert office.browser().sign_in("Aminah", next="/counter/K1").headers["Location"] == "/counter/K1"


def test_an_officer_reads_each_version_once_the_first_one_too_and_it_is_written_down(office: OfficeServer) -> None:
    chief = signed_in(office, "manager", "Ketua")
    office.add_person("Aminah", "officer", has_read=False)
    reads(office, "15 minit")
    chief.submit(WHERE, a_form(office))
    office.clock.advance(minutes=24 * 60)
    reads(office, "10 minit")

    aminah = _person(office, "Aminah")
    assert [since for since, person in office.door.charter.reads() if person == aminah] == ["", "2026-03-03"]
    assert office.door.charter.reads()["2026-03-03", aminah] == office.clock.now()
    chief.sign_in("Ketua")
    assert 'Aminah: <span class="mark mark--good">' in chief.get("/manage/charter/promote").text


def _person(office: OfficeServer, name: str) -> Any:
    found = office.door.people.person_named(name)
    assert found is not None
    return found.id


def test_nobody_is_sent_elsewhere_by_a_link_to_the_new_charter(office: OfficeServer) -> None:
    aminah = signed_in(office, "officer", "Aminah")
    aminah.get("/charter/read?next=https://elsewhere.example")

    assert aminah.submit("/charter/read", {"next": "https://elsewhere.example"}).headers["Location"] == "/"
