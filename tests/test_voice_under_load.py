"""Real servers whose voice is killed, or that call as fast as a hall ever does: no call lost, none twice, none over
another."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from server.domain.announcement import BETWEEN_CALLS, CHIME, CHIME_ONLY_PAST
from server.domain.floor import BEGINNING
from server.ports import Sound
from sql.sounds import SqlSounds
from tests.deeds import call, press
from tests.live_screen import LiveScreen, Told
from tests.machine import children, eventually
from tests.servers import RunningOffice, a_running_office

pytestmark = pytest.mark.slow

THREE_ZONES = (
    (Path(__file__).parent.parent / "config/branch.example.toml")
    .read_text(encoding="utf-8")
    .replace("languages = []", 'languages = ["ms", "zh"]')
    + "".join(f'\n[[counter]]\ncode = "K{n}"\nservices = ["A"]\n' for n in range(7, 21))
    + '\n[[zone]]\ncode = "surau"\nname = {ms = "Surau"}\nlanguages = ["ms", "en", "zh", "ta"]\n'
)
ZONES = {"hall": 2, "canteen": 2, "surau": 4}
COUNTERS = tuple(f"K{n}" for n in range(1, 21))
KILLS = 20
FASTER = 10
"""A minute of this hall is six seconds: its players are done in a tenth of the time."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    speaks = {"GILIRAN_VOICE": "auto", "GILIRAN_HEARTBEAT": "1"}
    with a_running_office(tmp_path, branch=THREE_ZONES, environment=speaks) as started:
        for counter in COUNTERS:
            press(started, "open", counter=counter)
        yield started


class Loudspeaker(LiveScreen):
    """A player that needs its time for each call."""

    def __init__(self, office: RunningOffice, zone: str) -> None:
        self.played: list[tuple[Told, float, float]] = []  # what, when it began, when it ended
        super().__init__(office.url, {"zone": zone}, office.token("display"))

    def _speak(self, told: Told) -> None:
        began = time.monotonic()
        with self._changed:
            if told["id"] in self.spoken:
                return
            self.spoken[told["id"]] = told

        def over() -> None:
            with self._changed:
                self.played.append((told, began, time.monotonic()))
                self._changed.notify_all()
            self.emit("played", {"zone": told["zone"], "id": told["id"], "ok": True})

        threading.Timer(told["seconds"] / FASTER, over).start()


def has_played(player: Loudspeaker, how_many: int) -> bool:
    return len(player.played) >= how_many


def is_heard(office: RunningOffice, number: str) -> bool:
    """In every zone."""
    found = heard(office)
    return all(found[zone, number] for zone in ZONES)


def put_up(stack: ExitStack, office: RunningOffice) -> dict[str, Loudspeaker]:
    """A loudspeaker in each zone."""
    found = {}
    for zone in ZONES:
        found[zone] = Loudspeaker(office, zone)
        stack.callback(found[zone].close)
        found[zone].until(lambda screen=found[zone]: screen.board)  # type: ignore[misc]
    return found


def rows(office: RunningOffice) -> list[Sound]:
    return SqlSounds(office.engine, "KL01").since(BEGINNING)


def heard(office: RunningOffice) -> Counter[tuple[str, str]]:
    """How often each number was heard to its end in each zone."""
    return Counter((row.zone, row.number) for row in rows(office) if row.outcome in ("spoken", "chime"))


def the_voice(office: RunningOffice) -> int | None:
    """The voice's own process, where there is one at this moment."""
    for pid in children(office.pid):
        try:
            if b"server.speech.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        except OSError:
            continue
    return None


def assert_one_at_a_time(office: RunningOffice, players: dict[str, Loudspeaker]) -> None:
    """By what the players did, and by the log of every sound: half a second apart."""
    for zone, player in players.items():
        assert all(later >= over for (_, _, over), (_, later, _) in pairwise(player.played)), zone
        log = [row for row in rows(office) if row.zone == zone]
        for earlier, later_row in pairwise(log):
            assert earlier.ended_at is not None
            assert (later_row.started_at - earlier.ended_at).total_seconds() >= 0.5, (zone, later_row.number)


@pytest.mark.soak
def test_a_voice_that_is_killed_twenty_times_under_load_loses_no_call_and_repeats_none(office: RunningOffice) -> None:
    with ExitStack() as stack:
        players = put_up(stack, office)
        clips = office.data / "clips"
        numbers: list[str] = []
        stop = threading.Event()

        def work(counter: str) -> None:
            while not stop.is_set():
                number = call(office, counter)
                numbers.append(number)
                eventually(lambda mine=number: stop.is_set() or is_heard(office, mine), 60)  # type: ignore[misc]

        officers = [threading.Thread(target=work, args=(counter,)) for counter in COUNTERS[:3]]
        for officer in officers:
            officer.start()
        killed: set[int] = set()
        for kill in range(KILLS):
            eventually(lambda: (the_voice(office) or 0) not in {0, *killed}, 60, "no new voice was started")
            if kill % 2:  # as soon as it is there: over the words that the one before it was to say; else a clip later
                made = len(list(clips.glob("*.wav")))
                eventually(lambda before=made: len(list(clips.glob("*.wav"))) > before, 60)  # type: ignore[misc]
            voice = the_voice(office)
            assert voice is not None
            os.kill(voice, signal.SIGKILL)
            killed.add(voice)
        stop.set()
        for officer in officers:
            officer.join()

        eventually(lambda: all(is_heard(office, number) for number in numbers), 90)
        numbers.append(call(office, COUNTERS[0]))
        eventually(lambda: is_heard(office, numbers[-1]), 60)

        assert len(killed) == KILLS
        assert set(heard(office).values()) == {1}
        for zone, player in players.items():
            spoken = Counter(told["number"] for told, _, _ in player.played)
            assert spoken == Counter(dict.fromkeys(numbers, 1)), zone
            assert [told["missing"] for told, _, _ in player.played if told["missing"]] == [], zone
        assert [row.outcome for row in rows(office) if row.outcome not in ("spoken", "chime")] == []
        assert office.is_running


@pytest.mark.soak
def test_twenty_calls_at_once_are_heard_in_three_zones_one_after_another_in_the_time_there_is(
    office: RunningOffice,
) -> None:
    with ExitStack() as stack:
        players = put_up(stack, office)
        began = time.monotonic()
        numbers = [call(office, f"K{n}") for n in range(1, 21)]
        lasted = (time.monotonic() - began) * FASTER

        for player in players.values():
            player.until(partial(has_played, player, 20), 90)

        assert lasted < 60, "the machine is too slow for twenty calls in a minute"
        for zone, player in players.items():
            assert [told["number"] for told, _, _ in player.played] == numbers, zone
            spoken = [len(told["languages"]) for told, _, _ in player.played]
            assert spoken[0] == ZONES[zone]
            talk = sum(told["seconds"] + BETWEEN_CALLS for told, _, _ in player.played)
            # Behind by a chime at each call and the longest that is still worth words, and one call with all of them.
            assert talk <= lasted + CHIME_ONLY_PAST + 20 * (CHIME + BETWEEN_CALLS) + 7 * ZONES[zone], (zone, spoken)
        assert_one_at_a_time(office, players)
        assert set(heard(office).values()) == {1}

        again = call(office, "K1")
        for zone, player in players.items():
            player.until(partial(has_played, player, 21), 60)
            told = player.played[-1][0]
            assert (told["number"], len(told["languages"])) == (again, ZONES[zone])
