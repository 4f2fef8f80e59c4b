"""Many phones in one process: raw websockets, each in the room of its own ticket.

`python -m bench.followers PORT`: reads the tickets' tokens from the first line of its input (JSON), prints "ready" once
each phone has its board, and for every further line what they heard: messages by name, and the longest silence.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import sys
import time
from collections import Counter
from contextlib import suppress

from bench.screens import Screen

AT_ONCE = 50
"""So many connect before the others: no phone waits for a server that is busy greeting."""


class Phone(Screen):
    """A screen that follows one ticket, and needs no token of a device."""

    def __init__(self, port: int, ticket: str) -> None:
        super().__init__(port, "")
        self.ticket = ticket
        self.heard_at = time.monotonic()
        self.silence = 0.0

    def hear(self, text: str) -> str | None:
        if text.startswith("0"):
            self.say("40/live,{}")
            return None
        if text.startswith("40/live"):
            self.say(f'42/live,["join",{{"ticket":"{self.ticket}"}}]')
            return None
        name = super().hear(text)
        if name is not None:
            now = time.monotonic()
            self.silence, self.heard_at = max(self.silence, now - self.heard_at), now
        return name


def main() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port, tickets = int(sys.argv[1]), json.loads(sys.stdin.readline())
    watch = selectors.DefaultSelector()
    phones: list[Phone] = []
    heard: Counter[str] = Counter()

    def listen(timeout: float) -> bool:
        """False once the input has ended."""
        for key, _ in watch.select(timeout):
            if key.data is None:
                if not os.read(sys.stdin.fileno(), 4096):
                    return False
                silence = max(max(phone.silence, time.monotonic() - phone.heard_at) for phone in phones)
                print(json.dumps(dict.fromkeys(("board", "heartbeat"), 0) | heard | {"silence": silence}), flush=True)
                heard.clear()
                continue
            for text in key.data.read():
                if (name := key.data.hear(text)) is not None:
                    heard[name] += 1
        return True

    for n, ticket in enumerate(tickets):
        phone = Phone(port, ticket)
        phones.append(phone)
        watch.register(phone.socket, selectors.EVENT_READ, phone)
        while (n + 1) % AT_ONCE == 0 and not all(one.has_board for one in phones[-AT_ONCE:]):
            listen(1.0)
    while not all(phone.has_board for phone in phones):
        listen(1.0)
    for phone in phones:
        phone.silence, phone.heard_at = 0.0, time.monotonic()
    heard.clear()
    watch.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    with suppress(ConnectionError):  # the server ended
        while listen(1.0):
            pass


if __name__ == "__main__":
    main()
