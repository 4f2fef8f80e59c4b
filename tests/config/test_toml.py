"""Where a key stands in a TOML text, and tables as a text that reads back."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.toml_lines import line_of, lines_of
from config.toml_text import toml_text

TEXT = '''\
title = "x"   # 1

[branch]
code = "KL01"
"quoted" = 1
note = """
[[service]]
code = "not a key"
"""

[[service]]
code = "A"
[service.name]
ms = "Sijil"
[[service]]   # the second
code = "F"
open = [
    ["08:00", "13:00"],
    ["14:00", "17:00"]
]
name.ms = "Pendaftaran"
[discipline.head_start]
elderly = 45
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 1),
        (("branch",), 3),
        (("branch", "code"), 4),
        (("branch", "quoted"), 5),
        (("service", 0), 11),
        (("service", 0, "code"), 12),
        (("service", 0, "name", "ms"), 14),
        (("service", 1), 15),
        (("service", 1, "code"), 16),
        (("service", 1, "open", 1, 0), 17),
        (("service", 1, "name", "ms"), 21),
        (("service", 1, "name"), 21),
        (("discipline", "head_start", "elderly"), 23),
        (("branch", "nowhere"), 3),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_a_place_is_found_at_its_line_or_at_the_nearest_around_it(
    place: tuple[str | int, ...], line: int | None
) -> None:
    assert line_of(lines_of(TEXT), place) == line


KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
VALUES = (
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.dates()
    | st.times()
)
LISTS = st.lists(VALUES, max_size=3) | st.lists(st.lists(VALUES, max_size=2), max_size=2)
TABLES = st.dictionaries(KEYS, VALUES | LISTS | st.dictionaries(KEYS, VALUES, max_size=2), max_size=4)
DOCUMENTS = st.dictionaries(KEYS, VALUES | TABLES | st.lists(TABLES, min_size=1, max_size=3), max_size=4)


@given(DOCUMENTS)
def test_what_is_written_reads_back(document: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(document)) == document


def test_names_are_written_on_one_line_and_tables_apart() -> None:
    tables = {"branch": {"code": "KL01", "name": {"ms": "Utama"}}, "service": [{"code": "A"}, {"code": "F"}]}

    assert toml_text(tables) == (
        '[branch]\ncode = "KL01"\nname = {ms = "Utama"}\n\n[[service]]\ncode = "A"\n\n[[service]]\ncode = "F"\n'
    )


def test_a_time_or_a_date_is_written_without_quotes() -> None:
    assert toml_text({"at": dt.time(8, 0), "on": dt.date(2026, 8, 31)}) == "at = 08:00:00\non = 2026-08-31\n"


def test_what_toml_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="TOML holds no NoneType"):
        toml_text({"nothing": None})
