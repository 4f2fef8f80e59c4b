"""The rooms of the live channel: who may be in which, what each is told, and what none of them hears."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.deeds import call, issue, press
from tests.live_screen import LiveScreen, Told, a_screen, a_web_socket
from tests.servers import RunningOffice

pytestmark = pytest.mark.slow

_keys = itertools.count()


PRIVATE = {
    "lane", "lanes", "officer", "officers", "note", "token", "url", "id", "why", "run", "person", "language", "channel",
    "legs", "printed", "outcome", "transactions", "only", "further",
}  # fmt: skip
PUBLIC = {"seq", "prev", "at", "number", "counter", "calls"}


def keys_in(told: object) -> set[str]:
    if isinstance(told, dict):
        return set(told) | {key for value in told.values() for key in keys_in(value)}
    if isinstance(told, list):
        return {key for value in told for key in keys_in(value)}
    return set()


def test_a_zone_hears_numbers_and_counters_and_nothing_about_people(lively: RunningOffice, hall: LiveScreen) -> None:
    officer = lively.caller("officer")
    press(lively, "finish", counter="K6")
    press(lively, "close", {"reason": "rest"}, "K6")
    officer.post("/counters/K6/open")
    number = issue(lively, "J", lane="pregnant", language="ta")["number"]
    for deed, body in (
        ("call", {"number": number, "reason": "cannot stand"}), ("recall", {}), ("serve", {}),
        ("hold", {"reason": "form"}), ("resume", {"number": number}),
        ("transfer", {"service": "A", "note": "wheelchair at the door"}),
    ):  # fmt: skip
        officer.post(f"/counters/K6/{deed}", body)
    officer.post("/counters/K6/close", {"reason": "lunch"})

    hall.until(lambda: any(e.get("counter") == "6" for e in hall.words("counter_closed")[1:]))
    hall.until(lambda: hall.words("waits"))
    press(lively, "open", counter="K6")
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
    lively: RunningOffice, role: str, scope: tuple[str, ...]
) -> None:
    token = lively.caller(role, scope).token
    with a_web_socket(lively.url, token) as link:
        answers = {next(iter(room)): link.ask("join", room) for room in ROOMS}

    assert {kind for kind, answer in answers.items() if answer == {}} == MAY_JOIN[role, scope]
    assert {answer["code"] for answer in answers.values() if answer} <= {"not_allowed"}


def test_a_wrong_token_is_refused_and_says_so(lively: RunningOffice) -> None:
    with a_web_socket(lively.url, "no such token") as link:
        assert link.refusal is not None
        assert link.refusal["code"] == "bad_token"


def test_a_one_time_link_is_no_token(lively: RunningOffice) -> None:
    secret = lively.people.add_token("pair", "kiosk:main", datetime.now(UTC), scope=["kiosk:main"])
    with a_web_socket(lively.url, secret) as link:
        assert link.refusal is not None
        assert link.refusal["code"] == "bad_token"


def test_without_a_token_no_room_opens_but_that_of_a_known_ticket(lively: RunningOffice) -> None:
    address = issue(lively)["url"].rpartition("/")[2]
    with a_web_socket(lively.url) as link:
        assert {link.ask("join", room)["code"] for room in ROOMS} == {"not_signed_in"}
        assert link.ask("join", {"ticket": "no-such-address"})["code"] == "unknown_ticket"
        assert link.ask("join", {"ticket": address}) == {}


def test_a_browsers_cookie_speaks_for_its_page(lively: RunningOffice) -> None:
    session, device = lively.session("supervisor"), lively.token("display")
    with a_screen(lively.url, {"branch": "KL01"}, cookie=f"giliran_person={session}") as desk:
        desk.until(lambda: desk.board)
    with a_screen(lively.url, {"zone": "hall"}, cookie=f"giliran_device={device}") as wall:
        wall.until(lambda: wall.board)


@pytest.mark.parametrize(
    "wanted", [None, 7, "hall", [], {}, {"zone": None}, {"zone": ["hall"]}, {"zone": "x" * 5000}, {"zone": "\x00"},
               {"lounge": "hall"}, {"counter": {"$ne": ""}}, {"branch": "JB02"}, {"kiosk": "\ud800"}],
)  # fmt: skip
def test_a_join_that_makes_no_sense_is_answered_and_changes_nothing(lively: RunningOffice, wanted: object) -> None:
    with a_web_socket(
        lively.url, lively.caller("integration", ("board", "overview", "counter", "print")).token
    ) as link:
        answer = link.ask("join", wanted)

        assert answer["code"] in ("bad_request", "unknown_zone", "unknown_counter", "unknown_branch", "unknown_kiosk")
        assert link.ask("join", {"zone": "hall"}) == {}
    assert "Traceback" not in lively.log


# ── who is shut out ──────────────────────────────────────────────────────────────────────────────────────────


def row_of(office: RunningOffice, name: str) -> int:
    return next(row.id for row in office.people.tokens() if row.name == name)


def test_a_device_that_an_administrator_shuts_out_loses_its_connection_at_once(lively: RunningOffice) -> None:
    name = f"lost tablet {next(_keys)}"
    with a_screen(lively.url, {"zone": "hall"}, lively.token("display", name)) as screen:
        screen.until(lambda: screen.board)

        assert lively.caller("admin").post(f"/devices/{row_of(lively, name)}/revoke").status == 200

        screen.until(lambda: screen.refused or not screen.is_connected)


def test_a_token_revoked_from_the_command_line_ends_its_connection_with_the_next_heartbeat(
    lively: RunningOffice,
) -> None:
    name = f"stolen tablet {next(_keys)}"
    with a_screen(lively.url, {"zone": "hall"}, lively.token("display", name)) as screen:
        screen.until(lambda: screen.board)

        lively.people.revoke(row_of(lively, name), datetime.now(UTC))  # what the command does, in a process of its own

        screen.until(lambda: screen.refused or not screen.is_connected)


def test_somebody_who_was_locked_out_sees_the_overview_no_longer(lively: RunningOffice) -> None:
    name = f"Kamal {next(_keys)}"
    number = lively.add_person(name, "manager")
    session = lively.people.add_token("session", name, datetime.now(UTC), person=number)
    with a_screen(lively.url, {"branch": "KL01"}, cookie=f"giliran_person={session}") as desk:
        desk.until(lambda: desk.board)

        lively.people.change_person(number, disabled_at=datetime.now(UTC))

        desk.until(lambda: desk.refused or not desk.is_connected)


# ── words without a sequence ─────────────────────────────────────────────────────────────────────────────────


def test_waits_are_told_at_most_once_a_second_however_much_happens(lively: RunningOffice, hall: LiveScreen) -> None:
    while len(hall.words("waits")) < 3:
        issue(lively, "F")

    at = [datetime.fromisoformat(told["as_of"]) for told in hall.words("waits")]
    assert all((later - sooner).total_seconds() >= 0.95 for sooner, later in itertools.pairwise(at))
    assert {queue["service"] for queue in hall.words("waits")[-1]["queues"]} == {"A", "F", "H", "J"}


def test_a_ticket_is_printed_once_where_it_was_taken(lively: RunningOffice) -> None:
    assert issue(lively)["paper"] is False  # nobody prints

    with a_screen(lively.url, {"kiosk": "main", "prints": True}, lively.token("kiosk", scope=["main"])) as agent:
        agent.until(lambda: agent.board)
        kiosk = lively.caller("kiosk")
        first, again = (kiosk.post("/tickets", {"service": "A"}, key=f"tap-{id(agent)}").body for _ in range(2))
        follower = issue(lively)
        agent.until(lambda: len(agent.words("print")) >= 2)

        assert first["paper"] is True
        assert again["number"] == first["number"]
        assert [slip["number"] for slip in agent.words("print")] == [first["number"], follower["number"]]
        assert "lane" not in agent.words("print")[0]


def test_a_call_for_help_reaches_the_manager_and_every_counter_but_no_hall(
    lively: RunningOffice, hall: LiveScreen
) -> None:
    counter, manager = lively.token("counter"), lively.token("manager")
    with (
        a_screen(lively.url, {"counter": "K5"}, counter) as terminal,
        a_screen(lively.url, {"branch": "KL01"}, manager) as desk,
    ):
        terminal.until(lambda: terminal.board)
        desk.until(lambda: desk.board)
        assert lively.caller("kiosk").post("/help", {"kind": "help", "kiosk": "main"}).status == 202

        for screen in (terminal, desk):
            screen.until(partial(screen.words, "help"))
            assert [(told["kind"], told["kiosk"]) for told in screen.words("help")] == [("help", "main")]
        number = call(lively, "K2")
        hall.until(lambda: number in hall.called)
        assert not hall.words("help")


def test_an_emergency_rings_once_however_often_it_is_asked(lively: RunningOffice) -> None:
    with a_screen(lively.url, {"branch": "KL01"}, lively.token("manager")) as desk:
        desk.until(lambda: desk.board)
        kiosk, officer = lively.caller("kiosk"), lively.caller("officer")
        for _ in range(3):
            officer.post("/tickets", {"service": "A", "lane": "emergency"}, key=f"hurt-{id(desk)}")
        kiosk.post("/help", {"kind": "help"})

        desk.until(lambda: len(desk.words("help")) >= 2)
        assert [told["kind"] for told in desk.words("help")] == ["emergency", "help"]


def test_a_counter_is_worked_at_the_window_that_claimed_it_last(lively: RunningOffice) -> None:
    token = lively.token("counter")
    with a_screen(lively.url, {"counter": "K3"}, token) as one, a_screen(lively.url, {"counter": "K3"}, token) as other:
        for screen, window in ((one, "one"), (other, "other")):
            screen.until(lambda s=screen: s.board)  # type: ignore[misc]
            screen.emit("claim", {"counter": "K3", "window": window})
            for each in (one, other):
                each.until(lambda e=each, w=window: e.words("claimed") and e.words("claimed")[-1]["window"] == w)  # type: ignore[misc]

        with a_screen(lively.url, {"counter": "K3"}, token) as third:
            third.until(lambda: third.words("claimed"))
            assert third.words("claimed") == [{"window": "other"}]


def test_who_only_looks_at_a_counter_or_is_not_there_claims_nothing(lively: RunningOffice) -> None:
    with (
        a_screen(lively.url, {"counter": "K3"}, lively.token("manager")) as manager,
        a_screen(lively.url, {"counter": "K2"}, lively.token("counter")) as next_door,
        a_screen(lively.url, {"counter": "K3"}, lively.token("counter")) as terminal,
    ):
        for screen in (manager, next_door, terminal):
            screen.until(lambda s=screen: s.board)  # type: ignore[misc]
        for screen, said in ((manager, "manager"), (next_door, "next door"), (terminal, ""), (terminal, "mine")):
            screen.emit("claim", {"counter": "K3", "window": said})
        terminal.emit("claim", "nonsense")

        terminal.until(lambda: terminal.words("claimed"))
        assert terminal.words("claimed") == [{"window": "mine"}]


def in_hand(terminal: LiveScreen) -> Told:
    return (terminal.board or {}).get("ticket") or {}


def test_a_terminal_gets_its_board_at_each_of_its_own_deeds(lively: RunningOffice) -> None:
    with a_screen(lively.url, {"counter": "K1"}, lively.token("counter", scope=["K1"])) as terminal:
        terminal.until(lambda: terminal.board)
        number = call(lively, "K1")
        terminal.until(lambda: in_hand(terminal).get("number") == number)
        press(lively, "serve")
        terminal.until(lambda: in_hand(terminal)["status"] == "serving")
        press(lively, "finish")
        terminal.until(lambda: not in_hand(terminal))


def test_a_terminal_learns_within_a_second_or_so_what_the_others_do(lively: RunningOffice) -> None:
    with a_screen(lively.url, {"counter": "K1"}, lively.token("counter", scope=["K1"])) as terminal:
        terminal.until(lambda: terminal.board)
        assert terminal.board is not None
        waiting = terminal.board["waiting"]

        issue(lively, "A")

        terminal.until(lambda: terminal.board and terminal.board["waiting"] == waiting + 1)
        call(lively, "K3", "F")
        terminal.until(lambda: terminal.board and _is_at(terminal.board, "K3"))


def _is_at(board: Told, counter: str) -> bool:
    return any(one["code"] == counter and one["is_open"] for one in board["counters"])


def test_the_manager_sees_who_is_called_where(lively: RunningOffice) -> None:
    with a_screen(lively.url, {"branch": "KL01"}, lively.token("manager")) as desk:
        desk.until(lambda: desk.board)
        number = call(lively, "K2")

        desk.until(
            lambda: desk.board and any((c["ticket"] or {}).get("number") == number for c in desk.board["counters"])
        )


def test_a_phone_follows_its_own_ticket_and_learns_nothing_else(lively: RunningOffice) -> None:
    press(lively, "finish", counter="K4")
    ahead, mine = issue(lively, "H"), issue(lively, "H", lane="elderly")
    address = mine["url"].rpartition("/")[2]
    with a_screen(lively.url, {"ticket": address}) as phone:
        phone.until(lambda: phone.board)
        assert phone.board is not None
        assert phone.board["ticket"]["number"] == mine["number"]
        assert not {"lane", "channel", "id", "printed"} & set(phone.board["ticket"])
        before = phone.board["ticket"]["ahead"]
        issue(lively, "H", lane="emergency")
        phone.until(lambda: phone.board and phone.board["ticket"]["ahead"] == before + 1)

        press(lively, "call", {"number": mine["number"], "reason": "appointment"}, "K4")

        phone.until(lambda: phone.board and phone.board["ticket"]["counter"] == "4")
        press(lively, "finish", counter="K4")
        phone.until(lambda: phone.board and phone.board["ticket"]["status"] == "finished")
        assert ahead["number"] not in json.dumps(phone.heard)
