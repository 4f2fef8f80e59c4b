"""The charter as a leaflet of A4 or A5, to be printed and laid on a counter (R036)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from server.domain.branch import Branch
from server.reports.sheet import MARGIN, NIGHT, SLATE, Say, Sheet, day_of

SCALE = {"A4": 1.0, "A5": 0.72}
MM = {"A4": (210.0, 297.0), "A5": (148.0, 210.0)}
ACTION = (11, 94, 168)


class _Leaflet(Sheet):
    def footer(self) -> None:
        """A leaflet is one page, which nobody counts."""


def leaflet_pdf(
    branch: Branch, lines: Sequence[tuple[str, str]], since: date | None, made_at: datetime, language: str,
    size: str, say: Say,
) -> bytes:  # fmt: skip
    """`lines` are the promises, each with its target; the page breaks where they do not fit on one."""
    scale = SCALE[size]
    page = _Leaflet(say, language, f"{say('charter.title')} – {branch.name['ms']}", made_at, MM[size])
    page.add_page()
    page.set_fill_color(*ACTION)
    page.rect(0, 0, page.w, 6 * scale, style="F")
    page.set_y(MARGIN + 4 * scale)
    page.type(14 * scale, SLATE)
    page.line_of_text(8 * scale, page.named(branch.name))
    page.type(34 * scale)
    page.line_of_text(17 * scale, say("charter.title"))
    page.type(14 * scale, SLATE)
    page.line_of_text(8 * scale, say("charter.lead"))
    page.ln(10 * scale)
    for number, (words, aim) in enumerate(lines, 1):
        if page.will_page_break(30 * scale):
            page.add_page()
        top, left = page.get_y(), page.l_margin
        page.type(26 * scale, ACTION)
        page.text(left, top + 9 * scale, str(number))
        page.set_left_margin(left + 14 * scale)
        page.set_xy(left + 14 * scale, top)
        page.type(18 * scale, NIGHT)
        page.line_of_text(9.5 * scale, words)
        page.type(13 * scale, SLATE)
        page.line_of_text(7 * scale, aim)
        page.set_left_margin(left)
        page.ln(7 * scale)
    page.ln(4 * scale)
    page.type(12 * scale, NIGHT)
    page.line_of_text(7 * scale, say("charter.tell"))
    if branch.hotline:
        page.line_of_text(7 * scale, say("charter.hotline", tel=branch.hotline))
    page.type(10 * scale, SLATE)
    page.ln(3 * scale)
    begun = since or made_at.astimezone(branch.timezone).date()
    page.line_of_text(
        6 * scale, say("charter.holds", d=day_of(begun)) if since else say("charter.printed", d=day_of(begun))
    )
    return bytes(page.output())
