"""A sheet of A4 in the office's colours: fpdf2 sets it, with the fonts that the paper slips are drawn with, so that
Chinese and Tamil stand on it as they should."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from config.phrases import in_language

FONTS = Path(__file__).parents[2] / "kiosk" / "fonts"
LATIN, TAMIL = "noto-sans-cjk-sc-2.004.otf", "noto-sans-tamil-2.001.ttf"
NIGHT, SLATE, MIST, CLOUD, BAD = (11, 31, 58), (90, 100, 114), (201, 211, 224), (242, 245, 249), (179, 38, 30)
"""The palette of the screens (tokens.css)."""
MARGIN = 16.0  # mm


class Say(Protocol):
    def __call__(self, key: str, **values: object) -> str:
        """The phrase in the language of the page."""


class Sheet(FPDF):
    """Pages that are counted at their feet. `made_at` is an instant: the same words at the same instant are the same
    bytes."""

    def __init__(
        self, say: Say, language: str, title: str, made_at: datetime, size: str | tuple[float, float] = "A4"
    ) -> None:
        super().__init__(format=size)
        self.say = say
        self.language = language
        self.add_font("latin", fname=FONTS / LATIN)
        self.add_font("tamil", fname=FONTS / TAMIL)
        self.set_fallback_fonts(["tamil"], exact_match=False)
        self.set_text_shaping(True)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 6)
        self.alias_nb_pages("{pages}")
        self.set_creation_date(made_at)
        self.set_lang(language)
        self.set_title(title)

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.type(8, SLATE)
        self.cell(0, 4, self.say("report.page", n=self.page_no(), m="{pages}"))

    def type(self, size: float, colour: tuple[int, int, int] = NIGHT) -> None:
        self.set_font("latin", size=size)
        self.set_text_color(*colour)

    def line_of_text(self, height: float, text: str) -> None:
        self.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, text: str, room: float = 30) -> None:
        """Of a section that needs `room` mm below it on the same page."""
        if self.will_page_break(room):
            self.add_page()
        self.ln(5)
        self.type(12)
        self.line_of_text(7, text)

    def signatures(self) -> None:
        if self.will_page_break(34):
            self.add_page()
        self.ln(18)
        self.type(9)
        self.set_draw_color(*NIGHT)
        wide = (self.epw - 20) / 2
        top = self.get_y()
        for place, key in enumerate(("report.prepared", "report.confirmed")):
            left = MARGIN + place * (wide + 20)
            self.line(left, top, left + wide, top)
            self.set_xy(left, top + 1)
            self.cell(wide, 5, self.say(key))

    def named(self, words: Mapping[str, str]) -> str:
        return in_language(words, self.language)


def day_of(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def percent(part: int, whole: int) -> str:
    """With one place, cut off: 89.96 is not the ninety that was promised."""
    return f"{int(1000 * part / whole + 1e-9) / 10:.1f} %" if whole else "–"
