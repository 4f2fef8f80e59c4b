"""From an officer's request to the first words in the loudspeaker: warm, cold, and what a warm call costs the server.

The player takes `speak` from the live channel, fetches the chime and the first language's clip, and says at once that
it played them, so that the next call need not wait for ten seconds of speech.
"""

from __future__ import annotations

import http.client
import json
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.office import Office, office
from bench.screens import Screen

BETWEEN_S = 0.7
"""Past the half second that the hall keeps between two announcements."""
WARMING_S = 12.0


def voice(folder: Path, calls: int, say: Callable[..., None]) -> None:
    with office(folder / "warm") as measured:
        time.sleep(WARMING_S)  # the parts of every call are rendered after a start
        taken = _called(measured, calls)
        say("officer's request to the first sound, warm, p95", _p95(taken), 500, "ms")
        print(f"     warm: median {statistics.median(taken):.0f} ms")
        say("processor time of the server for a warm call", _cost(measured, calls), 20, "ms")
    cold = []
    for attempt in range(max(3, calls // 10)):
        with office(folder / f"cold{attempt}") as measured:
            for clips in measured.data.glob("clips*"):
                shutil.rmtree(clips, ignore_errors=True)
                clips.mkdir()
            cold += _called(measured, 1)
    say("officer's request to the first sound, nothing rendered yet, p95", _p95(cold), 1500, "ms")


def _called(measured: Office, calls: int) -> list[float]:
    """Milliseconds from each request until the chime and the first words are at the player."""
    player = _player(measured)
    fetch = http.client.HTTPConnection("127.0.0.1", measured.port)
    token = measured.token("display", "fetches")
    kiosk, counter = measured.client(measured.token("kiosk")), measured.client(measured.token("counter"))
    counter.post("/api/v1/counters/K1/open", {})
    taken = []
    for _ in range(calls):
        kiosk.post("/api/v1/tickets", {"service": "A"})
        began = time.perf_counter()
        counter.post("/api/v1/counters/K1/next", {})
        told = _spoken(player)
        for clip in told["clips"][:2]:
            fetch.request("GET", clip, headers={"Authorization": f"Bearer {token}"})
            answer = fetch.getresponse()
            assert answer.status == 200
            assert answer.read(4) == b"RIFF"
            answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert told["languages"] == ["ms", "en"], told
        player.say(f'42/live,["played",{json.dumps({"zone": "hall", "id": told["id"], "ok": True})}]')
        time.sleep(BETWEEN_S)
    return taken


def _cost(measured: Office, calls: int) -> float:
    """Milliseconds of the server's processor time that a call takes with a player, beyond one without, its own."""
    kiosk, counter = measured.client(measured.token("kiosk")), measured.client(measured.token("counter"))

    def spent(how_many: int) -> float:
        before = measured.cpu_s()
        for _ in range(how_many):
            kiosk.post("/api/v1/tickets", {"service": "A"})
            counter.post("/api/v1/counters/K1/next", {})
            counter.post("/api/v1/counters/K1/finish", {})
        return measured.cpu_s() - before

    before = measured.cpu_s()
    _called(measured, calls)
    spoken = measured.cpu_s() - before
    return max(0.0, (spoken - spent(calls)) / calls * 1000)


def _player(measured: Office) -> Screen:
    player = Screen(measured.port, measured.token("announcer", f"player{time.monotonic_ns()}"))
    while not player.has_board:
        for text in player.read():
            player.hear(text)
    player.say('42/live,["player",{"zone":"hall","name":"bench","plays":true}]')
    return player


def _spoken(player: Screen) -> dict[str, Any]:
    """The next `speak`."""
    while True:
        for text in player.read():
            if player.hear(text) == "speak":
                told: dict[str, Any] = json.loads(text[text.index("[") :])[1]
                return told


def _p95(taken: list[float]) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.95))]
