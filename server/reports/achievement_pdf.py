"""The table of the kept promise as a page of A4 that can be signed: for the meeting, the notice board and the archive.

fpdf2 sets it, with the fonts that the paper slips are drawn with, so that Chinese and Tamil stand in it as they should.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Protocol

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from config.phrases import in_language
from config.times import time_of_day
from server.domain.branch import Branch
from server.domain.charter import Promise, Score, Version
from server.reports.achievement import Line

FONTS = Path(__file__).parents[2] / "kiosk" / "fonts"
LATIN, TAMIL = "noto-sans-cjk-sc-2.004.otf", "noto-sans-tamil-2.001.ttf"
NIGHT, SLATE, MIST, CLOUD, BAD = (11, 31, 58), (90, 100, 114), (201, 211, 224), (242, 245, 249), (179, 38, 30)
"""The palette of the screens (tokens.css)."""
MARGIN = 16.0  # mm
COLUMNS = (20.0, *(15.0, 14.0, 16.0, 15.0, 19.0) * 2)  # mm: the month, then five figures for it and five for the year
HEADS = {"ta": 6.8}  # pt: its words are the longest


class Say(Protocol):
    def __call__(self, key: str, **values: object) -> str:
        """The phrase in the language of the page."""


class _Page(FPDF):
    def __init__(self, say: Say) -> None:
        super().__init__(format="A4")
        self._say = say
        self.add_font("latin", fname=FONTS / LATIN)
        self.add_font("tamil", fname=FONTS / TAMIL)
        self.set_fallback_fonts(["tamil"], exact_match=False)
        self.set_text_shaping(True)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 6)
        self.alias_nb_pages("{pages}")

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.type(8, SLATE)
        self.cell(0, 4, self._say("report.page", n=self.page_no(), m="{pages}"))

    def type(self, size: float, colour: tuple[int, int, int] = NIGHT) -> None:
        self.set_font("latin", size=size)
        self.set_text_color(*colour)

    def line_of_text(self, height: float, text: str) -> None:
        self.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def achievement_pdf(
    lines: Sequence[Line], branch: Branch, period: tuple[date, date], made_at: datetime, language: str, say: Say
) -> bytes:
    """The page. `made_at` is an instant; the same lines at the same instant give the same bytes."""
    local = made_at.astimezone(branch.timezone)
    page = _Page(say)
    page.set_creation_date(made_at)
    page.set_lang(language)
    page.set_title(f"{say('report.title')} – {in_language(branch.name, language)}")
    page.add_page()
    page.type(11, SLATE)
    page.line_of_text(6, f"{in_language(branch.name, language)} · {branch.code}")
    page.type(20)
    page.line_of_text(11, say("report.title"))
    page.type(11)
    page.line_of_text(6, say("report.period", a=_day(period[0]), b=_day(period[1])))
    for version, of_version in groupby(lines, key=lambda line: line.version):
        page.ln(5)
        page.type(12)
        page.line_of_text(7, _version(version, say))
        by_promise: dict[Promise, list[Line]] = {}
        for line in of_version:
            by_promise.setdefault(line.promise, []).append(line)
        for promise, its_lines in by_promise.items():
            _table(page, promise, its_lines, branch, language, say)
    page.ln(4)
    page.type(8.5, SLATE)
    page.line_of_text(4.4, say("report.note"))
    page.line_of_text(4.4, say("report.made_at", d=_day(local.date()), t=time_of_day(local, language)))
    _signatures(page, say)
    return bytes(page.output())


def _table(page: _Page, promise: Promise, lines: Sequence[Line], branch: Branch, language: str, say: Say) -> None:
    if page.will_page_break(30):
        page.add_page()
    page.ln(2)
    page.type(10)
    what = say(f"report.{promise.measure}", n=f"{promise.within_s / 60:g}")
    aim = say("report.target", n=f"{100 * promise.share:g}")
    page.line_of_text(6, f"{_whose(promise, branch, language, say)} · {what} · {aim}")
    page.type(8.5)
    page.set_draw_color(*MIST)
    head = FontFace(color=SLATE, fill_color=CLOUD, size_pt=HEADS.get(language, 8.5))
    with page.table(
        col_widths=COLUMNS, line_height=5.2, headings_style=head, text_align=("LEFT", *("RIGHT",) * 10),
        num_heading_rows=2, borders_layout="HORIZONTAL_LINES", width=sum(COLUMNS),
    ) as table:  # fmt: skip
        first = table.row()
        first.cell("")
        for key in ("report.this_month", "report.year"):
            first.cell(say(key), colspan=5, align="CENTER")
        second = table.row()
        second.cell(say("report.month"))
        for _ in range(2):
            second.cell(say("report.kept"), colspan=2)
            second.cell(say("report.not_kept"), colspan=2)
            second.cell(say("report.judged"))
        for line in lines:
            row = table.row()
            row.cell(f"{line.month:%m/%Y}")
            for score in (line.score, line.year):
                _cells(row, score, promise.share)


def _cells(row: object, score: Score, aim: float) -> None:
    """A share below what was aimed at is red, and below it in figures: nobody has to see the colour."""
    is_missed = score.kept_share is not None and score.kept_share < aim
    style = FontFace(color=BAD) if is_missed else None
    cell = row.cell  # type: ignore[attr-defined]
    # Cut off, not rounded: 89.96 is not the ninety that was promised. The two shares make a hundred.
    tenths = None if score.kept_share is None else int(1000 * score.kept_share + 1e-9)
    cell(f"{score.kept:,}")
    cell(_percent(tenths), style=style)
    cell(f"{score.not_kept:,}")
    cell(_percent(None if tenths is None else 1000 - tenths))
    cell(f"{score.judged:,}")


def _signatures(page: _Page, say: Say) -> None:
    if page.will_page_break(34):
        page.add_page()
    page.ln(18)
    page.type(9)
    page.set_draw_color(*NIGHT)
    wide = (page.epw - 20) / 2
    top = page.get_y()
    for place, key in enumerate(("report.prepared", "report.confirmed")):
        left = MARGIN + place * (wide + 20)
        page.line(left, top, left + wide, top)
        page.set_xy(left, top + 1)
        page.cell(wide, 5, say(key))


def _whose(promise: Promise, branch: Branch, language: str, say: Say) -> str:
    if promise.service is None:
        has_own = any(other.service is not None for other in branch.promises)
        return say("report.all_services" if has_own else "report.every_service")
    name = next((s.name for s in branch.services if s.code == promise.service), None)
    return f"{promise.service} {in_language(dict(name), language)}" if name else promise.service


def _version(version: Version, say: Say) -> str:
    said = [say("report.version", n=version.number)]
    if version.since is not None:
        said.append(say("report.since", a=_day(version.since)))
    if version.until is not None:
        said.append(say("report.until", b=_day(version.until)))
    return ", ".join(said)


def _percent(tenths: int | None) -> str:
    return "–" if tenths is None else f"{tenths / 10:.1f} %"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
