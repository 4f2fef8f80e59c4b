"""Every call is heard in every zone, or somebody is told; long because so much can happen to a call on its way."""

from __future__ import annotations

import pickle
import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import pytest

from server.domain.announcement import BETWEEN_CALLS, languages_now
from server.domain.announcement_load import seconds_of
from server.domain.branch import Quiet, Zone
from server.speech import announcing
from tests.builders import OPENING
from tests.fake_hall import AHall, Heard

pytestmark = pytest.mark.slow

NAME = {"ms": "Ruang menunggu"}


def one_at_a_time(heard: Iterable[Heard]) -> bool:
    """Whether no two sounds of a zone met, and each came half a second after the one before."""
    by_zone: dict[str, list[Heard]] = defaultdict(list)
    for one in heard:
        by_zone[one.zone].append(one)
    gap = timedelta(seconds=BETWEEN_CALLS) - timedelta(milliseconds=1)
    return all(
        later.began_at - earlier.ended_at >= gap for zone in by_zone.values() for earlier, later in pairwise(zone)
    )


def numbers(hall: AHall, zone: str = "hall") -> list[str]:
    return [one.number for one in hall.heard if one.zone == zone]


def test_a_call_is_spoken_in_its_zone_and_the_row_says_when() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")

    number = hall.call()
    hall.run(20)

    (heard,) = hall.heard
    assert (heard.number, heard.languages, heard.player) == (number, ("ms", "en"), "left")
    (row,) = hall.sounds.rows.values()
    assert (row.number, row.player, row.outcome) == (number, "left", "spoken")
    assert (row.started_at, row.ended_at) == (heard.began_at, heard.ended_at)
    assert hall.told == []
    assert hall.standing().state == "on"
    assert hall.standing().players[0][1] is not None


def test_twenty_calls_in_a_minute_are_heard_in_three_zones_without_one_over_another() -> None:
    hall = AHall("hall", "canteen", "surau", counters=20)
    for zone in ("hall", "canteen", "surau"):
        hall.put(zone, zone)

    called = []
    for n in range(20):
        called.append(hall.call(f"K{n + 1}"))
        hall.run(3)
    hall.run(120)

    for zone in ("hall", "canteen", "surau"):
        assert numbers(hall, zone) == called
    assert one_at_a_time(hall.heard)
    spoken = {len(one.languages) for one in hall.heard}
    assert spoken == {0, 1, 2}  # all languages at first, then Malay, then the chime, and back again
    waited = [one.began_at - row.asked_at for one, row in zip(hall.heard, hall.sounds.since(OPENING), strict=True)]
    assert max(waited) < timedelta(seconds=40)
    assert all(one.outcome for one in hall.sounds.rows.values())


def test_the_languages_of_a_call_are_those_that_there_is_time_for() -> None:
    hall = AHall("hall", counters=20)
    hall.put("hall", "left")
    backlog = 0.0

    for n in range(6):
        queue = hall.announcing._zones["hall"].queue if "hall" in hall.announcing._zones else None
        backlog = queue.backlog_s(hall.clock.now()) if queue is not None else 0.0
        hall.call(f"K{n + 1}")
        assert hall.voice.asked[-1][1] == languages_now(("ms", "en"), backlog)
    assert hall.standing().state == "chime_only"
    hall.run(90)

    assert hall.standing().state == "on"
    hall.call("K9")
    assert hall.voice.asked[-1][1] == ("ms", "en")


def test_a_customer_who_has_come_is_not_called() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    first, second = hall.call("K1"), hall.call("K2")

    hall.office.serve("K2")
    hall.run(30)

    assert numbers(hall) == [first]
    assert second not in numbers(hall)


def test_an_emergency_is_called_before_the_others() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    first, second, urgent = hall.call("K1"), hall.call("K2"), hall.call("K3", lane="emergency")

    hall.run(60)

    assert numbers(hall) == [first, urgent, second]


def test_a_recall_of_a_number_that_still_waits_is_spoken_once() -> None:
    hall = AHall("hall", counters=8)
    hall.put("hall", "left", works=False)
    for n in range(1, 4):
        hall.call(f"K{n}")
    hall.clock.advance(seconds=10)

    hall.office.recall("K3")
    hall.pump()

    waiting = hall.announcing._zones["hall"].queue.waiting
    assert [a.call.number for a in waiting] == ["A002", "A003"]


def test_a_player_that_does_not_answer_is_followed_by_the_next_one() -> None:
    hall = AHall("hall")
    hall.put("hall", "amplifier", role="announcer", works=False)
    hall.put("hall", "screen")

    number = hall.call()
    hall.run(40)

    assert [(one.number, one.player) for one in hall.heard] == [(number, "screen")]
    assert ("amplifier", hall.heard[0].id) in hall.hushed
    assert [row.outcome for row in hall.sounds.since(OPENING)] == ["no_answer", "spoken"]
    assert hall.told == []
    again = hall.call("K2")
    hall.run(1)
    assert hall.heard[-1].number == again  # who gave no answer is asked last from then on
    assert hall.heard[-1].player == "screen"


def test_a_player_that_says_that_it_cannot_is_followed_at_once() -> None:
    hall = AHall("hall")
    hall.put("hall", "amplifier", role="announcer", says="no_device")
    hall.put("hall", "screen")

    hall.call()
    hall.run(2)

    assert [one.player for one in hall.heard] == ["screen"]
    assert next(row.outcome for row in hall.sounds.since(OPENING)) == "no_device"


def test_a_call_that_nobody_spoke_is_told_to_the_officer_and_the_supervisor() -> None:
    hall = AHall("hall", "canteen")
    hall.put("hall", "left", works=False)
    hall.put("canteen", "far")

    number = hall.call("K2")
    hall.run(30)

    ((counter, zone, told),) = hall.told
    assert counter == "K2"
    assert (told.number, zone, told.why) == (number, "hall", "no_answer")
    (missed,) = hall.standing().missed
    assert (missed.what, missed.number) == ("spoken", number)
    assert hall.standing().state == "no_answer"
    assert hall.standing("canteen").missed == ()
    assert numbers(hall, "canteen") == [number]


def test_in_a_zone_without_a_player_no_officer_is_told_and_a_player_that_comes_speaks_what_still_stands() -> None:
    hall = AHall("hall")
    served, waits = hall.call("K1"), hall.call("K2")
    hall.run(15)
    assert hall.told == []
    assert hall.standing().state == "no_player"

    hall.office.serve("K1")
    hall.put("hall", "left")
    hall.run(20)

    assert numbers(hall) == [waits]
    assert served not in numbers(hall)
    assert hall.standing().state == "on"


def test_a_call_of_ten_minutes_ago_is_not_spoken_to_whoever_is_there_now() -> None:
    hall = AHall("hall")
    hall.call()
    hall.run(601)

    hall.put("hall", "left")
    hall.run(30)

    assert hall.heard == []


def test_a_call_that_no_screen_shows_is_told_to_the_supervisor() -> None:
    hall = AHall("hall")
    hall.put("hall", "left", shows=False)

    number = hall.call()
    hall.run(30)

    (missed,) = hall.standing().missed
    assert (missed.what, missed.number) == ("shown", number)
    assert hall.told == []
    assert numbers(hall) == [number]


def test_a_muted_zone_shows_and_does_not_sound() -> None:
    hall = AHall(Zone("hall", NAME), Zone("library", NAME, volume=0.0))
    hall.put("hall", "left")
    hall.put("library", "quiet")

    hall.call()
    hall.run(30)

    assert {one.zone for one in hall.heard} == {"hall"}
    assert hall.standing("library").state == "silent"
    assert hall.standing("library").missed == ()


def test_at_prayers_a_zone_is_quieter_and_at_night_silent() -> None:
    prayers = Zone("hall", NAME, quiet=(Quiet(8 * 60, 8 * 60 + 1, 0.3), Quiet(8 * 60 + 2, 8 * 60 + 3, 0.0)))
    hall = AHall(prayers)
    hall.put("hall", "left")

    hall.call("K1")
    hall.run(70)
    hall.call("K2")
    hall.run(60)
    hall.call("K3")
    hall.run(60)

    assert [(one.number, one.volume) for one in hall.heard] == [("A001", 0.3), ("A002", 1.0)]


def test_a_call_waits_for_its_sounds() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    hall.voice.holds = True

    first, second = hall.call("K1"), hall.call("K2")
    hall.run(9)
    assert hall.heard == []
    hall.voice.let_go()
    hall.run(30)

    assert numbers(hall) == [first, second]
    assert hall.told == []


def test_a_language_that_cannot_be_made_is_left_out_and_said() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    hall.voice.mute = {"ms", "en"}

    hall.call()
    hall.run(20)

    assert [one.languages for one in hall.heard] == [()]  # the chime
    assert hall.standing().missing == ("ms", "en")


def test_an_office_that_only_chimes_is_asked_for_no_words() -> None:
    hall = AHall("hall")
    hall.announcing = hall.a_process("chimes", speaks=False)
    hall.put("hall", "left")

    number = hall.call()
    hall.run(20)

    assert hall.voice.asked == [(number, ())]
    assert [(row.number, row.outcome) for row in hall.sounds.rows.values()] == [(number, "chime")]
    assert hall.standing().missing == ()


def test_a_full_disk_makes_nobody_dumb() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    hall.sounds.is_full = True

    number = hall.call()
    hall.run(20)
    assert numbers(hall) == [number]
    assert hall.sounds.rows == {}
    hall.sounds.is_full = False
    hall.run(2)

    assert [row.outcome for row in hall.sounds.rows.values()] == ["spoken"]


def test_after_a_crash_what_was_heard_is_not_repeated_and_what_stands_is_spoken() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    first, second = hall.call("K1"), hall.call("K2")
    hall.run(13)
    assert numbers(hall) == [first, second]  # the second one is half said
    third = hall.call("K3")

    hall.restart()
    hall.run(60)

    assert numbers(hall) == [first, second, third]
    assert one_at_a_time(hall.heard)
    assert hall.told == []


def test_what_was_under_way_at_the_crash_and_reached_nobody_is_spoken_at_once() -> None:
    hall = AHall("hall")
    left = hall.put("hall", "left", works=False)
    number = hall.call()

    hall.restart()
    left.works = True
    hall.run(2)
    hall.announcing.plays_now("hall", "left", None)
    hall.run(2)

    assert numbers(hall) == [number]


def test_another_player_speaks_what_was_lost_with_the_one_that_spoke() -> None:
    hall = AHall("hall")
    left = hall.put("hall", "left", works=False)
    number = hall.call()
    hall.restart()
    hall.take_away(left)
    hall.put("hall", "right")

    hall.run(40)

    assert [(one.number, one.player) for one in hall.heard] == [(number, "right")]
    assert hall.told == []


def test_a_recall_is_not_mistaken_for_the_call_that_was_heard() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    number = hall.call()
    hall.run(15)
    hall.office.recall("K1")

    hall.restart()
    hall.run(30)
    hall.restart()
    hall.run(30)

    assert numbers(hall) == [number, number]


def test_only_one_of_two_processes_speaks_and_the_other_takes_over() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    hall.pump()
    other = hall.a_process("other")
    number = hall.call("K1")

    other.step()
    drives_beside = other.is_driving
    hall.run(20)
    hall.sounds.holder = ""  # the first one was killed, its lease has run out
    hall.announcing = other
    second = hall.call("K2")
    hall.run(20)

    assert (drives_beside, other.is_driving) == (False, True)
    assert numbers(hall) == [number, second]


def test_calls_that_were_not_told_one_by_one_are_taken_up_from_the_journal() -> None:
    hall = AHall("hall")
    hall.put("hall", "left")
    hall.pump()
    hall.office.open("K1")
    hall.office.issue("A")
    number = hall.office.call_next("K1").number
    hall._seen = hall.office.floor.seq

    hall.announcing.look_again()
    hall.run(20)

    assert numbers(hall) == [number]


def test_a_zone_that_is_too_busy_is_told_which_languages_to_drop() -> None:
    four = Zone("hall", NAME, languages=("ms", "en", "zh", "ta"))
    hall = AHall(four, counters=8)
    hall.put("hall", "left")

    for n in range(40):
        hall.call(f"K{n % 8 + 1}")
        hall.run(15)

    load = hall.standing().load
    assert load.calls_per_minute == pytest.approx(4, abs=0.2)
    assert load.seconds_per_call == pytest.approx(seconds_of(four.languages), abs=0.1)
    assert load.is_too_busy
    assert load.drop == ("ta", "zh", "en")
    assert one_at_a_time(hall.heard)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_players_and_crashes_do_no_two_sounds_meet_and_no_call_is_lost_in_silence(seed: int) -> None:
    chance = random.Random(seed)
    hall = AHall("hall", counters=6)
    players = [hall.put("hall", name) for name in ("left", "right")]
    called: list[str] = []

    for _ in range(60):
        counter = f"K{chance.randint(1, 6)}"
        called.append(hall.call(counter))
        player = chance.choice(players)
        what = chance.random()
        if what < 0.15:
            player.works = not player.works
        elif what < 0.25:
            hall.restart()
        elif what < 0.3:
            player.says = "" if player.says else "failed"
        hall.run(chance.uniform(1, 25))
    for player in players:
        player.works, player.says = True, ""
    hall.run(120)

    assert one_at_a_time(hall.heard)
    heard, told = set(numbers(hall)), {told.number for _, _, told in hall.told}
    served = {number for number in called if not hall.office.floor.numbers.get(number)}
    standing = set(called) - served
    assert standing <= heard | told
    ids = [one.id for one in hall.heard if one.ended_at > one.began_at]
    twice = {id for id in ids if ids.count(id) > 1}
    in_full = [one for one in hall.heard if one.id in twice and (one.player, one.id) not in hall.hushed]
    assert len({one.id for one in in_full}) == len(in_full)


def test_the_log_of_a_busy_hour_has_no_two_sounds_of_a_zone_at_once() -> None:
    """Fifteen counters of four minutes each, three zones, four languages: more than a voice can do (evidence 2.3)."""
    four = tuple(Zone(code, NAME, languages=("ms", "en", "zh", "ta")) for code in ("hall", "canteen", "surau"))
    hall = AHall(*four, counters=15)
    for zone in four:
        hall.put(zone.code, zone.code)
    chance, called = random.Random(2026), 0

    for turn in range(225):
        hall.call(f"K{turn % 15 + 1}")
        called += 1
        hall.run(chance.expovariate(1 / 16))
    hall.run(120)

    log = hall.sounds.since(OPENING)
    for zone in four:
        own = [row for row in log if row.zone == zone.code]
        gaps = [
            (later.started_at - earlier.ended_at).total_seconds()
            for earlier, later in pairwise(own)
            if earlier.ended_at
        ]
        assert len(gaps) == len(own) - 1
        assert min(gaps) >= BETWEEN_CALLS - 0.001
        assert {row.outcome for row in own} <= {"spoken", "chime"}
        assert max(row.started_at - row.asked_at for row in own) < timedelta(seconds=60)
        assert len(own) >= 0.95 * called  # the others had been served before their turn to be spoken came
    assert hall.told == []


@pytest.mark.soak
@pytest.mark.slow
def test_seventy_two_hours_miss_no_call_and_grow_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "LONGEST_WAIT_S", 60.0)  # nothing happens in between but the lease
    hall = AHall("hall", "canteen", counters=6)
    for zone in ("hall", "canteen"):
        hall.put(zone, zone)
    heard, sizes = 0, list[int]()

    for hour in range(72):
        for n in range(70):
            hall.call(f"K{n % 6 + 1}")
            hall.run(3600 / 70)
        assert one_at_a_time(hall.heard)
        heard += len(hall.heard)
        hall.heard.clear()
        hall.sounds.forget(hall.clock.now() - timedelta(hours=1))
        if hour >= 5:
            sizes.append(
                len(
                    pickle.dumps(
                        (hall.announcing._zones, vars(hall.announcing._book)["_unwritten"], hall.announcing.standings)
                    )
                )
            )

    assert heard == 72 * 70 * 2
    assert hall.told == []
    assert max(sizes) < 1.2 * sizes[0]


def test_a_zone_that_summons_asks_those_whose_call_is_near_to_come_back_each_once() -> None:
    hall = AHall("hall", Zone("canteen", NAME, languages=("ms",), walk_s=120, ahead=1, summons=True))
    for zone in ("hall", "canteen"):
        hall.put(zone, zone)
    hall.office.open("K1")
    for _ in range(4):
        hall.office.issue("A")

    hall.run(60)
    assert numbers(hall, "canteen") == ["A001", "A002"]  # those with one before them, or none
    assert numbers(hall) == []
    assert {row.kind for row in hall.sounds.rows.values()} == {"return"}

    called = hall.office.call_next("K1").number
    hall.run(60)
    assert numbers(hall, "canteen") == ["A001", "A002", called, "A003"]
    assert numbers(hall) == [called]
    assert one_at_a_time(hall.heard)

    hall.restart()
    hall.run(60)
    assert numbers(hall, "canteen") == ["A001", "A002", called, "A003"]


def test_a_call_goes_without_the_summons_that_still_waits_before_it() -> None:
    hall = AHall(Zone("canteen", NAME, languages=("ms",), ahead=1, summons=True))
    hall.office.open("K1")
    hall.office.issue("A")
    hall.run(1)
    hall.office.call_next("K1")
    hall.put("canteen", "canteen")

    hall.run(60)

    assert [(row.number, row.kind) for row in hall.sounds.rows.values()] == [("A001", "call")]


def test_where_calls_leave_no_time_nobody_is_summoned() -> None:
    hall = AHall(Zone("canteen", NAME, languages=("ms", "en"), ahead=3, summons=True), counters=9)
    for n in range(8):
        hall.call(f"K{n + 1}")
    for _ in range(3):
        hall.office.issue("A")
    hall.run(1)

    assert all(one.call.kind != "return" for one in hall.announcing._zones["canteen"].queue.waiting)
