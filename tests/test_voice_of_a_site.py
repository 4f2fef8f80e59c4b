"""A real server's voice: tried before anybody is called, and a person's as soon as a site has recorded it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.phrases import words
from server.cli import main
from server.speech import sound
from server.speech.recordings import script
from tests.deeds import call, press
from tests.live_screen import a_screen
from tests.machine import eventually
from tests.servers import a_running_office
from tests.speech.a_speaker import record

pytestmark = pytest.mark.slow


def test_a_server_tries_its_voice_and_tells_whoever_watches_it(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    with a_running_office(tmp_path, environment={"GILIRAN_VOICE": "auto"}) as office:

        def spoken() -> set[str]:
            told = office.caller().get("/metrics").text
            return {line for line in told.splitlines() if line.startswith("giliran_voice_self_test{")}

        eventually(spoken, within_s=30.0)

        assert spoken() == {f'giliran_voice_self_test{{language="{language}"}} 1.0' for language in ("en", "ms")}
        assert not list((tmp_path / "data" / "clips").glob("voice.trial.*"))


def test_a_site_that_records_its_calls_hears_them_at_the_next_one_without_a_restart(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    lines = script("AFHJ", [str(n) for n in range(1, 7)], words("ms"))
    takes = record(tmp_path / "takes", [line.name for line in lines])
    with a_running_office(tmp_path, environment={"GILIRAN_VOICE": "auto"}) as office:
        data = tmp_path / "data"
        with a_screen(office.url, {"zone": "hall"}, office.token("display")) as hall:
            hall.until(lambda: hall.board)
            press(office, "open")

            def heard() -> float:
                """Seconds of the Malay clip of a new call, as the hall's player fetches it."""
                number = call(office)
                hall.until(lambda: number in [told["number"] for told in hall.words("speak")], 30.0)
                told = next(told for told in hall.words("speak") if told["number"] == number)
                assert told["missing"] == []
                return sound.seconds_of(data / told["clips"][1].removeprefix("/"))

            synthetic = heard()
            assert main(["voice", "install", "--language", "ms", "--data", str(data), str(takes)]) == 0
            in_person = heard()
            (data / "recorded" / "ms" / "counter-1.wav").unlink()
            without_one = heard()

        # every take lasts as long as every other: so does every call
        assert in_person == pytest.approx(3 * 0.25 + 0.4 + 5 * 0.66, abs=0.15)
        assert abs(synthetic - in_person) > 0.1
        assert abs(without_one - in_person) > 0.1
