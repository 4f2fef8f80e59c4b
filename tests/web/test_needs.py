"""What managers are told of the counters that today needs, and when the figures are made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from server.domain.branch import Peak
from server.reports.figures import Cell, Figures
from server.web.day_needs import AGAIN_S, GAP_S, DayNeeds, LearnedPeaks
from tests.web.conftest import OfficeServer
from tests.web.test_foresight import ADVICE, ALookAhead


class SomeStudies:
    """Studies that end when a test says so."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, Any]] = {}
        self.begun = 0

    def begin(self, who: str, kind: str, now: datetime, asked: Mapping[str, Any], *, keeps: bool = False) -> bool:
        before = self.told.get(who, {})
        if before.get("state") == "running":
            return False
        self.begun += 1
        last = before.get("answer", before.get("last")) if keeps else None
        self.told[who] = {
            "kind": kind, "state": "running", "asked": dict(asked), "asked_at": now.isoformat(), "last": last,
        }  # fmt: skip
        return True

    def end(self, who: str, state: str = "done", **more: Any) -> None:
        self.told[who] |= {"state": state, **more}

    def of(self, who: str) -> dict[str, Any] | None:
        return self.told.get(who)

    def cancel(self, who: str) -> bool:
        if self.told.get(who, {}).get("state") != "running":
            return False
        self.end(who, "cancelled")
        return True


@pytest.fixture
def room(office: OfficeServer, monkeypatch: pytest.MonkeyPatch) -> SomeStudies:
    office.door.studies = made = SomeStudies()
    monkeypatch.setattr(office.door, "settings", office.door.settings.model_copy(update={"estimates": "on"}))
    return made


def needs(office: OfficeServer) -> dict[str, Any]:
    told: dict[str, Any] = office.caller("manager").get("/needs").get_json()
    return told


def test_an_office_without_estimates_reckons_no_needs(office: OfficeServer) -> None:
    assert needs(office) == {"state": "off", "asking": False, "now": None, "told": None}
    assert office.caller("manager").post("/needs").get_json() == {"asked": False}


def test_the_figures_are_told_as_they_stand_and_asked_anew_by_a_button(office: OfficeServer, room: SomeStudies) -> None:
    office.door.foresight = ALookAhead()
    starting = needs(office)
    assert office.caller("manager").post("/needs").get_json() == {"asked": True}
    today = office.door.office.floor.branch.business_on(office.clock.now()).isoformat()
    room.end("day", answer={"state": "ready", "on": today, "quarters": []})
    ready = needs(office)
    office.caller("manager").post("/needs")
    again = needs(office)

    assert (starting["state"], starting["asking"]) == ("starting", True)
    assert (ready["state"], ready["asking"], ready["now"]["advice"]) == ("ready", False, ADVICE)
    assert (again["state"], again["asking"]) == ("ready", True), "the figures stay while others are made"


def test_yesterday_s_figures_are_not_today_s_and_a_failure_is_said(office: OfficeServer, room: SomeStudies) -> None:
    office.caller("manager").post("/needs")
    room.end("day", answer={"state": "ready", "on": "2026-03-01", "quarters": []})
    old = needs(office)
    room.end("day", "failed", why="lost", answer=None)

    assert (old["state"], old["told"]) == ("failed", None)
    assert needs(office)["state"] == "failed"


def test_the_figures_are_made_anew_for_a_new_day_a_new_plan_and_every_quarter_hour_of_work(
    office: OfficeServer, room: SomeStudies, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: wall[0])
    keeper = DayNeeds(office.door.office, room)
    begun = []

    def step(seconds: float = GAP_S, minutes: float = 0.0) -> None:
        wall[0] += seconds
        office.clock.advance(minutes=minutes)
        keeper.step()
        begun.append(room.begun)
        if room.told["day"]["state"] == "running":
            room.end("day", answer={"state": "ready", "on": ""})

    step()  # the first of all
    step(1, 30)  # too soon by the wall's clock
    step(minutes=30)  # nobody is in the hall
    office.caller("kiosk").post("/tickets", {"service": "A"})
    step(minutes=1)
    step(minutes=14)
    room.end("day", "failed", why="lost")
    step(minutes=60)
    step(AGAIN_S)
    step(minutes=60 * 24)

    assert begun == [1, 1, 1, 2, 2, 2, 3, 4]


def test_the_page_is_there_for_who_leads_the_office(office: OfficeServer, room: SomeStudies) -> None:
    page = office.caller("manager").get("/manage/counters")

    assert page.status_code == 200
    assert office.caller("kiosk").get("/manage/counters").status_code == 403


def test_the_busiest_hours_are_learned_as_the_days_are_kept_and_alarm_where_none_is_set(office: OfficeServer) -> None:
    door, today = office.door, office.door.office.floor.branch.business_on(office.clock.now())
    learning = LearnedPeaks(door.office, door.figures)
    learning.step()
    at_first = door.office.floor.outlook.peaks
    for back in range(28, 0, -1):
        on = today - timedelta(days=back)
        found: Figures = {("all", ""): Cell(Counter(issued=70))}
        for hour, issued in ((8, 60), (9, 10), (10, 10), (11, 10)):
            found["slot", f"{on.weekday()}-{hour:02d}"] = Cell(Counter(issued=issued))
        door.figures.keep(on, found)
    learning.step()

    alarms = [one["key"] for one in office.caller("manager").get("/overview").get_json()["alarms"]]

    assert at_first == ()
    assert door.office.floor.outlook.peaks == (Peak(time(8), time(9), frozenset(range(7))),)
    assert alarms == ["manage.covers.alarm.peak_learned"]
