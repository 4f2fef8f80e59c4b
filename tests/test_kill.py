"""Power cuts, full disks: whatever was acknowledged stands, nothing is half done, and the screens are right again."""

from __future__ import annotations

import random
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from sql.verify import verify
from tests.deeds import call, issue, press
from tests.live_screen import LiveScreen, Told, a_screen
from tests.machine import eventually
from tests.servers import Caller, Reply, RunningOffice, a_running_office

pytestmark = pytest.mark.slow

RIGHT_WITHIN_S = 5.0
ASK_AGAIN_S = 0.2
KIOSKS = 4
COUNTERS = ("K1", "K2", "K3")


@dataclass
class Load:
    """Customers and officers who go on and on. Who gets no answer asks again with the same key until there is one."""

    office: RunningOffice
    taken: dict[str, Told] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)
    acknowledged: int = 0
    resting: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def running(self) -> Iterator[Load]:
        callers = {role: self.office.caller(role) for role in ("kiosk", "counter")}
        people = [
            *(threading.Thread(target=self._take, args=(f"kiosk-{n}", callers["kiosk"])) for n in range(KIOSKS)),
            *(threading.Thread(target=self._call, args=(counter, callers["counter"])) for counter in COUNTERS),
        ]
        self.may_go_on.set()
        for one in people:
            one.start()
        try:
            yield self
        finally:
            self.stopping.set()
            self.may_go_on.set()
            for one in people:
                one.join()

    def _take(self, name: str, kiosk: Caller) -> None:
        for tap in range(1_000_000):
            answer = self._insist(name, kiosk, "/tickets", {"service": "AFHJ"[tap % 4]}, f"{name}-{tap}")
            if answer is None:
                return
            self.taken[f"{name}-{tap}"] = {**answer.body, "service": "AFHJ"[tap % 4]}

    def _call(self, counter: str, terminal: Caller) -> None:
        for again in range(1_000_000):
            if self._insist(counter, terminal, f"/counters/{counter}/next", {}, f"{counter}-{again}") is None:
                return

    def _insist(self, name: str, caller: Caller, path: str, body: Told, key: str) -> Reply | None:
        """The answer, once there is one; None when it is time to stop."""
        while not self.stopping.is_set():
            with self._changed:
                self.resting.add(name)
                self._changed.notify_all()
            self.may_go_on.wait()
            with self._changed:
                self.resting.discard(name)
            try:
                answer = caller.post(path, body, key=key)
            except (OSError, HTTPException):
                self.stopping.wait(ASK_AGAIN_S)  # no answer: nobody knows whether it happened
                continue
            if answer.status not in (200, 201, 204):
                self.refused.append(f"{path}: {answer.text}")
                return None
            with self._changed:
                self.acknowledged += 1
                self._changed.notify_all()
            return answer
        return None

    def until_acknowledged(self, more: int) -> None:
        with self._changed:
            wanted = self.acknowledged + more
            assert self._changed.wait_for(lambda: self.acknowledged >= wanted or self.refused, 60)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nobody asks for anything meanwhile."""
        self.may_go_on.clear()
        with self._changed:
            rests = self._changed.wait_for(lambda: self.refused or len(self.resting) == KIOSKS + len(COUNTERS), 60)
            assert not self.refused
            assert rests, sorted(self.resting)
        yield
        self.may_go_on.set()


def is_right(screen: LiveScreen, board: Told) -> bool:
    """Whether everything that the office calls now is on the screen, and the screen lacks nothing."""
    return screen.is_connected and all(screen.shown(one["number"]) for one in board["recent"])


def cut_the_power_again_and_again(office: RunningOffice, times: int) -> None:
    chance = random.Random(20)
    for counter in COUNTERS:
        assert press(office, "open", counter=counter).status == 200
    display = office.token("display")
    load = Load(office)
    with a_screen(office.url, {"zone": "hall"}, display) as hall, load.running():
        for cut in range(1, times + 1):
            load.until_acknowledged(chance.randint(1, 20))
            load.stopping.wait(chance.uniform(0, 0.03))  # not always just after an answer
            office.kill()
            office.start()
            up_at = time.monotonic()

            with load.at_rest():
                board = Caller(office.url, display).get("/zones/hall/board").body
                hall.until(lambda now=board: is_right(hall, now), RIGHT_WITHIN_S)  # type: ignore[misc]
                assert time.monotonic() - up_at < RIGHT_WITHIN_S + 5, f"cut {cut}"
                report = verify(office.engine, "KL01")
                assert report.faults == [], f"cut {cut}"
                assert load.refused == [], f"cut {cut}"
                acknowledged = dict(load.taken)
                key = chance.choice(sorted(acknowledged))
                again = office.caller("kiosk").post("/tickets", {"service": acknowledged[key]["service"]}, key=key)
                assert again.body["id"] == acknowledged[key]["id"], f"cut {cut}"
    with office.engine.connect() as connection:
        kept = {row.id: row.number for row in connection.exec_driver_sql("select id, number from tickets")}
    given = {ticket["id"]: ticket["number"] for ticket in load.taken.values()}
    assert len(given) == len(load.taken)  # no two taps got one ticket
    assert len(set(given.values())) == len(given)  # nor two tickets one number
    assert given.items() <= kept.items()  # nothing that was acknowledged is lost
    in_hand = KIOSKS  # taps whose answer nobody waited for when the load was stopped
    assert len(kept) - len(given) <= in_hand
    assert office.run("verify").returncode == 0


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_power_cuts_under_load_lose_nothing_and_give_no_number_twice(tmp_path: Path) -> None:
    with a_running_office(tmp_path) as office:
        cut_the_power_again_and_again(office, 20)


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_power_cuts_of_a_server_on_postgresql_lose_nothing_either(tmp_path: Path, postgresql_url: str) -> None:
    with a_running_office(tmp_path, database=postgresql_url) as office:
        cut_the_power_again_and_again(office, 3)


# ── a disk that is full ──────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def no_room(office: RunningOffice) -> Iterator[None]:
    """No file of the server may grow or be written to: the system refuses each write as it does on a full disk."""
    _, most = resource.prlimit(office.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (most, most))


def test_a_full_disk_refuses_by_name_changes_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with a_running_office(tmp_path, environment={"GILIRAN_HEARTBEAT": "0.5"}) as office:
        kiosk, counter = office.caller("kiosk"), office.caller("counter")
        press(office, "open")
        first = call(office)
        waits = issue(office)
        with a_screen(office.url, {"zone": "hall"}, office.token("display")) as hall:
            hall.until(lambda: hall.shown(first))
            before = verify(office.engine, "KL01")

            with no_room(office):
                refused = [
                    kiosk.post("/tickets", {"service": "A"}, key="tap"),
                    counter.post("/counters/K1/next", key="press"),
                    counter.post("/counters/K1/finish"),
                ]
                looked = counter.get("/counters/K1")
            assert [(answer.status, answer.body["code"]) for answer in refused] == [(503, "storage_failed")] * 3
            assert looked.body["ticket"]["number"] == first  # he is still in hand
            assert looked.body["waiting"] == 1
            report = verify(office.engine, "KL01")
            assert (report.faults, report.entries) == ([], before.entries)

            eventually(lambda: counter.post("/counters/K1/next", key="press").status == 200)
            again = counter.post("/counters/K1/next", key="press").body
            assert again["number"] == waits["number"]
            assert kiosk.post("/tickets", {"service": "A"}, key="tap").status == 201
            hall.until(lambda: waits["number"] in hall.called)
        assert verify(office.engine, "KL01").faults == []
        assert office.stop() == 0


@pytest.mark.soak
@pytest.mark.slow
def test_a_disk_that_fills_up_while_people_take_numbers_loses_none_that_was_given(tmp_path: Path) -> None:
    """Full at any write of a turn, not only at its first."""
    with a_running_office(tmp_path) as office:
        kiosk, given = office.caller("kiosk"), dict[int, str]()
        wal = office.data / "giliran.sqlite3-wal"
        for round_ in range(12):
            answer = kiosk.post("/tickets", {"service": "A"})
            given[answer.body["id"]] = answer.body["number"]
            _, most = resource.prlimit(office.pid, resource.RLIMIT_FSIZE)
            room = wal.stat().st_size + 700 * round_  # a page is 4 kB: the write is refused, or torn
            resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (room, most))
            answers = [kiosk.post("/tickets", {"service": "A"}, key=f"{round_}-{n}") for n in range(3)]
            resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (most, most))
            assert {one.status for one in answers} <= {201, 503}
            given |= {one.body["id"]: one.body["number"] for one in answers if one.status == 201}

        assert verify(office.engine, "KL01").faults == []
        office.kill()
        office.start()
        for ticket, number in given.items():
            assert kiosk.get(f"/tickets/{ticket}").body["number"] == number
        assert len(set(given.values())) == len(given)
