"""The words that the hall hears when a number is called, and in which languages. Pure: words come in as an argument.

A call is spoken as segments with exact silences between them, because a number is heard one sign at a time:

    Nombor A, │250 ms│ kosong, │250│ empat, │250│ dua. │400 ms│ Sila ke kaunter tiga.
    └ template a.call, letter.A ┘   └ digit.0 … digit.9 ┘        └ counter: digit.3, count.12, letters, or as it is

Only the number and the counter are ever spoken: no name, service or lane (V6).
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Tongue = Mapping[str, str]
"""One language's words: `a.call`, `a.last`, `digit.0` … `digit.9`, `count.10` … `count.20`, `letter.A` … `letter.Z`."""


class Kind(StrEnum):
    CALL = "call"
    RECALL = "recall"
    LAST = "last"
    """The recall after which the number is given up."""
    RETURN = "return"
    """Not yet a call: whoever sat down far away should come back now."""
    NOTICE = "notice"
    """A message to everybody, without a number."""


BEFORE_ALL = "a.before"
"""A word that an office for practice says before everything; no other has it."""
TEMPLATES = {Kind.CALL: "a.call", Kind.RECALL: "a.call", Kind.LAST: "a.last", Kind.RETURN: "a.return"}

BETWEEN_SIGNS = 0.25
BEFORE_COUNTER = 0.4
BETWEEN_SENTENCES = 0.3
"""Seconds of silence (V2)."""

BETWEEN_LANGUAGES = 0.3
BETWEEN_CALLS = 0.5
"""Seconds of silence that a player keeps (V3)."""

CHIME = 1.2
"""Seconds that the chime may last at most (V1)."""

PACE = 4.5
"""Syllables in a second of speech, at most (V2; pauses not counted)."""

LONGEST = 6.5
"""Seconds that a call may last in one language, without the chime (V2)."""

ONE_LANGUAGE_PAST = 15.0
CHIME_ONLY_PAST = 30.0
"""Seconds of announcements still to come, beyond which a call is spoken in fewer languages (V3)."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is announced: a number as printed ("A012") and a counter by its name on the wall ("3", "3A"), which there is
    none of where it is only time to come back."""

    number: str
    counter: str
    kind: Kind = Kind.CALL


@dataclass(frozen=True, slots=True)
class Message:
    """What is announced to everybody: a text by language. It stands where a `Call` may stand, without a number."""

    text: tuple[tuple[str, str], ...]
    kind: Kind = Kind.NOTICE
    number: str = ""
    counter: str = ""


Said = Call | Message


@dataclass(frozen=True, slots=True)
class Segment:
    """Words said in one breath, and the seconds of silence after them. A comma at the end keeps the voice up."""

    text: str
    silence: float = 0.0


def spoken(said: Said, language: str, words: Tongue) -> tuple[Segment, ...]:
    """A call or a message in one language, in order. Raises ValueError where it says nothing in this language."""
    if isinstance(said, Call):
        found = segments(said, words)
    else:
        found = message_segments(dict(said.text).get(language, ""), language)
    return (Segment(words[BEFORE_ALL], BETWEEN_SENTENCES), *found) if BEFORE_ALL in words else found


def message_segments(text: str, language: str) -> tuple[Segment, ...]:
    """Sentence after sentence; a time of day as it is said ("4.30" → "4 30", in Chinese "4点30分")."""
    is_chinese = language == "zh"
    said = _FULL_HOUR.sub(r"\1点" if is_chinese else r"\1", text)
    said = _TIME.sub(r"\1点\2分" if is_chinese else r"\1 \2", said)
    parts = [part.strip() for part in _SENTENCE.split(said) if part.strip()]
    if not parts:
        raise ValueError(f"nothing is said in this language: {language}")
    return (*(Segment(part, BETWEEN_SENTENCES) for part in parts[:-1]), Segment(parts[-1]))


def segments(call: Call, words: Tongue) -> tuple[Segment, ...]:
    """The call in one language, in order.

    Raises ValueError when the number has no letter or digit, or the counter no name: there is nothing to say.
    A missing word raises KeyError: `config/phrases` is incomplete.
    """
    signs = [_sign(sign, words) for sign in re.findall(r"[^\W_]", call.number)]
    if not signs:
        raise ValueError(f"a number without a letter or a digit cannot be spoken: {call.number!r}")
    template = words[TEMPLATES[call.kind]]
    counter = _counter(call.counter, words) if "{c}" in template else ""
    spoken: list[Segment] = []
    for clause in _clauses(template):
        if "{c}" in clause and spoken:
            spoken[-1] = Segment(spoken[-1].text, BEFORE_COUNTER)
        before, number, after = clause.partition("{A} {d}")
        if not number:
            spoken.append(Segment(clause.format(c=counter), BETWEEN_SENTENCES))
            continue
        # A language that names the counter in the same breath still pauses before it.
        after, named, rest = after.partition("{c}")
        said = list(signs)
        said[0] = f"{before}{said[0]}"
        said[-1] = f"{said[-1]}{after}".rstrip()
        spoken += [Segment(_held_up(sign), BETWEEN_SIGNS) for sign in said[:-1]]
        spoken.append(Segment(_held_up(said[-1]), BEFORE_COUNTER if named else BETWEEN_SENTENCES))
        if named:
            spoken.append(Segment(f"{counter}{rest}", BETWEEN_SENTENCES))
    spoken[-1] = Segment(spoken[-1].text)
    return tuple(spoken)


def sentence(call: Call, words: Tongue) -> str:
    """The same call for the eye: "Nombor A042. Sila ke kaunter 3." """
    return words[TEMPLATES[call.kind]].replace("{A} {d}", call.number).replace("{c}", call.counter)


def spelt(number: str, words: Tongue) -> str:
    """A number for a sentence of its own, sign by sign: "A, kosong, satu, dua"."""
    return ", ".join(_sign(sign, words) for sign in re.findall(r"[^\W_]", number))


def languages_now(languages: Sequence[str], backlog_s: float) -> tuple[str, ...]:
    """The zone's languages that there is time for: all, the first one, or none (then the chime and the screens).

    `backlog_s` are the seconds of announcements that this call would have to wait for.
    """
    if backlog_s > CHIME_ONLY_PAST:
        return ()
    return tuple(languages[:1]) if backlog_s > ONE_LANGUAGE_PAST else tuple(languages)


def syllables(text: str, language: str) -> int:
    """About how many, never far too few: what the pace is judged by.

    Latin letters are counted as Malay or as English, Tamil by its vowels, Chinese by its signs; a numeral by how
    long numerals are in that language.
    """
    if language not in _PER_DIGIT:
        raise ValueError(f"no announcement is made in this language: {language}")
    latin = re.findall(r"[A-Za-z]+", text)
    return (
        sum(_latin_syllables(word, language) for word in latin)
        + len(_HAN.findall(text))
        + len(_TAMIL_VOWELS.findall(text))
        + len(re.findall(r"\d", text)) * _PER_DIGIT[language]
    )


_PER_DIGIT = {"ms": 3, "en": 2, "zh": 2, "ta": 3}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TAMIL_VOWELS = re.compile(r"[\u0b85-\u0bb9](?!\u0bcd)")
"""Every Tamil letter carries a vowel, unless the dot (pulli) takes it away."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_FULL_HOUR = re.compile(r"(?<!\d)(\d{1,2})[.:]00(?!\d)")
_TIME = re.compile(r"(?<!\d)(\d{1,2})[.:]([0-5]\d)(?!\d)")
_BREAK = re.compile(r"(?<=[.,。，])\s*(?=\S)")
_WORD_OR_NUMERAL = re.compile(rf"\d+|[^\s\d{re.escape(string.punctuation)}–—]+")


def _clauses(template: str) -> list[str]:
    return _BREAK.split(template)


def _held_up(said: str) -> str:
    """With the voice kept up, unless the sentence ends here."""
    return said if said.endswith(tuple(".,。，")) else f"{said},"


def _sign(sign: str, words: Tongue) -> str:
    if sign.isdecimal():
        return words[f"digit.{int(sign)}"]
    return words.get(f"letter.{sign.upper()}", sign)


def _counter(name: str, words: Tongue) -> str:
    """A counter's name as it is said: numerals up to 99 as a number, longer ones and short capitals sign by sign.

    After a letter or a number comes a comma: an English voice reads "A 3" as "a three".
    """
    said: list[str] = []
    for part in _WORD_OR_NUMERAL.findall(name):
        if part.isdecimal():
            said += [f"{word}," for word in _numeral(part, words)]
        elif part.isascii() and (len(part) == 1 or (len(part) <= 3 and part.isupper())):
            said += [f"{_sign(sign, words)}," for sign in part]
        else:
            said.append(part)
    if not said:
        raise ValueError(f"a counter without a name cannot be spoken: {name!r}")
    return " ".join(said).rstrip(",")


def _numeral(numeral: str, words: Tongue) -> list[str]:
    value = int(numeral)
    if numeral.startswith("0") or value > 99:
        return [_sign(digit, words) for digit in numeral]
    # A numeral that has no word of its own is left to the voice, which reads two digits right in all four languages.
    return [words[f"digit.{value}"] if value < 10 else words.get(f"count.{value}", str(value))]


def _latin_syllables(word: str, language: str) -> int:
    if len(word) == 1:
        return 3 if word in "wW" else 1
    vowels = re.findall(r"[aeiouy]+" if language == "en" else r"ai|au|oi|[aeiou]", word.lower())
    is_last_mute = language == "en" and re.search(r"[^aeiouy]e$", word.lower()) is not None
    return max(1, len(vowels) - is_last_mute)
