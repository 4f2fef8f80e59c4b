"""What managers are told of the look-ahead: how well its waits hold, whom the lanes served, which counters to open."""

from __future__ import annotations

from datetime import date
from typing import Any

from server.reports import quality
from server.reports.diary import Answered
from server.web.room_boards import RoomBoards
from server.web.rooms import Room
from tests.web.conftest import OfficeServer

ADVICE = {"opens": ["K2"], "closes": [], "kept_now": 0.71, "kept_then": 0.93}


class ALookAhead:
    """A look-ahead that has said what a test wants, and remembers that it was asked."""

    def __init__(self, held: int = 80, of: int = 100) -> None:
        told = [Answered("A", 2, 18, 300, 500, 900, 600 if n < held else 2000, 0.5) for n in range(of)]
        self.quality: dict[str, Any] | None = quality.table(told)
        self.lanes: dict[str, Any] | None = quality.lanes([], date(2026, 3, 2))
        self.advice: dict[str, Any] | None = ADVICE
        self.wanted = 0

    def want_advice(self) -> None:
        self.wanted += 1


def overview(office: OfficeServer, role: str = "manager") -> dict[str, Any]:
    told: dict[str, Any] = office.caller(role).get("/overview").get_json()["foresight"]
    return told


def metrics(office: OfficeServer) -> dict[str, str]:
    text = office.app.test_client().get("/metrics").text
    return dict(line.split(" ", 1) for line in text.splitlines() if line.startswith("giliran_estimate"))


def test_an_office_without_estimates_says_that_they_are_off(office: OfficeServer) -> None:
    assert overview(office) == {"state": "off", "quality": None, "lanes": None, "advice": None}
    assert metrics(office) == {}


def test_a_look_ahead_that_has_said_nothing_yet_is_starting(office: OfficeServer) -> None:
    office.door.foresight = ahead = ALookAhead()
    ahead.quality = ahead.lanes = ahead.advice = None

    assert overview(office) == {"state": "starting", "quality": None, "lanes": None, "advice": None}
    assert metrics(office) == {}


def test_a_manager_reads_how_well_the_estimates_hold_and_what_to_do(office: OfficeServer) -> None:
    office.door.foresight = ALookAhead(held=80)
    office.foresee()

    for role in ("manager", "supervisor", "admin", "auditor"):
        told = overview(office, role)
        assert (told["state"], told["advice"]) == ("on", ADVICE)
        assert (told["quality"]["all"]["n"], told["quality"]["all"]["cover"]) == (100, 0.8)
        assert told["quality"]["alarm"] is False
    assert metrics(office) == {"giliran_estimate_answers": "100.0", "giliran_estimate_cover": "0.8"}


def test_a_look_ahead_that_has_fallen_silent_is_told_from_one_that_starts(office: OfficeServer) -> None:
    office.door.foresight = ALookAhead(held=30)

    told = overview(office)

    assert (told["state"], told["quality"]["alarm"]) == ("silent", True)


def test_the_live_channel_tells_managers_the_same(office: OfficeServer) -> None:
    office.door.foresight = ALookAhead()
    office.foresee()

    board = RoomBoards(office.door).board(Room("branch", office.door.office.floor.branch.code))

    assert board is not None
    assert board["foresight"] == overview(office)


def test_a_manager_may_ask_for_advice_and_everywhere_it_is_asked_for(office: OfficeServer) -> None:
    live = office.door.live
    assert live is not None
    said: list[str] = []
    office.door.foresight = ahead = ALookAhead()
    live.pass_on = lambda word, **facts: said.append(word)

    answer = office.caller("manager").post("/overview/advice")
    live.hear({"word": "advice"})

    assert (answer.status_code, answer.get_json()) == (202, {"asked": True})
    assert (ahead.wanted, said) == (2, ["advice"])


def test_without_a_look_ahead_there_is_nobody_to_ask(office: OfficeServer) -> None:
    answer = office.caller("supervisor").post("/overview/advice")

    assert answer.get_json() == {"asked": False}
