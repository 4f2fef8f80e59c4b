"""The branch's file: read into tables that are checked as a whole, and written back as text that reads the same.

A file that cannot be used is refused with every fault at once, each with its line and the key to look at.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config import branch_checks
from config.branch_checks import Fault
from config.branch_tables import BranchFile
from config.complaints import Complaint, in_words, nearest
from config.toml_edit import NotPlain, edited
from config.toml_lines import Place, line_of, lines_of
from config.toml_text import toml_text

__all__ = [
    "EXAMPLE",
    "BranchFile",
    "BranchFileError",
    "check",
    "dump",
    "load",
    "parse",
    "plain",
    "rewritten",
    "warnings_of",
]

EXAMPLE = Path(__file__).with_name("branch.example.toml")
LARGEST_BYTES = 1_000_000


class BranchFileError(Exception):
    """The file cannot be used. `lines` name each fault: "file:line: key: what is wrong"."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def load(path: Path | str) -> BranchFile:
    """Raises BranchFileError."""
    return parse(text_of(path), name=str(path))


def text_of(path: Path | str) -> str:
    """What stands in a file. Raises BranchFileError where it cannot be read."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BranchFileError([f"{path}: is larger than {LARGEST_BYTES:,} bytes"])
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BranchFileError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise BranchFileError([f"{path}: is not UTF-8 text (byte {error.start})"]) from error


def parse(text: str, name: str = "branch.toml") -> BranchFile:
    """The file of this text; `name` is what the faults call it. Raises BranchFileError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BranchFileError([_not_toml(name, str(error))]) from error
    file, found = check(raw)
    if file is not None:
        return file
    lines = lines_of(text)
    raise BranchFileError([_line(name, line_of(lines, place), place, what) for place, what in found])


@lru_cache(maxsize=16)
def known(text: str) -> BranchFile:
    """As `parse`, of a text that was parsed before: the office's own, which several ask about with every change.
    Raises BranchFileError."""
    return parse(text)


def check(raw: Mapping[str, Any]) -> tuple[BranchFile | None, list[Fault]]:
    """The file of these tables, or None and every fault; tables are held against each other when each is fit."""
    try:
        file = BranchFile.model_validate(raw)
    except ValidationError as error:
        return None, list(_shape_faults(error.errors(include_url=False)))
    found = list(branch_checks.faults(file))
    return (None if found else file), found


def dump(file: BranchFile) -> str:
    """TOML that loads as the same file. Keys that say nothing are left out."""
    return toml_text(plain(file))


def plain(file: BranchFile) -> dict[str, Any]:
    """The file as bare tables, with the keys that a writer would give: `check` makes the same file of them."""
    tables: dict[str, Any] = _plain(file)
    return tables


def rewritten(text: str, file: BranchFile) -> str:
    """`text`, a branch's file, changed so that it says `file`: comments and order stay wherever that can be done."""
    try:
        found = edited(text, plain(known(text)), plain(file))
        return found if known(found) == file else dump(file)
    except (NotPlain, BranchFileError):
        return dump(file)


def warnings_of(file: BranchFile) -> list[str]:
    """What is allowed and will be regretted, a line each: "service 2, letter: …"."""
    return [f"{_key(place)}: {what}" for place, what in branch_checks.warnings(file)]


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        said = {info.alias or name: (getattr(value, name), info.get_default()) for name, info in fields.items()}
        return {key: _plain(each) for key, (each, default) in said.items() if each != default or not _is_empty(each)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", (), {})


def _shape_faults(errors: list[ErrorDetails]) -> Iterator[Fault]:
    """Each fault once: a value that may be one of two kinds is refused by both."""
    seen: set[Place] = set()
    for error in errors:
        place = tuple(part for part in error["loc"] if not (isinstance(part, str) and _is_machinery(part)))
        if place not in seen:
            seen.add(place)
            yield place, _what(error, place)


def _is_machinery(part: str) -> bool:
    """Whether pydantic put this into the path: the kind of a union, the key of a mapping."""
    return bool(re.search(r"[\[(]", part)) or part in ("float", "int", "constrained-float")


def _what(error: ErrorDetails, place: Place) -> Complaint:
    if error["type"] == "extra_forbidden":
        return Complaint("unknown key" + nearest(str(place[-1]), _keys_around(place)))
    if place[:2] == ("discipline", "head_start") and error["type"] in ("float_type", "literal_error"):
        return Complaint('must be minutes, or "always"', "number")
    found = in_words(error)
    return Complaint(f"{found} (0.9 is 90 %)", found.kind, **found.values) if place[-1] == "share" else found


def _keys_around(place: Place) -> list[str]:
    """The keys that the table at `place` may have."""
    model: type[BaseModel] = BranchFile
    for part in place[:-1]:
        if isinstance(part, str):
            info = next((i for name, i in model.model_fields.items() if (i.alias or name) == part), None)
            inner = next(_models_in(info.annotation), None) if info else None
            if inner is None:
                return []
            model = inner
    return [info.alias or name for name, info in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)


def _not_toml(name: str, message: str) -> str:
    found = re.search(r" \(at line (\d+), column (\d+)\)", message)
    if found is None:
        return f"{name}: is not TOML: {message}"
    return f"{name}:{found[1]}: is not TOML: {message[: found.start()]} (column {found[2]})"


def _line(name: str, line: int | None, place: Place, what: str) -> str:
    return f"{name}{f':{line}' if line else ''}: {_key(place)}: {what}"


def _key(place: Place) -> str:
    """service 2, letter: people count from 1."""
    text = ""
    for part in place:
        text += f" {part + 1}" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text
