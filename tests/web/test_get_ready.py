"""Who is told to get ready, screen by screen: the farther away, the earlier."""

from __future__ import annotations

import pytest

from config import branch_file
from server.domain.forecast import Forecast, Told
from tests.deeds import issue, press
from tests.live_screen import a_screen
from tests.servers import RunningOffice
from tests.web.conftest import AnOfficeServer, OfficeServer

FIVE = ["A001", "A002", "A003", "A004", "A005"]


def told(office: OfficeServer, zone: str) -> list[str]:
    board = office.caller("display").get(f"/zones/{zone}/board").get_json()
    return [one["number"] for one in board["ready"]]


def test_the_canteen_asks_before_the_hall_does_and_a_phone_as_early_as_the_canteen(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    office.caller("counter").post("/counters/K1/open")
    tickets = [kiosk.post("/tickets", {"service": "A"}).get_json() for _ in range(6)]
    floor = office.door.office.floor
    minutes = {tickets[4]["id"]: 5.5, tickets[5]["id"]: 6.5}  # the canteen is three minutes away, and three to rise
    floor.outlook.forecast = Forecast(
        office.clock.now(), floor.seq, waiting={id: Told(60 * low, 1800, 3600) for id, low in minutes.items()}
    )

    assert told(office, "hall") == FIVE[:4]
    assert sorted(told(office, "canteen")) == FIVE
    pages = [office.caller().get(ticket["url"]).text for ticket in tickets[4:]]
    assert ['data-state="soon"' in page for page in pages] == [True, False]


def test_what_a_zone_asks_for_is_the_offices_own_to_say(an_office_server: AnOfficeServer) -> None:
    example = branch_file.EXAMPLE.read_text(encoding="utf-8")
    office = an_office_server(branch=example.replace("walk = 180", "walk = 180\nahead = 1"))
    office.caller("counter").post("/counters/K1/open")
    for _ in range(5):
        office.caller("kiosk").post("/tickets", {"service": "A"})

    assert told(office, "hall") == FIVE[:4]
    assert told(office, "canteen") == FIVE[:2]


@pytest.mark.slow
def test_the_figures_that_a_zone_is_told_name_who_should_get_ready_there(lively: RunningOffice) -> None:
    with a_screen(lively.url, {"zone": "canteen"}, lively.token("display")) as canteen:
        canteen.until(lambda: canteen.board)
        press(lively, "open", counter="K5")
        number = issue(lively, "J")["number"]

        canteen.until(lambda: any({"number": number} in told["ready"] for told in canteen.words("waits")))
