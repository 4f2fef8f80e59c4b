"""Chinese and Tamil as pictures: what no printer's code page can be trusted to have.

Printers answer an unknown script with question marks, or with the right bytes in the wrong table. So whatever goes
beyond plain ASCII is drawn here in black and white dots, by typefaces of our own and with shaping: a Tamil vowel
sign may stand left of the letter that it follows in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

FONTS = Path(__file__).parent / "fonts"
TAMIL = "noto-sans-tamil-*.ttf"
CHINESE = "noto-sans-cjk-sc-*.otf"  # its Latin letters and digits serve every drawn line

INK_FROM = 96  # of 255: below the half, since heat makes thin strokes thinner
LEADING = 1.5  # line height, in sizes
NOWHERE = "\U0010ffff"  # a character that no typeface has: what a missing one looks like


class ShapingMissing(RuntimeError):
    """Pillow was built without raqm: Tamil would come out in the wrong order."""


@lru_cache
def _typeface(pattern: str, size: int) -> ImageFont.FreeTypeFont:
    if not features.check("raqm"):
        raise ShapingMissing("Pillow has no raqm: install the wheel that its makers publish")
    (file,) = FONTS.glob(pattern)
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.RAQM)


def _is_tamil(character: str) -> bool:
    return "\u0b80" <= character <= "\u0bff" or character in "\u200c\u200d\u0964\u0965"


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Parts of a line that one typeface can draw, in reading order, each with that typeface."""
    for is_tamil, part in groupby(text, key=_is_tamil):
        yield "".join(part), TAMIL if is_tamil else CHINESE


@lru_cache(maxsize=8192)
def _length(run: str, pattern: str, size: int) -> float:
    """Shaping is slow, and the same words are measured again and again while a sentence is broken into lines."""
    return _typeface(pattern, size).getlength(run)


def measure(text: str, size: int) -> int:
    """Width in dots of a line drawn at this size (dots from line to line, less leading)."""
    return round(sum(_length(run, pattern, size) for run, pattern in _runs(text)))


@lru_cache(maxsize=4096)
def _has(character: str) -> bool:
    ((_, pattern),) = _runs(character)
    font = _typeface(pattern, 24)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask(NOWHERE))


def can_draw(text: str) -> bool:
    """Whether every character is in our typefaces. Malay, English, Tamil, and the Chinese of GB 2312 are."""
    return all(_has(character) or character in "\u200c\u200d" for character in text)


_TURNS = {"ahead": 0, "ahead_right": 45, "right": 90, "behind": 180, "left": 270, "ahead_left": 315}
_HEAD = ((0.5, 0.02), (0.9, 0.46), (0.62, 0.46), (0.62, 0.98), (0.38, 0.98), (0.38, 0.46), (0.1, 0.46))
"""An arrow that points away from the reader, in a square whose sides are 1."""


def arrow(way: str, size: int, width: int) -> Image.Image:
    """An arrow `size` dots high in the middle of `width` dots, as `draw` draws. Ahead is up, as on a sign overhead."""
    turn = math.radians(_TURNS[way])
    picture = Image.new("1", (width, size), 255)
    corners = []
    for x, y in _HEAD:
        across, up = x - 0.5, 0.5 - y
        turned = across * math.cos(turn) + up * math.sin(turn), up * math.cos(turn) - across * math.sin(turn)
        corners.append((width / 2 + turned[0] * size, size / 2 - turned[1] * size))
    ImageDraw.Draw(picture).polygon(corners, fill=0)
    return picture


def draw(text: str, size: int, width: int, *, is_centred: bool) -> Image.Image:
    """One line as a picture of `width` dots, mode "1", ink 0. The baseline is shared by all scripts of the line."""
    height = round(size * LEADING)
    grey = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(grey)
    x = max(0.0, (width - measure(text, size)) / 2) if is_centred else 0.0
    baseline = round(height * 0.72)
    for run, pattern in _runs(text):
        pen.text((x, baseline), run, font=_typeface(pattern, size), fill=0, anchor="ls")
        x += _length(run, pattern, size)
    return grey.point(lambda level: 255 if level > 255 - INK_FROM else 0, mode="1")
