"""A branch without its name: what its file says, how another reads it, and which line is at fault."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from server.reports.benchmark import (
    BENCHMARK_HEADER,
    FIGURES,
    Benchmark,
    BenchmarkFault,
    benchmark,
    benchmark_rows,
    compared,
    read_benchmark,
)
from server.reports.export import csv_lines
from server.reports.figures import Cell, Spread

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)


def a_cell(tickets: int = 40) -> Cell:
    """Half waited two minutes for the call and half ten; three in four kept the promise."""
    waits = Spread()
    for n in range(tickets):
        waits.add(120_000 if n % 2 else 600_000)
    counts = Counter(issued=tickets, called=tickets, judged=tickets, kept=tickets * 3 // 4, calls=tickets, left=2)
    return Cell(counts, {"wait_to_call": waits})


def the_week() -> Benchmark:
    days = [(date(2026, 3, 2 + n), 1, ("all", ""), a_cell(40 + n)) for n in range(5)]
    said = [(FIRST, 1, ("rating", ""), Cell(Counter({"n": 6, "sum": 27}))), (FIRST, 1, ("rating", "A"), Cell())]
    return benchmark([*days, *said], FIRST, LAST)


def text_of(found: Benchmark) -> str:
    return b"".join(csv_lines(BENCHMARK_HEADER, benchmark_rows(found), bom=False)).decode()


def test_the_figures_are_those_of_all_its_tickets_and_volumes_are_rounded() -> None:
    found = the_week().figures

    # 40 + 41 + 42 + 43 + 44 = 210 tickets in 5 days: 42 a day, told as 40; 30 + 30 + 31 + 32 + 33 = 156 kept, 74.2 %.
    assert found["issued_a_day"] == (5, 40.0)
    assert (found["wait_to_call.p50"], found["wait_to_call.p90"]) == ((210, 10.0), (210, 10.0))
    assert found["kept"] == (210, 74.2)
    assert found["rating"] == (6, 4.5)
    assert "wait.p50" not in found, "nothing is known of it"
    assert "no_show" in found


def test_of_fewer_than_five_nothing_is_told() -> None:
    assert benchmark([(FIRST, 1, ("all", ""), a_cell(4))], FIRST, LAST).figures == {}


def test_a_file_is_read_as_it_was_written_also_after_a_spreadsheet_has_saved_it() -> None:
    text = text_of(the_week())

    assert read_benchmark(text) == the_week()
    assert read_benchmark("\ufeff" + text.replace(",", ";") + ";;;\r\n") == the_week()
    assert set(the_week().figures) <= set(FIGURES)


def test_nothing_in_the_file_names_the_branch() -> None:
    text = text_of(the_week())

    assert "KL01" not in text
    assert text.splitlines()[0] == "figure,unit,n,value"


@pytest.mark.parametrize(
    ("line", "text", "what"),
    [
        (1, "", "header"),
        (2, "giliran_benchmark_9,,,", "format"),
        (3, "from,date,,soon", "date"),
        (5, "issued_a_day,numbers,5", "cells"),
        (5, "height,cm,5,180", "figure"),
        (5, "issued_a_day,min,5,40", "unit"),
        (6, "wait_to_call.mean,min,210,long", "number"),
        (6, "wait_to_call.mean,min,210,nan", "number"),
        (6, "wait_to_call.mean,min,-1,5", "number"),
        (6, "issued_a_day,numbers,5,40", "twice"),
    ],
)
def test_a_fault_is_named_with_its_line(line: int, text: str, what: str) -> None:
    lines = text_of(the_week()).splitlines()
    lines[line - 1] = text

    with pytest.raises(BenchmarkFault) as fault:
        read_benchmark("\n".join(lines))

    assert (fault.value.line, fault.value.what) == (line, what)


def test_an_empty_file_an_endless_one_and_one_without_days_are_faults_too() -> None:
    whole = text_of(the_week()).splitlines()
    for text, what in (("", "empty"), ("x\n" * 300, "too_long"), ("\n".join([*whole[:2], *whole[4:]]), "days")):
        with pytest.raises(BenchmarkFault) as fault:
            read_benchmark(text)
        assert fault.value.what == what


def test_what_either_branch_knows_stands_beside_the_other() -> None:
    other = Benchmark(FIRST, LAST, {"kept": (50, 90.0), "wait.p50": (50, 3.0)})

    rows = {row["figure"]: row for row in compared(the_week(), other)}

    assert rows["kept"] == {
        "figure": "kept", "unit": "%", "own": {"n": 210, "value": 74.2}, "other": {"n": 50, "value": 90.0},
    }  # fmt: skip
    assert rows["wait.p50"]["own"] is None
    assert rows["issued_a_day"]["other"] is None
