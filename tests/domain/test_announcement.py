"""What the hall hears: the words of a call in four languages, sign by sign, with exact silences."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.phrases import LANGUAGES
from server.domain.announcement import (
    BEFORE_COUNTER,
    BETWEEN_SIGNS,
    LONGEST,
    PACE,
    Call,
    Kind,
    languages_now,
    segments,
    sentence,
    syllables,
)
from tests.spoken_words import WORDS

numbers = st.builds("{}{:03d}".format, st.sampled_from(string.ascii_uppercase), st.integers(1, 2999))


def said(number: str, counter: str, language: str, kind: Kind = Kind.CALL) -> str:
    return " | ".join(segment.text for segment in segments(Call(number, counter, kind), WORDS[language]))


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("ms", "Nombor A, | kosong, | empat, | dua. | Sila ke kaunter tiga."),
        ("en", "Number A, | zero, | four, | two. | Please go to counter three."),
        ("zh", "请 A, | 零, | 四, | 二 号， | 到 三 号柜台。"),
        ("ta", "எண் A, | பூஜ்ஜியம், | நான்கு, | இரண்டு. | செல்ல வேண்டிய முகப்பு எண் மூன்று."),
    ],
)
def test_a_call_is_spoken_sign_by_sign(language: str, heard: str) -> None:
    assert said("A042", "3", language) == heard


@pytest.mark.parametrize(
    ("language", "first"),
    [("ms", "Panggilan terakhir."), ("en", "Final call."), ("zh", "最后叫号。"), ("ta", "கடைசி அழைப்பு.")],
)
def test_the_last_call_says_so_before_the_number(language: str, first: str) -> None:
    assert said("A042", "3", language, Kind.LAST) == f"{first} | {said('A042', '3', language)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_to_come_back_names_no_counter_and_is_as_short_as_a_call(language: str) -> None:
    parts = segments(Call("A042", "", Kind.RETURN), WORDS[language])

    words = sum(syllables(part.text, language) for part in parts) / PACE
    assert words + sum(part.silence for part in parts) <= LONGEST
    assert said("A042", "", "ms", Kind.RETURN).endswith("Sila kembali ke ruang menunggu sekarang.")


def test_a_recall_is_the_same_words_again() -> None:
    assert said("A042", "3", "ms", Kind.RECALL) == said("A042", "3", "ms")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_silences_are_those_of_the_pace_that_old_ears_follow(language: str) -> None:
    spoken = segments(Call("A042", "3"), WORDS[language])

    assert [segment.silence for segment in spoken] == [BETWEEN_SIGNS, BETWEEN_SIGNS, BETWEEN_SIGNS, BEFORE_COUNTER, 0]


@pytest.mark.parametrize("language", LANGUAGES)
@given(number=numbers)
def test_no_number_is_ever_read_as_a_quantity(language: str, number: str) -> None:
    spoken = segments(Call(number, "3"), WORDS[language])
    words = WORDS[language]

    assert len(spoken) == len(number) + 1
    for sign, segment in zip(number, spoken, strict=False):
        key = f"digit.{sign}" if sign.isdigit() else f"letter.{sign}"
        assert words[key] in segment.text
        assert not any(character.isdigit() for character in segment.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_a_name(language: str) -> None:
    for letter in string.ascii_uppercase:
        first = segments(Call(f"{letter}1", "1"), WORDS[language])[0].text
        assert WORDS[language][f"letter.{letter}"] in first


@pytest.mark.parametrize(
    ("counter", "ms", "en", "zh", "ta"),
    [
        ("1", "satu", "one", "一", "ஒன்று"),
        ("12", "dua belas", "twelve", "十二", "பன்னிரண்டு"),
        ("20", "dua puluh", "twenty", "二十", "இருபது"),
        ("3A", "tiga, A", "three, A", "三, A", "மூன்று, A"),
        ("A3", "A, tiga", "A, three", "A, 三", "A, மூன்று"),
        ("B-12", "B, dua belas", "B, twelve", "B, 十二", "B, பன்னிரண்டு"),
        ("VIP", "V, I, P", "V, I, P", "V, I, P", "V, I, P"),
        ("105", "satu, kosong, lima", "one, zero, five", "一, 零, 五", "ஒன்று, பூஜ்ஜியம், ஐந்து"),
        ("07", "kosong, tujuh", "zero, seven", "零, 七", "பூஜ்ஜியம், ஏழு"),
        ("37", "37", "37", "37", "37"),
        ("Surau", "Surau", "Surau", "Surau", "Surau"),
        ("Bilik 2", "Bilik dua", "Bilik two", "Bilik 二", "Bilik இரண்டு"),
    ],
)
def test_a_counter_is_called_by_the_name_on_its_wall(counter: str, ms: str, en: str, zh: str, ta: str) -> None:
    last = {language: said("A1", counter, language).split(" | ")[-1] for language in LANGUAGES}

    assert last == {
        "ms": f"Sila ke kaunter {ms}.",
        "en": f"Please go to counter {en}.",
        "zh": f"到 {zh} 号柜台。",
        "ta": f"செல்ல வேண்டிய முகப்பு எண் {ta}.",
    }


def test_a_number_with_two_letters_or_none_is_spoken_too() -> None:
    assert said("AB7", "1", "ms") == "Nombor A, | B, | tujuh. | Sila ke kaunter satu."
    assert said("07", "1", "ms") == "Nombor kosong, | tujuh. | Sila ke kaunter satu."
    assert said("7", "1", "ms") == "Nombor tujuh. | Sila ke kaunter satu."
    assert said("A-7", "1", "ms") == said("a7", "1", "ms") == said("A7", "1", "ms")


def test_a_language_that_names_the_counter_in_the_same_breath_still_pauses_before_it() -> None:
    words = {**WORDS["zh"], "a.call": "请 {A} {d} 号到 {c} 号柜台。"}

    spoken = segments(Call("A2", "3"), words)

    assert [(segment.text, segment.silence) for segment in spoken] == [
        ("请 A,", BETWEEN_SIGNS),
        ("二 号到,", BEFORE_COUNTER),
        ("三 号柜台。", 0),
    ]


@pytest.mark.parametrize(("number", "counter"), [("", "3"), ("---", "3"), ("A042", ""), ("A042", " – ")])
def test_what_has_no_name_is_refused_rather_than_spoken_as_nothing(number: str, counter: str) -> None:
    with pytest.raises(ValueError, match="cannot be spoken"):
        segments(Call(number, counter), WORDS["ms"])


def test_screens_show_the_number_as_it_is_printed() -> None:
    assert sentence(Call("A042", "3A"), WORDS["ms"]) == "Nombor A042. Sila ke kaunter 3A."
    assert sentence(Call("A042", "3", Kind.LAST), WORDS["en"]) == "Final call. Number A042. Please go to counter 3."
    assert "{" not in sentence(Call("A042", "3"), WORDS["zh"]) + sentence(Call("A042", "3"), WORDS["ta"])


@pytest.mark.parametrize(
    ("backlog", "spoken"),
    [(0, ("ms", "en")), (15, ("ms", "en")), (15.1, ("ms",)), (30, ("ms",)), (30.1, ())],
)
def test_a_hall_in_a_hurry_hears_fewer_languages(backlog: float, spoken: tuple[str, ...]) -> None:
    assert languages_now(["ms", "en"], backlog) == spoken


COUNTED = {
    "ms": {
        "kosong": 2,
        "satu": 2,
        "dua": 2,
        "sembilan": 3,
        "Sila ke kaunter": 5,
        "Panggilan terakhir": 6,
        "dua belas": 4,
    },
    "en": {"zero": 2, "one": 1, "three": 1, "five": 1, "seven": 2, "Please go to counter": 5, "twelve": 1, "eleven": 3},
    "zh": {"零": 1, "二 号，": 2, "到 十二 号柜台。": 6, "请 W": 4},
    "ta": {"பூஜ்ஜியம்": 3, "ஒன்று": 2, "இரண்டு": 3, "ஆறு": 2, "ஒன்பது": 3, "செல்ல வேண்டிய முகப்பு எண்": 9, "ஐந்து": 2},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_syllables_are_counted_as_a_speaker_counts_them(language: str) -> None:
    assert {text: syllables(text, language) for text in COUNTED[language]} == COUNTED[language]


def test_letters_and_numerals_count_by_their_names() -> None:
    assert syllables("A", "ms") == 1
    assert syllables("W", "en") == 3
    assert [syllables("37", language) for language in LANGUAGES] == [6, 4, 4, 6]
    with pytest.raises(ValueError, match="fr"):
        syllables("un", "fr")
