"""A TOML text changed to say something else, with its comments, its order and its blank lines where they were.

Line by line: what need not change is never written anew, so an office finds in the file that the browser wrote the file
that it once wrote itself. Whoever calls compares the meaning afterwards (`config.branch_file.rewritten`).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from config.toml_lines import table_name
from config.toml_text import is_table, is_words, key_text, line_text

Tables = Mapping[str, Any]
Name = tuple[str, ...]


class NotPlain(Exception):
    """The text is written in a way that is not changed line by line."""


@dataclass
class _Statement:
    """`key = value`, on one line or several; or, with an empty key, one line that says nothing."""

    text: str
    key: str = ""


@dataclass
class _Block:
    """A header with what stands under it; `gap` is what follows before the next header: blank lines and comments."""

    name: Name
    is_list: bool
    head: str
    body: list[_Statement] = field(default_factory=list)
    gap: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [*([self.head] if self.head else []), *(each.text for each in self.body), *self.gap]


def edited(text: str, old: Tables, new: Tables) -> str:
    """`text`, which says `old` (perhaps by leaving out what goes without saying), so that it says `new`.

    Raises NotPlain where it cannot be done line by line.
    """
    blocks = _blocks(text)
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if _is_list(before) or _is_list(after):
            _change_list(blocks, name, before or [], after or [])
        elif isinstance(after, Mapping):
            _change_table(blocks, (name,), before or {}, after)
        else:
            raise NotPlain(name)
    return "\n".join(line for block in blocks for line in block.lines).rstrip("\n") + "\n"


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _blocks(text: str) -> list[_Block]:
    blocks = [_Block((), False, "")]
    held: list[str] = []  # lines of a statement that has not ended
    trivia: list[str] = []
    for line in text.splitlines():
        if held:
            held.append(line)
        elif not line.strip() or line.lstrip().startswith("#"):
            trivia.append(line)
            continue
        elif header := table_name(line):
            blocks[-1].gap, trivia = trivia, []
            blocks.append(_Block(header[0], header[1], line))
            continue
        else:
            held = [line]
        if (found := _statement("\n".join(held))) is not None:
            blocks[-1].body += [_Statement(each) for each in trivia]
            blocks[-1].body.append(found)
            held, trivia = [], []
    if held:
        raise NotPlain(held[0])
    blocks[-1].gap = trivia
    return blocks


def _statement(text: str) -> _Statement | None:
    try:
        (key,) = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError):
        return None
    return _Statement(text, key)


def _change_table(blocks: list[_Block], name: Name, old: Tables, new: Tables) -> None:
    inner = [key for key in {**old, **new} if is_table(new.get(key, old.get(key))) and not _is_words(new.get(key))]
    for key in inner:
        if old.get(key) != new.get(key):
            if not isinstance(new.get(key), Mapping):
                raise NotPlain(key)
            _change_table(blocks, (*name, key), old.get(key) or {}, new[key])
    changed = {key: new.get(key) for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)}
    changed = {key: value for key, value in changed.items() if key not in inner}
    if not changed:
        return
    block = next((each for each in blocks if each.name == name and not each.is_list), None)
    if block is None:
        block = _Block(name, False, f"[{'.'.join(map(key_text, name))}]")
        _append(blocks, block)
    _change_keys(block, changed)


def _is_words(value: Any) -> bool:
    return isinstance(value, Mapping) and is_words(value)


def _append(blocks: list[_Block], block: _Block) -> None:
    if blocks[-1].lines and (not blocks[-1].gap or blocks[-1].gap[-1].strip()):
        blocks[-1].gap.append("")
    blocks.append(block)


def _change_keys(block: _Block, changed: Tables) -> None:
    for key, value in changed.items():
        place = next((i for i, each in enumerate(block.body) if each.key == key), None)
        if value is None:
            if place is not None:
                del block.body[place]
        elif place is None:
            block.body.append(_Statement(line_text(key, value), key))
        else:
            block.body[place] = _Statement(line_text(key, value) + _remark(block.body[place].text), key)


def _remark(statement: str) -> str:
    """The comment behind a value, with the space before it."""
    *_, last = statement.split("\n")
    for found in re.finditer("#", last):
        upto = statement[: len(statement) - len(last) + found.start()]
        if _statement(upto) is not None:
            return statement[len(upto.rstrip()) :]
    return ""


def _change_list(blocks: list[_Block], name: str, old: Sequence[Tables], new: Sequence[Tables]) -> None:
    """The entries of a list of tables: each that stays keeps its lines, each place its comments."""
    places = [i for i, block in enumerate(blocks) if block.name == (name,) and block.is_list]
    if any(block.name[:1] == (name,) and len(block.name) > 1 for block in blocks):
        raise NotPlain(name)
    if len(places) != len(old):
        if places:
            raise NotPlain(name)
        old = []  # what goes without saying is not in the text
    was = partners(old, new)
    cores = []
    for entry, before in zip(new, was, strict=True):
        if before is None:
            core = _Block((name,), True, f"[[{key_text(name)}]]")
            _change_keys(core, entry)
        else:
            held = blocks[places[before]]
            core = _Block(held.name, True, held.head, list(held.body))
            _change_keys(
                core, {k: entry.get(k) for k in {**old[before], **entry} if old[before].get(k) != entry.get(k)}
            )
        cores.append(core)
    if not places:
        for core in cores:
            _append(blocks, core)
        return
    _settle(blocks, places, cores)


def _settle(blocks: list[_Block], places: list[int], cores: list[_Block]) -> None:
    """Put the entries in the places that there were; more go behind the last, of fewer the last places vanish."""
    last_gap = blocks[places[-1]].gap
    for place, core in zip(places, cores, strict=False):
        core.gap = blocks[place].gap
        blocks[place] = core
    if more := cores[len(places) :]:
        blocks[places[-1]].gap = [""]
        for core in more[:-1]:
            core.gap = [""]
        more[-1].gap = last_gap
        blocks[places[-1] + 1 : places[-1] + 1] = more
    for place in reversed(places[len(cores) :]):
        if any(line.strip() for line in blocks[place].gap):
            blocks[place - 1].gap = blocks[place - 1].gap + blocks[place].gap[bool(blocks[place - 1].gap) :]
        del blocks[place]


def partners(old: Sequence[Tables], new: Sequence[Tables]) -> list[int | None]:
    """For each of `new` the place of the one it was: by its code, else the same, else what stood between the same."""
    if all("code" in each for each in (*old, *new)):
        places = {each["code"]: i for i, each in reversed(list(enumerate(old)))}
        found = [places.get(each["code"]) for each in new]
        return [place if place not in found[:i] else None for i, place in enumerate(found)]
    partners: list[int | None] = [None] * len(new)
    was, now = ([json.dumps(each, sort_keys=True, default=str) for each in entries] for entries in (old, new))
    for kind, a, to_a, b, to_b in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind in ("equal", "replace"):
            for i in range(min(to_a - a, to_b - b)):
                partners[b + i] = a + i
    return partners
