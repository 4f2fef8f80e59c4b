"""Every character that a screen of ours can show has a typeface in the tree."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "server" / "web" / "static"
SHEET = (STATIC / "fonts.css").read_text()


def faces() -> list[tuple[str, str, str]]:
    """File, weight and unicode-range (or none) of each face of the style sheet."""
    found = []
    for block in re.findall(r"@font-face \{(.*?)\}", SHEET, re.DOTALL):
        properties = dict(re.findall(r"([a-z-]+):\s*(.*?);", block, re.DOTALL))
        (file,) = re.findall(r'url\("([^"]+)"\)', properties["src"])
        found.append((file, properties["font-weight"], properties.get("unicode-range", "U+0-10FFFF")))
    return found


def drawn(file: str, ranges: str) -> set[str]:
    """The characters that a browser would take from this file."""
    with TTFont(STATIC / file) as font:
        codes = set(font.getBestCmap())
    wanted: set[int] = set()
    for span in ranges.split(","):
        low, _, high = span.strip().removeprefix("U+").partition("-")
        wanted |= set(range(int(low, 16), int(high or low, 16) + 1))
    return {chr(code) for code in codes & wanted}


def shown(words: Path) -> set[str]:
    text = strings(tomllib.loads(words.read_text(encoding="utf-8")))
    return {character for character in text if not unicodedata.category(character).startswith("C")}


def strings(value: object) -> str:
    """All text in a TOML document, run together."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(strings(inner) for inner in value.values())
    if isinstance(value, list):
        return "".join(strings(inner) for inner in value)
    return ""


@pytest.mark.parametrize("weight", ["400", "700"])
@pytest.mark.parametrize("words", ["phrases/ms", "phrases/en", "phrases/zh", "phrases/ta", "branch.example"])
def test_every_character_of_our_words_has_a_typeface(words: str, weight: str) -> None:
    covered = set().union(*(drawn(file, ranges) for file, of_weight, ranges in faces() if of_weight == weight))

    assert shown(ROOT / "config" / f"{words}.toml") - covered == set()


def test_digits_stand_in_columns() -> None:
    for file, _, _ in faces():
        if "atkinson" in file:
            with TTFont(STATIC / file) as font:
                features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
            assert "tnum" in features


def test_the_fonts_of_a_page_are_light_enough_for_a_phone() -> None:
    sizes = {file: (STATIC / file).stat().st_size for file, _, _ in faces()}

    assert max(sizes.values()) < 700_000
    assert sum(size for file, size in sizes.items() if "noto-sans-sc" not in file) < 100_000
