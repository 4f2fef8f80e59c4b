"""Tables as spreadsheets, opened by a reader that is not ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server.reports.export import LEGS_HEADER, LOCAL_HEADER, TICKETS_HEADER, Cells, leg_rows, ticket_rows
from server.reports.spreadsheet import sheet_words, write_xlsx
from tests.reports.test_export import BRANCH, DANGEROUS, OVER_NIGHT, SENT_ON, SERVED, WAITS


def sheet(path: Path, header: Sequence[str], rows: Iterable[Cells]) -> list[list[Any]]:
    """The cells of the first sheet, as an independent reader gives them."""
    write_xlsx(path, header, rows)
    book = openpyxl.load_workbook(path)
    assert len(book.worksheets) == 1
    return [list(row) for row in book.worksheets[0].iter_rows()]


def test_a_spreadsheet_has_numbers_as_numbers_and_the_rest_as_text(tmp_path: Path) -> None:
    header, served, waits = sheet(tmp_path / "t.xlsx", TICKETS_HEADER, ticket_rows([SERVED, WAITS], BRANCH))

    assert [cell.value for cell in header] == list(TICKETS_HEADER)
    assert all(cell.font.bold for cell in header)
    assert [cell.value for cell in served] == list(next(ticket_rows([SERVED], BRANCH)))
    numbers = [name.value for name, cell in zip(header, served, strict=True) if cell.data_type == "n"]
    assert numbers == ["calls", "transfers", "wait_to_call_s", "wait_s", "service_s", "sojourn_s", "promise_s"]
    assert [cell.value for cell in waits][8:12] == [None] * 4


def test_nothing_in_a_spreadsheet_is_a_formula_or_a_link(tmp_path: Path) -> None:
    texts = [*DANGEROUS, "http://example.test/", "{=1+1}"]

    _, *rows = sheet(tmp_path / "t.xlsx", ["text"], [(text,) for text in texts])

    assert [(cell.data_type, cell.hyperlink) for (cell,) in rows] == [("s", None)] * len(texts)
    assert [cell.value for (cell,) in rows] == [text.replace("\r", "_x000D_") for text in texts]  # as the format has it


def test_a_spreadsheet_of_no_rows_has_its_header(tmp_path: Path) -> None:
    (header,) = sheet(tmp_path / "t.xlsx", LEGS_HEADER, leg_rows([], BRANCH))

    assert [cell.value for cell in header] == list(LEGS_HEADER)


def test_a_spreadsheet_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def rows() -> Iterator[Cells]:
        yield ("A001",)
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_xlsx(tmp_path / "t.xlsx", ["number"], rows())

    assert list(tmp_path.iterdir()) == []


def test_what_one_sheet_cannot_hold_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.reports.spreadsheet.SHEET_ROWS", 2)

    write_xlsx(tmp_path / "t.xlsx", ["n"], [(n,) for n in range(5)])

    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    found = [[row[0] for row in each.iter_rows(values_only=True)] for each in book.worksheets]
    assert found == [["n", 0, 1], ["n", 2, 3], ["n", 4]]


def test_a_spreadsheet_of_tickets_has_times_that_are_times_and_spans_with_their_form(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "t.xlsx", (*TICKETS_HEADER, *LOCAL_HEADER), ticket_rows([SERVED], BRANCH, local=True))

    first = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    cells = dict(zip((cell.value for cell in first[1]), first[2], strict=True))
    assert cells["issued_at"].value == "2026-03-02T00:01:00.000Z"
    assert cells["issued_local"].value == datetime(2026, 3, 2, 8, 1)
    assert (cells["issued_local"].is_date, cells["issued_local"].number_format) == (True, "dd/mm/yyyy hh:mm:ss")
    assert (cells["wait_s"].value, cells["wait_s"].number_format) == (150, "#,##0.###")
    assert (first.freeze_panes, first.auto_filter.ref) == ("A2", "A1:Y2")
    assert first.column_dimensions["H"].width > 24  # an instant can be read without a hand


@pytest.mark.parametrize("language", ["ms", "en", "zh", "ta"])
def test_behind_the_tickets_stands_a_sheet_of_charts_that_draw_what_is_in_them(tmp_path: Path, language: str) -> None:
    """Of four numbers on 2 March two were judged, one kept; waits of 2 and 20 minutes: the first and the fifth bar."""
    words = sheet_words(language)
    tickets = [SERVED, SENT_ON, WAITS, OVER_NIGHT]

    write_xlsx(tmp_path / "t.xlsx", TICKETS_HEADER, ticket_rows(tickets, BRANCH), words=words)

    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    _, charts = book.worksheets
    assert charts.title == words["sheet"]
    assert [cell.value for cell in charts[1][:4]] == [words[name] for name in ("day", "numbers", "judged", "kept")]
    assert [cell.value for cell in charts[2][:4]] == [datetime(2026, 3, 2), 4, 2, 0.5]
    assert charts["D2"].number_format == "0.0%"
    bars = [(row[5].value, row[6].value) for row in charts.iter_rows(min_row=2)]
    assert (bars[0], bars[4], bars[-1]) == (("0–5", 1), ("20–25", 1), ("≥ 115", 0))
    drawn = [(type(chart).__name__, chart.ser[0].val.numRef.f.replace("'", "")) for chart in charts._charts]
    name = charts.title
    assert drawn == [("BarChart", f"{name}!$B$2"), ("LineChart", f"{name}!$D$2"), ("BarChart", f"{name}!$G$2:$G$25")]


def test_a_spreadsheet_of_nobody_has_charts_of_nothing(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "t.xlsx", TICKETS_HEADER, [], words=sheet_words("ms"))

    assert len(openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets) == 2
