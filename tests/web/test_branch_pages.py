"""The branch's file in the browser: a draft, a look at what it changes, and then it holds; nobody's work is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest

from config.branch_file import EXAMPLE, parse
from config.branch_form import sections
from server.app import begin_planned_step
from tests.servers import PASSWORD
from tests.web.conftest import Browser, OfficeServer
from tests.web.forms import Form

FULL = (
    EXAMPLE.read_text(encoding="utf-8")
    + """
[[hours]]
days = "mon-thu"
open = [["08:00", "13:00"], ["14:00", "17:00"]]
[[hours]]
days = "fri"
open = [["08:00", "12:15"], ["14:45", "17:00"]]
[[hours]]
days = "working"
services = ["H", "J"]
open = [["08:00", "15:30"]]
[[override]]
date = 2026-12-24
open = []
reason = {ms = "Tutup"}
[[override]]
from = 2027-02-08
to = 2027-03-08
days = "mon-thu"
open = [["08:00", "16:30"]]
[[holiday]]
date = 2026-08-31
name = {ms = "Hari Kebangsaan"}
[[weekend]]
from = 2025-01-01
days = "sat-sun"
[[roster]]
counter = "K1"
days = "mon-thu"
open = "08:00"
close = "16:30"
breaks = [{at = "12:30", minutes = 30, reason = "lunch"}]
[[notice]]
code = "car"
text = {ms = "Pemilik kereta, sila alihkan kenderaan."}
spoken = false
[[referral]]
service = "A"
phone = "03-8000 8001"
"""
)


@pytest.fixture
def admin(office: OfficeServer) -> Browser:
    return signed_in(office, "Aminah")


def signed_in(office: OfficeServer, name: str, role: str = "admin") -> Browser:
    office.add_person(name, role, PASSWORD)
    browser = office.browser()
    browser.sign_in(name)
    browser.client.set_cookie("giliran_language", "en")
    return browser


def form(browser: Browser, key: str) -> Form:
    answer = browser.get(f"/admin/branch/{key}")
    assert answer.status_code == 200, answer.text
    return Form(answer.text, f"/admin/branch/{key}")


def keep(browser: Browser, key: str, **changes: str) -> tuple[int, Form]:
    """Change fields of a section (double underscores are dots) and keep it in the draft."""
    fields = form(browser, key).fields | {name.replace("__", "."): value for name, value in changes.items()}
    return send(browser, key, fields)


def send(browser: Browser, key: str, fields: dict[str, str], do: str = "keep") -> tuple[int, Form]:
    answer = browser.submit(f"/admin/branch/{key}", {**fields, "do": do})
    return answer.status_code, Form(answer.text, f"/admin/branch/{key}")


def review(browser: Browser, do: str) -> tuple[int, str]:
    browser.get("/admin/branch/review")
    answer = browser.submit("/admin/branch/review", {"do": do})
    return answer.status_code, answer.text


def held(office: OfficeServer) -> str:
    return office.door.plans.newest().text


def test_a_form_that_is_sent_untouched_changes_nothing(an_office_server: partial[OfficeServer]) -> None:
    office = an_office_server(branch=FULL)
    admin = signed_in(office, "Aminah")
    listed = admin.get("/admin/branch").text

    for key in sections():
        assert f'href="/admin/branch/{key}"' in listed
        assert send(admin, key, form(admin, key).fields)[0] == 303, key
        assert office.door.plans.drafts() == [], key


def test_a_change_is_a_draft_then_it_is_looked_at_and_then_it_holds(office: OfficeServer, admin: Browser) -> None:
    before = held(office)

    assert keep(admin, "service", service__0__name__en="Papers & <b>")[0] == 303
    assert keep(admin, "calling", calling__walk="45")[0] == 303

    assert held(office) == before
    page = admin.get("/admin/branch/review").text
    for part in ("Certificates", "Papers &amp; &lt;b&gt;", "Walk to the counter", "+walk = 45"):
        assert part in page
    assert "Nobody is affected." in page

    assert review(admin, "now")[0] == 303

    file = parse(held(office))
    assert (file.services[0].name["en"], file.calling.walk) == ("Papers & <b>", 45)
    assert office.caller("kiosk").get("/queues").get_json()["queues"][0]["name"]["en"] == "Papers & <b>"
    assert held(office).count("#") == before.count("#")
    row = office.audit("branch_changed")[0]
    assert (row.actor, row.detail["sections"], row.detail["version"]) == ("admin:1", "service, calling", 2)
    assert "Calling, Services" in admin.get("/admin/branch").text


def test_every_fault_stands_beside_its_field_in_the_reader_s_language(office: OfficeServer, admin: Browser) -> None:
    admin.client.set_cookie("giliran_language", "ta")

    status, shown = keep(
        admin, "service", service__0__minutes="soon", service__1__code="A", service__2__name__ms="",
        service__3__batch="1",
    )  # fmt: skip

    assert status == 422
    assert shown.wrong == ["எண்ணாக இருக்க வேண்டும்.", "மலாய் தேவை: ஒவ்வொரு திரையிலும் அதுவே முதலில்.", "குறைந்தது 2."]
    assert shown.fields["service.0.minutes"] == "soon"
    status, shown = send(admin, "service", form(admin, "service").fields | {
        "service.0.minutes": "6", "service.2.name.ms": "Bayaran", "service.3.batch": "",
    })  # fmt: skip
    assert status == 422
    assert shown.wrong == ["“A” ஏற்கனவே உள்ளது."]
    assert admin.get("/admin/branch/review").status_code == 200
    assert review(admin, "now")[0] == 422
    assert parse(held(office)).services[1].code == "F"


def test_a_service_that_people_wait_for_is_not_removed_now_and_goes_when_they_have_gone(
    office: OfficeServer, admin: Browser
) -> None:
    number = office.caller("kiosk").post("/tickets", {"service": "J"}).get_json()["number"]
    fields = form(admin, "counter").fields
    fields = {name: value for name, value in fields.items() if not name.endswith(".services.J")}
    assert send(admin, "counter", fields)[0] == 303
    status, shown = send(admin, "service", form(admin, "service").fields, "remove.3")
    assert (status, "service.3.code" in shown.fields) == (200, False)
    assert send(admin, "service", shown.fields)[0] == 303

    page = admin.get("/admin/branch/review").text
    assert f"1 people still need it ({number})" in page
    assert 'value="now"' not in page
    assert review(admin, "now")[0] == 409
    assert review(admin, "tomorrow")[0] == 303
    assert "J" in [one.code for one in parse(held(office)).services]

    office.clock.advance(days=1)
    admin.sign_in("Aminah")
    assert begin_planned_step(office.door) is False
    assert "Cannot begin yet" in admin.get("/admin/branch").text
    assert office.audit("branch_change_late")
    office.caller("kiosk").post("/tickets/1/leave")
    office.clock.advance(hours=1)
    begin_planned_step(office.door)

    assert [one.code for one in parse(held(office)).services] == ["A", "F", "H"]
    assert [one["service"] for one in office.caller("kiosk").get("/queues").get_json()["queues"]] == ["A", "F", "H"]


def test_what_begins_tomorrow_begins_when_the_business_day_turns(office: OfficeServer, admin: Browser) -> None:
    keep(admin, "calling", calling__walk="50")
    review(admin, "tomorrow")

    tomorrow = office.door.office.floor.branch.day_ends_at(
        office.door.office.floor.branch.business_on(office.clock.now())
    )
    office.clock.advance(seconds=(tomorrow - office.clock.now()).total_seconds() - 1)
    begin_planned_step(office.door)
    assert parse(held(office)).calling.walk == 30
    office.clock.advance(seconds=1)
    begin_planned_step(office.door)

    assert parse(held(office)).calling.walk == 50
    assert office.door.office.floor.branch.calling.walk_s == 50
    assert office.door.plans.planned() == []
    assert office.door.plans.newest().actor == "admin:1"


def test_what_begins_tomorrow_can_be_withdrawn_and_is_not_changed_by_another_meanwhile(
    office: OfficeServer, admin: Browser
) -> None:
    keep(admin, "calling", calling__walk="50")
    review(admin, "tomorrow")
    second = signed_in(office, "Badrul")
    keep(second, "calling", calling__walk="60")

    status, page = review(second, "now")
    assert (status, "A change of Calling by Aminah begins" in page) == (409, True)
    (planned,) = office.door.plans.planned()
    second.get("/admin/branch")
    second.submit(f"/admin/branch/planned/{planned.id}/withdraw", {})
    assert review(second, "now")[0] == 303
    office.clock.advance(days=1)
    begin_planned_step(office.door)

    assert parse(held(office)).calling.walk == 60
    assert [row.kind for row in office.audit()[:2]] == ["branch_changed", "branch_change_withdrawn"]


def test_of_two_who_change_the_same_the_second_is_told_and_loses_nothing(office: OfficeServer, admin: Browser) -> None:
    second = signed_in(office, "Badrul")
    opened = form(second, "calling").fields
    keep(admin, "calling", calling__walk="40")
    keep(admin, "lunch", lunch__minimum="2")
    assert "Aminah has had a draft since" in second.get("/admin/branch").text
    review(admin, "now")

    status, shown = send(second, "calling", opened | {"calling.walk": "70"})
    assert (status, shown.fields["calling.walk"]) == (409, "70")
    again = second.get("/admin/branch/calling").text
    assert "Aminah changed this section at" in again
    assert send(second, "calling", Form(again, "/admin/branch/calling").fields)[0] == 409
    status, page = review(second, "now")
    assert (status, "Aminah changed Calling at" in page) == (409, True)
    assert parse(held(office)).calling.walk == 40
    second.submit("/admin/branch/review", {"do": "mine", "sections": "calling"})
    assert review(second, "now")[0] == 303

    assert (parse(held(office)).calling.walk, parse(held(office)).lunch.minimum) == (70, 2)


def test_two_who_change_different_sections_do_not_disturb_each_other(office: OfficeServer, admin: Browser) -> None:
    second = signed_in(office, "Badrul")
    keep(second, "calling", calling__walk="70")
    keep(admin, "lunch", lunch__minimum="2")

    assert review(admin, "now")[0] == 303
    assert review(second, "now")[0] == 303

    assert (parse(held(office)).calling.walk, parse(held(office)).lunch.minimum) == (70, 2)


def test_a_change_is_taken_back_the_same_way(office: OfficeServer, admin: Browser) -> None:
    before = held(office)
    keep(admin, "service", service__0__minutes="8")
    review(admin, "now")
    keep(admin, "lunch", lunch__minimum="2")
    review(admin, "now")

    page = admin.get("/admin/branch/versions/2").text
    assert re.search(r"<del>6</del> → <ins>8</ins>", page)
    assert admin.submit("/admin/branch/versions/2/undo", {}).headers["Location"] == "/admin/branch/review"
    assert "minutes = 8\n" in held(office)
    assert review(admin, "now")[0] == 303

    assert held(office) == before.replace("minimum = 0", "minimum = 2", 1)
    assert len(office.door.plans.history(10)) == 4


def test_the_rule_is_shown_as_customers_will_read_it_and_what_is_regrettable_is_said(
    office: OfficeServer, admin: Browser
) -> None:
    keep(admin, "discipline", discipline__kind="interleave", discipline__ratio="4")
    keep(admin, "service", service__0__letter="S")

    page = admin.get("/admin/branch/review").text

    assert "After 4 priority customers comes one regular" in page
    assert "“S” is easily taken for 5. Easy and free: A, K," in page
    assert "+ratio = 4" in page


def test_the_code_of_the_branch_is_not_changed_by_a_form(office: OfficeServer, admin: Browser) -> None:
    keep(admin, "branch", branch__code="XX99", branch__hotline="03-8000 8000")
    review(admin, "now")

    assert (parse(held(office)).branch.code, parse(held(office)).branch.hotline) == ("KL01", "03-8000 8000")


def test_entries_are_added_moved_and_removed_without_a_script(office: OfficeServer, admin: Browser) -> None:
    status, shown = send(admin, "counter", form(admin, "counter").fields, "add")
    assert (status, shown.fields["counter.6.code"]) == (200, "")
    filled = shown.fields | {"counter.6.code": "K7", "counter.6.services.J": "on", "counter.6.services.A": "on"}
    status, shown = send(admin, "counter", filled, "up.6")
    assert (shown.fields["counter.5.code"], shown.fields["counter.6.code"]) == ("K7", "K6")

    send(admin, "counter", shown.fields)
    review(admin, "now")

    assert [one.code for one in parse(held(office)).counters] == ["K1", "K2", "K3", "K4", "K5", "K7", "K6"]
    assert set(parse(held(office)).counters[5].services) == {"A", "J"}


def test_only_administrators_change_the_file(office: OfficeServer) -> None:
    manager = signed_in(office, "Chandra", "supervisor")
    for path in ("/admin/branch", "/admin/branch/service", "/admin/branch/review", "/admin/branch/file"):
        assert manager.get(path).status_code == 403
    assert manager.submit("/admin/branch/service", {"do": "keep"}).status_code == 403
    assert office.browser().get("/admin/branch").headers["Location"].startswith("/login")
    admin = signed_in(office, "Aminah")
    assert admin.submit("/admin/branch/service", {"do": "keep"}, csrf="wrong").status_code == 400
    assert admin.get("/admin/branch/promise").status_code == 404
    assert admin.get("/admin/branch/file").text == held(office)


def test_a_draft_outlives_the_log_in(office: OfficeServer, admin: Browser) -> None:
    keep(admin, "lunch", lunch__minimum="3")
    office.clock.advance(seconds=timedelta(days=2).total_seconds())
    again = office.browser()
    again.sign_in("Aminah")

    assert form(again, "lunch").fields["lunch.minimum"] == "3"


def test_a_letter_that_is_misheard_and_a_voice_that_cannot_keep_up_are_seen_before_they_hold(
    office: OfficeServer, admin: Browser
) -> None:
    spoken = {f"zone.0.languages.{i}": code for i, code in enumerate(("ms", "en", "ta", "zh"))}
    fields = form(admin, "zone").fields | spoken
    quick = {"service__2__minutes": "0.5", "service__3__minutes": "0.5"}  # 8 + 8 + 11.6 + 120 + 18.5 + 15 calls an hour
    assert send(admin, "zone", fields)[0] == 303
    assert keep(admin, "counter", counter__0__name="3A")[0] == 303
    assert keep(admin, "service", service__0__letter="O", service__1__letter="P", **quick)[0] == 303

    page = admin.get("/admin/branch/review").text

    assert "“O” is easily taken for 0. Easy and free: A, F" in page
    assert "“P” is easily misheard" in page
    assert "Waiting hall</b>: 3.0 calls a minute × 21.7 seconds = 109% of the time" in page
    assert "Too busy. Languages to drop: 中文, தமிழ்" in page
    assert "How busy the voice would be" in admin.get("/admin/branch/zone").text
    assert review(admin, "now")[0] == 303
    assert office.door.office.floor.branch.counter("K1").name == "3A"


def test_a_rule_is_read_as_customers_read_it_while_it_is_written(office: OfficeServer, admin: Browser) -> None:
    fields = form(admin, "discipline").fields | {"discipline.kind": "interleave", "discipline.ratio": "5"}

    page = admin.submit("/admin/branch/discipline", {**fields, "do": "again"}).text

    for language in ("ms", "en", "zh", "ta"):
        assert f'<p lang="{language}">{office.door.say("rule.interleave", {"n": 5})[language]}</p>' in page
    assert office.door.plans.drafts() == []
    page = admin.submit("/admin/branch/discipline", {**fields, "discipline.ratio": "many", "do": "again"}).text
    assert "The values above cannot hold yet." in page
