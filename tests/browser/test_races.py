"""Two officers press the same key at the same moment, again and again."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.screens import HALL, TERMINAL, Screens, in_state, number_at, press, sign_in
from tests.servers import RunningOffice

ROUNDS = 20
STRIKE = """(at) => new Promise((done) => setTimeout(() => {
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'F8', bubbles: true, cancelable: true }));
  done();
}, at - Date.now()))"""


def test_two_terminals_that_race_never_call_the_same_number(screens: Screens, running: RunningOffice) -> None:
    kiosk = running.caller("kiosk")
    issued = [kiosk.post("/tickets", {"service": "A"}).body["number"] for _ in range(2 * ROUNDS)]
    desks: list[Page] = []
    for counter, officer in (("K1", "Aminah"), ("K2", "Siva")):
        running.add_person(officer, "officer")
        desk = screens.open(f"/counter/{counter}", size=TERMINAL)
        sign_in(desk, officer)
        press(desk, "F8", "idle")
        desks.append(desk)
    hall = screens.open("/display/hall", "display", HALL)

    called: list[str] = []
    for _ in range(ROUNDS):
        at = desks[0].evaluate("() => Date.now()") + 60
        struck = [
            desk.evaluate_handle(f"(at) => {{ const done = ({STRIKE})(at); return {{ done }}; }}", at) for desk in desks
        ]
        for handle in struck:
            handle.evaluate("({ done }) => done")
        for desk in desks:
            in_state(desk, "called")
        called += [number_at(desk) for desk in desks]
        for desk in desks:
            press(desk, "F10", "idle")

    assert sorted(called) == sorted(issued)
    assert len(set(called)) == 2 * ROUNDS
    hall.wait_for_function(
        "(last) => document.querySelector('[data-slot=recent] .callrow')?.textContent.includes(last)",
        arg=max(called),
    )
    assert running.caller("manager").get("/overview").body["waiting"] == 0
    assert running.run("verify").returncode == 0
