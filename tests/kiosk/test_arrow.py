"""The arrow on the slip: under the zone, where somebody has said which way it lies."""

from __future__ import annotations

import pytest

from config.phrases import LANGUAGES, say
from kiosk import typeface
from kiosk.slip import PAPERS
from kiosk.ticket import WAYS
from tests.kiosk.test_slip import lines, read


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", PAPERS)
def test_an_arrow_beneath_the_zone_points_where_it_lies(language: str, width: int) -> None:
    found = read(lines(width, language=language, way="left"))

    place = found.index("→ left")
    assert say("slip.zone", language, zone="").rstrip(" .:：。").split()[0][:4] in " ".join(found[place - 2 : place])
    assert found[place + 1] == "—"
    assert not any(word.startswith("→") for word in read(lines(width, language=language)))
    assert not any(word.startswith("→") for word in read(lines(width, language=language, way="by_balloon")))


@pytest.mark.parametrize("dots", [384, 576])
def test_an_arrow_points_its_way(dots: int) -> None:
    middle: dict[str, tuple[int, int]] = {}
    for way in WAYS:
        picture = typeface.arrow(way, 80, dots).convert("L")
        ink = [(x - dots / 2, 40 - y) for x in range(dots) for y in range(80) if picture.getpixel((x, y)) == 0]
        assert len(ink) > 1000
        middle[way] = (round(sum(x for x, _ in ink) / len(ink)), round(sum(y for _, y in ink) / len(ink)))

    signs = {way: tuple((value > 0) - (value < 0) for value in found) for way, found in middle.items()}
    assert signs == {
        "ahead": (0, 1), "ahead_right": (1, 1), "right": (1, 0), "behind": (0, -1), "left": (-1, 0),
        "ahead_left": (-1, 1),
    }  # fmt: skip
