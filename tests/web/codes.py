"""What a QR code on a page says: the SVG's own strokes are painted, and read by zxing, which shares nothing with us."""

from __future__ import annotations

import re
import xml.etree.ElementTree as Xml

import numpy as np
import zxingcpp

SCALE = 4


def read_code(svg: bytes) -> str:
    """The text of the one code in the picture. Fails for a picture that is none."""
    root = Xml.fromstring(svg)
    width, height = (int(float(size)) for size in root.attrib["viewBox"].split()[2:])
    picture = np.full((height, width), 255, dtype=np.uint8)
    (strokes,) = (one.attrib["d"] for one in root.iter() if one.attrib.get("stroke") == "#000")
    x, y = 0.0, 0.0
    for step, values in re.findall(r"([Mmh])([-\d. ]+)", strokes):
        numbers = [float(value) for value in values.split()]
        if step == "h":
            picture[int(y), int(x) : int(x + numbers[0])] = 0
            x += numbers[0]
        else:
            x, y = (numbers[0], numbers[1]) if step == "M" else (x + numbers[0], y + numbers[1])
    (found,) = zxingcpp.read_barcodes(np.kron(picture, np.ones((SCALE, SCALE), dtype=np.uint8)))
    return str(found.text)
