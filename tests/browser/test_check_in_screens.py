"""The check-in code on the kiosk and in the hall, read by zbar as a phone would see it, and opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.browser.screens import HALL, KIOSK, Screens
from tests.kiosk.test_code_on_paper import read, zbarimg
from tests.servers import RunningOffice, a_running_office

__all__ = ["zbarimg"]

ROOT = Path(__file__).parents[2]
MM_OF_HALL = 952 / 1920  # a pixel of a television of 43 inches, the smallest in a hall
MM_SEEN = 2 * 2000 * 0.637 / 4000  # a pixel of a phone's camera, 4,000 across 65 degrees, two metres away


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """An office that gives numbers to people outside."""
    branch = (ROOT / "config/branch.example.toml").read_text("utf-8")
    joined = branch.replace("[join]\nenabled = false", "[join]\nenabled = true")
    assert joined != branch
    with a_running_office(tmp_path_factory.mktemp("joined"), branch=joined) as office:
        yield office


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "role", "size", "shrunk"),
    [("/display/hall", "display", HALL, MM_OF_HALL / MM_SEEN), ("/kiosk/main", "kiosk", KIOSK, 1.0)],
)
def test_a_phone_reads_the_code_and_comes_to_the_page_that_checks_in(
    screens: Screens, zbarimg: str, tmp_path: Path, address: str, role: str, size: tuple[int, int], shrunk: float
) -> None:
    page = screens.open(address, role, size)
    page.locator("[data-check-in]").first.wait_for()
    page.screenshot(path=tmp_path / "seen.png")
    seen = Image.open(tmp_path / "seen.png").convert("L")
    seen.resize((int(seen.width * shrunk), int(seen.height * shrunk)), Image.Resampling.BILINEAR).save(
        tmp_path / "far.png"
    )

    code = urlsplit(read(zbarimg, tmp_path / "far.png"))

    opened = screens.open(f"{code.path}", size=(390, 844))
    assert opened.locator("form button").is_visible()
    mm = page.evaluate("() => Number(document.body.dataset.pxPerMm) || 1920 / 952")
    assert page.locator("[data-check-in]").first.evaluate("(code) => code.clientWidth") / mm >= 25
