"""The paper as it would lie in the hand, at 203 dots to the inch: to look at, and for a reader of QR codes.

python -m tests.kiosk.paper_picture FILE.bin WIDTH OUT.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from tests.kiosk.escpos_stream import LETTER, Cut, Feed, Picture, Printed, PrintedText, QrCode, printed

DOTS = {58: 384, 80: 576}
LINE = 34  # dots: a sixth of an inch
MONOSPACED = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")


def paper_picture(stream: bytes, width: int) -> Image.Image:
    """`width` in mm. The printer's own letters are a stand-in, in cells of the true size."""
    dots = DOTS[width]
    strips = [strip for thing in printed(stream, dots) for strip in _strips(thing, dots)]
    paper = Image.new("L", (dots + 32, sum(strip.height for strip in strips) + 40), 255)
    y = 24
    for strip in strips:
        paper.paste(strip, (16, y))
        y += strip.height
    return paper


def _strips(thing: Printed, dots: int) -> list[Image.Image]:
    match thing:
        case PrintedText():
            return [_text(thing, dots)]
        case Feed(rows):
            return [Image.new("L", (dots, rows), 255)]
        case Picture(width, rows):
            bits = Image.frombytes("1", (width, len(rows)), b"".join(rows))
            return [bits.convert("L").point(lambda level: 255 - level)]
        case QrCode():
            return [_qr(thing, dots)]
        case Cut():
            return [Image.new("L", (dots, 8), 255)]


def _text(thing: PrintedText, dots: int) -> Image.Image:
    across, down = thing.style.width, thing.style.height
    cell = LETTER[0] * across, LETTER[1] * down
    strip = Image.new("L", (dots, max(LINE, cell[1])), 255)
    left = {0: 0, 1: (dots - cell[0] * len(thing.text)) // 2, 2: dots - cell[0] * len(thing.text)}[thing.style.align]
    for place, letter in enumerate(thing.text):
        strip.paste(
            _letter(letter, thing.style.is_bold).resize(cell, Image.Resampling.NEAREST), (left + place * cell[0], 0)
        )
    return strip


def _letter(letter: str, is_bold: bool) -> Image.Image:
    image = Image.new("L", LETTER, 255)
    font = ImageFont.truetype(MONOSPACED, 20) if MONOSPACED.exists() else ImageFont.load_default(20)
    pen = ImageDraw.Draw(image)
    for shift in (0, 1) if is_bold else (0,):
        pen.text((shift, 18), letter, font=font, fill=0, anchor="ls")
    return image.point(lambda level: 0 if level < 140 else 255)


def _qr(code: QrCode, dots: int) -> Image.Image:
    matrix = segno.make(code.data, error=code.correction, mode="byte", boost_error=False, micro=False).matrix
    side = len(matrix) * code.square
    image = Image.new("L", (dots, side), 255)
    left = (dots - side) // 2
    for y, row in enumerate(matrix):
        for x, is_dark in enumerate(row):
            if is_dark:
                corner = left + x * code.square, y * code.square
                image.paste(0, (*corner, corner[0] + code.square, corner[1] + code.square))
    return image


if __name__ == "__main__":
    paper_picture(Path(sys.argv[1]).read_bytes(), int(sys.argv[2])).save(sys.argv[3])
