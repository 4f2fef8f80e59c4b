"""The words that the voice speaks, as an office has them."""

from __future__ import annotations

import tomllib
from pathlib import Path

LANGUAGES = ("ms", "en", "zh", "ta")
PHRASES = Path(__file__).resolve().parents[1] / "config" / "phrases"
WORDS: dict[str, dict[str, str]] = {
    language: tomllib.loads((PHRASES / f"{language}.toml").read_text(encoding="utf-8")) for language in LANGUAGES
}
