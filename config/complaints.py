"""What is wrong with a value, in words for whoever wrote it rather than for whoever wrote the program."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from pydantic_core import ErrorDetails

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


def in_words(error: ErrorDetails) -> str:
    """The fault without its place: 'is 70000: must be at most 65535'."""
    kind, context, given = error["type"], error.get("ctx", {}), error["input"]
    match kind:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            expected = str(context["expected"]).replace("'", '"')
            return f'is "{given}": must be {expected}' + nearest(str(given), re.findall(r'"([^"]*)"', expected))
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            (limit,) = context.values()
            return f"is {given}: must be {_LIMITS[kind]} {limit:g}"
        case "string_pattern_mismatch":
            return f'"{given}" does not fit {context["pattern"]}'
        case "string_too_short" | "too_short":
            return f"needs at least {context['min_length']}"
        case "string_too_long":
            return f"is {len(given)} characters long: at most {context['max_length']}"
        case _:
            return _KINDS.get(kind, error["msg"][:1].lower() + error["msg"][1:])
