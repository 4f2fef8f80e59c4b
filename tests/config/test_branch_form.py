"""The forms of the branch's file are made of its tables: no key without a field, no field or fault without words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import branch_form, phrases
from config.branch_form import Field, days_chosen, days_text, said, sections
from config.branch_tables import BranchFile
from config.branch_values import LANES
from config.complaints import SAME

SOURCES = [Path(branch_form.__file__).with_name(name) for name in (
    "branch_checks.py", "branch_values.py", "branch_tables.py", "branch_file.py", "complaints.py",
)]  # fmt: skip


def fields(of: tuple[Field, ...]) -> Iterator[Field]:
    for field in of:
        yield field
        yield from fields(field.fields)


def test_every_table_of_the_file_has_a_form_or_a_page_of_its_own() -> None:
    tables = {info.alias or name for name, info in BranchFile.model_fields.items()}

    assert tables == set(sections()) | branch_form.ELSEWHERE
    assert {field.kind for section in sections().values() for field in fields(section.fields)} == {
        "text", "words", "whole", "number", "tick", "one_of", "some_of", "in_order", "clock", "day", "days", "spans",
        "head_start", "rows", "table",
    }  # fmt: skip


def test_every_section_key_and_choice_has_words() -> None:
    known = set(phrases.table())

    for section in sections().values():
        assert f"plan.section.{section.key}" in known
        for field in fields(section.fields):
            if field.key not in LANES:
                labels = {f"plan.key.{section.key}.{field.key}", f"plan.key.{field.key}"}
                assert labels & known, (section.key, field.key)
            for choice in field.choices:
                option = {f"plan.option.{field.key}.{choice}", f"lane.{choice}", f"language.{choice}"}
                assert option & known or field.key in ("timezone", "state", "digits"), (field.key, choice)


def test_every_kind_of_fault_has_words() -> None:
    known = set(phrases.table())
    kinds = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", *SAME.values()}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Complaint", "Unfit")
            ):
                kinds |= {str(each.value) for each in node.args[1:2] if isinstance(each, ast.Constant)}

    assert len(kinds) > 40
    assert {kind for kind in kinds if f"plan.fault.{kind}" not in known} == set()


@pytest.mark.parametrize(
    ("typed", "text"),
    [("mon tue wed thu fri", "mon-fri"), ("mon wed fri", "mon,wed,fri"), ("fri sat", "fri-sat"), ("working", "working"),
     ("mon tue wed thu fri sat sun", "daily"), ("sun mon", "mon,sun"), ("", "")],
)  # fmt: skip
def test_ticked_days_are_written_as_an_office_would(typed: str, text: str) -> None:
    assert days_text(typed.split()) == text
    assert days_chosen(text) == frozenset(typed.split()) if text else days_chosen(text) == frozenset()


def test_what_cannot_be_read_is_kept_as_it_was_typed() -> None:
    sent = {"calling.walk": "1,5", "calling.undo": "soon", "calling.max_held": "nan", "calling.missed_for": ""}

    assert said(sections()["calling"], sent) == {"walk": 1.5, "undo": "soon", "max_held": "nan"}
