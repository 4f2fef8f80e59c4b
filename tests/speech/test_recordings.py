"""What a site has to record, and which of its recordings make up a call."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from server.domain.announcement import TEMPLATES, Call, Kind, segments
from server.speech.recordings import Recordings, parts, script
from tests.spoken_words import WORDS


def test_a_call_is_made_of_the_breaths_it_is_spoken_in() -> None:
    made = parts(Call("A042", "3"), WORDS["ms"])

    assert [part.name for part in made] == ["first-A", "middle-0", "middle-4", "end-2", "counter-3"]
    assert [part.text for part in made] == ["Nombor A,", "kosong,", "empat,", "dua.", "Sila ke kaunter tiga."]


@pytest.mark.parametrize("language", WORDS)
def test_a_recorded_call_has_the_words_and_silences_of_a_synthetic_one(language: str) -> None:
    for number, counter, kind in product(("A042", "B7", "Z1000", "5"), ("1", "3A", "12", "Pendaftaran"), TEMPLATES):
        call = Call(number, counter, kind)

        assert [(p.text, p.silence) for p in parts(call, WORDS[language])] == [
            (s.text, s.silence) for s in segments(call, WORDS[language])
        ]


@pytest.mark.parametrize("language", WORDS)
def test_a_name_stands_for_the_same_words_in_every_call(language: str) -> None:
    said: dict[str, str] = {}
    for letter, digit, counter, kind in product("AFZ", "0159", ("1", "3A"), TEMPLATES):
        for part in parts(Call(f"{letter}{digit}2{digit}", counter, kind), WORDS[language]):
            assert said.setdefault(part.name, part.text) == part.text


@pytest.mark.parametrize("language", WORDS)
def test_the_script_has_every_part_of_every_call_once(language: str) -> None:
    counters = ["1", "12", "3A"]

    lines = script("ABF", counters, WORDS[language])

    names = [line.name for line in lines]
    assert len(names) == len(set(names))
    assert [name for name in names if name.startswith(("first-", "counter-"))] == [
        "first-A", "first-B", "first-F", "counter-1", "counter-12", "counter-3A",
    ]  # fmt: skip
    for letter, n, counter, kind in product("ABF", (1, 42, 987, 1203), counters, TEMPLATES):
        needed = {part.name for part in parts(Call(f"{letter}{n:03d}", counter, kind), WORDS[language])}
        assert needed <= set(names)
    assert all(line.text in line.heard_in for line in lines)


def test_words_that_only_another_sentence_has_are_a_recording_of_their_own() -> None:
    words = {**WORDS["ms"], "a.last": "Panggilan akhir nombor {A} {d}. Sila ke kaunter {c}."}

    made = parts(Call("A042", "3", Kind.LAST), words)

    assert [part.name for part in made] == ["last-first-A", "middle-0", "middle-4", "end-2", "counter-3"]
    assert {"first-A", "last-first-A"} <= {line.name for line in script("A", ["3"], words)}


def test_no_two_counters_share_a_file_and_each_name_is_one_on_any_computer() -> None:
    counters = ["3A", "3 A", "3_A", "3-A", "3/A", "三", "Pejabat Pos"]

    names = [parts(Call("A1", counter), WORDS["ms"])[-1].name for counter in counters]

    assert len(set(names)) == len(counters)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in names)


def test_a_call_is_spoken_by_a_person_only_when_all_of_it_is_there(tmp_path: Path) -> None:
    call, recordings = Call("A042", "3"), Recordings(tmp_path)
    (tmp_path / "ms").mkdir()
    for part in parts(call, WORDS["ms"]):
        (tmp_path / "ms" / f"{part.name}.wav").write_bytes(b"a sound")

    found = recordings.of(call, "ms", WORDS["ms"])

    assert found is not None
    assert [one.path.stem for one in found] == ["first-A", "middle-0", "middle-4", "end-2", "counter-3"]
    assert recordings.of(Call("A043", "3"), "ms", WORDS["ms"]) is None
    assert recordings.of(call, "en", WORDS["en"]) is None
    (tmp_path / "ms" / "middle-4.wav").unlink()
    assert recordings.of(call, "ms", WORDS["ms"]) is None
