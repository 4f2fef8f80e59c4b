"""The table of the kept promise as a page of A4 that can be signed: for the meeting, the wall and the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from itertools import groupby

from fpdf.fonts import FontFace

from config.times import time_of_day
from server.domain.branch import Branch
from server.domain.charter import Promise, Score, Version
from server.reports.achievement import Line
from server.reports.sheet import BAD, CLOUD, MIST, SLATE, Say, Sheet, day_of

COLUMNS = (20.0, *(15.0, 14.0, 16.0, 15.0, 19.0) * 2)  # mm: the month, then five figures for it and five for the year
HEADS = {"ta": 6.8}  # pt: its words are the longest

Names = Mapping[str, Mapping[str, str]]
"""Of services, by code and language."""


def achievement_pdf(
    lines: Sequence[Line], branch: Branch, period: tuple[date, date], made_at: datetime, language: str, say: Say
) -> bytes:
    """The page. `made_at` is an instant; the same lines at the same instant give the same bytes."""
    local = made_at.astimezone(branch.timezone)
    name = branch.name.get(language) or branch.name.get("en") or branch.name["ms"]
    page = Sheet(say, language, f"{say('report.title')} – {name}", made_at)
    page.add_page()
    page.type(11, SLATE)
    page.line_of_text(6, f"{name} · {branch.code}")
    page.type(20)
    page.line_of_text(11, say("report.title"))
    page.type(11)
    page.line_of_text(6, say("report.period", a=day_of(period[0]), b=day_of(period[1])))
    promise_tables(page, lines, {service.code: service.name for service in branch.services})
    page.ln(4)
    page.type(8.5, SLATE)
    page.line_of_text(4.4, say("report.note"))
    page.line_of_text(4.4, say("report.made_at", d=day_of(local.date()), t=time_of_day(local, language)))
    page.signatures()
    return bytes(page.output())


def promise_tables(page: Sheet, lines: Sequence[Line], names: Names) -> None:
    """A table for each promise of each version."""
    own = {line.promise.measure for line in lines if line.promise.service is not None and line.promise.is_of_tickets}
    for version, of_version in groupby(lines, key=lambda line: line.version):
        page.heading(version_words(version, page.say), room=45)
        by_promise: dict[Promise, list[Line]] = {}
        for line in of_version:
            by_promise.setdefault(line.promise, []).append(line)
        for promise, its_lines in by_promise.items():
            _table(page, promise, its_lines, names, own)


def _table(page: Sheet, promise: Promise, lines: Sequence[Line], names: Names, own: Set[str]) -> None:
    """`own` are the measures that some service has a promise of its own of."""
    say = page.say
    if page.will_page_break(30):
        page.add_page()
    page.ln(2)
    page.type(10)
    what = say(f"report.{promise.measure}", n=f"{promise.figure:g}")
    aim = say(promise.target_words, n=f"{100 * promise.share:g}")
    page.line_of_text(6, f"{_whose(page, promise, names, own)} · {what} · {aim}")
    page.type(8.5)
    page.set_draw_color(*MIST)
    head = FontFace(color=SLATE, fill_color=CLOUD, size_pt=HEADS.get(page.language, 8.5))
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


def _whose(page: Sheet, promise: Promise, names: Names, own: Set[str]) -> str:
    if promise.service is None:
        return page.say("report.all_services" if promise.measure in own else "report.every_service")
    name = names.get(promise.service)
    return f"{promise.service} {page.named(name)}" if name else promise.service


def version_words(version: Version, say: Say) -> str:
    said = [say("report.version", n=version.number)]
    if version.since is not None:
        said.append(say("report.since", a=day_of(version.since)))
    if version.until is not None:
        said.append(say("report.until", b=day_of(version.until)))
    return ", ".join(said)


def _percent(tenths: int | None) -> str:
    return "–" if tenths is None else f"{tenths / 10:.1f} %"
