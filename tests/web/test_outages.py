"""What goes down is in the log of disruptions: the printer, a display, and the server itself once it is back."""

from __future__ import annotations

from typing import Any

import pytest

from server.app import outage_watch_of
from server.web.outage_watch import OutageWatch
from tests.web.conftest import OfficeServer

DAY = "from=2026-03-02&to=2026-03-02"


def watched(office: OfficeServer) -> OutageWatch:
    live = office.door.live
    assert live is not None
    live.devices.clock = office.clock.now
    live.beat()
    return outage_watch_of(office.door)


def look(office: OfficeServer, watch: OutageWatch) -> None:
    assert office.door.live is not None
    office.door.live.beat()
    watch.step()


def log_of(office: OfficeServer) -> list[tuple[Any, ...]]:
    rows = office.caller("manager").get(f"/disruptions?{DAY}").get_json()["rows"]
    return [(row["source"], row["what"], row["name"], row["minutes_lost"], row["ended_at"][11:16]) for row in rows]


def test_a_display_that_is_unplugged_is_logged_with_its_start_and_its_end(office: OfficeServer) -> None:
    watch = watched(office)
    screen = office.caller("display", ["hall"], name="TV")
    screen.get("/zones/hall/board")
    office.clock.advance(minutes=1, seconds=1)
    look(office, watch)
    assert log_of(office) == [("auto", "display", "TV", 1.0, "")]
    office.clock.advance(minutes=8, seconds=59)
    look(office, watch)

    screen.get("/zones/hall/board")
    look(office, watch)

    assert log_of(office) == [("auto", "display", "TV", 10.0, "08:10")]
    table = office.caller("manager").get(f"/exports/disruptions.csv?{DAY}").get_data(as_text=True).splitlines()
    assert table[1].split(",")[2:6] == ["auto", "display", "hall", "TV"]


def test_a_printer_without_paper_is_logged_until_it_prints(
    office: OfficeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watched(office)
    states = {"main": "ready"}
    live = office.door.live
    assert live is not None
    monkeypatch.setattr(live, "_listening", lambda: states)
    look(office, watch)
    for state, minutes in (("low", 5), ("paper_out", 2), ("ready", 1)):
        states["main"] = state
        look(office, watch)
        office.clock.advance(minutes=minutes)
        look(office, watch)

    assert log_of(office) == [("auto", "printer", "", 2.0, "08:07")]


def test_a_device_whose_token_was_revoked_is_down_no_longer(office: OfficeServer) -> None:
    watch = watched(office)
    office.caller("display", name="old TV").get("/zones/hall/board")
    office.clock.advance(minutes=2)
    look(office, watch)
    (row,) = [row for row in office.door.people.tokens() if row.name == "old TV"]
    office.door.people.revoke(row.id, office.clock.now())
    office.clock.advance(minutes=2)

    look(office, watch)

    assert log_of(office) == [("auto", "display", "old TV", 4.0, "08:04")]


def test_a_server_that_was_killed_finds_at_its_start_how_long_it_was_away(an_office_server: Any) -> None:
    first = an_office_server()
    watch = watched(first)
    for _ in range(5):
        first.clock.advance(seconds=30)
        look(first, watch)
    first.clock.advance(minutes=7)

    again = an_office_server(first.data, clock=first.clock)
    its = watched(again)
    look(again, its)
    look(again, its)

    assert log_of(again) == [("auto", "server", "", 7.0, "08:09")]
    third = an_office_server(first.data, clock=first.clock)
    look(third, watched(third))  # at once: nobody missed it
    assert len(log_of(third)) == 1


def test_of_two_processes_one_says_that_the_server_was_away(an_office_server: Any) -> None:
    first = an_office_server()
    look(first, watched(first))
    first.clock.advance(minutes=7)
    two = [an_office_server(first.data, clock=first.clock) for _ in range(2)]

    for one in two:
        look(one, watched(one))

    assert len(log_of(two[1])) == 1


def test_what_is_down_outlives_the_server(an_office_server: Any) -> None:
    first = an_office_server()
    watch = watched(first)
    screen = first.caller("display", name="TV")
    screen.get("/zones/hall/board")
    first.clock.advance(minutes=2)
    look(first, watch)

    again = an_office_server(first.data, clock=first.clock)
    its = watched(again)
    again.clock.advance(seconds=40)
    look(again, its)
    assert len(log_of(again)) == 1
    assert again.door.office.floor.outages == first.door.office.floor.outages
    assert screen.token is not None
    again.with_token(screen.token).get("/queues")
    look(again, its)
    assert again.door.office.floor.outages == ()
