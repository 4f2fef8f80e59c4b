"""A slip as one office has it: in its own words, or marked because nobody is served there."""

from __future__ import annotations

import pytest

from config.phrases import LANGUAGES, say
from tests.kiosk.test_slip import lines, read


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_of_practice_says_so_above_and_below(language: str) -> None:
    marks = [say("practice.title", language), say("practice.mark", language)]
    real = read(lines(language=language))
    found = read(lines(language=language, practice=True))

    assert found[0] == marks[0]
    assert found.count(marks[0]) == 2
    assert found.index(marks[0], 1) > len(real)
    assert marks[0] not in real


def test_a_slip_says_what_the_office_says_and_fills_what_it_can() -> None:
    own = {"ahead.n": {"ms": "{n} lagi"}, "seq": {"ms": "Ikut {nobody}"}}

    found = read(lines(language="ms", ahead=7, words=own))

    assert "7 lagi" in found
    assert say("seq", "ms") in " ".join(found)
