"""`make bench`: the promises of speed, measured; each line says what was measured, the figure, and the limit.

    python -m bench [--quick] [NAME …]

    NAME is of: start issue waiting latency phones voice estimates history figures staffing paper marks

Figures of one run on one machine: trust the ratios, not the milliseconds. Exit status 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import figures
from bench.history import past
from bench.latency import latency
from bench.load import Client, Run, load
from bench.marks import marks
from bench.office import bare, office
from bench.paper import paper
from bench.phones import phones
from bench.staffing import staffing
from bench.voice import voice

missed: list[str] = []


def say(what: str, figure: float, limit: float, unit: str, *, at_least: bool = False) -> None:
    kept = figure >= limit if at_least else figure <= limit
    sign = "≥" if at_least else "≤"
    print(f"{'ok  ' if kept else 'MISS'} {what}: {figure:.2f} {unit} (limit {sign} {limit:g})", flush=True)
    if not kept:
        missed.append(what)


def ask_ticket(client: Client) -> int:
    return client.post("/api/v1/tickets", {"service": "A"})[0]


def ask_bare(client: Client) -> int:
    return client.post("/numbers", {"service": "A"})[0]


def issue(folder: Path, rounds: int, seconds: float) -> None:
    """Issuing over HTTP, durable, against a bare insert under the same server, in turns."""
    (folder / "bare").mkdir()
    with bare(folder / "bare") as yardstick, office(folder / "issue", "--async-mode", "eventlet") as measured:
        token = measured.token("kiosk")
        time.sleep(3)  # the voice has rendered its parts: what is measured is the office at work
        for clients in (1, 8, 32):
            ratios, p99 = [], []
            for _ in range(rounds):
                plain = load(clients, seconds, lambda: Client(yardstick), ask_bare)
                ours = load(clients, seconds, lambda: measured.client(token), ask_ticket)
                _sound(plain, ours)
                ratios.append(ours.per_second / plain.per_second)
                p99.append(ours.percentile(99))
                print(f"     {clients} clients: ours {ours.per_second:.0f}/s, bare {plain.per_second:.0f}/s")
            share = statistics.median(ratios)
            say(f"issue, {clients} clients, share of a bare insert's", share, 0.5, "", at_least=True)
            if clients == 8:
                say("issue, 8 clients, p99", statistics.median(p99), 60, "ms")


def history(folder: Path, rounds: int, seconds: float) -> None:
    """Issuing with a million tickets behind, against an empty office."""
    past(folder / "old", 1_000_000)
    with office(folder / "new") as new, office(folder / "old") as old:
        tokens = {it.port: it.token("kiosk") for it in (new, old)}
        time.sleep(3)
        ratios = []
        for _ in range(rounds):
            fresh = load(8, seconds, lambda: new.client(tokens[new.port]), ask_ticket)
            aged = load(8, seconds, lambda: old.client(tokens[old.port]), ask_ticket)
            _sound(fresh, aged)
            ratios.append(aged.per_second / fresh.per_second)
        say("issue with 1,000,000 tickets of history, share of an empty office's", statistics.median(ratios), 0.9, "",
            at_least=True)  # fmt: skip


def _sound(*runs: Run) -> None:
    for run in runs:
        assert set(run.statuses) == {201}, run.statuses


def waiting(folder: Path, rounds: int) -> None:
    """Call next with 2,000 waiting against 20 waiting, in turns, in two offices of one run."""
    with office(folder / "few") as few, office(folder / "many") as many:
        medians: dict[int, list[float]] = {few.port: [], many.port: []}
        desks: dict[int, tuple[Client, Client]] = {}
        for place, crowd in ((few, 20), (many, 2000)):
            kiosk, counter = place.client(place.token("kiosk")), place.client(place.token("counter"))
            counter.post("/api/v1/counters/K1/open", {})
            for _ in range(crowd):
                assert ask_ticket(kiosk) == 201
            desks[place.port] = kiosk, counter
        time.sleep(3)
        for _ in range(rounds):
            for place in (few, many):
                kiosk, counter = desks[place.port]
                took = []
                for _ in range(20):
                    began = time.perf_counter()
                    status, _ = counter.post("/api/v1/counters/K1/next", {})
                    took.append(time.perf_counter() - began)
                    assert status == 200
                    assert ask_ticket(kiosk) == 201
                medians[place.port].append(statistics.median(took))
        ratio = statistics.median(
            many_ms / few_ms for many_ms, few_ms in zip(medians[many.port], medians[few.port], strict=True)
        )
        say("call next with 2,000 waiting, times that with 20", ratio, 1.5, "")


def estimates(folder: Path, rounds: int) -> None:
    """Call next with 200 waiting while forecasts are made, against an office that makes none, in turns."""
    with office(folder / "with") as with_them, office(folder / "without", GILIRAN_ESTIMATES="off") as without:
        desks = {}
        for place in (with_them, without):
            kiosk, counter = place.client(place.token("kiosk")), place.client(place.token("counter"))
            counter.post("/api/v1/counters/K1/open", {})
            for _ in range(200):
                assert ask_ticket(kiosk) == 201
            desks[place.port] = kiosk, counter
        time.sleep(5)
        ratios = []
        for _ in range(rounds):
            p99 = {}
            for place in (with_them, without):
                kiosk, counter = desks[place.port]
                took = []
                for _ in range(150):
                    began = time.perf_counter()
                    status, _ = counter.post("/api/v1/counters/K1/next", {})
                    took.append((time.perf_counter() - began) * 1000)
                    assert status == 200
                    assert ask_ticket(kiosk) == 201
                    time.sleep(0.03)
                p99[place.port] = sorted(took)[int(len(took) * 0.99)]
            ratios.append(p99[with_them.port] / p99[without.port])
            print(f"     next, p99: {p99[with_them.port]:.1f} ms with forecasts, {p99[without.port]:.1f} ms without")
        say("p99 of call next while forecasts are made, times that without", statistics.median(ratios), 1.2, "")


def start(folder: Path, rounds: int) -> None:
    """From the start of the process to the first ticket in hand."""
    took = []
    for attempt in range(rounds):
        data = folder / f"start{attempt}"
        with office(data) as first:
            token = first.token("kiosk")  # beforehand, for making it is not what is measured
        with office(data) as measured:
            client = measured.client(token)
            assert ask_ticket(client) == 201
            took.append(time.perf_counter() - measured.started_at)
    say("server start to first ticket", statistics.median(took), 3.0, "s")


def main() -> int:
    asked = argparse.ArgumentParser(prog="bench")
    asked.add_argument("names", nargs="*")
    asked.add_argument("--quick", action="store_true", help="fewer rounds")
    given = asked.parse_args()
    quick = given.quick
    rounds, seconds = (3, 1.5) if quick else (7, 3.0)
    every: dict[str, Callable[[Path], None]] = {
        "start": lambda folder: start(folder, 3 if quick else 5),
        "issue": lambda folder: issue(folder, rounds, seconds),
        "waiting": lambda folder: waiting(folder, rounds),
        "latency": lambda folder: latency(folder, 30 if quick else 60, say),
        "phones": lambda folder: phones(folder, 60 if quick else 300, say),
        "voice": lambda folder: voice(folder, 30 if quick else 60, say),
        "estimates": lambda folder: estimates(folder, rounds),
        "history": lambda folder: history(folder, rounds, seconds),
        "figures": lambda folder: figures(folder, 100_000 if quick else 2_000_000, rounds, say),
        "staffing": lambda folder: staffing(folder, 10 if quick else 40, say),
        "paper": lambda folder: paper(folder, 40 if quick else 200, say),
        "marks": lambda folder: marks(folder, say),
    }
    for name in given.names or every:
        with tempfile.TemporaryDirectory(prefix="giliran-bench-") as folder:
            every[name](Path(folder))
    print(f"{len(missed)} limits missed" + (f": {'; '.join(missed)}" if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
