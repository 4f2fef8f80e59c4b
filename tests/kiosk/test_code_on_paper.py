"""The code on the paper, read by zbar, which shares nothing with whoever made it, and opened as a phone would."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageChops

from config.phrases import LANGUAGES
from kiosk.slip import PAPERS
from tests.kiosk.paper_picture import paper_picture
from tests.kiosk.slip_pictures import FOLDER, slip
from tests.kiosk.test_offline import Stand, a_fresh_folder, offices, stand

pytestmark = pytest.mark.slow

__all__ = ["a_fresh_folder", "offices", "stand"]


@pytest.fixture(scope="session")
def zbarimg() -> str:
    program = shutil.which("zbarimg")
    if program is None:
        pytest.skip("not on this machine: zbarimg (Debian: zbar-tools)")
    return program


def read(zbarimg: str, picture: Path) -> str:
    command = [zbarimg, "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", str(picture)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return found.stdout.strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", PAPERS)
def test_the_code_of_every_slip_is_read_back_from_the_paper(
    zbarimg: str, language: str, width: int, tmp_path: Path
) -> None:
    slip(language, width).save(tmp_path / "slip.png")

    assert read(zbarimg, tmp_path / "slip.png") == "http://giliran.example:8000/t/q7Xv2mRk9TzLw4HdYc8N1A"


def test_the_page_behind_a_printed_code_is_that_of_the_number_on_the_paper(
    zbarimg: str, stand: Stand, tmp_path: Path
) -> None:
    number = stand.office.caller("kiosk").post("/tickets", {"service": "A", "language": "ta"}).get_json()["number"]
    stand.agent.look_again()
    stand.work()
    paper_picture(stand.printer.slips[0], 80).save(tmp_path / "slip.png")

    address = read(zbarimg, tmp_path / "slip.png")

    page = stand.office.browser().get(urlsplit(address).path)
    assert page.status_code == 200
    assert number in page.text
    assert stand.papers == [number]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", PAPERS)
def test_the_pictures_in_the_documentation_are_those_of_todays_slips(language: str, width: int) -> None:
    kept = Image.open(FOLDER / f"slip-{language}-{width}.png").convert("L")

    made = slip(language, width)

    assert kept.size == made.size
    # The printer's own letters are a stand-in, drawn by the system's typeface: where it is another, so are they.
    unlike = ImageChops.difference(kept, made).point(lambda level: 255 if level else 0).histogram()[255]
    assert unlike < made.width * made.height / 20
