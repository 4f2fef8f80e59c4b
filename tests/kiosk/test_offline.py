"""The server out of reach: the kiosk goes on, and when it is back the day is as if it had never been away."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.branch_file import EXAMPLE
from config.device import Answer, Unanswered
from kiosk.agent import KioskAgent
from kiosk.block import Book
from kiosk.devices import NetworkPrinter
from kiosk.memory import Memory
from kiosk.slip import PAPERS
from sql.verify import verify
from tests.kiosk import fake_printer as fake
from tests.kiosk.fake_printer import FakePrinter, fake_printer
from tests.kiosk.test_agent import FakeClock, number_on
from tests.web.conftest import Caller, Offices, OfficeServer

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Wire:
    """The way to the office's server: cut, or losing what the server answers."""

    caller: Caller
    office: OfficeServer
    state: dict[str, bool] = field(default_factory=lambda: {"is_cut": False, "loses_answers": False})
    url: str = "http://giliran.office"
    timeout: float = 5.0

    def get(self, path: str) -> Answer:
        return self._asked(lambda: self.caller.get(path))

    def post(self, path: str, body: Any, key: str) -> Answer:
        return self._asked(lambda: self.caller.post(path, dict(body), key=key))

    def _asked(self, ask: Callable[[], Any]) -> Answer:
        if self.state["is_cut"]:
            raise Unanswered("the cable is out")
        answer = ask()
        if self.state["loses_answers"]:
            raise Unanswered("the cable went out")
        return Answer(answer.status_code, answer.get_json() or {}, self.office.clock.now())


@dataclass
class Stand:
    """A kiosk's PC in front of an office: its agent may be killed, and started again on the same disk."""

    office: OfficeServer
    wire: Wire
    printer: FakePrinter
    folder: Path
    ticking: FakeClock = field(default_factory=FakeClock)
    keys: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.memory = Memory(self.folder / "kiosk-main.slips")
        self.book = Book(self.folder / "kiosk-main.block", self.office.clock.now)
        self.agent = KioskAgent(
            self.wire,  # type: ignore[arg-type]
            "main", NetworkPrinter("127.0.0.1", self.printer.port, timeout=0.5), PAPERS[80], self.memory,
            clock=self.ticking, book=self.book,
        )  # fmt: skip
        self.agent.take_up()

    def kill(self) -> None:
        """As kill -9 leaves it: what is on the disk, and nothing else."""
        self.memory.close()
        self.book.close()

    def wait(self, seconds: float) -> None:
        self.office.clock.advance(seconds=seconds)
        self.ticking.seconds += seconds

    def work(self) -> None:
        for _ in range(500):
            if not self.agent.step():
                return
        raise AssertionError("the agent never rests")

    def tap(self, service: str = "A", **named: str) -> str:
        wish = {"lane": "regular", "language": "ms", "key": f"tap-{next(self.keys)}"} | named
        one = self.book.take(service, **wish)
        self.agent.give(one)
        return one.number

    def come_back(self) -> None:
        self.wire.state.update(is_cut=False, loses_answers=False)
        self.agent.look_again()
        for _ in range(4):
            self.wait(40)
            self.agent.look_again()
            self.work()

    def close(self) -> None:
        self.kill()

    @property
    def papers(self) -> list[str]:
        return [number_on(slip) for slip in self.printer.slips]


@pytest.fixture
def offices(tmp_path: Path, a_fresh_folder: Path) -> Iterator[Offices]:
    made = Offices(tmp_path, a_fresh_folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def a_fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fresh")


@pytest.fixture
def stand(offices: Offices, tmp_path: Path) -> Iterator[Stand]:
    text = EXAMPLE.read_text(encoding="utf-8").replace("# offline_block = 60 ", "offline_block = 60 ")
    office = offices(branch=text)
    with fake_printer() as printer:
        made = Stand(office, Wire(office.caller("kiosk"), office), printer, tmp_path / "kiosk")
        made.work()
        assert made.book.left() == {"A": 60, "F": 60, "H": 60, "J": 60}
        yield made
        made.close()


def journal(office: OfficeServer, kind: str) -> list[Any]:
    happened = office.door.office.store.since(0)
    assert happened is not None
    return [event for _, event in happened if event.kind == kind]


def is_sound(office: OfficeServer) -> bool:
    report = verify(office.engine, "KL01")
    assert report.faults == []
    return report.found == 0


def test_the_cable_out_for_ten_minutes_and_sixty_taps_are_all_on_record_in_their_order(stand: Stand) -> None:
    kiosk = stand.office.caller("kiosk")
    before = [kiosk.post("/tickets", {"service": "A"}).get_json()["number"] for _ in range(3)]
    stand.agent.look_again()
    stand.work()
    stand.wire.state["is_cut"] = True
    chance = random.Random(20260302)
    taps = []
    for _ in range(60):
        stand.wait(10)
        taps.append((stand.office.clock.now(), stand.tap(chance.choice("AAFHJ"))))
        stand.work()

    stand.come_back()
    after = kiosk.post("/tickets", {"service": "A"}).get_json()["number"]
    stand.agent.look_again()
    stand.work()

    floor = stand.office.door.office.floor
    waiting = sorted(floor.open_tickets(), key=lambda t: (t.rank_at, t.id))
    assert [t.number for t in waiting] == [*before, *(number for _, number in taps), after]
    assert [t.issued_at for t in waiting[3:-1]] == [at for at, _ in taps]
    assert (before, after) == (["A001", "A002", "A003"], "A004")
    assert all(t.printed for t in waiting[3:-1])
    assert sorted(stand.papers) == sorted(t.number for t in waiting)
    assert stand.book.given == {}
    assert is_sound(stand.office)


def test_what_was_not_given_is_on_record_as_returned_and_nothing_is_missing(stand: Stand) -> None:
    (first,) = journal(stand.office, "block_reserved")
    stand.wire.state["is_cut"] = True
    given = [stand.tap() for _ in range(31)]
    stand.work()

    stand.come_back()

    (returned,) = journal(stand.office, "block_returned")
    assert len(given) + len(returned.unused) == first.size * len(first.first)
    assert not set(given) & set(returned.unused)
    assert [event.first["A"] for event in journal(stand.office, "block_reserved")] == ["A940", "A880"]
    assert is_sound(stand.office)


def test_an_agent_that_is_killed_again_and_again_loses_nobody_and_gives_nothing_twice(stand: Stand) -> None:
    chance = random.Random(7)
    given, keys = [], []
    for n in range(100):
        stand.wire.state["is_cut"] = chance.random() < 0.7
        stand.wire.state["loses_answers"] = chance.random() < 0.3
        stand.wait(chance.choice([0.2, 3, 20]))
        key = f"{n}"
        number = stand.tap(chance.choice("AFHJ"), key=key)
        keys.append(key)
        given.append(number)
        for _ in range(chance.randrange(3)):
            stand.agent.step()
        if chance.random() < 0.2:
            stand.kill()
            stand.start()
    stand.kill()
    stand.start()

    stand.come_back()

    waiting = list(stand.office.door.office.floor.open_tickets())
    assert len(set(given)) == 100
    assert sorted(t.number for t in waiting) == sorted(given)
    assert len(stand.papers) == len(set(stand.papers))
    assert set(stand.papers) <= set(given)
    assert all(t.printed is not None for t in waiting)
    assert {t.number for t in waiting if t.printed} <= set(stand.papers)
    assert is_sound(stand.office)


def test_a_server_that_did_it_and_whose_answer_was_lost_does_it_once(stand: Stand) -> None:
    stand.wire.state["is_cut"] = True
    number = stand.tap()
    stand.work()
    stand.wire.state.update(is_cut=False, loses_answers=True)
    for _ in range(3):
        stand.wait(40)
        stand.work()

    stand.come_back()

    assert [t.number for t in stand.office.door.office.floor.open_tickets()] == [number]
    assert stand.papers == [number]


def test_without_paper_the_number_is_on_record_as_not_printed_and_the_next_one_is(stand: Stand) -> None:
    stand.wire.state["is_cut"] = True
    stand.printer.status = fake.PAPER_OUT
    without = stand.tap()
    stand.work()
    stand.printer.status = fake.HEALTHY
    with_paper = stand.tap()
    stand.work()

    stand.come_back()

    floor = stand.office.door.office.floor
    assert (floor.ticket_numbered(without).printed, floor.ticket_numbered(without).print_fault) == (False, "paper_out")
    assert floor.ticket_numbered(with_paper).printed


def test_a_slip_given_offline_says_what_can_be_known_and_leads_to_its_page(stand: Stand) -> None:
    stand.wire.state["is_cut"] = True
    number = stand.tap("F", language="en")
    stand.work()

    stand.come_back()

    ticket = stand.office.door.office.floor.ticket_numbered(number)
    assert b"Registration" in stand.printer.slips[0]
    assert f"/t/{ticket.token}".encode() in stand.printer.slips[0]
    assert b"Estimated" not in stand.printer.slips[0]
    assert stand.office.caller().get(f"/t/{ticket.token}").status_code == 200


def test_a_kiosk_that_was_away_over_night_is_put_right_in_the_morning(stand: Stand) -> None:
    stand.wire.state["is_cut"] = True
    number = stand.tap()
    stand.work()
    stand.wait(timedelta(hours=24).total_seconds())
    stand.office.caller("kiosk").post("/tickets", {"service": "A"})

    stand.come_back()

    assert number not in [t.number for t in stand.office.door.office.floor.open_tickets()]
    assert len(journal(stand.office, "block_returned")) == 1
    assert stand.book.left()["A"] == 60
    assert is_sound(stand.office)
