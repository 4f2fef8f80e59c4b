"""The words that people read, by key and language: phrases/ms.toml, en.toml, zh.toml and ta.toml, loaded once.

Malay comes first and is complete; a text that another language lacks is said in English, else in Malay. Standard
library only: the agents of the kiosk and of the loudspeakers read the same files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path
from string import Formatter

LANGUAGES = ("ms", "en", "zh", "ta")
Own = tuple[tuple[str, str, str], ...]
"""What an office says in words of its own: key, language, text."""
FIRST = "ms"
FOLDER = Path(__file__).with_name("phrases")


@cache
def table() -> dict[str, dict[str, str]]:
    """Every phrase: key → language → text. Pages get their words from it."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        for key, text in tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")).items():
            found.setdefault(key, {})[language] = text
    return found


@cache
def words(language: str) -> Mapping[str, str]:
    """Every phrase of one language: key → text. Raises ValueError for a language that is not one of LANGUAGES."""
    if language not in LANGUAGES:
        raise ValueError(f"no phrases in this language: {language}")
    return {key: in_language(texts, language) for key, texts in table().items()}


class Wording:
    """The phrases as one office says them: in its own words where it has some, else as the product does.

    Own words for a phrase that there is no longer, or that would fill other values, are left out: a new release of the
    product may have changed it, and no screen gets a hole from that.
    """

    def __init__(self, own: Own = ()) -> None:
        self._own = own
        self._by_language: dict[str, Mapping[str, str]] = {}

    @cached_property
    def table(self) -> dict[str, dict[str, str]]:
        """As the function of this name."""
        known = table()
        if not self._own:
            return known
        found = dict(known)
        for key, language, text in self._own:
            if key in known and placeholders(text) == placeholders(known[key][FIRST]):
                found[key] = {**found[key], language: text}
        return found

    def words(self, language: str) -> Mapping[str, str]:
        """As the function of this name."""
        if not self._own or language not in LANGUAGES:
            return words(language)
        if language not in self._by_language:
            self._by_language[language] = {key: in_language(texts, language) for key, texts in self.table.items()}
        return self._by_language[language]

    def say(self, key: str, language: str, **values: object) -> str:
        """As the function of this name."""
        return self.words(language)[key].format_map(values)

    def everywhere(self, key: str, values: Mapping[str, object] | None = None) -> dict[str, str]:
        """As the function of this name."""
        return {language: self.say(key, language, **(values or {})) for language in LANGUAGES}


@lru_cache(maxsize=16)
def wording(own: Own) -> Wording:
    """The phrases of the office with these words of its own, put together once."""
    return Wording(own)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else in Malay: how names from a branch's file are shown."""
    return texts.get(language) or texts.get("en") or texts[FIRST]


def say(key: str, language: str, **values: object) -> str:
    """The phrase with its placeholders filled. Raises KeyError for a phrase or a value that is missing."""
    return words(language)[key].format_map(values)


def everywhere(key: str, values: Mapping[str, object] | None = None) -> dict[str, str]:
    """The phrase in every language, its placeholders filled. Raises KeyError as `say` does."""
    return {language: say(key, language, **(values or {})) for language in LANGUAGES}


def placeholders(text: str) -> frozenset[str]:
    """The names in braces: {"n"} for "{n} people ahead of you"."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
