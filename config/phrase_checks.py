"""What may be wrong with the words of a screen, whoever wrote them: the product's own files and an office's own words
are held to the same rules.

`faults` leave a hole on a screen or damage on paper; `warnings` are for somebody who reads the language to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from config.complaints import Complaint
from config.phrases import FIRST, placeholders, table
from config.tamil import tamil_faults

OWN_SCRIPT = {"ms": "LATIN", "en": "LATIN", "zh": "CJK", "ta": "TAMIL"}
OWN_NAMES = "language."
"""Names of languages stand in their own script in every file."""
IN_ANY_SCRIPT = {"JavaScript", "Giliran", "Esc", "Enter"}
"""Names; so are abbreviations such as QR and keys such as F8."""
UNSEEN = ("Cc", "Cf", "Co", "Cn")
ROOM = 1.15
"""So much wider than the widest of the product's own a text may be before somebody should look."""
LEAST_ROOM = 8.0
_PLACEHOLDER = re.compile(r"\{\w+\}")


def faults(key: str, text: str, known: Mapping[str, Mapping[str, str]] | None = None) -> Iterator[Complaint]:
    """Of the words for the phrase `key`; `known` are the product's, key → language → text."""
    yield from unreadable(text)
    if key in (known or table()) and not list(unreadable(text)):
        wanted = placeholders((known or table())[key][FIRST])
        if placeholders(text) != wanted:
            shown = " ".join(f"{{{name}}}" for name in sorted(wanted)) or "–"
            yield Complaint(f"must fill the same values as everywhere: {shown}", "placeholders", value=shown)


def unreadable(text: str) -> Iterator[Complaint]:
    """What no screen could show, whatever the phrase: braces that hold no name, characters that nobody sees."""
    if any(brace in _PLACEHOLDER.sub("", text) for brace in "{}"):
        yield Complaint("has a brace that holds no name: write {n}", "braces")
    if unicodedata.normalize("NFC", text) != text:
        yield Complaint("is not in normal form C", "invisible")
    if any(unicodedata.category(character) in UNSEEN for character in text):
        yield Complaint("holds an invisible character", "invisible")


def warnings(key: str, language: str, text: str) -> Iterator[Complaint]:
    """What may be right, but only somebody who reads the language can say so."""
    if language == "ta":
        for broken in tamil_faults(text):
            yield Complaint(broken, "tamil_broken")
    if not key.startswith(OWN_NAMES) and (found := strangers(text, language)):
        yield Complaint(f"holds letters of another script: {', '.join(found)}", "script", value=", ".join(found))
    if key in table() and width(text) > room(key):
        yield Complaint("is longer than any text that its screen was made for", "wide", n=round(width(text)),
                        most=round(room(key)))  # fmt: skip


def strangers(text: str, language: str) -> list[str]:
    """Words with letters that this language is not written in."""
    bare = re.sub(r"\{\w+\}|(?<!\w)/\w+", " ", text)  # placeholders, and addresses such as /admin
    found = []
    for word in re.findall(r"[^\W\d_]+", bare):
        scripts = {unicodedata.name(character, "?").split()[0] for character in word}
        is_name = word in IN_ANY_SCRIPT or (word.isascii() and word.isupper())
        if scripts - {OWN_SCRIPT[language]} and not (is_name and scripts == {"LATIN"}):
            found.append(word)
    return found


def width(text: str) -> float:
    """About how many Latin letters wide a text is: a Chinese character takes two of them, a Tamil letter one and a
    half, and a sign that stands on another letter none."""
    wide = 0.0
    for character in text:
        if unicodedata.category(character) in ("Mn", "Me"):
            continue
        if unicodedata.east_asian_width(character) in "WF":
            wide += 2
        else:
            wide += 1.5 if "\u0b80" <= character <= "\u0bff" else 1
    return wide


def room(key: str) -> float:
    """The width up to which the screens were looked at: the widest of the four languages, and a little."""
    return max(LEAST_ROOM, ROOM * max(width(text) for text in table()[key].values()))
