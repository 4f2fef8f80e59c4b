"""Everything that an office says in one language: which texts lack it, and a seal on what a reviewer has read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.branch_form import Field, sections
from config.phrases import FIRST, table, wording


@dataclass(frozen=True, slots=True)
class OfficeText:
    """A text of the file by language. `section` is the table it stands in, `place` what tells it from the others."""

    section: str
    place: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of the product's phrases and of the office's own texts, how many are said in a language."""

    phrases: int
    all_phrases: int
    texts: int
    missing: tuple[OfficeText, ...]

    @property
    def percent(self) -> int:
        """Whole, rounded down: 100 is all of them."""
        return 100 * (self.phrases + self.texts - len(self.missing)) // max(1, self.all_phrases + self.texts)


def texts(raw: Mapping[str, Any]) -> Iterator[OfficeText]:
    """Every text by language that a file has, as `branch_form.native` has it: names, notices, own phrases …"""
    for section in sections().values():
        value = raw.get(section.key)
        entries: list[Any] = [] if not value else value if section.is_list else [value]
        for i, entry in enumerate(entries):
            told = str(entry.get("code") or entry.get("key") or i + 1) if section.is_list else ""
            for path, words in _words(section.fields, entry):
                yield OfficeText(section.key, ".".join(part for part in (told, path) if part), words)


def _words(fields: tuple[Field, ...], raw: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for field in fields:
        value = raw.get(field.key)
        if field.kind == "words" and value:
            yield field.key, value
        elif field.kind == "table" and value:
            yield from _words(field.fields, value)
        elif field.kind == "rows":
            for row in value or ():
                yield from _words(field.fields, row)


def completeness(raw: Mapping[str, Any], language: str) -> Completeness:
    """An own phrase in some language and not in this one is missing here: this one still says it as everywhere."""
    known = table()
    found = list(texts(raw))
    return Completeness(
        sum(language in words for words in known.values()), len(known), len(found),
        tuple(one for one in found if language not in one.words),
    )  # fmt: skip


def seal(raw: Mapping[str, Any], language: str) -> str:
    """Stands for all that the office says in a language: one word changed, and it is another."""
    own = tuple((p["key"], tongue, said) for p in raw.get("phrase", ()) for tongue, said in p["text"].items())
    said = {key: words.get(language) or words[FIRST] for key, words in wording(own).table.items()}
    said |= {
        f"{one.section}: {one.place}": one.words.get(language, "") for one in texts(raw) if one.section != "phrase"
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
