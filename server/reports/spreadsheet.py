"""A table as a spreadsheet: its rows with formats, and for tickets a sheet of charts that says what is in them.

Rows go to a file as they come, in constant memory; what the charts draw is added up meanwhile. Then XlsxWriter makes
the book, and the rows are put into its sheets.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import xl_col_to_name

from config.phrases import say
from server.reports.export import LOCAL_HEADER, Cells

SHEET_ROWS = 1_048_575
"""What a sheet of a spreadsheet holds below its header; what is more goes on in a further sheet."""
LONGEST = 32_767
"""Characters in a cell."""
LEVEL = 4
"""Of packing: a tenth larger than the usual 6, in half the time."""
BEFORE_DAY_1 = date(1899, 12, 30).toordinal()
UNSAFE = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x|.{32767}.", re.DOTALL)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
LIKE_A_NUMBER = re.compile(r"(_x[0-9a-fA-F]{4}_)")
BARS_MINUTES, BARS = 5, 24
WIDTHS = {"number": 10, "lane": 12, "status": 12, "business_day": 12, "service": 10, "counter": 10}
INSTANTS, SPANS = 25, 15
"""Widths of columns, in characters: of an instant in full, and of all others."""
LOCAL_TIMES = frozenset(LOCAL_HEADER[:-1])
Words = Mapping[str, str]
"""Of the sheet with the charts: sheet, day, numbers, judged, kept, wait."""


def sheet_words(language: str) -> dict[str, str]:
    """What the sheet of charts says."""
    return {name: say(f"sheet.{name}", language) for name in ("sheet", "day", "numbers", "judged", "kept", "wait")}


def _now(work: Callable[[], None]) -> None:
    work()


def write_xlsx(
    out: Path, header: Sequence[str], rows: Iterable[Cells], close: Callable[[Callable[[], None]], object] = _now,
    words: Words | None = None,
) -> None:  # fmt: skip
    """The table as a spreadsheet, in constant memory; it appears whole or not at all. Raises OSError.

    With `words` a sheet of charts follows. Packing the rows takes a second for every 50,000 or so: `close` is given
    this work to do where it harms nobody.
    """
    part = out.with_name(out.name + ".part")
    with tempfile.TemporaryDirectory(prefix="giliran-export-") as scratch:
        folder, seen = Path(scratch), Summary(header)
        left = iter(rows if words is None else seen.passing(rows))
        writer = _Rows(header, _column_styles(folder / "empty.xlsx", header))
        sheets = [writer.write(folder / "rows1", islice(left, SHEET_ROWS))]
        for row in left:
            rest = chain([row], islice(left, SHEET_ROWS - 1))
            sheets.append(writer.write(folder / f"rows{len(sheets) + 1}", rest))

        def pack() -> None:
            try:
                _write_book(folder / "book.xlsx", header, sheets, seen, words)
                _with_rows(folder / "book.xlsx", part, folder, len(sheets))
            except XlsxWriterException as error:
                raise OSError(f"{out} cannot be written: {error}") from error

        try:
            close(pack)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    part.replace(out)


class _Rows:
    """Rows as the elements of a sheet, written here: the library's own way through each of twenty cells a ticket takes
    four times as long."""

    def __init__(self, header: Sequence[str], styles: Sequence[str]) -> None:
        self._columns = [xl_col_to_name(place) for place in range(len(header))]
        self._styles = styles
        self._times = [name in LOCAL_TIMES for name in header]
        self._days: dict[str, int] = {}

    def write(self, path: Path, rows: Iterable[Cells]) -> int:
        """How many there were; the first stands below the header."""
        place = 1
        columns = list(zip(self._columns, self._styles, self._times, strict=True))
        with path.open("w", encoding="utf-8", newline="") as file:
            for place, row in enumerate(rows, 2):
                cells = []
                for (column, style, is_time), cell in zip(columns, row, strict=True):
                    if cell is None or cell == "":
                        continue
                    if not isinstance(cell, str):
                        cells.append(f'<c r="{column}{place}"{style}><v>{cell}</v></c>')
                    elif is_time:
                        cells.append(f'<c r="{column}{place}"{style}><v>{self._serial(cell)}</v></c>')
                    else:
                        text = cell if cell.isalnum() or not UNSAFE.search(cell) else _escaped(cell)
                        cells.append(f'<c r="{column}{place}" t="inlineStr"><is><t{_kept(cell)}>{text}</t></is></c>')
                file.write(f'<row r="{place}">{"".join(cells)}</row>')
        return place - 1

    def _serial(self, local: str) -> float:
        """Days since the end of 1899, as spreadsheets count: `2026-03-02 08:00:00`."""
        day = self._days.get(local[:10])
        if day is None:
            day = self._days[local[:10]] = date.fromisoformat(local[:10]).toordinal() - BEFORE_DAY_1
        seconds = int(local[11:13]) * 3600 + int(local[14:16]) * 60 + int(local[17:19])
        return day + seconds / 86_400


def _kept(cell: str) -> str:
    return ' xml:space="preserve"' if cell[0].isspace() or cell[-1].isspace() else ""


def _escaped(text: str) -> str:
    """As the format has it: a control character by its number, and what looks like such a number likewise."""
    text = LIKE_A_NUMBER.sub(r"_x005F\1", text[:LONGEST])
    text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _write_book(path: Path, header: Sequence[str], sheets: Sequence[int], seen: Summary, words: Words | None) -> None:
    """Everything but the rows: for each of the `sheets` its header, over so many rows."""
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        seconds = book.add_format({"num_format": "#,##0.###"})
        instant = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for count in sheets:
            sheet = book.add_worksheet()
            for column, name in enumerate(header):
                form = instant if name in LOCAL_TIMES else seconds if name.endswith("_s") else None
                sheet.set_column(column, column, _width(name), form)
            sheet.write_row(0, 0, header, bold)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, count, len(header) - 1)
        if words is not None:
            _write_charts(book, seen, words)


def _column_styles(path: Path, header: Sequence[str]) -> list[str]:
    """What a cell of each column says of its form, as the library numbers them: ` s="2"`, or nothing."""
    _write_book(path, header, [0], Summary(header), None)
    with zipfile.ZipFile(path) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    found = [""] * len(header)
    for first, last, rest in re.findall(r'<col min="(\d+)" max="(\d+)"([^>]*)>', text):
        style = re.search(r'style="(\d+)"', rest)
        for column in range(int(first), int(last) + 1):
            found[column - 1] = f' s="{style[1]}"' if style else ""
    return found


def _with_rows(book: Path, out: Path, folder: Path, sheets: int) -> None:
    """The book again, with the rows in its sheets."""
    mine = {f"xl/worksheets/sheet{n}.xml": folder / f"rows{n}" for n in range(1, sheets + 1)}
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as after:
        for name in before.namelist():
            with after.open(name, "w", force_zip64=name in mine) as entry:
                if name not in mine:
                    entry.write(before.read(name))
                    continue
                head, tail = before.read(name).split(b"</sheetData>")
                # How far the cells go is said without the rows: left out, every reader counts for itself.
                entry.write(re.sub(rb"<dimension [^>]*/>", b"", head))
                with mine[name].open("rb") as rows:
                    shutil.copyfileobj(rows, entry, 1 << 20)
                entry.write(b"</sheetData>" + tail)


@dataclass
class Summary:
    """What passes by, added up: of each day and hour how many, how the promise was kept, and how long they waited."""

    header: Sequence[str]
    numbers: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)

    def passing(self, rows: Iterable[Cells]) -> Iterator[Cells]:
        day, wait, kept = (self.header.index(name) for name in ("business_day", "wait_to_call_s", "kept"))
        for row in rows:
            on, verdict, waited = str(row[day]), row[kept], row[wait]
            self.numbers[on] += 1
            if verdict:
                self.judged[on] += 1
                self.kept[on] += verdict == "yes"
            if isinstance(waited, int | float):
                self.waits[min(int(waited // (60 * BARS_MINUTES)), BARS - 1)] += 1
            yield row


def _write_charts(book: xlsxwriter.Workbook, seen: Summary, words: Words) -> None:
    """Two tables, and a chart beside each that draws its cells."""
    sheet = book.add_worksheet(words["sheet"])
    bold, share = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "0.0%"})
    sheet.set_column(0, 3, 16)
    sheet.set_column(5, 6, 16)
    dated = book.add_format({"num_format": "dd/mm/yyyy"})
    days = sorted(seen.numbers)
    heads = [words["day"], words["numbers"], words["judged"], words["kept"]]
    lengths = max(len(days), BARS)
    sheet.write_row(0, 0, heads, bold)
    sheet.write_row(0, 5, [words["wait"], words["numbers"]], bold)
    for place in range(lengths):
        if place < len(days):
            day = days[place]
            sheet.write_datetime(place + 1, 0, datetime.fromisoformat(day), dated)
            sheet.write_row(place + 1, 1, [seen.numbers[day], seen.judged[day]])
            if seen.judged[day]:
                sheet.write_number(place + 1, 3, seen.kept[day] / seen.judged[day], share)
        if place < BARS:
            begin = place * BARS_MINUTES
            sheet.write_string(place + 1, 5, f"≥ {begin}" if place == BARS - 1 else f"{begin}–{begin + BARS_MINUTES}")
            sheet.write_number(place + 1, 6, seen.waits[place])
    if days:
        name, last = words["sheet"], len(days)
        sheet.insert_chart("I2", _chart(book, "column", name, (1, last), (0, 1), words["numbers"]))
        chart = _chart(book, "line", name, (1, last), (0, 3), words["kept"])
        chart.set_y_axis({"num_format": "0%", "min": 0, "max": 1})
        sheet.insert_chart("I18", chart)
        sheet.insert_chart("I34", _chart(book, "column", name, (1, BARS), (5, 6), words["wait"]))


def _chart(
    book: xlsxwriter.Workbook, kind: str, sheet: str, rows: tuple[int, int], columns: tuple[int, int], title: str
) -> Any:
    chart = book.add_chart({"type": kind})
    (first, last), (names, values) = rows, columns
    chart.add_series(
        {"name": title, "categories": [sheet, first, names, last, names],
         "values": [sheet, first, values, last, values], "fill": {"color": "#0B5FA5"}, "line": {"color": "#0B5FA5"}}
    )  # fmt: skip
    chart.set_title({"name": title})
    chart.set_legend({"none": True})
    chart.set_size({"width": 720, "height": 300})
    return chart


def _width(name: str) -> int:
    return WIDTHS.get(name, INSTANTS if name.endswith(("_at", "_local")) else SPANS)
