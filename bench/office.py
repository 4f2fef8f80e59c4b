"""A real server for a measurement: started on a folder of its own, with tokens, and ended again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import Client


@dataclass(frozen=True)
class Office:
    """`started_at` is when its process was started, on the clock of `time.perf_counter`."""

    port: int
    pid: int
    data: Path
    started_at: float

    def token(self, role: str, name: str = "bench") -> str:
        command = [sys.executable, "-m", "server.cli", "token", "add", "--role", role, "--name", name]
        made = subprocess.run([*command, "--data", str(self.data)], check=True, capture_output=True, text=True)
        return made.stdout.strip()

    def client(self, token: str) -> Client:
        return Client(self.port, token)

    def resident_mb(self) -> float:
        """Memory in hand now, in MB, of the server's own process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def cpu_s(self) -> float:
        """Seconds of processor time that the server has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def office(data: Path, *options: str, **settings: str) -> Iterator[Office]:
    """`giliran serve` on a free port, answering when the block begins; `settings` such as GILIRAN_ESTIMATES="off"."""
    started_at = time.perf_counter()
    command = [sys.executable, "-m", "server.cli", "serve", "--data", str(data), "--port", "0", *options]
    errors = (data.parent / f"{data.name}.log").open("w")
    environment = os.environ | settings
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    try:
        assert server.stdout is not None
        port = next(int(found[1]) for line in server.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        yield Office(port, server.pid, data, started_at)
    finally:
        server.terminate()
        server.communicate(timeout=15)
        errors.close()


@contextmanager
def bare(data: Path) -> Iterator[int]:
    """The yardstick of `bench.bare`; its port."""
    server = subprocess.Popen([sys.executable, "-m", "bench.bare", str(data)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.communicate(timeout=15)
