"""The live channel step by step, in this process and with a clock that stands still: one delivery, one heartbeat."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask_socketio import SocketIOTestClient

from server.domain.events import Event
from server.domain.floor import Floor
from server.ports import Person
from server.web.live import FAR_BEATS, NAMESPACE, PLACES, Live
from tests.live_screen import Told
from tests.web.conftest import AnOfficeServer, OfficeServer

pytestmark = pytest.mark.slow

HOURS = """
[branch]
code = "KL01"
name = {ms = "Kaunter Utama"}

[[service]]
code = "A"
name = {ms = "Sijil"}

[[counter]]
code = "K1"
services = ["A"]

[[hours]]
days = "daily"
open = [["08:00", "17:00"]]
"""


class Wall:
    """A screen in one room; `told` is what it was told since it was last asked."""

    def __init__(self, office: OfficeServer, room: Told, role: str = "display") -> None:
        self._client = SocketIOTestClient(
            office.app, office.app.extensions["socketio"], namespace=NAMESPACE, auth={"token": office.token(role)}
        )
        self._client.emit("join", room, namespace=NAMESPACE)

    def told(self, *names: str) -> list[tuple[str, Told]]:
        heard = [(one["name"], one["args"][0]) for one in self._client.get_received(NAMESPACE)]
        return [(name, told) for name, told in heard if not names or name in names]

    def names(self) -> list[str]:
        return [name for name, _ in self.told()]


def live_of(office: OfficeServer) -> Live:
    assert office.door.live is not None
    return office.door.live


def call(office: OfficeServer) -> str:
    number = str(office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()["number"])
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    assert counter.post("/counters/K1/next").get_json()["number"] == number
    return number


class FailingOnce:
    """A voice that fails at its first call."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def announce(self, floor: Floor, seq: int, event: Event) -> None:
        self.asked.append(seq)
        if len(self.asked) == 1:
            raise RuntimeError("the voice is gone")


def test_a_voice_that_fails_costs_no_screen_its_call_and_nobody_hears_it_twice(office: OfficeServer) -> None:
    live, hall = live_of(office), Wall(office, {"zone": "hall"})
    voice = FailingOnce()
    live.on_call = voice.announce
    number = call(office)

    live.deliver()
    live.deliver()
    live.beat()

    told = hall.told("ticket_called", "board")
    assert [name for name, _ in told].count("ticket_called") == 1
    assert told[-1][1]["recent"][0]["number"] == number  # whatever else was lost: the whole board
    assert len(voice.asked) == 1

    office.caller("counter").post("/counters/K1/finish")
    call(office)
    live.deliver()
    assert len(hall.told("ticket_called")) == 1
    assert len(voice.asked) == 2


def test_whoever_joins_before_the_news_is_out_is_not_told_it_again(office: OfficeServer) -> None:
    live = live_of(office)
    number = call(office)  # committed, not delivered yet

    hall = Wall(office, {"zone": "hall"})
    (_, board), *_ = hall.told("board")
    live.deliver()
    live.beat()

    assert board["recent"][0]["number"] == number
    assert [(name, told["seq"]) for name, told in hall.told("ticket_called", "heartbeat")] == [
        ("heartbeat", board["seq"])
    ]


def test_a_call_that_is_made_while_a_terminal_joins_is_not_lost_to_it(office: OfficeServer) -> None:
    """Reading a board may ask the database, and meanwhile other tasks go on."""
    live, people = live_of(office), office.door.people
    ask = people.people
    calls: list[threading.Thread] = []

    def call_and_tell() -> None:
        call(office)
        live.deliver()

    def slowly() -> list[Person]:
        found = ask()
        if not calls:
            calls.append(threading.Thread(target=call_and_tell))
            calls[0].start()
            calls[0].join(0.5)  # as long as it likes: it ends only where the room is told before the board is sent
        return found

    people.people = slowly  # type: ignore[method-assign]
    terminal = Wall(office, {"counter": "K1"}, "counter")
    calls[0].join()
    live.beat()

    last = terminal.told("board", "heartbeat")
    board = [told for name, told in last if name == "board"][-1]
    assert board["ticket"] is not None
    assert last[-1][1]["seq"] <= board["seq"]


def test_a_heartbeat_never_falls_behind_what_the_room_was_sent(office: OfficeServer) -> None:
    live = live_of(office)
    early = Wall(office, {"zone": "hall"})
    seqs = []
    for _ in range(3):
        call(office)
        live.deliver()
        live.beat()
        seqs.append(early.told("heartbeat")[-1][1]["seq"])
        office.caller("counter").post("/counters/K1/finish")

    assert seqs == sorted(seqs)
    assert len(set(seqs)) == 3


def test_a_database_that_cannot_be_asked_stops_the_heartbeat(office: OfficeServer) -> None:
    """A heartbeat says "you lack nothing"; where nobody can know, the screens shall grow old and say so."""
    live, hall = live_of(office), Wall(office, {"zone": "hall"})
    catch_up = office.door.office.store.catch_up
    live.beat()
    assert "heartbeat" in hall.names()

    def gone() -> None:
        raise OSError("the database is gone")

    office.door.office.store.catch_up = gone  # type: ignore[method-assign]
    live.beat()
    assert "heartbeat" not in hall.names()

    office.door.office.store.catch_up = catch_up  # type: ignore[method-assign]
    live.beat()
    assert "heartbeat" in hall.names()


def test_the_new_day_clears_yesterdays_calls_from_the_boards(office: OfficeServer) -> None:
    live, hall = live_of(office), Wall(office, {"zone": "hall"})
    number = call(office)
    office.caller("counter").post("/counters/K1/finish")
    live.deliver()
    hall.told()

    office.clock.advance(hours=17)
    manager = office.caller("manager")
    closed = manager.post("/branch/close-day", {"waiting": "close", "reason": "end"})
    assert closed.status_code == 200, closed.text
    live.deliver()

    boards = hall.told("board")
    assert boards, "the hall was not told that the day is over"
    assert number not in str(boards[-1][1]["recent"])


def test_closing_time_reaches_the_screens_although_nothing_happens(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(branch=HOURS)
    live, hall, kiosk = live_of(office), Wall(office, {"zone": "hall"}), Wall(office, {"kiosk": "main"}, "kiosk")
    live.beat()
    assert [told["is_open"] for _, told in hall.told("board")] == [True]
    kiosk.told()

    office.clock.advance(hours=9, seconds=1)
    live.beat()

    assert [told["is_open"] for _, told in hall.told("board")] == [False]
    live.tell_waits()
    assert [told["is_open"] for _, told in kiosk.told("waits")] == [False]


def test_a_phone_is_told_nothing_when_its_ticket_is_long_over(office: OfficeServer) -> None:
    taken = office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()
    address = taken["url"].rpartition("/")[2]
    office.caller("kiosk").post(f"/tickets/{taken['id']}/leave")
    assert Wall(office, {"ticket": address}).names() == ["board"]

    office.clock.advance(hours=office.door.settings.ticket_link_hours, seconds=1)

    assert Wall(office, {"ticket": address}).names() == []


def test_phones_far_from_their_turn_hear_in_turn_once_a_round_and_no_step_tells_many(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    for _ in range(12):
        kiosk.post("/tickets", {"service": "A"})  # whoever has ten before them is told at once
    tickets = [kiosk.post("/tickets", {"service": "A"}).get_json()["url"] for _ in range(PLACES)]
    live = live_of(office)
    live.deliver()
    phones = [Wall(office, {"ticket": url.rpartition("/")[2]}) for url in tickets]
    for phone in phones:
        phone.told()
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    assert counter.post("/counters/K1/next").status_code == 200
    live.deliver()

    told = []
    for _ in range(2 * PLACES):
        live.tell_phones()
        told.append([(n, name) for n, phone in enumerate(phones) for name in phone.names()])

    assert [len(step) for step in told] == [1] * (2 * PLACES)
    assert [step[0][0] for step in told[:PLACES]] == [step[0][0] for step in told[PLACES:]]
    assert {name for step in told[:PLACES] for _, name in step} == {"board"}
    assert {name for step in told[PLACES:] for _, name in step} == {"heartbeat"}


def test_a_phone_near_its_turn_hears_with_every_heartbeat(office: OfficeServer) -> None:
    taken = [office.caller("kiosk").post("/tickets", {"service": "A"}).get_json() for _ in range(4)]
    live = live_of(office)
    live.deliver()
    phone = Wall(office, {"ticket": taken[-1]["url"].rpartition("/")[2]})
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    phone.told()

    ahead = []
    for _ in range(3):
        counter.post("/counters/K1/next")
        live.deliver()
        for _ in range(PLACES // FAR_BEATS):
            live.tell_phones()
        ahead.append([told["ticket"]["ahead"] for _, told in phone.told("board")][-1])

    assert ahead == [2, 1, 0]


def test_a_token_that_runs_out_ends_its_connection_with_the_next_heartbeat(office: OfficeServer) -> None:
    number = office.add_person("Aminah", "supervisor")
    until = office.clock.now() + timedelta(hours=1)
    secret = office.door.people.add_token("session", "Aminah", office.clock.now(), person=number, expires_at=until)
    desk = SocketIOTestClient(
        office.app, office.app.extensions["socketio"], namespace=NAMESPACE, auth={"token": secret}
    )
    live_of(office).beat()
    assert live_of(office).screens == 1

    office.clock.advance(hours=1, seconds=1)
    live_of(office).beat()

    assert live_of(office).screens == 0
    del desk


def test_a_call_is_said_once_to_a_room_however_many_screens_are_in_it(
    office: OfficeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library makes one text of what is said to a room, however many hear it."""
    live, halls = live_of(office), [Wall(office, {"zone": "hall"}) for _ in range(5)]
    socketio = office.app.extensions["socketio"]
    said: list[str] = []
    emit = socketio.emit

    def count(name: str, *told: object, **to: object) -> None:
        said.append(f"{name} {to['to']}")
        emit(name, *told, **to)

    call(office)
    monkeypatch.setattr(socketio, "emit", count)
    live.deliver()

    assert said == ["counter_opened zone:hall", "ticket_called zone:hall"]
    assert all(len(hall.told("ticket_called")) == 1 for hall in halls)
