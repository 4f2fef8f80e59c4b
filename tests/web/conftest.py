"""The whole application in this process, without a socket: SQLite, a clock that stands still, no background tasks.

def test_…(an_office_server):
    office = an_office_server()                       # the example office; branch="…" is a branch file's text
    kiosk = office.caller("kiosk")                    # a device with its token; also people, as signed in
    assert kiosk.post("/tickets", {"service": "A"}).status_code == 201
    office.clock.advance(minutes=5)
    browser = office.browser(); browser.sign_in("Aminah")       # cookies and the CSRF token, as a page has them
    again = an_office_server(office.data)             # the same folder after a restart
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from config.settings import load
from server.app import create_app
from server.forecast.seer import look_ahead
from server.office_folder import open_folder
from server.ports import AuditRow
from server.reports.learn import learn
from server.web.edge import Edge
from server.web.passwords import hasher
from tests.builders import FakeClock
from tests.live_screen import LiveScreen, a_screen
from tests.servers import PASSWORD, RunningOffice, a_running_office, whole

PEOPLE = ("officer", "supervisor", "admin", "auditor")
"""Roles that only people have; a manager is a person here only where a test adds one."""


@dataclass(frozen=True)
class Caller:
    """Asks with a bearer token, or with none; keeps no cookies."""

    app: Flask
    token: str | None = None

    def ask(self, method: str, path: str, **rest: Any) -> TestResponse:
        headers = dict(rest.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        client = self.app.test_client(use_cookies=False)
        return client.open(whole(path), method=method, headers=headers, buffered=True, **rest)

    def get(self, path: str, **rest: Any) -> TestResponse:
        return self.ask("GET", path, **rest)

    def post(self, path: str, body: object = None, *, key: str | None = None, **rest: Any) -> TestResponse:
        """`body` as JSON (bytes as they are), `key` as the Idempotency-Key."""
        headers: dict[str, str] = dict(rest.pop("headers", {}))
        if key is not None:
            headers["Idempotency-Key"] = key
        if isinstance(body, bytes):
            headers.setdefault("Content-Type", "application/json")
            return self.ask("POST", path, data=body, headers=headers, **rest)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            rest["data"] = json.dumps(body)
        return self.ask("POST", path, headers=headers, **rest)


class Browser:
    """Keeps cookies and sends the CSRF token of the last page, as the pages' own scripts do."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.csrf = ""

    def get(self, path: str, **rest: Any) -> TestResponse:
        answer = self.client.get(whole(path), **rest)
        self._learn(answer)
        return answer

    def _learn(self, answer: TestResponse) -> None:
        if "text/html" in answer.content_type and (
            found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text)
        ):
            self.csrf = found[1]

    def post(
        self, path: str, body: object = None, *, csrf: str | None = None, page: str = "", **rest: Any
    ) -> TestResponse:
        """As `api.js` posts from the page at the path `page`: JSON, with the CSRF token (`csrf=""`: without)."""
        token = self.csrf if csrf is None else csrf
        headers = {"X-CSRFToken": token} if token else {}
        if page:
            headers["Referer"] = f"http://localhost{page}"
        return self.client.post(whole(path), json={} if body is None else body, headers=headers, **rest)

    def submit(self, path: str, fields: Mapping[str, str], *, csrf: str | None = None, **rest: Any) -> TestResponse:
        """As a form is sent; the page that comes back is learnt from."""
        token = self.csrf if csrf is None else csrf
        answer = self.client.post(path, data={**fields, **({"csrf_token": token} if token else {})}, **rest)
        self._learn(answer)
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        self.get("/login")
        answer = self.submit("/login", {"name": name, "password": password, **fields})
        if answer.status_code == 303:
            self.get("/")
        return answer

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name)
        return found.value if found is not None else None


@dataclass
class OfficeServer:
    """The application and what a test may want to do behind its back."""

    app: Flask
    door: Edge
    engine: Engine
    clock: FakeClock
    data: Path
    _secrets: dict[str, str] = field(default_factory=dict)
    _most_pages: int = 0

    def token(self, role: str, name: str | None = None, scope: Sequence[str] = ()) -> str:
        return self.door.people.add_token(role, name or role, self.clock.now(), scope=scope)

    def add_person(self, name: str, role: str, password: str = PASSWORD, *, has_read: bool = True) -> int:
        """Somebody who may sign in, and who (`has_read`) has read the charter that holds since ever."""
        added = self.door.people.add_person(name, role, hasher.hash(password), self.clock.now()).id
        if has_read:
            self.door.charter.read("", added, self.clock.now())
        return added

    def session(self, role: str, name: str | None = None) -> str:
        """The secret of somebody of this role who has signed in."""
        people, now = self.door.people, self.clock.now()
        person = people.person_named(name or role) or people.add_person(name or role, role, None, now)
        return people.add_token("session", person.name, now, person=person.id)

    def caller(self, role: str | None = None, scope: Sequence[str] = (), *, name: str | None = None) -> Caller:
        """A device of this role, a person of it, or (None) somebody without a token. One token a role and scope."""
        if role is None:
            return Caller(self.app)
        which = f"{role} {name} {' '.join(scope)}"
        if which not in self._secrets:
            is_person = role in PEOPLE
            self._secrets[which] = self.session(role, name) if is_person else self.token(role, name, scope)
        return Caller(self.app, self._secrets[which])

    def with_token(self, secret: str) -> Caller:
        return Caller(self.app, secret)

    def browser(self) -> Browser:
        return Browser(self.app)

    def foresee(self) -> None:
        """Everybody is told how long they will wait, as the look-ahead sees it from the guesses alone."""
        floor = self.door.office.floor
        floor.outlook.forecast = look_ahead(floor, learn(floor.branch, []), self.clock.now())

    def fill_the_disk(self) -> None:
        """From now on the database cannot grow by a page: SQLite itself says that the disk is full."""
        self._most_pages = 0
        if not event.contains(self.engine, "checkout", self._limit_pages):
            event.listen(self.engine, "checkout", self._limit_pages)

    def make_room(self) -> None:
        self._most_pages = 2**30

    def _limit_pages(self, connection: Any, *_: object) -> None:
        connection.execute(f"pragma max_page_count = {self._most_pages or 1}").close()  # never below what there is

    def audit(self, kind: str | None = None) -> list[AuditRow]:
        """The lines of the audit, the newest first."""
        return [row for row in self.door.people.audit(1000) if kind is None or row.kind == kind]


def refusal(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is; that it is this one, and whole, is asserted."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.get_json()
    assert (told["status"], told["code"]) == (status, code), told
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
    return told


AnOfficeServer = Callable[..., OfficeServer]

ROOMY = {"voice": "off", "login_per_minute": 1000, "pairing_per_minute": 1000, "public_per_minute": 10_000}
"""Settings in which no limit is met by accident."""


class Offices:
    """Makes the application on a folder, as often as a test asks; `fresh` is an office nobody has been in yet."""

    def __init__(self, folder: Path, fresh: Path) -> None:
        self._folder = folder
        self._fresh = fresh
        self._engines: list[Engine] = []

    def __call__(
        self, data: Path | None = None, *, branch: str | None = None, clock: FakeClock | None = None, **settings: Any
    ) -> OfficeServer:
        """On a new folder, or on the one given, as after a restart. `branch` is a branch file's text."""
        folder = data or self._folder / f"office-{len(self._engines)}"
        file = None
        if branch is not None:
            file = self._folder / "branch.toml"
            file.write_text(branch, encoding="utf-8")
        elif data is None:
            shutil.copytree(self._fresh, folder)
        chosen = load(folder, **(ROOMY | settings))
        opened = open_folder(chosen, file)
        self._engines.append(opened.engine)
        clock = clock or FakeClock()
        app, _, door = create_app(chosen, opened.engine, opened.branch, clock)
        return OfficeServer(app, door, opened.engine, clock, folder)

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()


@pytest.fixture(scope="session")
def a_fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example office as the first start leaves it, to be copied: what all tests begin with is made once."""
    folder = tmp_path_factory.mktemp("fresh") / "data"
    open_folder(load(folder)).engine.dispose()
    return folder


@pytest.fixture
def an_office_server(tmp_path: Path, a_fresh_folder: Path) -> Iterator[AnOfficeServer]:
    offices = Offices(tmp_path, a_fresh_folder)
    yield offices
    offices.close()


@pytest.fixture
def office(an_office_server: AnOfficeServer) -> OfficeServer:
    """The example office, just opened."""
    return an_office_server()


@pytest.fixture(scope="module")
def the_office(tmp_path_factory: pytest.TempPathFactory, a_fresh_folder: Path) -> Iterator[OfficeServer]:
    """One office for all tests of a file: for those that are refused, and so change nothing."""
    offices = Offices(tmp_path_factory.mktemp("shared"), a_fresh_folder)
    yield offices()
    offices.close()


HEARTBEAT_S = 0.4


@pytest.fixture(scope="session")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """A real server with a quick heartbeat and every counter open, for tests that use numbers of their own."""
    heartbeat = {"GILIRAN_HEARTBEAT": str(HEARTBEAT_S)}
    with a_running_office(tmp_path_factory.mktemp("live"), environment=heartbeat) as running:
        for counter in ("K1", "K2", "K3", "K4", "K5", "K6"):
            assert running.caller("counter").post(f"/counters/{counter}/open").status == 200
        yield running


@pytest.fixture
def hall(lively: RunningOffice) -> Iterator[LiveScreen]:
    """A hall's display there, with its first board."""
    with a_screen(lively.url, {"zone": "hall"}, lively.token("display")) as screen:
        screen.until(lambda: screen.board)
        yield screen
