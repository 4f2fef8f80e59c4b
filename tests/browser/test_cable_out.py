"""A hall's screen that was away: what it missed and still stands is on its glass, and heard, when it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from server.domain.floor import BEGINNING
from server.ports import Sound
from sql.sounds import SqlSounds
from tests.browser.screens import HALL, UNREACHABLE, Screens, cards
from tests.browser.test_voice_in_the_hall import LISTEN
from tests.cable import Cable, a_cable
from tests.deeds import call, press
from tests.machine import eventually
from tests.servers import RunningOffice, a_running_office

pytestmark = pytest.mark.slow


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningOffice]:
    with a_running_office(tmp_path, environment={"GILIRAN_VOICE": "auto"}) as office:
        for counter in ("K1", "K2", "K3", "K4"):
            press(office, "open", counter=counter)
        yield office


@pytest.fixture
def cable(running: RunningOffice) -> Iterator[Cable]:
    with a_cable(running.url) as laid:
        yield laid


def a_hall(screens: Screens, cable: Cable, voice: Callable[[Route], None] = Route.continue_) -> Page:
    """The hall's page at the far end of the cable; its sounds run at four times their speed. `voice` lets the page
    fetch what makes it speak."""
    page = screens.blank("display", HALL)
    page.add_init_script(f"({LISTEN})()")
    page.route("**/speech.js", voice)
    page.goto(f"{cable.url}/display/hall")
    page.wait_for_selector("main[data-live]")
    screens.forgive(UNREACHABLE, "Failed to load resource", "WebSocket")
    return page


def sounds(office: RunningOffice) -> list[Sound]:
    return [one for one in SqlSounds(office.engine, "KL01").since(BEGINNING) if one.zone == "hall"]


def outcomes(office: RunningOffice) -> dict[str, list[str]]:
    """What became of each number in the hall, try after try."""
    found: dict[str, list[str]] = {}
    for one in sounds(office):
        found.setdefault(one.number, []).append(one.outcome)
    return found


@pytest.mark.soak
def test_a_hall_whose_cable_was_out_shows_and_speaks_the_calls_that_still_stand(
    screens: Screens, running: RunningOffice, cable: Cable
) -> None:
    hall = a_hall(screens, cable)
    first = call(running, "K1")
    eventually(lambda: outcomes(running).get(first) == ["spoken"], 60)
    press(running, "serve", counter="K1")

    cable.pull()
    given_up, waits, gone = call(running, "K2"), call(running, "K3"), call(running, "K4")
    eventually(lambda: outcomes(running).get(given_up) == ["no_answer"], 60)
    press(running, "serve", counter="K4")
    cable.plug()

    hall.wait_for_function("(n) => document.querySelectorAll('.card').length === n", arg=2, timeout=20_000)
    assert {number for number, _ in cards(hall)} == {given_up, waits}
    eventually(lambda: {outcomes(running).get(number, [""])[-1] for number in (given_up, waits)} == {"spoken"}, 60)
    assert outcomes(running)[first] == ["spoken"]
    assert gone not in outcomes(running)


def test_a_hall_that_was_switched_off_while_calls_were_made_speaks_those_that_stand_when_it_is_on(
    screens: Screens, running: RunningOffice, cable: Cable
) -> None:
    stands, gone = call(running, "K1"), call(running, "K2")
    press(running, "serve", counter="K2")

    def when_it_was_told(route: Route) -> None:
        """The call comes to a page whose voice is still on its way: it is kept, for nobody sends it again."""
        eventually(lambda: stands in outcomes(running), 60)
        route.continue_()

    hall = a_hall(screens, cable, when_it_was_told)

    hall.wait_for_selector(".card")
    assert [number for number, _ in cards(hall)] == [stands]
    eventually(lambda: outcomes(running).get(stands) == ["spoken"], 60)
    assert gone not in outcomes(running)
