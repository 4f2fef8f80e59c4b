"""Every ticket ends printed or failed, none twice; long because everything breaks once at every step."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.phrases import LANGUAGES
from kiosk.agent import KioskAgent, main
from kiosk.devices import NetworkPrinter
from kiosk.memory import Memory
from kiosk.printer import (
    CoverOpen,
    CutterJammed,
    DeviceFault,
    Offline,
    PaperOut,
    Printer,
    Status,
    Unknown,
)
from kiosk.slip import PAPERS
from tests.kiosk import fake_printer as fake
from tests.kiosk.escpos_stream import PrintedText, printed
from tests.kiosk.fake_office import NOW, TOKEN, FakeOffice, fake_office
from tests.kiosk.fake_printer import FakePrinter, closed_port, fake_printer
from tests.kiosk.tickets import a_payload

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FAULTS = (PaperOut, CoverOpen, CutterJammed, Offline, Unknown)


class CapturingPrinter:
    """Keeps what it prints; `faults` says what goes wrong with the slips to come, None for nothing."""

    def __init__(self) -> None:
        self.slips: list[bytes] = []
        self.faults: Iterator[type[DeviceFault] | None] = iter(())
        self.now: Status | None = None
        """What it says when nothing is printed; None: it cannot be asked."""

    def status(self) -> Status | None:
        return self.now

    def print(self, slip: bytes) -> Status:
        fault = next(self.faults, None)
        if fault:
            raise fault("as the test wants it")
        self.slips.append(slip)
        return Status()

    @property
    def numbers(self) -> list[str]:
        return [number_on(slip) for slip in self.slips]


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def number_on(slip: bytes) -> str:
    (number,) = [
        thing.text for thing in printed(slip, 576) if isinstance(thing, PrintedText) and thing.style.height == 8
    ]
    return number


@pytest.fixture
def office() -> Iterator[FakeOffice]:
    with fake_office() as started:
        yield started


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    kept = Memory(tmp_path / "kiosk-main.slips")
    yield kept
    kept.close()


def issue(office: FakeOffice, *ids: int, **different: Any) -> list[dict[str, Any]]:
    payloads = [a_payload(id=number, number=f"A{number:03}", **different) for number in ids]
    office.unprinted.update({payload["id"]: payload for payload in payloads})
    return payloads


def an_agent(office: FakeOffice, printer: Printer, memory: Memory, clock: FakeClock | None = None) -> KioskAgent:
    return KioskAgent(office.server, "main", printer, PAPERS[80], memory, clock=clock or FakeClock())


def work(agent: KioskAgent) -> None:
    """Until it has nothing more to do."""
    for _ in range(10_000):
        if not agent.step():
            return
    raise AssertionError("the agent never rests")


def test_a_ticket_on_the_list_is_printed_and_told(office: FakeOffice, memory: Memory) -> None:
    printer = CapturingPrinter()
    issue(office, 12, 13)

    work(an_agent(office, printer, memory))

    assert printer.numbers == ["A012", "A013"]
    assert office.heard == [(12, "printed", None), (13, "printed", None)]


def test_a_ticket_said_on_the_live_link_is_printed_once_though_it_is_on_the_list_too(
    office: FakeOffice, memory: Memory
) -> None:
    printer = CapturingPrinter()
    agent = an_agent(office, printer, memory)
    (payload,) = issue(office, 12)

    agent.hear(payload)
    agent.hear(payload)
    agent.look_again()
    work(agent)

    assert printer.numbers == ["A012"]
    assert office.heard == [(12, "printed", None)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_reaches_the_paper(office: FakeOffice, memory: Memory, language: str) -> None:
    printer = CapturingPrinter()
    issue(office, 12, language=language)

    work(an_agent(office, printer, memory))

    assert printer.numbers == ["A012"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_the_next_ticket_is_printed(
    office: FakeOffice, memory: Memory, fault: type[DeviceFault]
) -> None:
    printer = CapturingPrinter()
    printer.faults = iter([fault, None])
    issue(office, 12, 13)

    work(an_agent(office, printer, memory))

    assert printer.numbers == ["A013"]
    assert office.heard == [(12, "failed", fault.code), (13, "printed", None)]


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        ({"status": fake.PAPER_OUT}, "paper_out"),
        ({"status": fake.COVER_OPEN}, "cover_open"),
        ({"status": fake.CUTTER}, "cutter"),
        ({"status_after": fake.PAPER_OUT}, "paper_out"),
        ({"is_silent": True}, "unknown"),
        ({"dies_after": 500}, "offline"),
    ],
)
def test_a_real_device_that_breaks_fails_one_ticket_and_when_mended_prints_the_next(
    office: FakeOffice, memory: Memory, trouble: dict[str, Any], fault: str
) -> None:
    with fake_printer() as device:
        agent = an_agent(office, NetworkPrinter("127.0.0.1", device.port, timeout=0.3), memory)
        healthy = {name: getattr(device, name) for name in trouble}
        vars(device).update(trouble)
        issue(office, 12)
        work(agent)
        vars(device).update(healthy)
        issue(office, 13)
        agent.look_again()
        work(agent)

    assert office.heard == [(12, "failed", fault), (13, "printed", None)]
    assert number_on(device.slips[-1]) == "A013"


def test_a_printer_that_nobody_plugged_in_is_off_line(office: FakeOffice, memory: Memory) -> None:
    issue(office, 12)

    work(an_agent(office, NetworkPrinter("127.0.0.1", closed_port()), memory))

    assert office.heard == [(12, "failed", "offline")]


def test_an_outcome_that_was_not_heard_is_said_again_and_nothing_is_printed_again(
    office: FakeOffice, memory: Memory
) -> None:
    printer, clock = CapturingPrinter(), FakeClock()
    agent = an_agent(office, printer, memory, clock)
    (payload,) = issue(office, 12)
    agent.hear(payload)
    office.is_down = True
    work(agent)
    assert printer.numbers == ["A012"]
    assert office.heard == []

    office.is_down = False
    clock.seconds += 5
    work(agent)

    assert printer.numbers == ["A012"]
    assert office.heard == [(12, "printed", None)]


def test_an_answer_that_was_lost_leaves_one_outcome(office: FakeOffice, memory: Memory) -> None:
    printer, clock = CapturingPrinter(), FakeClock()
    agent = an_agent(office, printer, memory, clock)
    agent.hear(issue(office, 12)[0])
    office.loses_answers = True
    work(agent)

    office.loses_answers = False
    clock.seconds += 5
    work(agent)

    assert printer.numbers == ["A012"]
    assert office.heard == [(12, "printed", None)]


def test_after_a_crash_in_the_middle_of_a_slip_the_ticket_has_failed_and_is_not_printed_again(
    office: FakeOffice, tmp_path: Path
) -> None:
    class PowerCut(BaseException):
        pass

    class LastPrinter(CapturingPrinter):
        def print(self, slip: bytes) -> Status:
            super().print(slip)
            raise PowerCut

    issue(office, 12, 13)
    first = Memory(tmp_path / "slips")
    with pytest.raises(PowerCut):
        work(an_agent(office, LastPrinter(), first))
    first.close()
    second, printer = Memory(tmp_path / "slips"), CapturingPrinter()

    work(an_agent(office, printer, second))
    second.close()

    assert printer.numbers == ["A013"]
    assert office.heard == [(12, "failed", "unknown"), (13, "printed", None)]


def test_a_ticket_that_waited_too_long_for_its_paper_gets_none(office: FakeOffice, memory: Memory) -> None:
    printer = CapturingPrinter()
    issue(office, 12)
    issue(office, 13, issued_at="2026-03-02T02:43:10Z")
    office.now = NOW + timedelta(seconds=70)

    work(an_agent(office, printer, memory))

    assert printer.numbers == ["A013"]
    assert sorted(office.heard) == [(12, "failed", "offline"), (13, "printed", None)]


def test_a_reprint_that_somebody_asks_for_is_printed(office: FakeOffice, memory: Memory) -> None:
    printer = CapturingPrinter()
    agent = an_agent(office, printer, memory)
    agent.hear(issue(office, 12)[0])
    work(agent)

    agent.hear(issue(office, 12, copy=1)[0])
    work(agent)

    assert printer.numbers == ["A012", "A012"]


def test_a_server_that_forgot_an_outcome_hears_it_again(office: FakeOffice, memory: Memory) -> None:
    printer = CapturingPrinter()
    agent = an_agent(office, printer, memory)
    (payload,) = issue(office, 12)
    work(agent)
    before = office.requests

    office.unprinted[12] = payload
    agent.look_again()
    work(agent)

    assert office.requests == before + 2
    assert office.unprinted == {}
    assert printer.numbers == ["A012"]


def test_what_is_no_ticket_fails_and_the_next_one_is_printed(office: FakeOffice, memory: Memory) -> None:
    printer = CapturingPrinter()
    broken = a_payload(id=12, number="அ012")
    office.unprinted[12] = broken
    issue(office, 13, url="/t/" + "x" * 300)
    issue(office, 14)
    agent = an_agent(office, printer, memory)
    agent.hear({"number": "without an id"})
    agent.hear("not even a table")  # type: ignore[arg-type]

    work(agent)

    assert printer.numbers == ["A014"]
    assert sorted(office.heard) == [(12, "failed", "unknown"), (13, "failed", "unknown"), (14, "printed", None)]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_loses_no_outcome(office: FakeOffice, memory: Memory, status: int) -> None:
    printer, clock = CapturingPrinter(), FakeClock()
    agent = an_agent(office, printer, memory, clock)
    agent.hear(issue(office, 12)[0])
    office.refuses = (status, "bad_token")
    work(agent)
    assert memory.untold() is not None

    office.refuses = None
    clock.seconds += 60
    work(agent)

    assert printer.numbers == ["A012"]
    assert office.heard == [(12, "printed", None)]


def test_a_ticket_that_the_server_no_longer_knows_is_told_once(office: FakeOffice, memory: Memory) -> None:
    agent = an_agent(office, CapturingPrinter(), memory)
    agent.hear(issue(office, 12)[0])
    office.refuses = (404, "unknown_ticket")
    work(agent)
    before = office.requests

    office.unprinted.clear()
    office.refuses = None
    work(agent)

    assert office.heard == []
    assert office.requests == before


def test_100_tickets_with_a_printer_that_fails_at_random_and_an_agent_that_dies_at_random_all_end(
    office: FakeOffice, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    chance = random.Random(20260302)
    printer, clock = CapturingPrinter(), FakeClock()
    printer.faults = iter(lambda: chance.choice(FAULTS) if chance.random() < 0.2 else None, "never")
    memory = Memory(tmp_path / "slips")
    agent = an_agent(office, printer, memory, clock)
    for number in range(100):
        agent.hear(issue(office, number)[0])
        office.is_down, office.loses_answers = chance.random() < 0.1, chance.random() < 0.1
        clock.seconds += chance.choice([0.2, 2, 40])
        for _ in range(chance.randrange(4)):
            agent.step()
        if chance.random() < 0.05:
            memory.close()
            memory = Memory(tmp_path / "slips")
            agent = an_agent(office, printer, memory, clock)

    office.is_down = office.loses_answers = False
    for _ in range(3):
        clock.seconds += 60
        work(agent)
    memory.close()

    on_paper = {int(number[1:]) for number in printer.numbers}
    assert len(printer.slips) == len(on_paper)
    assert len(office.heard) == 100
    assert {ticket for ticket, result, _ in office.heard if result == "printed"} == on_paper
    assert {ticket for ticket, _, _ in office.heard} == set(range(100))


# how the printer is


def told_states(agent: KioskAgent) -> list[str]:
    said: list[str] = []

    def say_state(state: str) -> bool:
        said.append(state)
        return True

    agent.say_state = say_state
    return said


def test_a_roll_that_comes_to_its_end_while_nobody_prints_is_told_within_five_seconds(
    office: FakeOffice, memory: Memory
) -> None:
    printer, clock = CapturingPrinter(), FakeClock()
    agent = an_agent(office, printer, memory, clock)
    said = told_states(agent)
    printer.now = Status()
    work(agent)

    printer.now = Status(is_low=True)
    clock.seconds += 5
    work(agent)
    printer.now = Status(fault=PaperOut)
    clock.seconds += 5
    work(agent)
    work(agent)

    assert said == ["ready", "low", "paper_out"]


def test_a_printer_that_fails_a_slip_is_told_at_once_and_that_it_works_again_too(
    office: FakeOffice, memory: Memory
) -> None:
    printer = CapturingPrinter()
    agent = an_agent(office, printer, memory)
    said = told_states(agent)
    printer.faults = iter([CoverOpen, None])

    for number in (12, 13):
        agent.hear(issue(office, number)[0])
        work(agent)

    assert said == ["cover_open", "ready"]


def test_a_state_that_nobody_heard_is_said_when_the_link_is_back(office: FakeOffice, memory: Memory) -> None:
    printer, clock = CapturingPrinter(), FakeClock()
    printer.now = Status(is_low=True)
    agent = an_agent(office, printer, memory, clock)
    work(agent)  # nobody hears it
    said = told_states(agent)

    work(agent)
    agent.look_again()
    work(agent)

    assert said == ["low", "low"]


# the process


def started(office: FakeOffice, printer: FakePrinter, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "kiosk.agent", "--server", office.server.url, "--data", str(data)),
            *("--printer", f"tcp://127.0.0.1:{printer.port}", "--width", "80"),
        ],
        cwd=ROOT,
        env=os.environ | {"GILIRAN_TOKEN": TOKEN},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_agent_killed_in_the_middle_of_a_slip_and_started_again_prints_it_once(
    office: FakeOffice, tmp_path: Path
) -> None:
    with fake_printer() as device:
        device.is_stuck_after_slip = True
        issue(office, 12)
        with started(office, device, tmp_path) as process:
            assert device.got_bytes.wait(20)
            process.kill()
            process.communicate()
        device.is_stuck_after_slip = False
        issue(office, 13)

        with started(office, device, tmp_path) as process:
            office.wait_for(2)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)

    assert process.returncode == 0
    assert [number_on(slip) for slip in device.slips] == ["A012", "A013"]
    assert office.heard == [(12, "failed", "unknown"), (13, "printed", None)]


def test_the_sample_needs_nothing_but_a_place_to_put_it(tmp_path: Path) -> None:
    for language in LANGUAGES:
        for width, paper in PAPERS.items():
            file = tmp_path / f"{language}-{width}.bin"
            assert main(["sample", "--language", language, "--width", str(width), "--out", str(file)]) == 0
            assert "A012" in [
                thing.text for thing in printed(file.read_bytes(), paper.dots) if isinstance(thing, PrintedText)
            ]


@pytest.mark.parametrize(
    ("arguments", "token", "status", "said"),
    [
        (["--printer", "tcp://127.0.0.1:1"], "", 2, "GILIRAN_TOKEN"),
        (["--printer", "usb"], "t", 2, "'usb' is no printer"),
        (["run", "--printer", "tcp://127.0.0.1:1", "--data", "/dev/null/x"], "t", 1, "/dev/null"),
        (["sample", "--out", "/dev/null/x"], "", 1, "/dev/null"),
    ],
)
def test_what_cannot_start_says_why(
    arguments: list[str],
    token: str,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GILIRAN_TOKEN", token)

    assert main(arguments) == status

    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["run"], ["sample", "--width", "70", "--out", "x"], ["--printer", "x", "--server", "ftp://x"]]
)
def test_unusable_arguments_are_refused_by_name(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(wrong)

    assert refused.value.code == 2


def test_an_agents_pc_needs_neither_the_server_nor_a_database() -> None:
    program = "import sys, kiosk.agent, display.agent, counter_terminal.agent; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)

    assert not {"server", "flask", "sqlalchemy", "eventlet", "pydantic"} & set(loaded.stdout.split())


def test_a_start_leaves_nothing_in_the_place_for_temporary_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk.agent", "sample", "--out", str(tmp_path / "slip")]
    (tmp_path / "temporary").mkdir()

    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"TMPDIR": str(tmp_path / "temporary")})

    assert list((tmp_path / "temporary").iterdir()) == []
