"""A real office for tests: `giliran serve` in a process of its own, and what a test does with it.

Anything that needs the true server (browsers, sockets, signals, races, kills) takes it from here:

    def test_…(tmp_path):
        with a_running_office(tmp_path) as office:                        # SQLite; or database=postgresql_url
            kiosk, counter = office.caller("kiosk"), office.caller("counter")
            assert kiosk.post("/tickets", {"service": "A"}).status == 201   # of the API: /api/v1/tickets
            counter.post("/counters/K1/open")
            assert counter.post("/counters/K1/next").body["number"] == "A001"
            secret = office.token("display")                                # for a page's cookie or a socket's auth
            office.add_person("Aminah", "officer")                          # signs in with PASSWORD
            office.kill(); office.start()                                   # the same folder, the same port

`the_running_office` (a fixture of tests/conftest.py) is one for the whole test run: for tests that only ask, or that
do not mind what others did there before. A test that counts tickets or calls takes an office of its own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from server.web.passwords import hasher
from sql.database import open_engine
from sql.people import SqlPeople
from tests.services import dies_with_us

ROOT = Path(__file__).parent.parent
PASSWORD = "satu dua tiga empat"
READY = re.compile(r"^ {2}Screens +(http://\S+)/$")
STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Reply:
    """An answer: `body` is the JSON of it, None where there is none; `text` whatever it was."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any = None


@dataclass(frozen=True)
class Caller:
    """Asks the office with one token (or none). Every call has a connection of its own, so threads may share it."""

    url: str
    token: str | None = None

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("GET", path, headers=headers)

    def post(
        self, path: str, body: object = None, *, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """`key` is the Idempotency-Key; a `body` of bytes is sent as it is, anything else but None as JSON."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        own = {"Content-Type": "application/json"} if sent is not None else {}
        if key is not None:
            own["Idempotency-Key"] = key
        return self.ask("POST", path, sent, own | dict(headers or {}))

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """A whole path begins with /api, /static or the like; `/tickets` and `/counters…` are of the API."""
        where = urlsplit(self.url)
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection = HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            connection.request(method, whole(path), body, own | dict(headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        told = {name.lower(): value for name, value in answer.getheaders()}
        is_json = "json" in told.get("content-type", "") and text
        return Reply(answer.status, told, text, json.loads(text) if is_json else None)


API_PATHS = {
    "tickets", "counters", "queues", "zones", "overview", "help", "me", "people", "devices", "audit", "measures",
    "charter", "recordings", "exports", "branch", "kiosks", "notices", "recovery", "plays", "disruptions", "covers",
    "texts", "history", "needs", "what-if", "openapi.json",
}  # fmt: skip


def whole(path: str) -> str:
    """`/tickets` → `/api/v1/tickets`; a page's path stays."""
    return f"/api/v1{path}" if re.split("[/?]", path)[1] in API_PATHS else path


@dataclass
class RunningOffice:
    """The server and its data folder. `options` and `environment` are given to every start, made by `command`."""

    data: Path
    database: str = ""
    branch: Path | None = None
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()
    url: str = ""
    _process: subprocess.Popen[str] | None = None
    _reader: threading.Thread | None = None
    _lines: list[str] = field(default_factory=list)
    _ready: threading.Event = field(default_factory=threading.Event)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _engine: Engine | None = None
    _secrets: dict[str, str] = field(default_factory=dict)

    # ── the process ──────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> RunningOffice:
        """Start it, again on the same port if it ran before; returns when it has printed its addresses."""
        assert self._process is None or self._process.poll() is not None, "it runs already"
        port = urlsplit(self.url).port if self.url else 0
        first = self.branch is not None and not self.url
        self._ready.clear()
        self._lines.clear()
        self._process = subprocess.Popen(
            [*dies_with_us(signal.SIGKILL), *(self.command or GILIRAN), "serve",
             "--data", str(self.data), "--port", str(port),
             *(["--database", self.database] if self.database else []),
             *(["--branch", str(self.branch)] if first else []), *self.options],
            cwd=ROOT, env=clean_environment() | dict(self.environment), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        answered = self._ready.wait(STARTS_WITHIN_S)
        if not answered or self._process.poll() is not None:
            self.kill()
            raise RuntimeError(f"the server did not start:\n{self.log}")
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
                if found := READY.match(line.rstrip("\n")):
                    self.url = found[1]
                    self._ready.set()
        self._ready.set()

    @property
    def log(self) -> str:
        """What the server has written since its last start, standard output and errors together."""
        return "".join(self._lines)

    def has_said(self, pattern: str, within_s: float = STARTS_WITHIN_S) -> str:
        """The log, once a line has come in which this is found: a start goes on to write after its first address."""
        with self._news:
            said = self._news.wait_for(lambda: any(re.search(pattern, line) for line in self._lines), within_s)
        assert said, f"no line with {pattern}:\n{self.log}"
        return self.log

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self, within_s: float = 15) -> int:
        """End it as its operator would (SIGTERM); its exit status. Raises subprocess.TimeoutExpired."""
        return self._end(signal.SIGTERM, within_s)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL, 15)

    def _end(self, number: signal.Signals, within_s: float) -> int:
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(number)
        status = self._process.wait(within_s)
        if self._reader is not None:
            self._reader.join()
        return status

    def close(self) -> None:
        """The end of it, whatever state it is in."""
        self.kill()
        if self._engine is not None:
            self._engine.dispose()

    # ── who may do what, written straight into its database ──────────────────────────────────────────────────

    @property
    def engine(self) -> Engine:
        """The office's own database, which other programs may open while the server runs."""
        if self._engine is None:
            address = self.database.replace("postgresql:", "postgresql+psycopg:", 1)
            self._engine = open_engine(address or f"sqlite:///{self.data / 'giliran.sqlite3'}")
        return self._engine

    @property
    def people(self) -> SqlPeople:
        return SqlPeople(self.engine)

    def token(self, role: str, name: str | None = None, scope: Sequence[str] = ()) -> str:
        """The secret of a new device: kiosk, display, announcer, counter, manager or integration."""
        return self.people.add_token(role, name or role, datetime.now(UTC), scope=scope)

    def add_person(self, name: str, role: str, password: str = PASSWORD) -> int:
        """Somebody who may sign in; their number."""
        return self.people.add_person(name, role, hasher.hash(password), datetime.now(UTC)).id

    def session(self, role: str) -> str:
        """The secret of somebody of this role who has signed in: what their browser's cookie holds."""
        person = self.people.person_named(role) or self.people.add_person(role, role, None, datetime.now(UTC))
        return self.people.add_token("session", person.name, datetime.now(UTC), person=person.id)

    def caller(self, role: str | None = None, scope: Sequence[str] = ()) -> Caller:
        """Somebody who asks: a device of this role (one token each role and scope), a person, or nobody."""
        if role is None:
            return Caller(self.url)
        name = f"{role} {' '.join(scope)}"
        if name not in self._secrets:
            is_person = role in ("officer", "supervisor", "admin", "auditor")
            self._secrets[name] = self.session(role) if is_person else self.token(role, scope=scope)
        return Caller(self.url, self._secrets[name])

    # ── commands on the same folder ──────────────────────────────────────────────────────────────────────────

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`office.run("verify")` is `giliran verify --data …` while the server runs (or after it)."""
        more = ["--database", self.database] if self.database else []
        return giliran(*words, "--data", str(self.data), *more, stdin=stdin)


GILIRAN = (sys.executable, "-m", "server.cli")


def giliran(
    *words: str, stdin: str = "", environment: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """One command, run to its end."""
    own = clean_environment() | {"PYTHONPATH": str(ROOT)} | dict(environment or {})
    return subprocess.run(
        [*GILIRAN, *words], cwd=cwd, env=own, input=stdin, capture_output=True, text=True, timeout=120, check=False
    )


def clean_environment() -> dict[str, str]:
    """Ours, without any setting of a server: GILIRAN_PORT on a developer's machine must not reach the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GILIRAN_")}


@contextmanager
def a_running_office(
    folder: Path, *, database: str = "", branch: Path | str | None = None, options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[RunningOffice]:  # fmt: skip
    """An office on a free port of 127.0.0.1 with its data in `folder`, voice and estimates off; gone after the block.

    `branch` is a branch file or its text (else the example office, always open); `options` more words for
    `giliran serve`, `environment` settings such as {"GILIRAN_HEARTBEAT": "0.5"}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(branch, str):
        written = folder / "branch.toml"
        written.write_text(branch, encoding="utf-8")
        branch = written
    settings = {"GILIRAN_VOICE": "off", "GILIRAN_ESTIMATES": "off"} | dict(environment or {})
    office = RunningOffice(folder / "data", database, branch, options, settings)
    try:
        yield office.start()
    finally:
        office.close()
