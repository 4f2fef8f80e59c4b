"""The live channel on real sockets: in order, whole again after whatever loss, and no word to strangers."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from config import branch_file
from server.actions.call_next import call_next
from server.actions.load_branch import read_plan
from server.actions.office import Actor, Answer, Office
from server.app import SystemClock
from server.domain.floor import Draft
from sql.plan import replace_plan
from sql.store import SqlStore
from tests.live_screen import LiveScreen, Told, a_screen, a_web_socket
from tests.servers import Caller, Reply, RunningOffice, a_running_office

HEARTBEAT_S = 0.4
_keys = itertools.count()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """Every counter open; each test uses numbers of its own."""
    with a_running_office(
        tmp_path_factory.mktemp("live"), environment={"GILIRAN_HEARTBEAT": str(HEARTBEAT_S)}
    ) as running:
        for counter in ("K1", "K2", "K3", "K4", "K5", "K6"):
            assert running.caller("counter").post(f"/counters/{counter}/open").status == 200
        yield running


@pytest.fixture
def hall(office: RunningOffice) -> Iterator[LiveScreen]:
    """A hall's display that has its board."""
    with a_screen(office.url, {"zone": "hall"}, office.token("display")) as screen:
        screen.until(lambda: screen.board)
        yield screen


def issue(office: RunningOffice, service: str = "A", **more: Any) -> Told:
    taken = office.caller("kiosk").post("/tickets", {"service": service, **more})
    assert taken.status == 201, taken.text
    body: Told = taken.body
    return body


def press(office: RunningOffice, deed: str, body: Told | None = None, counter: str = "K1") -> Reply:
    return office.caller("counter").post(f"/counters/{counter}/{deed}", body or {})


def call(office: RunningOffice, counter: str = "K1", service: str = "A") -> str:
    """A new customer, called at once by number, whoever else waits."""
    number = str(issue(office, service)["number"])
    press(office, "finish", counter=counter)
    called = press(office, "call", {"number": number, "reason": "appointment"}, counter)
    assert called.status == 200, called.text
    return number


# ── in order, and complete again ─────────────────────────────────────────────────────────────────────────────


def test_a_screen_that_joins_gets_the_whole_board_and_where_in_the_journal_it_stands(hall: LiveScreen) -> None:
    assert hall.board is not None
    assert hall.board["zone"]["code"] == "hall"
    assert hall.board["seq"] >= 6
    assert {queue["service"] for queue in hall.board["queues"]} == {"A", "F", "H", "J"}


def test_events_come_in_order_and_each_names_the_one_before_it(office: RunningOffice, hall: LiveScreen) -> None:
    numbers = [call(office, f"K{1 + place % 3}") for place in range(9)]

    hall.until(lambda: hall.called == numbers)
    told = [event for _, event in hall.applied]
    assert [event["seq"] for event in told] == sorted(event["seq"] for event in told)
    assert all(event["prev"] == before["seq"] for before, event in itertools.pairwise(told))
    assert hall.joins == 1  # the first: nothing was missing


def test_a_call_says_number_counter_and_how_often(office: RunningOffice, hall: LiveScreen) -> None:
    number = call(office, "K2")

    hall.until(lambda: number in hall.called)
    event = hall.words("ticket_called")[-1]
    assert (event["number"], event["counter"], event["calls"]) == (number, "2", 1)


def test_a_screen_that_missed_an_event_notices_with_the_next_one(office: RunningOffice, hall: LiveScreen) -> None:
    hall.deaf_to = {"ticket_called", "heartbeat"}
    lost = call(office, "K1")
    press(office, "serve", counter="K1")

    hall.until(lambda: hall.shown(lost))
    assert lost not in hall.called  # not by the event: by the board that it asked for
    assert hall.joins >= 2


def test_a_loss_that_nothing_follows_shows_with_the_next_heartbeat(office: RunningOffice, hall: LiveScreen) -> None:
    hall.deaf_to = {"ticket_called", "service_ended"}
    lost = call(office, "K1")

    hall.until(lambda: hall.shown(lost))
    assert lost not in hall.called


def test_a_screen_whose_cable_was_out_has_everything_when_it_is_back(office: RunningOffice, hall: LiveScreen) -> None:
    hall.drop()
    hall.until(lambda: not hall.is_connected)
    number = call(office, "K1")

    hall.until(lambda: hall.connections == 2 and hall.shown(number))


def test_the_heartbeat_goes_on_in_a_quiet_hall_and_says_the_last_seq_of_this_room(
    office: RunningOffice, hall: LiveScreen
) -> None:
    number = call(office, "K1")
    hall.until(lambda: number in hall.called)
    last = hall.seq
    issue(office)  # is in the journal, and no word of this room
    hall.heard.clear()

    hall.until(lambda: len(hall.words("heartbeat")) >= 4)
    assert {beat["seq"] for beat in hall.words("heartbeat")} == {last}
    assert hall.joins == 1


def test_what_another_process_wrote_and_never_told_is_on_the_screens_within_a_heartbeat(
    office: RunningOffice, hall: LiveScreen
) -> None:
    """As after a crash between the commit and the word to the screens."""
    number = str(issue(office, "H")["number"])
    press(office, "finish", counter="K4")
    elsewhere = Office(SqlStore(office.engine, "KL01", read_plan), SystemClock(), lambda: None)

    def call_it(draft: Draft, now: datetime) -> Answer:
        while (choice := call_next(draft, now, "K4")) is not None and choice.ticket.number != number:
            pass
        return Answer(200)

    elsewhere.act(Actor("counter:other"), call_it)

    hall.until(lambda: number in hall.called)


def test_a_branch_that_was_edited_is_on_the_screens_without_a_restart(office: RunningOffice, hall: LiveScreen) -> None:
    file = office.data.parent / "edited.toml"
    text = branch_file.EXAMPLE.read_text(encoding="utf-8").replace("Certificates", "Birth certificates")
    file.write_text(text, encoding="utf-8")

    replace_plan(office.engine, "KL01", branch_file.load(file))  # what `giliran branch load` does

    hall.until(lambda: hall.board and hall.board["queues"][0]["name"]["en"] == "Birth certificates")


def test_two_screens_that_come_while_calls_are_made_are_told_the_same(office: RunningOffice) -> None:
    token = office.token("display")
    numbers: list[str] = []
    calls = threading.Thread(target=lambda: numbers.extend(call(office, "K3") for _ in range(12)))
    calls.start()
    with (
        a_screen(office.url, {"zone": "hall"}, token) as first,
        a_screen(office.url, {"zone": "canteen"}, token) as late,
    ):
        for _ in range(6):
            late.until(lambda: late.board)
            late.join()  # again and again, in the middle of it
        calls.join()
        for screen in (first, late):
            screen.until(partial(_shows_last_of, screen, numbers))


def _shows_last_of(screen: LiveScreen, numbers: list[str]) -> bool:
    return all(screen.shown(number) for number in numbers[-4:])


# ── who is told what ─────────────────────────────────────────────────────────────────────────────────────────

PRIVATE = {
    "lane", "lanes", "officer", "officers", "note", "token", "url", "id", "why", "run", "person", "language", "channel",
    "legs", "printed", "outcome", "transactions", "only",
}  # fmt: skip
PUBLIC = {"seq", "prev", "at", "number", "counter", "calls"}


def keys_in(told: object) -> set[str]:
    if isinstance(told, dict):
        return set(told) | {key for value in told.values() for key in keys_in(value)}
    if isinstance(told, list):
        return {key for value in told for key in keys_in(value)}
    return set()


def test_a_zone_hears_numbers_and_counters_and_nothing_about_people(office: RunningOffice, hall: LiveScreen) -> None:
    officer = office.caller("officer")
    press(office, "finish", counter="K6")
    press(office, "close", {"reason": "rest"}, "K6")
    officer.post("/counters/K6/open")
    number = issue(office, "J", lane="pregnant", language="ta")["number"]
    for deed, body in (
        ("call", {"number": number, "reason": "cannot stand"}), ("recall", {}), ("serve", {}),
        ("hold", {"reason": "form"}), ("resume", {"number": number}),
        ("transfer", {"service": "A", "note": "wheelchair at the door"}),
    ):  # fmt: skip
        officer.post(f"/counters/K6/{deed}", body)
    officer.post("/counters/K6/close", {"reason": "lunch"})

    hall.until(lambda: any(e.get("counter") == "6" for e in hall.words("counter_closed")[1:]))
    hall.until(lambda: hall.words("waits"))
    press(office, "open", counter="K6")
    said = json.dumps(hall.heard)
    assert number in said
    for secret in ("pregnant", "wheelchair", "cannot stand", "officer", '"ta"'):
        assert secret not in said.replace('"ta": ', ""), secret  # names of services are in every language
    for name, told in hall.heard:
        if "prev" in told:
            assert set(told) <= PUBLIC, name
        elif name in ("board", "waits"):
            assert not keys_in(told) & PRIVATE, name


ROOMS = ({"zone": "hall"}, {"counter": "K1"}, {"branch": "KL01"}, {"kiosk": "main"})
MAY_JOIN: dict[tuple[str, tuple[str, ...]], set[str]] = {
    ("display", ()): {"zone"},
    ("display", ("hall",)): {"zone"},
    ("display", ("canteen",)): set(),
    ("announcer", ()): {"zone"},
    ("announcer", ("canteen",)): set(),
    ("kiosk", ()): {"zone", "kiosk"},
    ("kiosk", ("main",)): {"zone", "kiosk"},
    ("kiosk", ("side",)): {"zone"},
    ("counter", ()): {"zone", "counter"},
    ("counter", ("K1",)): {"zone", "counter"},
    ("counter", ("K2",)): {"zone"},
    ("manager", ()): {"zone", "counter", "branch"},
    ("officer", ()): {"zone", "counter"},
    ("supervisor", ()): {"zone", "counter", "branch"},
    ("admin", ()): {"zone", "counter", "branch"},
    ("auditor", ()): {"zone", "branch"},
    ("integration", ()): set(),
    ("integration", ("board", "overview")): {"zone", "branch"},
}  # fmt: skip


@pytest.mark.parametrize(("role", "scope"), MAY_JOIN, ids=lambda value: str(value))
def test_a_role_joins_the_rooms_that_it_needs_and_no_other(
    office: RunningOffice, role: str, scope: tuple[str, ...]
) -> None:
    token = office.caller(role, scope).token
    with a_web_socket(office.url, token) as link:
        answers = {next(iter(room)): link.ask("join", room) for room in ROOMS}

    assert {kind for kind, answer in answers.items() if answer == {}} == MAY_JOIN[role, scope]
    assert {answer["code"] for answer in answers.values() if answer} <= {"not_allowed"}


def test_a_wrong_token_is_refused_and_says_so(office: RunningOffice) -> None:
    with a_web_socket(office.url, "no such token") as link:
        assert link.refusal is not None
        assert link.refusal["code"] == "bad_token"


def test_a_one_time_link_is_no_token(office: RunningOffice) -> None:
    secret = office.people.add_token("pair", "kiosk:main", datetime.now(UTC), scope=["kiosk:main"])
    with a_web_socket(office.url, secret) as link:
        assert link.refusal is not None
        assert link.refusal["code"] == "bad_token"


def test_without_a_token_no_room_opens_but_that_of_a_known_ticket(office: RunningOffice) -> None:
    address = issue(office)["url"].rpartition("/")[2]
    with a_web_socket(office.url) as link:
        assert {link.ask("join", room)["code"] for room in ROOMS} == {"not_signed_in"}
        assert link.ask("join", {"ticket": "no-such-address"})["code"] == "unknown_ticket"
        assert link.ask("join", {"ticket": address}) == {}


def test_a_browsers_cookie_speaks_for_its_page(office: RunningOffice) -> None:
    session, device = office.session("supervisor"), office.token("display")
    with a_screen(office.url, {"branch": "KL01"}, cookie=f"giliran_person={session}") as desk:
        desk.until(lambda: desk.board)
    with a_screen(office.url, {"zone": "hall"}, cookie=f"giliran_device={device}") as wall:
        wall.until(lambda: wall.board)


@pytest.mark.parametrize(
    "wanted", [None, 7, "hall", [], {}, {"zone": None}, {"zone": ["hall"]}, {"zone": "x" * 5000}, {"zone": "\x00"},
               {"lounge": "hall"}, {"counter": {"$ne": ""}}, {"branch": "JB02"}, {"kiosk": "\ud800"}],
)  # fmt: skip
def test_a_join_that_makes_no_sense_is_answered_and_changes_nothing(office: RunningOffice, wanted: object) -> None:
    with a_web_socket(
        office.url, office.caller("integration", ("board", "overview", "counter", "print")).token
    ) as link:
        answer = link.ask("join", wanted)

        assert answer["code"] in ("bad_request", "unknown_zone", "unknown_counter", "unknown_branch", "unknown_kiosk")
        assert link.ask("join", {"zone": "hall"}) == {}
    assert "Traceback" not in office.log


# ── who is shut out ──────────────────────────────────────────────────────────────────────────────────────────


def row_of(office: RunningOffice, name: str) -> int:
    return next(row.id for row in office.people.tokens() if row.name == name)


def test_a_device_that_an_administrator_shuts_out_loses_its_connection_at_once(office: RunningOffice) -> None:
    name = f"lost tablet {next(_keys)}"
    with a_screen(office.url, {"zone": "hall"}, office.token("display", name)) as screen:
        screen.until(lambda: screen.board)

        assert office.caller("admin").post(f"/devices/{row_of(office, name)}/revoke").status == 200

        screen.until(lambda: screen.refused or not screen.is_connected)


def test_a_token_revoked_from_the_command_line_ends_its_connection_with_the_next_heartbeat(
    office: RunningOffice,
) -> None:
    name = f"stolen tablet {next(_keys)}"
    with a_screen(office.url, {"zone": "hall"}, office.token("display", name)) as screen:
        screen.until(lambda: screen.board)

        office.people.revoke(row_of(office, name), datetime.now(UTC))  # what the command does, in a process of its own

        screen.until(lambda: screen.refused or not screen.is_connected)


def test_somebody_who_was_locked_out_sees_the_overview_no_longer(office: RunningOffice) -> None:
    name = f"Kamal {next(_keys)}"
    number = office.add_person(name, "manager")
    session = office.people.add_token("session", name, datetime.now(UTC), person=number)
    with a_screen(office.url, {"branch": "KL01"}, cookie=f"giliran_person={session}") as desk:
        desk.until(lambda: desk.board)

        office.people.change_person(number, disabled_at=datetime.now(UTC))

        desk.until(lambda: desk.refused or not desk.is_connected)


# ── words without a sequence ─────────────────────────────────────────────────────────────────────────────────


def test_waits_are_told_at_most_once_a_second_however_much_happens(office: RunningOffice, hall: LiveScreen) -> None:
    while len(hall.words("waits")) < 3:
        issue(office, "F")

    at = [datetime.fromisoformat(told["as_of"]) for told in hall.words("waits")]
    assert all((later - sooner).total_seconds() >= 0.95 for sooner, later in itertools.pairwise(at))
    assert {queue["service"] for queue in hall.words("waits")[-1]["queues"]} == {"A", "F", "H", "J"}


def test_a_ticket_is_printed_once_where_it_was_taken(office: RunningOffice) -> None:
    assert issue(office)["paper"] is False  # nobody prints

    with a_screen(office.url, {"kiosk": "main", "prints": True}, office.token("kiosk", scope=["main"])) as agent:
        agent.until(lambda: agent.board)
        kiosk = office.caller("kiosk")
        first, again = (kiosk.post("/tickets", {"service": "A"}, key=f"tap-{id(agent)}").body for _ in range(2))
        follower = issue(office)
        agent.until(lambda: len(agent.words("print")) >= 2)

        assert first["paper"] is True
        assert again["number"] == first["number"]
        assert [slip["number"] for slip in agent.words("print")] == [first["number"], follower["number"]]
        assert "lane" not in agent.words("print")[0]


def test_a_call_for_help_reaches_the_manager_and_every_counter_but_no_hall(
    office: RunningOffice, hall: LiveScreen
) -> None:
    counter, manager = office.token("counter"), office.token("manager")
    with (
        a_screen(office.url, {"counter": "K5"}, counter) as terminal,
        a_screen(office.url, {"branch": "KL01"}, manager) as desk,
    ):
        terminal.until(lambda: terminal.board)
        desk.until(lambda: desk.board)
        assert office.caller("kiosk").post("/help", {"kind": "help", "kiosk": "main"}).status == 202

        for screen in (terminal, desk):
            screen.until(partial(screen.words, "help"))
            assert [(told["kind"], told["kiosk"]) for told in screen.words("help")] == [("help", "main")]
        number = call(office, "K2")
        hall.until(lambda: number in hall.called)
        assert not hall.words("help")


def test_an_emergency_rings_once_however_often_the_kiosk_asks(office: RunningOffice) -> None:
    with a_screen(office.url, {"branch": "KL01"}, office.token("manager")) as desk:
        desk.until(lambda: desk.board)
        kiosk = office.caller("kiosk")
        for _ in range(3):
            kiosk.post("/tickets", {"service": "A", "lane": "emergency"}, key=f"hurt-{id(desk)}")
        kiosk.post("/help", {"kind": "help"})

        desk.until(lambda: len(desk.words("help")) >= 2)
        assert [told["kind"] for told in desk.words("help")] == ["emergency", "help"]


def in_hand(terminal: LiveScreen) -> Told:
    return (terminal.board or {}).get("ticket") or {}


def test_a_terminal_gets_its_board_at_each_of_its_own_deeds(office: RunningOffice) -> None:
    with a_screen(office.url, {"counter": "K1"}, office.token("counter", scope=["K1"])) as terminal:
        terminal.until(lambda: terminal.board)
        number = call(office, "K1")
        terminal.until(lambda: in_hand(terminal).get("number") == number)
        press(office, "serve")
        terminal.until(lambda: in_hand(terminal)["status"] == "serving")
        press(office, "finish")
        terminal.until(lambda: not in_hand(terminal))


def test_a_terminal_learns_within_a_second_or_so_what_the_others_do(office: RunningOffice) -> None:
    with a_screen(office.url, {"counter": "K1"}, office.token("counter", scope=["K1"])) as terminal:
        terminal.until(lambda: terminal.board)
        assert terminal.board is not None
        waiting = terminal.board["waiting"]

        issue(office, "A")

        terminal.until(lambda: terminal.board and terminal.board["waiting"] == waiting + 1)
        call(office, "K3", "F")
        terminal.until(lambda: terminal.board and _is_at(terminal.board, "K3"))


def _is_at(board: Told, counter: str) -> bool:
    return any(one["code"] == counter and one["is_open"] for one in board["counters"])


def test_the_manager_sees_who_is_called_where(office: RunningOffice) -> None:
    with a_screen(office.url, {"branch": "KL01"}, office.token("manager")) as desk:
        desk.until(lambda: desk.board)
        number = call(office, "K2")

        desk.until(
            lambda: desk.board and any((c["ticket"] or {}).get("number") == number for c in desk.board["counters"])
        )


def test_a_phone_follows_its_own_ticket_and_learns_nothing_else(office: RunningOffice) -> None:
    press(office, "finish", counter="K4")
    ahead, mine = issue(office, "H"), issue(office, "H", lane="elderly")
    address = mine["url"].rpartition("/")[2]
    with a_screen(office.url, {"ticket": address}) as phone:
        phone.until(lambda: phone.board)
        assert phone.board is not None
        assert phone.board["ticket"]["number"] == mine["number"]
        assert not {"lane", "channel", "id", "printed"} & set(phone.board["ticket"])
        before = phone.board["ticket"]["ahead"]
        issue(office, "H", lane="emergency")
        phone.until(lambda: phone.board and phone.board["ticket"]["ahead"] == before + 1)

        press(office, "call", {"number": mine["number"], "reason": "appointment"}, "K4")

        phone.until(lambda: phone.board and phone.board["ticket"]["counter"] == "4")
        press(office, "finish", counter="K4")
        phone.until(lambda: phone.board and phone.board["ticket"]["status"] == "finished")
        assert ahead["number"] not in json.dumps(phone.heard)


# ── sockets that misbehave, calls that are spoken ────────────────────────────────────────────────────────────


def screens_at(office: RunningOffice) -> int:
    told = Caller(office.url).get("/metrics")
    assert told.status == 200, office.log[-3000:]
    return int(float(next(line for line in told.text.splitlines() if line.startswith("giliran_screens ")).split()[1]))


def _hears(screen: LiveScreen, number: str) -> bool:
    return number in screen.called


@pytest.mark.slow
def test_a_screen_that_stops_reading_holds_nobody_up_and_is_let_go(tmp_path: Any) -> None:
    settings = {"GILIRAN_PING_INTERVAL": "0.5", "GILIRAN_PING_TIMEOUT": "4", "GILIRAN_HEARTBEAT": str(HEARTBEAT_S)}
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
                assert time.monotonic() - asked_at < 30, "the stopped screen is still held"
            assert hall.connections == 1


def test_an_announcement_is_never_silent_because_the_server_was_restarted(tmp_path: Any) -> None:
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
