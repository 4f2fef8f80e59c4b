"""The call that the hall's own page speaks: made by the synthesiser, fetched, played to its end, and acknowledged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import WebSocket

from server.domain.floor import BEGINNING
from sql.sounds import SqlSounds
from tests.browser.screens import DESK, HALL, Screens, in_state
from tests.live_screen import a_screen
from tests.machine import eventually
from tests.servers import RunningOffice, a_running_office

LISTEN = """() => {
  const Made = window.Audio;
  window.heard = [];
  window.Audio = function () {
    const audio = new Made();
    audio.defaultPlaybackRate = 4;
    for (const what of ["playing", "ended"]) {
      audio.addEventListener(what, () => window.heard.push([what, new URL(audio.src).pathname, audio.currentTime]));
    }
    return audio;
  };
}"""


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """An office with its voice."""
    with a_running_office(tmp_path_factory.mktemp("spoken"), environment={"GILIRAN_VOICE": "auto"}) as office:
        yield office


def test_the_hall_speaks_a_call_one_clip_after_another_and_says_that_it_did(
    screens: Screens, running: RunningOffice
) -> None:
    sent: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(str(frame)))

    hall = screens.blank("display", HALL)
    hall.add_init_script(f"({LISTEN})()")
    hall.on("websocket", listen)
    hall.goto(f"{running.url}/display/hall")
    hall.wait_for_selector("main[data-live]")
    running.caller("kiosk").post("/tickets", {"service": "A"})
    counter = running.caller("counter")
    counter.post("/counters/K1/open", {})

    assert counter.post("/counters/K1/next").body["number"] == "A001"
    hall.wait_for_function("() => window.heard.filter(([what]) => what === 'ended').length === 3", timeout=60_000)

    heard = hall.evaluate("() => window.heard")
    # A sound that stalls on a busy machine goes on "playing".
    heard = [one for n, one in enumerate(heard) if n == 0 or one[:2] != heard[n - 1][:2]]
    assert [what for what, _, _ in heard] == ["playing", "ended"] * 3
    assert [played[1] for played in heard[::2]] == [over[1] for over in heard[1::2]]
    assert all(re.fullmatch(r"/clips/[\w.-]+\.wav", path) for _, path, _ in heard)
    chime, malay, english = (over[2] for over in heard[1::2])
    assert 0.2 < chime <= 1.2
    assert all(1.5 < words <= 6.5 for words in (malay, english))
    rows = SqlSounds(running.engine, "KL01")
    eventually(lambda: [row.outcome for row in rows.since(BEGINNING)] == ["spoken"])
    (row,) = rows.since(BEGINNING)
    told = [json.loads(frame[frame.index("[") :]) for frame in sent if re.search(r'\["(shown|played|player)"', frame)]
    (played,) = [body for what, body in told if what == "played"]
    assert played == {"zone": "hall", "id": row.id, "state": "spoken", "ok": True, "why": ""}
    assert row.id in [body["id"] for what, body in told if what == "shown"]
    assert row.player in [body["name"] for what, body in told if what == "player"]
    assert (row.number, row.languages) == ("A001", ("ms", "en"))


def test_the_terminal_that_called_says_in_which_zone_nobody_heard_it(screens: Screens, running: RunningOffice) -> None:
    counter = running.caller("counter")
    with a_screen(running.url, {"zone": "canteen"}, running.token("display")) as silent:
        silent.is_mute = True
        silent.until(lambda: silent.board)
        terminal = screens.open("/counter/K2", "officer", DESK, is_person=True)
        in_state(terminal, "closed")
        running.caller("kiosk").post("/tickets", {"service": "F"})
        counter.post("/counters/K2/open", {})
        number = counter.post("/counters/K2/next").body["number"]

        terminal.get_by_text(f"Kantin: {number} tidak diumumkan").wait_for(timeout=60_000)
