"""The kiosk's own program, killed at random moments while it alone gives numbers: each once, and none unaccounted for.

Real processes: the office's server, which is dead meanwhile, and `giliran-kiosk`, which dies again and again. Whoever
taps and gets no answer taps again with the same key, as the kiosk's page does.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.branch_file import EXAMPLE
from sql.tables import tickets
from sql.verify import verify
from tests.kiosk.fake_printer import fake_printer
from tests.kiosk.test_agent import number_on
from tests.machine import eventually
from tests.servers import ROOT, RunningOffice, a_running_office, clean_environment
from tests.services import dies_with_us, free_port

KILLS = 20
CUSTOMERS = 3
SIZE = 200
LIVES = (0.0, 0.8)
"""Seconds that the program lives: after it has opened its door, or (one time in four) after it was begun, when it may
be reading its book."""


@dataclass
class Program:
    """`giliran-kiosk run` on its PC, and the door that its page has to it."""

    office: RunningOffice
    printer: int
    data: Path
    port: int
    token: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*dies_with_us(signal.SIGKILL), sys.executable, "-m", "kiosk.agent", "run", "--server", self.office.url,
             "--kiosk", "main", "--printer", f"tcp://127.0.0.1:{self.printer}", "--data", str(self.data)],
            cwd=ROOT, env=clean_environment() | {"GILIRAN_TOKEN": self.token, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def ask(self, method: str, path: str, secret: str, body: Any = None) -> tuple[int, Any]:
        """Raises OSError and HTTPException while it is dead."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        headers = {"Authorization": f"Bearer {secret}", "Origin": self.office.url}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


@dataclass
class Crowd:
    """Customers who take one number after another, each tap repeated until there is an answer."""

    program: Program
    secret: str
    given: dict[str, str] = field(default_factory=dict)
    repeats: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        people = [threading.Thread(target=self._take, args=(n,)) for n in range(CUSTOMERS)]
        for one in people:
            one.start()
        try:
            yield
        finally:
            self.stopping.set()
            for one in people:
                one.join()

    def _take(self, me: int) -> None:
        chance = random.Random(me)
        for tap in range(SIZE):
            if self.stopping.is_set():
                return
            self._until_answered(f"customer-{me}-tap-{tap}", chance.choice("AF"))
            self.stopping.wait(chance.uniform(0, 0.4))

    def _until_answered(self, key: str, service: str) -> None:
        body = {"service": service, "lane": "regular", "language": "ms", "key": key}
        while True:  # also after the end: what was tapped is answered
            try:
                status, told = self.program.ask("POST", "/tickets", self.secret, body)
            except (OSError, HTTPException, ValueError):
                self.repeats += 1
                threading.Event().wait(0.05)
                continue
            assert status == 201, told
            with self.lock:
                assert self.given.setdefault(key, told["number"]) == told["number"]
            return


@pytest.mark.soak
def test_a_program_that_is_killed_at_random_gives_each_number_once_and_none_is_lost(tmp_path: Path) -> None:
    port = free_port()
    text = EXAMPLE.read_text("utf-8")
    branch = text.replace("# offline_block = 60 ", f"offline_port = {port}\noffline_block = {SIZE} ")
    chance = random.Random(20260302)
    with (
        a_running_office(tmp_path / "office", branch=branch) as office,
        fake_printer() as printer,
        ExitStack() as ended,
    ):
        program = Program(office, printer.port, tmp_path / "kiosk", port, office.token("kiosk", scope=["main"]))
        ended.callback(program.kill)
        page = office.caller("kiosk")
        program.start()
        eventually(lambda: (page.get("/kiosks/main").body or {}).get("local"), 30)
        secret = page.get("/kiosks/main").body["local"]["secret"]
        eventually(lambda: _left(program, secret) == {"A": SIZE, "F": SIZE, "H": SIZE, "J": SIZE}, 30)
        office.kill()

        crowd = Crowd(program, secret)
        with crowd.at_work():
            for _ in range(KILLS):
                if chance.random() < 0.75:
                    eventually(lambda: _left(program, secret) is not None, 60)
                threading.Event().wait(chance.uniform(*LIVES))
                program.kill()
                program.start()
        office.start()
        eventually(lambda: set(crowd.given.values()) <= set(_on_record(office)), 90, "not all are on record")
        eventually(lambda: all(row["printed"] is not None for row in _open(office)), 60, "paper under way for ever")
        program.kill()
        papers = Counter(number_on(slip) for slip in printer.slips)

        numbers = list(crowd.given.values())
        assert len(numbers) > KILLS, "hardly anybody came"
        assert crowd.repeats > 0, "nobody was hit"
        assert len(set(numbers)) == len(numbers)
        assert Counter(_on_record(office)) == Counter(numbers), "on record: who holds a number, once, and nobody else"
        for letter in "AF":
            mine = sorted(int(number[1:]) for number in numbers if number[0] == letter)
            assert mine == list(range(1000 - SIZE, 1000 - SIZE + len(mine))), "one after another, without a gap"
        assert max(papers.values()) == 1, "a second paper with the same number"
        printed = {row["number"] for row in _open(office) if row["printed"]}
        assert printed <= set(papers) <= set(numbers)
        assert verify(office.engine, "KL01").faults == []


def _open(office: RunningOffice) -> list[Any]:
    with office.engine.connect() as connection:
        return list(connection.execute(select(tickets.c.number, tickets.c.printed)).mappings())


def _on_record(office: RunningOffice) -> list[str]:
    return [row["number"] for row in _open(office)]


def _left(program: Program, secret: str) -> Any:
    try:
        return program.ask("GET", "/block", secret)[1]["left"]
    except (OSError, HTTPException, ValueError, KeyError):
        return None
