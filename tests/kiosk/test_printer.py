"""Bytes: what a printer gets, and what an independent reader finds in it."""

from __future__ import annotations

import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import ImageChops

from config.phrases import LANGUAGES, say, words
from kiosk import typeface
from kiosk.lines import Drawn, Text
from kiosk.printer import encoded
from kiosk.slip import PAPERS, slip
from tests.kiosk.escpos_stream import Cut, Feed, Picture, Printed, PrintedText, QrCode, Rubbish, printed
from tests.kiosk.paper_picture import paper_picture
from tests.kiosk.tickets import a_ticket

LINK = "http://127.0.0.1:8000/t/q7Xv2mRk9TzLw4HdYc8N1A"
EVERY_SLIP = [(language, width) for language in LANGUAGES for width in PAPERS]


def bytes_of(language: str = "ms", width: int = 80) -> bytes:
    return encoded(slip(a_ticket(language=language), PAPERS[width], say, typeface), PAPERS[width])


def on_paper(language: str, width: int) -> list[Printed]:
    return printed(bytes_of(language, width), PAPERS[width].dots)


# what is sent


@pytest.mark.parametrize(("language", "width"), EVERY_SLIP)
def test_an_independent_reader_finds_the_number_the_code_and_the_cut(language: str, width: int) -> None:
    found = on_paper(language, width)

    assert [thing.text for thing in found if isinstance(thing, PrintedText) and thing.style.height == 8] == ["A012"]
    assert [thing for thing in found if isinstance(thing, QrCode)] == [QrCode(LINK, 7, "M")]
    assert found[-1] == Cut(is_full=False)
    assert all(thing.style.align == 1 for thing in found if isinstance(thing, PrintedText))


def test_malay_and_english_are_text_and_only_the_rules_are_pictures() -> None:
    for language in ("ms", "en"):
        pictures = [thing for thing in on_paper(language, 80) if isinstance(thing, Picture)]
        assert [(picture.width, len(picture.rows), picture.ink) for picture in pictures] == [(576, 2, 1152)] * 3


@pytest.mark.parametrize("language", ["zh", "ta"])
def test_chinese_and_tamil_are_pictures_with_ink_and_nothing_becomes_a_question_mark(language: str) -> None:
    found = on_paper(language, 80)

    drawn = [thing for thing in found if isinstance(thing, Picture) and len(thing.rows) > 2]

    assert len(drawn) == sum(
        isinstance(line, Drawn) for line in slip(a_ticket(language=language), PAPERS[80], say, typeface)
    )
    assert all(100 < picture.ink < picture.width * len(picture.rows) / 4 for picture in drawn)
    assert not [thing for thing in found if isinstance(thing, PrintedText) and "?" in thing.text]


@pytest.mark.parametrize("language", ["zh", "ta"])
def test_each_line_of_a_script_looks_different_as_letters_do_and_boxes_do_not(language: str) -> None:
    for character in {"zh": "您前面还有人证书", "ta": "கசடதபற"}[language]:
        alone = typeface.draw(character, 28, 40, is_centred=True).tobytes()
        assert alone != typeface.draw("\U0010ffff", 28, 40, is_centred=True).tobytes()
        assert alone != typeface.draw({"zh": "票", "ta": "ழ"}[language], 28, 40, is_centred=True).tobytes()


def test_tamil_is_shaped_a_vowel_sign_stands_left_of_the_letter_it_follows() -> None:
    letter, sign = "ப", "ெ"
    alone = typeface.draw(letter, 40, 40, is_centred=False)

    together = typeface.draw(letter + sign, 40, 120, is_centred=False)

    def unlike(left: int) -> int:
        """Dots in which the picture differs, from `left` on, from the letter alone."""
        there, here = together.crop((left, 0, left + 22, 60)), alone.crop((0, 0, 22, 60))
        return ImageChops.logical_xor(there, here).convert("L").histogram()[255]

    assert unlike(0) > 60
    assert min(unlike(left) for left in range(20, 50)) < 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_can_be_drawn(language: str) -> None:
    lacking = {text for text in words(language).values() if not typeface.can_draw(text)}

    assert not lacking


@pytest.mark.parametrize(("language", "width"), EVERY_SLIP)
def test_the_code_is_read_back_from_the_paper_by_another_reader(language: str, width: int) -> None:
    found = zxingcpp.read_barcodes(paper_picture(bytes_of(language, width), width))

    assert [code.text for code in found] == [LINK]


def test_a_picture_never_holds_a_command_that_a_printer_obeys_anywhere() -> None:
    status_please = b"\x10\x04"
    as_drawn = Dummy(profile="TM-T20II")
    for line in slip(a_ticket(language="zh"), PAPERS[58], say, typeface):
        if isinstance(line, Drawn):
            as_drawn.image(typeface.draw(line.text, line.size, PAPERS[58].dots, is_centred=True))

    assert status_please in as_drawn.output  # it happens in a slip of every day
    assert status_please not in bytes_of("zh", 58)


def test_text_beyond_ascii_is_a_bug_and_not_a_question_mark() -> None:
    with pytest.raises(UnicodeEncodeError):
        encoded([Text("தமிழ்")], PAPERS[80])


def test_the_reader_of_these_tests_has_no_mercy() -> None:
    for rubbish in (b"\x1b@abc", b"\x1bt\x00", b"\x80\n", b"x" * 49 + b"\n", b"\x1dv0\x00\x48\x00\x02\x00\xff"):
        with pytest.raises(Rubbish):
            printed(rubbish, 576)
    assert printed(b"\x1b@x\n\x1bJ\x05", 576)[1] == Feed(5)
