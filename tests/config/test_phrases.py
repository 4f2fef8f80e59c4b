"""Every screen has its words in four languages, whole, equal and in the right script (X5)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from config import phrases
from config.branch_file import EXAMPLE, load
from config.phrase_checks import OWN_NAMES, faults, strangers
from config.phrases import LANGUAGES
from config.tamil import tamil_faults
from server.domain import errors
from server.web.refusals import HTTP_CODES

ROOT = Path(__file__).parents[2]
TEXTS = {
    language: tomllib.loads((phrases.FOLDER / f"{language}.toml").read_text(encoding="utf-8")) for language in LANGUAGES
}


def both(key: str) -> dict[str, str]:
    return {language: TEXTS[language][key] for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_missing_in_any_language(language: str) -> None:
    everything = set().union(*(set(texts) for texts in TEXTS.values()))

    assert sorted(everything - set(TEXTS[language])) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_are_flat_and_hold_nothing_but_words(language: str) -> None:
    wrong = {
        key: text
        for key, text in TEXTS[language].items()
        if not isinstance(text, str) or not text.strip() or text != text.strip() or not re.fullmatch(r"[\w.]+", key)
    }

    assert wrong == {}


def test_the_files_keep_the_same_order() -> None:
    for language in LANGUAGES:
        assert list(TEXTS[language]) == list(TEXTS["ms"]), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_the_same_values_in_normal_form_and_without_invisible_characters(language: str) -> None:
    table = {key: both(key) for key in TEXTS["ms"]}

    assert {key: found for key, text in TEXTS[language].items() if (found := list(faults(key, text, table)))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_of_another_script_stands_in_a_text(language: str) -> None:
    wrong = {
        key: found
        for key, text in TEXTS[language].items()
        if not key.startswith(OWN_NAMES) and (found := strangers(text, language))
    }

    assert wrong == {}


def test_the_tamil_is_soundly_built() -> None:
    wrong = {key: found for key, text in TEXTS["ta"].items() if (found := list(tamil_faults(text)))}

    assert wrong == {}


def test_the_example_office_s_tamil_is_soundly_built() -> None:
    file = load(EXAMPLE)
    names = [file.branch.name, *(s.name for s in file.services), *(s.bring for s in file.services)]
    names += [zone.name for zone in file.zones]

    assert [
        list(tamil_faults(words["ta"])) for words in names if "ta" in words and list(tamil_faults(words["ta"]))
    ] == []


@pytest.mark.parametrize(
    "damaged",
    [
        "ைதிப்ெிைப்ெட்ை",  # as published for மதிப்பிடப்பட்ட
        "கா்த்திருப்பு",  # a dot on a vowel
        "காாலை",
        "எஅண்",
        "ர்நேரம்",
        "ணேரம்",
        "க்த்ப்",
        "எஃ",
        "சே\u200bவை",
        unicodedata.normalize("NFD", "கொண்டு"),
        "\u0bbe\u0bc6கண்டு",  # a two-part vowel in the wrong order
    ],
)
def test_damaged_tamil_is_found(damaged: str) -> None:
    assert list(tamil_faults(damaged))


@pytest.mark.parametrize("sound", ["மதிப்பிடப்பட்ட", "ஸ்கேன்", "எஃப்", "க்யூ", "வாய்ப்பு", "ஸ்ரீ", "QR குறியீட்டை", "OKU", ""])
def test_sound_tamil_is_left_alone(sound: str) -> None:
    assert list(tamil_faults(sound)) == []


def test_a_phrase_is_said_in_the_language_that_was_chosen() -> None:
    assert phrases.say("ahead.n", "en", n=4) == "4 people ahead of you"
    assert phrases.say("counter", "ms") == "Kaunter"
    assert phrases.everywhere("ahead.n", {"n": 2})["zh"] == "您前面还有 2 人"


def test_a_phrase_without_its_value_is_an_error_and_not_a_hole_on_a_screen() -> None:
    with pytest.raises(KeyError, match="n"):
        phrases.say("ahead.n", "en")
    with pytest.raises(KeyError, match="no such phrase"):
        phrases.say("no such phrase", "en")
    with pytest.raises(ValueError, match="fr"):
        phrases.say("counter", "fr")


def test_a_name_that_a_language_lacks_is_shown_in_english_and_else_in_malay() -> None:
    assert phrases.in_language({"ms": "Sijil", "en": "Certificates", "ta": "சான்றிதழ்கள்"}, "ta") == "சான்றிதழ்கள்"
    assert phrases.in_language({"ms": "Sijil", "en": "Certificates"}, "ta") == "Certificates"
    assert phrases.in_language({"ms": "Sijil"}, "zh") == "Sijil"


def test_the_notes_for_translators_speak_of_phrases_that_there_are() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \|", (ROOT / "docs" / "translations.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    keys = [row for row in rows if row.isascii()]

    assert keys
    assert [
        key for key in keys if key not in TEXTS["ms"] and not any(fnmatchcase(known, key) for known in TEXTS["ms"])
    ] == []
    assert len(set(keys)) == len(keys)


SOURCES = [
    path
    for folder in ("kiosk", "display", "counter_terminal", "server")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".html", ".js", ".py") and "vendor" not in path.parts
]
COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}", re.DOTALL)
NAMED = re.compile(
    r"""data-phrase(?:-label|-hint)?=["']([\w.]+)["']    # in a template
      | \b(?:say|both|text)\(\s*["']([\w.]+)["']         # in a template's macro, a page's script, a program
      | \b(?:say|has|spokenIn)\(\w+,\s*["']([\w]+\.[\w.]+)["']
    """,
    re.VERBOSE,
)


def test_every_phrase_that_a_screen_names_is_there() -> None:
    named = {
        (path.relative_to(ROOT).as_posix(), key)
        for path in SOURCES
        for found in NAMED.findall(COMMENT.sub("", path.read_text(encoding="utf-8")))
        for key in found
        if key and key not in LANGUAGES
    }

    assert named
    assert sorted((path, key) for path, key in named if not _is_there(key)) == []


def test_every_refusal_has_its_words() -> None:
    codes = {kind.code for kind in _all_kinds(errors.QueueError)} | set(HTTP_CODES.values())
    for path in (ROOT / "server").rglob("*.py"):
        codes.update(re.findall(r"""\bRefused\(\s*\d{3},\s*"(\w+)\"""", path.read_text(encoding="utf-8")))

    assert sorted(code for code in codes if f"refusal.{code}" not in TEXTS["ms"]) == []


def _is_there(key: str) -> bool:
    """A key of counted things ends in .0, .1 and .n, one of a family in what the data say."""
    return any(known == key or known.startswith(f"{key.removesuffix('.')}.") for known in TEXTS["ms"])


def _all_kinds(kind: type[errors.QueueError]) -> list[type[errors.QueueError]]:
    return [kind, *(each for under in kind.__subclasses__() for each in _all_kinds(under))]
