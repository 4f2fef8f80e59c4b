"""Whether Tamil letters stand as Tamil letters can: what a broken font, copy or search-and-replace leaves behind.

Public screens have shown “ைதிப்ெிைப்ெட்ை” for “மதிப்பிடப்பட்ட”. This finds such damage; it is no speller and no reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_VOWEL = "[\u0b85-\u0b94]"
_CONSONANT = "[\u0b95-\u0bb9]"
_SIGN = "[\u0bbe-\u0bcc\u0bd7]"
_PULLI = "\u0bcd"
_AYTHAM = "\u0b83"
_NEVER_FIRST = "ணனறழள"
_LOAN_CLUSTERS = "க ட ப ஸ ஷ த".split()
_WORD = re.compile(r"[\u0b80-\u0bff\u200b-\u200d\ufeff]+")
_FAULTS = (
    (rf"(?<!{_CONSONANT}){_SIGN}", "a vowel sign without a consonant"),
    (rf"{_SIGN}{_SIGN}", "two vowel signs on one consonant"),
    (rf"(?<!{_CONSONANT}){_PULLI}", "a dot (pulli) without a consonant"),
    (rf"(?<=[\u0b80-\u0bff]){_VOWEL}", "a vowel letter inside a word"),
    (rf"(?:{_CONSONANT}{_PULLI}){{3}}", "three consonants without a vowel"),
    (rf"{_AYTHAM}(?!{_CONSONANT})", "an aytham without a consonant after it"),
    ("[\u200b-\u200d\ufeff]", "an invisible character"),
)


def tamil_faults(text: str) -> Iterator[str]:
    """Each fault with the word it is in. Nothing for text that holds no Tamil."""
    if unicodedata.normalize("NFC", text) != text:
        yield "not in normal form C: a two-part vowel is written in parts"
    for word in _WORD.findall(text):
        for pattern, what in _FAULTS:
            if re.search(pattern, word):
                yield f"{word}: {what}"
        if word[0] in _NEVER_FIRST:
            yield f"{word}: no Tamil word begins with {word[0]}"
        if word[1:2] == _PULLI and word[0] not in _LOAN_CLUSTERS:
            yield f"{word}: no word begins with {word[:2]}"
