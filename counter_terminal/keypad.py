"""Which key does what. Pure: a press in, an action out; nothing is sent from here.

A keypad says one of a few things that an officer does without looking. What needs a reason or a choice (hold,
transfer, call a chosen number) belongs to the terminal's page.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Action:
    """One POST under /api/v1/counters/{counter}."""

    path: str
    body: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


ACTIONS: Mapping[str, Action] = {
    "next": Action("next"),
    "recall": Action("recall"),
    "serve": Action("serve"),
    "finish": Action("finish", {"outcome": "done"}),
    "finish-referred": Action("finish", {"outcome": "referred"}),
    "finish-come-again": Action("finish", {"outcome": "come_again"}),
    "no-show": Action("no-show"),
    "undo": Action("undo"),
}

KEYS: Mapping[str, str] = {
    # a keyboard: the keys that the terminal's page shows on its buttons
    "F8": "next",
    "F9": "recall",
    "F10": "finish",
    "F7": "no-show",
    # a number pad: the largest key for the commonest action
    "KP_ENTER": "next",
    "KP_PLUS": "recall",
    "KP_0": "serve",
    "KP_DOT": "finish",
    "KP_MINUS": "no-show",
    "KP_ASTERISK": "undo",
}
"""The default map. An action's own name is always a key for it as well: a line "next" on standard input."""

CODES: Mapping[int, str] = {
    1: "ESC",
    14: "BACKSPACE",
    15: "TAB",
    28: "ENTER",
    57: "SPACE",
    **{2 + place: digit for place, digit in enumerate("1234567890")},
    **{16 + place: letter for place, letter in enumerate("QWERTYUIOP")},
    **{30 + place: letter for place, letter in enumerate("ASDFGHJKL")},
    **{44 + place: letter for place, letter in enumerate("ZXCVBNM")},
    **{59 + place: f"F{place + 1}" for place in range(10)},
    87: "F11",
    88: "F12",
    55: "KP_ASTERISK",
    **{code: f"KP_{digit}" for code, digit in zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), range(10), strict=True)},
    74: "KP_MINUS",
    78: "KP_PLUS",
    83: "KP_DOT",
    96: "KP_ENTER",
    98: "KP_SLASH",
    102: "HOME",
    103: "UP",
    104: "PAGE_UP",
    105: "LEFT",
    106: "RIGHT",
    107: "END",
    108: "DOWN",
    109: "PAGE_DOWN",
    110: "INSERT",
    111: "DELETE",
}
"""Linux's numbers of the keys (input-event-codes.h)."""

EVENT = struct.Struct("@llHHi")  # struct input_event: seconds, microseconds, type, code, value
_KEY, _PRESSED = 1, 1


class UnknownKey(ValueError):
    """The map names a key or an action that there is not."""


def key_map(changes: Mapping[str, str]) -> dict[str, str]:
    """The default map with an office's changes; an empty action takes a key away. Raises UnknownKey."""
    keys = dict(KEYS)
    known = set(CODES.values())
    for key, action in changes.items():
        if key.upper() not in known:
            raise UnknownKey(f"there is no key {key!r}")
        if action and action not in ACTIONS:
            raise UnknownKey(f"key {key!r}: there is no action {action!r}; there are {', '.join(ACTIONS)}")
        keys[key.upper()] = action
    return {key: action for key, action in keys.items() if action}


def pressed(event: bytes) -> str | None:
    """The key that went down, by name; None for a release, a repeat, or anything that is no key we know."""
    _, _, kind, code, value = EVENT.unpack(event)
    return CODES.get(code) if (kind, value) == (_KEY, _PRESSED) else None


def action_for(press: str, keys: Mapping[str, str]) -> str | None:
    """The name of the action that a press or a typed line asks for; None: none."""
    press = press.strip()
    return press if press in ACTIONS else keys.get(press.upper())
