"""Many screens in one process: raw websockets that join the hall and note when a call reaches each of them.

`python -m bench.screens PORT TOKEN COUNT [ZONES]`: prints "ready" once all have their board; then for every call a line
with the seconds (time.monotonic) at which each screen had it: number, first, median, p95, last. Ends with standard
input. With ZONES (codes, joined by commas) the screens are spread over them, and answer as pages do: what they show
after each board and call, and each announcement at its end.
"""

from __future__ import annotations

import base64
import json
import os
import random
import selectors
import socket
import struct
import sys
import time

HELLO = "40/live,"


class Screen:
    """One websocket, spoken by hand: engine.io packets in text frames, pings answered."""

    def __init__(self, port: int, token: str, zone: str = "hall", *, answers: bool = False) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._rest = b""
        self._upgraded = False
        self._token = token
        self._zone = zone
        self._answers = answers
        self.has_board = False
        self.owes: list[tuple[float, str]] = []  # what it has yet to answer, and from when on

    def read(self) -> list[str]:
        """The texts of the frames that have arrived."""
        got = self.socket.recv(1 << 18)
        if not got:
            raise ConnectionError("the server closed a screen")
        self._rest += got
        if not self._upgraded:
            head, found, rest = self._rest.partition(b"\r\n\r\n")
            if not found:
                return []
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._upgraded, self._rest = True, rest
        texts = []
        while (frame := self._frame()) is not None:
            texts.append(frame)
        return texts

    def _frame(self) -> str | None:
        data = self._rest
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length == 126:
            if len(data) < 4:
                return None
            length, start = struct.unpack(">H", data[2:4])[0], 4
        elif length == 127:
            if len(data) < 10:
                return None
            length, start = struct.unpack(">Q", data[2:10])[0], 10
        if len(data) < start + length:
            return None
        self._rest = data[start + length :]
        return data[start : start + length].decode()

    def say(self, text: str) -> None:
        body = text.encode()
        head = bytes([0x81, 0x80 | len(body)]) if len(body) < 126 else b"\x81\xfe" + struct.pack(">H", len(body))
        self.socket.sendall(head + b"\0\0\0\0" + body)

    def hear(self, text: str) -> str | None:
        """Answer what wants an answer; the name of an event, if it is one."""
        if text.startswith("0"):
            self.say(HELLO + json.dumps({"token": self._token}))
        elif text == "2":
            self.say("3")
        elif text.startswith("40/live"):
            self.say(f'42/live,["join",{{"zone":"{self._zone}"}}]')
        elif text.startswith("42/live,"):
            name = text[10 : text.index('"', 10)]
            if name == "board":
                self.has_board = True
            if self._answers and name in ("board", "ticket_called", "speak"):
                told = json.loads(text[text.index("[") :])[1]
                if name == "speak":
                    self._owe(told["seconds"], "played", told["id"])
                elif not any('"shown"' in said for _, said in self.owes):  # a page tells the last of a second
                    self._owe(random.random(), "shown", told["seq"])
            return name
        return None

    def _owe(self, seconds: float, what: str, id: int) -> None:
        said = json.dumps([what, {"zone": self._zone, "id": id, "ok": True}])
        self.owes.append((time.monotonic() + seconds, f"42/live,{said}"))

    def pay(self) -> None:
        """Answer what is due: apart from listening, so that no screen waits for another's answer."""
        for owed in [one for one in self.owes if one[0] <= time.monotonic()]:
            self.owes.remove(owed)
            self.say(owed[1])


def main() -> None:
    port, token, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    zones = sys.argv[4].split(",") if len(sys.argv) > 4 else []
    watch = selectors.DefaultSelector()
    screens = []
    for n in range(count):
        screen = Screen(port, token, zones[n % len(zones)] if zones else "hall", answers=bool(zones))
        screens.append(screen)
        watch.register(screen.socket, selectors.EVENT_READ, screen)
    watch.register(sys.stdin, selectors.EVENT_READ, None)
    seen: dict[str, list[float]] = {}
    ready, pays_at = False, 0.0
    while True:
        for key, _ in watch.select(timeout=0.05 if zones else 1):
            if key.data is None:
                if not os.read(sys.stdin.fileno(), 4096):
                    return
                continue
            for text in key.data.read():
                if key.data.hear(text) == "ticket_called":
                    at = time.monotonic()
                    number = json.loads(text[text.index("[") :])[1]["number"]
                    times = seen.setdefault(number, [])
                    times.append(at)
                    if len(times) == count:
                        times.sort()
                        shown = (times[0], times[count // 2], times[min(count - 1, int(count * 0.95))], times[-1])
                        print(number, *(f"{moment:.6f}" for moment in shown), flush=True)
        if zones and time.monotonic() >= pays_at:
            pays_at = time.monotonic() + 0.05
            for screen in screens:
                screen.pay()
        if not ready and all(screen.has_board for screen in screens):
            ready = True
            print("ready", flush=True)


if __name__ == "__main__":
    main()
