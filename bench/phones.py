"""Five thousand phones that follow their tickets while the hall works: how much of one core the server needs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import Client
from bench.office import Office, office

PHONES = 5000
CALL_EVERY_S = 6.0
"""Ten a minute: an office that serves 5,000 people in eight hours calls that often; each call has a number taken."""
LIMIT = 0.25
MOST_S = 60.0


def phones(folder: Path, seconds: float, say: Callable[..., None], count: int = PHONES) -> None:
    """Each phone has a ticket of its own. Counters call, serve and finish; at the door numbers are taken."""
    with office(folder / "phones", GILIRAN_MAX_CONNECTIONS=str(count + 500)) as measured:
        kiosk_token, counter_token = measured.token("kiosk"), measured.token("counter")
        kiosk, counter = measured.client(kiosk_token), measured.client(counter_token)
        codes = _open(kiosk, counter)
        urls = [_take(kiosk, codes[n % len(codes)])["url"] for n in range(count)]
        with following(measured, urls) as heard:
            time.sleep(20)  # the voice has rendered its parts, and everybody has been told where they stand
            # the first connections have been idle for too long
            kiosk, counter = measured.client(kiosk_token), measured.client(counter_token)
            spent, began = measured.cpu_s(), time.monotonic()
            _work(kiosk, counter, codes, began + seconds)
            took = time.monotonic() - began
            share = (measured.cpu_s() - spent) / took
            told = _figures(heard)
            memory = measured.resident_mb()
            ended = _end(measured.pid)
        print(
            f"     {count} phones, a call every {CALL_EVERY_S:.0f} s for {took:.0f} s: {told['board']} boards and "
            f"{told['heartbeat']} heartbeats heard; the longest silence of a phone was {told['silence']:.1f} s; memory "
            f"{memory:.0f} MB"
        )
        say(f"server with {count} phones following, share of one core", share, LIMIT, "")
        say("longest that a phone heard nothing", told["silence"], 20, "s")
        say("end of the server while they are connected", ended, 10, "s")


def _open(kiosk: Client, counter: Client) -> list[str]:
    """All counters work; the services that they do."""
    for code in ("K1", "K2", "K3", "K4"):
        assert counter.post(f"/api/v1/counters/{code}/open", {})[0] == 200
    return ["A", "F", "H", "J"]


def _take(kiosk: Client, service: str) -> dict[str, str]:
    status, body = kiosk.post("/api/v1/tickets", {"service": service})
    assert status == 201, body
    taken: dict[str, str] = json.loads(body)
    return taken


def _work(kiosk: Client, counter: Client, codes: list[str], until: float) -> None:
    turn = 0
    while time.monotonic() < until:
        at = f"/api/v1/counters/K{1 + turn % 4}"
        status, _ = counter.post(f"{at}/next", {})
        assert status == 200
        time.sleep(CALL_EVERY_S / 2)
        counter.post(f"{at}/serve", {})
        _take(kiosk, codes[turn % len(codes)])
        time.sleep(CALL_EVERY_S / 2)
        turn += 1


@contextmanager
def following(measured: Office, urls: list[str]) -> Iterator[subprocess.Popen[str]]:
    """So many phones, each with its board. A line to its input asks for what they have heard since the last."""
    command = [sys.executable, "-m", "bench.followers", str(measured.port)]
    heard = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert heard.stdin is not None
    assert heard.stdout is not None
    heard.stdin.write(json.dumps([url.rpartition("/")[2] for url in urls]) + "\n")
    heard.stdin.flush()
    assert heard.stdout.readline().strip() == "ready"
    try:
        yield heard
    finally:
        heard.stdin.close()
        heard.wait(timeout=30)


def _end(pid: int) -> float:
    """Seconds from SIGTERM to the end of the process: the phones are still there, as they are when a server is told."""
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    while _state(pid) != "Z" and time.monotonic() - began < MOST_S:
        time.sleep(0.05)
    return time.monotonic() - began


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def _figures(heard: subprocess.Popen[str]) -> dict[str, float]:
    assert heard.stdin is not None
    assert heard.stdout is not None
    heard.stdin.write("figures\n")
    heard.stdin.flush()
    found: dict[str, float] = json.loads(heard.stdout.readline())
    return found
