"""An office may say things in words of its own; what could leave a hole on a screen is never shown (X5)."""

from __future__ import annotations

import pytest

from config.branch_file import BranchFileError, parse, plain, warnings_of
from config.branch_form import native
from config.office_words import completeness, seal
from config.phrase_checks import faults, room, warnings, width
from config.phrases import table, wording

SMALLEST = """
[branch]
code = "KL01"
name = {ms = "Kaunter", en = "Counter"}
[[service]]
code = "A"
name = {ms = "Sijil", en = "Papers", zh = "证书", ta = "சான்றிதழ்"}
minutes = 4
[[counter]]
code = "K1"
services = ["A"]
"""


def own(key: str, words: str) -> str:
    return f'{SMALLEST}\n[[phrase]]\nkey = "{key}"\ntext = {{{words}}}\n'


def raw(text: str) -> dict[str, object]:
    found: dict[str, object] = native(plain(parse(text)))
    return found


def test_own_words_stand_in_their_language_and_everybody_s_in_the_others() -> None:
    here = wording((("ahead.n", "en", "{n} before you"),))

    assert here.say("ahead.n", "en", n=4) == "4 before you"
    assert here.everywhere("ahead.n", {"n": 4})["ms"] == wording(()).say("ahead.n", "ms", n=4)
    assert here.words("en")["thanks"] == table()["thanks"]["en"]
    assert wording(()).say("ahead.n", "en", n=4) == "4 people ahead of you"


def test_own_words_that_a_new_release_cannot_fill_are_left_out() -> None:
    here = wording((("ahead.n", "en", "{people} before you"), ("no.such.phrase", "en", "Gone")))

    assert here.table == table()


def test_a_phrase_in_one_language_alone_is_enough_and_comes_back_from_the_file() -> None:
    file = parse(own("thanks", 'ta = "மிக்க நன்றி"'))

    assert [(p.key, p.text) for p in file.phrases] == [("thanks", {"ta": "மிக்க நன்றி"})]
    assert warnings_of(file) == []


@pytest.mark.parametrize(
    "words",
    ['en = "Thanks {"', 'en = "Thanks {0.x}"', 'en = "a{{n}}"', 'en = "{n!r}"', 'en = "Tha\\u200bnks"', 'en = ""'],
)
def test_words_that_no_screen_could_show_are_no_file(words: str) -> None:
    with pytest.raises(BranchFileError, match="phrase 1"):
        parse(own("thanks", words))


def test_what_a_release_may_have_changed_is_warned_of_and_loads() -> None:
    assert "did you mean" in "".join(warnings_of(parse(own("thankz", 'en = "Ta"'))))
    assert "{n}" in "".join(warnings_of(parse(own("ahead.n", 'en = "Some before you"'))))


def test_the_same_rules_hold_for_an_office_as_for_the_product() -> None:
    assert [what.kind for what in faults("ahead.n", "{m} before you")] == ["placeholders"]
    assert [what.kind for what in warnings("thanks", "ta", "ணன்றி")] == ["tamil_broken"]
    assert [what.kind for what in warnings("thanks", "zh", "谢谢 Ali")] == ["script"]
    assert [what.kind for what in warnings("thanks", "en", "Thank you " * 5)] == ["wide"]
    assert list(warnings("thanks", "en", "Thank you")) == []


def test_a_width_counts_what_the_eye_sees() -> None:
    assert (width("ab"), width("证书"), width("கா"), width("கி")) == (2, 4, 3, 3)
    assert room("ahead.n") >= max(width(words) for words in table()["ahead.n"].values())


def test_a_language_is_as_complete_as_the_texts_that_it_has() -> None:
    found = completeness(raw(SMALLEST), "zh")

    assert [(one.section, one.place) for one in found.missing if one.section == "branch"] == [("branch", "name")]
    assert found.phrases == found.all_phrases
    assert found.percent == 99
    assert completeness(raw(SMALLEST), "ms").percent == 100
    lacking = completeness(raw(own("thanks", 'ms = "Terima kasih banyak"')), "zh").missing
    assert ("phrase", "thanks.text") in [(one.section, one.place) for one in lacking]


def test_a_seal_fits_until_a_word_of_that_language_changes() -> None:
    before = raw(SMALLEST)
    after = raw(own("thanks", 'ta = "நன்றி வணக்கம்"'))
    renamed = raw(SMALLEST.replace("Papers", "Documents"))

    assert seal(before, "ta") == seal(raw(SMALLEST), "ta") != seal(after, "ta")
    assert seal(before, "en") == seal(after, "en") != seal(renamed, "en")
    assert seal(before, "ta") == seal(renamed, "ta")
