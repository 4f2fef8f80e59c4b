"""Real servers that are killed while they have calls spoken: nothing that was heard is repeated, nothing is lost."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from server.domain.floor import BEGINNING
from server.ports import Sound
from sql.sounds import SqlSounds
from tests.deeds import call, press
from tests.live_screen import LiveScreen, Told, a_screen
from tests.machine import children, eventually
from tests.servers import RunningOffice, a_running_office

pytestmark = [pytest.mark.slow, pytest.mark.soak]

SPEAKS = {"GILIRAN_VOICE": "auto", "GILIRAN_HEARTBEAT": "1"}
ONE_ZONE = (Path(__file__).parent.parent / "config/branch.example.toml").read_text(encoding="utf-8").replace(
    'code = "canteen"', 'code = "canteen"\nvolume = 0'
)  # fmt: skip
"""The example office, its canteen shown and silent."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path, branch=ONE_ZONE, environment=SPEAKS) as started:
        yield started


@pytest.fixture
def two(tmp_path: Path, postgresql_url: str) -> Iterator[RunningOffice]:
    with a_running_office(
        tmp_path, branch=ONE_ZONE, database=postgresql_url, options=("--processes", "2"), environment=SPEAKS
    ) as started:
        yield started


def rows(office: RunningOffice) -> list[Sound]:
    return SqlSounds(office.engine, "KL01").since(BEGINNING)


def spoken(office: RunningOffice) -> list[str]:
    """The numbers that were heard: in words or, where there was no time for any, by the chime."""
    return [row.number for row in rows(office) if row.outcome in ("spoken", "chime")]


def one_at_a_time(office: RunningOffice) -> bool:
    """Whether the log of every sound shows no two at once in a zone, half a second apart."""
    over = [row for row in rows(office) if row.ended_at is not None]
    return all(
        later.started_at >= earlier.ended_at
        for earlier, later in pairwise(sorted(over, key=lambda row: row.started_at))
        if earlier.ended_at is not None
    )


def a_player(stack: ExitStack, office: RunningOffice, zone: str = "hall", *, is_mute: bool = False) -> LiveScreen:
    screen = stack.enter_context(a_screen(office.url, {"zone": zone}, office.token("display")))
    screen.is_mute = is_mute
    screen.until(lambda: screen.board)
    return screen


def test_a_server_that_is_killed_repeats_nothing_and_loses_no_call(office: RunningOffice) -> None:
    with ExitStack() as stack:
        hall = a_player(stack, office)
        press(office, "open")
        press(office, "open", counter="K2")
        first = call(office)
        eventually(lambda: spoken(office) == [first])
        hall.is_mute = True  # the second one reaches it, and its answer is lost with the server
        second = call(office, "K2")
        hall.until(lambda: second in [told["number"] for told in hall.words("speak")])

        office.kill()
        office.start()
        hall.is_mute = False
        press(office, "open", counter="K3")
        third = call(office, "K3")

        eventually(lambda: sorted(spoken(office)) == sorted([first, second, third]), 40)
        assert [told["number"] for told in hall.spoken.values()].count(first) == 1
        assert one_at_a_time(office)


def test_a_call_that_nobody_speaks_is_told_at_the_counter_that_called_and_to_the_manager(
    office: RunningOffice,
) -> None:
    with ExitStack() as stack:
        a_player(stack, office, is_mute=True)
        counter = stack.enter_context(a_screen(office.url, {"counter": "K1"}, office.token("counter")))
        other = stack.enter_context(a_screen(office.url, {"counter": "K2"}, office.token("counter")))
        counter.until(lambda: counter.board)
        press(office, "open")

        number = call(office)
        counter.until(lambda: counter.words("unspoken"), 40)

        (told,) = counter.words("unspoken")
        assert (told["number"], told["zone"], told["name"]["ms"]) == (number, "hall", "Ruang menunggu")
        assert other.words("unspoken") == []
        eventually(lambda: hall_of(office)["missed"] != [])
        missed = {(one["what"], one["number"], one["why"]) for one in hall_of(office)["missed"]}
        assert ("spoken", number, "no_answer") in missed
        assert hall_of(office)["state"] == "no_answer"


def hall_of(office: RunningOffice) -> Told:
    zones: list[Told] = office.caller("manager").get("/overview").body["voice"]
    return next(zone for zone in zones if zone["zone"] == "hall")


def test_a_second_player_speaks_where_the_first_is_silent(office: RunningOffice) -> None:
    with ExitStack() as stack:
        silent = a_player(stack, office, is_mute=True)
        press(office, "open")
        number = call(office)
        silent.until(lambda: silent.words("speak"))
        works = a_player(stack, office)

        works.until(lambda: number in [told["number"] for told in works.spoken.values()], 40)

        silent.until(lambda: silent.words("hush"))
        eventually(lambda: spoken(office) == [number])


def test_a_display_that_was_away_gets_the_calls_that_still_stand(office: RunningOffice) -> None:
    with ExitStack() as stack:
        press(office, "open")
        press(office, "open", counter="K2")
        gone, stands = call(office), call(office, "K2")
        press(office, "serve")

        hall = a_player(stack, office)

        hall.until(lambda: hall.spoken, 20)
        eventually(lambda: spoken(office) == [stands])
        assert gone not in [told["number"] for told in hall.spoken.values()]
        assert hall.shown(stands)


def test_two_processes_have_each_call_spoken_once_wherever_its_player_is(two: RunningOffice) -> None:
    with ExitStack() as stack:
        halls = [a_player(stack, two) for _ in range(6)]
        numbers = []
        for counter in ("K1", "K2", "K3", "K4"):
            press(two, "open", counter=counter)
            numbers.append(call(two, counter))

        eventually(lambda: sorted(spoken(two)) == sorted(numbers), 60)

        assert sorted(told["number"] for hall in halls for told in hall.spoken.values()) == sorted(numbers)
        assert one_at_a_time(two)


def test_a_killed_process_under_load_leaves_no_call_unspoken_and_none_spoken_twice(two: RunningOffice) -> None:
    with ExitStack() as stack:
        halls = [a_player(stack, two) for _ in range(4)]
        numbers: list[str] = []
        stop = threading.Event()

        def work(counter: str) -> None:
            press(two, "open", counter=counter)
            while not stop.is_set():
                numbers.append(call(two, counter))
                eventually(lambda: stop.is_set() or numbers[-1] in spoken(two), 30)

        officer = threading.Thread(target=work, args=("K1",))
        officer.start()
        eventually(lambda: len(spoken(two)) >= 3, 40)
        stop.set()
        officer.join()
        eventually(lambda: set(numbers) <= set(spoken(two)), 40)
        workers = [pid for pid in children(two.pid) if b"--worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        press(two, "open", counter="K2")
        for hall in halls:
            hall.is_mute = True
        last = call(two, "K2")
        eventually(lambda: last in [row.number for row in rows(two)], 20)
        os.kill(workers[0], signal.SIGKILL)  # ends the other with it: whoever watches the service starts it anew
        eventually(lambda: not two.is_running)
        two.start()
        for hall in halls:
            hall.is_mute = False

        eventually(lambda: last in spoken(two), 60)

        heard = [told["number"] for hall in halls for told in hall.spoken.values()]
        assert sorted(set(heard)) == sorted(set(numbers) | {last})
        assert len(heard) == len(set(heard))
