"""What is wrong with a value, in words for whoever wrote it rather than for whoever wrote the program."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from pydantic_core import ErrorDetails


class Complaint(str):
    """What is wrong, as the command line says it. By `kind` and `values` a page says it in its reader's language:
    the phrase plan.fault.KIND; "other" has none of its own."""

    __slots__ = ("kind", "values")
    kind: str
    values: dict[str, Any]

    def __new__(cls, text: str, kind: str = "other", **values: Any) -> Complaint:
        made = super().__new__(cls, text)
        made.kind, made.values = kind, values
        return made


class Unfit(ValueError):
    """A value that cannot be used, with the complaint about it."""

    def __init__(self, text: str, kind: str, **values: Any) -> None:
        super().__init__(text)
        self.complaint = Complaint(text, kind, **values)


_KINDS = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list in square brackets",
    "dict_type": 'must be a text by language: {ms = "…", en = "…"}',
    "model_type": "must be a table",
    "date_type": "must be a date: 2026-08-31",
    "path_type": "must be a path in quotes",
    "missing": "is missing",
}
SAME = {
    "int_type": "whole_number", "int_parsing": "whole_number", "int_from_float": "whole_number", "float_type": "number",
    "float_parsing": "number", "finite_number": "number", "missing": "missing", "string_type": "missing",
    "date_type": "date", "tuple_type": "missing", "dict_type": "missing",
}  # fmt: skip
_LIMITS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """What to add to a refusal of `word`: '; did you mean "regular"?', or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{found[0]}"?' if found else ""


def in_words(error: ErrorDetails) -> Complaint:
    """The fault without its place: 'is 70000: must be at most 65535'."""
    kind, context, given = error["type"], error.get("ctx", {}), error["input"]
    match kind:
        case "value_error":
            cause = context["error"]
            return cause.complaint if isinstance(cause, Unfit) else Complaint(str(cause))
        case "literal_error":
            expected = str(context["expected"]).replace("'", '"')
            near = nearest(str(given), re.findall(r'"([^"]*)"', expected))
            return Complaint(f'is "{given}": must be {expected}{near}', "choice", value=given)
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            (limit,) = context.values()
            return Complaint(f"is {given}: must be {_LIMITS[kind]} {limit:g}", kind, limit=f"{limit:g}")
        case "string_pattern_mismatch":
            return Complaint(f'"{given}" does not fit {context["pattern"]}', "pattern", value=given)
        case "string_too_short" | "too_short":
            return Complaint(f"needs at least {context['min_length']}", "empty")
        case "string_too_long":
            most = context["max_length"]
            return Complaint(f"is {len(given)} characters long: at most {most}", "too_long", most=most)
        case _:
            text = _KINDS.get(kind, error["msg"][:1].lower() + error["msg"][1:])
            return Complaint(text, SAME.get(kind, "other"))
