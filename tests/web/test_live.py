"""The live channel on real sockets: in order, and whole again after whatever loss."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from config import branch_file
from server.actions.call_next import call_next
from server.actions.load_branch import read_plan
from server.actions.office import Actor, Answer, Office
from server.app import SystemClock
from server.domain.floor import Draft
from sql.plan import replace_plan
from sql.store import SqlStore
from tests.deeds import call, issue, press
from tests.live_screen import LiveScreen, a_screen, a_web_socket
from tests.servers import Caller, RunningOffice, a_running_office
from tests.web.conftest import HEARTBEAT_S

pytestmark = pytest.mark.slow


def test_a_screen_that_joins_gets_the_whole_board_and_where_in_the_journal_it_stands(hall: LiveScreen) -> None:
    assert hall.board is not None
    assert hall.board["zone"]["code"] == "hall"
    assert hall.board["seq"] >= 6
    assert {queue["service"] for queue in hall.board["queues"]} == {"A", "F", "H", "J"}


def test_events_come_in_order_and_each_names_the_one_before_it(lively: RunningOffice, hall: LiveScreen) -> None:
    numbers = [call(lively, f"K{1 + place % 3}") for place in range(9)]

    hall.until(lambda: hall.called == numbers)
    told = [event for _, event in hall.applied]
    assert [event["seq"] for event in told] == sorted(event["seq"] for event in told)
    assert all(event["prev"] == before["seq"] for before, event in itertools.pairwise(told))
    assert hall.joins == 1  # the first: nothing was missing


def test_a_call_says_number_counter_and_how_often(lively: RunningOffice, hall: LiveScreen) -> None:
    number = call(lively, "K2")

    hall.until(lambda: number in hall.called)
    event = hall.words("ticket_called")[-1]
    assert (event["number"], event["counter"], event["calls"]) == (number, "2", 1)


def test_a_screen_that_missed_an_event_notices_with_the_next_one(lively: RunningOffice, hall: LiveScreen) -> None:
    hall.deaf_to = {"ticket_called", "heartbeat"}
    lost = call(lively, "K1")
    press(lively, "serve", counter="K1")

    hall.until(lambda: hall.shown(lost))
    assert lost not in hall.called  # not by the event: by the board that it asked for
    assert hall.joins >= 2


def test_a_loss_that_nothing_follows_shows_with_the_next_heartbeat(lively: RunningOffice, hall: LiveScreen) -> None:
    hall.deaf_to = {"ticket_called", "service_ended"}
    lost = call(lively, "K1")

    hall.until(lambda: hall.shown(lost))
    assert lost not in hall.called


def test_a_screen_whose_cable_was_out_has_everything_when_it_is_back(lively: RunningOffice, hall: LiveScreen) -> None:
    hall.drop()
    hall.until(lambda: not hall.is_connected)
    number = call(lively, "K1")

    hall.until(lambda: hall.connections == 2 and hall.shown(number))


def test_the_heartbeat_goes_on_in_a_quiet_hall_and_says_the_last_seq_of_this_room(
    lively: RunningOffice, hall: LiveScreen
) -> None:
    number = call(lively, "K1")
    hall.until(lambda: number in hall.called)
    last = hall.seq
    issue(lively)  # is in the journal, and no word of this room
    hall.heard.clear()

    hall.until(lambda: len(hall.words("heartbeat")) >= 4)
    assert {beat["seq"] for beat in hall.words("heartbeat")} == {last}
    assert hall.joins == 1


def test_what_another_process_wrote_and_never_told_is_on_the_screens_within_a_heartbeat(
    lively: RunningOffice, hall: LiveScreen
) -> None:
    """As after a crash between the commit and the word to the screens."""
    number = str(issue(lively, "H")["number"])
    press(lively, "finish", counter="K4")
    elsewhere = Office(SqlStore(lively.engine, "KL01", read_plan), SystemClock(), lambda: None)

    def call_it(draft: Draft, now: datetime) -> Answer:
        while (choice := call_next(draft, now, "K4")) is not None and choice.ticket.number != number:
            pass
        return Answer(200)

    elsewhere.act(Actor("counter:other"), call_it)

    hall.until(lambda: number in hall.called)


def test_a_branch_that_was_edited_is_on_the_screens_without_a_restart(lively: RunningOffice, hall: LiveScreen) -> None:
    file = lively.data.parent / "edited.toml"
    text = branch_file.EXAMPLE.read_text(encoding="utf-8").replace("Certificates", "Birth certificates")
    file.write_text(text, encoding="utf-8")

    replace_plan(lively.engine, "KL01", branch_file.load(file), SystemClock().now())  # what `giliran branch load` does

    hall.until(lambda: hall.board and hall.board["queues"][0]["name"]["en"] == "Birth certificates")


def test_two_screens_that_come_while_calls_are_made_are_told_the_same(lively: RunningOffice) -> None:
    token = lively.token("display")
    numbers: list[str] = []
    calls = threading.Thread(target=lambda: numbers.extend(call(lively, "K3") for _ in range(12)))
    calls.start()
    with (
        a_screen(lively.url, {"zone": "hall"}, token) as first,
        a_screen(lively.url, {"zone": "canteen"}, token) as late,
    ):
        for _ in range(6):
            late.until(lambda: late.board)
            late.join()  # again and again, in the middle of it
        calls.join()
        for screen in (first, late):
            screen.until(partial(_shows_last_of, screen, numbers))


def _shows_last_of(screen: LiveScreen, numbers: list[str]) -> bool:
    return all(screen.shown(number) for number in numbers[-4:])


def screens_at(office: RunningOffice) -> int:
    told = Caller(office.url).get("/metrics")
    assert told.status == 200, office.log[-3000:]
    return int(float(next(line for line in told.text.splitlines() if line.startswith("giliran_screens ")).split()[1]))


def _hears(screen: LiveScreen, number: str) -> bool:
    return number in screen.called


@pytest.mark.soak
@pytest.mark.slow
def test_a_screen_that_stops_reading_holds_nobody_up_and_is_let_go(tmp_path: Path) -> None:
    settings = {"GILIRAN_PING_INTERVAL": "0.5", "GILIRAN_PING_TIMEOUT": "8", "GILIRAN_HEARTBEAT": str(HEARTBEAT_S)}
    with a_running_office(tmp_path, environment=settings) as office:
        press(office, "open")
        token = office.token("display")
        with (
            a_screen(office.url, {"zone": "hall"}, token) as hall,
            a_web_socket(office.url, token, buffer=4096) as stopped,
        ):
            hall.until(lambda: hall.board)
            for _ in range(1500):  # megabytes of boards that it asks for and never takes
                stopped.say("join", {"zone": "hall"})
            for _ in range(5):
                number = call(office)
                began = time.monotonic()
                hall.until(partial(_hears, hall, number))
                assert time.monotonic() - began < 5

            asked_at = time.monotonic()
            while screens_at(office) != 1:
                assert time.monotonic() - asked_at < 40, "the stopped screen is still held"
            assert hall.connections == 1


@pytest.mark.slow
def test_an_announcement_is_never_silent_because_the_server_was_restarted(tmp_path: Path) -> None:
    """Players speak an id once: the first call after a restart must not carry an id that they know."""
    with a_running_office(tmp_path, environment={"GILIRAN_VOICE": "chime"}) as office:
        press(office, "open")
        token = office.token("display")
        with a_screen(office.url, {"zone": "hall"}, token) as hall:
            hall.until(lambda: hall.board)
            first = call(office)
            hall.until(lambda: hall.words("speak"))
            office.kill()
            office.start()
            hall.until(lambda: hall.connections == 2)
            hall.until(lambda: hall.words("board")[1:])
            second = call(office)
            hall.until(lambda: len(hall.words("speak")) == 2)

            spoken = hall.words("speak")
            assert [told["number"] for told in spoken] == [first, second]
            assert spoken[0]["id"] < spoken[1]["id"]
            assert spoken[0]["counter"] == "1"
            assert Caller(office.url, token).get(spoken[1]["clips"][0]).status == 200
