"""Tables as TOML that an office can read: names as inline tables, one key a line, an empty line between tables."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(tables: Mapping[str, Any]) -> str:
    """The text of `tables`; tomllib reads it back as equal (45.0 as 45). Raises TypeError for what TOML cannot hold."""
    blocks: list[str] = []
    values = {name: value for name, value in tables.items() if not is_table(value)}
    if values:
        blocks.append(_block(values))
    for name, value in tables.items():
        if not is_table(value):
            continue
        if isinstance(value, Mapping):
            inner = {key: each for key, each in value.items() if not isinstance(each, Mapping) or is_words(each)}
            blocks.append(f"[{key_text(name)}]\n{_block(inner)}")
            for key, each in value.items():
                if key not in inner:
                    blocks.append(f"[{key_text(name)}.{key_text(key)}]\n{_block(each)}")
        else:
            blocks.extend(f"[[{key_text(name)}]]\n{_block(each)}" for each in value)
    return "\n".join(blocks)


def is_table(value: Any) -> bool:
    """Whether a value has a header of its own: a table or a list of them."""
    return isinstance(value, Mapping) or (
        isinstance(value, Sequence) and bool(value) and all(isinstance(each, Mapping) for each in value)
    )


def is_words(value: Mapping[str, Any]) -> bool:
    """Whether a table is a text by language, which stands on one line."""
    return all(isinstance(each, str) for each in value.values())


def _block(values: Mapping[str, Any]) -> str:
    return "".join(f"{line_text(key, value)}\n" for key, value in values.items())


def line_text(key: str, value: Any) -> str:
    """`key = value`, on one line. Raises TypeError."""
    return f"{key_text(key)} = {_value(value)}"


def key_text(name: str) -> str:
    """A key as it stands in TOML: bare where it can be."""
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            return "{" + ", ".join(f"{key_text(key)} = {_value(each)}" for key, each in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case _:
            raise TypeError(f"TOML holds no {type(value).__name__}: {value!r}")
