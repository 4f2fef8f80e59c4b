"""A notice is heard once in its zones, behind the calls, or somebody is told; what was taken back is not."""

from __future__ import annotations

import pytest

from server.actions import notice as notices
from server.domain.branch import Zone
from server.domain.events import NoticeMade
from server.domain.notices import Notice
from tests.fake_hall import AHall

TEXT = {"ms": "Perhatian. Kaunter 3 ditutup.", "en": "Attention please. Counter 3 is closed."}
NAME = {"ms": "Ruang menunggu"}


def tell(hall: AHall, **stated: object) -> Notice:
    made: Notice = hall.office.do(notices.make, TEXT, **stated)  # type: ignore[arg-type]
    hall.pump()
    return made


def heard(hall: AHall, zone: str = "hall") -> list[int]:
    return [one.id for one in hall.heard if one.zone == zone and not one.number]


def test_a_notice_is_heard_once_in_every_zone_in_the_zones_languages() -> None:
    hall = AHall("hall", Zone("canteen", NAME, languages=("ms",)))
    for zone in ("hall", "canteen"):
        hall.put(zone, zone)

    made = tell(hall)
    hall.run(60)

    assert heard(hall) == heard(hall, "canteen") == [made.id]
    assert [one.languages for one in hall.heard] == [("ms", "en"), ("ms",)]
    assert {row.kind for row in hall.sounds.rows.values()} == {"notice"}
    assert all(row.outcome == "spoken" for row in hall.sounds.rows.values())


def test_calls_that_wait_go_before_it_and_those_that_come_later_behind() -> None:
    hall = AHall("hall", counters=4)
    hall.put("hall", "left")
    first, second = hall.call("K1"), hall.call("K2")

    made = tell(hall)
    third = hall.call("K3")
    hall.run(90)

    assert [one.number or one.id for one in hall.heard] == [first, second, made.id, third]


def test_two_notices_are_two() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")

    both = [tell(hall).id, tell(hall).id]
    hall.run(60)

    assert heard(hall) == both


def test_what_is_taken_back_before_it_sounds_is_not_heard() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    hall.call()
    made = tell(hall)

    hall.office.do(notices.withdraw, made.id)
    hall.run(60)

    assert heard(hall) == []


def test_what_is_only_to_be_shown_is_not_spoken_and_a_zone_it_does_not_concern_stays_quiet() -> None:
    hall = AHall("hall", "canteen")
    for zone in ("hall", "canteen"):
        hall.put(zone, zone)

    tell(hall, is_spoken=False)
    for_the_canteen = tell(hall, zones=["canteen"])
    hall.run(60)

    assert heard(hall) == []
    assert heard(hall, "canteen") == [for_the_canteen.id]


@pytest.mark.parametrize("after_s", [0, 3])
def test_a_server_that_is_killed_says_it_once(after_s: float) -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    made = tell(hall)
    hall.run(after_s)

    hall.restart()
    hall.run(60)

    assert heard(hall) == [made.id]


def test_where_nobody_can_speak_it_the_managers_are_told() -> None:
    hall = AHall("hall")
    hall.put("hall", "left", works=False)

    tell(hall)
    hall.run(60)

    (missed,) = hall.standing().missed
    assert (missed.what, missed.number, missed.why) == ("spoken", "", "no_answer")


def test_a_voice_that_holds_only_chimes_for_it() -> None:
    hall = AHall("hall")
    hall.announcing = hall.a_process("one", speaks=False)
    hall.put("hall", "left")

    tell(hall)
    hall.run(30)

    assert [one.languages for one in hall.heard] == [()]


def test_it_is_forgotten_when_it_has_ended_before_anybody_could_hear_it() -> None:
    hall = AHall("hall")

    tell(hall, minutes=1)
    hall.run(90)
    hall.put("hall", "left")
    hall.run(60)

    assert heard(hall) == []
    assert any(isinstance(event, NoticeMade) for event in hall.office.journal)
