"""`giliran-keypad`: a USB keypad beside the officer, or any small program that writes lines.

A press is one wish with one idempotency key, asked again until the server answers, so that a call that was lost on
its way back is not made twice. What is pressed on a keypad meanwhile is dropped, since an officer who hears nothing
presses again; lines of a program wait their turn. After `--give-up-after` the keypad says that nothing was heard and
asks no more (T12: no call is made blindly when the link comes back after lunch); the same action pressed next is
still the same wish.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import tomllib
import uuid
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from config.device import Answer, Server, Unanswered, add_arguments, server_of
from counter_terminal.keypad import ACTIONS, EVENT, UnknownKey, action_for, key_map, pressed

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two attempts
EVIOCGRAB = 0x40044590  # Linux: this device's keys for us alone, so that they do not also type into the page


@dataclass
class Keypad:
    """One counter's keypad; asks the server, remembers only the wish that nobody answered."""

    server: Server
    counter: str
    give_up_after: float = 30.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], object] = time.sleep
    _unanswered: tuple[str, str] | None = field(default=None, init=False)

    def press(self, action: str) -> Answer | None:
        """The server's answer, a refusal included; None where there was none in time."""
        key = str(uuid.uuid4())
        if self._unanswered and self._unanswered[0] == action:
            key = self._unanswered[1]
        until = self.clock() + self.give_up_after
        path = f"/api/v1/counters/{quote(self.counter, safe='')}/{ACTIONS[action].path}"
        while True:
            try:
                answer = self.server.post(path, dict(ACTIONS[action].body), key)
            except Unanswered as silence:
                log.warning("%s: %s", action, silence)
                if self.clock() + PAUSE > until:
                    self._unanswered = (action, key)
                    return None
                self.pause(PAUSE)
            else:
                self._unanswered = None
                return answer


def told(action: str, answer: Answer | None) -> str:
    """One line for a small display: what became of a press."""
    if answer is None:
        return f"{action}: no answer; press again to ask again"
    if answer.is_refusal:
        return f"{action}: {answer.refusal}"
    return f"{action}: {answer.body.get('number') or 'done'}" if answer.body else f"{action}: nobody waits"


def typed(lines: TextIO) -> Iterator[str]:
    """Keys or actions, one a line."""
    for line in lines:
        if line.strip():
            yield line.strip()


def from_device(path: Path) -> Iterator[str]:
    """Names of the keys that go down on a Linux input device, taken for us alone.

    What went down while the one before was being answered is thrown away.
    """
    import fcntl

    with path.open("rb", buffering=0) as device:
        fcntl.ioctl(device, EVIOCGRAB, 1)
        while event := device.read(EVENT.size):
            key = pressed(event)
            if key:
                yield key
                _throw_away(device)


def _throw_away(device: RawIOBase) -> None:
    os.set_blocking(device.fileno(), False)
    while device.read(EVENT.size * 64):
        pass
    os.set_blocking(device.fileno(), True)


def run(keypad: Keypad, presses: Iterator[str], keys: Mapping[str, str], say: Callable[[str], object]) -> None:
    """Until the presses end, one after another."""
    for press in presses:
        action = action_for(press, keys)
        say(f"{press}: no action" if action is None else told(action, keypad.press(action)))


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="giliran-keypad", description="An officer's keypad: reads keys, asks the server.")
    add_arguments(parser)
    parser.add_argument("--counter", required=True, metavar="CODE", help="the counter this keypad belongs to")
    parser.add_argument(
        "--device", type=Path, metavar="FILE", help="a Linux input device; else lines from standard input"
    )
    parser.add_argument("--keys", type=Path, metavar="FILE.toml", help='changes of the map: [keys], then KP_1 = "next"')
    parser.add_argument(
        "--give-up-after", type=float, default=30.0, metavar="SECONDS", help="how long a press is asked again (30)"
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    try:
        keys = key_map(_changes(arguments.keys))
        keypad = Keypad(server_of(arguments), arguments.counter, arguments.give_up_after)
    except ValueError as error:
        print(f"giliran-keypad: {error}", file=sys.stderr)
        return 2
    presses = from_device(arguments.device) if arguments.device else typed(sys.stdin)
    try:
        run(keypad, presses, keys, lambda line: print(line, flush=True))
    except OSError as error:
        print(f"giliran-keypad: {arguments.device}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _changes(file: Path | None) -> dict[str, str]:
    """The [keys] of an office's file. Raises ValueError naming the file and the key."""
    if file is None:
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"--keys {file}: {error}") from error
    keys = table.pop("keys", {})
    if table or not isinstance(keys, dict):
        raise ValueError(f"--keys {file}: there is one table, [keys]; found {', '.join(table) or 'another thing'}")
    for key, action in keys.items():
        if not isinstance(action, str):
            raise UnknownKey(f"--keys {file}: key {key!r}: an action in quotes is expected")
    return keys


if __name__ == "__main__":
    sys.exit(main())
