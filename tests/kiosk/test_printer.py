"""Bytes and devices: what a printer gets, and what is said of it when something is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import ImageChops

from config.phrases import LANGUAGES, say, words
from kiosk import typeface
from kiosk.lines import Drawn, Text
from kiosk.printer import (
    CoverOpen,
    CutterJammed,
    DeviceFault,
    FilePrinter,
    NetworkPrinter,
    Offline,
    PaperOut,
    Unknown,
    encoded,
    printer_at,
)
from kiosk.slip import PAPERS, slip
from tests.kiosk import fake_printer as fake
from tests.kiosk.escpos_stream import Cut, Feed, Picture, Printed, PrintedText, QrCode, Rubbish, printed
from tests.kiosk.fake_printer import FakePrinter, closed_port
from tests.kiosk.paper_picture import paper_picture
from tests.kiosk.tickets import a_ticket

LINK = "http://127.0.0.1:8000/t/q7Xv2mRk9TzLw4HdYc8N1A"
EVERY_SLIP = [(language, width) for language in LANGUAGES for width in PAPERS]


def bytes_of(language: str = "ms", width: int = 80) -> bytes:
    return encoded(slip(a_ticket(language=language), PAPERS[width], say, typeface), PAPERS[width])


def on_paper(language: str, width: int) -> list[Printed]:
    return printed(bytes_of(language, width), PAPERS[width].dots)


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with fake.fake_printer() as started:
        yield started


def reached(printer: FakePrinter, timeout: float = 3.0) -> NetworkPrinter:
    return NetworkPrinter("127.0.0.1", printer.port, timeout=timeout)


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


# how it gets there


def test_a_slip_is_one_send_with_a_question_before_and_after(printer: FakePrinter) -> None:
    content = bytes_of("zh")

    status = reached(printer).print(content)

    assert printer.slips == [content]
    assert printer.log == [*[f"ask {n}" for n in (1, 2, 3, 4)], "slip", *[f"ask {n}" for n in (1, 2, 3, 4)]]
    assert not status.is_low


def test_a_roll_near_its_end_is_told_and_is_no_fault(printer: FakePrinter) -> None:
    printer.status = fake.NEARLY_OUT

    assert reached(printer).print(bytes_of()).is_low
    assert len(printer.slips) == 1


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (fake.PAPER_OUT, PaperOut),
        (fake.COVER_OPEN, CoverOpen),
        (fake.CUTTER, CutterJammed),
        (fake.OFF_LINE, Offline),
        (fake.NAMELESS, Unknown),
    ],
)
def test_a_printer_that_names_its_fault_gets_no_slip(
    printer: FakePrinter, status: dict[int, int], fault: type[DeviceFault]
) -> None:
    printer.status = status

    with pytest.raises(DeviceFault) as raised:
        reached(printer).print(bytes_of())

    assert type(raised.value) is fault
    assert printer.slips == []


def test_paper_that_ends_in_the_slip_is_a_fault(printer: FakePrinter) -> None:
    printer.status_after = fake.PAPER_OUT

    with pytest.raises(PaperOut):
        reached(printer).print(bytes_of())

    assert len(printer.slips) == 1


def test_silence_is_unknown_and_never_health(printer: FakePrinter) -> None:
    printer.is_silent = True

    with pytest.raises(Unknown):
        reached(printer, timeout=0.2).print(bytes_of())

    assert printer.slips == []


def test_a_printer_that_cannot_be_asked_is_given_the_slip_unasked(printer: FakePrinter) -> None:
    printer.is_silent = True

    NetworkPrinter("127.0.0.1", printer.port, asks=False).print(bytes_of())

    assert printer.got_bytes.wait(5)
    assert "ask 1" not in printer.log


def test_a_status_that_was_not_asked_for_is_not_taken_for_an_answer(printer: FakePrinter) -> None:
    printer.noise = b"\x10\x00\x00\x00"
    printer.status = fake.COVER_OPEN

    with pytest.raises(CoverOpen):
        reached(printer).print(bytes_of())


def test_nobody_at_the_address_is_off_line() -> None:
    with pytest.raises(Offline):
        NetworkPrinter("127.0.0.1", closed_port()).print(bytes_of())


def test_a_plug_pulled_in_the_middle_of_a_slip_is_off_line(printer: FakePrinter) -> None:
    printer.dies_after = 1000

    with pytest.raises(Offline):
        reached(printer).print(bytes_of("ta"))


def test_a_file_printer_adds_each_slip_to_the_file(tmp_path: Path) -> None:
    device = FilePrinter(str(tmp_path / "lp0"))

    device.print(b"one")
    device.print(b"two")

    assert (tmp_path / "lp0").read_bytes() == b"onetwo"


def test_a_device_file_that_is_not_there_is_off_line(tmp_path: Path) -> None:
    with pytest.raises(Offline):
        FilePrinter(str(tmp_path / "usb" / "lp0")).print(b"one")


def test_a_device_that_takes_nothing_does_not_hold_up_the_kiosk(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    device = FilePrinter(str(path), timeout=0.2)

    with pytest.raises(Unknown, match="does not take"):
        device.print(b"one")
    with pytest.raises(Unknown, match="before this one"):
        device.print(b"two")

    with path.open("rb") as reader:
        assert reader.read() == b"one"
    assert device._busy is not None
    device._busy.join(5)


@pytest.mark.parametrize(
    ("address", "printer"),
    [
        ("tcp://10.0.0.9", NetworkPrinter("10.0.0.9", 9100)),
        ("tcp://printer.office:9101", NetworkPrinter("printer.office", 9101)),
        ("file:/dev/usb/lp0", FilePrinter("/dev/usb/lp0")),
        ("file:///dev/usb/lp0", FilePrinter("/dev/usb/lp0")),
    ],
)
def test_a_printer_is_found_by_its_address(address: str, printer: object) -> None:
    assert printer_at(address) == printer


@pytest.mark.parametrize("address", ["", "10.0.0.9", "tcp://", "tcp://10.0.0.9/x", "usb:0416:5011", "tcp://x:port"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the address is named by our message or by urllib's
        printer_at(address)
