"""The words that the voice speaks, as an office has them."""

from __future__ import annotations

from collections.abc import Mapping

from config.phrases import LANGUAGES, words

WORDS: Mapping[str, Mapping[str, str]] = {language: words(language) for language in LANGUAGES}
