"""The voice seen from the server: it never waits, keeps the order, survives its worker, and is never silent."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.domain.announcement import BETWEEN_LANGUAGES, Call
from server.speech.clips import Clips
from server.speech.link import NoVoice, VoiceFault, VoiceKilled, VoiceLost
from server.speech.voice import Spoken, Voice
from tests.spoken_words import WORDS

pytestmark = pytest.mark.slow

FAKE = Path(__file__).with_name("fake_worker.py")
ENOUGH = 60
"""Seconds until a test that waits for nothing gives up."""


class Hall:
    """A voice, and everything that it has said back."""

    def __init__(self, folder: Path, command: tuple[str, ...] | None = None, **patience: Any) -> None:
        self.folder = folder
        self.faults: list[tuple[str, VoiceFault]] = []
        self._ready: queue.Queue[Spoken] = queue.Queue()
        self.voice = Voice(
            folder,
            WORDS,
            on_fault=lambda language, fault: self.faults.append((language, fault)),
            command=command,
            **patience,
        )

    def call(self, number: str, *languages: str, counter: str = "3") -> None:
        self.voice.request(Call(number, counter), languages or ("ms",), self._ready.put)

    def spoken(self) -> Spoken:
        return self._ready.get(timeout=ENOUGH)


HallMaker = Callable[..., Hall]

IN_EACH_RUNTIME = pytest.mark.parametrize(
    "runtime",
    ["threads", *(pytest.param(mode, marks=pytest.mark.async_mode(mode)) for mode in ("eventlet", "gevent"))],
)


@pytest.fixture
def a_hall(tmp_path: Path) -> Iterator[HallMaker]:
    """Opens halls; `starts` makes one whose worker plays these roles, one after another."""
    halls: list[Hall] = []

    def make(*starts: str, command: tuple[str, ...] | None = None, **patience: float) -> Hall:
        if starts:
            plan = tmp_path / "plan"
            plan.write_text("\n".join(starts))
            command = (sys.executable, str(FAKE), str(plan))
        elif command is None:
            pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
        hall = Hall(tmp_path / "clips", command, **patience)
        halls.append(hall)
        return hall

    yield make
    for hall in halls:
        hall.voice.close()


def seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def test_a_call_is_the_chime_and_a_clip_in_each_language(a_hall: HallMaker) -> None:
    hall = a_hall()

    hall.call("A042", "ms", "en")
    spoken = hall.spoken()

    assert (spoken.call, spoken.languages, spoken.missing) == (Call("A042", "3"), ("ms", "en"), ())
    assert len(spoken.clips) == 3
    assert seconds(spoken.clips[0]) <= 1.2
    assert spoken.seconds == pytest.approx(sum(map(seconds, spoken.clips)) + 2 * BETWEEN_LANGUAGES)
    assert hall.faults == []


@IN_EACH_RUNTIME
def test_a_worker_killed_between_two_calls_costs_nothing(runtime: str, a_hall: HallMaker) -> None:
    hall = a_hall()
    hall.call("A001")
    hall.spoken()
    worker = hall.voice.worker_pid

    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    hall.call("A002")
    spoken = hall.spoken()

    assert spoken.languages == ("ms",)
    assert hall.voice.worker_pid not in (None, worker)
    assert [(language, type(fault)) for language, fault in hall.faults] == [("ms", VoiceKilled)]


def spoken_after_a_hung_worker(a_hall: HallMaker) -> None:
    hall = a_hall("hangs", "good", silence_s=1.0)

    hall.call("A001")
    spoken = hall.spoken()

    assert spoken.languages == ("ms",)
    assert "said nothing for 1 seconds" in str(hall.faults[0][1])


def work_goes_on_meanwhile(a_hall: HallMaker) -> None:
    hall = a_hall("hangs", "good", silence_s=1.0)
    turns, stop = [0], threading.Event()

    def work() -> None:
        while not stop.wait(0.01):
            turns[0] += 1

    clerk = threading.Thread(target=work)
    clerk.start()
    hall.call("A001")
    before = turns[0]
    hall.spoken()
    stop.set()
    clerk.join()

    assert before <= 1
    assert turns[0] > 20


def test_a_hung_worker_is_replaced_and_the_call_is_spoken(a_hall: HallMaker) -> None:
    spoken_after_a_hung_worker(a_hall)


@pytest.mark.async_mode("eventlet")
def test_nobody_waits_for_a_hung_worker_under_eventlet(a_hall: HallMaker) -> None:
    work_goes_on_meanwhile(a_hall)


@pytest.mark.async_mode("gevent")
def test_nobody_waits_for_a_hung_worker_under_gevent(a_hall: HallMaker) -> None:
    work_goes_on_meanwhile(a_hall)


@pytest.mark.parametrize("role", ["dies", "babbles", "strays"])
def test_a_worker_that_fails_at_a_call_is_replaced_and_the_call_is_spoken(role: str, a_hall: HallMaker) -> None:
    hall = a_hall(role, "good")

    hall.call("A001")
    spoken = hall.spoken()

    assert spoken.languages == ("ms",)
    assert [type(fault) for _, fault in hall.faults] == [VoiceLost]


def test_workers_killed_again_and_again_leave_no_call_unanswered_and_none_out_of_order(a_hall: HallMaker) -> None:
    hall = a_hall(*["dies", "good"] * 20)
    wanted = [f"A{n:03d}" for n in range(1, 31)]

    for number in wanted:
        hall.call(number)
    heard = []
    for n in range(len(wanted)):
        spoken = hall.spoken()
        heard.append(spoken.call.number)
        worker = hall.voice.worker_pid
        if n % 3 == 0 and worker is not None:
            os.kill(worker, signal.SIGKILL)

    assert heard == wanted


def test_a_voice_that_fails_twice_leaves_the_chime_and_says_so(a_hall: HallMaker) -> None:
    hall = a_hall("dies", "dies", "good")

    hall.call("A001")
    first = hall.spoken()
    hall.call("A002")
    second = hall.spoken()

    assert (first.languages, first.missing, len(first.clips)) == ((), ("ms",), 1)
    assert seconds(first.clips[0]) > 1
    assert len(hall.faults) == 2
    assert second.languages == ("ms",)


@pytest.mark.soak
@IN_EACH_RUNTIME
def test_a_voice_that_is_killed_twenty_times_over_one_call_speaks_it_all_the_same(
    runtime: str, a_hall: HallMaker
) -> None:
    hall = a_hall(*["killed"] * 20, "good")

    hall.call("A001")
    spoken = hall.spoken()

    assert (spoken.languages, spoken.missing) == (("ms",), ())
    assert [type(fault) for _, fault in hall.faults] == [VoiceKilled] * 20


def test_a_call_waits_no_longer_for_a_killed_voice_than_words_are_of_use(a_hall: HallMaker) -> None:
    hall = a_hall("killed", "good", patience_s=0.0)

    hall.call("A001")
    hall.call("A002")

    assert hall.spoken().missing == ("ms",)
    assert hall.spoken().languages == ("ms",)


@pytest.mark.parametrize("command", [("unusable",), ()])
def test_where_there_is_no_voice_the_hall_hears_the_chime_and_somebody_is_told(
    command: tuple[str, ...], a_hall: HallMaker
) -> None:
    hall = a_hall(*command) if command else a_hall(command=("/nonexistent/voice",))

    hall.call("A001", "ms", "en")
    spoken = hall.spoken()

    assert (spoken.languages, spoken.missing) == ((), ("ms", "en"))
    assert [path.is_file() for path in spoken.clips] == [True]
    assert [(language, type(fault)) for language, fault in hall.faults] == [("ms", NoVoice), ("en", NoVoice)]


def test_a_worker_that_never_gets_ready_is_not_waited_for_for_ever(a_hall: HallMaker) -> None:
    hall = a_hall("mute", starting_s=0.3)

    hall.call("A001")

    assert hall.spoken().missing == ("ms",)


def test_a_language_without_a_voice_does_not_silence_the_others(a_hall: HallMaker) -> None:
    hall = a_hall("good")

    hall.call("A001", "fr", "ms")
    spoken = hall.spoken()

    assert (spoken.languages, spoken.missing) == (("ms",), ("fr",))


def test_what_cannot_be_spoken_is_a_chime_and_the_next_call_is_whole(a_hall: HallMaker) -> None:
    hall = a_hall("good")

    hall.call("A001", counter="–")
    hall.call("A002")

    assert hall.spoken().missing == ("ms",)
    assert hall.spoken().languages == ("ms",)


def test_calls_are_ready_in_the_order_asked_though_parts_are_warmed_meanwhile(a_hall: HallMaker) -> None:
    hall = a_hall("good")

    hall.voice.warm("AF", ["1", "2"], ["ms", "en"])
    for number in ("A001", "F001", "A001"):
        hall.call(number)

    assert [hall.spoken().call.number for _ in range(3)] == ["A001", "F001", "A001"]


def test_a_clip_made_once_is_there_without_any_voice(a_hall: HallMaker) -> None:
    before = a_hall("good")
    before.call("A001", "ms", "ta")
    made = before.spoken().clips
    before.voice.close()

    hall = a_hall("unusable")
    hall.call("A001", "ms", "ta")

    assert hall.spoken().clips == made
    assert hall.faults == []


def test_a_clip_that_a_full_disk_has_broken_is_made_again(a_hall: HallMaker) -> None:
    hall = a_hall("good")
    hall.call("A001")
    clip = hall.spoken().clips[1]

    clip.write_bytes(clip.read_bytes()[:20])
    hall.call("A001")

    assert hall.spoken().languages == ("ms",)
    assert seconds(clip) == 1.0


def test_a_chime_that_somebody_deleted_is_back_at_the_next_call(a_hall: HallMaker) -> None:
    hall = a_hall("good")
    hall.call("A001")
    hall.spoken().clips[0].unlink()

    hall.call("A002")

    assert hall.spoken().clips[0].is_file()


def test_a_listener_that_fails_does_not_silence_the_next_call(
    a_hall: HallMaker, caplog: pytest.LogCaptureFixture
) -> None:
    hall = a_hall("good")

    def fails(spoken: Spoken) -> None:
        raise RuntimeError(spoken.call.number)

    hall.voice.request(Call("A001", "3"), ["ms"], fails)
    hall.call("A002")

    assert hall.spoken().call.number == "A002"
    assert "an announcement was lost" in caplog.text


def test_a_clip_is_found_by_its_name_and_nothing_else_is(a_hall: HallMaker) -> None:
    hall = a_hall("good")
    hall.call("A001")
    spoken = hall.spoken()
    (hall.folder / "notes.txt").write_text("not a clip")

    assert [hall.voice.clips.file(path.name) for path in spoken.clips] == list(spoken.clips)
    for name in ("notes.txt", "../plan", "..", "", "0" * 32 + ".wav", str(spoken.clips[0])):
        assert hall.voice.clips.file(name) is None


def closed_in_the_middle_of_a_call(a_hall: HallMaker) -> None:
    hall = a_hall("hangs", "good")
    hall.call("A001")
    soon = threading.Event()
    while (worker := hall.voice.worker_pid) is None:
        soon.wait(0.01)

    hall.voice.close()
    hall.voice.close()
    hall.voice.join()

    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert hall.voice.worker_pid is None
    assert hall.faults == []


def test_closing_ends_the_worker_even_in_the_middle_of_a_call(a_hall: HallMaker) -> None:
    closed_in_the_middle_of_a_call(a_hall)


@pytest.mark.async_mode("eventlet")
def test_closing_ends_the_worker_under_eventlet(a_hall: HallMaker) -> None:
    closed_in_the_middle_of_a_call(a_hall)


@pytest.mark.async_mode("gevent")
def test_closing_ends_the_worker_under_gevent(a_hall: HallMaker) -> None:
    closed_in_the_middle_of_a_call(a_hall)


def test_the_longest_forgotten_clips_make_room_for_new_ones(tmp_path: Path) -> None:
    clips = Clips(tmp_path, kept=2)
    made = [clips.path({"segments": n}) for n in range(3)]
    for path in made:
        path.write_bytes(b"a sound")
    clips.chime.write_bytes(b"a chime")

    clips.use(made[0])
    clips.use(made[1])
    clips.use(made[0])
    clips.use(made[2])

    assert [path.exists() for path in made] == [True, False, True]
    assert clips.chime.exists()


def test_half_a_sound_of_an_earlier_start_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / "abc.wav.77.part").write_bytes(b"half")
    (tmp_path / "voice.77.wav").write_bytes(b"scratch")

    Clips(tmp_path)

    assert list(tmp_path.iterdir()) == []
