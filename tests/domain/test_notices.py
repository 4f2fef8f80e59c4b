"""How long a notice takes to say, in which languages there is time for it, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import phrases
from server.domain.announcement import BETWEEN_SENTENCES, Segment, message_segments, spoken
from server.domain.notices import (
    FOR_THE_ALARM,
    LONGEST_S,
    MOST_AN_HOUR,
    Notice,
    free_at,
    message,
    seconds_of,
    spoken_in,
)
from tests.builders import OPENING

DELAY = phrases.everywhere("a.delay")


def a_notice(minutes: float = 0, **stated: object) -> Notice:
    at = OPENING + timedelta(minutes=minutes)
    return Notice(**({"id": 1, "at": at, "ends_at": at + timedelta(minutes=15), "text": DELAY} | stated))  # type: ignore[arg-type]


def test_a_message_is_said_sentence_after_sentence() -> None:
    assert message_segments("Perhatian. Kaunter ditutup! Terima kasih", "ms") == (
        Segment("Perhatian.", BETWEEN_SENTENCES),
        Segment("Kaunter ditutup!", BETWEEN_SENTENCES),
        Segment("Terima kasih"),
    )
    assert [one.text for one in message_segments("请注意。柜台关闭。", "zh")] == ["请注意。", "柜台关闭。"]


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("ms", "Ditutup pada pukul 4.30 petang.", "Ditutup pada pukul 4 30 petang."),
        ("ms", "Ditutup pada pukul 4.00 petang.", "Ditutup pada pukul 4 petang."),
        ("zh", "柜台将于 下午4:30 关闭。", "柜台将于 下午4点30分 关闭。"),
        ("zh", "柜台将于 下午4:00 关闭。", "柜台将于 下午4点 关闭。"),
        ("en", "Closed from 12.45 pm on.", "Closed from 12 45 pm on."),
    ],
)
def test_a_time_of_day_is_written_as_it_is_said(language: str, written: str, said: str) -> None:
    assert [one.text for one in message_segments(written, language)] == [said]


def test_nothing_is_said_in_a_language_without_words() -> None:
    with pytest.raises(ValueError, match="nothing is said"):
        spoken(message({"ms": "Perhatian."}), "ta", phrases.words("ta"))


def test_every_template_fits_in_malay_and_english_together() -> None:
    for key in ("a.delay", "a.close", "a.prio", "down"):
        text = phrases.everywhere(key, {"t": "4.30 petang"})
        for language in text:
            assert seconds_of(text[language], language) < LONGEST_S, (key, language)
        assert spoken_in(text, ("ms",)) == ("ms",)
    assert spoken_in(DELAY, ("ms", "en")) == ("ms", "en")


def test_languages_are_spoken_as_long_as_there_is_time_the_first_ones_first() -> None:
    assert spoken_in(DELAY, ("ms", "en", "zh", "ta")) == ("ms", "en")
    assert spoken_in({"ms": "Perhatian.", "ta": DELAY["ta"]}, ("ms", "en", "ta")) == ("ms", "ta")
    assert spoken_in({"ms": "Sila tunggu sebentar. " * 12}, ("ms", "en")) == ()
    assert spoken_in({}, ("ms",)) == ()


def test_four_an_hour_and_then_it_says_from_when() -> None:
    lately = [a_notice(minutes) for minutes in (0, 10, 20, 30)]

    assert free_at(lately[:3], OPENING + timedelta(minutes=31)) is None
    assert free_at(lately, OPENING + timedelta(minutes=31)) == OPENING + timedelta(minutes=60)
    assert free_at(lately, OPENING + timedelta(minutes=60)) is None
    silent = [a_notice(minutes, is_spoken=False) for minutes in range(MOST_AN_HOUR)]
    assert free_at(silent, OPENING + timedelta(minutes=5)) is None


@pytest.mark.parametrize(
    "words", ["Kebakaran di tingkat 2", "FIRE! Leave now", "Please evacuate", "火警，请疏散", "தீ விபத்து"]
)
def test_words_of_an_evacuation_are_the_alarms(words: str) -> None:
    assert FOR_THE_ALARM.search(words)


@pytest.mark.parametrize("words", ["Perkhidmatan kereta api tertangguh", "Firefighters: counter 3", DELAY["ms"]])
def test_other_words_are_not(words: str) -> None:
    assert not FOR_THE_ALARM.search(words)
