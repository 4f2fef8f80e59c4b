"""Which devices are there: an office that is open misses one within a minute, and says since when it is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain.hours import Hours, Pattern, Span
from server.ports import TokenRow
from server.web.devices import SILENT, Devices
from tests.builders import KUALA_LUMPUR, OPENING, FakeClock, a_branch
from tests.web.conftest import OfficeServer

A_DAY_AT_THE_OFFICE = Hours(KUALA_LUMPUR, (Pattern(None, (Span(480, 1020),)),))
BRANCH = a_branch(hours=A_DAY_AT_THE_OFFICE)
A_MINUTE, BEAT = timedelta(seconds=60), timedelta(seconds=5)


def a_token(token: int = 1, role: str = "kiosk", name: str = "Kiosk 1", **more: Any) -> TokenRow:
    return replace(TokenRow(token, role, name, ("main",), None, OPENING, None, None, None), **more)


def listening(*rows: TokenRow) -> tuple[Devices, FakeClock]:
    """To devices that were all heard of at eight in the morning."""
    clock = FakeClock(OPENING - A_MINUTE)
    devices = Devices(clock.now)
    devices.know(rows)
    clock.set(OPENING)
    for row in rows:
        devices.heard(row.id)
    return devices, clock


def test_whoever_is_unplugged_is_missed_within_a_minute() -> None:
    devices, clock = listening(a_token(), a_token(2, "display", "TV"))
    while not devices.alarms(BRANCH, clock.now()):
        clock.advance(seconds=5)
        devices.heard(2)

    assert clock.now() - OPENING < A_MINUTE - 3 * BEAT  # a connection whose cable is out is held for some seconds more
    assert devices.alarms(BRANCH, clock.now()) == [
        {"level": "bad", "key": "manage.device.gone.kiosk", "facts": {"name": "Kiosk 1", "t": "08:00"}}
    ]
    assert [(one["name"], one["state"]) for one in devices.told()] == [("Kiosk 1", "gone"), ("TV", "here")]
    devices.heard(1)
    assert devices.alarms(BRANCH, clock.now()) == []


def test_that_somebody_is_missed_or_came_back_is_news_once() -> None:
    devices, clock = listening(a_token())
    assert not devices.have_changed(BRANCH, OPENING)

    clock.set(OPENING + SILENT)
    assert devices.have_changed(BRANCH, clock.now())
    assert not devices.have_changed(BRANCH, clock.now())

    devices.heard(1)
    assert devices.have_changed(BRANCH, clock.now())


def test_at_night_nobody_is_missed_and_in_the_morning_everybody_is() -> None:
    devices, clock = listening(a_token())

    clock.advance(hours=12)
    assert devices.alarms(BRANCH, clock.now()) == []
    clock.advance(hours=12, minutes=1)
    (alarm,) = devices.alarms(BRANCH, clock.now())
    assert alarm["facts"]["t"] == "02/03/2026 08:00"


def test_a_server_that_has_just_started_gives_everybody_time_to_come_back() -> None:
    clock = FakeClock()
    devices = Devices(clock.now)
    devices.know([a_token(seen_at=OPENING - timedelta(minutes=10))])

    clock.set(OPENING + SILENT - BEAT)
    assert devices.missed(BRANCH, clock.now()) == []
    clock.set(OPENING + SILENT)
    assert len(devices.missed(BRANCH, clock.now())) == 1


def test_a_new_device_is_not_missed_and_one_that_was_put_away_not_for_ever() -> None:
    devices, clock = listening()
    devices.know([a_token(), a_token(2, seen_at=OPENING - timedelta(days=8))])

    assert devices.alarms(BRANCH, clock.now()) == []
    assert [one["state"] for one in devices.told()] == ["new", "gone"]


def test_what_another_process_hears_counts() -> None:
    (here, clock), (elsewhere, its) = listening(a_token()), listening(a_token())
    clock.advance(minutes=1)
    its.advance(minutes=1)
    elsewhere.heard(1)

    here.hear(elsewhere.word())

    assert here.alarms(BRANCH, clock.now()) == []
    clock.advance(seconds=SILENT.total_seconds())
    assert len(here.alarms(BRANCH, clock.now())) == 1


def test_a_token_that_was_revoked_is_no_device_any_more() -> None:
    devices, clock = listening(a_token())
    clock.advance(minutes=1)

    devices.know([])

    assert (devices.told(), devices.alarms(BRANCH, clock.now())) == ([], [])


def test_a_demonstration_that_runs_ten_times_as_fast_misses_nobody() -> None:
    devices, clock = listening(a_token())
    clock.advance(seconds=10)

    assert devices.alarms(BRANCH, OPENING + timedelta(seconds=100)) == []


# ── as the server has it ─────────────────────────────────────────────────────────────────────────────────────


def test_managers_are_told_of_a_kiosk_that_asks_nothing_any_more(office: OfficeServer) -> None:
    live, manager = office.door.live, office.caller("manager")
    assert live is not None
    live.devices.clock = office.clock.now
    live.beat()
    kiosk = office.caller("kiosk", ["main"], name="Kiosk by the door")
    office.clock.advance(minutes=2)
    kiosk.get("/queues")
    live.beat()

    (told,) = manager.get("/overview").get_json()["devices"]

    assert told == {
        "role": "kiosk", "name": "Kiosk by the door", "places": ["main"], "state": "here",
        "seen_at": "2026-03-02T00:02:00.000Z",
    }  # fmt: skip
    office.clock.advance(seconds=50)
    live.beat()
    board = manager.get("/overview").get_json()
    assert [one["key"] for one in board["alarms"]] == ["manage.device.gone.kiosk"]
    assert board["devices"][0]["state"] == "gone"
    office.clock.advance(minutes=1)
    kiosk.get("/queues")
    live.beat()
    assert manager.get("/overview").get_json()["alarms"] == []


def test_when_a_device_was_heard_last_outlives_the_server(an_office_server: Any) -> None:
    first = an_office_server()
    first.door.live.devices.clock = first.clock.now
    kiosk = first.caller("kiosk")
    for _ in range(3):
        first.clock.advance(seconds=61)
        kiosk.get("/queues")
        first.door.live.beat()

    again = an_office_server(first.data, clock=first.clock)
    again.door.live.devices.clock = first.clock.now
    again.door.live.beat()

    (told,) = again.door.devices
    assert (told["state"], told["seen_at"]) == ("gone", "2026-03-02T00:03:03.000Z")


def test_a_kiosk_s_page_is_heard_by_its_cookie_whenever_it_looks_at_the_queues(office: OfficeServer) -> None:
    live, people, browser = office.door.live, office.door.people, office.browser()
    assert live is not None
    live.devices.clock = office.clock.now
    now = office.clock.now()
    secret = people.add_token("pair", "kiosk main", now, scope=["kiosk:main"], expires_at=now + timedelta(hours=1))
    browser.get(f"/pair/{secret}")
    live.beat()
    for _ in range(3):
        office.clock.advance(seconds=30)
        browser.get("/queues", headers={"Referer": "http://localhost/kiosk/main"})
        live.beat()

    assert [(one["role"], one["places"], one["state"]) for one in office.door.devices] == [("kiosk", ["main"], "here")]


@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_somebody_who_waits_for_a_service_that_nobody_on_duty_does_is_an_alarm_at_once(
    office: OfficeServer, role: str
) -> None:
    office.caller("counter").post("/counters/K1/open", {"services": ["A"]})
    office.caller("kiosk").post("/tickets", {"service": "F"})
    asker = office.with_token(office.session(role))

    (alarm,) = asker.get("/overview").get_json()["alarms"]

    assert (alarm["level"], alarm["key"], alarm["facts"]["n"]) == ("bad", "manage.covers.alarm.unserved", 1)
    assert alarm["facts"]["service"]["en"]
    office.caller("counter").post("/counters/K1/open", {"services": ["A", "F"]})
    assert asker.get("/overview").get_json()["alarms"] == []
