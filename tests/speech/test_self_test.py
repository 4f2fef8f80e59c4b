"""The voice is tried before the office opens, and somebody hears of its faults before the hall does."""

from __future__ import annotations

import logging
import queue
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from server.domain.announcement import Call
from server.domain.branch import Branch, Zone
from server.domain.hours import Hours, Override, Pattern, Span
from server.speech import sound
from server.speech.recording_checks import fitted
from server.speech.recordings import parts, script
from server.speech.self_test import Outcome, SelfTest, self_test_at
from server.speech.voice import Trial, Voice
from tests.builders import KUALA_LUMPUR, FakeClock, a_branch, a_floor
from tests.speech.a_speaker import record
from tests.spoken_words import WORDS

SUNDAY, MONDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
EIGHT_TO_FIVE = Hours(KUALA_LUMPUR, (Pattern(None, (Span(480, 780), Span(840, 1020))),))
CALL = Call("A042", "1")
ENOUGH = 60


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), KUALA_LUMPUR).astimezone(UTC)


def an_office_of(*languages: str) -> Branch:
    return a_branch(hours=EIGHT_TO_FIVE, zones=(Zone("hall", {"ms": "Ruang menunggu"}, languages=languages),))


class AVoice:
    """A voice that is tried: `mute` are the languages it lacks; it answers at once, or when told to."""

    def __init__(self, *mute: str) -> None:
        self.mute = set(mute)
        self.tried: list[tuple[str, ...]] = []
        self.is_slow = False
        self.answer: Callable[[], None] = lambda: None

    def try_out(
        self,
        letters: Sequence[str],
        counters: Sequence[str],
        languages: Sequence[str],
        on_done: Callable[[Sequence[Trial]], None],
    ) -> None:
        assert (list(letters), list(counters)) == (["A", "F"], ["1", "2"])
        self.tried.append(tuple(languages))
        trials = [Trial(one, one not in self.mute, why="no voice" if one in self.mute else "") for one in languages]
        self.answer = lambda: on_done(trials)
        if not self.is_slow:
            self.answer()


class Morning:
    """An office before it opens; `told` counts how often the screens hear of an outcome."""

    def __init__(self, voice: AVoice, branch: Branch) -> None:
        self.clock, self.voice, self.branch, self.told = FakeClock(local(MONDAY, 7)), voice, branch, 0
        self.test = SelfTest(lambda: a_floor(self.branch), self.clock.now, voice, self._changed)

    def _changed(self) -> None:
        self.told += 1

    @property
    def outcome(self) -> Outcome | None:
        return self.test.outcome

    def missing(self) -> tuple[str, ...] | None:
        """The languages that failed; None while there is no outcome."""
        return None if self.outcome is None else self.outcome.missing

    def at(self, day: date, hour: int, minute: int = 0) -> int:
        """How often the voice has been tried by then."""
        self.clock.set(local(day, hour, minute))
        assert self.test.step() is False
        return len(self.voice.tried)


@pytest.fixture
def morning() -> Callable[..., Morning]:
    def make(*mute: str, languages: Sequence[str] = ("ms", "ta")) -> Morning:
        return Morning(AVoice(*mute), an_office_of(*languages))

    return make


def test_the_voice_is_tried_a_quarter_of_an_hour_before_the_office_opens(morning: Callable[..., Morning]) -> None:
    office = morning()

    assert office.at(MONDAY, 7, 44) == 0
    assert office.missing() is None
    assert office.at(MONDAY, 7, 45) == 1
    assert office.at(MONDAY, 16) == 1

    assert office.voice.tried == [("ms", "ta")]
    assert office.outcome == Outcome(local(MONDAY, 7, 45), (Trial("ms", True), Trial("ta", True)))
    assert office.told == 1


def test_each_morning_is_a_new_one_and_what_yesterday_said_does_not_stand(morning: Callable[..., Morning]) -> None:
    office = morning()
    office.at(MONDAY, 7, 45)

    assert office.at(TUESDAY, 0, 1) == 1
    assert office.missing() is None
    assert office.at(TUESDAY, 7, 45) == 2


def test_a_language_that_fails_is_tried_again_until_somebody_has_mended_it(
    morning: Callable[..., Morning], caplog: pytest.LogCaptureFixture
) -> None:
    office = morning("ta")
    office.at(MONDAY, 7, 45)
    assert office.missing() == ("ta",)
    assert ("self-test of the voice: ms ok; ta missing: no voice", logging.WARNING) in [
        (one.message, one.levelno) for one in caplog.records
    ]

    assert office.at(MONDAY, 7, 54) == 1
    office.voice.mute.clear()
    assert office.at(MONDAY, 7, 55) == 2
    assert office.missing() == ()
    assert office.at(MONDAY, 8, 30) == 2


def test_a_server_that_starts_at_noon_tries_at_once(morning: Callable[..., Morning]) -> None:
    assert morning().at(MONDAY, 12) == 1


def test_a_language_that_the_branch_adds_by_day_is_tried_then(morning: Callable[..., Morning]) -> None:
    office = morning()
    office.at(MONDAY, 7, 45)

    office.branch = an_office_of("ms", "ta", "zh")

    assert office.at(MONDAY, 11) == 2
    assert office.voice.tried[-1] == ("ms", "ta", "zh")


def test_on_a_day_without_opening_and_where_nothing_is_spoken_nothing_is_tried(
    morning: Callable[..., Morning],
) -> None:
    assert morning().at(SUNDAY, 12) == 0
    assert morning(languages=()).at(MONDAY, 12) == 0


def test_an_answer_that_comes_after_the_day_has_turned_is_not_todays(morning: Callable[..., Morning]) -> None:
    office = morning()
    office.voice.is_slow = True
    office.at(MONDAY, 7, 45)
    late = office.voice.answer

    office.at(TUESDAY, 0, 1)
    late()

    assert office.missing() is None
    assert office.told == 0


def test_the_first_opening_of_the_day_counts_and_so_do_its_exceptions() -> None:
    late = Override(TUESDAY, TUESDAY, (Span(600, 720),))
    branch = replace(an_office_of("ms"), hours=replace(EIGHT_TO_FIVE, overrides=(late,)))

    assert self_test_at(branch, MONDAY) == local(MONDAY, 7, 45)
    assert self_test_at(branch, TUESDAY) == local(TUESDAY, 9, 45)
    assert self_test_at(branch, SUNDAY) is None


# ── the voice itself ─────────────────────────────────────────────────────────────────────────────────────────


def tried(folder: Path, *languages: str, **more: Any) -> list[Trial]:
    """What the voice says of these languages; nothing of it may be left in its folder."""
    answer: queue.Queue[list[Trial]] = queue.Queue()
    voice = Voice(folder / "clips", WORDS, recorded=folder / "recorded", **more)
    try:
        voice.try_out(["A", "F"], ["1"], languages, lambda trials: answer.put(list(trials)))
        trials = answer.get(timeout=ENOUGH)
    finally:
        voice.close()
        voice.join()
    assert [path.name for path in (folder / "clips").iterdir()] == [voice.clips.chime.name]
    return trials


@pytest.mark.slow
def test_every_language_that_the_computer_speaks_passes(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")

    assert tried(tmp_path, *WORDS, "fr") == [
        *(Trial(language, True) for language in WORDS),
        Trial("fr", False, why="no announcement is made in this language"),
    ]


@pytest.mark.slow
def test_a_persons_voice_is_tried_and_where_it_is_broken_the_computers(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    home = tmp_path / "recorded" / "ms"
    home.mkdir(parents=True)
    for take in record(tmp_path / "raw", [part.name for part in parts(CALL, WORDS["ms"])]).iterdir():
        sound.write_wav(home / take.name, fitted(take))

    lines = script("AF", ["1"], WORDS["ms"])
    assert tried(tmp_path, "ms", "en") == [
        Trial("ms", True, is_recorded=True, unrecorded=len(lines) - len(parts(CALL, WORDS["ms"]))),
        Trial("en", True),
    ]

    (home / "end-2.wav").write_bytes(b"RIFF")
    (trial,) = tried(tmp_path, "ms")
    assert (trial.is_spoken, trial.is_recorded) == (True, False)
    assert "end-2.wav" in trial.why


@pytest.mark.slow
@pytest.mark.parametrize(
    ("starts", "why"), [("good", "silent"), ("unusable", "no voice on this computer"), ("dies\ndies", "ended")]
)
def test_a_voice_that_makes_no_sound_is_found_out(starts: str, why: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    plan.write_text(starts)

    fake = (sys.executable, str(Path(__file__).with_name("fake_worker.py")), str(plan))
    (trial,) = tried(tmp_path, "ms", command=fake)

    assert not trial.is_spoken
    assert why in trial.why
