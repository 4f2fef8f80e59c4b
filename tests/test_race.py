"""Twenty officers press "next" at once until two thousand customers are gone: each is called once, nobody is left."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter as Count
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from server.actions.issue import issue
from server.actions.load_branch import read_plan
from server.actions.office import Actor, Answer, Office
from server.app import SystemClock
from server.domain.floor import Draft
from sql.store import SqlStore
from sql.verify import verify
from tests.servers import RunningOffice, a_running_office

OFFICERS = 20
CUSTOMERS = 2000
BRANCH = """
[branch]
code = "KL01"
name = {ms = "Kaunter Utama"}

[[service]]
code = "A"
name = {ms = "Sijil"}
""" + "".join(f'\n[[counter]]\ncode = "K{n}"\nservices = ["A"]\n' for n in range(1, OFFICERS + 1))


def fill_the_hall(office: RunningOffice, customers: int) -> list[str]:
    """Everybody has a number already: taken a hundred in a turn, as by another process."""
    elsewhere = Office(SqlStore(office.engine, "KL01", read_plan), SystemClock(), lambda: None)
    numbers: list[str] = []

    def a_hundred(draft: Draft, now: datetime) -> Answer:
        numbers.extend(issue(draft, now, service="A", token=f"token-{len(numbers)}-{n}").number for n in range(100))
        return Answer(200)

    for _ in range(customers // 100):
        elsewhere.act(Actor("kiosk:main"), a_hundred)
    return numbers


@dataclass
class Officer:
    """Presses "next" on a connection of their own until nobody waits; every tenth press is sent twice, as by a
    terminal that heard no answer. `refusals` is whatever a screen would have shown as an error."""

    office: RunningOffice
    counter: str
    called: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def work(self) -> None:
        where, token = urlsplit(self.office.url), self.office.caller("counter").token
        with closing(HTTPConnection(where.hostname or "", where.port, timeout=60)) as link:
            for press in itertools.count():
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{self.counter}-{press}"}
                answers = []
                for _ in range(2 if press % 10 == 0 else 1):
                    since = time.monotonic()
                    link.request("POST", f"/api/v1/counters/{self.counter}/next", headers=headers)
                    answer = link.getresponse()
                    answers.append((answer.status, answer.read()))
                    self.slowest = max(self.slowest, time.monotonic() - since)
                if len(set(answers)) != 1 or answers[0][0] not in (200, 204):
                    self.refusals.append(str(answers))
                    return
                if answers[0][0] == 204:
                    return
                self.called.append(json.loads(answers[0][1])["number"])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def test_twenty_officers_call_two_thousand_customers_each_once(
    tmp_path: Path, database: str, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    address = request.getfixturevalue("postgresql_url") if database == "postgresql" else ""
    options = ("--processes", "2") if address else ()
    with a_running_office(tmp_path, branch=BRANCH, database=address, options=options) as office:
        numbers = fill_the_hall(office, CUSTOMERS)
        officers = [Officer(office, f"K{n}") for n in range(1, OFFICERS + 1)]
        for officer in officers:
            assert office.caller("counter").post(f"/counters/{officer.counter}/open").status == 200

        since = time.monotonic()
        threads = [threading.Thread(target=officer.work) for officer in officers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - since

        assert [refusal for officer in officers for refusal in officer.refusals] == []
        assert Count(number for officer in officers for number in officer.called) == Count(numbers)
        assert all(officer.called for officer in officers)
        report = verify(office.engine, "KL01")
        assert report.faults == []
        assert report.counts == {"finished": CUSTOMERS}
        slowest = max(officer.slowest for officer in officers)
        record_property("calls_a_second", round(CUSTOMERS / took))
        print(
            f"{database}: {CUSTOMERS} calls in {took:.1f} s, {CUSTOMERS / took:.0f} a second, slowest {slowest:.2f} s"
        )
