"""Draws docs/estimate.svg: what the customers of one service were told on one day, and how long they waited.

    python -m bench.picture JOURNAL.csv ESTIMATES.csv BRANCH.toml [--service H] [--day 2026-03-31] [--out FILE.svg]
The journal is one that `giliran replay` has answered. Colours are those of tokens.css; the letters that are used
travel inside the picture, cut out of the product's own typeface.
"""

from __future__ import annotations

import argparse
import base64
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from config import branch_file
from server.actions.load_branch import branch_of
from server.domain.branch import Branch

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "server" / "web" / "static"
WIDTH, HEIGHT = 1200, 600
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 150, 64
BAR = 7.0


@dataclass(frozen=True)
class Point:
    """A ticket: when it was issued (minutes after local midnight), what it was told and what it waited (minutes)."""

    at: float
    low: float
    likely: float
    high: float
    wait: float

    @property
    def held(self) -> bool:
        return self.low <= self.wait <= self.high


def points(journal: Path, estimates: Path, branch: Branch, service: str, day: date) -> Iterator[Point]:
    """Everybody who came that day for this service, was told something and was called."""
    with estimates.open(newline="", encoding="utf-8") as file:
        told = {(row["ticket"], row["issued_at"]): row for row in csv.DictReader(file) if row["likely"]}
    issued: dict[str, str] = {}
    with journal.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["at"]).astimezone(branch.timezone)
            if at.date() != day or row["service"] != service:
                continue
            if row["kind"] == "ticket_issued":
                issued[row["ticket"]] = row["at"]
            elif row["kind"] == "ticket_called" and row["ticket"] in issued:
                since = issued.pop(row["ticket"])
                said = told.get((row["ticket"], since))
                came = datetime.fromisoformat(since).astimezone(branch.timezone)
                if said is not None:
                    low, likely, high = (float(said[name]) / 60 for name in ("low", "likely", "high"))
                    yield Point(came.hour * 60 + came.minute + came.second / 60, low, likely, high,
                                (at - came) / timedelta(minutes=1))  # fmt: skip


def colours() -> dict[str, str]:
    """The palette of tokens.css, by name, as it is by day."""
    found = re.findall(r"--(\w+): (#[0-9a-f]{6});", (STATIC / "tokens.css").read_text(encoding="utf-8"))
    return dict(reversed(found))  # the other themes come later in the file


def letters(text: str, weight: str) -> str:
    """The typeface with these letters alone, as CSS."""
    (path,) = (STATIC / "fonts").glob(f"atkinson-hyperlegible-*-{weight}.woff2")
    with TTFont(path) as font:
        options = Options()
        options.flavor = "woff2"
        options.layout_features = ["kern"]
        cutter = Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        font.flavor = "woff2"
        made = io.BytesIO()
        font.save(made)
    return (
        f"@font-face{{font-family:'Atkinson Hyperlegible';font-weight:{700 if weight == 'bold' else 400};"
        f"src:url(data:font/woff2;base64,{base64.b64encode(made.getvalue()).decode()})}}"
    )


class Sheet:
    """The picture as it grows; x is the time of day, y the minutes of waiting."""

    def __init__(self, found: list[Point]) -> None:
        self.parts: list[str] = []
        self.said: dict[str, str] = {"regular": "", "bold": ""}
        self.first = min(p.at for p in found) // 60 * 60
        self.last = -(-max(p.at for p in found) // 30) * 30
        self.most = -(-max(max(p.high, p.wait) for p in found) // 15) * 15

    def x(self, at: float) -> float:
        return LEFT + (at - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, minutes: float) -> float:
        return HEIGHT - BOTTOM - minutes / self.most * (HEIGHT - TOP - BOTTOM)

    def text(self, x: float, y: float, text: str, style: str = "", *, bold: bool = False) -> None:
        self.said["bold" if bold else "regular"] += text
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{"b " if bold else ""}{style}">{escape(text)}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
        self.parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="{style}"/>')

    def range(self, x: float, low: float, high: float) -> None:
        """The two ends in the sheet's own units."""
        size = f'width="{BAR}" height="{max(low - high, 2):.1f}"'
        self.parts.append(f'<rect x="{x - BAR / 2:.1f}" y="{high:.1f}" {size} class="range"/>')

    def wait(self, x: float, y: float, *, held: bool) -> None:
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" class="{"in" if held else "out"}"/>')


def draw(found: list[Point], name: str, day: date) -> str:
    """The picture as SVG."""
    sheet = Sheet(found)
    held = sum(p.held for p in found)
    sheet.text(LEFT, 44, "What was told at the ticket, and what came", "title", bold=True)
    sheet.text(LEFT, 72, f"{name}, {day.day} {day:%B %Y}: {len(found)} customers, each told one range when the number "
                         f"was issued. {held} waits lie inside it.", "soft")  # fmt: skip
    _legend(sheet)
    for minutes in range(0, int(sheet.most) + 1, 15):
        sheet.line(LEFT, sheet.y(minutes), WIDTH - RIGHT, sheet.y(minutes), "axis" if minutes == 0 else "grid")
        sheet.text(LEFT - 12, sheet.y(minutes) + 5, str(minutes), "soft end")
    sheet.text(LEFT - 12, sheet.y(sheet.most) - 14, "min", "soft end")
    for at in range(int(sheet.first), int(sheet.last) + 1, 60):
        sheet.line(sheet.x(at), sheet.y(0), sheet.x(at), sheet.y(0) + 6, "axis")
        sheet.text(sheet.x(at), sheet.y(0) + 26, f"{at // 60}.{at % 60:02d}", "soft middle")
    sheet.text(WIDTH - RIGHT, HEIGHT - 14, "time of issue", "soft end")
    for p in found:
        sheet.range(sheet.x(p.at), sheet.y(p.low), sheet.y(p.high))
        sheet.line(sheet.x(p.at) - BAR / 2, sheet.y(p.likely), sheet.x(p.at) + BAR / 2, sheet.y(p.likely), "likely")
    for p in found:
        sheet.wait(sheet.x(p.at), sheet.y(p.wait), held=p.held)
    return _page(sheet, f"{name}: ranges told and waits, {held} of {len(found)} inside")


def _legend(sheet: Sheet) -> None:
    y, x = 104.0, float(LEFT)
    sheet.range(x + 4, y + 7, y - 11)
    sheet.line(x + 4 - BAR / 2, y, x + 4 + BAR / 2, y, "likely")
    sheet.text(x + 18, y + 3, "range told, with the likely wait; meant to hold four waits in five", "soft")
    sheet.wait(x + 472, y - 2, held=True)
    sheet.text(x + 486, y + 3, "wait inside the range", "soft")
    sheet.wait(x + 666, y - 2, held=False)
    sheet.text(x + 680, y + 3, "wait outside", "soft")


def _page(sheet: Sheet, title: str) -> str:
    c = colours()
    style = (
        letters(sheet.said["regular"], "regular") + letters(sheet.said["bold"], "bold")
        + "text{font:16px 'Atkinson Hyperlegible',system-ui,sans-serif;fill:" + c["night"] + "}"
        + ".b{font-weight:700}.title{font-size:26px}.soft{fill:" + c["slate"] + "}"
        + ".end{text-anchor:end}.middle{text-anchor:middle}"
        + f".grid{{stroke:{c['mist']};stroke-width:1}}.axis{{stroke:{c['night']};stroke-width:1.5}}"
        + f".range{{fill:{c['mist']};stroke:{c['slate']};stroke-width:.6}}"
        + f".likely{{stroke:{c['action']};stroke-width:2.4}}.in{{fill:{c['night']}}}"
        + f".out{{fill:{c['white']};stroke:{c['bad']};stroke-width:2.2}}"
    )  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><style>{style}</style>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{c["white"]}"/>\n' + "\n".join(sheet.parts) + "\n</svg>\n"
    )


def main() -> None:
    asked = argparse.ArgumentParser(prog="bench.picture")
    asked.add_argument("journal", type=Path)
    asked.add_argument("estimates", type=Path)
    asked.add_argument("branch", type=Path)
    asked.add_argument("--service", default="H")
    asked.add_argument("--day", type=date.fromisoformat, default=date(2026, 3, 31))
    asked.add_argument("--out", type=Path, default=ROOT / "docs" / "estimate.svg")
    given = asked.parse_args()
    branch = branch_of(branch_file.load(given.branch))
    found = list(points(given.journal, given.estimates, branch, given.service, given.day))
    name = branch.service(given.service).name["en"]
    given.out.write_text(draw(found, name[:1].upper() + name[1:], given.day), encoding="utf-8")


if __name__ == "__main__":
    main()
