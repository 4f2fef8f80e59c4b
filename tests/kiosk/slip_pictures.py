"""The slips of docs/screens again: made by `giliran-kiosk sample`, read by a strict decoder of the bytes, drawn.

python -m tests.kiosk.slip_pictures [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from config.phrases import LANGUAGES
from kiosk.agent import main
from kiosk.slip import PAPERS
from tests.kiosk.paper_picture import paper_picture

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
DESK, EDGE, BETWEEN = 232, 190, 24
"""Greys of what the paper lies on and of its edge; dots between two slips."""


def slip(language: str, width: int, kind: str = "ticket") -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "slip.bin"
        asked = ["sample", "--language", language, "--width", str(width), "--kind", kind, "--out", str(file)]
        assert main(asked) == 0
        return paper_picture(file.read_bytes(), width)


def beside(slips: list[Image.Image]) -> Image.Image:
    """All of them on one desk, at half of their dots."""
    framed = [ImageOps.expand(one, 1, EDGE) for one in slips]
    wide = sum(one.width for one in framed) + BETWEEN * (len(framed) + 1)
    desk = Image.new("L", (wide, max(one.height for one in framed) + 2 * BETWEEN), DESK)
    x = BETWEEN
    for one in framed:
        desk.paste(one, (x, BETWEEN))
        x += one.width + BETWEEN
    return desk.resize((desk.width // 2, desk.height // 2), Image.Resampling.LANCZOS)


def pictures(folder: Path) -> None:
    for width in PAPERS:
        for language in LANGUAGES:
            slip(language, width).save(folder / f"slip-{language}-{width}.png", optimize=True)
    beside([slip(language, 80) for language in LANGUAGES]).save(folder / "slips.png", optimize=True)
    beside([slip("en", 80, "copy"), slip("en", 80, "referral"), slip("ta", 58, "referral")]).save(
        folder / "slips-more.png", optimize=True
    )


if __name__ == "__main__":
    pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
