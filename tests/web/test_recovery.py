"""A promise in danger on every screen: what customers are told, and what a manager sees and does."""

from __future__ import annotations

from typing import Any

from config.phrases import say
from kiosk import typeface
from kiosk.slip import PAPERS, slip
from kiosk.ticket import ticket_from
from server.schedule import recovery_step
from server.web.edge import Edge
from tests.kiosk.test_slip import read
from tests.web.conftest import OfficeServer

SORRY = {
    "ms": "Maaf, masa menunggu sekarang melebihi janji kami (15 minit).",
    "en": "Sorry, the wait is now longer than we promised (15 minutes).",
    "zh": "抱歉，目前的等候时间超出我们承诺的 15 分钟。",
    "ta": "மன்னிக்கவும். இப்போதைய காத்திருப்பு நேரம் நாங்கள் உறுதியளித்த 15 நிமிடங்களைவிட அதிகம்.",
}


def watch(office: OfficeServer) -> bool:
    door: Edge = office.app.extensions["giliran"]
    return recovery_step(door.office, door.say)


def take(office: OfficeServer, service: str = "A", language: str = "ms") -> dict[str, Any]:
    told: dict[str, Any] = (
        office.caller("kiosk").post("/tickets", {"service": service, "language": language}).get_json()
    )
    return told


def a_crowd(office: OfficeServer, how_many: int = 12) -> list[dict[str, Any]]:
    """More than one counter serves within the promise; the forecast has seen them."""
    office.caller("counter").post("/counters/K1/open", {"services": ["A"]})
    tickets = [take(office) for _ in range(how_many)]
    office.foresee()
    return tickets


def slip_of(office: OfficeServer, ticket: dict[str, Any]) -> list[dict[str, str]]:
    slips = office.caller("kiosk").get("/kiosks/main/unprinted").get_json()["tickets"]
    told: list[dict[str, str]] = next(one for one in slips if one["id"] == ticket["id"])["notices"]
    return told


def test_a_wait_beyond_the_promise_is_explained_on_every_screen_before_the_next_slip(office: OfficeServer) -> None:
    tickets = a_crowd(office)
    assert office.caller("kiosk").get("/queues").get_json()["queues"][0]["notice"] is None

    assert watch(office)

    display, kiosk = office.caller("display"), office.caller("kiosk")
    for zone in ("hall", "canteen"):
        (notice,) = display.get(f"/zones/{zone}/board").get_json()["notices"]
        assert {language: words in notice["text"][language] for language, words in SORRY.items()} == dict.fromkeys(
            SORRY, True
        )
    assert kiosk.get("/queues").get_json()["queues"][0]["notice"] == SORRY
    for language in SORRY:
        page = office.caller().get(f"{tickets[-1]['url']}?language={language}").get_data(as_text=True)
        assert SORRY[language].replace("'", "&#39;") in page
    (on_paper,) = slip_of(office, take(office))
    assert SORRY["ms"] in on_paper["ms"]
    assert not watch(office)


def test_the_slip_apologises_even_in_the_moment_before_anybody_has_looked(office: OfficeServer) -> None:
    a_crowd(office)

    assert slip_of(office, take(office)) == [SORRY]


def test_the_apology_is_gone_from_every_screen_when_it_is_calm_again(office: OfficeServer) -> None:
    tickets = a_crowd(office)
    watch(office)
    counter = office.caller("counter")
    for _ in tickets:
        counter.post("/counters/K1/next")
    office.clock.advance(minutes=5)
    office.foresee()
    watch(office)

    assert office.caller("display").get("/zones/hall/board").get_json()["notices"] == []
    assert office.caller("kiosk").get("/queues").get_json()["queues"][0]["notice"] is None
    assert slip_of(office, take(office)) == []


def test_the_slip_says_the_apology_in_its_holders_language(office: OfficeServer) -> None:
    a_crowd(office)
    watch(office)
    take(office, language="en")
    slips = office.caller("kiosk").get("/kiosks/main/unprinted").get_json()["tickets"]

    printed = " ".join(read(slip(ticket_from(slips[-1], "http://127.0.0.1/"), PAPERS[80], say, typeface)))

    assert SORRY["en"] in printed
