"""From an officer's request to the call on the last of many screens, in one hall and in twenty zones that all speak."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.load import Client
from bench.office import Office, office
from config import branch_file, phrases
from server.domain.notices import message
from server.speech.voice import Spoken, Voice

SPOKEN = (["ms", "en"], ["ms", "zh"], ["ms", "ta"], ["ms", "en", "zh", "ta"])
ZONES = 20
AT_ONCE_S = 0.2
"""Between two calls. An office with thirty counters calls every ten seconds."""


def latency(folder: Path, calls: int, say: Callable[..., None]) -> None:
    """One hall in which nobody answers; then the twenty zones."""
    for count, limit in ((200, 100.0), (1000, 400.0)):
        with office(folder / f"screens{count}") as measured, screens(measured, count) as shown:
            say(
                f"call on the last of {count} screens, p95",
                _p95(measured, shown, calls, f"{count} screens"),
                limit,
                "ms",
            )
            if count == 200:
                say("memory with 200 screens", measured.resident_mb(), 150, "MB")
    zones(folder, calls, say)


def zones(folder: Path, calls: int, say: Callable[..., None]) -> None:
    """A thousand screens in twenty zones, every one with a voice, that answer as pages do. No clip is there yet: the
    voice renders each call in four languages, and a second one beside it renders without a pause."""
    codes = ["hall", "canteen", *(f"zone{n}" for n in range(3, ZONES + 1))]
    branch = folder / "branch.toml"
    branch.write_text(_branch(codes[2:]), encoding="utf-8")
    with (
        office(folder / "zones", "--branch", str(branch)) as measured,
        screens(measured, 1000, codes) as shown,
        rendering(folder / "beside") as beside,
    ):
        clips = measured.data / "clips"
        before, spent, began = _clips(clips), beside.cpu_s(), time.monotonic()
        p95 = _p95(measured, shown, calls, f"1000 screens in {ZONES} zones")
        made, busy = _clips(clips) - before, (beside.cpu_s() - spent) / (time.monotonic() - began)
        print(
            f"     the office's voice made {made} clips meanwhile; the one beside it made {beside.made} and had "
            f"{busy:.0%} of a core; load {os.getloadavg()[0]:.1f}"
        )
        say(f"call on the last of 1000 screens in {ZONES} zones while the voice renders, p95", p95, 400, "ms")
        say("clips rendered meanwhile, for each call", made / calls, 1, "", at_least=True)


@contextmanager
def screens(measured: Office, count: int, zones: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """So many screens that have their boards; a line of its output is a call."""
    command = [sys.executable, "-m", "bench.screens", str(measured.port), measured.token("display"), str(count)]
    shown = subprocess.Popen(
        [*command, *([",".join(zones)] if zones else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert shown.stdout is not None
    assert shown.stdin is not None
    assert shown.stdout.readline().strip() == "ready"
    try:
        yield shown
    finally:
        shown.stdin.close()
        shown.wait(timeout=10)


def _p95(measured: Office, shown: subprocess.Popen[str], calls: int, what: str) -> float:
    """Milliseconds; 95 of 100 calls were on the last screen within them."""
    kiosk, counter = measured.client(measured.token("kiosk")), measured.client(measured.token("counter"))
    counter.post("/api/v1/counters/K1/open", {})
    for _ in range(calls):
        assert kiosk.post("/api/v1/tickets", {"service": "A"})[0] == 201
    time.sleep(3)
    spent = measured.cpu_s()
    last = sorted(_call(counter, shown) for _ in range(calls))
    spent = (measured.cpu_s() - spent) * 1000 / calls
    print(
        f"     {what}: median {statistics.median(last):.0f} ms, worst {last[-1]:.0f} ms, {calls} calls; "
        f"the server worked {spent:.0f} ms a call"
    )
    return last[int(len(last) * 0.95)]


def _call(counter: Client, shown: subprocess.Popen[str]) -> float:
    """Milliseconds from the request for the next customer to the last screen."""
    assert shown.stdout is not None
    asked = time.monotonic()
    status, body = counter.post("/api/v1/counters/K1/next", {})
    assert status == 200, body
    number, *moments = shown.stdout.readline().split()
    assert number == json.loads(body)["number"]
    took = (float(moments[3]) - asked) * 1000
    time.sleep(AT_ONCE_S)
    return took


class Beside:
    """A voice that makes messages which nobody has made before, one after another."""

    def __init__(self, folder: Path) -> None:
        self.made = 0
        self._voice = Voice(folder, {"ms": phrases.words("ms")})
        self._next()

    def _next(self) -> None:
        words = f"Kaunter {self.made} ditutup sehingga pukul {self.made % 12 + 1}. Sila tunggu di ruang menunggu."
        self._voice.request(message({"ms": words}), ("ms",), self._ready)

    def _ready(self, spoken: Spoken) -> None:
        assert not spoken.missing, "the voice is not installed"
        self.made += 1
        self._next()

    def cpu_s(self) -> float:
        """Seconds of processor time that its process has used."""
        pid = self._voice.worker_pid
        if pid is None:
            return 0.0
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        self._voice.close()
        self._voice.join()


@contextmanager
def rendering(folder: Path) -> Iterator[Beside]:
    beside = Beside(folder)
    try:
        yield beside
    finally:
        beside.close()


def _branch(more: Sequence[str]) -> str:
    """The example office with more zones, which speak different languages; its canteen speaks too."""
    example = branch_file.EXAMPLE.read_text(encoding="utf-8")
    example = example.replace("languages = []", "languages = " + json.dumps(SPOKEN[1]))
    tables = [
        f'[[zone]]\ncode = "{code}"\nname = {{ms = "Zon {n}"}}\nlanguages = {json.dumps(SPOKEN[n % len(SPOKEN)])}\n'
        for n, code in enumerate(more, 3)
    ]
    return example + "\n" + "\n".join(tables)


def _clips(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*.wav"))
