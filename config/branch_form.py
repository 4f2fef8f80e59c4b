"""The tables of a branch's file as forms: which fields they have, what a form that was sent says, and the way back.

Everything is taken from the tables themselves, so a key that the file learns has its field at once.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.branch_tables import BranchFile
from config.branch_values import (
    LANGUAGES,
    STATES,
    WEEKDAYS,
    WORKING_DAYS,
    Clock,
    Date,
    Days,
    HeadStart,
    OwnWords,
    Span,
    State,
    Timezone,
    Words,
    weekdays,
)

REFERS = {"service": "service", "services": "service", "counter": "counter", "zone": "zone"}
"""Keys that name codes of another table."""
ZONES = ("Asia/Kuala_Lumpur", "Asia/Kuching")
IN_ORDER = frozenset({"languages"})
ELSEWHERE = frozenset({"promise", "review"})
"""Tables that have no form here, but are written by a page of their own."""
MOST_ROWS = 400
Sent = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a table. `kind`: text, words, whole, number, tick, one_of, some_of, in_order, clock, day, days, spans,
    head_start, rows (of `fields`) or table (with `fields`). `refers`: its choices are the codes of that table."""

    key: str
    kind: str
    choices: tuple[str, ...] = ()
    refers: str = ""
    least: float | None = None
    most: float | None = None
    longest: int | None = None
    is_needed: bool = False
    default: Any = None
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file, or a list of tables."""

    key: str
    is_list: bool
    fields: tuple[Field, ...]

    @property
    def has_codes(self) -> bool:
        return self.is_list and any(field.key == "code" for field in self.fields)


@cache
def sections() -> Mapping[str, Section]:
    """Every table that is edited here, by its name in the file."""
    found = {}
    for key, hint, _ in _hints(BranchFile):
        model, is_list = _model(hint)
        assert model is not None
        if key not in ELSEWHERE:
            found[key] = Section(key, is_list, _fields(model))
    return found


def _hints(model: type[BaseModel]) -> Iterator[tuple[str, Any, FieldInfo]]:
    hints = get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        yield info.alias or name, hints[name], info


def _model(hint: Any) -> tuple[type[BaseModel] | None, bool]:
    """The table that a hint is, or is many of."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint, False
    if get_origin(hint) is Annotated:
        return _model(get_args(hint)[0])
    if get_origin(hint) is tuple:
        return _model(get_args(hint)[0])[0], True
    return None, False


def _fields(model: type[BaseModel]) -> tuple[Field, ...]:
    return tuple(_field(key, hint, info) for key, hint, info in _hints(model))


def _field(key: str, hint: Any, info: FieldInfo) -> Field:
    default = None if info.is_required() else info.get_default()
    default = [*default] if isinstance(default, tuple) else default
    bare, is_optional = _without_none(hint)
    given: dict[str, Any] = {"key": key, "default": default, "is_needed": info.is_required() and not is_optional}
    model, is_list = _model(bare)
    if model is not None:
        return Field(kind="rows" if is_list else "table", fields=_fields(model), **given)
    named: list[tuple[Any, str, tuple[str, ...]]] = [
        (Words, "words", ()), (OwnWords, "words", ()), (Clock, "clock", ()), (Date, "day", ()), (Days, "days", ()),
        (HeadStart, "head_start", ()),
        (State, "one_of", (*STATES,)), (Timezone, "one_of", ZONES),
    ]  # fmt: skip
    for alias, kind, choices in named:
        if bare == alias:
            return Field(kind=kind, choices=choices, **given)
    inner = _many(bare)
    if inner is not None:
        if inner == Annotated[Span, get_args(inner)[-1]] if get_origin(inner) is Annotated else inner == Span:
            return Field(kind="spans", **given)
        kind = "in_order" if key in IN_ORDER else "some_of"
        return Field(kind=kind, choices=_literals(inner), refers="" if _literals(inner) else REFERS[key], **given)
    if choices := _literals(bare):
        return Field(kind="one_of", choices=choices, **given)
    if key in REFERS:
        return Field(kind="one_of", refers=REFERS[key], **given)
    kind = {bool: "tick", int: "whole", float: "number", str: "text"}[_plain_type(bare)]
    return Field(kind=kind, **given, **_limits(bare))


def _without_none(hint: Any) -> tuple[Any, bool]:
    """The hint without its alias and without `| None`; whether that was there."""
    if get_origin(hint) is Annotated and any(isinstance(each, FieldInfo) and each.alias for each in hint.__metadata__):
        rest = tuple(each for each in hint.__metadata__ if not (isinstance(each, FieldInfo) and each.alias))
        bare = hint.__origin__
        return _without_none(Annotated.__class_getitem__((bare, *rest)) if rest else bare)
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        (bare,) = (each for each in get_args(hint) if each is not type(None))
        return bare, True
    return hint, False


def _many(hint: Any) -> Any:
    """What a hint is many of; None for one thing."""
    if get_origin(hint) is Annotated:
        return _many(get_args(hint)[0])
    return get_args(hint)[0] if get_origin(hint) is tuple else None


def _literals(hint: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in get_args(hint)) if get_origin(hint) is Literal else ()


def _plain_type(hint: Any) -> Any:
    return _plain_type(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def _limits(hint: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
        for limit in each.metadata if isinstance(each, FieldInfo) else (each,):
            for sign, name in (("ge", "least"), ("gt", "least"), ("le", "most"), ("max_length", "longest")):
                if (value := getattr(limit, sign, None)) is not None:
                    found[name] = value
    return found


def native(value: Any) -> Any:
    """A value as JSON keeps it: dates as 2026-08-31."""
    if isinstance(value, BaseModel):
        return native(value.model_dump())
    if isinstance(value, Mapping):
        return {key: native(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [native(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def said(section: Section, sent: Sent) -> Any:
    """What a form says of a section, as `native` tables. What cannot be read is kept as it was typed: the checks of
    the file say what is wrong with it."""
    if not section.is_list:
        return _said_table(section.fields, sent, section.key)
    return [_said_table(section.fields, sent, place) for place in _rows(sent, section.key)]


def _rows(sent: Sent, place: str) -> list[str]:
    """The places of the entries that were sent, in their order on the page."""
    begin = f"{place}."
    found = {name[len(begin) :].split(".")[0] for name in sent if name.startswith(begin)}
    return [f"{place}.{i}" for i in sorted(int(each) for each in found if each.isdecimal())[:MOST_ROWS]]


def _said_table(fields: Iterable[Field], sent: Sent, place: str) -> dict[str, Any]:
    found = {}
    for field in fields:
        value = _said(field, sent, f"{place}.{field.key}")
        goes_without_saying = not field.is_needed and _says_nothing(value) and _says_nothing(field.default)
        if value is not None and not goes_without_saying:
            found[field.key] = value
    return found


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _said(field: Field, sent: Sent, place: str) -> Any:
    typed = sent.get(place, "").strip()
    match field.kind:
        case "tick":
            return place in sent
        case "whole" | "number":
            return _number(typed, field.kind) if typed else None
        case "words":
            words = {language: text for language in LANGUAGES if (text := sent.get(f"{place}.{language}", "").strip())}
            return words or ({} if not field.is_needed else None)
        case "some_of":
            return _ordered(field, sent, place)
        case "in_order":
            chosen = [sent.get(f"{place}.{i}", "") for i in range(len(field.choices))]
            return [each for each in chosen if each]
        case "days":
            chosen = [day for day in (*WEEKDAYS, WORKING_DAYS) if f"{place}.{day}" in sent]
            return days_text(chosen) or None
        case "spans":
            pairs = [[sent.get(f"{row}.{end}", "").strip() for end in (0, 1)] for row in _rows(sent, place)]
            return [pair for pair in pairs if any(pair)]
        case "head_start":
            return "always" if f"{place}.always" in sent else _number(typed, "number")
        case "table":
            return _said_table(field.fields, sent, place)
        case "rows":
            return [table for row in _rows(sent, place) if (table := _said_row(field.fields, sent, row))]
        case "text":
            return typed if typed or isinstance(field.default, str) else None
        case _:
            literal = typed.isdecimal() and all(each.isdecimal() for each in field.choices) and bool(field.choices)
            return (int(typed) if literal else typed) if typed else None


def _said_row(fields: tuple[Field, ...], sent: Sent, place: str) -> dict[str, Any] | None:
    """An inner row; None for one that nobody filled in."""
    asked = [f"{place}.{field.key}" for field in fields if field.kind == "clock"]
    asked += [f"{place}.{field.key}.{language}" for field in fields if field.kind == "words" for language in LANGUAGES]
    is_empty = not any(sent.get(name, "").strip() for name in asked)
    return None if is_empty else _said_table(fields, sent, place)


def _ordered(field: Field, sent: Sent, place: str) -> list[str]:
    """What is ticked: as it was ordered before, then what is new."""
    ticked = [name.removeprefix(f"{place}.") for name in sent if name.startswith(f"{place}.")]
    before = sent.get(f"{place}:order", "").split()
    return sorted(ticked, key=lambda each: before.index(each) if each in before else len(before))


def _number(typed: str, kind: str) -> Any:
    try:
        found = float(typed.replace(",", "."))
    except ValueError:
        return typed
    if found != found or found in (float("inf"), float("-inf")):
        return typed
    return int(found) if found.is_integer() else found


def days_text(days: Iterable[str]) -> str:
    """Weekdays as the file writes them: "mon-fri", "mon,wed", "daily"; "working" stands alone."""
    chosen = set(days)
    if WORKING_DAYS in chosen:
        return WORKING_DAYS
    if len(chosen) == len(WEEKDAYS):
        return "daily"
    runs: list[list[str]] = []
    for i, day in enumerate(WEEKDAYS):
        if day in chosen:
            if i and WEEKDAYS[i - 1] in chosen:
                runs[-1].append(day)
            else:
                runs.append([day])
    return ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def days_chosen(text: Any) -> frozenset[str]:
    """The ticks of a field of days; none for what names no days."""
    try:
        found = weekdays(str(text))
    except ValueError:
        return frozenset()
    return frozenset({WORKING_DAYS}) if found is None else frozenset(WEEKDAYS[day] for day in found)
