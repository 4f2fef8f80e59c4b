"""The log of every sound: a busy hour in three zones, read from the table that the export writes."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from server.domain.branch import Zone
from server.reports.export import csv_lines
from server.reports.sound_log import SOUNDS_HEADER, sound_rows, span_of
from tests.builders import OPENING, a_branch
from tests.fake_hall import AHall

pytestmark = pytest.mark.slow

ZONES = ("hall", "canteen", "surau")


def the_log(hall: AHall) -> list[dict[str, str]]:
    """As `giliran export sounds` writes it."""
    rows = sound_rows(hall.sounds.since(OPENING), hall.office.floor.branch)
    text = b"".join(csv_lines(SOUNDS_HEADER, rows, bom=False)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def a_busy_hour() -> tuple[AHall, list[str]]:
    """A hundred and twenty calls, some of them at once; one of the players is silent for ten minutes."""
    rnd = random.Random(7)
    canteen = Zone("canteen", {"ms": "Kantin"}, languages=())
    hall = AHall("hall", canteen, "surau", counters=30)
    for zone in ZONES:
        hall.put(zone, f"{zone} 1")
        hall.put(zone, f"{zone} 2")
    silent = hall.put("surau", "surau 0", role="announcer")
    called = []
    for n in range(120):
        silent.works = not 40 <= n < 60
        called.append(hall.call(f"K{n % 30 + 1}"))
        hall.run(rnd.choice((0, 0, 10, 40, 60, 70)))
    hall.run(120)
    return hall, called


def test_in_a_busy_hour_no_two_sounds_of_a_zone_meet_and_half_a_second_lies_between() -> None:
    hall, called = a_busy_hour()

    log = the_log(hall)

    assert hall.clock.now() - OPENING > timedelta(minutes=50)
    for zone in ZONES:
        here = [row for row in log if row["zone"] == zone]
        spoken = [row["number"] for row in here if row["outcome"] in ("spoken", "chime")]
        assert sorted(spoken) == sorted(called)
        for earlier, later in pairwise(here):
            over, begins = (datetime.fromisoformat(at) for at in (earlier["ended_at"], later["started_at"]))
            assert begins - over >= timedelta(milliseconds=500)
            assert float(later["gap_s"]) == (begins - over).total_seconds()
        assert here[0]["gap_s"] == ""
    assert {row["outcome"] for row in log} == {"spoken", "chime", "no_answer"}
    assert {row["languages"] for row in log if row["zone"] == "canteen"} == {""}


def test_the_log_says_when_each_player_began_and_ended() -> None:
    hall, _ = a_busy_hour()

    log = [row for row in the_log(hall) if row["outcome"] != "no_answer"]

    told = {(row["zone"], row["player"], row["number"], row["started_at"], row["ended_at"]) for row in log}
    heard = {
        (one.zone, one.player, one.number, *(at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
         for at in (one.began_at, one.ended_at)))
        for one in hall.heard
    }  # fmt: skip
    assert told == heard


def test_a_sound_under_way_has_no_end_and_the_next_no_gap() -> None:
    hall = AHall("hall")
    hall.put("hall", "left", works=False)
    hall.call()

    (row,) = the_log(hall)

    assert (row["ended_at"], row["outcome"], row["gap_s"]) == ("", "", "")


def test_the_days_of_a_log_turn_when_the_branchs_do() -> None:
    branch = a_branch()

    begins, ends = span_of(branch, date(2026, 3, 2), date(2026, 3, 3))

    assert (begins.isoformat(), ends - begins) == ("2026-03-02T00:00:00+08:00", timedelta(days=2))
