"""A promise in danger on every screen: what customers are told, and what a manager sees and does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.phrases import say
from kiosk import typeface
from kiosk.slip import PAPERS, slip
from kiosk.ticket import ticket_from
from server.schedule import recovery_step
from server.web.edge import Edge
from tests.kiosk.test_slip import read
from tests.web.conftest import AnOfficeServer, OfficeServer, refusal

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "branch.example.toml"
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


# ── what a supervisor sees and does ──────────────────────────────────────────────────────────────────────────


def in_danger(office: OfficeServer) -> dict[str, Any]:
    """The one promise in danger, as a supervisor is told of it."""
    (case,) = office.caller("supervisor").get("/overview").get_json()["recovery"]["cases"]
    told: dict[str, Any] = case
    return told


def test_a_supervisor_reads_which_promise_is_in_danger_and_what_would_help(office: OfficeServer) -> None:
    a_crowd(office)
    office.caller("counter").post("/counters/K2/open", {"services": ["F"]})
    watch(office)
    office.clock.advance(minutes=2)

    case = in_danger(office)

    assert (case["service"], case["level"], case["why"], case["within_s"]) == ("A", "warned", "predicted", 900)
    assert case["predicted_s"] > 900
    assert (case["time_to_action_s"], case["apologised_at"]) == (None, case["warned_at"])
    offered = [(one["action"], one["counter"]) for one in case["options"]]
    assert ("add", "K2") in offered
    assert ("open", "K3") in offered
    assert offered[-1] == ("other", None)


def test_an_action_takes_effect_is_timed_and_carries_a_name(office: OfficeServer) -> None:
    a_crowd(office)
    office.caller("counter").post("/counters/K2/open", {"services": ["F"]})
    watch(office)
    number = office.add_person("Aminah", "supervisor")
    browser = office.browser()
    browser.sign_in("Aminah")
    case = in_danger(office)["id"]
    office.clock.advance(minutes=2)

    browser.post(f"/recovery/{case}/cause", {"cause": "officers"})
    browser.post(f"/recovery/{case}/act", {"action": "add", "counter": "K2"})

    told = in_danger(office)
    assert office.caller("counter").get("/counters/K2").get_json()["duty"]["services"] == ["A", "F"]
    assert (told["cause"], told["time_to_action_s"]) == ("officers", 120)
    assert told["owner"] == {"id": number, "name": "Aminah"}
    assert [(deed["action"], deed["counter"]) for deed in told["deeds"]] == [("add", "2")]
    queue = office.caller("kiosk").get("/queues").get_json()["queues"][0]
    assert queue["because"]["en"] == "Reason: there are fewer officers for the moment."


def test_a_closed_counter_is_asked_to_open_until_it_does(office: OfficeServer) -> None:
    a_crowd(office)
    watch(office)
    supervisor, counter = office.caller("supervisor"), office.caller("counter")

    supervisor.post(f"/recovery/{in_danger(office)['id']}/act", {"action": "open", "counter": "K3"})

    (asked,) = counter.get("/counters/K3").get_json()["recovery"]["asked"]
    assert (asked["action"], asked["service"]) == ("open", "A")
    assert counter.get("/counters/K1").get_json()["recovery"]["cases"][0]["level"] == "warned"
    counter.post("/counters/K3/open")
    assert counter.get("/counters/K3").get_json()["recovery"]["asked"] == []


def test_what_cannot_be_done_is_refused_and_nothing_is_written(office: OfficeServer) -> None:
    supervisor = office.caller("supervisor")

    refusal(supervisor.post("/recovery/999/act", {"action": "take"}), 404, "unknown_case")
    refusal(supervisor.post("/recovery/999/cause", {"cause": "crowd"}), 404, "unknown_case")
    refusal(supervisor.post("/disruptions", {"template": "a.delay"}), 422, "malformed")


def test_one_tap_tells_every_screen_and_slip_of_a_disruption_and_one_takes_it_back(office: OfficeServer) -> None:
    ticket = take(office)
    supervisor, display = office.caller("supervisor"), office.caller("display")

    made = supervisor.post("/disruptions", {"template": "disruption.system", "minutes": 30})

    assert made.status_code == 201
    words = "Maaf, sistem kami terganggu. Anggaran pulih: 8.30 pagi. Nombor anda masih sah."
    for zone in ("hall", "canteen"):
        assert display.get(f"/zones/{zone}/board").get_json()["notices"][0]["text"]["ms"] == words
    assert office.caller("kiosk").get("/queues").get_json()["notices"][0]["text"]["ms"] == words
    assert words in office.caller().get(ticket["url"]).get_data(as_text=True)
    assert slip_of(office, take(office))[0]["ms"] == words
    disruption = supervisor.get("/recovery").get_json()["disruption"]
    assert (disruption["template"], disruption["until"]) == ("disruption.system", "2026-03-02T00:30:00.000Z")

    supervisor.post(f"/notices/{disruption['id']}/withdraw", {})

    assert display.get("/zones/hall/board").get_json()["notices"] == []
    assert supervisor.get("/recovery").get_json()["disruption"] is None
    assert words not in office.caller().get(ticket["url"]).get_data(as_text=True)


def test_a_disruption_is_over_by_itself_at_the_time_that_was_told(office: OfficeServer) -> None:
    office.caller("supervisor").post("/disruptions", {"template": "disruption.power", "minutes": 15})
    office.clock.advance(minutes=15)

    assert office.caller("kiosk").get("/queues").get_json()["notices"] == []
    assert office.caller("display").get("/zones/canteen/board").get_json()["notices"] == []


# ── covers ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_too_few_counters_at_the_peak_stand_above_all_figures_and_in_the_table(
    an_office_server: AnOfficeServer,
) -> None:
    peak = '[[peak]]\ndays = "mon"\nfrom = "08:00"\nto = "09:00"\nminimum = 3\n'
    office = an_office_server(branch=EXAMPLE.read_text(encoding="utf-8") + peak)
    office.caller("counter").post("/counters/K1/open")
    office.clock.advance(minutes=30)

    supervisor = office.caller("supervisor")
    alarms = supervisor.get("/overview").get_json()["alarms"]
    days = "from=2026-03-02&to=2026-03-02"
    (row,) = supervisor.get(f"/covers?{days}").get_json()["rows"]

    assert {"level": "warning", "key": "manage.covers.alarm.peak", "facts": {"n": 2}} in alarms
    assert (row["cover"], row["wanted"], row["least_open"], row["minutes_short"]) == ("peak", 3, 1, 30.0)
    table = supervisor.get(f"/exports/covers.csv?{days}").get_data(as_text=True).splitlines()
    assert table[0].startswith("business_day,cover,counter,from,to,wanted")
    assert len(table) == 2
    cases = supervisor.get(f"/exports/recovery.csv?{days}").get_data(as_text=True).splitlines()
    assert cases[0].startswith("business_day,case,service,why")
    refusal(supervisor.get("/covers?from=2025-01-01&to=2026-03-02"), 422, "malformed")
