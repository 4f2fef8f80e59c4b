"""What managers and watchers are told of the voice's self-test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from server.speech.self_test import SelfTest
from server.speech.voice import Trial
from server.web.boards import instant
from server.web.voice import Announcer
from tests.web.conftest import OfficeServer


class Zones:
    """What an announcer says of its zones, as far as it matters here."""

    figures = ({"zone": "hall", "languages": ["ms", "ta"]}, {"zone": "canteen", "languages": ["en"]})


class AVoice:
    def try_out(
        self,
        letters: Sequence[str],
        counters: Sequence[str],
        languages: Sequence[str],
        on_done: Callable[[Sequence[Trial]], None],
    ) -> None:
        person = Trial("en", True, is_recorded=True, unrecorded=2)
        on_done([person, Trial("ms", True), Trial("ta", False, why="it ended")])


def told(office: OfficeServer) -> list[Any]:
    return [zone["self_test"] for zone in office.caller("manager").get("/overview").get_json()["voice"]]


def metrics(office: OfficeServer) -> dict[str, str]:
    text = office.app.test_client().get("/metrics").text
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("giliran_voice"))


def test_each_zone_is_told_of_its_own_languages(office: OfficeServer) -> None:
    office.door.announcer = cast(Announcer, Zones())
    office.door.self_test = test = SelfTest(lambda: office.door.office.floor, office.clock.now, AVoice(), lambda: None)
    assert told(office) == [None, None]
    assert metrics(office) == {}

    office.clock.advance(hours=1)
    test.step()

    at = instant(office.clock.now())
    assert told(office) == [
        {
            "at": at, "ok": ["ms"], "recorded": [], "unrecorded": {},
            "missing": [{"language": "ta", "why": "it ended"}],
        },
        {"at": at, "ok": ["en"], "recorded": ["en"], "unrecorded": {"en": 2}, "missing": []},
    ]  # fmt: skip
    assert metrics(office) == {
        'giliran_voice_self_test{language="en"}': "1.0",
        'giliran_voice_self_test{language="ms"}': "1.0",
        'giliran_voice_self_test{language="ta"}': "0.0",
    }


def test_an_office_that_speaks_without_a_self_test_says_nothing_of_one(office: OfficeServer) -> None:
    office.door.announcer = cast(Announcer, Zones())

    assert told(office) == [None, None]
