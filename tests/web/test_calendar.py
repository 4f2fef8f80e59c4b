"""The calendar at work: the weekend of the state, a day that lasts longer, and suggestions that somebody confirms."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from config.branch_file import EXAMPLE, parse
from server.reports.figures import Cell, Figures
from tests.builders import FakeClock
from tests.web.conftest import OfficeServer, refusal
from tests.web.forms import Form
from tests.web.test_branch_pages import form, held, keep, review, send, signed_in
from tests.web.test_live_steps import Wall, live_of

TEXT = EXAMPLE.read_text(encoding="utf-8")
WORKING = '\n[[hours]]\ndays = "working"\nopen = [["08:00", "17:00"]]\n'
AnOffice = partial[OfficeServer]


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def state_on(office: OfficeServer, day: str) -> tuple[bool, str | None]:
    office.clock.set(local(f"{day}T10:00"))
    told = office.caller("kiosk").get("/queues").get_json()
    return told["is_open"], told["closed_reason"]


OPEN, WEEKEND = (True, None), (False, "weekend")


@pytest.mark.parametrize(
    ("state", "days"),
    [
        ("JHR", {"2024-12-27": WEEKEND, "2024-12-29": OPEN, "2024-12-31": OPEN, "2025-01-01": OPEN, "2025-01-03": OPEN,
                 "2025-01-04": WEEKEND, "2025-01-05": WEEKEND}),
        ("KTN", {"2025-01-02": OPEN, "2025-01-03": WEEKEND, "2025-01-04": WEEKEND, "2025-01-05": OPEN}),
    ],
)  # fmt: skip
def test_the_doors_go_by_the_weekend_of_the_state(
    an_office_server: AnOffice, state: str, days: dict[str, tuple[bool, str | None]]
) -> None:
    clock = FakeClock(local("2024-12-26T10:00"))
    office = an_office_server(branch=TEXT.replace('state = "KUL"', f'state = "{state}"') + WORKING, clock=clock)

    assert {day: state_on(office, day) for day in days} == days
    office.clock.set(local("2025-01-10T10:00" if state == "KTN" else "2025-01-11T10:00"))
    refusal(office.caller("kiosk").post("/tickets", {"service": "A"}), 409, "not_open")


def test_a_day_that_is_extended_is_open_longer_everywhere_and_tomorrow_is_as_always(an_office_server: AnOffice) -> None:
    office = an_office_server(branch=TEXT + WORKING, clock=FakeClock(local("2026-03-02T16:30")))
    kiosk, supervisor = office.caller("kiosk"), office.caller("supervisor")
    ticket = kiosk.post("/tickets", {"service": "A"}).get_json()

    told = supervisor.post("/branch/extend-day", {"minutes": 60}, key="more").get_json()
    assert (told["closes_at"], told["version"]) == ("2026-03-02T10:00:00.000Z", 2)
    assert supervisor.post("/branch/extend-day", {"minutes": 60}, key="more").get_json() == told
    assert kiosk.get("/queues").get_json()["closes_at"] == told["closes_at"]
    board = office.caller("display").get("/zones/hall/board").get_json()
    assert (board["is_open"], board["closes_at"]) == (True, told["closes_at"])

    office.clock.set(local("2026-03-02T17:59"))
    assert kiosk.post("/tickets", {"service": "F"}).status_code == 201
    assert office.browser().get(ticket["url"]).status_code == 200
    office.clock.set(local("2026-03-02T18:00"))
    refusal(kiosk.post("/tickets", {"service": "F"}), 409, "not_open")
    office.clock.set(local("2026-03-03T17:30"))
    refusal(kiosk.post("/tickets", {"service": "F"}), 409, "not_open")
    refusal(supervisor.post("/branch/extend-day", {"minutes": 20}), 409, "cannot_extend")
    (row,) = office.audit("day_extended")
    assert (row.actor.split(":")[0], row.detail["minutes"]) == ("supervisor", 60)
    assert office.door.plans.newest().actor == row.actor


@pytest.mark.slow
def test_hall_kiosk_and_phone_are_told_at_once_that_it_closes_later(an_office_server: AnOffice) -> None:
    office = an_office_server(branch=TEXT + WORKING, clock=FakeClock(local("2026-03-02T16:30")))
    ticket = office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()
    rooms = (
        ({"zone": "hall"}, "display"),
        ({"kiosk": "main"}, "kiosk"),
        ({"ticket": ticket["url"].split("/")[2]}, "kiosk"),
    )
    walls = [Wall(office, *room) for room in rooms]
    live_of(office).deliver()
    assert [wall.told("board")[-1][1]["closes_at"] for wall in walls[:2]] == ["2026-03-02T09:00:00.000Z"] * 2
    walls[2].told()

    office.caller("supervisor").post("/branch/extend-day", {"minutes": 60})
    live_of(office).deliver()

    told = [wall.told("board")[-1][1] for wall in walls]
    assert [board.get("closes_at") for board in told[:2]] == ["2026-03-02T10:00:00.000Z"] * 2
    assert told[2]


def test_a_later_change_of_the_same_dates_does_not_hinder_today(an_office_server: AnOffice) -> None:
    office = an_office_server(branch=TEXT + WORKING, clock=FakeClock(local("2026-03-02T16:30")))
    admin = signed_in(office, "Aminah")
    send(admin, "override", form(admin, "override").fields | {"override.0.date": "2026-12-24", "override.0._": "1"})
    review(admin, "tomorrow")

    assert office.caller("supervisor").post("/branch/extend-day", {}).status_code == 200


def test_the_holidays_of_the_state_are_suggested_and_an_administrator_confirms_them(office: OfficeServer) -> None:
    admin = signed_in(office, "Aminah")
    page = admin.get("/admin/branch/holiday").text
    assert "Suggested for Kuala Lumpur" in page
    assert "31/08/2026 National Day" in page

    offered = {"offer.2026-08-31": "on", "offer.2026-03-20": "on"}
    status, shown = send(admin, "holiday", form(admin, "holiday").fields | offered, "offer")
    assert (status, shown.fields["holiday.0.date"], shown.fields["holiday.1.name.en"]) == (
        200,
        "2026-03-20",
        "National Day",
    )
    assert parse(held(office)).holidays == ()
    send(admin, "holiday", shown.fields)
    review(admin, "now")

    assert [str(one.date) for one in parse(held(office)).holidays] == ["2026-03-20", "2026-08-31"]
    assert "31/08/2026" not in admin.get("/admin/branch/holiday").text


def test_the_templates_fill_a_form_that_is_then_kept(office: OfficeServer) -> None:
    admin = signed_in(office, "Aminah")
    keep(admin, "branch", branch__state="SWK")
    for key, do, rows in (("hours", "template.office", 2), ("override", "template.2027", 3)):
        status, shown = send(admin, key, form(admin, key).fields, do)
        assert (status, f"{key}.{rows - 1}.open.0.0" in shown.fields) == (200, True)
        assert send(admin, key, shown.fields)[0] == 303
    review(admin, "now")

    file = parse(held(office))
    assert file.hours[1].open == (("08:00", "11:45"), ("14:15", "17:00"))
    assert [len(file.overrides), str(file.overrides[0].first), str(file.overrides[2].date)] == [
        3,
        "2027-02-08",
        "2027-03-09",
    ]
    weekend = admin.get("/admin/branch/weekend").text
    assert "The weekend of Sarawak" in weekend
    assert Form(weekend, "/admin/branch/weekend").fields


def test_the_busiest_times_that_the_past_teaches_are_suggested_and_added_with_a_tick(office: OfficeServer) -> None:
    today = office.door.office.floor.branch.business_on(office.clock.now())
    for back in range(28, 0, -1):
        on = today - timedelta(days=back)
        hours = {8: 10, 9: 40, 10: 10, 11: 10}
        found: Figures = {("all", ""): Cell(Counter(issued=70))}
        found |= {("slot", f"{on.weekday()}-{hour:02d}"): Cell(Counter(issued=n)) for hour, n in hours.items()}
        if on.weekday() < 5:
            office.door.figures.keep(on, found)
    admin = signed_in(office, "Aminah")

    name = "offer.mon-fri.09:00.10:00"
    status, shown = send(admin, "peak", form(admin, "peak").fields | {name: "on"}, "offer")
    send(admin, "peak", shown.fields)
    review(admin, "now")

    assert status == 200
    (peak,) = parse(held(office)).peaks
    assert (peak.since, peak.to, peak.minimum) == ("09:00", "10:00", 0)
    assert "offer." not in admin.get("/admin/branch/peak").text, "what is in the list is not suggested again"
